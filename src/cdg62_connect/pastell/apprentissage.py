"""Understanding a type of documents from the definition that the platform itself gives.

A type that is known beforehand gets the states that its table lacks; any other (an authority's own, made in the
studio) is recognised by the common steps it goes through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cdg62_connect.pastell.etapes import BROUILLON, DAY, ETAPES, FATAL, IMPORTATION, TERMINE, by_name
from cdg62_connect.pastell.etats import Etape, Etat, FluxConnu, attente, erreur, passage, personne, repos
from cdg62_connect.pastell.flux import ActionDefinition, ChampDefinition
from cdg62_connect.pastell.flux_connus import FLUX_CONNUS

_NEVER_A_STATE = re.compile(
    r"(?:verif-|validation-sae\Z|orientation\Z|supression\Z|suppression\Z|reouverture\Z|duplicate\Z|tamponner-"
    r"|mailsec-relance|compute_)"
    r"|-change(?:_[0-9]+)?\Z|change-by-api"
)
_SUFFIX = re.compile(r"(.+?)(_[0-9]+)")
_WRONG = re.compile(r"erreur|error|rejet|refus|fatal")
_NOT_A_WAY_OUT = frozenset({"modification", "supression", "reouverture", "duplicate", "fatal-error"})
_MOST_SUFFIXES = 9


def comprendre(
    flux: str, champs: Mapping[str, ChampDefinition], actions: Mapping[str, ActionDefinition]
) -> FluxConnu:
    """What is known of ``flux``, completed by its live definition."""
    known = FLUX_CONNUS.get(flux) or _recognised(flux, champs, actions)
    etats = dict(known.etats)
    for name, action in actions.items():
        if name not in etats and not action.hors_etats and not _NEVER_A_STATE.search(name):
            etats[name] = _learnt(action, actions)
    return replace(known, etats=etats)


def _recognised(
    flux: str, champs: Mapping[str, ChampDefinition], actions: Mapping[str, ActionDefinition]
) -> FluxConnu:
    steps = tuple(_steps(actions))
    offered = [
        name for name, action in actions.items() if "creation" in action.depuis and not action.interdite
    ]
    starts = tuple(name for name in offered if name not in _NOT_A_WAY_OUT)
    draft = tuple(replace(etat, actions=starts) for etat in BROUILLON)
    own = [field for field in champs.values() if not field.lecture_seule and not field.cache]
    files = [field for field in own if field.type == "file" and _before_steps(field, steps)]
    single = [field for field in files if not field.multiple]
    return FluxConnu(
        flux=flux,
        nom=flux,
        studio="orientation" in starts,
        enchaine="orientation" in starts,
        departs=starts,
        etapes=steps,
        etats=by_name(
            (*draft, IMPORTATION, *(etat for step in steps for etat in step.etats), TERMINE, FATAL)
        ),
        document=next((field.nom for field in single if field.requis), single[0].nom if single else ""),
        annexes=next((field.nom for field in files if field.multiple), ""),
        titre=next((field.nom for field in own if field.titre), ""),
        cle=next((field.nom for field in own if field.indexe and field.nom.startswith("id_")), ""),
        appris=True,
    )


def _steps(actions: Mapping[str, ActionDefinition]) -> list[Etape]:
    """The common steps whose first two states are declared, as they are or with a suffix, in that order."""
    places = {name: place for place, name in enumerate(actions)}
    found: list[tuple[int, Etape]] = []
    for step in ETAPES.values():
        for suffix in ("", *(f"_{rank}" for rank in range(1, _MOST_SUFFIXES + 1))):
            candidate = step.suffixed(suffix) if suffix else step
            if all(etat.nom in places for etat in candidate.etats[:3]):
                found.append((places[candidate.etats[0].nom], candidate))
    return [step for _, step in sorted(found, key=lambda one: one[0])]


def _before_steps(field: ChampDefinition, steps: tuple[Etape, ...]) -> bool:
    """Whether a field belongs to the document itself, not to one of its steps."""
    of_steps = {name for step in steps for names in step.resultats.values() for name in names}
    return field.nom not in of_steps


def _learnt(action: ActionDefinition, actions: Mapping[str, ActionDefinition]) -> Etat:
    suffixed = _SUFFIX.fullmatch(action.nom)
    base = _LIBRARY.get(suffixed[1]) if suffixed else _LIBRARY.get(action.nom)
    if base is not None:
        return base.suffixed(suffixed[2], frozenset(_unsuffixed(actions, suffixed[2]))) if suffixed else base
    after = tuple(
        name
        for name, other in actions.items()
        if action.nom in other.depuis and not other.interdite and name not in _NOT_A_WAY_OUT
    )
    if _WRONG.search(action.nom):
        return erreur(action.nom, action.libelle, *after, sans_modification=True)
    if action.automatique.startswith(("verif", "validation", "mailsec-relance")):
        return attente(action.nom, action.libelle, action.automatique, patience=30 * DAY)
    if action.automatique:
        return passage(action.nom, action.libelle, action.automatique)
    if after:
        return repos(action.nom, action.libelle, *after)
    return personne(
        action.nom,
        action.libelle,
        qui="l'administrateur de Pastell",
        conseil="Ce logiciel ne connaît pas cet état, et rien ne dit comment en sortir.",
    )


def _unsuffixed(actions: Mapping[str, ActionDefinition], suffix: str) -> list[str]:
    return [name.removesuffix(suffix) for name in actions if name.endswith(suffix)]


_LIBRARY: Mapping[str, Etat] = {
    etat.nom: etat
    for known in reversed(tuple(FLUX_CONNUS.values()))
    if known.studio
    for etat in known.etats.values()
}
