"""What an acquit means for the depositor, bordereau by bordereau: in, in already, to be redone, or not said."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cdg62_connect.formats import (
    AcquitAnomalie,
    AcquitElement,
    AcquitRemedy,
    Domaine,
    PesAcquit,
    PesBordereau,
    PesPj,
    iter_pes,
)
from cdg62_connect.journey import events as ev

if TYPE_CHECKING:
    from collections.abc import Sequence

Sort = Literal["integre", "deja_integre", "a_refaire", "sans_reponse"]
Key = tuple[str, str, str]

_WHOLE = frozenset({"0", "1", "2", "3", "99"})
"""Domains of the first checks of Hélios: what they refuse is the whole flow, even said of one signature."""

_CODES = {Domaine.DEPENSE: "5", Domaine.RECETTE: "6"}
_LABELS = {"5": "dépense", "6": "recette", "4": "PJ", "11": "marché", "12": "facture"}
_PJ = "4"
_MOST_KEPT = 1000
_MOST_NAMED = 20


@dataclass(slots=True)
class _Thing:
    """One bordereau, justificatif or marché, and all that the acquit says of it."""

    domaine: str
    exercice: str = ""
    bordereau: str = ""
    pj: str = ""
    marche: str = ""
    accepte: bool | None = None
    anomalies: list[AcquitAnomalie] = field(default_factory=list[AcquitAnomalie])

    def hear(self, element: AcquitElement) -> None:
        """One more element about it (an old acquit has one for each anomaly): a single no is a no."""
        self.anomalies += element.anomalies
        if element.accepte is not None:
            self.accepte = element.accepte if self.accepte is None else self.accepte and element.accepte

    @property
    def in_before(self) -> bool:
        """Hélios had it from an earlier sending: that is all it finds wrong with it, as a whole."""
        return bool(self.anomalies) and all(
            not one.piece and (one.remedy is AcquitRemedy.DEJA_INTEGRE or _says_already(one.texte))
            for one in self.anomalies
        )


def verdict_of(acquit: PesAcquit, sent: Path) -> ev.PesAcquitted:
    """The verdict of ``acquit`` on the PES ``sent``; its files and its status are for the caller to add.

    Raises:
        InvalidFile, HostileInput, OSError: the PES sent cannot be read.
    """
    things = _sent(sent)
    whole = [one for one in acquit.elements if one.domaine in _WHOLE]
    for element in acquit.elements:
        if element.domaine not in _WHOLE:
            things.setdefault(_key(element), _thing(element)).hear(element)
    refused = acquit.non_acquit or any(one.accepte is False for one in whole)
    all_in = not refused and (not acquit.elements or (_told_yes(whole) and _all_yes(things.values())))
    told: dict[Sort, list[_Thing]] = {"a_refaire": [], "deja_integre": [], "sans_reponse": [], "integre": []}
    for thing in things.values():
        told["integre" if all_in else _sort(thing, refused=refused)].append(thing)
    flux = [anomalie for element in whole if element.accepte is False for anomalie in element.anomalies]
    verdict = _verdict(told, refused=refused)
    kept = [_element(thing, sort) for sort, some in told.items() for thing in some]
    return ev.PesAcquitted(
        statut=6 if acquit.non_acquit else 8 if acquit.elements else 4,
        verdict=verdict,
        elements=tuple(kept[:_MOST_KEPT]),
        flux=tuple(_fact(one) for one in flux[:_MOST_NAMED]),
        omis=max(0, len(kept) - _MOST_KEPT),
        files=(),
        message=_message(told, flux, refused=refused),
    )


def _sent(path: Path) -> dict[Key, _Thing]:
    found: dict[Key, _Thing] = {}
    for part in iter_pes(path):
        match part:
            case PesBordereau():
                domaine = _CODES[part.domaine]
                thing = _Thing(domaine, exercice=part.exercice, bordereau=part.numero)
                found[(domaine, part.exercice, _number(part.numero))] = thing
            case PesPj():
                found[(_PJ, "", part.id_unique)] = _Thing(_PJ, pj=part.id_unique)
            case _:
                pass
    return found


def _key(element: AcquitElement) -> Key:
    if element.bordereau:
        return element.domaine, element.exercice, _number(element.bordereau)
    return element.domaine, "", element.id_unique or element.marche


def _thing(element: AcquitElement) -> _Thing:
    return _Thing(
        element.domaine,
        exercice=element.exercice,
        bordereau=element.bordereau,
        pj=element.id_unique,
        marche=element.marche,
    )


def _number(text: str) -> str:
    return str(int(text)) if text.isascii() and text.isdigit() else text


def _told_yes(whole: Sequence[AcquitElement]) -> bool:
    return bool(whole) and all(one.accepte for one in whole)


def _all_yes(things: Iterable[_Thing]) -> bool:
    return all(one.accepte is not False for one in things)


def _sort(thing: _Thing, *, refused: bool) -> Sort:
    if thing.accepte is False and thing.in_before:
        return "deja_integre"
    if refused or thing.accepte is False:
        return "a_refaire"
    return "sans_reponse" if thing.accepte is None else "integre"


def _verdict(told: dict[Sort, list[_Thing]], *, refused: bool) -> Literal["accepte", "partiel", "refuse"]:
    if refused or not (told["integre"] or not any(told.values())):
        return "refuse"
    return "partiel" if told["deja_integre"] or told["a_refaire"] or told["sans_reponse"] else "accepte"


def _message(told: dict[Sort, list[_Thing]], flux: Sequence[AcquitAnomalie], *, refused: bool) -> str:
    """What happened and what is to be done with each, for the person who made the flow."""
    said: list[str] = []
    if refused:
        said.append("Hélios n'a rien intégré de ce PES" + _reasons(flux) + ".")
    if told["deja_integre"]:
        said.append(
            f"Déjà intégrés par Hélios avant cet envoi, à ne pas renvoyer : {_named(told['deja_integre'])}."
        )
    if told["a_refaire"]:
        what = "Une fois corrigés, à refaire sous un nouveau NomFic, eux seuls"
        said.append(f"{what} : {_named(told['a_refaire'], why=True)}.")
    if told["sans_reponse"]:
        what = "Hélios n'en dit rien, à vérifier auprès de la trésorerie avant tout renvoi"
        said.append(f"{what} : {_named(told['sans_reponse'])}.")
    if told["integre"]:
        rest = told["deja_integre"] or told["a_refaire"] or told["sans_reponse"]
        what = "Intégrés par cet envoi, à ne pas renvoyer" if rest else "Hélios a tout intégré"
        said.append(f"{what} : {_named(told['integre'])}.")
    return " ".join(said) or "Hélios a accepté le flux."


def _named(things: Sequence[_Thing], *, why: bool = False) -> str:
    names = [_name(one) + (_reasons(one.anomalies) if why else "") for one in things[:_MOST_NAMED]]
    left = len(things) - _MOST_NAMED
    return ", ".join(names) + (f" et {left} autres (voir l'acquit)" if left > 0 else "")


def _name(thing: _Thing) -> str:
    label = _LABELS.get(thing.domaine, f"domaine {thing.domaine}")
    if thing.bordereau:
        return f"{label} {thing.exercice}/{thing.bordereau}"
    return f"{label} {thing.pj or thing.marche}".strip()


def _reasons(anomalies: Sequence[AcquitAnomalie]) -> str:
    told = list(dict.fromkeys(_reason(one) for one in anomalies))[:3]
    return f" ({' ; '.join(told)})" if told else ""


def _reason(one: AcquitAnomalie) -> str:
    text = " - ".join(part for part in (one.numero or one.code, one.texte) if part)[:200]
    place = f"pièce {one.piece}" if one.piece else ""
    place += f", ligne {one.ligne}" if one.ligne else ""
    return f"{place} : {text}" if place else text


def _element(thing: _Thing, sort: Sort) -> ev.HeliosElement:
    return ev.HeliosElement(
        domaine=_LABELS.get(thing.domaine, thing.domaine),
        exercice=thing.exercice,
        bordereau=thing.bordereau,
        pj=thing.pj,
        marche=thing.marche,
        sort=sort,
        anomalies=tuple(_fact(one) for one in thing.anomalies[:_MOST_NAMED]),
    )


def _fact(one: AcquitAnomalie) -> ev.HeliosAnomalie:
    return ev.HeliosAnomalie(
        code=one.code, numero=one.numero, texte=one.texte[:500], piece=one.piece, ligne=one.ligne
    )


def _says_already(text: str) -> bool:
    """In practice a duplicate comes under a general code, and only the text tells it."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return "deja integre" in "".join(c for c in folded if not unicodedata.combining(c))
