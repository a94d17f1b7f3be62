"""One HTTP exchange as PHP's curl makes it, and its failures in curl's words."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from urllib3.util import SKIP_HEADER

from cdg62_connect.simulator.pastell.peers.ports import PeerFailed, World
from cdg62_connect.simulator.pastell.peers.tls import Identity, session

_CONNECT, _READ = 10, 120  # seconds
ANSWER_LIMIT = 512 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class CurlAnswer:
    """What came back, whatever its status."""

    status: int
    content_type: str
    body: bytes


class CurlFailed(PeerFailed):
    """No answer at all; the text is curl's own, without who tells it."""


def exchange(
    world: World,
    method: str,
    url: str,
    *,
    headers: Sequence[tuple[str, str]],
    body: bytes | None = None,
    identity: Identity | None = None,
) -> CurlAnswer:
    """Send exactly these headers (and ``Host``), follow no redirect, read the whole answer.

    Raises:
        CurlFailed: no connection, TLS refused, no answer, an answer beyond reason.
    """
    exact = dict(headers)
    for left_out in ("Accept-Encoding", "User-Agent"):
        exact.setdefault(left_out, SKIP_HEADER)
    try:
        with (
            session(ca=world.ca, identity=identity) as opened,
            opened.request(
                method,
                url,
                headers=exact,
                data=body,
                timeout=(_CONNECT, _READ),
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            return CurlAnswer(answer.status_code, answer.headers.get("Content-Type", ""), _whole(answer))
    except (requests.RequestException, ssl.SSLError, OSError, ValueError) as problem:
        raise CurlFailed(_in_words(problem, url)) from problem


def basic(login: str, password: str) -> tuple[str, str]:
    """The header of a pre-emptive Basic authentication."""
    coded = base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
    return ("Authorization", f"Basic {coded}")


def _whole(answer: requests.Response) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for block in answer.iter_content(256 * 1024):
        size += len(block)
        if size > ANSWER_LIMIT:
            raise ValueError("answer too big")
        pieces.append(block)
    return b"".join(pieces)


def _in_words(problem: Exception, url: str) -> str:
    where = urlsplit(url)
    try:
        port = where.port or (443 if where.scheme == "https" else 80)
    except ValueError:
        return "URL using bad/illegal format or missing URL"
    if isinstance(problem, requests.exceptions.SSLError | ssl.SSLError):
        return "SSL certificate problem: unable to get local issuer certificate"
    if isinstance(problem, requests.exceptions.ReadTimeout):
        return f"Operation timed out after {_READ * 1000} milliseconds with 0 bytes received"
    if isinstance(problem, requests.exceptions.ConnectTimeout):
        return f"Failed to connect to {where.hostname} port {port} after {_CONNECT * 1000} ms: Timeout was reached"
    if isinstance(problem, requests.exceptions.ConnectionError):
        text = str(problem)
        if "refused" in text or "unreachable" in text:
            return f"Failed to connect to {where.hostname} port {port} after 0 ms: Couldn't connect to server"
        if "resolve" in text or "getaddrinfo" in text:
            return f"Could not resolve host: {where.hostname}"
        return "Empty reply from server"
    if isinstance(problem, requests.exceptions.ChunkedEncodingError):
        return "transfer closed with outstanding read data remaining"
    if isinstance(problem, requests.exceptions.RequestException):
        return "URL using bad/illegal format or missing URL"
    return "could not load PEM client certificate, OpenSSL error"
