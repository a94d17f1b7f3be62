"""The objet of an act, in the characters and the length that the platforms carry."""

from __future__ import annotations

import unicodedata

from cdg62_connect.errors import InvalidInput

LONGEST_OBJET = 499
"""S2LOW's limit, in characters (the @ctes schema says 500)."""

_REPLACED = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
    "‹": "'", "›": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "-", "‣": "-", "→": "->", "←": "<-", "⇒": "=>", "≤": "<=", "≥": ">=", "≠": "<>",
    "œ": "oe", "Œ": "OE", "Ÿ": "Y", "€": " EUR", "№": "n°", "™": "(TM)", "‰": " pour mille",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
}  # fmt: skip
_INVISIBLE = ("Cf", "Mn", "Me", "Cs", "Co")


def acte_objet(text: str) -> str:
    """The objet on one line, in ISO-8859-1, of at most 499 characters.

    Typographic characters are replaced by plain ones (``’`` by ``'``, ``œ`` by ``oe``, ``€`` by ``EUR``);
    what has no equivalent becomes ``?``, as the platforms would do; a text too long is cut after a word and
    ends with ``...``. Compare with what you gave to know whether something changed. Applying it twice
    changes nothing more.

    Raises:
        InvalidInput: nothing is left to read.
    """
    plain = "".join(_plain(character) for character in unicodedata.normalize("NFC", text))
    line = " ".join(plain.split())
    if not line.strip("? "):
        raise InvalidInput("L'objet de l'acte est vide : donnez un objet lisible.")
    return line if len(line) <= LONGEST_OBJET else _cut(line)


def _plain(character: str) -> str:
    if "\x80" <= character <= "\x9f":  # windows-1252 that was read as ISO-8859-1
        character = character.encode("latin-1").decode("cp1252", "replace")
    if character.isspace():
        return " "
    replaced = _REPLACED.get(character)
    if replaced is not None:
        return replaced
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    if category in _INVISIBLE:
        return ""
    if ord(character) < 256:
        return character
    decomposed = unicodedata.normalize("NFKD", character)
    kept = "".join(piece for piece in decomposed if "\x20" <= piece <= "\x7e" or "\xa1" <= piece <= "\xff")
    return kept.replace("\xad", "") or "?"


def _cut(line: str) -> str:
    head = line[: LONGEST_OBJET - 3]
    at_word, space, _ = head.rpartition(" ")
    kept = at_word if space and len(at_word) > LONGEST_OBJET // 2 else head
    return kept.rstrip() + "..."
