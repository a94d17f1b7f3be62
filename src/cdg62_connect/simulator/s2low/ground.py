"""What every room of the simulated S2LOW stands on: the hour, the accounts, the generation, the ids."""

from __future__ import annotations

import threading
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from cdg62_connect.clock import Clock
from cdg62_connect.simulator.s2low.accounts import AccountBook
from cdg62_connect.simulator.s2low.depot import Limites

Profile = Literal["v4", "v5", "next"]

PLATFORM = "s2low"
PARIS = ZoneInfo("Europe/Paris")


class Ground:
    """One platform, without its modules.

    Args:
        clock: the simulated hour.
        folder: where everything is kept.
        profile: the generation imitated, at the start.
        seed: where the ids begin.
        accounts: who may use it.

    Attributes:
        profile: the generation imitated now.
        limites: the sizes it stands.
        gap: how far from those of the documentation the ids begin.
        lock: held by whoever looks at or changes the state.
    """

    def __init__(
        self, *, clock: Clock, folder: Path, profile: Profile, seed: int, accounts: AccountBook
    ) -> None:
        self.clock = clock
        self.folder = folder
        self.accounts = accounts
        self.lock = threading.RLock()
        self._first_profile: Profile = profile
        # The ids of the seed 0 are those of the documentation.
        self.gap = Random(f"s2low {seed}").randrange(1, 40_000) if seed else 0  # noqa: S311 - keeps no secret
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self.profile: Profile = self._first_profile
        self.limites = Limites()
        self._next: dict[str, int] = {}

    def ids(self, sequence: str, first: int, *, count: int = 1) -> range:
        """The next ids of a sequence of the database, which begins at ``first`` for the seed 0."""
        with self.lock:
            begin = self._next.get(sequence, first + self.gap)
            self._next[sequence] = begin + count
            return range(begin, begin + count)

    @property
    def now(self) -> datetime:
        """The simulated moment."""
        return self.clock.now()

    @property
    def today(self) -> date:
        """The day it is in France, where the platform lives."""
        return local_day(self.now)

    @property
    def reception(self) -> Path:
        """Where uploads wait before a room takes them."""
        return self.folder / "reception"


def local_day(moment: datetime) -> date:
    """The day it is in France, where the platform lives."""
    return moment.astimezone(PARIS).date()
