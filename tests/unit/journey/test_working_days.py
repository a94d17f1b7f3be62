from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.journey.controle.working_days import easter, public_holidays, working_days


@pytest.mark.parametrize(
    "day",
    [
        date(1818, 3, 22),
        date(1943, 4, 25),
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
        date(2049, 4, 18),
    ],
)
def test_easter_is_where_the_calendars_put_it(day: date) -> None:
    assert easter(day.year) == day


def test_the_eleven_holidays_of_a_year() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


def test_two_holidays_on_one_day_count_once() -> None:
    assert date(2008, 5, 1) in public_holidays(2008), "Ascension et fête du travail"
    assert len(public_holidays(2008)) == 10
    assert working_days(date(2008, 5, 1), date(2008, 5, 2)) == 0


def test_a_week_end_and_a_holiday_are_not_worked() -> None:
    friday = date(2026, 4, 3)
    assert working_days(friday, date(2026, 4, 8)) == 2, "vendredi et mardi, le lundi de Pâques entre les deux"


def test_nothing_is_left_once_the_day_is_there() -> None:
    assert working_days(date(2026, 3, 3), date(2026, 3, 3)) == 0
    assert working_days(date(2026, 3, 4), date(2026, 3, 3)) == 0


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 900))
def test_the_count_is_that_of_the_days_one_by_one(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    each = (start + timedelta(days=n) for n in range(days))
    assert working_days(start, end) == sum(d.weekday() < 5 and d not in public_holidays(d.year) for d in each)


def test_the_end_of_time_is_counted_without_delay() -> None:
    assert working_days(date(2026, 1, 1), date(9999, 12, 31)) > 2_000_000
