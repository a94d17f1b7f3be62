"""The archive of @ctes: a tar.gz that holds one envelope, its messages and their files."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cdg62_connect.durable import durable_file
from cdg62_connect.errors import HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats.actes_files import EnvelopeName
from cdg62_connect.formats.enveloppe import EnveloppeAller, EnveloppeRetour, read_enveloppe

LARGEST_ARCHIVE = 150 * 1024 * 1024
"""Bytes: what S2LOW accepts; the files of an archive are not larger once out of it, within a little."""

_MOST_FILES = 1_000
_LARGEST_MESSAGE = 8 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,150}")
_ENVELOPE = re.compile(r"(?:ANO_)?[A-Z]{4}--.*\.xml")
_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ActesArchive:
    """An archive once taken out.

    Attributes:
        name: the name of its envelope.
        enveloppe: what it says; ``None`` when it is the refusal of an envelope, to be read as an anomaly.
        messages: the content of the XML messages that it announces, by file name.
        files: where the other files were written, by name.
    """

    name: str
    enveloppe: EnveloppeAller | EnveloppeRetour | None
    messages: Mapping[str, bytes]
    files: Mapping[str, Path]


def write_archive(
    target: Path,
    *,
    envelope: EnvelopeName,
    content: bytes,
    messages: Mapping[str, bytes],
    files: Sequence[Path],
) -> None:
    """Write an archive, durably; the same input gives the same bytes.

    Args:
        target: the archive, named by :meth:`EnvelopeName.archive`.
        envelope: the envelope's name.
        content: the envelope itself.
        messages: the messages, by name.
        files: the act and its annexes, under the names that the messages give them.

    Raises:
        InvalidInput: a name that cannot be in an archive, a file that is there twice, or a message announced
            and absent.
        OSError: the disk refuses.
    """
    names = [str(envelope), *messages, *(file.name for file in files)]
    for name in names:
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"« {name[:80]} » ne peut pas être le nom d'un fichier d'une archive @ctes.")
    if len(set(names)) != len(names):
        raise InvalidInput("Deux fichiers de l'archive portent le même nom.")
    announced = read_enveloppe(content).formulaires
    if set(announced) != set(messages):
        raise InvalidInput("L'enveloppe et l'archive n'ont pas les mêmes messages.")
    with (
        durable_file(target) as out,
        gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, data in ((str(envelope), content), *messages.items()):
            _add(archive, name, io.BytesIO(data), len(data))
        for file in files:
            with file.open("rb") as document:
                _add(archive, file.name, document, file.stat().st_size)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    archive.addfile(member, content)


def read_archive(path: Path, *, into: Path, limit: int = LARGEST_ARCHIVE) -> ActesArchive:
    """Take an archive out: messages in memory, other files written into ``into``, an existing empty folder.

    Args:
        path: the archive.
        into: where its files go; nothing is ever written elsewhere.
        limit: the largest size accepted, in bytes, as it comes and once inflated.

    Raises:
        InvalidFile: ``ARCHIVE_ILLISIBLE`` (not a tar.gz, cut, without an envelope), ``TAILLE``, or
            ``ENVELOPPE_ILLISIBLE``.
        HostileInput: a name or a kind of entry that has no place there, or a bomb.
        OSError: a disk refuses.
    """
    if path.stat().st_size > limit:
        raise InvalidFile("TAILLE", f"L'archive pèse plus que les {limit} octets admis.")
    small: dict[str, bytes] = {}
    files: dict[str, Path] = {}
    try:
        with (
            gzip.open(path) as inflated,
            tarfile.open(fileobj=_Bounded(inflated, limit=limit + 1024 * 1024), mode="r|") as archive,
        ):
            for member in archive:
                if len(small) + len(files) >= _MOST_FILES:
                    raise HostileInput(f"L'archive a plus de {_MOST_FILES} fichiers : elle est écartée.")
                content = _content(archive, member, taken=small.keys() | files.keys())
                if member.name.endswith(".xml") and member.size <= _LARGEST_MESSAGE:
                    small[member.name] = content.read()
                else:
                    files[member.name] = _written(content, into / member.name)
        return _archive(small, files, into)
    except BaseException as failure:
        for written in files.values():
            written.unlink(missing_ok=True)
        if isinstance(failure, tarfile.TarError | EOFError | zlib.error | gzip.BadGzipFile | ValueError):
            raise InvalidFile(
                "ARCHIVE_ILLISIBLE", "L'archive n'est pas un tar.gz d'@ctes, ou elle est incomplète."
            ) from None
        raise


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, *, taken: set[str]) -> IO[bytes]:
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
    if not plain or not _NAME.fullmatch(member.name) or member.name in taken:
        raise HostileInput(
            f"L'archive a une entrée inadmissible (« {member.name[:60]} ») : elle est écartée."
        )
    content = archive.extractfile(member)
    if content is None:
        raise HostileInput("L'archive a une entrée sans contenu : elle est écartée.")
    return content


def _written(content: IO[bytes], target: Path) -> Path:
    try:
        with target.open("xb") as out:
            while block := content.read(_BLOCK):
                out.write(block)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def _archive(small: dict[str, bytes], files: dict[str, Path], into: Path) -> ActesArchive:
    envelopes = [name for name in small if _ENVELOPE.fullmatch(name)]
    if len(envelopes) != 1:
        raise InvalidFile("ARCHIVE_ILLISIBLE", f"L'archive a {len(envelopes)} enveloppe(s) au lieu d'une.")
    name = envelopes[0]
    content = small.pop(name)
    enveloppe = None if name.startswith("ANO_") else read_enveloppe(content)
    announced = enveloppe.formulaires if enveloppe else ()
    messages = {name: content} if enveloppe is None else {}
    for other, data in small.items():
        if other in announced:
            messages[other] = data
        else:
            files[other] = _written(io.BytesIO(data), into / other)
    return ActesArchive(name=name, enveloppe=enveloppe, messages=messages, files=files)


class _Bounded(io.RawIOBase):
    """What an archive inflates to, refused beyond its measure; every read that tarfile asks for is counted."""

    def __init__(self, inflated: gzip.GzipFile, *, limit: int) -> None:
        self._inflated = inflated
        self._left = limit

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        self._left -= max(size, 0)
        if size < 0 or self._left < 0:
            raise HostileInput("L'archive est démesurée une fois décompressée : elle est écartée.")
        return self._inflated.read(size)
