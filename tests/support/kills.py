"""Killing a journey at every moment that it announces: what the tests of each route share."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cdg62_connect.moments import observed
from cdg62_connect.settings import Settings
from support.breakages import EVERY_ONE
from support.lives import Platforms, in_child, live
from support.outcomes import Life, begin, check_end

_UNCHANGED = re.compile(
    r"\w+\.before:.*|wire\.connect:.*|"
    r"wire\.\w+:(?:.*\.get|token\.post|Get\w+|list_\w+|actes_create_pdf|\w+_(?:get|fetch|download)(?:_\w+)?)"
)


class Moments:
    """The moments of each life of a route, counted once; counting also warms this process before it forks.

    Args:
        lives: by name.
        walking: the platforms' own work takes time, so that their clock must walk along.
        only: the moments to die at, by a part of their name; without it, all of them.
        mend: what a person does about a dossier that is blocked when it starts again, and how it must end then.
        distinct: leave out the moments at which nothing has changed since the previous one, on disk or on a
            platform: before a write, before a connection, around a read. To die there is to have died at the one
            before. ``CDG62_EXHAUSTIF=1`` leaves none out, and heeds no ``only``.
    """

    def __init__(
        self,
        platforms: Platforms,
        lives: dict[str, Life],
        folder: Path,
        *,
        walking: bool = False,
        distinct: bool = False,
        only: tuple[str, ...] = (),
        mend: Callable[[Settings, str, Life], Life] | None = None,
    ) -> None:
        self._platforms = platforms
        self._lives = lives
        self._folder = folder
        self._along = platforms if walking else None
        self._distinct = distinct and not EVERY_ONE
        self._only = () if EVERY_ONE else only
        self._mend = mend
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
            expected = self._mend(settings, lot, life) if self._mend is not None else life
            try:
                check_end(self._platforms, settings, lot, expected)
            except AssertionError as wrong:
                raise AssertionError(f"killed at moment {rank}, {moments[rank]}: {wrong}") from wrong

    def _tells(self, moment: str) -> bool:
        if self._only and not any(part in moment for part in self._only):
            return False
        return not (self._distinct and _UNCHANGED.fullmatch(moment))

    def _live(self, settings: Settings, start: datetime) -> None:
        live(settings, start, platforms=self._along)
