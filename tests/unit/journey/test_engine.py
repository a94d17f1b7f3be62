"""The engine around one effect that misbehaves in ways no simulated platform does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cdg62_connect.errors import AlreadyExists, Refused
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.engine import Engine
from cdg62_connect.journey.hold import Hold
from cdg62_connect.journey.platforms import Assignment
from cdg62_connect.journey.store import Store
from cdg62_connect.settings import Rhythm

START = datetime(2026, 3, 12, 12, tzinfo=UTC)


class StandingClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class SlowToShow:
    """A create that the platform has accepted, and shows only at the ``shown_at``-th look."""

    name = "ouvrir_circuit"
    platform = "iparapheur"
    blocks = True

    def __init__(self, *, shown_at: int) -> None:
        self.looks = 0
        self.creations = 0
        self._shown_at = shown_at

    def applies(self, dossier: Any) -> bool:
        return dossier.accepted is not None and dossier.circuit is None

    def plan(self, _context: object) -> ev.IntentRecorded:
        return ev.IntentRecorded(step=self.name, key="A")

    def perform(self, _context: object, _intent: object) -> tuple[ev.Fact, ...]:
        self.creations += 1
        raise AlreadyExists(platform="iparapheur", operation="CreerDossier", said="déjà présent")

    def reconcile(self, _context: object, _intent: object) -> tuple[ev.Fact, ...]:
        self.looks += 1
        if self.looks < self._shown_at:
            return (ev.IntentCleared(step=self.name, why="inconnu"),)
        return (ev.CircuitOpened(dossier_id="A", how="found"),)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def hold(tmp_path: Path, clock: StandingClock) -> Iterator[Hold]:
    with Store(tmp_path, clock=clock).hold("A") as held:
        held.append(
            ev.Received(taken="A", empreinte_manifeste="0" * 64),
            ev.Accepted(
                siren="216209916",
                numero_dossier="PC0629912600017",
                code_document="PIECES",
                objet="Lettre",
                document=ev.StoredFile(nature="document", nom="lettre.pdf", sha256="0" * 64),
                signer=True,
                transmettre=False,
            ),
        )
        yield held


def engine(step: SlowToShow, clock: StandingClock) -> Engine:
    anything = cast("Any", SimpleNamespace())
    desk = SimpleNamespace(
        assign=lambda dossier: Assignment(
            dossier=dossier, platforms=cast("Any", SimpleNamespace(siren=dossier.siren))
        )
    )
    return Engine(
        cast("Any", SimpleNamespace(rhythm=Rhythm())),
        routes=lambda _dossier: (step,),
        desk=cast("Any", desk),
        gate=cast("Any", SimpleNamespace(require=lambda _platform: None)),
        tree=cast("Any", SimpleNamespace(returns=lambda _lot: [])),
        documents=anything,
        clock=clock,
        classification=anything,
        weather=cast("Any", SimpleNamespace(closed=lambda _platform: None, answered=lambda _platform: None)),
        alone=anything,
    )


def run(step: SlowToShow, hold: Hold, clock: StandingClock, *, times: int) -> None:
    for _ in range(times):
        engine(step, clock).advance(hold)
        clock.moment += timedelta(hours=2)


def test_an_element_that_is_slow_to_show_itself_is_waited_for(hold: Hold, clock: StandingClock) -> None:
    step = SlowToShow(shown_at=4)
    run(step, hold, clock, times=6)
    assert hold.state.circuit is not None
    assert hold.state.blocked is None


def test_an_element_that_never_shows_itself_is_a_persons_business(hold: Hold, clock: StandingClock) -> None:
    step = SlowToShow(shown_at=10_000)
    run(step, hold, clock, times=12)
    blocked = hold.state.blocked
    assert blocked is not None
    assert blocked.code == "CLE_DEJA_PRISE"
    assert "adoptez" in blocked.advice
    creations = step.creations
    run(step, hold, clock, times=5)
    assert step.creations == creations, "a blocked dossier is left alone"


def test_the_intent_is_in_the_journal_before_each_attempt(hold: Hold, clock: StandingClock) -> None:
    seen: list[bool] = []

    class Watched(SlowToShow):
        def perform(self, context: object, intent: object) -> tuple[ev.Fact, ...]:
            seen.append([one.key for one in hold.state.intents] == ["A"])
            return super().perform(context, intent)

    run(Watched(shown_at=10_000), hold, clock, times=3)
    assert seen
    assert all(seen)


class Unwanted(SlowToShow):
    """Housekeeping that the platform refuses."""

    blocks = False

    def perform(self, _context: object, _intent: object) -> tuple[ev.Fact, ...]:
        self.creations += 1
        raise Refused(platform="iparapheur", operation="ArchiverDossier", said="droits insuffisants")


def test_housekeeping_that_is_refused_never_blocks_the_dossier(hold: Hold, clock: StandingClock) -> None:
    step = Unwanted(shown_at=10_000)
    run(step, hold, clock, times=3)
    assert hold.state.blocked is None
    assert hold.state.intents == ()
    assert hold.waits[step.name].cause == "refus"
    assert hold.waits[step.name].same == 3


def test_an_effect_waits_until_the_intent_of_another_is_cleared_up(hold: Hold, clock: StandingClock) -> None:
    hold.append(ev.IntentRecorded(step="transmettre", key="N1"))
    step = SlowToShow(shown_at=1)
    run(step, hold, clock, times=2)
    assert step.creations == 0
    hold.append(ev.IntentCleared(step="transmettre", why="jamais parti"))
    run(step, hold, clock, times=2)
    assert hold.state.circuit is not None


def test_a_wait_set_by_a_clock_that_ran_ahead_is_over(hold: Hold, clock: StandingClock) -> None:
    step = SlowToShow(shown_at=3)
    clock.moment = START + timedelta(days=3650)
    engine(step, clock).advance(hold)
    assert hold.waits[step.name].until > START + timedelta(days=3000)
    clock.moment = START
    run(step, hold, clock, times=4)
    assert hold.state.circuit is not None
