"""How long to wait: a pure function of what happened and of how many times in a row it did."""

from __future__ import annotations

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
