"""The route through Pastell, killed at any announced moment, then started again: everything once, nothing left."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.kills import Moments
from support.lives import Platforms
from support.outcomes import PASTELL_LIVES

LIFE = "signed and transmitted"
SLICES = 6
"""The moments are dealt to so many tests, so that they can run side by side."""


@pytest.fixture(scope="session")
def moments(running_platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(
        running_platforms,
        PASTELL_LIVES,
        tmp_path_factory.mktemp("compte"),
        walking=True,
        distinct=True,
        only=(
            "document.",
            ":intent",
            "pastell_",
            "schedule",
            "tampon",
            "bordereau",
            "historique",
            "ar-actes",
        ),
    )


@pytest.mark.parametrize("part", range(SLICES))
def test_killed_at_any_moment_each_dossier_ends_exactly_once(
    part: int, platforms: Platforms, moments: Moments, tmp_path: Path
) -> None:
    del platforms
    moments.survive(LIFE, tmp_path, part=part, parts=SLICES)


def test_the_moments_cover_every_call_that_changes_pastell(moments: Moments) -> None:
    reached = moments.of(LIFE)
    sent = {moment.partition(":")[2] for moment in reached if moment.startswith("wire.sent")}
    effects = {
        "document.post",
        "document.patch",
        "document.file.post",
        "document.externalData.patch",
        "document.action.orientation.post",
    }
    assert effects <= sent
