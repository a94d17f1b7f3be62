"""Locks that the system frees at once when their process dies, however it dies; never waited for without end.

The existence of a lock file means nothing, only the lock does: flock(2), or LockFileEx on Windows, both
behind ``filelock``.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cdg62_connect.errors import JournalError
from cdg62_connect.extras import extra

with extra("journey", needed_for="Le journal des dossiers"):
    from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout


class Taken(JournalError):
    """Un autre traitement a ce verrou."""


@contextmanager
def locked(path: Path, *, patience: float = 0) -> Generator[None]:
    """Have the lock ``path`` for as long as the block lasts.

    Args:
        patience: seconds that may be spent waiting for it.

    Raises:
        Taken: another process or thread has it.
        JournalError: this disk has no such locks, or does not let us open one.
    """
    lock = FileLock(path, timeout=patience)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a lock without the system's help: refused below
            lock.acquire()
    except Timeout:
        raise Taken(f"Un autre traitement a le verrou {path.name}.") from None
    except (OSError, NotImplementedError) as refused:
        raise _unusable(path, getattr(refused, "strerror", None) or str(refused)) from refused
    try:
        _refuse_without_the_system(lock, path)
        yield
    finally:
        lock.release()


def _refuse_without_the_system(lock: BaseFileLock, path: Path) -> None:
    """A lock that only consists of a file outlives its process: a dossier would wait for a dead one."""
    if isinstance(lock, SoftFileLock):
        raise _unusable(path, "ce disque ne connaît pas les verrous")


def _unusable(path: Path, why: str) -> JournalError:
    return JournalError(
        f"Le verrou {path.name} ne s'ouvre pas ({why}) : vérifiez les droits de {path.parent}, et qu'il est sur un "
        "disque de cette machine."
    )
