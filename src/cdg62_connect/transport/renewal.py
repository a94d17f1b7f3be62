"""Certificates that are replaced while the session lives: new connections take the new ones.

A connection that is open keeps what it was opened with, so that during a renewal the former and the new
certificate serve side by side, as long as the platform accepts both.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.transport.tls import TlsTerms

LOGGER = logging.getLogger("cdg62_connect.certificats")

_State = tuple[tuple[int, int, int] | None, ...]


class LivingContext:
    """Gives each new connection a context made of the files as they are at that moment.

    The files are looked at (one ``stat`` each), and read again only when one has changed. What cannot be
    read, or does not hold together (a certificate replaced before its key), changes nothing: the former
    context stays, a warning says what to do, and the files are tried again once they have changed again.

    Raises:
        ConfigurationError: at first, the files must be right.
    """

    def __init__(self, terms: TlsTerms, *, platform: str) -> None:
        self._terms = terms
        self._platform = platform
        self._files = terms.files
        self._lock = threading.Lock()
        self._state = _state(self._files)  # before the reading: what changes during it is seen the next time
        self._context = terms.context()

    def current(self) -> ssl.SSLContext:
        """The context for a connection that is about to be opened."""
        if _state(self._files) != self._state:
            with self._lock:
                self._renew()
        return self._context

    def _renew(self) -> None:
        state = _state(self._files)
        if state == self._state:  # another thread has done it
            return
        self._state = state
        try:
            self._context = self._terms.context()
        except ConfigurationError as error:
            LOGGER.warning(
                "Les certificats de la plateforme %s ont changé sur le disque, mais ne sont pas utilisables : %s "
                "Les précédents restent en service. Corrigez les fichiers : ils seront relus à la connexion "
                "suivante, sans redémarrage.",
                self._platform,
                error,
            )
        else:
            LOGGER.info(
                "Les certificats de la plateforme %s ont changé : les nouveaux sont en service pour les "
                "prochaines connexions.",
                self._platform,
            )


def _state(files: Sequence[Path]) -> _State:
    return tuple(_mark(path) for path in files)


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced or written to; ``None`` when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
