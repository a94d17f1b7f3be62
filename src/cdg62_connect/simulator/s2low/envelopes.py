"""The archives that travel between S2LOW and the ministry: ``TRI-QUAD--SIREN--AAAAMMJJ-N.tar.gz``."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdg62_connect.simulator.s2low import messages
from cdg62_connect.simulator.s2low.accounts import Authority
from cdg62_connect.simulator.s2low.ground import Ground, local_day
from cdg62_connect.simulator.s2low.transactions import StoredFile

TRIGRAMME, APPLICATION = "abc", "TACT"
"""Those of a platform that is not in production."""

_FIRST = 33120
_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Enveloppe:
    """One archive. ``name``: without ``.tar.gz``; ``xml``: the envelope itself."""

    id: int
    name: str
    authority: Authority
    moment: datetime
    xml: bytes
    files: tuple[StoredFile, ...]


class Envelopes:
    """Every envelope of the platform. Not safe by itself: whoever owns it holds the lock."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._all: dict[int, Enveloppe] = {}
        self._numbers: dict[str, int] = {}

    def sent(
        self, authority: Authority, files: Sequence[StoredFile], *, moment: datetime, forms: int = 1
    ) -> int:
        """Close the envelope of what an authority sends, whose first ``forms`` files are messages; its id."""
        collectivite = authority.collectivite
        stem = f"{APPLICATION}--{collectivite.siren}--{local_day(moment):%Y%m%d}"
        xml = messages.sent_envelope(collectivite, [file.name for file in files[:forms]])
        return self._close(authority, stem, xml, files, moment)

    def received(self, authority: Authority, files: Sequence[StoredFile], *, moment: datetime) -> int:
        """The envelope of what the préfecture sends, whose first file is the message; its id."""
        one = authority.collectivite
        service = f"SPREF{one.departement}{one.arrondissement}"
        stem = f"{APPLICATION}--{service}-{one.siren}-{local_day(moment):%Y%m%d}"
        return self._close(authority, stem, messages.received_envelope(one, [files[0].name]), files, moment)

    def find(self, envelope_id: str) -> Enveloppe | None:
        """The envelope of that id."""
        return self._all.get(int(envelope_id)) if envelope_id.isdecimal() else None

    def _close(
        self, authority: Authority, stem: str, xml: bytes, files: Sequence[StoredFile], moment: datetime
    ) -> int:
        number = self._numbers[stem] = self._numbers.get(stem, 0) + 1
        identifier = self._ground.ids("enveloppes", _FIRST)[0]
        self._all[identifier] = Enveloppe(
            id=identifier,
            name=f"{stem}-{number}",
            authority=authority,
            moment=moment,
            xml=xml,
            files=tuple(files),
        )
        return identifier


def archived(envelope: Enveloppe, *, folder: Path) -> Path:
    """The archive of an envelope, made once in ``folder``; the same bytes whenever it is made."""
    into = folder / f"{envelope.id}.tar.gz"
    if into.exists():
        return into
    folder.mkdir(parents=True, exist_ok=True)
    part = into.with_name(f"{into.name}.part")
    stamp = int(envelope.moment.timestamp())
    with (
        part.open("wb") as out,
        gzip.GzipFile("", "wb", fileobj=out, mtime=stamp) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        entry = _entry(f"{envelope.name}.xml", len(envelope.xml), stamp)
        tar.addfile(entry, io.BytesIO(envelope.xml))
        for file in envelope.files:
            with file.path.open("rb") as content:
                tar.addfile(_entry(file.name, file.size, stamp), content)
    part.replace(into)
    return into


def _entry(name: str, size: int, stamp: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, stamp, 0o644
    return entry
