"""Files that other people also write: opened without following links, failures named."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cdg62_connect import system
from cdg62_connect.errors import ConfigurationError, HostileInput

BLOCK = 1024 * 1024


class StillHeld(ConfigurationError):
    """Un fichier du dépôt est encore tenu par un autre programme : à reprendre à la prochaine passe."""


@contextmanager
def on_disk(folder: Path) -> Generator[None]:
    """Turn what the disk refuses within the block into a :class:`ConfigurationError` about ``folder``.

    Raises:
        StillHeld: another program holds a file, or a right is missing: time may be enough.
        ConfigurationError: anything else.
    """
    try:
        yield
    except OSError as refused:
        where = system.shown_path(refused.filename or folder)
        if system.is_held(refused):
            raise StillHeld(
                f"{where} ne peut pas être lu ou déplacé pour l'instant ({refused.strerror}) : un autre programme le "
                "tient encore (copie, antivirus, lecteur PDF), ou ce compte n'en a pas le droit. Ce sera repris à la "
                "prochaine passe ; si cela dure, vérifiez les droits."
            ) from refused
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
    if not system.is_file(path.lstat()):
        raise HostileInput(f"{path.name} n'est pas un fichier ordinaire.")
    with os.fdopen(system.open_for_reading(path), "rb") as source:
        if not system.is_file(os.fstat(source.fileno())):  # changed between the look and the opening
            raise HostileInput(f"{path.name} n'est pas un fichier ordinaire.")
        yield source


def blocks(source: BinaryIO) -> Generator[bytes]:
    """The content of an open file, block by block."""
    while block := source.read(BLOCK):
        yield block


def deposited_blocks(path: Path) -> Generator[bytes]:
    """The content of a depositor's file, block by block.

    Raises:
        HostileInput: it is not an ordinary file.
        StillHeld, ConfigurationError: it cannot be read.
    """
    with on_disk(path), open_regular(path) as source:
        yield from blocks(source)


def sha256_of(path: Path) -> str:
    """SHA-256 of an ordinary file, read as a stream (same errors as :func:`open_regular`)."""
    digest = hashlib.sha256()
    with open_regular(path) as source:
        for block in blocks(source):
            digest.update(block)
    return digest.hexdigest()
