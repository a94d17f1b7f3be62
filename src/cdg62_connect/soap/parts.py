"""A multipart message as it comes: its parts one after the other, in a memory that none of them enlarges.

A delimiter stands at the start of a line. What ends a line, CRLF or LF alone, is told by the delimiter that
opens a part and holds until the next one: the other is content.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cdg62_connect.errors import HostileInput
from cdg62_connect.soap.decoding import Base64Decoder
from cdg62_connect.soap.failures import Flaw, UnreadableMessage

_PREAMBLE_LIMIT = 64 * 1024
_HEADERS_LIMIT = 16 * 1024
_PADDING_LIMIT = 256
_BLANKS = b" \t\r"
_BLANK_LINE = re.compile(rb"(?:\A|\n)[ \t]*\r?\n")
_AS_IT_IS = {"", "binary", "8bit", "7bit"}


@dataclass(frozen=True, slots=True)
class MessagePart:
    """One part, valid until the next one is asked for.

    Attributes:
        headers: by name in lower case; of a repeated one, the first.
        content: its bytes as they came, once; see :meth:`decoded`.
    """

    headers: Mapping[str, str]
    content: Iterator[bytes]

    @property
    def identity(self) -> str:
        """Its ``Content-ID`` without the angle brackets; ``""`` if none."""
        return bare_identity(self.headers.get("content-id", ""))

    def decoded(self) -> Iterator[bytes]:
        """Its bytes, freed from their ``Content-Transfer-Encoding``.

        Raises:
            UnreadableMessage: the encoding is unknown, or is not what the bytes are in.
        """
        encoding = self.headers.get("content-transfer-encoding", "").lower()
        if encoding in _AS_IT_IS:
            yield from self.content
        elif encoding == "base64":
            decoder = Base64Decoder()
            yield from (decoder.feed(block) for block in self.content)
            decoder.finish()
        else:
            raise UnreadableMessage(Flaw.MALFORMED, f"pièce en encodage {encoding[:40]!a}")


def bare_identity(text: str) -> str:
    """An identity as ``Content-ID`` and ``start`` write it, without the angle brackets around it."""
    text = text.strip()
    return text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text


def split(blocks: Iterable[bytes], boundary: bytes, *, limit: int) -> Generator[MessagePart]:
    """The parts of a multipart message, in their order; what a part's reader leaves is passed over.

    The message is read to its end, whatever follows the last delimiter included.

    Args:
        blocks: the bytes; pieces of 64 KiB or more are faster.
        boundary: without the dashes before it.
        limit: how many parts there may be.

    Raises:
        UnreadableMessage: it is not a multipart message of that boundary, or not a whole one.
        HostileInput: headers without end, too many parts.
    """
    splitting = _Splitting(blocks, boundary)
    splitting.reach_first()
    number = 0
    while not splitting.over:
        number += 1
        if number > limit:
            raise HostileInput(f"Message SOAP inadmissible : il a plus de {limit} pièces.")
        headers = splitting.headers()
        content = splitting.content()
        yield MessagePart(headers, content)
        for _ in content:
            pass
    splitting.drain()


class _Splitting:
    """The bytes not yet given out, and where they come from."""

    def __init__(self, blocks: Iterable[bytes], boundary: bytes) -> None:
        self._source = iter(blocks)
        self._mark = b"--" + boundary
        self._buffer = b"\n"  # a delimiter may be the very first line
        self._line_end = b"\n"
        self.over = False

    def reach_first(self) -> None:
        """Pass over what comes before the first delimiter, if there is one."""
        passed = 0
        try:
            for block in self._until_delimiter():
                passed += len(block)
                if passed > _PREAMBLE_LIMIT:
                    raise UnreadableMessage(Flaw.MALFORMED, "le séparateur annoncé est absent")
        except UnreadableMessage as problem:
            if problem.flaw is not Flaw.TRUNCATED:
                raise
            if self._buffer == b"\n":
                raise UnreadableMessage(Flaw.EMPTY) from problem
            last = self._buffer.rpartition(b"\n")[2].rstrip(_BLANKS)
            begun = last and (last.startswith(self._mark) or self._mark.startswith(last))
            if not begun and (passed or self._buffer.strip()):
                raise UnreadableMessage(Flaw.MALFORMED, "le séparateur annoncé est absent") from problem
            raise

    def headers(self) -> dict[str, str]:
        """The headers of the part that begins here."""
        while not (end := _BLANK_LINE.search(self._buffer, 0, _HEADERS_LIMIT)):
            if len(self._buffer) >= _HEADERS_LIMIT:
                raise HostileInput("Message SOAP inadmissible : une pièce a des en-têtes sans fin.")
            self._need_more()
        text = self._buffer[: end.start()].decode("latin-1")
        # The end of the blank line may also be the one before the delimiter, when the part is empty.
        self._buffer = self._line_end + self._buffer[end.end() :]
        found: dict[str, str] = {}
        for line in re.sub(r"\r?\n[ \t]+", " ", text).split("\n") if text.strip() else []:
            name, colon, value = line.partition(":")
            if not colon or not name.strip():
                raise UnreadableMessage(Flaw.MALFORMED, "en-tête de pièce")
            found.setdefault(name.strip().lower(), value.strip())
        return found

    def content(self) -> Iterator[bytes]:
        """The bytes up to the next delimiter, which is passed."""
        begun = len(self._line_end)
        for block in self._until_delimiter():
            yield block[begun:]
            begun = 0

    def drain(self) -> None:
        """Read what follows the last delimiter: it says nothing, but the answer must arrive whole."""
        for _ in self._source:
            pass

    def _until_delimiter(self) -> Iterator[bytes]:
        delimiter = self._line_end + self._mark
        kept = len(delimiter) - 1
        start = 0
        while True:
            at = self._buffer.find(delimiter, start)
            if at < 0:
                if len(self._buffer) > 2 * kept:
                    yield self._buffer[:-kept]
                    self._buffer = self._buffer[-kept:]
                start = 0
                self._need_more()
                continue
            end = self._end_of_line(at + len(delimiter))
            if end is None:
                start = at + 1
                continue
            before, self._buffer = self._buffer[:at], self._buffer[end:]
            yield before
            return

    def _end_of_line(self, at: int) -> int | None:
        """Where the delimiter line ends that would continue at ``at``, or ``None`` when it is none."""
        while True:
            rest = self._buffer[at : at + _PADDING_LIMIT]
            if rest.startswith(b"--"):
                self.over = True
                return at + 2
            end = rest.find(b"\n")
            if end >= 0 and not rest[:end].strip(_BLANKS):
                self._line_end = b"\r\n" if rest[:end].endswith(b"\r") else b"\n"
                return at + end + 1
            if end >= 0 or len(rest) == _PADDING_LIMIT or rest.strip(_BLANKS) not in (b"", b"-"):
                return None
            self._need_more()

    def _need_more(self) -> None:
        block = next(self._source, None)
        if block is None:
            raise UnreadableMessage(Flaw.TRUNCATED)
        self._buffer += block
