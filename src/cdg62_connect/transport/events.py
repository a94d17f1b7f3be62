"""What is told of each attempt to those who watch: for measures and traces, never to decide anything."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cdg62_connect.transport.request import Kind

LOGGER = logging.getLogger("cdg62_connect.observateurs")


@dataclass(frozen=True, slots=True)
class ExchangeEvent:
    """One attempt that has ended. No address, header, body or credential is in it.

    Attributes:
        platform: name of the session's platform.
        operation: the platform's own word.
        kind: a read or an effect.
        attempt: its rank within the exchange, from 1.
        status: HTTP status, ``None`` when no answer came.
        error: name of the exception's class, ``None`` when the reader returned.
        seconds: how long, the reading included, on the machine's own clock.
        bytes_up: bytes handed to the socket, headers included.
        bytes_down: bytes received, headers included.
        started_at: aware, in UTC, on the session's clock.
    """

    platform: str
    operation: str
    kind: Kind
    attempt: int
    status: int | None
    error: str | None
    seconds: float
    bytes_up: int
    bytes_down: int
    started_at: datetime


Observer = Callable[[ExchangeEvent], object]
"""Called in the thread of the exchange, so it should be quick; what it returns is ignored."""


class Observers:
    """Tells each observer; one that fails disturbs nothing, and is reported once."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = tuple(observers)
        self._failed: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._observers)

    def tell(self, event: ExchangeEvent) -> None:
        """Give ``event`` to each of them in turn."""
        for rank, observer in enumerate(self._observers):
            try:
                observer(event)
            except Exception as error:  # noqa: BLE001 - an exchange does not depend on who watches it
                if rank not in self._failed:
                    self._failed.add(rank)
                    LOGGER.warning(
                        "L'observateur des échanges %s échoue (%s) : les échanges continuent sans lui en tenir "
                        "rigueur ; corrigez-le. Ce message ne sera pas répété.",
                        getattr(observer, "__qualname__", type(observer).__qualname__),
                        type(error).__name__,
                    )
