"""Who lives in the simulated département: invented authorities of Pas-de-Calais, shared by every platform.

The INSEE codes belong to no commune, and the SIREN numbers carry a right Luhn key but are nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass

DEPARTEMENT = "062"
"""Département as @ctes writes it: three characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collectivite:
    """An authority that uses the platforms.

    ``insee`` is ``""`` for an EPCI. ``nature`` is the kind of authority in the @ctes envelope (two digits).
    """

    nom: str
    siren: str
    insee: str = ""
    departement: str = DEPARTEMENT
    arrondissement: str = "1"
    nature: str = "31"


VALMONT = Collectivite(nom="Valmont-les-Tilleuls", siren="216209916", insee="62991")
SAINTE_ALDEGONDE = Collectivite(nom="Sainte-Aldegonde-en-Artois", siren="216209924", insee="62992")
TILLEULS = Collectivite(nom="Communauté de communes des Tilleuls", siren="200062990", nature="41")

COLLECTIVITES = (VALMONT, SAINTE_ALDEGONDE, TILLEULS)

TYPE_PARAPHEUR = "URBANISME"
SOUS_TYPES_PARAPHEUR = ("Arrete", "Courrier")
TYPE_PES = "PES"
"""The type whose dossiers are PES: they are signed within, for Hélios."""

SOUS_TYPES_PES = ("Bordereau",)


def parapheur_login(collectivite: Collectivite) -> str:
    """The login of an authority's account in the simulated parapheur."""
    return f"ws-{collectivite.siren}@demo"


def pastell_login(collectivite: Collectivite) -> str:
    """The login of an authority's account in the simulated Pastell."""
    return f"api-{collectivite.siren}"
