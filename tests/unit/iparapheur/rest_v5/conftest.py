"""The canned parapheur on the loopback, and our client of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from cdg62_connect.iparapheur.rest_v5 import Compte, IparapheurRest
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import HttpSession
from support.parapheur_rest import PASSWORD, Asked, Platform, Reply, Watch


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client may stop reading what is too long
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def _server() -> Iterator[Platform]:
    canned = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            query, headers = parse_qsl(url.query), dict(self.headers.items())
            port = self.client_address[1]
            reply = canned.hear(Asked(self.command, url.path, query, headers, body, port))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 -- names required by http.server

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    canned.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield canned
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def platform(_server: Platform) -> Platform:
    _server.asked.clear()
    _server.tokens.clear()
    _server.given = 0
    _server.answers(Reply())
    _server.gives_tokens()
    return _server


@pytest.fixture(scope="session")
def _watch() -> Watch:
    return Watch()


@pytest.fixture
def watch(_watch: Watch) -> Watch:
    _watch.start()
    return _watch


@pytest.fixture(scope="session")
def _session(_server: Platform, _watch: Watch) -> Iterator[HttpSession]:
    """The session of the client, opened once: it reads the bundle of certification authorities."""
    with HttpSession(_server.address, platform="iparapheur", clock=_watch, chance=lambda: 0.5) as session:
        yield session


@pytest.fixture
def rest(platform: Platform, watch: Watch, _session: HttpSession) -> IparapheurRest:
    """A client that has no token yet."""
    return IparapheurRest(_session, compte=Compte("ws-valmont", Secret(PASSWORD)))


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "reçu"
    folder.mkdir()
    return folder
