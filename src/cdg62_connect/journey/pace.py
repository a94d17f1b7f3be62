"""How long to wait: a pure function of what happened and of how many times in a row it did."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

_FIRST_AFTER_FAULT = 30.0
_FIRST_AFTER_LOST_ANSWER = 15.0


def after_look(base: float, *, tries: int, longest: float) -> float:
    """Seconds until the next look when nothing was new: half as long again each time."""
    return min(base * 1.5 ** min(tries, 40), longest)


def after_fault(*, tries: int, longest: float) -> float:
    """Seconds until the next try when the platform could not be reached or asked to wait."""
    return min(_FIRST_AFTER_FAULT * 2.0 ** min(tries, 40), longest)


def after_lost_answer(*, tries: int, longest: float) -> float:
    """Seconds until the platform is asked what became of an effect: it may still be working on it."""
    return min(_FIRST_AFTER_LOST_ANSWER * 2.0 ** min(tries, 40), longest)


_OPEN_EXCHANGE = timedelta(days=1)
_WHILE_COURT_IS_OPEN = timedelta(days=2)
_AFTERWARDS = timedelta(days=7)

_COURT = timedelta(days=130)
"""Two months for a request, two for the answer to it or for the silence that stands for one, some days for the post."""

LONGEST_LISTENING = timedelta(days=400)
"""Requests, observations, silence and déféré one after the other take ten months; then only what S2LOW lists as
unread is seen."""


def first_look(id_depot: str, now: datetime) -> datetime:
    """When to ask for the first time what came about an acte that was acknowledged now."""
    return now + _spread(id_depot, _WHILE_COURT_IS_OPEN)


def next_look(
    id_depot: str, now: datetime, *, since: datetime, awaits_answer: bool = False
) -> datetime | None:
    """When to ask again what came about an acte; ``None``: never by itself.

    ``since`` is the last thing that the préfecture did about it.
    """
    age = now - since
    if awaits_answer:
        return now + _spread(id_depot, _OPEN_EXCHANGE)
    if age < _COURT:
        return now + _spread(id_depot, _WHILE_COURT_IS_OPEN)
    return now + _spread(id_depot, _AFTERWARDS) if age < LONGEST_LISTENING else None


def _spread(id_depot: str, period: timedelta) -> timedelta:
    """Actes that were acknowledged together drift apart: each has its own period, up to a quarter off."""
    drawn = int.from_bytes(hashlib.sha256(id_depot.encode()).digest()[:2], "big") / 0xFFFF
    return period * (0.75 + drawn / 2)
