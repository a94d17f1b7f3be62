"""A connection to a platform's server, straight or through the configured proxy, and what TLS says of it."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.journey.sessions import proxy_of, tls_terms
from cdg62_connect.transport import ClientCertificate, Proxy, chosen_proxy

if TYPE_CHECKING:
    from cdg62_connect.settings import Platform

_LONGEST_ANSWER = 16 * 1024  # bytes, of a proxy to CONNECT
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")


@dataclass(frozen=True, slots=True)
class Handshake:
    """A connection that succeeded: ``version`` of TLS and server's certificate, or neither without TLS."""

    version: str = ""
    certificate: bytes = b""


class WantsCertificate(ConnectionError):
    """The server is the right one and accepts none of our certificates."""


class ProxyAbsent(ConnectionError):
    """The proxy itself could not be reached."""


class TunnelRefused(ConnectionError):
    """The proxy does not let us through; ``status`` is what it answered, 0 when that is not HTTP."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"the proxy answered {status}")


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a platform.

    Attributes:
        host: of the platform.
        port: of the platform.
        secure: TLS is spoken.
        proxy: what lies between, or ``None``.
    """

    host: str
    port: int
    secure: bool
    proxy: Proxy | None

    @classmethod
    def to(cls, platform: Platform) -> Way:
        """The way that the sessions of the journey take.

        Raises:
            ConfigurationError: the address of the proxy is not usable.
        """
        parts = urlsplit(platform.url)
        secure = parts.scheme == "https"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (443 if secure else 80),
            secure=secure,
            proxy=chosen_proxy(proxy_of(platform), base_url=platform.url),
        )

    def shake(
        self, platform: Platform, *, seconds: float, certificates: list[ClientCertificate]
    ) -> Handshake:
        """Connect with the first of ``certificates`` that the server accepts.

        Raises:
            WantsCertificate: it accepts none.
            ProxyAbsent, TunnelRefused, OSError: nobody was reached.
            ssl.SSLError: it does not speak TLS as we do, or is not the right one.
            ConfigurationError: what we trust cannot be read.
        """
        if not self.secure:
            with closing(self._open(seconds)):
                return Handshake()
        for context in [*_usable(platform, certificates)] or [tls_terms(platform).context()]:
            with closing(self._open(seconds)) as plain:
                try:
                    with context.wrap_socket(plain, server_hostname=self.host) as shaken:
                        return Handshake(
                            shaken.version() or "TLS", shaken.getpeercert(binary_form=True) or b""
                        )
                except ssl.SSLCertVerificationError:
                    raise
                except ssl.SSLError as alert:
                    if "ALERT" not in (alert.reason or "").upper():
                        raise
        raise WantsCertificate

    def _open(self, seconds: float) -> socket.socket:
        if self.proxy is None:
            return socket.create_connection((self.host, self.port), timeout=seconds)
        parts = urlsplit(self.proxy.url)
        try:
            sock = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=seconds)
        except OSError as failed:
            raise ProxyAbsent(failed.strerror or str(failed)) from None
        try:
            if self.secure:  # in clear, a proxy is given requests, not connections
                self._tunnel(sock, self.proxy, seconds)
                sock.settimeout(seconds)
        except BaseException:
            sock.close()
            raise
        return sock

    def _tunnel(self, sock: socket.socket, proxy: Proxy, seconds: float) -> None:
        """Ask for a tunnel (RFC 9110, §9.3.6)."""
        target = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        lines = {"Host": target, **proxy.headers()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        end = time.monotonic() + seconds
        sock.sendall(f"CONNECT {target} HTTP/1.1\r\n{head}\r\n".encode("ascii"))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):  # one byte at a time: what follows is for TLS
            sock.settimeout(max(end - time.monotonic(), 0.001))
            byte = sock.recv(1)
            if not byte or len(answer) >= _LONGEST_ANSWER:
                raise TunnelRefused(0)
            answer += byte
        said = _STATUS.match(answer)
        status = int(said[1]) if said else 0
        if not 200 <= status < 300:
            raise TunnelRefused(status)


def _usable(platform: Platform, certificates: list[ClientCertificate]) -> Iterator[ssl.SSLContext]:
    """The contexts of the certificates that load; what is wrong with the others is told elsewhere."""
    tls_terms(platform).context()  # what is wrong with the trust is told here
    for certificate in certificates:
        try:
            yield tls_terms(platform, certificate=certificate).context()
        except ConfigurationError:
            continue
