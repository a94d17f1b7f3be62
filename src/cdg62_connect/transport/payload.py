"""A document as a handle: its bytes are read when they are sent, and never all at once."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cdg62_connect.errors import InvalidFile

BLOCK_SIZE = 768 * 1024
"""A multiple of 3, so that the base64 of the blocks is the base64 of the whole."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A document to send: a file on disk, or bytes that are already in memory.

    Attributes:
        source: where the bytes are.
        size: exact size in bytes, measured by :meth:`of`.
    """

    source: Path | bytes = field(repr=False)
    size: int

    @classmethod
    def of(cls, source: Path | bytes) -> Payload:
        """Measure ``source`` and hold it.

        Raises:
            InvalidFile: the path is not a regular file that can be read (``FICHIER_ILLISIBLE``).
        """
        if isinstance(source, bytes):
            return cls(source, len(source))
        try:
            found = source.stat()
        except OSError as error:
            raise _unreadable(source, error.strerror or "erreur du système") from None
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(source, "ce n'est pas un fichier")
        return cls(source, found.st_size)

    def blocks(self, size: int = BLOCK_SIZE) -> Iterator[bytes]:
        """The content from its start, at each call; every block but the last has exactly ``size`` bytes.

        Raises:
            InvalidFile: the file cannot be read (``FICHIER_ILLISIBLE``), or its size is no longer the one
                that was measured (``FICHIER_MODIFIE``).
        """
        if isinstance(self.source, bytes):
            for start in range(0, self.size, size):
                yield self.source[start : start + size]
            return
        try:
            handle = self.source.open("rb")
        except OSError as error:
            raise _unreadable(self.source, error.strerror or "erreur du système") from None
        with handle:
            left = self.size
            while True:
                try:
                    block = handle.read(size)
                except OSError as error:
                    raise _unreadable(self.source, error.strerror or "erreur du système") from None
                left -= len(block)
                if left < 0 or (not block and left):
                    raise InvalidFile(
                        "FICHIER_MODIFIE",
                        f"« {self.source.name} » a changé de taille pendant sa lecture. "
                        "Attendez que son écriture soit terminée, puis recommencez.",
                    )
                if not block:
                    return
                yield block


def _unreadable(path: Path, why: str) -> InvalidFile:
    return InvalidFile(
        "FICHIER_ILLISIBLE",
        f"« {path.name} » ne peut pas être lu : {why}. Vérifiez le chemin et les droits du fichier.",
    )
