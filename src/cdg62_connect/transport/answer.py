"""What a platform answered, while it is being read: streamed, bounded, decoded."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from cdg62_connect.errors import OutcomeUnknown, PlatformError, UnreadableAnswer
from cdg62_connect.transport.failures import lost
from cdg62_connect.transport.filenames import disposition_filename, safe_filename
from cdg62_connect.transport.fresh_file import FreshFile
from cdg62_connect.transport.inflation import Damaged, inflated
from cdg62_connect.transport.request import Kind, Request
from cdg62_connect.transport.wire import Wire

_PLAIN = {"", "identity"}
_CODINGS = {*_PLAIN, "gzip", "x-gzip", "deflate"}


@dataclass(frozen=True, slots=True)
class Download:
    """A file received, already forced to disk.

    Attributes:
        path: where it is.
        size: in bytes.
        sha256: in hexadecimal.
        content_type: media type given by the platform, lower case, without parameters.
        filename: name given by the platform, made harmless, or ``None``.
    """

    path: Path
    size: int
    sha256: str
    content_type: str
    filename: str | None


class Answer:
    """An answer given to its reader; it ends with the reading.

    Attributes:
        status: HTTP status.
        headers: case-insensitive.
        content_type: media type, lower case, without parameters; ``""`` when not given.
        operation: of the request.
        kind: of the request.
        platform: of the session.
    """

    def __init__(
        self,
        raw: BaseHTTPResponse,
        *,
        status: int,
        headers: Mapping[str, str],
        request: Request,
        platform: str,
        wire: Wire,
    ) -> None:
        self.status = status
        self.headers = headers
        self.content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self.operation = request.operation
        self.kind = request.kind
        self.platform = platform
        self._raw = raw
        self._wire = wire
        self._body: bytes | None = None
        self._streamed = False

    def __repr__(self) -> str:
        return f"<Answer {self.status} {self.content_type!a} à {self.platform} · {self.operation}>"

    def body(self, limit: int = 8 * 1024 * 1024) -> bytes:
        """The whole body, decoded; may be asked for again.

        Args:
            limit: in bytes, once decoded.

        Raises:
            UnreadableAnswer: the body exceeds ``limit``, is wrongly compressed, or is cut in its compression.
            AnswerLost: the connection stopped before its end.
            OutcomeUnknown: any of these, of an effect.
        """
        if self._body is None:
            self._body = b"".join(self._bounded(limit))
        elif len(self._body) > limit:
            raise self._too_big(limit)
        return self._body

    def blocks(self, size: int = 64 * 1024) -> Iterator[bytes]:
        """The body as it comes, decoded, in blocks of ``size`` bytes at most; once only.

        Raises:
            UnreadableAnswer: the body is wrongly compressed, or is cut in its compression.
            AnswerLost: the connection stopped before its end.
            OutcomeUnknown: any of these, of an effect.
        """
        if self._streamed:
            raise RuntimeError("the body of an answer is streamed once")
        self._streamed = True
        coding = self.headers.get("Content-Encoding", "").strip().lower()
        if coding not in _CODINGS:
            raise self._unreadable(f"La réponse est compressée d'une façon non demandée ({coding[:40]!a}).")
        received = self._received(size)
        if coding in _PLAIN:
            yield from received
            return
        try:
            yield from inflated(received, size)
        except Damaged:
            raise self._unreadable("La réponse est mal compressée, ou coupée.") from None

    def _received(self, size: int) -> Iterator[bytes]:
        stream = self._raw.stream(size, decode_content=False)
        while block := self._next(stream):
            yield block

    def save(self, folder: Path, *, limit: int, name: str | None = None) -> Download:
        """Stream the body into a fresh file of ``folder``, forced to disk, readable by its owner only.

        Args:
            folder: where; it must exist.
            limit: in bytes, once decoded.
            name: name to use; by default the one the platform gives. A number is added if it is taken.

        Raises:
            UnreadableAnswer: the body exceeds ``limit`` or is wrongly encoded; nothing is left behind.
            AnswerLost, OutcomeUnknown: the connection stopped before its end; nothing is left behind.
            ConfigurationError: the folder cannot be written (missing, full, rights).
        """
        given = disposition_filename(self.headers.get("Content-Disposition"))
        with FreshFile(folder, safe_filename(name or "") or given or "document") as file:
            for block in self._bounded(limit):
                file.write(block)
            path = file.publish()
        return Download(
            path=path,
            size=file.size,
            sha256=file.sha256,
            content_type=self.content_type,
            filename=given,
        )

    def _bounded(self, limit: int) -> Iterator[bytes]:
        declared = self._raw.length_remaining
        if declared is not None and declared > limit and not self.headers.get("Content-Encoding"):
            raise self._too_big(limit)
        total = 0
        for block in self.blocks():
            total += len(block)
            if total > limit:
                raise self._too_big(limit)
            yield block

    def _next(self, stream: Iterator[bytes]) -> bytes:
        if self._wire.over:  # or the rest would silently be missing
            raise RuntimeError("an answer is read within the exchange, by the reader it is given to")
        failure: PlatformError
        try:
            return next(stream, b"")
        except (HTTPError, OSError, http.client.HTTPException) as error:
            failure = lost(
                error, kind=self.kind, platform=self.platform, operation=self.operation, wire=self._wire
            )
        raise failure  # outside the handler: the chain of the libraries holds our request and its headers

    def _too_big(self, limit: int) -> PlatformError:
        return self._unreadable(f"La réponse dépasse la taille admise de {limit} octets.")

    def _unreadable(self, message: str) -> PlatformError:
        """The error of an answer that cannot be read: what it says of an effect is then unknown."""
        if self.kind is Kind.EFFECT:
            message = f"{message} L'envoi est peut-être passé."
            return OutcomeUnknown(message, platform=self.platform, operation=self.operation)
        return UnreadableAnswer(message, platform=self.platform, operation=self.operation)
