"""The simulator's own hour: it stands still until somebody moves it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from cdg62_connect.clock import Clock, SystemClock


class SimClock:
    """A clock under control, safe to share between threads.

    By default it starts at the real present moment and stands still: only :meth:`advance`, :meth:`set` and
    :meth:`sleep` move it. With ``running=True`` it follows real time, plus whatever it was advanced by.

    Args:
        start: first moment shown, aware; the real present moment when absent.
        running: follow real time.
        real: where real time is read.
    """

    def __init__(
        self, start: datetime | None = None, *, running: bool = False, real: Clock | None = None
    ) -> None:
        self._real = real or SystemClock()
        self._running = running
        self._lock = threading.Lock()
        self.start = _in_utc(start) if start is not None else self._real.now()
        self._place(self.start)

    @property
    def running(self) -> bool:
        """Whether it follows real time."""
        return self._running

    def now(self) -> datetime:
        """The simulated moment, aware, in UTC."""
        with self._lock:
            return self._now()

    def advance(self, by: timedelta | float) -> datetime:
        """Move forward by a duration (seconds when a number) and return the new moment.

        Raises:
            ValueError: the duration is negative.
        """
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if step < timedelta(0):
            raise ValueError("L'horloge n'avance que vers le futur ; pour reculer, fixez-la avec set().")
        with self._lock:
            self._place(self._now() + step)
            return self._now()

    def sleep(self, seconds: float) -> None:
        """Wait on this clock: it moves forward at once, nobody waits."""
        self.advance(seconds)

    def set(self, moment: datetime) -> None:
        """Show that moment from now on; it may be in the past."""
        with self._lock:
            self._place(_in_utc(moment))

    def reset(self) -> None:
        """Show the first moment again (real time again when running)."""
        with self._lock:
            self._place(self._real.now() if self._running else self.start)

    def _place(self, moment: datetime) -> None:
        self._shown = moment
        self._shown_since = self._real.now()

    def _now(self) -> datetime:
        if not self._running:
            return self._shown
        return self._shown + (self._real.now() - self._shown_since)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("L'heure doit porter son fuseau (par exemple 2025-03-14T09:00:00+01:00).")
    return moment.astimezone(UTC)
