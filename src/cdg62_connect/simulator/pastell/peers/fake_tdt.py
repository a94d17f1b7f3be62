"""The ``fakeTdt`` connector: Pastell's own stub of a TdT; acts end as the instance says, PES always have an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import ArActe
from cdg62_connect.simulator.pastell.peers.blank_pdf import blank_pdf
from cdg62_connect.simulator.pastell.peers.ports import (
    ActeRequest,
    ActeReturn,
    Configuration,
    PeerFailed,
    PeerFile,
    TdtStatus,
)

_ACKNOWLEDGED = 4
_ANSWERED = 8
_PDF = "application/pdf"

_SAMPLE_AR = """<?xml version="1.0" encoding="UTF-8"?>
<actes:ARActe xmlns:actes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
 actes:IDActe="062-000000000-20200101-SPECIMEN-AI" actes:DateReception="2020-01-02">
 <!-- SPÉCIMEN : bouchon de TdT du Pastell simulé -->
 <actes:ActeRecu actes:Date="2020-01-01" actes:NumeroInterne="SPECIMEN" actes:CodeNatureActe="3"/>
</actes:ARActe>
"""
_SAMPLE_ACQUIT = """<?xml version="1.0" encoding="UTF-8"?>
<n:PES_ACQUIT xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2">
 <!-- SPÉCIMEN : bouchon de TdT du Pastell simulé -->
 <ACQUIT><ElementACQUIT><DomaineAck V="02"/><EtatAck V="1"/><DteAck V="2020-01-02"/></ElementACQUIT></ACQUIT>
</n:PES_ACQUIT>
"""


class FakeTdt:
    """The stub: no transaction exists anywhere."""

    def classification(self, c: Configuration) -> bytes | None:
        """The file put in the instance."""
        held = c.file("classification_file")
        return held.path.read_bytes() if held else None

    def send_acte(self, c: Configuration, request: ActeRequest, *, folder: Path) -> str:  # noqa: ARG002 - signature of the port
        """A number drawn by chance."""
        return _number(c)

    def send_pes(self, c: Configuration, pes: PeerFile) -> str:  # noqa: ARG002 - signature of the port
        """A number drawn by chance."""
        return _number(c)

    def acte_status(self, c: Configuration, transaction: str) -> TdtStatus:  # noqa: ARG002 - signature of the port
        """The status the instance asks for, acknowledged when it asks for none."""
        wanted = c.text("tdt_check_status", str(_ACKNOWLEDGED))
        code = int(wanted) if wanted.lstrip("-").isdigit() else _ACKNOWLEDGED
        return TdtStatus(code, "", _SAMPLE_AR.encode() if code == _ACKNOWLEDGED else b"")

    def pes_status(self, c: Configuration, transaction: str) -> TdtStatus:  # noqa: ARG002 - signature of the port
        """Always: an answer is available."""
        return TdtStatus(_ANSWERED, "", b"")

    def acte_files(
        self,
        c: Configuration,
        transaction: str,  # noqa: ARG002 - signature of the port
        *,
        folder: Path,
        retour: bytes = b"",  # noqa: ARG002 - signature of the port
    ) -> Iterator[ActeReturn]:
        """An empty slip, a sample of acknowledgement, an empty stamped act, no stamped annex, the day it is."""
        folder.mkdir(parents=True, exist_ok=True)
        sample = _SAMPLE_AR.encode()
        yield ActeReturn(bordereau=_kept(folder, "bordereau.pdf", blank_pdf(), _PDF))
        yield ActeReturn(
            aractes=_kept(folder, "aractes.xml", sample, "text/xml"), acte_unique_id=_unique_id(sample)
        )
        yield ActeReturn(acte_tamponne=_kept(folder, "tampon.pdf", blank_pdf(), _PDF))
        today = c.world.clock.now().astimezone(ZoneInfo(c.world.fuseau)).date()
        yield ActeReturn(date_ar=today.isoformat())

    def pes_acquit(self, c: Configuration, transaction: str, *, folder: Path) -> PeerFile:  # noqa: ARG002 - signature of the port
        """A sample in which the treasury accepts."""
        folder.mkdir(parents=True, exist_ok=True)
        return _kept(folder, "acquit.xml", _SAMPLE_ACQUIT.encode(), "text/xml")

    def cancel(self, c: Configuration, transaction: str) -> str:  # noqa: ARG002 - signature of the port
        """The stub cannot."""
        raise PeerFailed("Not implemented")


def _number(c: Configuration) -> str:
    return str(c.world.chance.randrange(1, 2**31))


def _kept(folder: Path, name: str, content: bytes, kind: str) -> PeerFile:
    path = folder / name
    path.write_bytes(content)
    return PeerFile(name, path, kind)


def _unique_id(sample: bytes) -> str:
    try:
        return ArActe.read(sample).acte_id
    except InvalidInput:
        return ""
