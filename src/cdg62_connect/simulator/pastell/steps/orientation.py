"""Which step comes next: studio flux, flux that go on by themselves, ``document-a-signer``, ``pdf-generique``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.execution import AT_ONCE, Execution, Moments

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.flux import Step

_DRAFT = ("creation", "modification", "importation", "pre-orientation")
_END = "termine"
_NEXT = "sélection automatique de l'action suivante"
_AUTO_NEXT = "Préparation de l'envoi suivant"


def studio(run: Execution) -> Moments:
    """From the draft, always the first step again; from the end of a step, the next one that is asked for."""
    return (yield from _go(run, _following(run), _NEXT))


def automatic(run: Execution) -> Moments:
    """``actes-automatique``, ``helios-automatique``: the steps already done are not done again."""
    return (yield from _go(run, _following(run), _AUTO_NEXT))


def pdf(run: Execution) -> Moments:
    """``pdf-generique``: the message tells both states."""
    following = _following(run)
    return (yield from _go(run, following, f"Changement d'état : {run.document.state} -> {following}"))


def to_sign(run: Execution) -> Moments:
    """``document-a-signer``: it rests after each step, unless it was asked to go on by itself."""
    state = run.document.state
    alone = run.form.truth("envoi_auto")
    if state == "recu-iparapheur":
        following = "recu-iparapheur-etat"
        if alone:
            following = "prepare-ged" if run.form.truth("envoi_ged") else _END
    else:
        following = _END if alone else "send-ged-etat"
    return (yield from _go(run, following, f"Changement d'état : {state} -> {following}"))


def _go(run: Execution, state: str, message: str) -> Moments:
    run.message = message
    run.record(state, message)
    yield from AT_ONCE
    return True


def _following(run: Execution) -> str:
    steps = run.flux.steps
    start = 0
    if run.document.state not in _DRAFT:
        done = [rank for rank, step in enumerate(steps) if run.document.state in step.successes]
        start = done[-1] + 1 if done else len(steps)
    return next((step.first for step in steps[start:] if _wanted(run, step)), _END)


def _wanted(run: Execution, step: Step) -> bool:
    box = run.flux.fields.get(step.box)
    required = box is not None and bool(box.props.get("read-only"))
    if not required and not run.form.truth(step.box):
        return False
    skipped = step.first == "preparation-transformation" and run.habits.transformation_optional
    if not skipped:
        return True
    return run.platform.connector_for(run.document.id_e, run.document.type, "transformation") is not None
