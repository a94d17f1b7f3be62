"""How MariaDB compares texts here: case and accents do not count, ``%`` and ``_`` stand for anything."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """A text without what the collation ignores: case and accents."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()


def contains(text: str, wanted: str) -> bool:
    """``text LIKE '%wanted%'``."""
    return like(text, f"%{wanted}%")


def like(text: str, pattern: str) -> bool:
    """``text LIKE pattern``: ``%`` is any text, ``_`` any character."""
    text, pattern = folded(text), folded(pattern)
    at = star = 0
    resume = -1
    place = 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, resume, at = at, place, at + 1
        elif at < len(pattern) and pattern[at] in ("_", text[place]):
            at, place = at + 1, place + 1
        elif resume >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return all(one == "%" for one in pattern[at:])
