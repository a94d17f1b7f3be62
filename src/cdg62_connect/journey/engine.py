"""The engine: for one dossier, take the step that comes next, until there is only waiting left.

Around every effect: the intent is written before the call and the outcome after it; an intent without an
outcome is reconciled with the platform before anything else is tried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from cdg62_connect.errors import (
    AlreadyExists,
    AnswerLost,
    Cdg62Error,
    ConfigurationError,
    HoldLost,
    InvalidInput,
    JournalError,
    NotReady,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unavailable,
)
from cdg62_connect.journey import events as ev
from cdg62_connect.journey import pace
from cdg62_connect.journey.hold import Wait
from cdg62_connect.journey.step import PARIS, Context, Effect, Later, Look, Publication, Step
from cdg62_connect.journey.weather import cause_of
from cdg62_connect.operis import StillHeld

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.formats import Classification
    from cdg62_connect.journey.documents import Documents
    from cdg62_connect.journey.hold import Hold
    from cdg62_connect.journey.platforms import Assignment, PlatformDesk
    from cdg62_connect.journey.release_gate import ReleaseGate
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.weather import Outage, Weather
    from cdg62_connect.operis import DepositTree
    from cdg62_connect.settings import Settings

_log = logging.getLogger("cdg62_connect.parcours")


Routes = Callable[["Dossier"], tuple[Step, ...]]
"""The steps of a dossier, in the order in which they are tried."""

_TRIES_BEFORE_TOLD = 4
"""How many times a file of the depositor's may be found held by another program before a person reads of it."""

_TRIES_BEFORE_PERSON = 5
"""How many times a platform may say that a key is taken without showing the element."""


@dataclass(frozen=True, slots=True)
class _Postponed:
    seconds: float
    reason: str
    problem: bool = False
    cause: str = ""
    counts: bool = True
    answered: bool = False


class Engine:
    """Advances dossiers, each along its own route."""

    def __init__(
        self,
        settings: Settings,
        *,
        routes: Routes,
        desk: PlatformDesk,
        gate: ReleaseGate,
        tree: DepositTree,
        documents: Documents,
        clock: Clock,
        classification: Callable[[Assignment], Classification],
        weather: Weather,
        alone: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._settings = settings
        self._routes = routes
        self._desk = desk
        self._gate = gate
        self._tree = tree
        self._documents = documents
        self._clock = clock
        self._classification = classification
        self._weather = weather
        self._alone = alone
        self._longest = float(settings.rhythm.longest_seconds)

    def advance(self, hold: Hold) -> None:
        """Take every step that can be taken now, then say when to look again."""
        waits = dict(hold.waits)
        problem = ""
        while (step := self._next(hold, waits)) is not None:
            before = waits.get(step.name)
            outcome = self._take(step, hold, before)
            if isinstance(outcome, _Postponed):
                waits[step.name] = self._wait(outcome, before)
                problem = outcome.reason if outcome.problem else problem
            else:
                assert outcome, f"{step.name} took its turn and changed nothing"
                _settle(waits, step, outcome, now=self._clock.now())
                hold.append(*outcome)
        applying = {step.name for step in self._routes(hold.state) if _applies(step, hold.state)}
        waits = {name: wait for name, wait in waits.items() if name in applying}
        hold.schedule(
            min((wait.until for wait in waits.values()), default=None), waits=waits, problem=problem
        )

    def _wait(self, outcome: _Postponed, before: Wait | None) -> Wait:
        """The next wait; one that was only for somebody else's probe keeps the counts as they are."""
        now = self._clock.now()
        until = now + timedelta(seconds=outcome.seconds)
        if not outcome.counts:
            before = before or Wait(set_at=now, until=until, tries=0, reason="")
            return replace(before, set_at=now, until=until, reason=outcome.reason)
        again = before is not None and before.cause == outcome.cause
        return Wait(
            set_at=now,
            until=until,
            tries=before.tries + 1 if before else 1,
            reason=outcome.reason,
            cause=outcome.cause,
            same=before.same + 1 if before and again else 1,
        )

    def _next(self, hold: Hold, waits: dict[str, Wait]) -> Step | None:
        now = self._clock.now()
        applying = (step for step in self._routes(hold.state) if _applies(step, hold.state))
        return next((step for step in applying if self._ready(waits.get(step.name), now)), None)

    def _ready(self, wait: Wait | None, now: datetime) -> bool:
        """A wait that was set later than now was set by a clock that ran ahead: it is over."""
        return wait is None or wait.until <= now or wait.set_at > now

    def _take(self, step: Step, hold: Hold, wait: Wait | None) -> tuple[ev.Fact, ...] | _Postponed:
        tries = wait.tries if wait else 0
        if hasattr(step, "publish"):
            return self._publish(cast("Publication", step), hold, tries)
        asked = cast("Effect | Look", step)
        if outage := self._weather.closed(asked.platform):
            return self._await(outage)
        try:
            context = Context(
                settings=self._settings,
                documents=self._documents,
                clock=self._clock,
                assignment=self._desk.assign(hold.state),
                wait=wait,
                reserve_number=hold.reserve_number,
                claim=hold.claim,
                owner=hold.owner,
                alone=self._alone,
                classification=self._classification,
            )
            outcome = (
                self._look(cast("Look", step), context, hold)
                if hasattr(step, "look")
                else self._effect(cast("Effect", step), context, hold, tries)
            )
        except Cdg62Error as failure:
            return self._after_read(failure, step, tries)
        if not isinstance(outcome, _Postponed) or outcome.answered or not outcome.problem:
            self._weather.answered(asked.platform)
        return outcome

    def _await(self, outage: Outage) -> _Postponed:
        """A platform in maintenance is not an error: one dossier probes it, the others wait for that."""
        seconds = (outage.next_probe - self._clock.now()).total_seconds()
        at = outage.next_probe.astimezone(PARIS)
        reason = f"{outage.platform} ne répond pas : en attente, prochaine tentative à {at:%H h %M}."
        return _Postponed(max(seconds, 1.0), reason, problem=True, counts=False)

    def _publish(self, step: Publication, hold: Hold, tries: int) -> tuple[ev.Fact, ...] | _Postponed:
        try:
            return step.publish(hold.state, tree=self._tree, documents=self._documents)
        except HoldLost:
            raise
        except StillHeld as held:
            wait = pace.after_fault(tries=tries, longest=self._longest)
            return _Postponed(wait, str(held), problem=tries >= _TRIES_BEFORE_TOLD)
        except (OSError, Cdg62Error) as refused:
            reason = f"Le déposant n'a pas pu être servi : {refused}"
            return _Postponed(pace.after_fault(tries=tries, longest=self._longest), reason, problem=True)

    def _look(self, step: Look, context: Context, hold: Hold) -> tuple[ev.Fact, ...] | _Postponed:
        found = step.look(context)
        if not isinstance(found, Later):
            return found
        if found.facts:
            hold.append(*found.facts)
        seconds = found.seconds
        if seconds is None:
            base = step.pace(self._settings, self._clock.now())
            seconds = pace.after_look(base, tries=context.tries, longest=self._longest)
        return _Postponed(seconds, found.reason, problem=found.problem, cause=found.cause, answered=True)

    def _effect(
        self, step: Effect, context: Context, hold: Hold, tries: int
    ) -> tuple[ev.Fact, ...] | _Postponed:
        if (pending := hold.state.intent(step.name)) is not None:
            return step.reconcile(context, pending)
        self._gate.require(step.platform)
        if self._journal_is_old(hold.state):
            return (_old_journal(step),)
        planned = step.plan(context)
        if not isinstance(planned, ev.IntentRecorded):
            return planned
        hold.append(planned)
        try:
            return step.perform(context, planned)
        except OutcomeUnknown as unknown:
            _log.warning("%s : %s", hold.id_depot, unknown)
            self._weather.failed(unknown.platform, unknown.summary)
            wait = pace.after_lost_answer(tries=tries, longest=self._longest)
            return _Postponed(wait, unknown.summary, problem=True)
        except AlreadyExists as known:
            return self._already_there(step, context, planned, known)
        except Cdg62Error as failure:
            return self._after_effect(failure, step, hold, tries)

    def _journal_is_old(self, dossier: Dossier) -> bool:
        """The depositor was told more than this journal knows: it was restored from an older copy."""
        if dossier.age_known:
            return False
        told = len(dossier.returns) + len(dossier.pending_returns)
        return any(
            int(folder.name.partition("-")[0]) > told for folder in self._tree.returns(dossier.id_depot)
        )

    def _already_there(
        self,
        step: Effect,
        context: Context,
        intent: ev.IntentRecorded,
        known: AlreadyExists,
    ) -> tuple[ev.Fact, ...] | _Postponed:
        """The platform says that the key is taken: by us, in an earlier life, or by somebody else.

        A new element may take a while to show itself: the platform is asked again before a person is.
        """
        facts = step.reconcile(context, intent)
        if not any(isinstance(fact, ev.IntentCleared) for fact in facts):
            return facts
        if context.same("deja_present") < _TRIES_BEFORE_PERSON:
            wait = pace.after_lost_answer(tries=context.tries, longest=self._longest)
            return _Postponed(wait, known.summary, problem=True, cause="deja_present")
        blocked = ev.Blocked(
            code="CLE_DEJA_PRISE",
            step=step.name,
            reason=f"{step.platform} dit que « {intent.key} » existe déjà, mais ne le montre pas. {known.said}",
            who=f"l'administrateur de {step.platform}",
            advice="Cherchez cet élément avec un compte qui voit tout, puis adoptez-le.",
        )
        return (*facts, blocked)

    def _after_effect(
        self, failure: Cdg62Error, step: Effect, hold: Hold, tries: int
    ) -> tuple[ev.Fact, ...] | _Postponed:
        """Anything but ``OutcomeUnknown`` means that the effect did not happen."""
        cleared = ev.IntentCleared(step=step.name, why=str(failure))
        final = isinstance(failure, Refused) and not failure.retryable
        if final or isinstance(failure, InvalidInput):
            if step.blocks:
                return (cleared, _blocked(step, failure))
            hold.append(cleared)
            return _Postponed(self._longest, str(failure), problem=True, cause="refus")
        hold.append(cleared)
        return self._after_read(failure, step, tries)

    def _after_read(self, failure: Cdg62Error, step: Step, tries: int) -> tuple[ev.Fact, ...] | _Postponed:
        """Nothing happened on the platform: wait, or call a person when waiting cannot help."""
        if isinstance(failure, InvalidInput):
            return (_blocked(step, failure),)
        wait = pace.after_fault(tries=tries, longest=self._longest)
        if isinstance(failure, Unavailable) and failure.retry_after:
            wait = min(max(wait, failure.retry_after), self._longest)
        if isinstance(failure, JournalError) and not isinstance(failure, HoldLost):
            _log.error("%s : %s", step.name, failure)
            return _Postponed(wait, str(failure), problem=True)
        if isinstance(failure, PlatformError | ConfigurationError):
            passing = isinstance(failure, NotSent | AnswerLost | Unavailable | NotReady)
            _log.log(logging.INFO if passing else logging.ERROR, "%s : %s", step.name, failure)
            if isinstance(failure, NotSent | Unavailable):
                self._weather.failed(failure.platform, failure.summary)
            return _Postponed(wait, str(failure), problem=True, cause=cause_of(failure))
        raise failure


def _settle(waits: dict[str, Wait], step: Step, outcome: tuple[ev.Fact, ...], *, now: datetime) -> None:
    """A step that succeeded owes nothing; one that only learnt that it failed keeps the count of its tries."""
    if all(isinstance(fact, ev.IntentCleared) for fact in outcome) and step.name in waits:
        waits[step.name] = replace(waits[step.name], set_at=now, until=now)
    else:
        waits.pop(step.name, None)


def _applies(step: Step, dossier: Dossier) -> bool:
    """A blocked or abandoned dossier is told to the depositor; nothing else is done with it.

    An effect whose outcome nobody knows comes before every other effect: it is reconciled first.
    """
    if not step.applies(dossier):
        return False
    if hasattr(step, "publish"):
        return True
    if dossier.blocked is not None or dossier.abandoned is not None:
        return False
    open_elsewhere = any(intent.step != step.name for intent in dossier.intents)
    return not (open_elsewhere and hasattr(step, "perform"))


def _old_journal(step: Effect) -> ev.Blocked:
    return ev.Blocked(
        code="JOURNAL_ANCIEN",
        step=step.name,
        reason="Le déposant a reçu plus de retours que ce journal n'en connaît : le journal a été restauré d'une "
        "copie plus ancienne. Rien n'est renvoyé.",
        who="l'administrateur de cdg62-connect",
        advice="Restaurez le journal le plus récent. À défaut, comparez avec les retours déjà rendus : abandonnez si "
        "tout y est ; sinon adoptez l'élément de la plateforme, ou dites --jamais-parti.",
    )


def _blocked(step: Step, failure: Cdg62Error) -> ev.Blocked:
    if isinstance(failure, PlatformError):
        return ev.Blocked(
            code="REFUS_" + failure.platform.upper(),
            step=step.name,
            reason=f"{failure.summary} {failure.said}".strip(),
            who=f"l'agent instructeur, avec l'administrateur de {failure.platform}",
            advice=failure.advice,
        )
    return ev.Blocked(
        code="DONNEE_A_CORRIGER",
        step=step.name,
        reason=str(failure),
        who="l'agent instructeur du dossier",
        advice="Abandonnez ce dossier, puis redéposez-le corrigé sous un nouveau numéro d'ordre.",
    )
