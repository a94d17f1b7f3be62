"""Whether what Pastell holds is what it was sent: it answers « ok » even to what it threw away."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping

from cdg62_connect.pastell.document import DocumentDetail
from cdg62_connect.pastell.fiche import Champs, truth_of
from cdg62_connect.pastell.horaire import day_of
from cdg62_connect.pastell.refusals import FieldsNotKept

_NOT_A_WORD = re.compile(r"[^a-z0-9_]")
_FRENCH_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_SECRET = re.compile(r"password|mot_de_passe|passphrase")
_OFFICE = frozenset({"doc", "docx", "odt", "rtf", "txt", "xls", "xlsx", "ods", "ppt", "pptx", "odp"})
_FLAGS = frozenset({"1", "true", "on", "checked", "", "0", "false"})
_MIDNIGHT = re.compile(r"(?:[ T]00:00(?::00)?)?\Z")


def nom_canonique(nom: str) -> str:
    """The name under which Pastell keeps the field that a definition calls ``nom``.

    Lower case, without accents, anything but letters, digits and ``_`` turned into ``_``.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", nom) if not unicodedata.combining(c))
    return _NOT_A_WORD.sub("_", bare.lower())


def same_value(sent: str, held: str) -> bool:
    """Whether ``held`` is ``sent``, but for line ends, blanks around, and how a flag, a day or JSON is written."""
    if _plain(sent) == _plain(held):
        return True
    if _is_flag(sent) and _is_flag(held) and truth_of(sent) is truth_of(held):
        return True
    day = _day(sent)
    if day is not None:
        return _day(held) == day
    return _same_json(sent, held)


def not_kept(sent: Mapping[str, str], held: Champs) -> dict[str, str | None]:
    """The fields of ``sent`` that ``held`` does not hold, with what it holds instead.

    Pastell never gives a password back: those are taken as kept.
    """
    lost: dict[str, str | None] = {}
    for name, value in sent.items():
        found = held.get(name, held.get(nom_canonique(name)))
        text = found if isinstance(found, str) else None if found is None else ", ".join(found)
        if not same_value(value, text or "") and not _SECRET.search(nom_canonique(name)):
            lost[name] = text
    return lost


def check_kept(
    sent: Mapping[str, str],
    held: Champs,
    *,
    platform: str,
    operation: str,
    detail: DocumentDetail | None = None,
) -> None:
    """Pass when everything that was sent is held.

    Raises:
        FieldsNotKept: something is not. It is retryable when nothing at all was kept, which is what happens
            to a change that met another one.
    """
    lost = not_kept(sent, held)
    if lost:
        raise FieldsNotKept(
            platform=platform,
            operation=operation,
            envoye={name: sent[name] for name in lost},
            garde=lost,
            detail=detail,
            retryable=len(lost) == len(sent),
        )


def same_file_name(sent: str, held: str) -> bool:
    """Whether a file kept its name; some platforms turn an office document into a PDF when it comes."""
    stem, _, suffix = sent.strip().rpartition(".")
    converted = suffix.lower() in _OFFICE and held.strip() == f"{stem}.pdf"
    return sent.strip() == held.strip() or converted


def _is_flag(text: str) -> bool:
    """Whether a text may be a flag; words (« oui », « non ») may as well be a title that was lost."""
    return text.strip().lower() in _FLAGS


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _day(text: str) -> dt.date | None:
    """The day that a whole text is, in either writing."""
    text = text.strip()
    french = _FRENCH_DAY.fullmatch(text)
    if french:
        text = f"{french[3]}-{french[2]}-{french[1]}"
    return day_of(text) if _MIDNIGHT.fullmatch(text[10:]) else None


def _same_json(sent: str, held: str) -> bool:
    if not sent.strip().startswith(("[", "{")):
        return False
    try:
        return bool(json.loads(sent) == json.loads(held))
    except (ValueError, RecursionError):
        return False
