"""One call of a WSGI application in place of the network: from a prepared request to a urllib3 response.

Nothing is gathered: the body goes up and the answer comes down block by block, at the pace of whoever reads.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from http import HTTPStatus
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse

from cdg62_connect.simulator.faults import BREAKAGE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from requests import PreparedRequest

_BLOCK = 64 * 1024

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class OutgoingBody:
    """The body of a request, in any of the forms that requests takes, as blocks; a file begins where it was.

    It is no file itself: ``responses`` would read one whole.
    """

    def __init__(self, body: object) -> None:
        self._body = body
        read = getattr(body, "read", None)
        self._read = cast("Callable[[int], bytes | str] | None", read)
        self._start = cast("Any", body).tell() if read and getattr(body, "seekable", bool)() else None

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks():
            if block:
                yield block.encode() if isinstance(block, str) else block

    def _blocks(self) -> Iterable[bytes | str]:
        body = self._body
        if body is None:
            return ()
        if isinstance(body, bytes | bytearray | str):
            return (bytes(body) if isinstance(body, bytearray) else body,)
        if self._read is None:
            return cast("Iterable[bytes | str]", body)
        if self._start is not None:
            cast("Any", body).seek(self._start)
        return self._file(self._read)

    @staticmethod
    def _file(read: Callable[[int], bytes | str]) -> Iterator[bytes | str]:
        while block := read(_BLOCK):
            yield block


class _Upload(io.RawIOBase):
    """What the application reads. A body that fails looks to it like a client that hangs up."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self._blocks = iter(body)
        self._rest = memoryview(b"")
        self.failure: Exception | None = None
        self.last = time.monotonic()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._rest:
            self._rest = memoryview(self._next())
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self.last = time.monotonic()
        return count

    def finish(self) -> None:
        """Let the client say the rest, as a connection would take it."""
        self._rest = memoryview(b"")
        while self._next():
            pass

    def _next(self) -> bytes:
        if self.failure is not None:
            return b""
        try:
            return next(self._blocks, b"")
        except Exception as failure:  # noqa: BLE001 - it is the client's, and is raised to it
            self.failure = failure
            return b""


class _Download(io.RawIOBase):
    """The answer as it is produced; the application is told when it has been read or given up."""

    def __init__(self, produced: Iterable[bytes], blocks: Iterable[bytes]) -> None:
        self._produced = produced
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                _close(self._produced)
                return 0
            self._rest = memoryview(block)
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        if not self.closed:
            _close(self._produced)
        super().close()


def call(
    application: WsgiApp, request: PreparedRequest, body: OutgoingBody, extra: Mapping[str, str]
) -> tuple[HTTPResponse, float]:
    """The answer of ``application``, and how long it was silent after the last of the request (seconds).

    Args:
        application: what answers.
        request: method, address and headers.
        body: its body.
        extra: what the connection adds to the environ.

    Raises:
        ProtocolError: the application asks for the connection to be cut.
        Exception: whatever ``body`` raises.
    """
    upload = _Upload(body)
    environ: Environ = {**_environ(request, upload, has_body=request.body is not None), **extra}
    head: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        head[:] = [(status, headers)]

    produced = application(environ, start_response)
    silence = time.monotonic() - upload.last
    upload.finish()
    breakage = environ.get(BREAKAGE)
    if upload.failure is not None or breakage == "couper":
        _close(produced)
        raise upload.failure or ProtocolError(
            "Connection aborted.", RemoteDisconnected("Remote end closed connection without response")
        )
    ((status, fields),) = head
    headers = HTTPHeaderDict(fields)
    blocks = _half(produced, headers) if breakage == "tronquer" else produced
    code = int(status.split(" ", 1)[0])
    answer = HTTPResponse(
        body=cast("io.IOBase", _Download(produced, blocks)),
        headers=headers,
        status=code,
        version=11,
        version_string="HTTP/1.1",
        reason=status.partition(" ")[2] or HTTPStatus(code).phrase,
        preload_content=False,
        request_method=request.method,
        request_url=request.url,
    )
    return answer, silence


def _environ(request: PreparedRequest, upload: _Upload, *, has_body: bool) -> Environ:
    url = urlsplit(str(request.url))
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query,
        "REQUEST_URI": request.path_url,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BufferedReader(upload, _BLOCK),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text
    if has_body and "CONTENT_LENGTH" not in environ:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        environ["wsgi.input_terminated"] = True
    return environ


def _half(produced: Iterable[bytes], headers: HTTPHeaderDict) -> Generator[bytes]:
    """The first half of the answer, under the length of the whole."""
    blocks = produced
    if "Content-Length" not in headers:
        whole = b"".join(produced)
        headers["Content-Length"] = str(len(whole))
        blocks = (whole,)
    return _first(int(headers["Content-Length"]) // 2, blocks)


def _first(count: int, blocks: Iterable[bytes]) -> Generator[bytes]:
    for block in blocks:
        yield block[:count]
        count -= min(count, len(block))
        if not count:
            return


def _close(produced: Iterable[bytes]) -> None:
    close = getattr(produced, "close", None)
    if close is not None:
        close()
