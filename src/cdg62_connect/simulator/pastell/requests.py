"""The parameters of a call as PHP hands them to Pastell: names with brackets make arrays, JSON is never read.

* GET and DELETE read the query string; POST the query string and the form, urlencoded or multipart;
* PATCH reads its raw body as an urlencoded string, whatever type it announces: JSON or multipart give junk.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

if TYPE_CHECKING:
    from flask import Request

PhpValue: TypeAlias = "str | dict[str, PhpValue]"
"""A text or an array; the keys of an array are texts, ``"0"``, ``"1"``… for a list."""

BLOCK = 256 * 1024
MAX_INPUT_VARS = 1000
"""PHP drops the fields beyond this."""
POST_LIMIT = 200 * 1024 * 1024
"""A longer body comes to the script empty (``post_max_size`` of the reference installation)."""
_FIELD_LIMIT = 64 * 1024 * 1024
_KEY = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part: the name its sender gave, and where its bytes lie until the call ends."""

    name: str
    path: Path

    def read(self) -> bytes:
        """The whole content."""
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was sent with a call.

    Attributes:
        values: the fields.
        files: the file parts of a multipart POST.
        query: the fields of the query string alone.
    """

    values: Mapping[str, PhpValue] = field(default_factory=dict[str, PhpValue])
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])
    query: Mapping[str, PhpValue] = field(default_factory=dict[str, PhpValue])

    def text(self, name: str, default: str = "") -> str:
        """The field as a text; ``default`` when it is absent or an array."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else default

    def number(self, name: str, default: int = 0) -> int:
        """The field as PHP's ``(int)`` reads it; ``default`` when it is absent."""
        return integer(self.text(name)) if name in self.values else default

    def true(self, name: str) -> bool:
        """Whether PHP takes the field for true."""
        return self.values.get(name, "") not in ("", "0", {})

    def listed(self, name: str) -> list[str]:
        """The texts of an array field, in order; empty when it is absent or a text."""
        return list(self.table(name).values())

    def table(self, name: str) -> dict[str, str]:
        """The texts of an array field by key."""
        value = self.values.get(name)
        return (
            {key: one for key, one in value.items() if isinstance(one, str)}
            if isinstance(value, dict)
            else {}
        )


def integer(text: str) -> int:
    """A text as PHP's ``(int)`` reads it: its first digits, 0 when there are none."""
    found = re.match(r"\s*([+-]?\d{1,18})", text)
    return int(found[1]) if found else 0


@contextmanager
def parameters(request: Request, *, folder: Path) -> Generator[Parameters]:
    """Read the parameters of a call; files that nobody took are deleted at the end."""
    query = parse_str(request.query_string)
    uploads: dict[str, Upload] = {}
    try:
        if request.method == "PATCH":
            yield Parameters(values=parse_str(request.stream.read(_FIELD_LIMIT)), query=query)
        elif request.method == "POST":
            pairs: list[tuple[str, str]] = []
            if (request.content_length or 0) > POST_LIMIT:
                _drain(request.stream)
            elif request.mimetype == "multipart/form-data":
                _Parts(folder, pairs, uploads).read(request)
            elif request.mimetype == "application/x-www-form-urlencoded":
                pairs = list(_pairs(request.stream.read(_FIELD_LIMIT)))
            yield Parameters(values={**query, **nest(pairs)}, files=dict(uploads), query=query)
        else:
            yield Parameters(values=query, query=query)
    finally:
        for upload in uploads.values():
            upload.path.unlink(missing_ok=True)


def parse_str(data: bytes) -> dict[str, PhpValue]:
    """PHP's ``parse_str``. Bytes that are no UTF-8 are kept (as surrogates): Pastell stores them."""
    return nest(_pairs(data))


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, PhpValue]:
    """Make arrays of the names with brackets; of two fields of one name, the last one stays."""
    values: dict[str, PhpValue] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_INPUT_VARS:
            break
        root, bracket, rest = name.lstrip().partition("[")
        keys = _KEY.findall(bracket + rest) if bracket and "]" in rest else []
        if not keys:
            root, rest = (name.lstrip().replace("[", "_", 1), "")
        root = re.sub(r"[. ]", "_", root)
        if root:
            _put(values, [root, *keys], value)
    return values


def _put(values: dict[str, PhpValue], keys: Sequence[str], value: str) -> None:
    for key in keys[:-1]:
        named = key if key else _next(values)
        inner = values.get(named)
        if not isinstance(inner, dict):
            inner = values[named] = {}
        values = inner
    values[keys[-1] if keys[-1] else _next(values)] = value


def _next(values: Mapping[str, PhpValue]) -> str:
    return str(max((int(key) + 1 for key in values if key.isdecimal()), default=0))


def _pairs(data: bytes) -> Generator[tuple[str, str]]:
    for piece in data.split(b"&"):
        if piece:
            name, _, value = piece.partition(b"=")
            yield _decoded(name), _decoded(value)


def _decoded(data: bytes) -> str:
    return unquote_to_bytes(data.replace(b"+", b" ")).decode("utf-8", "surrogateescape")


def _drain(stream: IO[bytes]) -> None:
    while stream.read(BLOCK):
        pass


class _Parts:
    """Puts the parts of a multipart body where they belong as they come."""

    def __init__(self, folder: Path, pairs: list[tuple[str, str]], uploads: dict[str, Upload]) -> None:
        self._folder = folder
        self._pairs = pairs
        self._uploads = uploads
        self._name = ""
        self._text: bytearray | None = None
        self._file: IO[bytes] | None = None

    def read(self, request: Request) -> None:
        boundary = parse_options_header(request.headers.get("Content-Type"))[1].get("boundary", "")
        if not boundary:
            return
        decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=MAX_INPUT_VARS)
        try:
            self._decode(decoder, request.stream)
        except ValueError:
            # PHP warns, and goes on with what it could read.
            _drain(request.stream)
        finally:
            if self._file is not None:
                self._file.close()

    def _decode(self, decoder: MultipartDecoder, stream: IO[bytes]) -> None:
        while True:
            block = stream.read(BLOCK)
            decoder.receive_data(block or None)
            event = decoder.next_event()
            while not isinstance(event, NeedData | Epilogue):
                self._take(event)
                event = decoder.next_event()
            if isinstance(event, Epilogue) or not block:
                return

    def _take(self, event: object) -> None:
        match event:
            case Field(name=name):
                self._name, self._text, self._file = name, bytearray(), None
            case File(name=name, filename=filename):
                with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as place:
                    path = Path(place.name)
                former = self._uploads.pop(name, None)
                if former is not None:
                    former.path.unlink(missing_ok=True)
                self._uploads[name] = Upload(filename, path)
                self._text, self._file = None, path.open("wb")
            case Data(data=data, more_data=more):
                self._write(data, last=not more)
            case _:
                pass

    def _write(self, data: bytes, *, last: bool) -> None:
        if self._file is not None:
            self._file.write(data)
            if last:
                self._file.close()
                self._file = None
        elif self._text is not None:
            if len(self._text) + len(data) > _FIELD_LIMIT:
                raise ValueError("champ trop long")
            self._text += data
            if last:
                self._pairs.append((self._name, self._text.decode("utf-8", "surrogateescape")))
