"""The fields of a request as PHP would hand them to S2LOW: bytes read as ISO-8859-1, files on the disk.

Flask reads forms as UTF-8 and throws away a whole body in which one file name is not. S2LOW is spoken to in
ISO-8859-1, so the parts are read here, with Werkzeug's own decoder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from cdg62_connect.simulator.s2low.depot import Upload

BLOCK = 256 * 1024
FIELD_LIMIT = 1024 * 1024
PARTS_LIMIT = 1000


@dataclass(slots=True)
class Form:
    """What was posted. As in PHP, the last of two fields of the same name wins, unless it ends with ``[]``."""

    fields: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    files: list[tuple[str, Upload]] = field(default_factory=list[tuple[str, Upload]])

    def get(self, name: str) -> str:
        """The field of that name, ``""`` when absent."""
        return next((value for key, value in reversed(self.fields) if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every field ``name[]``, in order."""
        return tuple(value for key, value in self.fields if key == f"{name}[]")

    def flag(self, name: str) -> bool:
        """Whether the field is true for PHP."""
        return self.get(name) not in ("", "0")

    def file(self, name: str) -> Upload | None:
        """The file of that name; a file without a name is no file."""
        return next((upload for key, upload in reversed(self.files) if key == name and upload.name), None)

    def all_files(self, name: str) -> tuple[Upload, ...]:
        """Every file ``name[]``, in order."""
        return tuple(upload for key, upload in self.files if key == f"{name}[]" and upload.name)


def query_of(request: Request) -> Form:
    """The fields of the query string."""
    return Form(list(_pairs(request.query_string)))


@contextmanager
def posted(request: Request, *, limit: int, folder: Path) -> Generator[Form]:
    """The fields and files of the body; files that nobody took are deleted at the end.

    A body of more than ``limit`` bytes is read and dropped: the form is then empty, as PHP makes it.
    """
    form = Form()
    try:
        if (request.content_length or 0) > limit:
            _drain(request.stream)
        elif request.mimetype == "multipart/form-data":
            _read_parts(request, folder, form)
        elif request.mimetype == "application/x-www-form-urlencoded":
            form.fields.extend(_pairs(request.stream.read(FIELD_LIMIT)))
        yield form
    finally:
        for _, upload in form.files:
            upload.path.unlink(missing_ok=True)


class _Latin1Decoder(MultipartDecoder):
    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        return super()._parse_headers(data.decode("iso-8859-1").encode("utf-8"))


def _read_parts(request: Request, folder: Path, form: Form) -> None:
    boundary = parse_options_header(request.headers.get("Content-Type"))[1].get("boundary", "")
    if not boundary:
        raise BadRequest("multipart sans frontière")
    decoder = _Latin1Decoder(boundary.encode("iso-8859-1"), max_parts=PARTS_LIMIT)
    try:
        _Parts(folder, form).read(decoder, request.stream)
    except ValueError as malformed:
        raise BadRequest("multipart illisible") from malformed


class _Parts:
    """Puts the parts where they belong as they come."""

    def __init__(self, folder: Path, form: Form) -> None:
        self._folder = folder
        self._form = form
        self._name = ""
        self._text: bytearray | None = None
        self._file: IO[bytes] | None = None

    def read(self, decoder: MultipartDecoder, stream: IO[bytes]) -> None:
        try:
            while True:
                block = stream.read(BLOCK)
                decoder.receive_data(block or None)
                event = decoder.next_event()
                while not isinstance(event, NeedData | Epilogue):
                    self._take(event)
                    event = decoder.next_event()
                if isinstance(event, Epilogue) or not block:
                    return
        finally:
            if self._file is not None:
                self._file.close()

    def _take(self, event: object) -> None:
        match event:
            case Field(name=name):
                self._name, self._text, self._file = name, bytearray(), None
            case File(name=name, filename=filename):
                with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as place:
                    path = Path(place.name)
                self._form.files.append((name, Upload(filename, path)))
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
            if len(self._text) + len(data) > FIELD_LIMIT:
                raise ValueError("champ trop long")
            self._text += data
            if last:
                self._form.fields.append((self._name, self._text.decode("iso-8859-1")))


def _drain(stream: IO[bytes]) -> None:
    while stream.read(BLOCK):
        pass


def _pairs(data: bytes) -> Sequence[tuple[str, str]]:
    return parse_qsl(data.decode("iso-8859-1"), keep_blank_values=True, encoding="iso-8859-1")
