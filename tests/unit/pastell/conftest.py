"""A scripted Pastell on the loopback: it gives the answers it was told to, in turn, and keeps what it was asked."""

from __future__ import annotations

import json
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from cdg62_connect.pastell import Pastell
from cdg62_connect.settings import Secret
from cdg62_connect.transport import BasicAuth, HttpSession, RetryPolicy

Answered = tuple[int, bytes, dict[str, str]]


class StoppedClock:
    """Stands still, but for whoever waits on it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.moment = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of an urlencoded body."""
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        return parse_qsl(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(self.body))

    @property
    def parts(self) -> list[tuple[str, str | None, bytes]]:
        """The parts of a multipart body: name, file name, content, in order."""
        head = b"Content-Type: " + self.headers["Content-Type"].encode("ascii") + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        found: list[tuple[str, str | None, bytes]] = []
        for part in message.iter_parts():
            given = part["Content-Disposition"].params
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found.append((given["name"], given.get("filename"), content))
        return found


@dataclass
class ScriptedPlatform:
    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: dict[tuple[str, str], list[Answered | Callable[[Asked], Answered]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def on(
        self, call: str, answer: object = None, *, status: int = 0, body: bytes | None = None, **headers: str
    ) -> None:
        """What ``"GET entite/1"`` is answered next; the last one told is repeated for ever."""
        method, _, path = call.partition(" ")
        if callable(answer):
            self.answers[method, path].append(answer)
            return
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            body = json.dumps(answer, indent=4).replace("/", "\\/").encode("ascii")
            sent.setdefault("Content-Type", "application/json; charset=utf-8")
        self.answers[method, path].append((status or (201 if method == "POST" else 200), body, sent))

    def refuses(self, call: str, message: str, *, status: int = 400) -> None:
        self.on(call, {"status": "error", "error-message": message}, status=status)

    def calls(self, method: str = "") -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked if one.method.startswith(method)]

    @property
    def last(self) -> Asked:
        return self.asked[-1]

    def answer(self, asked: Asked) -> Answered:
        waiting = self.answers.get((asked.method, asked.path))
        if not waiting:
            return 599, f"the test did not script {asked.method} {asked.path}".encode(), {}
        told = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return told(asked) if callable(told) else told


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def _server() -> Iterator[ScriptedPlatform]:
    platform = ScriptedPlatform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body: two would wait for each other's acknowledgement

        def _answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            assert url.path.startswith("/api/v2/")
            path = unquote(url.path.removeprefix("/api/v2/"))
            query = parse_qsl(url.query, keep_blank_values=True)
            asked = Asked(self.command, path, query, dict(self.headers.items()), body)
            platform.asked.append(asked)
            status, content, headers = platform.answer(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if status != 204:
                self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 -- names required by http.server

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
def platform(_server: ScriptedPlatform) -> ScriptedPlatform:
    _server.asked.clear()
    _server.answers.clear()
    announce(_server, "4.0.14")
    return _server


@pytest.fixture(scope="session")
def _clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def clock(_clock: StoppedClock) -> StoppedClock:
    _clock.reset()
    return _clock


@pytest.fixture(scope="session")
def _session(_server: ScriptedPlatform, _clock: StoppedClock) -> Iterator[HttpSession]:
    """One for all tests: reading the public authorities takes longer than a test."""
    with HttpSession(
        _server.address,
        platform="pastell",
        auth=BasicAuth("ws-operis", Secret("mot de passe")),
        retry=RetryPolicy(attempts=2, jitter=0),
        clock=_clock,
    ) as session:
        yield session


@pytest.fixture
def session(_session: HttpSession, platform: ScriptedPlatform, clock: StoppedClock) -> HttpSession:
    return _session


@pytest.fixture
def pastell(session: HttpSession) -> Pastell:
    return Pastell(session)


def announce(platform: ScriptedPlatform, version: str) -> None:
    platform.answers.pop(("GET", "version"), None)
    platform.on(
        "GET version",
        {
            "version": version,
            "revision": "1bf7b0eab",
            "last_changed_date": "2024-05-31",
            "extensions_versions_accepted": ["4.0.0"],
            "version_complete": f"Version {version} - Révision 1bf7b0eab",
        },
    )


@pytest.fixture
def version(platform: ScriptedPlatform) -> Callable[[str], None]:
    """Make the platform announce another version."""
    return lambda text: announce(platform, text)


@pytest.fixture
def detail() -> Callable[..., dict[str, Any]]:
    """A document as Pastell writes it."""

    def build(
        data: object = None,
        *,
        etat: str = "modification",
        id_d: str = "aB3dE7g",
        actions: object = None,
        **more: object,
    ) -> dict[str, Any]:
        possible = ["modification", "supression"] if actions is None else actions
        return {
            "info": {
                "id_d": id_d,
                "type": "document-autorisation-urbanisme",
                "titre": "PC 062 991 26 00012",
                "creation": "2026-05-31 23:30:00",
                "modification": "2026-06-01 09:00:01",
            },
            "data": [] if data is None else data,
            "action_possible": possible,
            "action-possible": possible,
            "last_action": {
                "action": etat,
                "message": "Modification du document",
                "date": "2026-06-01 09:00:01",
            },
            **more,
        }

    return build


@pytest.fixture
def changed(detail: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What a PATCH or an upload answers."""

    def build(
        data: object = None, *, complet: object = 1, message: str = "", **more: object
    ) -> dict[str, Any]:
        return {"content": detail(data, **more), "result": "ok", "formulaire_ok": complet, "message": message}

    return build
