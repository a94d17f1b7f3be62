"""A WSGI server on cheroot that a silent client cannot hold, and that can break a connection on demand.

Three things differ from cheroot as it comes:

* a new connection waits for its first byte in the selector, so a client that says nothing holds no worker;
* the TLS handshake happens in the workers, never in the loop that accepts, one step each time bytes arrive:
  a client that stops in the middle of it, or once it is done, goes back to the selector and holds no worker;
* an application may ask, through its environ (:data:`~cdg62_connect.simulator.faults.BREAKAGE`), that its
  answer be lost or cut.
"""

from __future__ import annotations

import logging
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cheroot.errors import FatalSSLAlert
from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection
from cheroot.ssl import Adapter
from cheroot.wsgi import Gateway_10, Server

from cdg62_connect.simulator.faults import BREAKAGE

THREADS = 12
CONNECTIONS = 1000
"""How many connections may wait for their next request."""
SILENCE = 30
"""Longest silence of a client, in seconds, before its connection is closed."""
WAKING = 0.1
"""How often the loop looks whether it must stop, in seconds."""
STOPPING = 2
"""How long a stop waits for the answers under way, in seconds."""

_REVOCATION_LIST = b"-----BEGIN X509 CRL-----"

_log = logging.getLogger("cdg62_connect.simulateur.http")

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Broken(FatalSSLAlert):
    """Tells cheroot to close the connection without another word."""


class TlsTerms(Adapter):
    """What the TLS side asks: its own certificate, and a client certificate when ``client_ca`` is given.

    Args:
        certificate: PEM of the server.
        private_key: its key, PEM.
        client_ca: a client must present a certificate of one of these authorities, or the handshake is refused.
            When the file also holds revocation lists (PEM), every certificate of the chain is looked up there,
            and each of the authorities needs a list.
        client_required: whether a client that presents no certificate is refused in the handshake.
        newest: highest version accepted.
    """

    def __init__(
        self,
        certificate: Path,
        private_key: Path,
        *,
        client_ca: Path | None = None,
        client_required: bool = True,
        newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = newest
        context.load_cert_chain(certificate, private_key)
        if client_ca is not None:
            context.load_verify_locations(cafile=str(client_ca))
            context.verify_mode = ssl.CERT_REQUIRED if client_required else ssl.CERT_OPTIONAL
            if _REVOCATION_LIST in client_ca.read_bytes():
                context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        """The listening socket stays a plain one."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """Prepare TLS on a new connection, without the handshake."""
        try:
            wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except OSError as gone:
            sock.close()
            raise FatalSSLAlert(*gone.args) from gone
        return wrapped, {}

    def get_environ(self) -> dict[str, str]:
        """Nothing is known before the handshake."""
        return {}

    def learned(self, sock: ssl.SSLSocket) -> dict[str, str]:
        """What the application learns of the connection, once the handshake is done."""
        environ = {"wsgi.url_scheme": "https", "HTTPS": "on", "SSL_PROTOCOL": str(sock.version())}
        presented = sock.getpeercert(binary_form=True)
        if presented:
            environ["SSL_CLIENT_CERT"] = ssl.DER_cert_to_PEM_cert(presented)
        return environ

    def makefile(
        self, sock: socket.socket, mode: str = "r", bufsize: int = -1
    ) -> StreamReader | StreamWriter:
        """The same files as on a plain connection."""
        return (StreamReader if "r" in mode else StreamWriter)(sock, mode, bufsize)


class _Connection(HTTPConnection):
    shaken = False

    def communicate(self) -> bool:
        """Go on with the handshake, or serve a request; whether the connection stays open."""
        if self.shaken or not isinstance(self.socket, ssl.SSLSocket):
            return bool(super().communicate())
        self.socket.settimeout(0)
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            return True  # the selector waits for the rest
        except OSError as refused:
            _log.info("Poignée de main TLS refusée : %s", refused)
            return False
        self.socket.settimeout(self.server.timeout)
        self.ssl_env = self.server.ssl_adapter.learned(self.socket)
        self.shaken = True
        # The request may be here already, in the buffers of OpenSSL, of which the selector knows nothing.
        return bool(super().communicate()) if self.socket.pending() else True


class _Gateway(Gateway_10):
    def respond(self) -> None:
        response: Any = self.req.server.wsgi_app(self.env, self.start_response)
        try:
            breakage = self.env.get(BREAKAGE)
            if breakage == "couper":
                raise _Broken
            if breakage == "tronquer":
                self._send_half(response)
                raise _Broken
            for chunk in response:
                if chunk:
                    self.write(chunk)
            self.req.ensure_headers_sent()
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()

    def _send_half(self, response: Iterable[bytes]) -> None:
        chunks = response
        if self.remaining_bytes_out is None:
            whole = b"".join(response)
            self.req.outheaders.append((b"Content-Length", str(len(whole)).encode()))
            self.remaining_bytes_out = len(whole)
            chunks = [whole]
        left = self.remaining_bytes_out // 2
        self.req.ensure_headers_sent()
        for chunk in chunks:
            self.write(chunk[:left])
            left -= min(left, len(chunk))
            if not left:
                break


class Listener(Server):
    """One port, its worker threads and the application behind it."""

    def __init__(self, application: WsgiApp, *, host: str, port: int, tls: TlsTerms | None = None) -> None:
        super().__init__(
            (host, port),
            application,
            numthreads=THREADS,
            server_name="simulateur",
            request_queue_size=128,
            timeout=SILENCE,
            shutdown_timeout=STOPPING,
        )
        self.gateway = _Gateway
        self.ConnectionClass = _Connection
        self.keep_alive_conn_limit = CONNECTIONS
        self.expiration_interval = WAKING
        self.ssl_adapter = tls
        self._serving: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port really listened to."""
        return int(self.bind_addr[1])

    def open(self) -> None:
        """Listen, and serve from threads of its own, which end with the program if nobody stops them.

        Raises:
            OSError: the port cannot be opened.
        """
        started: queue.SimpleQueue[OSError | None] = queue.SimpleQueue()

        def run() -> None:
            # Prepared in here, not by the caller: cheroot's threads inherit being daemons from this one.
            try:
                self.prepare()
            except OSError as refused:
                started.put(refused)
                return
            started.put(None)
            self.serve()

        self._serving = threading.Thread(target=run, name="simulateur", daemon=True)
        self._serving.start()
        refused = started.get()
        if refused is not None:
            raise refused

    def close(self) -> None:
        """Stop serving, close every connection and wait for the threads."""
        self.stop()
        if self._serving is not None:
            self._serving.join()
            self._serving = None

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        """Bind, and do not leave the socket open when the port is taken."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def process_conn(self, conn: HTTPConnection) -> None:
        """Hand a connection to a worker if it has something to say, else wait for its first byte."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Through the standard logger."""
        _log.log(level, "%s", msg, exc_info=traceback)
