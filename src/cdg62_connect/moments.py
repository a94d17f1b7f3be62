"""The moments at which a process may die: named points that observers can watch.

The journey, the transport and the durable files announce each point where a sudden end would matter.
In production nobody listens and the cost is one test of an empty tuple. The crash tests listen, and end
the process at each announced moment in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

Observer = Callable[[str], None]

_observers: tuple[Observer, ...] = ()


def reach(name: str) -> None:
    """Announce the moment ``name`` (``"wire.sent:CreerDossier"``, ``"journal.write.after:signed"``…)."""
    for observer in _observers:
        observer(name)


@contextmanager
def observed(observer: Observer) -> Generator[None]:
    """Call ``observer`` at each moment reached within the block."""
    global _observers
    before = _observers
    _observers = (*before, observer)
    try:
        yield
    finally:
        _observers = before
