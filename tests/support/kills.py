"""Killing a journey at every moment that it announces: what the tests of each route share."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta
from pathlib import Path

from cdg62_connect.moments import observed
from cdg62_connect.settings import Settings
from support.lives import Platforms, in_child, live
from support.outcomes import Life, begin, check_end


class Moments:
    """The moments of each life of a route, counted once; counting also warms this process before it forks.

    Args:
        lives: by name.
        walking: the platforms' own work takes time, so that their clock must walk along.
        distinct: leave out the moments at which nothing has changed since the previous one, on disk or on a
            platform: before a write, before a connection. To die there is to have died at the one before.
    """

    def __init__(
        self,
        platforms: Platforms,
        lives: dict[str, Life],
        folder: Path,
        *,
        walking: bool = False,
        distinct: bool = False,
    ) -> None:
        self._platforms = platforms
        self._lives = lives
        self._folder = folder
        self._along = platforms if walking else None
        self._distinct = distinct
        self._known: dict[str, list[str]] = {}

    def of(self, name: str) -> list[str]:
        """Every moment of an undisturbed life."""
        if name not in self._known:
            life = self._lives[name]
            settings, lot = begin(self._platforms, life, self._folder / f"compte-{len(self._known)}")
            reached: list[str] = []
            with observed(reached.append):
                live(settings, self._platforms.now(), platforms=self._along)
            check_end(self._platforms, settings, lot, life)
            self._known[name] = reached
        return self._known[name]

    def survive(self, name: str, folder: Path, *, part: int, parts: int) -> None:
        """Kill the life at each moment of one part of them, start again, and look how it ended."""
        life, moments = self._lives[name], self.of(name)
        for rank in [one for one in range(len(moments)) if self._tells(moments[one])][part::parts]:
            settings, lot = begin(self._platforms, life, folder / str(rank))
            start = self._platforms.now()
            status = in_child(lambda s=settings, t=start: self._live(s, t), kill_at=rank)
            assert status == signal.SIGKILL, f"moment {rank} ({moments[rank]}) was not reached: {status}"
            later = max(self._platforms.now(), start) + timedelta(days=1)
            if self._along is not None:
                self._along.tell("/horloge", {"heure": later.isoformat()})
            ended = in_child(lambda s=settings, t=later: self._live(s, t))
            assert ended == 0, f"killed at {moments[rank]}"
            try:
                check_end(self._platforms, settings, lot, life)
            except AssertionError as wrong:
                raise AssertionError(f"killed at moment {rank}, {moments[rank]}: {wrong}") from wrong

    def _tells(self, moment: str) -> bool:
        name = moment.partition(":")[0]
        return not self._distinct or not (name.endswith(".before") or name == "wire.connect")

    def _live(self, settings: Settings, start: datetime) -> None:
        live(settings, start, platforms=self._along)
