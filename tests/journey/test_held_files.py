"""The journey while another program holds a file of the depositor's: it waits, then says so, then goes on."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest

from cdg62_connect import system
from cdg62_connect.journey import Journey, Stage
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import Simulator
from cdg62_connect.testing.installation import deposit, install
from cdg62_connect.testing.mocks import SimulatedPlatforms
from support.lives import sample


@pytest.fixture
def settings(plateformes_en_memoire: SimulatedPlatforms, tmp_path: Path) -> Settings:
    settings = install(plateformes_en_memoire.describe(), folder=tmp_path)
    with Journey(settings):
        return settings


def hold(monkeypatch: pytest.MonkeyPatch, function: str, name: str) -> None:
    real = getattr(system, function)

    def call(*paths: Path) -> object:
        if any(name in path.as_posix() for path in paths):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(paths[0]))
        return real(*paths)

    monkeypatch.setattr(system, function, call)


def test_a_lot_that_is_held_is_taken_later_and_told_only_if_it_lasts(
    settings: Settings, simulation: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    with Journey(settings, clock=simulation.clock) as journey:
        with monkeypatch.context() as busy:
            hold(busy, "rename", f"entrants/{lot}")
            assert journey.run_pass().failed == {}
            assert (settings.deposit.root / "entrants" / lot / "manifeste.json").is_file()
            simulation.clock.advance(timedelta(hours=1))
            assert "un autre programme" in journey.run_pass().failed[lot]
        report = journey.run_pass()
        assert (report.received, report.failed) == ([lot], {})
        assert journey.dossier(lot).stage is Stage.IN_CIRCUIT


def test_a_manifest_that_is_held_makes_no_dossier_yet(
    settings: Settings, simulation: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    with Journey(settings, clock=simulation.clock) as journey:
        with monkeypatch.context() as busy:
            hold(busy, "open_for_reading", "manifeste.json")
            report = journey.run_pass()
            assert (report.received, report.failed, journey.rows()) == ([], {}, [])
        assert journey.run_pass().received == [lot]


@pytest.mark.parametrize("function", ["open_for_reading", "replace"])
def test_a_document_that_is_held_is_never_the_depositors_fault(
    function: str, settings: Settings, simulation: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    held = ".pdf" if function == "open_for_reading" else f"accuses/{lot}.json"
    problems: list[str] = []
    with Journey(settings, clock=simulation.clock) as journey:
        with monkeypatch.context() as busy:
            hold(busy, function, held)
            for _ in range(8):
                assert journey.run_pass().failed == {}
                problems.append(journey.rows()[0].problem)
                simulation.clock.advance(timedelta(hours=2))
        assert problems[0] == ""
        assert "un autre programme" in problems[-1]
        journey.run_pass()
        assert journey.dossier(lot).stage is Stage.IN_CIRCUIT
        assert journey.rows()[0].problem == ""
        assert [row["cree_n"] for row in simulation.iparapheur.dossiers()] == [1]


def test_a_return_that_cannot_be_published_is_published_later_in_its_order(
    settings: Settings, simulation: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    with Journey(settings, clock=simulation.clock) as journey:
        with monkeypatch.context() as busy:
            hold(busy, "rename", "001-AU_PARAPHEUR")
            journey.run_pass()
            assert journey.tree.returns(lot) == []
            simulation.iparapheur.signer(lot)
            simulation.clock.advance(timedelta(hours=2))
            journey.run_pass()
        for _ in range(3):
            simulation.clock.advance(timedelta(hours=2))
            journey.run_pass()
        assert journey.dossier(lot).stage is Stage.CLOSED
        told = [folder.name for folder in journey.tree.returns(lot)]
        assert told == ["001-AU_PARAPHEUR", "002-SIGNE", "003-TERMINE"]
