"""A file that did not exist, does not appear before it is whole, and is not left behind half written."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from cdg62_connect import system
from cdg62_connect.durable import force_directory
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.moments import reach


class FreshFile:
    """Open for writing in ``folder`` under ``name`` or, when that is taken, ``name`` with a number.

    The bytes go to ``….part``, created exclusively, which reserves the name among those who come here;
    :meth:`publish` forces it to disk and gives it its name. Leaving the block without it removes everything.

    Attributes:
        size: bytes written so far.

    Raises:
        ConfigurationError: the folder cannot be written.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._target, self._descriptor = _reserve(folder, name)
        self._part = _part_of(self._target)
        self._published = False
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Of the bytes written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, block: bytes) -> None:
        """Add ``block``."""
        left = memoryview(block)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            raise _unwritable(self._target.parent, error) from None
        self._hash.update(block)
        self.size += len(block)

    def publish(self) -> Path:
        """Force the file to disk and make it appear; where it is."""
        try:
            system.force(self._descriptor)
            self._close()  # Windows does not rename an open file
            reach(f"file.before:{self._target.name}")
            system.replace(self._part, self._target)
            force_directory(self._target.parent)
        except OSError as error:
            raise _unwritable(self._target.parent, error) from None
        self._published = True
        reach(f"file.after:{self._target.name}")
        return self._target

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if not self._published:
            with suppress(OSError):  # held by an antivirus: what went wrong matters more
                self._part.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _reserve(folder: Path, name: str) -> tuple[Path, int]:
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in count(1):
        target = folder / (name if number == 1 else f"{stem}-{number}{suffix}")
        part = _part_of(target)
        try:
            descriptor = system.create(part)
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(folder, error) from None
        # Looked at once the name is ours: whoever had it before has finished renaming.
        if not os.path.lexists(target):
            return target, descriptor
        os.close(descriptor)
        part.unlink()
    raise AssertionError("count() does not end")


def _part_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _unwritable(folder: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"Impossible d'écrire dans « {folder} » : {error.strerror or 'erreur du système'}. "
        "Vérifiez que le dossier existe, ses droits et la place disponible."
    )
