"""The same names and numbers, spelt otherwise: nothing recorded can then be a key to an answer."""

from __future__ import annotations

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_NEXT = {
    **{one: other for one, other in zip(_CONSONANTS, _CONSONANTS[1:] + _CONSONANTS[0], strict=True)},
    **{str(figure): str((figure + 3) % 10) for figure in range(10)},
}
_NEXT |= {one.upper(): other.upper() for one, other in _NEXT.items() if one.isalpha()}
_TABLE = str.maketrans(_NEXT)
_CHANGED = {
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
}
_KEPT = {"admin"}


def renamed(name: str, value: str) -> str:
    """A consonant or a figure becomes another one, so that what was part of a text still is."""
    if name not in _CHANGED or value in _KEPT:
        return value
    return value.translate(_TABLE)
