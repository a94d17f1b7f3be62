"""The route through Pastell, killed at any announced moment, then started again: everything once, nothing left."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cdg62_connect.moments import observed
from support.lives import Platforms, in_child, live
from support.outcomes import PASTELL_LIVES, Life, begin, check_end

SLICES = 10
"""The moments are dealt to so many tests, so that they can run side by side."""


def moments_of(platforms: Platforms, life: Life, folder: Path) -> list[str]:
    """Every moment of an undisturbed life."""
    settings, lot = begin(platforms, life, folder)
    reached: list[str] = []
    with observed(reached.append):
        live(settings, platforms.now(), platforms=platforms)
    check_end(platforms, settings, lot, life)
    return reached


@pytest.fixture(scope="session")
def catalogue(
    running_platforms: Platforms, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[str]]:
    """The moments of each life, counted once; counting also warms this process before it forks."""
    known: dict[str, list[str]] = {}

    def moments(name: str) -> list[str]:
        if name not in known:
            folder = tmp_path_factory.mktemp("compte")
            known[name] = moments_of(running_platforms, PASTELL_LIVES[name], folder)
        return known[name]

    return moments


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("name", PASTELL_LIVES)
def test_killed_at_any_moment_each_dossier_ends_exactly_once(
    name: str, part: int, platforms: Platforms, catalogue: Callable[[str], list[str]], tmp_path: Path
) -> None:
    life = PASTELL_LIVES[name]
    moments = catalogue(name)
    for rank in range(part, len(moments), SLICES):
        settings, lot = begin(platforms, life, tmp_path / str(rank))
        start = platforms.now()
        status = in_child(lambda s=settings, t=start: live(s, t, platforms=platforms), kill_at=rank)
        assert status == signal.SIGKILL, f"moment {rank} ({moments[rank]}) was not reached: {status}"
        later = platforms.now() + timedelta(days=1)
        platforms.tell("/horloge", {"heure": later.isoformat()})
        ended = in_child(lambda s=settings, t=later: live(s, t, platforms=platforms))
        assert ended == 0, f"killed at {moments[rank]}"
        try:
            check_end(platforms, settings, lot, life)
        except AssertionError as wrong:
            raise AssertionError(f"killed at moment {rank}, {moments[rank]}: {wrong}") from wrong


def test_the_moments_cover_every_call_that_changes_pastell(
    platforms: Platforms, catalogue: Callable[[str], list[str]]
) -> None:
    sent = {
        moment.partition(":")[2]
        for name in PASTELL_LIVES
        for moment in catalogue(name)
        if moment.startswith("wire.sent")
    }
    effects = {
        "document.post",
        "document.patch",
        "document.file.post",
        "document.externalData.patch",
        "document.action.orientation.post",
    }
    assert effects <= sent
