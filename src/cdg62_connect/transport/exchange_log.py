"""One line per exchange, made for ``grep``: who was asked what, how it ended, how long, how much.

No body, header, cookie or credential ever comes near it; query values are hidden unless they are plain
numbers (the id of a transaction).
"""

from __future__ import annotations

import logging
import time

from cdg62_connect.transport.redaction import one_word, shown_url
from cdg62_connect.transport.request import Request
from cdg62_connect.transport.wire import Wire

LOGGER = logging.getLogger("cdg62_connect.echanges")


class Entry:
    """The line of one exchange, filled as it goes, written by :meth:`close`.

    Attributes:
        status: HTTP status of the last attempt, when it got one.
        attempts: how many have begun.
    """

    def __init__(self, request: Request, *, url: str, platform: str) -> None:
        self._request = request
        self._platform = platform
        self._start = time.monotonic()
        self._url = url
        self.attempts = 0
        self._bytes_up = 0
        self._bytes_down = 0
        self.status: int | None = None

    def begin(self) -> None:
        """Another attempt: its status is not known yet."""
        self.attempts += 1
        self.status = None

    def count(self, wire: Wire) -> None:
        """Add what the attempt has carried."""
        self._bytes_up += wire.bytes_up
        self._bytes_down += wire.bytes_down

    def retried(self, error: BaseException, delay: float) -> None:
        """Tell, at DEBUG, that ``error`` will be followed by another attempt."""
        LOGGER.debug(
            "plateforme=%s operation=%s nouvel_essai_dans=%.1fs apres=%s",
            one_word(self._platform),
            one_word(self._request.operation),
            delay,
            type(error).__name__,
        )

    def close(self, outcome: str) -> None:
        """Write the line; ``outcome`` is ``"ok"`` or the name of the error."""
        if not LOGGER.isEnabledFor(logging.INFO):
            return
        LOGGER.info(
            "plateforme=%s operation=%s methode=%s chemin=%s statut=%s resultat=%s ms=%d "
            "octets_envoyes=%d octets_recus=%d essais=%d",
            one_word(self._platform),
            one_word(self._request.operation),
            one_word(self._request.method),
            shown_url(self._url),
            self.status or "-",
            outcome,
            (time.monotonic() - self._start) * 1000,
            self._bytes_up,
            self._bytes_down,
            self.attempts,
        )
