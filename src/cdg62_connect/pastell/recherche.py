"""What may be searched for, and everything that Pastell would silently ignore refused before it leaves.

A filter that Pastell does not understand is no error to it: every document comes back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cdg62_connect.errors import InvalidInput
from cdg62_connect.pastell.comparaison import nom_canonique
from cdg62_connect.pastell.flux import FluxCatalogue
from cdg62_connect.pastell.horaire import Horaire

_STATE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_OWN_PARAMETERS = frozenset(
    {
        "api_function",
        "date_in_fr",
        "etatTransit",
        "id_d",
        "id_e",
        "id_u",
        "lastetat",
        "last_state_begin",
        "last_state_end",
        "limit",
        "notEtatTransit",
        "offset",
        "output",
        "search",
        "sens_tri",
        "state_begin",
        "state_end",
        "tri",
        "type",
    }
)
LONGEST_INDEXED = 128
"""Pastell indexes the first characters only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recherche:
    """A search among the documents of one entity (its daughters are not searched). Conditions add up.

    Attributes:
        flux: the type.
        etats: the last state is one of these.
        etat_apres: the last state was reached after this moment (strictly, to the second).
        etat_avant: or before this one.
        transit: has passed through this state.
        transit_apres: after this moment.
        transit_avant: or before this one.
        jamais: never passed through this state.
        titre: the title holds this text, whatever its case and accents.
        champs: an indexed field holds this text, whatever its case and accents, ``%`` and ``_`` standing for
            anything; needs ``flux``. To find exactly a value, see :meth:`Documents.trouver`.
    """

    flux: str | None = None
    etats: tuple[str, ...] = ()
    etat_apres: datetime | None = None
    etat_avant: datetime | None = None
    transit: str | None = None
    transit_apres: datetime | None = None
    transit_avant: datetime | None = None
    jamais: str | None = None
    titre: str | None = None
    champs: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        states = (*self.etats, *(one for one in (self.transit, self.jamais) if one is not None))
        for state in states:
            if not _STATE.fullmatch(state):
                raise InvalidInput(
                    f"« {state} » n'est pas le nom d'un état : un seul mot, sans blanc ni virgule, par exemple termine."
                )
        if self.transit is None and (self.transit_apres or self.transit_avant):
            raise InvalidInput(
                "Pastell ignore les bornes d'un passage sans l'état traversé : donnez transit."
            )
        if self.flux == "":
            raise InvalidInput("Le type de dossier est vide : donnez-le, ou ne cherchez pas par type.")
        if self.titre is not None and not self.titre.strip():
            raise InvalidInput("Le titre cherché est vide : tous les documents viendraient.")
        if self.champs and self.flux is None:
            raise InvalidInput("Pastell ignore les champs cherchés sans le type de dossier : donnez flux.")
        for name, value in self.champs.items():
            check_key(name, value)


def check_key(champ: str, valeur: str) -> None:
    """Pass when Pastell would use this key as a filter.

    Raises:
        InvalidInput: it would ignore it, and give every document.
    """
    if champ in _OWN_PARAMETERS or champ != nom_canonique(champ):
        raise InvalidInput(f"« {champ} » n'est pas le nom d'un champ qu'on puisse chercher.")
    if not valeur.strip() or valeur.strip() == "0":
        raise InvalidInput(
            f"Pastell ignore une recherche sur « {valeur} » ({champ}) et rendrait tous les documents : "
            "donnez la valeur cherchée."
        )


def check_indexed(champ: str, flux: str, catalogue: FluxCatalogue) -> None:
    """Pass when ``champ`` may be searched for in ``flux``, by the platform's own definition.

    Raises:
        InvalidInput: it is not indexed, and Pastell would give every document.
    """
    definition = catalogue.champs(flux).get(champ)
    if definition is None or not definition.indexe:
        raise InvalidInput(
            f"Le champ « {champ} » de {flux} n'est pas indexé sur cette plateforme : Pastell ignorerait la recherche "
            "et rendrait tous les documents."
        )


def parameters(recherche: Recherche, horaire: Horaire) -> list[tuple[str, str]]:
    """The query that says the search."""
    wanted: list[tuple[str, str | None]] = [
        ("type", recherche.flux),
        ("lastetat", ",".join(recherche.etats) or None),
        ("last_state_begin", None if recherche.etat_apres is None else horaire.after(recherche.etat_apres)),
        ("last_state_end", None if recherche.etat_avant is None else horaire.before(recherche.etat_avant)),
        ("etatTransit", recherche.transit),
        ("state_begin", None if recherche.transit_apres is None else horaire.after(recherche.transit_apres)),
        ("state_end", None if recherche.transit_avant is None else horaire.before(recherche.transit_avant)),
        ("notEtatTransit", recherche.jamais),
        ("search", recherche.titre),
        *recherche.champs.items(),
    ]
    return [(name, value) for name, value in wanted if value is not None]
