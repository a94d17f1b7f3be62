"""Names in a deposit: lots, manifests, files; and how a hostile one is shown without harm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cdg62_connect.errors import InvalidInput
from cdg62_connect.operis.findings import FindingCode

MANIFEST_JSON = "manifeste.json"
MANIFESTS = (MANIFEST_JSON, "manifeste.xml", "manifeste.csv")
ERROR_REPORT = "erreur.json"
ERROR_NOTICE = "LISEZMOI.txt"

_LITTER = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_OURS = frozenset({ERROR_REPORT, ERROR_NOTICE, f"{ERROR_REPORT}.part", f"{ERROR_NOTICE}.part"})

_LOT = re.compile(
    r"(?P<numero>[A-Z0-9]+)_(?P<code>[A-Z][A-Z_]*)_(?P<stamp>[0-9]{8}T[0-9]{6})_(?P<seq>[0-9]{2})"
)
_LONGEST_LOT = 80
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.[a-z0-9]+")
_LONGEST_FILE = 100
_WINDOWS = frozenset({"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(10)})


@dataclass(frozen=True, slots=True)
class LotName:
    """``<NUM>_<CODE>_<AAAAMMJJTHHMMSS>_<SEQ>``: number, document code, local time of deposit, order."""

    numero: str
    code: str
    moment: datetime
    sequence: int

    @classmethod
    def parse(cls, text: str) -> LotName:
        """Read a lot name.

        Raises:
            InvalidInput: it has another shape, or more than 80 characters.
        """
        found = _LOT.fullmatch(text) if len(text) <= _LONGEST_LOT else None
        if found is None:
            raise InvalidInput(
                "la forme attendue est <NUM>_<CODE>_<AAAAMMJJTHHMMSS>_<SEQ>, en majuscules, 80 caractères au plus"
            )
        try:
            # A lot name carries local time without a zone: it tells lots apart, nothing is computed from it.
            moment = datetime.strptime(found["stamp"], "%Y%m%dT%H%M%S")  # noqa: DTZ007
        except ValueError:
            raise InvalidInput(f"{found['stamp']} n'est pas une date et heure AAAAMMJJTHHMMSS") from None
        return cls(found["numero"], found["code"], moment, int(found["seq"]))


def file_name_problem(name: str) -> tuple[FindingCode, str] | None:
    """Why a declared file name is refused, or ``None`` when it is good."""
    if "/" in name or "\\" in name or ":" in name or name in (".", ".."):
        return FindingCode.CHEMIN_INTERDIT, "un chemin n'est pas admis : donnez le nom seul du fichier"
    if len(name) > _LONGEST_FILE:
        return FindingCode.NOM_FICHIER, f"le nom dépasse {_LONGEST_FILE} caractères"
    if not _FILE.fullmatch(name):
        return FindingCode.NOM_FICHIER, (
            f"« {shown(name)} » n'est pas un nom admis "
            "(lettres sans accent, chiffres, point, tiret, souligné ; extension en minuscules)"
        )
    if name.split(".", 1)[0].lower() in _WINDOWS:
        return FindingCode.NOM_FICHIER, f"« {name} » est un nom réservé de Windows"
    return None


def ignored(name: str, *, lot: str) -> bool:
    """Whether a file of a lot is none of the depositor's: litter of a desktop, marker, our own report."""
    return name.lower() in _LITTER or name in _OURS or name == f"{lot}.ok"


def shown(text: str, *, most: int = 60) -> str:
    """A text from outside, fit for a message: one line, printable, cut."""
    line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:most])
    return line + "…" if len(text) > most else line
