"""Names in a deposit: lots, manifests, files; and how a hostile one is shown without harm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cdg62_connect import system
from cdg62_connect.errors import InvalidInput
from cdg62_connect.operis.findings import FindingCode

MANIFEST_JSON = "manifeste.json"
MANIFESTS = (MANIFEST_JSON, "manifeste.xml", "manifeste.csv")
ERROR_REPORT = "erreur.json"
ERROR_NOTICE = "LISEZMOI.txt"

_LITTER = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
    # folders that desktops and file servers (Windows, Synology, QNAP, NetApp) put next to anybody's
    | {"__macosx", "@eadir", "@tmp", "#recycle", "#snapshot", "~snapshot", "$recycle.bin", "lost+found"}
    | {"system volume information", "network trash folder", "temporary items"}
)
_LITTER_STARTS = (".", "~$", "thumbs.db:")
_UNFINISHED_ENDS = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download")
_OURS = frozenset({ERROR_REPORT, ERROR_NOTICE})

_LOT = re.compile(
    r"(?P<numero>[A-Z0-9]+)_(?P<code>[A-Z][A-Z_]*)_(?P<stamp>[0-9]{8}T[0-9]{6})_(?P<seq>[0-9]{2})"
)
_LONGEST_LOT = 80
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.[a-z0-9]+")
_LONGEST_FILE = 100


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
    if system.is_reserved(name):
        return FindingCode.NOM_FICHIER, f"« {name} » est un nom réservé de Windows"
    return None


def ignored(name: str, *, lot: str) -> bool:
    """Whether a file of a lot is none of the depositor's: litter of a desktop, marker, our own report."""
    return is_litter(name) or is_unfinished(name) or name in _OURS or name == f"{lot}.ok"


def is_litter(name: str) -> bool:
    """Whether nobody deposited this: a desktop, an office suite, a copying tool or a file server left it.

    A name that starts with a dot is one of theirs (``.DS_Store``, ``._x``, ``.~lock.x#``, ``.nfs…``,
    ``.smbdelete…``, rsync's copies): the contract admits none.
    """
    low = name.lower()
    return low in _LITTER or low.startswith(_LITTER_STARTS)


def is_unfinished(name: str) -> bool:
    """Whether a copying tool is still writing this, or gave it up."""
    return name.lower().endswith(_UNFINISHED_ENDS)


def shown(text: str, *, most: int = 60) -> str:
    """A text from outside, fit for a message: one line, printable, cut."""
    line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:most])
    return line + "…" if len(text) > most else line
