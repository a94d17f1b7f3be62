from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdg62_connect.errors import HoldLost, JournalError, UnknownDossier
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.hold import Wait
from cdg62_connect.journey.state import Stage
from cdg62_connect.journey.store import Busy, Store

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


class StandingClock:
    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def store(tmp_path: Path, clock: StandingClock) -> Store:
    return Store(tmp_path, clock=clock)


def received(name: str) -> ev.Received:
    return ev.Received(taken=name, empreinte_manifeste="0" * 64)


def accepted(siren: str = "216209916") -> ev.Accepted:
    return ev.Accepted(
        siren=siren,
        numero_dossier="PC0629912600017",
        code_document="ARR_ACCORD",
        objet="Arrêté",
        document=ev.StoredFile(nature="document", nom="arrete.pdf", sha256="0" * 64),
        signer=True,
        transmettre=True,
    )


def test_what_is_written_is_there_for_the_next_process(store: Store, tmp_path: Path) -> None:
    with store.hold("A") as hold:
        hold.append(received("A"), accepted())
    store.close()
    again = Store(tmp_path)
    assert again.dossier("A").stage is Stage.CHECKED
    assert [event.seq for event in again.history("A")] == [1, 2]


def test_facts_of_one_write_are_all_there_or_none(store: Store) -> None:
    with store.hold("A") as hold:
        hold.append(received("A"), accepted())
        assert hold.reserve_number(["N1"]) == "N1"
    with store.hold("B") as hold:
        hold.append(received("B"), accepted())
        before = hold.state.last_seq
        assert hold.reserve_number(["N1"]) is None
        assert hold.state.last_seq == before
    assert len(store.history("B")) == 2


def test_a_number_is_given_once_per_authority_and_for_ever(store: Store) -> None:
    for name, siren, expected in (
        ("A", "216209916", "N1"),
        ("B", "216209916", "N2"),
        ("C", "216209924", "N1"),
    ):
        with store.hold(name) as hold:
            hold.append(received(name), accepted(siren))
            assert hold.reserve_number(["N1", "N2"]) == expected


def test_a_dossier_is_held_by_one_at_a_time(store: Store) -> None:
    with store.hold("A"), pytest.raises(Busy), store.hold("A"):
        pass
    with store.hold("A"):
        pass


def test_the_lock_of_a_dead_process_is_free_at_once(store: Store, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with Store(tmp_path).hold("A"):
            os.write(writer, b"held")
            os.kill(os.getpid(), 9)
    assert os.read(reader, 4) == b"held"
    os.waitpid(child, 0)
    with store.hold("A") as hold:
        hold.append(received("A"))


def test_a_holder_that_was_replaced_writes_nothing(store: Store, tmp_path: Path) -> None:
    with store.hold("A") as hold:
        hold.append(received("A"))
        with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
            connection.execute("UPDATE dossiers SET holder = 'somebody else'")
        connection.close()
        with pytest.raises(HoldLost):
            hold.append(accepted())
        with pytest.raises(HoldLost):
            hold.schedule(None, waits={})
    assert len(store.history("A")) == 1


@pytest.mark.parametrize("table", ["events", "numbers"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id_depot = 'B'"])
def test_the_journal_refuses_to_be_rewritten(
    store: Store, tmp_path: Path, table: str, statement: str
) -> None:
    with store.hold("A") as hold:
        hold.append(received("A"), accepted())
        hold.reserve_number(["N1"])
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement.format(table))
    connection.close()


def test_dossiers_come_up_when_their_time_has_come(store: Store, clock: StandingClock) -> None:
    later = NOON + timedelta(hours=1)
    for name, due in (("A", None), ("B", later), ("C", NOON)):
        with store.hold(name) as hold:
            hold.append(received(name))
            hold.schedule(due, waits={"x": Wait(until=later, tries=2, reason="parce que")})
    assert store.due(clock.now()) == ["C"]
    assert store.due(later) == ["C", "B"]
    assert store.next_due() == NOON
    with store.hold("B") as hold:
        assert hold.waits["x"] == Wait(until=later, tries=2, reason="parce que")


def test_a_dossier_whose_process_died_is_due_at_once(store: Store, clock: StandingClock) -> None:
    with store.hold("A") as hold:
        hold.append(received("A"))
    assert store.due(clock.now()) == ["A"]


def test_to_resume_forgets_the_waits_of_what_is_in_course(store: Store, clock: StandingClock) -> None:
    with store.hold("A") as hold:
        hold.append(received("A"))
        hold.schedule(NOON + timedelta(days=1), waits={})
    with store.hold("B") as hold:
        hold.append(received("B"))
        hold.schedule(None, waits={})
    assert store.make_due() == 1
    assert store.due(clock.now()) == ["A"]


def test_an_unknown_dossier_is_said_to_be_unknown(store: Store) -> None:
    with pytest.raises(UnknownDossier, match="ne connaît pas"):
        store.dossier("A")


def test_a_journal_of_a_later_version_is_refused(store: Store, tmp_path: Path) -> None:
    store.close()
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(JournalError, match="plus récente"):
        Store(tmp_path)


def test_an_event_of_a_later_version_is_refused_and_unknown_fields_are_kept() -> None:
    event = ev.read_event(
        seq=1, at=NOON, kind="number_reserved", version=1, payload={"numero": "N1", "nouveau": "x"}
    )
    assert event.fact.model_dump()["nouveau"] == "x"
    with pytest.raises(JournalError, match="plus récente"):
        ev.read_event(seq=1, at=NOON, kind="number_reserved", version=2, payload={"numero": "N1"})
    with pytest.raises(JournalError, match="ne sait pas lire"):
        ev.read_event(seq=1, at=NOON, kind="teleported", version=1, payload={})


def test_a_file_that_is_not_a_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalError):
        Store(tmp_path)
