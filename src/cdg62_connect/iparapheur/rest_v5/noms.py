"""The names under which documents leave: in ASCII, and each of them once.

The parapheur matches a document with its description by name alone, and what it makes of a name that is not
ASCII in a form was never seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from cdg62_connect.errors import InvalidInput
from cdg62_connect.transport import safe_filename

_ODD = re.compile(r"[^A-Za-z0-9._ ()+=@,-]")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "°": "o", "’": "_"})


def noms_transmis(noms: Iterable[str]) -> tuple[str, ...]:
    """The name under which each document leaves, in the same order.

    Raises:
        InvalidInput: a name of which nothing remains.
    """
    sent: list[str] = []
    taken: set[str] = set()
    for nom in noms:
        plain = _ascii(nom)
        stem, dot, suffix = plain.rpartition(".")
        if not dot:
            stem, suffix = plain, ""
        unique, rank = plain, 1
        while unique.lower() in taken:
            rank += 1
            unique = f"{stem}-{rank}{dot}{suffix}"
        taken.add(unique.lower())
        sent.append(unique)
    return tuple(sent)


def _ascii(nom: str) -> str:
    decomposed = unicodedata.normalize("NFKD", nom.translate(_LIGATURES))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    safe = safe_filename(_ODD.sub("_", bare))
    if not safe or not safe.strip("_. "):
        raise InvalidInput(f"« {nom[:80]!a} » ne peut pas être le nom d'un document. Renommez-le.")
    return safe
