"""The connections of the pool: they tell the attempt how far it has come, and keep to its deadline.

Three traps of the libraries below are closed here. urllib3 sends with the *connect* timeout, one for a whole
block: a slow uplink would be cut in the middle of a large file; we send by slices, each with the read
timeout. And a socket timeout restarts at each byte received: an answer that drips would never end; each
reception is given what is left of the whole exchange, down to the status line and the chunk sizes. And
http.client takes the end of a connection for the end of the headers: an answer cut there would be an empty
one; here it is cut.
"""

# ruff: noqa: ANN401 - the signatures overridden here are those of the libraries, which leave them open
from __future__ import annotations

import io
import socket
import ssl
from http.client import HTTPResponse as RawResponse
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any, cast

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from cdg62_connect.transport.wire import CURRENT, Stage, Wire

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SLICE = 64 * 1024
_KEPT_CONNECTIONS = 16


class _Reception(io.RawIOBase):
    """The receiving side of a socket, each call of which waits no longer than the attempt allows."""

    def __init__(self, sock: socket.socket, wire: Wire) -> None:
        self._sock = sock
        self._wire = wire
        # makefile counts as a use of the socket: the connection may let go of it before the answer is read
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        self._sock.settimeout(self._wire.patience(self._wire.timeouts.read))
        count = self._file.readinto(buffer)
        self._wire.bytes_down += count or 0
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Lines(io.BufferedReader):
    """Refuses, while ``strict``, that the connection ends in the middle of a line or between two."""

    strict = False

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if self.strict and not line.endswith(b"\n") and len(line) != size:
            raise RemoteDisconnected("the connection ended before the end of the headers")
        return line


class _PatientResponse(RawResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = self._lines = _Lines(_Reception(sock, CURRENT.get()), _SLICE)

    def begin(self) -> None:
        self._lines.strict = True
        super().begin()
        self._lines.strict = False


class _Connection(HTTPConnection):
    response_class = _PatientResponse

    def connect(self) -> None:
        CURRENT.get().stage = Stage.CONNECTING
        super().connect()

    def request(self, *args: Any, **options: Any) -> None:
        super().request(*args, **options)
        CURRENT.get().sent()

    def send(self, data: Any) -> None:
        wire = CURRENT.get()
        if self.sock is None:  # connect first: failing here, nothing has left
            self.connect()
        sock = cast("socket.socket", self.sock)
        wire.stage = Stage.LEAVING
        whole = memoryview(data)
        for start in range(0, len(whole), _SLICE):
            part = whole[start : start + _SLICE]
            sock.settimeout(wire.patience(wire.timeouts.read))
            try:
                super().send(part)
            except ssl.SSLError as error:
                if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
                    # The server closed. urllib3 takes this one as "see what it said before closing", which is
                    # where TLS 1.3 puts the refusal of a client certificate.
                    raise BrokenPipeError from None
                raise
            wire.bytes_up += len(part)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = cast("Any", _Connection)  # urllib3's protocol is narrower than its own class


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = cast("Any", _TlsConnection)


class WatchedAdapter(HTTPAdapter):
    """Connects through the classes above, with one TLS context and nothing added to it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=_KEPT_CONNECTIONS)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        """Make the pool of pools."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Leave the trust to the context: requests would name a bundle of its own beside it."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add, for the same reason."""

    def close(self) -> None:
        """Close the connections now: urllib3 would wait for its pools to be garbage collected."""
        for key in tuple(self.poolmanager.pools.keys()):
            if pool := self.poolmanager.pools.get(key):
                pool.close()
        super().close()
