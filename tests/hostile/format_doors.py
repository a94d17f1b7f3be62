"""The doors of the large formats: PES, answers of Hélios, messages of @ctes, signatures, schemas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import PesAcquit, check_pes, iter_pes, iter_retour, read_pes
from hostile.door import Door, Room

FILE = (InvalidFile, HostileInput)
_F = "cdg62_connect.formats."
_PES = Path(__file__).parents[2] / "fixtures" / "pes"


def _pes(name: str) -> Callable[[], bytes]:
    return lambda: (_PES / f"{name}.xml").read_bytes()


def _file(read: Callable[[Path], object], name: str = "a.xml") -> Callable[[bytes, Room], object]:
    def push(data: bytes, room: Room) -> object:
        path = room.given / name
        path.write_bytes(data)
        return read(path)

    return push


def _both(path: Path) -> object:
    return read_pes(path), list(iter_pes(path))


FORMATS: tuple[Door, ...] = (
    Door(
        name="formats.read_pes",
        through=(_F + "pes:read_pes", _F + "pes:iter_pes"),
        language="xml",
        valid=(_pes("aller_depense"), _pes("aller_recette"), _pes("aller_pj")),
        push=_file(_both),
        refusals=FILE,
        slow=2,
    ),
    Door(
        name="formats.check_pes",
        through=(_F + "pes_check:check_pes",),
        language="xml",
        valid=(_pes("aller_depense"), _pes("aller_a_signer"), _pes("aller_pj")),
        push=_file(check_pes),
        refusals=(HostileInput,),
    ),
    Door(
        name="formats.PesAcquit",
        through=(_F + "pes_acquit:PesAcquit.read",),
        language="xml",
        valid=(_pes("acquit_partiel"), _pes("acquit_ancien")),
        push=lambda data, _: (read := PesAcquit.read(data), read.verdict, list(read.anomalies)),
        refusals=FILE,
    ),
    Door(
        name="formats.iter_retour",
        through=(_F + "pes_retour:iter_retour",),
        language="xml",
        valid=(_pes("retour"),),
        push=_file(lambda path: [getattr(part, "libelle_etat", "") for part in iter_retour(path)]),
        refusals=FILE,
    ),
)
