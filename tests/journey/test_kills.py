"""A process that is killed at any moment that matters, then started again: everything once, nothing left."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.kills import Moments
from support.lives import Platforms
from support.outcomes import LIVES

SLICES = 8
"""The moments are dealt to so many tests, so that they can run side by side."""


@pytest.fixture(scope="session")
def moments(running_platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(running_platforms, LIVES, tmp_path_factory.mktemp("compte"), distinct=True)


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("name", LIVES)
def test_killed_at_any_moment_each_dossier_ends_exactly_once(
    name: str, part: int, platforms: Platforms, moments: Moments, tmp_path: Path
) -> None:
    del platforms
    moments.survive(name, tmp_path, part=part, parts=SLICES)


def test_the_moments_cover_every_write_every_wire_step_and_every_file(moments: Moments) -> None:
    reached = [moment for name in LIVES for moment in moments.of(name)]
    kinds = {moment.partition(":")[0] for moment in reached}
    wire = {f"wire.{step}" for step in ("connect", "sent", "answered")}
    durable = {
        f"{what}.{side}" for what in ("journal", "file", "folder", "move") for side in ("before", "after")
    }
    assert wire | durable <= kinds
    operations = {moment.partition(":")[2] for moment in reached if moment.startswith("wire.sent")}
    assert {"CreerDossier", "GetDossier", "ArchiverDossier", "EffacerDossierRejete"} <= operations
    assert "actes_transac_create" in operations
