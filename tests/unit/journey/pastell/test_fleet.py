from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cdg62_connect.errors import AccessRefused, NotSent
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.pastell.fleet import FleetWatch
from cdg62_connect.journey.store import Store

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
ENTITY = "12"


class StandingClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Bus:
    """Pastell as the watch sees it: a journal, a list, and how many pages of each were asked for."""

    rows: list[tuple[int, str, str, datetime, int]] = field(default_factory=list)
    listed: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    pages: int = 0
    readable: bool = True
    down: bool = False

    @property
    def journal(self) -> Bus:
        return self

    @property
    def documents(self) -> Bus:
        return self

    def lignes(self, entite: str, *, page: int) -> Iterator[Any]:
        assert entite == ENTITY
        if not self.readable:
            raise AccessRefused(platform="pastell", operation="journal")
        yield from self._paged(
            [
                SimpleNamespace(id_j=rank, id_d=id_d, action=action, date=at, type=kind)
                for rank, id_d, action, at, kind in reversed(self.rows)
            ],
            page,
        )

    def lister(self, entite: str, recherche: Any, *, page: int) -> Iterator[Any]:
        assert entite == ENTITY
        yield from self._paged(
            [
                SimpleNamespace(id_d=id_d, etat=etat, etat_date=at)
                for id_d, (etat, at) in self.listed.items()
                if at > recherche.etat_apres
            ],
            page,
        )

    def _paged(self, rows: list[Any], page: int) -> Iterator[Any]:
        for start in range(0, len(rows) + 1, page):
            self._call()
            yield from rows[start : start + page]
            if len(rows) < start + page:
                return

    def _call(self) -> None:
        if self.down:
            raise NotSent(platform="pastell", operation="journal")
        self.pages += 1

    def moves(self, id_d: str, etat: str, at: datetime, *, journal: bool = True, listed: bool = True) -> None:
        if journal:
            self.rows.append((len(self.rows) + 1, id_d, etat, at, 1))
        if listed:
            self.listed[id_d] = (etat, at)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def store(tmp_path: Path, clock: StandingClock) -> Store:
    return Store(tmp_path, clock=clock)


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def weather(store: Store) -> Any:
    return store.weather(longest=3600)


@pytest.fixture
def fleet(store: Store, bus: Bus, clock: StandingClock, weather: Any) -> FleetWatch:
    account = SimpleNamespace(entity=ENTITY)
    settings = SimpleNamespace(
        authorities=[SimpleNamespace(pastell=account)], rhythm=SimpleNamespace(pastell_seconds=120)
    )
    desk = SimpleNamespace(of=lambda _authority: SimpleNamespace(require_pastell=lambda: bus))
    return FleetWatch(
        cast("Any", settings), store=store, desk=cast("Any", desk), weather=weather, clock=clock
    )


def carried(store: Store, id_depot: str, id_d: str, etat: str, since: datetime) -> None:
    """A dossier that Pastell carries, last seen in that state, and not due before a day."""
    with store.hold(id_depot) as hold:
        hold.append(
            ev.Received(taken=id_depot, empreinte_manifeste="0" * 64),
            ev.PastellDocumentOpened(entite=ENTITY, id_d=id_d, flux="ls-actes", how="created"),
            ev.PastellSeen(etat=etat, since=since),
        )
        hold.schedule(START + timedelta(days=1), waits={})


def turn(fleet: FleetWatch, clock: StandingClock) -> None:
    clock.moment += timedelta(seconds=120)
    fleet.run()


def test_a_thousand_dossiers_at_rest_cost_two_requests(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    for rank in range(1000):
        bus.moves(f"d{rank:04}", "send-iparapheur", START - timedelta(days=3))
    for rank in range(20):
        carried(store, f"A{rank}", f"d{rank:04}", "send-iparapheur", START - timedelta(days=3))
    turn(fleet, clock)
    bus.pages = 0
    turn(fleet, clock)
    assert bus.pages == 2
    assert store.due(clock.now()) == []


def test_only_what_moved_is_woken(fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock) -> None:
    for name, id_d in (("A", "d1"), ("B", "d2")):
        bus.moves(id_d, "send-iparapheur", START)
        carried(store, name, id_d, "send-iparapheur", START)
    turn(fleet, clock)
    assert store.due(clock.now()) == []
    bus.moves("d2", "recu-iparapheur", START + timedelta(minutes=1))
    turn(fleet, clock)
    assert store.due(clock.now()) == ["B"]


@pytest.mark.parametrize("source", ["journal", "listed"])
def test_either_source_alone_is_enough(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock, source: str
) -> None:
    bus.moves("d1", "send-tdt", START)
    carried(store, "A", "d1", "send-tdt", START)
    turn(fleet, clock)
    later = START + timedelta(minutes=1)
    bus.moves("d1", "acquiter-tdt", later, journal=source == "journal", listed=source == "listed")
    turn(fleet, clock)
    assert store.due(clock.now()) == ["A"]


def test_without_the_right_to_read_the_journal_the_list_is_enough(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    bus.readable = False
    bus.moves("d1", "send-tdt", START)
    carried(store, "A", "d1", "send-tdt", START)
    turn(fleet, clock)
    bus.moves("d1", "termine", START + timedelta(minutes=1))
    turn(fleet, clock)
    assert store.due(clock.now()) == ["A"]


def test_a_flood_of_rows_costs_one_request_more_for_each_five_hundred(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    bus.moves("d0001", "send-tdt", START)
    carried(store, "A", "d0001", "send-tdt", START)
    turn(fleet, clock)
    for rank in range(1200):
        bus.moves(f"d{rank:04}", "termine", START + timedelta(seconds=30))
    bus.pages = 0
    turn(fleet, clock)
    assert bus.pages <= 2 + 1200 // 500
    assert store.due(clock.now()) == ["A"]
    bus.pages = 0
    turn(fleet, clock)
    assert bus.pages <= 4, "the list has caught up"


def test_downloads_and_mails_in_the_journal_wake_nobody(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    bus.moves("d1", "send-tdt", START)
    carried(store, "A", "d1", "send-tdt", START)
    turn(fleet, clock)
    bus.rows.append((len(bus.rows) + 1, "d1", "Consulté", clock.now(), 7))
    turn(fleet, clock)
    assert store.due(clock.now()) == []


def test_a_journal_ahead_of_the_list_is_told(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    bus.moves("d1", "send-tdt", START)
    carried(store, "A", "d1", "send-tdt", START)
    turn(fleet, clock)
    bus.moves("d1", "acquiter-tdt", START + timedelta(minutes=1), listed=False)
    bus.moves("d1", "send-tdt", START + timedelta(seconds=5), journal=False)
    clock.moment += timedelta(seconds=120)
    [divergence] = fleet.run()
    assert divergence.id_depot == "A"
    assert "acquiter-tdt" in divergence.reason


def test_nothing_is_asked_for_an_entity_that_carries_nothing(fleet: FleetWatch, bus: Bus) -> None:
    fleet.run()
    assert bus.pages == 0
    assert fleet.next_due() is None


def test_an_entity_is_read_at_its_own_rhythm(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    carried(store, "A", "d1", "send-tdt", START)
    turn(fleet, clock)
    bus.pages = 0
    clock.moment += timedelta(seconds=60)
    fleet.run()
    assert bus.pages == 0
    assert fleet.next_due() == clock.moment + timedelta(seconds=60)


def test_a_clock_that_ran_ahead_does_not_stop_the_watch(
    fleet: FleetWatch, store: Store, bus: Bus, clock: StandingClock
) -> None:
    carried(store, "A", "d1", "send-tdt", START)
    clock.moment = START + timedelta(days=400)
    fleet.run()
    clock.moment, bus.pages = START, 0
    fleet.run()
    assert bus.pages > 0


def test_a_platform_that_is_down_is_told_and_probed_later(
    fleet: FleetWatch,
    store: Store,
    bus: Bus,
    clock: StandingClock,
    weather: Any,
) -> None:
    carried(store, "A", "d1", "send-tdt", START)
    bus.down = True
    fleet.run()
    [outage] = weather.outages
    assert outage.platform == "pastell"
    assert fleet.next_due() == outage.next_probe


def test_a_dossier_woken_while_somebody_holds_it_is_looked_at_again(
    store: Store, clock: StandingClock
) -> None:
    carried(store, "A", "d1", "send-tdt", START)
    with store.hold("A") as hold:
        store.make_due("A")
        hold.schedule(clock.now() + timedelta(days=1), waits={})
    assert store.due(clock.now()) == ["A"]
