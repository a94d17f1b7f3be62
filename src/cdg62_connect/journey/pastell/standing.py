"""Where a document of Pastell stands for us: it goes on by itself, it needs an action of ours, or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from cdg62_connect.journey.pastell.draft import DRAFT
from cdg62_connect.journey.pastell.forms import FORMS

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier, PastellDocument
    from cdg62_connect.pastell import DocumentDetail

_MINUTE = timedelta(minutes=1)
_SETTLING = timedelta(minutes=5)
"""The state may be read just before the data that goes with it."""

_PASSING = timedelta(minutes=30)
"""A worker leaves such a state within seconds; a failure there is silent, and tried again every ten minutes."""

_UNKNOWN = timedelta(days=1)

_AGENT = "l'agent télétransmetteur de l'autorité : il confirme l'envoi de l'acte avec son certificat"
_PASTELL = "l'administrateur de Pastell"


class Needs(Enum):
    """What the document waits for."""

    TIME = auto()
    ACTION = auto()
    PERSON = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a detail says.

    Attributes:
        in_circuit: the parapheur has it, or had it.
        signed: the circuit ended without a refusal.
        rejected: somebody of the circuit refused it.
        acknowledged: the accusé de réception and what goes with it are there.
        refused: why the acte was refused, ``""`` when it was not.
        cancelled: the transmission was cancelled.
        waits_for_agent: who must act outside Pastell for the acte to leave, ``""`` when nobody.
        needs: what it waits for.
        action: the action that it needs.
        reason: why, or what a person should do.
        who: that person.
        wait: how long until it is worth reading again if nothing moves.
    """

    in_circuit: bool
    signed: bool
    rejected: bool
    acknowledged: bool
    refused: str
    cancelled: bool
    waits_for_agent: str
    needs: Needs
    action: str = ""
    reason: str = ""
    who: str = ""
    wait: timedelta = _UNKNOWN


@dataclass(frozen=True, slots=True)
class _Next:
    needs: Needs
    action: str = ""
    reason: str = ""
    who: str = _PASTELL
    wait: timedelta = _UNKNOWN


@dataclass(frozen=True, slots=True)
class _State:
    """How long a state may last, what to ask for then, how often, and whether asking comes at longer and longer
    intervals; ``advice`` is for a person when nothing is left to ask.
    """

    patience: timedelta
    action: str = ""
    most: int = 0
    growing: bool = True
    advice: str = ""
    after_circuit: bool = False


def _passing(action: str, *, after_circuit: bool = False) -> _State:
    advice = (
        "Cherchez dans Pastell pourquoi ce travail n'avance pas (travail verrouillé, connecteur), "
        "puis relancez-le."
    )
    return _State(_PASSING, action, most=8, advice=advice, after_circuit=after_circuit)


_STATES: dict[str, _State] = {
    "preparation-transformation": _passing("transformation"),
    "transformation": _passing("orientation"),
    "preparation-send-iparapheur": _passing("send-iparapheur"),
    "send-iparapheur": _State(timedelta(days=3), "verif-iparapheur", most=1000, growing=False),
    "recu-iparapheur": _passing("orientation", after_circuit=True),
    "preparation-transformation-fixe": _passing("transformation-fixe", after_circuit=True),
    "transformation-fixe": _passing("orientation", after_circuit=True),
    "pre-send-tdt": _passing("send-tdt", after_circuit=True),
    "prepare-tdt": _passing("send-tdt", after_circuit=True),
    "send-tdt": _State(timedelta(hours=6), "verif-tdt", most=1000, growing=False, after_circuit=True),
    "acquiter-tdt": _passing("orientation", after_circuit=True),
    "document-transmis-tdt": _State(timedelta(days=1), after_circuit=True, most=1000, growing=False),
    "teletransmission-tdt": _State(timedelta(days=1), after_circuit=True, most=1000, growing=False),
    "return-teletransmission-tdt": _passing("verif-tdt", after_circuit=True),
    "erreur-verif-iparapheur": _State(
        timedelta(hours=1),
        "verif-iparapheur",
        most=4,
        advice="Voyez le dossier dans le parapheur ; une fois la cause corrigée, adoptez de nouveau ce document.",
    ),
    "send-tdt-erreur": _State(
        timedelta(minutes=10),
        "send-tdt",
        most=4,
        after_circuit=True,
        advice="Ne corrigez pas le numéro dans Pastell : le document repartirait à la signature. Si la cause est "
        "du côté de S2LOW, redemandez « send-tdt » sans rien changer, puis adoptez de nouveau ce document. Si le "
        "numéro est déjà pris, cherchez d'abord l'acte sur S2LOW.",
    ),
    "erreur-verif-tdt": _State(
        timedelta(hours=1),
        "verif-tdt",
        most=4,
        after_circuit=True,
        advice="Voyez la transaction sur S2LOW ; une fois la cause corrigée, adoptez de nouveau ce document.",
    ),
    "tdt-error": _State(
        timedelta(hours=1),
        "verif-tdt",
        most=4,
        after_circuit=True,
        advice="L'acte est peut-être acquitté : voyez la transaction sur S2LOW avant toute autre action.",
    ),
    "send-signature-error": _State(
        timedelta(),
        advice="Le parapheur ne prend pas ce document : corrigez le sous-type dans Pastell, redemandez "
        "« send-iparapheur », puis adoptez de nouveau ce document.",
    ),
    "termine": _State(
        _SETTLING,
        after_circuit=True,
        advice="Pastell a terminé sans donner tout ce qui était demandé : comparez avec le parapheur et S2LOW, "
        "puis adoptez le bon document, ou abandonnez.",
    ),
}

_AFTER = frozenset({"annulation-tdt", "annuler-tdt"})
_LATER_STEPS = (
    "preparation-send-",
    "send-mailsec",
    "send-ged",
    "reception",
    "non-recu",
    "prepare-ged",
    "prepare-sae",
)
_STOPPED = "Voyez ce document dans Pastell, puis adoptez-le de nouveau une fois corrigé, ou abandonnez."


def standing_of(dossier: Dossier, detail: DocumentDetail, *, now: datetime) -> Standing:
    """Read the standing of the dossier's own document from its detail."""
    document = dossier.pastell
    assert document is not None
    etat, state = detail.etat, _STATES.get(detail.etat)
    same = (etat, detail.etat_date) == (document.etat, document.since)
    answer = document.answer.lower() if same else ""
    after = bool(state and state.after_circuit) or etat in _AFTER or _later_step(etat)
    agent = _AGENT if etat in ("document-transmis-tdt", "teletransmission-tdt") else ""
    if "en attente d'être postée" in answer or "en attente d'être signée" in answer:
        agent = _AGENT
    refused = document.answer if etat == "send-tdt" and "refusé" in answer else ""
    next_ = _next(dossier, document, detail, now=now, asked=document.asked if same else 0)
    return Standing(
        in_circuit=after or etat in ("send-iparapheur", "rejet-iparapheur", "erreur-verif-iparapheur"),
        signed=after,
        rejected=etat == "rejet-iparapheur",
        acknowledged=bool(detail.texte("date_ar")),
        refused=refused,
        cancelled=etat == "annuler-tdt",
        waits_for_agent=agent,
        needs=next_.needs,
        action=next_.action,
        reason=next_.reason,
        who=next_.who,
        wait=next_.wait,
    )


def _next(
    dossier: Dossier, document: PastellDocument, detail: DocumentDetail, *, now: datetime, asked: int
) -> _Next:
    etat = detail.etat
    age = now - detail.etat_date if detail.etat_date is not None else timedelta()
    if _rests(dossier, document, detail):
        why = "le document est signé, et ce flux attend qu'on demande la transmission"
        return _Next(Needs.ACTION, action="send-tdt", reason=why)
    if etat in DRAFT:
        advice = (
            "Ce document est redevenu un brouillon : s'il repart, il sera signé une seconde fois. " + _STOPPED
        )
        return _Next(Needs.PERSON, reason=advice)
    state = _STATES.get(etat)
    if state is None:
        if _later_step(etat) or age < _UNKNOWN:
            return _Next(Needs.TIME)
        return _Next(Needs.PERSON, reason=_STOPPED)
    left = state.patience * (2**asked if state.growing else asked + 1) - age
    if left > timedelta():
        return _Next(Needs.TIME, wait=max(left, _MINUTE))
    if asked >= state.most:
        return _Next(Needs.PERSON, reason=state.advice or _STOPPED)
    if state.action not in detail.actions:
        return _Next(Needs.TIME, wait=state.patience or _PASSING)
    return _Next(Needs.ACTION, action=state.action, reason=f"l'état « {etat} » dure depuis {_shown(age)}")


def _rests(dossier: Dossier, document: PastellDocument, detail: DocumentDetail) -> bool:
    """A signed document of a flux that does not chain by itself."""
    accepted = dossier.accepted
    assert accepted is not None
    form = FORMS[document.flux]
    return form.stops_when_signed and accepted.transmettre and detail.etat == "recu-iparapheur"


def _later_step(etat: str) -> bool:
    """A step that comes after the transmission: it is not ours to watch."""
    return etat.startswith(_LATER_STEPS) and etat != "preparation-send-iparapheur"


def _shown(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{int(age.total_seconds() // 60)} min" if not hours else f"{hours} h"
