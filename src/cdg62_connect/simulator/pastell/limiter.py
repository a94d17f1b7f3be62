"""The limit of calls by address: five failed identifications a minute, and five calls under way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.errors import ApiError

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.simulator.pastell.profile import Profile

WINDOW = timedelta(minutes=1)


class Limiter:
    """Counts, by address, the failures of the last minute and the calls under way.

    A success forgets the failures. In 4.0.14 each call also takes one of five permits; the true platform gives it
    back as soon as the password is checked, so that six calls at once are refused now and then. Here it is held
    until the answer is ready: the sixth call under way is always refused, which a test can rely on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[datetime, int]] = {}
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def permit(self, address: str, profile: Profile) -> Generator[None]:
        """Hold a permit during a call.

        Raises:
            ApiError: 429, the address used up its failures or its permits.
        """
        with self._lock:
            failed = profile.failures_per_minute and self._recent(address) >= profile.failures_per_minute
            crowded = profile.calls_in_flight and self._under_way[address] >= profile.calls_in_flight
            if failed or crowded:
                raise ApiError(429, "Rate Limit Exceeded", headers=(("Retry-after", "60"),))
            self._under_way[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[address] -= 1

    def failed(self, address: str) -> None:
        """An identification was refused."""
        with self._lock:
            count = self._recent(address)
            since = self._failures[address][0] if count else self._clock.now()
            self._failures[address] = (since, count + 1)

    def succeeded(self, address: str) -> None:
        """Somebody was recognised: the failures of that address are forgotten."""
        with self._lock:
            self._failures.pop(address, None)

    def reset(self) -> None:
        """Forget the failures; the calls under way end by themselves."""
        with self._lock:
            self._failures.clear()

    def _recent(self, address: str) -> int:
        """How many failures in the window, which opens at the first of them and lasts a minute."""
        since, count = self._failures.get(address, (None, 0))
        if since is None:
            return 0
        if not timedelta(0) <= self._clock.now() - since < WINDOW:
            del self._failures[address]
            return 0
        return count
