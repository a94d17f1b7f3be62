"""The same names and numbers, spelt otherwise: nothing recorded can then be a key to an answer."""

from __future__ import annotations

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_NEXT = {
    **dict(zip(_CONSONANTS, _CONSONANTS[1:] + _CONSONANTS[0], strict=True)),
    **{str(figure): str((figure + 3) % 10) for figure in range(10)},
}
_NEXT |= {one.upper(): other.upper() for one, other in _NEXT.items() if one.isalpha()}
_TABLE = str.maketrans(_NEXT)
NAMES = {
    "denomination",
    "nom",
    "prenom",
    "login",
    "libelle",
    "titre",
    "objet",
    "numero_de_lacte",
    "id_document_externe",
    "id_dossier_externe",
    "search",
    "entite_base",
    "field_value",
}
"""The fields whose values are names or numbers that people give."""
_KEPT = {"admin", "0"}


def renamed(name: str, value: str) -> str:
    """A consonant or a figure becomes another one, so that what was part of a text still is."""
    if name not in NAMES or value in _KEPT:
        return value
    return value.translate(_TABLE)
