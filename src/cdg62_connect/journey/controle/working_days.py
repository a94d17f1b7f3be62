"""Working days in France: Monday to Friday, minus the public holidays (Code du travail, L3133-1)."""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)  # lundi de Pâques, Ascension, lundi de Pentecôte


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (algorithm of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays; those of Alsace-Moselle and overseas are not counted."""
    fixed = (date(year, month, day) for month, day in _FIXED)
    moving = (easter(year) + timedelta(days=days) for days in _AFTER_EASTER)
    return frozenset([*fixed, *moving])


def working_days(start: date, end: date) -> int:
    """How many working days from ``start``, included, to ``end``, excluded; 0 when ``end`` is not later."""
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, 7)
    week_days = weeks * 5 + sum((start.weekday() + extra) % 7 < 5 for extra in range(rest))
    holidays = sum(
        start <= day < end and day.weekday() < 5
        for year in range(start.year, end.year + 1)
        for day in public_holidays(year)
    )
    return week_days - holidays
