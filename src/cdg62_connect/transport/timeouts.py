"""How long an exchange may take, phase by phase."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields

from cdg62_connect.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds, all of them strictly positive.

    Attributes:
        connect: to open the connection and finish the TLS handshake.
        read: longest silence of the platform, and longest time it may refuse to take our bytes.
        total: the whole exchange: every attempt, the waiting between them, the sending and the reading
            of the answer. No attempt begins after it, and one that reaches it is cut.

    Raises:
        ConfigurationError: a limit is not positive.
    """

    connect: float = 10
    read: float = 120
    total: float = 3600

    def __post_init__(self) -> None:
        for limit in fields(self):
            if not getattr(self, limit.name) > 0:
                raise ConfigurationError(
                    f"Le délai « {limit.name} » doit être un nombre positif de secondes."
                )


class Deadline:
    """A moment of the machine's monotonic clock after which nothing is waited for."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; zero or less when it has passed."""
        return self._end - time.monotonic()

    def sooner(self, seconds: float) -> Deadline:
        """The earlier of this one and ``seconds`` from now."""
        return Deadline(min(self.remaining(), seconds))
