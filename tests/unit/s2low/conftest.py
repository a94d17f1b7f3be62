"""A canned S2LOW on the loopback: it answers the bytes it was given and keeps what it was asked."""

from __future__ import annotations

import datetime as dt
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from cdg62_connect.s2low import ActeFile, NewActe, S2low
from cdg62_connect.transport import HttpSession, Payload, RetryPolicy


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes

    def parts(self) -> list[tuple[str, str | None, bytes]]:
        """The form: (name, file name, content); names read as ISO-8859-1."""
        head = b"Content-Type: " + self.headers["Content-Type"].encode("ascii") + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        parts: list[tuple[str, str | None, bytes]] = []
        for part in message.iter_parts():
            disposition = part["Content-Disposition"]
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            parts.append((disposition.params["name"], disposition.params.get("filename"), content))
        return parts


@dataclass
class CannedPlatform:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    address: str = ""
    following: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)

    def answers(self, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        self.following.clear()
        self.then(body, status=status, **headers)
        self.turn()

    def then(self, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        """What the next request gets, and those after it when nothing else follows."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.following.append((status, body, named))

    def turn(self) -> None:
        if self.following:
            self.status, self.body, self.headers = self.following.pop(0)

    @property
    def last(self) -> Asked:
        return self.asked[-1]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client may stop reading what is too long
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def _canned_server() -> Iterator[CannedPlatform]:
    platform = CannedPlatform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body: two would wait for each other's acknowledgement

        def _answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            platform.asked.append(
                Asked(self.command, url.path, parse_qsl(url.query), dict(self.headers.items()), body)
            )
            self.send_response(platform.status)
            for name, value in {"Content-Type": "text/html", **platform.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(platform.body)))
            self.end_headers()
            body = platform.body
            platform.turn()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 -- names required by http.server

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    platform.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield platform
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def platform(_canned_server: CannedPlatform) -> CannedPlatform:
    _canned_server.asked.clear()
    _canned_server.answers(b"")
    return _canned_server


@pytest.fixture(scope="session")
def s2low(_canned_server: CannedPlatform) -> Iterator[S2low]:
    with HttpSession(_canned_server.address, platform="s2low", retry=RetryPolicy(attempts=1)) as session:
        yield S2low(session)


@pytest.fixture
def acte() -> Callable[..., NewActe]:
    """Build a valid acte, with the given fields changed."""

    def build(**changes: object) -> NewActe:
        fields: dict[str, object] = {
            "nature": 3,
            "numero": "PC62041_25A0012",
            "objet": "Permis de construire accordé - parcelle AB 112",
            "date": dt.date(2025, 3, 14),
            "matiere": (2, 2),
            "type_acte": "99_AI",
            "document": ActeFile("arrete.pdf", Payload.of(b"%PDF-1.7 the decision")),
        }
        return NewActe(**{**fields, **changes})

    return build
