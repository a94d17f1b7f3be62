"""Where a folder stands, read from the events of its PREMIS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cdg62_connect.iparapheur.rest_v5.premis import Action, Evenement, Premis

_SIGNED = (Action.SIGNATURE, Action.EXTERNAL_SIGNATURE, Action.PAPER_SIGNATURE)
_ASIDE = (Action.READ, Action.UPDATE)
"""What people do without the folder moving on."""


class Stade(Enum):
    """How far a folder is."""

    INITIALISATION = "en préparation"  # just created: no task yet
    BROUILLON = "brouillon"
    EN_COURS = "en cours"
    TERMINE = "terminé"
    REJETE = "rejeté"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where a folder stands.

    Attributes:
        stade: how far it is.
        tache: id of the task that it waits for: the start of a draft, the archiving of a finished one.
        attendues: what it waits for, several at once when desks work side by side.
        bureaux: the desks that it waits for, as far as they are named.
        motif: why it was rejected; ``""`` otherwise, or when no reason was given.
        refuse_par: who rejected it, with the desk in ``refuse_bureau``.
        dernier: the last thing done, if any.
        signe_le: when the last signature was given, or the last seal for a circuit without signature.
        signe_par: by whom.
    """

    stade: Stade
    tache: str = ""
    attendues: tuple[str, ...] = ()
    bureaux: tuple[str, ...] = ()
    motif: str = ""
    refuse_par: str = ""
    refuse_bureau: str = ""
    refuse_le: datetime | None = None
    dernier: Evenement | None = None
    signe_le: datetime | None = None
    signe_par: str = ""


def situation(premis: Premis) -> Situation:
    """Read ``premis``. A step is done when it is dated: who did it may be gone.

    A task that is neither dated nor ARCHIVE, DELETE or START is something that the folder waits for, be it
    an action that nobody has seen. DELETE alone is no rejection: somebody must have rejected.
    """
    moves = [event for event in premis.evenements if event.action not in _ASIDE]
    waiting = [event for event in moves if event.tache and not event.fait]
    done = [event for event in moves if event.fait]
    dernier = done[-1] if done else None
    signed = _last(done, *_SIGNED) or _last(done, Action.SEAL)
    rejected = _last(done, Action.REJECT)
    at_work = [e for e in waiting if e.action not in (Action.ARCHIVE, Action.DELETE, Action.START)]
    if at_work:
        stade, current = Stade.EN_COURS, at_work
    elif any(event.action is Action.START for event in waiting):
        stade, current = Stade.BROUILLON, [e for e in waiting if e.action is Action.START]
    elif any(event.action is Action.ARCHIVE for event in waiting):
        stade, current = Stade.TERMINE, [e for e in waiting if e.action is Action.ARCHIVE]
    elif waiting:
        stade, current = (Stade.REJETE if rejected else Stade.EN_COURS), waiting
    else:
        stade, current = _without_task(dernier, rejected), []
    refusal = rejected if stade is Stade.REJETE else None
    return Situation(
        stade=stade,
        tache=current[0].tache if current else "",
        attendues=tuple(event.brut for event in current),
        bureaux=tuple(event.bureau for event in current if event.bureau),
        motif=refusal.note if refusal else "",
        refuse_par=refusal.acteur if refusal else "",
        refuse_bureau=refusal.bureau if refusal else "",
        refuse_le=refusal.date if refusal else None,
        dernier=dernier,
        signe_le=signed.date if signed else None,
        signe_par=signed.acteur if signed else "",
    )


def _without_task(dernier: Evenement | None, rejected: Evenement | None) -> Stade:
    """Nothing is waited for: the workflow engine is not ready yet, between two steps, or has done."""
    if dernier is None or dernier.action is Action.CREATE:
        return Stade.INITIALISATION
    if dernier.action is Action.ARCHIVE:
        return Stade.TERMINE
    if rejected is not None and dernier.action in (Action.REJECT, Action.DELETE):
        return Stade.REJETE
    return Stade.EN_COURS


def _last(events: list[Evenement], *actions: Action) -> Evenement | None:
    return next((event for event in reversed(events) if event.action in actions), None)
