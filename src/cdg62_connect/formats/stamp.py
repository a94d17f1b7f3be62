"""The stamp that S2LOW prints on an act: sent, received, published, and under which identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cdg62_connect.errors import InvalidInput
from cdg62_connect.extras import extra
from cdg62_connect.formats.acte_id import ActeId

_DAY = r"[\s:]{0,5}([0-9]{2})/([0-9]{2})/([0-9]{4})"
_ROWS = {
    "envoye": re.compile(r"(?:Envoyé en préfecture|Envoi simulé) le" + _DAY),
    "recu": re.compile(r"(?:Reçu en préfecture|R[eé]ception simulée) le" + _DAY),
    "publie": re.compile(r"(?:Publié|Affiché|Publication simulée) le" + _DAY),
}
_ID = re.compile(
    r"ID\s{0,5}:\s{0,5}([09][0-9][0-9AB]-[0-9]{9}-[0-9]{8}-[A-Za-z0-9_ -]{1,15}-[A-Z]{2})(?![A-Za-z0-9])"
)
_SIMULATED = re.compile(r"Envoi simulé|R[eé]ception simulée|Publication simulée")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a stamp says; it proves nothing by itself: the acknowledgement does.

    Attributes:
        acte_id: the identifier of the act.
        envoye: the day of sending; a date that the stamp lacks is ``None``. So are ``recu`` and ``publie``.
        simule: it comes from a test platform.
    """

    acte_id: str
    envoye: date | None
    recu: date | None
    publie: date | None
    simule: bool


def read_stamp(path: Path) -> Stamp | None:
    """Read the stamp on the first page of a PDF; ``None`` when there is none.

    S2LOW gives the file unstamped, without a word, when it cannot stamp it: look before you publish.

    Raises:
        InvalidFile: ``PAS_UN_PDF`` or ``PDF_CHIFFRE``.
        OSError: the file cannot be read.
        MissingExtra: pyHanko is not installed.
    """
    with extra("journey", needed_for="Lire le tampon d'un acte"):
        from cdg62_connect.formats.pdf_text import first_page_text

    with path.open("rb") as document:
        text = " ".join(first_page_text(document).split())
    identified = _ID.search(text)
    if identified is None:
        return None
    try:
        acte_id = str(ActeId.parse(identified[1]))
    except InvalidInput:
        return None
    days = {name: _day(row.search(text)) for name, row in _ROWS.items()}
    return Stamp(
        acte_id=acte_id,
        envoye=days["envoye"],
        recu=days["recu"],
        publie=days["publie"],
        simule=bool(_SIMULATED.search(text)),
    )


def _day(found: re.Match[str] | None) -> date | None:
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
