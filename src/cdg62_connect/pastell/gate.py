"""How many calls may be in flight: four per address for the whole process, one per document.

Pastell gives each client address five permits and answers 429 at random, right password or not, to whoever has
more calls in flight (seen on 4.0). Two changes of one document at once are worse: both answer « ok », one is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

IN_FLIGHT = 4
"""One less than Pastell admits: another program of the same machine may make a call too."""


class Gate:
    """What all clients of one address share. Locks are taken in one order, a document then a permit."""

    def __init__(self) -> None:
        self._permits = threading.BoundedSemaphore(IN_FLIGHT)
        self._lock = threading.Lock()
        self._documents: WeakValueDictionary[str, _DocumentLock] = WeakValueDictionary()

    @contextmanager
    def call(self) -> Generator[None]:
        """Wait for a permit, and hold it."""
        with self._permits:
            yield

    @contextmanager
    def document(self, id_d: str) -> Generator[None]:
        """Wait for the document, and hold it; the thread that holds it may ask again."""
        with self._lock:
            held = self._documents.get(id_d)
            if held is None:
                held = self._documents[id_d] = _DocumentLock()
        with held.lock:
            yield


class _DocumentLock:
    """A lock that disappears with its last user."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()


_GATES: dict[tuple[str, int], Gate] = {}
_GATES_LOCK = threading.Lock()


def gate_of(base_url: str) -> Gate:
    """The gate of an address: one for the process, whatever the session, the account and the path."""
    parts = urlsplit(base_url)
    address = ((parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80))
    with _GATES_LOCK:
        return _GATES.setdefault(address, Gate())
