"""Files that other people also write: opened without following links, failures named."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cdg62_connect.errors import ConfigurationError, HostileInput

BLOCK = 1024 * 1024


@contextmanager
def on_disk(folder: Path) -> Generator[None]:
    """Turn what the disk refuses within the block into a :class:`ConfigurationError` about ``folder``."""
    try:
        yield
    except OSError as refused:
        where = refused.filename or folder
        raise ConfigurationError(
            f"L'arborescence de dépôt ne répond pas : {where} ({refused.strerror or type(refused).__name__}). "
            "Vérifiez le montage, les droits et la place libre, puis relancez : rien n'est perdu."
        ) from refused


@contextmanager
def open_regular(path: Path) -> Generator[BinaryIO]:
    """Open an ordinary file for reading; a link, a pipe or a device is never opened.

    Raises:
        HostileInput: ``path`` is not an ordinary file.
        OSError: it is missing or cannot be read.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise HostileInput(f"{path.name} n'est pas un fichier ordinaire.")
    # The two flags close the gap between the look above and the opening; Windows has neither.
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(os.open(path, flags), "rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise HostileInput(f"{path.name} n'est pas un fichier ordinaire.")
        yield source


def blocks(source: BinaryIO) -> Generator[bytes]:
    """The content of an open file, block by block."""
    while block := source.read(BLOCK):
        yield block


def sha256_of(path: Path) -> str:
    """SHA-256 of an ordinary file, read as a stream (same errors as :func:`open_regular`)."""
    digest = hashlib.sha256()
    with open_regular(path) as source:
        for block in blocks(source):
            digest.update(block)
    return digest.hexdigest()
