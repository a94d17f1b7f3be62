"""Reading a request whose documents travel beside the envelope (MTOM): every part but the envelope is a file
first, whatever its place, then the envelope says which file stands where.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cdg62_connect.errors import HostileInput
from cdg62_connect.simulator.iparapheur.reading import Call, Source, Unreadable, read_call

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LINE = 64 * 1024  # bytes; longer lines are read in pieces
_HEAD_LIMIT = 16 * 1024  # bytes
_PART_LIMIT = 600


def read_package(source: Source, folder: Path, *, parameters: Mapping[str, str]) -> Call:
    """Read a whole ``multipart/related`` request; its documents become files of ``folder``.

    Args:
        source: the body.
        folder: an empty folder.
        parameters: those of the Content-Type (``boundary``, ``start``).

    Raises:
        Unreadable: not such a request, or an attachment that the envelope names is absent.
        HostileInput: an excess of parts or of headers.
    """
    boundary = parameters.get("boundary", "").encode("latin-1", "replace")
    if not boundary:
        raise Unreadable("Le Content-Type ne dit pas ce qui sépare les pièces.")
    lines = _Lines(source, b"--" + boundary)
    start = _bare(parameters.get("start", ""))
    call: Call | None = None
    files: dict[str, Path] = {}
    for _ in lines.content():
        pass  # what comes before the first part is for nobody
    for rank in range(_PART_LIMIT + 1):
        if lines.closed:
            break
        if rank == _PART_LIMIT:
            raise HostileInput("La demande a trop de pièces.")
        head = lines.head()
        name = _bare(head.get("content-id", ""))
        content = _decoded(lines.content(), head.get("content-transfer-encoding", ""))
        if call is None and start in ("", name):
            call = read_call(_Blocks(content), folder, attachments=True)
            continue
        if name in files:
            raise Unreadable(f"Deux pièces portent le nom {name}.")
        files[name] = folder / f"piece-{rank}"
        with files[name].open("wb") as out:
            out.writelines(content)
    if call is None:
        raise Unreadable("La pièce qui porte l'enveloppe est absente.")
    for node in call.attached:
        wanted = unquote(node.reference)
        if wanted not in files:
            raise Unreadable(f"La pièce {wanted} est absente.")
        node.file = files.pop(wanted)
    return call


class _Blocks:
    """Pieces read as a file is."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int, /) -> bytes:
        for piece in self._pieces:
            if piece:
                return piece
        return b""


class _Raw(io.RawIOBase):
    """A source as the buffered readers of Python want it."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer)
        data = self._source.read(len(room))
        room[: len(data)] = data
        return len(data)


class _Lines:
    """A body read line by line, its documents included."""

    def __init__(self, source: Source, mark: bytes) -> None:
        self._in = io.BufferedReader(_Raw(source), 4 * _LINE)
        self._mark = mark
        self._bare_lines = False  # lines end with LF alone, as the last delimiter did
        self.closed = False

    def head(self) -> dict[str, str]:
        """The headers of a part, by name in lower case."""
        found: dict[str, str] = {}
        name = ""
        left = _HEAD_LIMIT
        while (line := self._line()).strip():
            left -= len(line)
            if left < 0:
                raise HostileInput("Une pièce a des en-têtes sans fin.")
            text = line.decode("latin-1")
            if text[0] in " \t" and name:
                found[name] += " " + text.strip()
                continue
            name, _, value = text.partition(":")
            name = name.strip().lower()
            found[name] = value.strip()
        return found

    def content(self) -> Iterator[bytes]:
        """What precedes the next delimiter, which is read; the end of line before it is its own."""
        end, fresh = b"", True
        while True:
            line = self._line()
            if fresh and line.startswith(self._mark):
                rest = line[len(self._mark) :].strip()
                if rest in (b"", b"--"):
                    if end == b"\r\n" and self._bare_lines:
                        yield b"\r"
                    self._bare_lines = not line.endswith(b"\r\n")
                    self.closed = rest == b"--"
                    return
            if end == b"\r":  # a long line was cut within its end
                line = end + line
            elif end:
                yield end
            fresh = line.endswith(b"\n")
            body = line.removesuffix(b"\n").removesuffix(b"\r")
            end = line[len(body) :]
            if body:
                yield body

    def _line(self) -> bytes:
        line = self._in.readline(_LINE)
        if not line:
            raise Unreadable("La demande est coupée.")
        return line


def _decoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding.strip().lower() != "base64":
        yield from pieces
        return
    rest = b""
    for piece in pieces:
        rest += b"".join(piece.split())
        whole = len(rest) - len(rest) % 4
        try:
            yield base64.b64decode(rest[:whole], validate=True)
        except binascii.Error as problem:
            raise Unreadable("Une pièce n'est pas en base64.") from problem
        rest = rest[whole:]
    if rest:
        raise Unreadable("Une pièce en base64 est incomplète.")


def _bare(name: str) -> str:
    return name.strip().removeprefix("<").removesuffix(">")
