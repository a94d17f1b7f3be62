"""A parapheur on the loopback that answers what it is told to, and keeps what it was asked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from lxml import etree

from cdg62_connect.iparapheur import Document, IparapheurSoap, NewDossier
from cdg62_connect.transport import HttpSession, Payload

NAMESPACE = "http://www.adullact.org/spring-ws/iparapheur/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class PatientClock:
    """Waiting takes no time."""

    def now(self) -> datetime:
        return datetime(2026, 3, 3, 9, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        pass


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        """The element in the body of the envelope."""
        return etree.fromstring(self.body)[0][0]

    def fields(self) -> dict[str, str | None]:
        return {etree.QName(child).localname: child.text for child in self.root}


@dataclass(frozen=True)
class Canned:
    body: bytes
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    cut_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class CannedParapheur:
    address: str = ""
    answers: list[Canned] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: Canned) -> None:
        """Give these answers in turn; the last one again and again."""
        self.answers = list(answers)

    def next_answer(self) -> Canned:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client may stop reading what is too long
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def _canned_server() -> Iterator[CannedParapheur]:
    canned = CannedParapheur()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            canned.asked.append(Asked(self.path, dict(self.headers.items()), body))
            answer = canned.next_answer()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut_after])
            self.close_connection = answer.cut_after is not None

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    canned.address = f"http://127.0.0.1:{server.server_address[1]}/ws-iparapheur-no-mtom"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield canned
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def canned(_canned_server: CannedParapheur) -> CannedParapheur:
    _canned_server.asked.clear()
    _canned_server.answers.clear()
    return _canned_server


@pytest.fixture(scope="session")
def parapheur(_canned_server: CannedParapheur) -> Iterator[IparapheurSoap]:
    with HttpSession(_canned_server.address, platform="iparapheur", clock=PatientClock()) as session:
        yield IparapheurSoap(session)


@pytest.fixture
def answer() -> Callable[..., Canned]:
    """An answer of the protocol: the name of its element, and what is inside."""

    def build(name: str, inside: str = "", *, prefix: str = "S", **how: object) -> Canned:
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><{prefix}:Envelope xmlns:{prefix}="{SOAP}"><{prefix}:Body>'
            f'<{name} xmlns="{NAMESPACE}" xmlns:xmime="http://www.w3.org/2005/05/xmlmime">{inside}</{name}>'
            f"</{prefix}:Body></{prefix}:Envelope>"
        )
        return Canned(text.encode(), **how)  # type: ignore[arg-type]  # the fields of Canned

    return build


@pytest.fixture
def retour() -> Callable[..., str]:
    """A MessageRetour."""

    def build(code: str = "OK", message: str = "") -> str:
        severity = "INFO" if code == "OK" else "ERROR"
        return (
            f"<MessageRetour><codeRetour>{code}</codeRetour><message>{message}</message>"
            f"<severite>{severity}</severite></MessageRetour>"
        )

    return build


@pytest.fixture
def fault() -> Callable[..., Canned]:
    """A SOAP fault."""

    def build(text: str, *, status: int = 500, code: str = "S:Server") -> Canned:
        body = (
            f'<S:Envelope xmlns:S="{SOAP}"><S:Body><S:Fault><faultcode>{code}</faultcode>'
            f"<faultstring>{text}</faultstring></S:Fault></S:Body></S:Envelope>"
        )
        return Canned(body.encode(), status=status)

    return build


@pytest.fixture
def page() -> Callable[..., Canned]:
    """What a front end answers."""

    def build(title: str = "Maintenance", *, status: int = 200, **headers: str) -> Canned:
        body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>…</body></html>"
        return Canned(body.encode(), status=status, content_type="text/html", headers=headers)

    return build


@pytest.fixture
def new_dossier() -> Callable[..., NewDossier]:
    """A dossier that can be sent, with the given fields changed."""

    def build(**changes: object) -> NewDossier:
        fields: dict[str, object] = {
            "dossier_id": "ads-PC0620412400017-01",
            "titre": "Arrêté PC 062 041 24 00017",
            "type_technique": "URBANISME",
            "sous_type": "Arrêté de permis",
            "document": Document("arrêté.pdf", Payload.of(b"%PDF-1.7 arrete")),
        }
        return NewDossier(**{**fields, **changes})  # type: ignore[arg-type]  # checked by the tests

    return build
