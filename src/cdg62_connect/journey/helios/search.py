"""Finding on S2LOW a PES whose number was lost: by the SHA-1 of the file, or the name under which it was posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cdg62_connect.errors import AccessRefused, NotFound, UnreadableAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdg62_connect.s2low import S2low

_STATUSES = (14, 13, 1, 7, 2, 3, 8, 4, 6, 5, 24, 9, 10, 11, 19, 20, 21, 22, 0, -1)
"""In the order in which a PES goes through them, so that one that moves while we look is not missed."""

_PAGE = 100
_PAGES = 20
"""More PES than that in one status since the day of the sending: a person looks for it quicker."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search gave: the transaction, or ``None``; ``whole``: S2LOW let us look everywhere."""

    transaction: int | None
    whole: bool


def search_pes(s2low: S2low, *, sha1: str, nom: str, since: date) -> Search:
    """Look for the PES, status by status; only an archivist's account may (S2LOW API, list_pes_aller).

    Args:
        sha1: of the file.
        nom: under which it was posted.
        since: the day of the sending.
    """
    wanted = {sha1.lower(), nom.lower()}
    for status in _STATUSES:
        for turn in range(_PAGES):
            try:
                page = s2low.helios.lister(status, offset=turn * _PAGE, limit=_PAGE, since=since - _ONE_DAY)
            except (AccessRefused, NotFound, UnreadableAnswer):
                return Search(None, whole=False)
            for transaction, fields in page.transactions:
                if _is_it(fields, wanted):
                    return Search(transaction, whole=True)
            if not page.transactions or page.last:
                break
        else:
            return Search(None, whole=False)
    return Search(None, whole=True)


def _is_it(fields: Mapping[str, str], wanted: set[str]) -> bool:
    """The names of the fields are not documented: whichever holds the digest or the name will do."""
    return any(value.strip().lower() in wanted for value in fields.values())
