"""The hours of Pastell: local, to the second, without a zone; here they become moments, in UTC, and back.

In the hour that autumn gives twice, a local hour names two moments: the first is taken. What must not be missed
(a bound of a search) is widened instead.
"""

from __future__ import annotations

import datetime as dt
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cdg62_connect.errors import ConfigurationError, InvalidInput

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEVER = 1971
"""Pastell writes 1970-01-01 for what has not happened yet."""


class Horaire:
    """Reads and writes local hours.

    Args:
        fuseau: the zone of the platform's machine.

    Raises:
        ConfigurationError: the zone is not known to this machine.
    """

    def __init__(self, fuseau: str = "Europe/Paris") -> None:
        try:
            self._zone = ZoneInfo(fuseau)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigurationError(
                f"Le fuseau horaire « {fuseau} » n'est pas connu de cette machine : corrigez-le, ou installez "
                "les fuseaux (pip install tzdata)."
            ) from None

    def moment(self, text: str) -> datetime | None:
        """The moment that ``text`` names (the first, when there are two); ``None`` when it names none."""
        local = _local(text)
        return None if local is None else self._aware(local, fold=0)

    def latest(self, text: str) -> datetime | None:
        """The same, the second moment when there are two."""
        local = _local(text)
        return None if local is None else self._aware(local, fold=1)

    def day(self, moment: datetime) -> dt.date:
        """The day it is there at ``moment``."""
        return _checked(moment).astimezone(self._zone).date()

    def after(self, moment: datetime) -> str:
        """A bound, as Pastell reads it, that lets through everything later than ``moment``."""
        local = _checked(moment).astimezone(self._zone)
        if local.fold == 0 and self._twice(local):
            local -= dt.timedelta(hours=1)
        return local.strftime("%Y-%m-%dT%H:%M:%S")

    def before(self, moment: datetime) -> str:
        """A bound, as Pastell reads it, that lets through everything earlier than ``moment``."""
        local = _checked(moment).astimezone(self._zone)
        later = dt.timedelta(hours=local.fold, seconds=1 if local.microsecond else 0)
        return (local + later).strftime("%Y-%m-%dT%H:%M:%S")

    def _aware(self, local: datetime, *, fold: int) -> datetime | None:
        try:
            return local.replace(tzinfo=self._zone, fold=fold).astimezone(UTC)
        except OverflowError:
            return None

    def _twice(self, local: datetime) -> bool:
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def day_of(text: str) -> dt.date | None:
    """The date ``YYYY-MM-DD`` at the head of ``text``, ``None`` when there is none."""
    found = _DAY.match(text)
    if found is None:
        return None
    try:
        return dt.date.fromisoformat(found.group())
    except ValueError:
        return None


def _local(text: str) -> datetime | None:
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        local = datetime.fromisoformat(f"{found[1]}T{found[2]}")
    except ValueError:
        return None
    return local if local.year >= _NEVER else None


def _checked(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidInput(
            "Donnez un moment avec son fuseau (par exemple en UTC) : une heure seule est ambiguë."
        )
    return moment
