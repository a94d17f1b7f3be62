"""When to try again, as a pure function, and what a platform says about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cdg62_connect.errors import AnswerLost, ConfigurationError, NotSent, Unavailable
from cdg62_connect.transport.request import Kind

_SECONDS = re.compile(r"[0-9]{1,9}")
_STEEPEST = 64  # a power that no longer changes anything, and that no float overflows


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon an exchange is tried again.

    Attributes:
        attempts: how many times in all; 1 never retries.
        first_delay: seconds before the second attempt.
        factor: what each delay is multiplied by to give the next one.
        max_delay: longest of these delays, in seconds, before jitter.
        retry_after_cap: longest wait, in seconds, that a platform obtains with Retry-After.
        jitter: share of the delay by which it varies, either way, so that clients do not come back together.

    Raises:
        ConfigurationError: a value makes no sense.
    """

    attempts: int = 4
    first_delay: float = 1
    factor: float = 2
    max_delay: float = 30
    retry_after_cap: float = 120
    jitter: float = 0.2

    def __post_init__(self) -> None:
        delays = (self.first_delay, self.max_delay, self.retry_after_cap)
        if self.attempts < 1 or self.factor < 1 or not 0 <= self.jitter <= 1 or min(delays) < 0:
            raise ConfigurationError(
                "Les règles de répétition sont incohérentes : au moins un essai, un facteur d'au moins 1, "
                "une variation entre 0 et 1, des délais positifs."
            )


def next_delay(
    kind: Kind, error: Exception, attempt: int, policy: RetryPolicy, chance: Callable[[], float]
) -> float | None:
    """Seconds to wait before the next attempt, or ``None`` to give up.

    What provably never left, and what the platform put off, is repeated whatever the call; a lost answer
    is repeated for a read only; nothing else is.

    Args:
        kind: a read or an effect.
        error: what ended the attempt.
        attempt: its rank, from 1.
        policy: the rules.
        chance: a number in [0, 1), called once at most.
    """
    repeatable = isinstance(error, NotSent | Unavailable) or (
        kind is Kind.READ and isinstance(error, AnswerLost)
    )
    if not repeatable or attempt >= policy.attempts:
        return None
    steady = min(policy.max_delay, policy.first_delay * policy.factor ** min(attempt - 1, _STEEPEST))
    delay = steady * (1 + policy.jitter * (2 * chance() - 1))
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return delay if asked is None else max(delay, min(asked, policy.retry_after_cap))


def retry_after_seconds(header: str | None, *, now: datetime) -> float | None:
    """What a Retry-After header asks for (RFC 9110 §10.2.3: seconds or a date), ``None`` if not legible."""
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
