from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cdg62_connect.simulator import SimClock

START = datetime(2025, 3, 14, 8, tzinfo=UTC)


class RealTime:
    """Real time, as the test decides it."""

    def __init__(self) -> None:
        self.moment = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def test_it_stands_still_while_real_time_passes() -> None:
    real = RealTime()
    clock = SimClock(START, real=real)
    real.sleep(3600)
    assert clock.now() == START


def test_it_starts_at_the_real_moment_when_none_is_given() -> None:
    real = RealTime()
    assert SimClock(real=real).now() == real.moment


def test_it_advances_by_a_duration_or_by_seconds() -> None:
    clock = SimClock(START)
    clock.advance(timedelta(days=2))
    assert clock.advance(60) == START + timedelta(days=2, seconds=60)


def test_sleeping_on_it_advances_it() -> None:
    clock = SimClock(START)
    clock.sleep(90)
    assert clock.now() == START + timedelta(seconds=90)


def test_it_never_advances_backwards_but_can_be_set_in_the_past() -> None:
    clock = SimClock(START)
    with pytest.raises(ValueError, match="futur"):
        clock.advance(-1)
    clock.set(START - timedelta(days=1))
    assert clock.now() == START - timedelta(days=1)


def test_it_answers_in_utc_whatever_it_was_set_to() -> None:
    clock = SimClock(START)
    clock.set(datetime(2025, 7, 1, 12, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now().isoformat() == "2025-07-01T10:00:00+00:00"


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="fuseau"):
        SimClock(datetime(2025, 1, 1))  # noqa: DTZ001 - what is refused


def test_running_it_follows_real_time_from_where_it_was_put() -> None:
    real = RealTime()
    clock = SimClock(START, running=True, real=real)
    real.sleep(10)
    clock.advance(60)
    real.sleep(5)
    assert clock.now() == START + timedelta(seconds=75)


def test_reset_shows_the_first_moment_again() -> None:
    clock = SimClock(START)
    clock.advance(60)
    clock.reset()
    assert clock.now() == START
