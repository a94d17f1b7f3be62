"""The connections of the pool: they tell the attempt how far it has come, and keep to its deadline.

Four traps of the libraries below are closed here. urllib3 sends with the *connect* timeout, one for a whole
block: a slow uplink would be cut in the middle of a large file; we send by slices, each with the read
timeout. And a socket timeout restarts at each byte received: an answer that drips would never end; each
reception is given what is left of the whole exchange, down to the status line and the chunk sizes. And
http.client takes the end of a connection for the end of the headers: an answer cut there would be an empty
one; here it is cut. And its way through a proxy sends with what sends a request, reads headers without end,
and gives the proxy's refusal in words only: ours counts as connecting, and says why.
"""

# ruff: noqa: ANN401 - the signatures overridden here are those of the libraries, which leave them open
from __future__ import annotations

import io
import socket
import ssl
from functools import partial
from http.client import HTTPResponse as RawResponse
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any, cast

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from cdg62_connect.transport.proxy import Proxy
from cdg62_connect.transport.renewal import LivingContext
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


class TunnelRefused(OSError):
    """The proxy does not let us through; ``status`` is what it answered."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"the proxy answered {status}")


class _Connection(HTTPConnection):
    response_class = _PatientResponse
    _tunnel_headers: dict[str, str]  # http.client's own, set before it connects through a proxy

    def connect(self) -> None:
        wire = CURRENT.get()
        wire.stage = Stage.CONNECTING
        wire.at_proxy = self.proxy is not None
        super().connect()

    def _tunnel(self) -> None:
        wire = CURRENT.get()
        sock = cast("socket.socket", self.sock)
        host, port = cast("str", self._tunnel_host).strip("[]"), self._tunnel_port
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = {"Host": target, **self._tunnel_headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        order = f"CONNECT {target} HTTP/1.1\r\n{head}\r\n".encode("ascii")
        whole, wire.deadline = wire.deadline, wire.deadline.sooner(wire.timeouts.connect)
        try:
            sock.sendall(order)
            wire.bytes_up += len(order)
            answer = _PatientResponse(sock, method="CONNECT")
            try:
                answer.begin()
            finally:
                answer.close()
        finally:
            wire.deadline = whole
        if not 200 <= answer.status < 300:
            raise TunnelRefused(answer.status)
        wire.at_proxy = False

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
    living: LivingContext  # given by the pool

    def connect(self) -> None:
        self.ssl_context = self.living.current()
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = cast("Any", _Connection)  # urllib3's protocol is narrower than its own class


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = cast("Any", _TlsConnection)

    def __init__(self, *args: Any, living: LivingContext, **options: Any) -> None:
        super().__init__(*args, **options)
        self._living = living

    def _new_conn(self) -> Any:
        connection = cast("_TlsConnection", super()._new_conn())
        connection.living = self._living
        return connection


class WatchedAdapter(HTTPAdapter):
    """Connects through the classes above and the one proxy, with our TLS contexts and nothing added to them."""

    def __init__(self, living: LivingContext, *, proxy: Proxy | None = None) -> None:
        self._living = living
        self._proxy = proxy
        self._pool: Any = None
        super().__init__(pool_maxsize=_KEPT_CONNECTIONS)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        """Make the pool of pools."""
        options: dict[str, Any] = {
            "num_pools": connections,
            "maxsize": maxsize,
            "block": block,
            **pool_kwargs,
        }
        if self._proxy is None:
            self.poolmanager = PoolManager(**options)
        else:
            self.poolmanager = ProxyManager(self._proxy.url, proxy_headers=self._proxy.headers(), **options)
        pools = {"http": _Pool, "https": partial(_TlsPool, living=self._living)}
        self.poolmanager.pool_classes_by_scheme = cast("Any", pools)

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:  # noqa: ARG002 - requests' signature
        """The whole address for a proxy that is to forward the request, the path otherwise."""
        url = cast("str", request.url)
        return url if self._proxy is not None and url.startswith("http:") else request.path_url

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Leave the trust to the context: requests would name a bundle of its own beside it."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"cert_reqs": "CERT_REQUIRED"}

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """The one pool of the session: its requests all go to one machine, and finding it is not free."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add, for the same reason."""

    def close(self) -> None:
        """Close the connections now: urllib3 would wait for its pools to be garbage collected."""
        for key in tuple(self.poolmanager.pools.keys()):
            if pool := self.poolmanager.pools.get(key):
                pool.close()
        super().close()
        self._pool = None
