"""A ZIP taken apart member by member, under limits: nothing of it decides where a byte is written.

Its members become fresh files under names of ours. What no parapheur puts into an archive is refused whole: a path
that leaves its folder, a link, the same name twice, encryption, thousands of members, bytes that inflate beyond
reason (counted as they come, whatever the archive declares).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from cdg62_connect import system
from cdg62_connect.durable import force_directory

MOST_MEMBERS = 2000
HIGHEST_RATIO = 250
"""How many times larger than compressed a member may be, beyond :data:`FREE`; XML comes to about 50."""
FREE = 4 * 1024 * 1024
"""Bytes that a member may always have, whatever its ratio."""

_BLOCK = 512 * 1024
_DIRECTORY_LIMIT = 1024 * 1024  # bytes of the list of members, which is held in memory
_LONGEST_NAME = 1000
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    UnicodeDecodeError,
    ValueError,
    KeyError,
    IndexError,
)


class BadArchive(ValueError):
    """The archive is damaged, too large, or made to harm; the text says which, in French."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive, being written.

    Attributes:
        name: its name in the archive, with ``/`` between folders. Never a path.
        path: the file that it becomes, under a name of ours.
        size: in bytes.
        sha256: hexadecimal.
    """

    name: str
    path: Path
    size: int
    sha256: str


class Unpacked:
    """The members of one archive in a folder: they appear together at :meth:`publish`, or leave nothing.

    Args:
        into: an existing folder.
        limit: bytes of all members together.
    """

    def __init__(self, into: Path, *, limit: int) -> None:
        self._into = into
        self._left = limit
        self._limit = limit
        self._parts: list[tuple[Path, Path]] = []

    def members(self, archive: Path) -> Iterator[Member]:
        """Write the members of ``archive``, in their order.

        Raises:
            BadArchive: it is not to be trusted; :meth:`discard` is then to be called.
            OSError: the folder cannot be written.
        """
        with archive.open("rb") as raw:
            try:
                opened = zipfile.ZipFile(cast("IO[bytes]", _Bounded(raw)))
            except _BROKEN as error:
                raise _damaged(error) from None
            with opened:
                for info, name in _checked(opened.infolist(), size=archive.stat().st_size):
                    yield self._write(opened, info, name)

    def publish(self) -> None:
        """Give every member its name, durably.

        Raises:
            OSError: the folder refuses.
        """
        for part, path in self._parts:
            system.replace(part, path)
        force_directory(self._into)

    def discard(self) -> None:
        """Leave nothing."""
        for part, path in self._parts:
            for one in (part, path):
                with suppress(OSError):
                    one.unlink(missing_ok=True)

    def _write(self, opened: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
        path = self._into / f"membre-{secrets.token_hex(8)}"
        part = path.with_name(path.name + ".part")
        descriptor = system.create(part)
        self._parts.append((part, path))
        digest, size = hashlib.sha256(), 0
        allowed = FREE + HIGHEST_RATIO * info.compress_size
        with os.fdopen(descriptor, "wb", buffering=0) as out:
            for block in _blocks(opened, info):
                size += len(block)
                self._left -= len(block)
                if self._left < 0:
                    raise BadArchive(f"l'archive dépasse la taille admise de {self._limit} octets")
                if size > allowed:
                    raise BadArchive("un document de l'archive est compressé au-delà du raisonnable")
                _write_all(out, block)
                digest.update(block)
            system.force(out.fileno())
        return Member(name, path, size, digest.hexdigest())


class _Bounded:
    """A file that zipfile may not read by large pieces: the list of members is what it holds in memory."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(_DIRECTORY_LIMIT + 1 if size < 0 or size > _DIRECTORY_LIMIT else size)
        if len(data) > _DIRECTORY_LIMIT:
            raise zipfile.BadZipFile("liste démesurée")
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._raw.seek(offset, whence)
        except OSError:  # before its beginning: it is the archive that says so, not the disk
            raise zipfile.BadZipFile("renvoi hors de l'archive") from None

    def tell(self) -> int:
        return self._raw.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Whoever opened the file closes it."""


def _checked(infos: list[zipfile.ZipInfo], *, size: int) -> list[tuple[zipfile.ZipInfo, str]]:
    """The members that are files, with their names, once nothing in the list is wrong."""
    if len(infos) > MOST_MEMBERS:
        raise BadArchive(f"l'archive contient plus de {MOST_MEMBERS} documents")
    if sum(info.compress_size for info in infos) > size:
        raise BadArchive("des documents de l'archive se recouvrent")
    kept: list[tuple[zipfile.ZipInfo, str]] = []
    seen: set[str] = set()
    for info in infos:
        name = _name(info)
        if name in seen:
            raise BadArchive(f"l'archive contient deux fois {name[:80]!a}")
        seen.add(name)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() and kind in (0, stat.S_IFDIR):
            continue
        if kind not in (0, stat.S_IFREG):
            raise BadArchive(f"l'archive contient autre chose que des fichiers ({name[:80]!a})")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            raise BadArchive(f"un document de l'archive est chiffré, ou compressé autrement ({name[:80]!a})")
        kept.append((info, name))
    return kept


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member; servers that do not say that it is in UTF-8 write it so all the same."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    steps = name.removesuffix("/").split("/")
    harmful = any(not c.isprintable() for c in name) or "\\" in name or ":" in steps[0][1:2]
    if harmful or len(name) > _LONGEST_NAME or any(step in {"", ".", ".."} for step in steps):
        raise BadArchive(f"un nom de l'archive mène ailleurs que dans son dossier ({name[:80]!a})")
    return name


def _blocks(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with opened.open(info) as content:
            while block := content.read(_BLOCK):
                yield block
    except _BROKEN as error:
        raise _damaged(error) from None


def _write_all(out: IO[bytes], block: bytes) -> None:
    left = memoryview(block)
    while left:
        left = left[out.write(left) :]


def _damaged(error: Exception) -> BadArchive:
    if isinstance(error, BadArchive):
        return error
    return BadArchive(f"l'archive est abîmée ({' '.join(str(error).split())[:80]!a})")
