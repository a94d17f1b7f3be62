"""Why an answer is not the recorded one, when it is known and left so."""

from __future__ import annotations

_CATALOGUE = (
    "Le Pastell simulé n'offre que les types de dossier utiles à cdg62-connect ; "
    "la plateforme enregistrée en offrait une trentaine d'autres."
)
_INSTANT = (
    "Photographie d'un instant, entre deux écritures d'une même étape ou de deux clients à la fois : "
    "le simulé passe par cet état sans qu'une lecture y tombe au même moment."
)

_NO_USE = "Appel sans objet (un envoi de fichier sans champ) : non simulé, il répond 400."

REASONS: dict[str, str] = {
    "P0067": _CATALOGUE,
    "P0243": _CATALOGUE,
    "P0042": "Le Pastell simulé naît avec un rôle de plus, celui des applications métier.",
    "P0053": _CATALOGUE,
    "P0203": _NO_USE,
    "P1429": _INSTANT,
    "P1432": _INSTANT,
    "P1583": _INSTANT,
    "P1587": _INSTANT,
    "P1896": _INSTANT,
    "P1752": _INSTANT,
}
"""By exchange."""
