"""The text of the first page of a PDF, under a budget: enough to find a stamp on it, no more."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.pdf_structure import broken_pdf_refused, read_trailer
from cdg62_connect.formats.pyhanko_silence import silenced

_MOST_STREAMS = 100
_LARGEST = 8 * 1024 * 1024
"""Bytes of page content once inflated, all streams together."""

_DEEPEST_FORM = 5
_MOST_CHARACTERS = 100_000
_TOKEN = re.compile(
    rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>|\[|\]|/[^\s/<>\[\]()%{}]*|[A-Za-z'\"*]+|[^\s]", re.DOTALL
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}
_CHARACTERS = re.compile(rb"<([0-9A-Fa-f]{2,4})>\s*<((?:[0-9A-Fa-f]{4}){1,4})>")
_RANGES = re.compile(rb"<([0-9A-Fa-f]{2,4})>\s*<([0-9A-Fa-f]{2,4})>\s*<([0-9A-Fa-f]{4})>")
_SHOWN = (b"Tj", b"'", b'"', b"TJ")
_MOVED = (b"T*", b"Td", b"TD", b"Tm", b"BT", b"ET")

Decode = Callable[[bytes], str]


def first_page_text(document: BinaryIO) -> str:
    """What the first page shows, in the order in which it is drawn, annotations included.

    Raises:
        InvalidFile: ``PAS_UN_PDF`` or ``PDF_CHIFFRE``.
    """
    if "/Encrypt" in read_trailer(document).flatten():
        raise InvalidFile("PDF_CHIFFRE", "Le PDF est protégé : son texte ne peut être lu.")
    with silenced(), broken_pdf_refused():
        reader = PdfFileReader(document, strict=False)
        page = reader.find_page_for_modification(0)[0].get_object()
        return _PageText().of(page) if isinstance(page, DictionaryObject) else ""


class _PageText:
    """One page being read; what is beyond the budget is not."""

    def __init__(self) -> None:
        self._left = _LARGEST
        self._streams = 0

    def of(self, page: DictionaryObject) -> str:
        contents = _get(page, "/Contents")
        resources = _inherited(page, "/Resources")
        # the pieces of a page's content are one stream that was cut
        whole = b"\n".join(self._data(stream) for stream in _streams(contents))
        texts = [self._text(whole, resources, depth=0)]
        for annotation in _items(_get(page, "/Annots")):
            appearance = _get(_get(annotation, "/AP"), "/N")
            if isinstance(appearance, StreamObject):
                texts.append(self._form(appearance, depth=0))
        return "\n".join(texts)

    def _form(self, form: StreamObject, *, depth: int) -> str:
        return self._text(self._data(form), _get(form, "/Resources"), depth=depth + 1)

    def _data(self, stream: StreamObject) -> bytes:
        self._streams += 1
        if self._streams > _MOST_STREAMS or self._left <= 0:
            return b""
        names = [str(name) for name in _items(_get(stream, "/Filter"))] or _named(_get(stream, "/Filter"))
        data = bytes(stream.encoded_data)
        if names == ["/FlateDecode"]:
            data = zlib.decompressobj().decompress(data, self._left)
        elif names:
            return b""
        data = data[: self._left]
        self._left -= len(data)
        return data

    def _text(self, content: bytes, resources: object, *, depth: int) -> str:
        if depth > _DEEPEST_FORM:
            return ""
        decode: Decode = _latin
        said: list[str] = []
        strings: list[bytes] = []
        name = b""
        for token in _TOKEN.findall(content):
            if token[:1] in (b"(", b"<"):
                strings.append(_string(token))
            elif token[:1] == b"/":
                name = token
            elif token in _SHOWN:
                said.append("".join(map(decode, strings)))
                strings = []
            elif token in _MOVED:
                said.append("\n")
                strings = []
            elif token == b"Tf":
                decode = self._decoder(_get(_get(resources, "/Font"), name.decode("latin-1")))
            elif token == b"Do":
                form = _get(_get(resources, "/XObject"), name.decode("latin-1"))
                if isinstance(form, StreamObject):
                    said.append("\n" + self._form(form, depth=depth))
        return "".join(said)

    def _decoder(self, font: object) -> Decode:
        mapping = _get(font, "/ToUnicode")
        if not isinstance(mapping, StreamObject):
            return _latin
        table = _table(self._data(mapping))
        width = 2 if str(_get(font, "/Subtype")) == "/Type0" else 1
        return lambda string: _mapped(string, table, width)


def _table(cmap: bytes) -> dict[int, str]:
    table: dict[int, str] = {}
    steps = 0
    for first, last, target in _RANGES.findall(cmap):
        start, count = int(first, 16), int(last, 16) - int(first, 16) + 1
        steps += max(count, 1)
        if steps > _MOST_CHARACTERS:
            break
        table.update((start + at, chr(min(int(target, 16) + at, 0xFFFF))) for at in range(count))
    for code, target in _CHARACTERS.findall(cmap)[:_MOST_CHARACTERS]:
        table.setdefault(int(code, 16), bytes.fromhex(target.decode()).decode("utf-16-be", "replace"))
    return table


def _mapped(string: bytes, table: Mapping[int, str], width: int) -> str:
    codes = (int.from_bytes(string[at : at + width], "big") for at in range(0, len(string), width))
    return "".join(table.get(code, "") for code in codes)


def _latin(string: bytes) -> str:
    return string.decode("cp1252", "replace")


def _string(token: bytes) -> bytes:
    if token[:1] == b"<":
        digits = b"".join(token[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return _ESCAPE.sub(_unescaped, token[1:-1])


def _unescaped(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    return bytes([int(said, 8) & 0xFF]) if said.isdigit() else _ESCAPED.get(said, said)


def _streams(contents: object) -> Iterator[StreamObject]:
    for one in (contents, *_items(contents)):
        if isinstance(one, StreamObject):
            yield one


def _items(value: object) -> list[Any]:
    if not isinstance(value, ArrayObject):
        return []
    return [value[at] for at in range(min(len(value), _MOST_STREAMS))]


def _named(value: object) -> list[str]:
    return [str(value)] if isinstance(value, NameObject) else []


def _inherited(page: DictionaryObject, key: str) -> object:
    node: object = page
    for _ in range(50):
        found = _get(node, key)
        if found is not None:
            return found
        node = _get(node, "/Parent")
    return None


def _get(owner: object, key: str) -> object:
    try:
        return owner[key] if isinstance(owner, DictionaryObject) else None
    except KeyError:
        return None
