"""Where a document of Pastell stands for us: it goes on by itself, it needs an action of ours, or a person.

What a state is, the client knows; how long to wait, how often to ask and when to call a person is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from cdg62_connect.pastell import Avancement, FluxConnu, Nature, Suite, verdict

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.pastell import DocumentDetail, Verdict

_MINUTE = timedelta(minutes=1)
_SETTLING = timedelta(minutes=5)
"""The state may be read just before the data that goes with it."""

_RETRY = timedelta(minutes=10)
"""An error is asked about for the first time after this, then at longer and longer intervals."""

_DAY = timedelta(days=1)
_INCOMPLETE = timedelta(hours=1)
"""An acte that is acknowledged and whose other files have not come by then goes on without them."""

_MOST_ON_ERROR = 4
_MOST_IN_PASSING = 8

_TRANSMIT = "send-tdt"
_AGENT = "l'agent télétransmetteur de l'autorité : il confirme l'envoi de l'acte avec son certificat"
_PASTELL = "l'administrateur de Pastell"
_AGAIN = "Une fois la cause corrigée dans Pastell, adoptez de nouveau ce document, ou abandonnez."
_DRAFT_AGAIN = (
    "Ce document est redevenu un brouillon : s'il repart, il sera signé une seconde fois. Voyez dans Pastell qui l'a "
    "modifié, puis adoptez le bon document, ou abandonnez."
)
_ENDED_SHORT = (
    "Pastell a terminé sans donner tout ce qui était demandé : comparez avec le parapheur et S2LOW, puis adoptez le "
    "bon document, ou abandonnez."
)


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
        signed: the circuit ended, and its slip is there.
        rejected: somebody of the circuit refused it.
        acknowledged: the accusé de réception and what goes with it are there.
        answered: the acquit of a PES is there, good or bad.
        refused: why the acte or the PES was refused, ``""`` when it was not.
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
    answered: bool
    refused: str
    cancelled: bool
    waits_for_agent: str
    needs: Needs
    action: str = ""
    reason: str = ""
    who: str = ""
    wait: timedelta = _DAY


@dataclass(frozen=True, slots=True)
class _Next:
    needs: Needs
    action: str = ""
    reason: str = ""
    who: str = _PASTELL
    wait: timedelta = _DAY


def standing_of(dossier: Dossier, detail: DocumentDetail, flux: FluxConnu, *, now: datetime) -> Standing:
    """Read the standing of the dossier's own document from its detail."""
    document, accepted = dossier.pastell, dossier.accepted
    assert document is not None
    assert accepted is not None
    found = verdict(detail, flux, maintenant=now)
    same = detail.etat == document.etat
    answer = document.answer if same else ""
    asked = document.asked if same else 0
    age = found.age or timedelta()
    agent = _AGENT if found.etat.nature is Nature.PERSONNE else ""
    if any(words in answer.lower() for words in ("en attente d'être postée", "en attente d'être signée")):
        agent = _AGENT
    incomplete = found.acte is Avancement.ACCEPTE_INCOMPLET and age >= _INCOMPLETE
    next_ = _next(accepted.transmettre, found, asked=asked, age=age)
    return Standing(
        in_circuit=_in_circuit(detail, flux),
        signed=found.signature is Avancement.ACCEPTE,
        rejected=found.signature is Avancement.REFUSE,
        acknowledged=found.acte is Avancement.ACCEPTE or incomplete,
        answered=found.pes in (Avancement.ACCEPTE, Avancement.REFUSE),
        refused=_refusal(detail, answer),
        cancelled=found.acte is Avancement.ANNULE,
        waits_for_agent=agent,
        needs=next_.needs,
        action=next_.action,
        reason=next_.reason,
        who=next_.who,
        wait=next_.wait,
    )


def _refusal(detail: DocumentDetail, answer: str) -> str:
    """Why the acte is over without an accusé: refused by the préfecture, which only a check made by hand tells, or
    in error on S2LOW, which is as final.
    """
    if detail.etat == _TRANSMIT and "refusé" in answer.lower():
        return answer
    said = answer or detail.etat_message or ""
    if detail.etat == "tdt-error" and "transaction en erreur" in said.lower():  # a PES
        return said
    return said if detail.etat == "erreur-verif-tdt" and "transaction en erreur" in said.lower() else ""


def _next(transmettre: bool, found: Verdict, *, asked: int, age: timedelta) -> _Next:
    etat = found.etat
    advice = f"{found.conseil} {_AGAIN}".strip()
    match etat.nature:
        case _ if not found.connu:
            return _Next(Needs.TIME) if age < _DAY else _Next(Needs.PERSON, reason=_AGAIN)
        case Nature.REPOS if found.suite is Suite.AGIR and found.action == _TRANSMIT and transmettre:
            if asked:  # Pastell said no: its classification may be late, which a night puts right
                return _asked(found, _RETRY * 2**asked, asked, age, most=_MOST_IN_PASSING, advice=advice)
            why = "le document est signé, et ce flux attend qu'on demande la transmission"
            return _Next(Needs.ACTION, action=_TRANSMIT, reason=why)
        case Nature.REPOS | Nature.FINAL if age < _SETTLING:
            return _Next(Needs.TIME, wait=_MINUTE)
        case Nature.REPOS:
            return _Next(Needs.PERSON, reason=_DRAFT_AGAIN)
        case Nature.FINAL:
            return _Next(Needs.PERSON, reason=_ENDED_SHORT)
        case Nature.PERSONNE:
            return _Next(Needs.TIME)
        case Nature.ERREUR:
            return _asked(found, _RETRY * 2**asked, asked, age, most=_MOST_ON_ERROR, advice=advice)
        case Nature.TRANSITOIRE:
            patience = (etat.patience or _RETRY) * 2**asked
            return _asked(found, patience, asked, age, most=_MOST_IN_PASSING, advice=advice)
        case Nature.ATTENTE:
            if etat.patience is None:
                return _Next(Needs.TIME)
            return _asked(found, etat.patience * (asked + 1), asked, age, most=None, advice=advice)


def _asked(
    found: Verdict, patience: timedelta, asked: int, age: timedelta, *, most: int | None, advice: str
) -> _Next:
    """Wait that long, then ask Pastell by hand; after so many times, a person."""
    left = patience - age
    if left > timedelta():
        return _Next(Needs.TIME, wait=max(left, _MINUTE))
    if most is not None and asked >= most:
        return _Next(Needs.PERSON, reason=advice)
    if found.action is None:
        return _Next(Needs.TIME) if most is None or age < _DAY else _Next(Needs.PERSON, reason=advice)
    why = f"l'état « {found.etat.nom} » dure depuis {_shown(age)}"
    return _Next(Needs.ACTION, action=found.action, reason=why)


def _in_circuit(detail: DocumentDetail, flux: FluxConnu) -> bool:
    """Whether the parapheur has taken the document."""
    if detail.texte("iparapheur_dossier_id"):
        return True
    return any(
        detail.etat == etat.nom == "send-iparapheur"
        for step in flux.etape("signature")
        for etat in step.etats
    )


def _shown(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
