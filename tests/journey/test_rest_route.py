"""The direct route with the parapheur spoken to over REST: killed at any moment, its answers lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.breakages import UNDONE, broken
from support.kills import Moments
from support.lives import Platforms, live
from support.outcomes import REST_LIVES, begin, check_end

SLICES = 3
LIFE = "signed and transmitted"


@pytest.fixture(scope="session")
def moments(running_platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(
        running_platforms,
        REST_LIVES,
        tmp_path_factory.mktemp("compte"),
        distinct=True,
        only=("folder", "task/", ":intent", ":circuit_", "signed", "signe.pdf", "_circuit", "signature"),
    )


@pytest.mark.parametrize("part", range(SLICES))
def test_killed_at_any_moment_each_dossier_ends_exactly_once(
    part: int, platforms: Platforms, moments: Moments, tmp_path: Path
) -> None:
    del platforms
    moments.survive(LIFE, tmp_path, part=part, parts=SLICES)


EFFECTS = (
    ("signed and transmitted", "POST folder"),
    ("signed and transmitted", "PUT task/start"),
    ("signed and transmitted", "DELETE folder"),
    ("refused in the parapheur", "DELETE folder"),
)
READS = ("POST token", "GET folders", "GET folder/premis", "GET folder/zip")


def survive(platforms: Platforms, folder: Path, name: str, *faults: dict[str, object]) -> None:
    life = REST_LIVES[name]
    settings, lot = begin(platforms, life, folder)
    platforms.tell("/pannes", [{"plateforme": "iparapheur", **fault} for fault in faults])
    live(settings, platforms.now())
    assert platforms.ask("/pannes") == [], "a fault did not strike"
    check_end(platforms, settings, lot, life)


@pytest.mark.parametrize(("name", "operation", "breakage"), broken(EFFECTS))
def test_an_effect_that_happened_and_whose_answer_is_lost_happens_once(
    platforms: Platforms, tmp_path: Path, name: str, operation: str, breakage: str
) -> None:
    survive(platforms, tmp_path, name, {"operation": operation, "effet": breakage, "moment": "apres"})


@pytest.mark.parametrize(("name", "operation", "breakage"), broken(EFFECTS, UNDONE))
def test_an_effect_that_never_happened_is_done_once(
    platforms: Platforms, tmp_path: Path, name: str, operation: str, breakage: str
) -> None:
    fault = {"operation": operation, "effet": breakage, "moment": "avant", "fois": 2}
    survive(platforms, tmp_path, name, fault)


@pytest.mark.parametrize(("operation", "breakage"), broken([(one,) for one in READS]))
def test_a_read_that_fails_is_read_again(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    survive(platforms, tmp_path, LIFE, {"operation": operation, "effet": breakage, "fois": 5})


def test_every_effect_of_a_life_lost_at_once(platforms: Platforms, tmp_path: Path) -> None:
    faults = [
        {"operation": operation, "effet": "couper", "moment": "apres"}
        for name, operation in EFFECTS
        if name == LIFE
    ]
    survive(platforms, tmp_path, LIFE, *faults)
