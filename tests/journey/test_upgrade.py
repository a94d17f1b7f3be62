"""A journal that another version left: opened by this one, every dossier comes to its end, nothing goes out twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from cdg62_connect import __version__
from cdg62_connect.errors import JournalError
from cdg62_connect.journey import Journey
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.database import JOURNAL_FILE
from cdg62_connect.journey.tables import HEAD
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import Simulator, iparapheur
from cdg62_connect.simulator.s2low import Rythme
from cdg62_connect.testing.mocks import SimulatedPlatforms
from support.journals import JOURNALS, LeftJournal, two_routes

VERSIONS = sorted(path.parent.name for path in JOURNALS.glob("*/journal.sql"))
EARLIER = [f"{number:04}" for number in range(1, int(HEAD))]
"""Revisions of the tables before the present one."""
FACTS = {fact.model_fields["kind"].default: fact for fact in get_args(get_args(ev.Fact)[0])}
OVER_REST = {"circuit_drafted"}
"""Events of a parapheur that has drafts: those of the journal are reached by SOAP, which has none."""


@pytest.fixture
def settings(plateformes_en_memoire: SimulatedPlatforms, tmp_path: Path) -> Settings:
    return two_routes(plateformes_en_memoire.describe(), folder=tmp_path)


def events(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = {}
    with closing(sqlite3.connect(settings.journal.folder / JOURNAL_FILE)) as journal:
        for row in journal.execute(
            "SELECT id_depot, seq, at, kind, version, payload FROM events ORDER BY 1, 2"
        ):
            found.setdefault(row[0], []).append(row)
    return found


def calls(simulation: Simulator) -> tuple[int, int, int]:
    """How often something was made: documents of Pastell, dossiers of the parapheur, actes of S2LOW."""
    made = simulation.faults.calls
    return (
        made.get("pastell", {}).get("POST document", 0),
        made.get("iparapheur", {}).get("CreerDossier", 0),
        made.get("s2low", {}).get("actes_transac_create", 0),
    )


def people_act(simulation: Simulator) -> None:
    """After one look, desks sign and the préfecture answers; the agent confirms what waits for one."""
    simulation.iparapheur.rythme = iparapheur.Rythme.of([{"quand": {"apres_regards": 1}}])
    simulation.s2low.rythme = Rythme.of({"apres_regards": 1})
    for row in simulation.s2low.snapshot()["actes"]:  # type: ignore[union-attr]
        if row["statut"] == 17:
            simulation.s2low.poster(row["id"])


def live(settings: Settings, simulation: Simulator) -> None:
    simulation.clock.advance(timedelta(hours=12))
    with Journey(settings, clock=simulation.clock) as journey:
        for _ in range(60):
            report = journey.run_pass()
            assert not report.failed, report.failed
            following = journey.next_due()
            if following is None:
                return
            simulation.clock.set(max(following, simulation.clock.now()))
    raise AssertionError("still in course after 60 passes")


def carry_to_the_end(left: LeftJournal, settings: Settings, simulation: Simulator, **how: Any) -> None:
    settings = left.trusted(settings)
    simulation.clock.set(left.moment)
    left.restore(settings, **how)
    before = events(settings)
    left.rebuild(simulation, settings)
    made = calls(simulation)
    people_act(simulation)
    live(settings, simulation)
    after = events(settings)
    for lot, rows in before.items():
        assert after[lot][: len(rows)] == rows, "what was written stays written"
    expected = (
        before + sum(one[what] for one in left.expected.values())
        for before, what in zip(made, ("brouillons", "circuits", "actes"), strict=True)
    )
    assert calls(simulation) == tuple(expected), "sent once, and only what was to be sent"
    assert {row["cree_n"] for row in simulation.iparapheur.dossiers()} == {1}
    assert set(simulation.s2low.snapshot()["creations"].values()) == {1}  # type: ignore[union-attr]
    with Journey(settings, clock=simulation.clock) as journey:
        ends = {lot: end_of(journey, lot) for lot in left.expected}
        for lot in left.expected:
            check_returns(journey, lot)
        check_documents(journey, simulation)
    assert ends == {
        lot: (one["cas"], one["etat"], one["avancement"], one["code"])
        for lot, one in left.expected.items()
        for ends[lot] in [(one["cas"], *ends[lot])]
    }


def end_of(journey: Journey, lot: str) -> tuple[str, str, str]:
    dossier = journey.dossier(lot)
    return dossier.stage.value, dossier.progress.value, dossier.blocked.code if dossier.blocked else ""


def check_documents(journey: Journey, simulation: Simulator) -> None:
    """Each document of Pastell is one dossier's own, and each was sent on its way once at most."""
    documents = simulation.pastell.documents._documents
    carried = [one.pastell.id_d for row in journey.rows() if (one := journey.dossier(row.id_depot)).pastell]
    assert len(carried) == len(set(carried))
    assert set(documents) <= set(carried)
    for document in documents.values():
        states = [passage.action for passage in document.passages]
        assert max(states.count("send-iparapheur"), states.count("send-tdt")) <= 1, states


def check_returns(journey: Journey, lot: str) -> None:
    """Each event was told once, in order, and every file of it is what it says."""
    told = []
    for folder in journey.tree.returns(lot):
        one = json.loads((folder / "retour.json").read_text("utf-8"))
        told.append((one["sequence"], one["etat"]))
        for file in one["fichiers"]:
            assert hashlib.sha256((folder / file["nom"]).read_bytes()).hexdigest() == file["sha256"]
    assert told == [(one.sequence, one.etat) for one in journey.dossier(lot).returns]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_dossier_that_a_version_left_comes_to_its_end(
    version: str, settings: Settings, simulation: Simulator
) -> None:
    carry_to_the_end(LeftJournal(JOURNALS / version), settings, simulation)


@pytest.mark.parametrize("revision", EARLIER)
def test_so_do_those_of_a_journal_with_the_tables_of_an_earlier_revision(
    revision: str, settings: Settings, simulation: Simulator
) -> None:
    carry_to_the_end(LeftJournal(JOURNALS / VERSIONS[0]), settings, simulation, revision=revision)


def test_this_version_has_its_journal_and_it_shows_every_state_and_every_kind_of_event() -> None:
    from cdg62_connect.journey import Stage

    assert __version__ in VERSIONS
    left = LeftJournal(JOURNALS / __version__)
    assert {one["maintenant"] for one in left.expected.values()} == {stage.value for stage in Stage}
    written = (left.folder / "journal.sql").read_text("utf-8")
    missing = {kind for kind in FACTS if f",'{kind}'," not in written}
    assert missing == OVER_REST
    for table in ("outages", "alerts", "numbers", "claims", "fleets"):
        assert f'INSERT INTO "{table}"' in written


def test_it_shows_every_way_in_which_something_came_about_in_pastell() -> None:
    left = LeftJournal(JOURNALS / __version__)
    with closing(sqlite3.connect(":memory:")) as journal:
        journal.executescript((left.folder / "journal.sql").read_text("utf-8"))
        query = "SELECT DISTINCT kind, json_extract(payload, '$.how') FROM events WHERE kind LIKE 'pastell%'"
        written = set(journal.execute(query))
    hows = {kind: fact.model_fields["how"].annotation for kind, fact in FACTS.items() if _has_how(kind, fact)}
    assert {(kind, how) for kind, how in written if how} == {
        (kind, how) for kind, choices in hows.items() for how in get_args(choices)
    }


def _has_how(kind: str, fact: Any) -> bool:
    return kind.startswith("pastell_") and "how" in fact.model_fields


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / JOURNAL_FILE)) as journal:
        return list(journal.iterdump())


def test_a_journal_of_a_later_version_is_refused_and_stays_as_it_is(
    settings: Settings, simulation: Simulator
) -> None:
    LeftJournal(JOURNALS / VERSIONS[-1]).restore(settings)
    with closing(sqlite3.connect(settings.journal.folder / JOURNAL_FILE)) as journal:
        journal.execute("UPDATE alembic_version SET version_num = '0999'")
        journal.execute("ALTER TABLE dossiers ADD COLUMN du_futur TEXT")
        journal.commit()
    before = dump(settings.journal.folder)
    with pytest.raises(JournalError, match=r"plus récente \(0999\).*mettez cdg62-connect à jour"):
        Journey(settings, clock=simulation.clock)
    assert dump(settings.journal.folder) == before


@pytest.mark.parametrize(
    ("kind", "version"), [("teleported", 1), ("number_reserved", 9)], ids=["unknown kind", "later version"]
)
def test_a_dossier_with_an_event_of_a_later_version_is_left_alone_and_the_others_go_on(
    kind: str, version: int, settings: Settings, simulation: Simulator
) -> None:
    left = LeftJournal(JOURNALS / VERSIONS[-1])
    simulation.clock.set(left.moment)
    left.restore(settings)
    lot = next(lot for lot, one in left.expected.items() if one["cas"] == "transmission_sans_envoi")
    with closing(sqlite3.connect(settings.journal.folder / JOURNAL_FILE)) as journal:
        payload = json.dumps({"numero": "X", "ailleurs": True})
        journal.execute(
            "INSERT INTO events SELECT id_depot, max(seq) + 1, max(at), ?, ?, ? FROM events WHERE id_depot = ?",
            (kind, version, payload, lot),
        )
        journal.commit()
    before = events(settings)[lot]
    simulation.clock.advance(timedelta(hours=12))
    with Journey(settings, clock=simulation.clock) as journey:
        report = journey.run_pass()
        assert set(report.failed) == {lot}
        assert "plus récente" in report.failed[lot]
        assert report.advanced
        with pytest.raises(JournalError, match="plus récente"):
            journey.dossier(lot)
    assert events(settings)[lot] == before


def test_a_state_of_a_later_version_is_said_to_be_so(settings: Settings, simulation: Simulator) -> None:
    LeftJournal(JOURNALS / VERSIONS[-1]).restore(settings)
    with closing(sqlite3.connect(settings.journal.folder / JOURNAL_FILE)) as journal:
        journal.execute("UPDATE dossiers SET stage = 'TELEPORTED' WHERE rowid = 1")
        journal.commit()
    with (
        Journey(settings, clock=simulation.clock) as journey,
        pytest.raises(JournalError, match=r"plus récente.*TELEPORTED"),
    ):
        journey.rows()
