"""A throw-away listener that stands for the parapheur and S2LOW, and answers as the recorded one did."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from conformance.recordings import Exchange

PARAPHEUR = "http://www.adullact.org/spring-ws/iparapheur/1.0"
_SOAP_BODY = re.compile(rb"Body>\s*<(?:[\w-]+:)?(\w+)")

_SLOTS = (
    ("TypeTechnique", ""),
    ("SousType", ""),
    ("EmailEmetteur", "?"),
    ("DossierID", ""),
    ("DossierTitre", "?"),
    ("DocumentsSupplementaires", "?"),
    ("DocumentPrincipal", ""),
    ("NomDocPrincipal", "?"),
    ("SignatureDocPrincipal", "?"),
    ("VisuelPDF", "nil"),
    ("DocumentsAnnexes", "?"),
    ("MetaData", "?"),
    ("XPathPourSignatureXML", "nil"),
    ("MetaDataTdtACTES", "nil"),
    ("AnnotationPublique", "nil"),
    ("AnnotationPrivee", "nil"),
    ("Visibilite", ""),
    ("DateLimite", "nil"),
)
"""The elements of CreerDossier in the order of the contract that was served during the recording."""


@dataclass(frozen=True)
class Asked:
    """What the simulated Pastell asked."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    answered_by: Exchange | None

    @property
    def soap(self) -> str:
        found = _SOAP_BODY.search(self.body)
        return found[1].decode() if found else ""


class PeerStub:
    """Answers each request with the next recorded answer of the same kind, of the call in progress if there is one."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._script: list[Exchange] = []
        self._used: set[str] = set()
        self._last: dict[tuple[str, str, str], Exchange] = {}
        self._cause = ""
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    def play(self, script: Sequence[Exchange]) -> None:
        """Take the peer exchanges of one section."""
        with self._lock:
            self._script = list(script)

    def cause(self, exchange_id: str) -> None:
        """Say which client call is in progress."""
        self._cause = exchange_id

    def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        if self._server is not None:
            return
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"
            wbufsize = -1

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                asked = (self.command, self.path, tuple(self.headers.items()), body)
                status, kind, content = stub.answer(*asked)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(
        self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> tuple[int, str, bytes]:
        """Status, content type and body for one request."""
        path = target.split("?")[0]
        asked = Asked(method, target, headers, body, None)
        if method == "GET" and path == "/ws-iparapheur":
            return 200, "text/xml", contract(self.port)
        if method == "GET" and path == "/xmlmime.xsd":
            return 200, "text/xml", _XMLMIME
        with self._lock:
            recorded = self._next((method, target, asked.soap))
            self.asked.append(Asked(method, target, headers, body, recorded))
        if recorded is None:
            return 404, "text/plain", b"rien de tel n'a ete enregistre"
        kind = recorded.answer_headers.get("Content-Type", "text/plain")
        return recorded.status, kind, recorded.answer_bytes or b""

    def _next(self, key: tuple[str, str, str]) -> Exchange | None:
        waiting = [one for one in self._script if one.id not in self._used and _key(one) == key]
        here = [one for one in waiting if one.during == self._cause]
        chosen = next(iter(here), None)
        if chosen is None and key in self._last:
            return self._last[key]
        chosen = chosen or next(iter(waiting), None)
        if chosen is None:
            return None
        self._used.add(chosen.id)
        self._last[key] = chosen
        return chosen


def _key(exchange: Exchange) -> tuple[str, str, str]:
    return exchange.method, exchange.target, exchange.soap


def contract(port: int) -> bytes:
    """A WSDL as small as it can be, with the elements a PHP client looks for."""
    extra = {"": "", "?": ' minOccurs="0"', "nil": ' nillable="true"'}
    slots = "".join(f'<xsd:element name="{name}" type="xsd:string"{extra[count]}/>' for name, count in _SLOTS)
    return (
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'targetNamespace="{PARAPHEUR}"><wsdl:types><xsd:schema targetNamespace="{PARAPHEUR}">'
        f'<xsd:import namespace="http://www.w3.org/2005/05/xmlmime" schemaLocation="xmlmime.xsd"/>'
        f'<xsd:element name="CreerDossierRequest"><xsd:complexType><xsd:all>{slots}</xsd:all></xsd:complexType>'
        '</xsd:element><xsd:element name="ArchiverDossierRequest"><xsd:complexType><xsd:all>'
        '<xsd:element name="DossierID" type="xsd:string"/><xsd:element name="ArchivageAction" minOccurs="0"/>'
        "</xsd:all></xsd:complexType></xsd:element></xsd:schema></wsdl:types>"
        '<wsdl:service name="s"><wsdl:port name="p" binding="b">'
        f'<soap:address location="http://127.0.0.1:{port}/ws-iparapheur"/></wsdl:port></wsdl:service>'
        "</wsdl:definitions>"
    ).encode()


_XMLMIME = (
    b'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    b'targetNamespace="http://www.w3.org/2005/05/xmlmime"/>'
)
