"""Calls to a parapheur as Pastell's PHP client makes them: SOAP 1.1, inline base64, the WSDL read before each call.

The shape is that of requests recorded from a Pastell 4.0: no SOAPAction, a header really named ``Method``,
pre-emptive Basic, elements in the order of the contract. Of a multipart answer only the envelope is read, so a
document that travels as an attachment (XOP) is beyond this client, as it is beyond Pastell's.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.pastell.peers.curl import ANSWER_LIMIT, CurlFailed, basic, exchange
from cdg62_connect.simulator.pastell.peers.ports import PeerFailed, PeerFile, World
from cdg62_connect.simulator.pastell.peers.wsdl import Contract, Slot, read_contract
from cdg62_connect.soap import Base64Decoder, Fault, Limits, Node, Sink, read_message

PARAPHEUR = "http://www.adullact.org/spring-ws/iparapheur/1.0"
XMIME = "http://www.w3.org/2005/05/xmlmime"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XOP = b"http://www.w3.org/2004/08/xop/include"
_OPENING = re.compile(rb"<(?:[A-Za-z0-9_-]+:)?Envelope[ >]")
_CLOSING = re.compile(rb"</(?:[A-Za-z0-9_-]+:)?Envelope\s*>")


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of structures under one element: ``<name><row>…</row><row>…</row></name>``."""

    row: str
    items: Sequence[Mapping[str, str | PeerFile]]


Content = str | PeerFile | Rows | None


class Document:
    """The place where the base64 text of one element becomes bytes."""

    def __init__(self) -> None:
        self._decoder = Base64Decoder()
        self._pieces: list[bytes] = []

    @property
    def content(self) -> bytes:
        """The document."""
        return b"".join(self._pieces)

    def write(self, text: str | bytes) -> None:
        """Decode the next piece of text."""
        self._pieces.append(self._decoder.feed(text))

    def take(self, data: bytes) -> None:
        """Take bytes as they are."""
        self._pieces.append(data)

    def close(self) -> None:
        """The element has ended."""
        self._decoder.finish()


def document_of(node: Node | None) -> bytes | None:
    """The bytes that stood in that element; ``None`` when there is no such element or it holds nothing."""
    if node is None or not isinstance(node.sink, Document):
        return None
    return node.sink.content or None


class SoapPeer:
    """One parapheur, for the time of one action."""

    def __init__(self, world: World, *, wsdl: str, login: str, password: str) -> None:
        self._world = world
        self._wsdl = wsdl
        self._credentials = basic(login, password)

    def call(self, operation: str, content: str | Mapping[str, Content] | None) -> Node:
        """Call ``operation`` with a text, an element per name, or nothing.

        Raises:
            PeerFailed: the contract cannot be had, a SOAP fault, no answer, not SOAP.
        """
        contract = self._contract()
        body = _request(operation, content, contract).encode()
        answer = exchange(
            self._world,
            "POST",
            contract.endpoint,
            headers=(
                self._credentials,
                ("Accept", "*/*"),
                ("Method", "POST"),
                ("Connection", "Keep-Alive"),
                ("User-Agent", "PHP-SOAP-CURL"),
                ("Content-Type", "text/xml; charset=utf-8"),
                ("Content-Length", str(len(body))),
            ),
            body=body,
        )
        return _received(answer.body)

    def _contract(self) -> Contract:
        contract = read_contract(self._get(self._wsdl), url=self._wsdl)
        for place in contract.imports:
            self._get(place)
        return contract

    def _get(self, url: str) -> bytes:
        try:
            answer = exchange(self._world, "GET", url, headers=(self._credentials, ("Connection", "close")))
        except CurlFailed as failed:
            reason = "Connection refused" if "Couldn't connect" in str(failed) else str(failed)
            raise PeerFailed(_no_wsdl(url, reason)) from failed
        if answer.status != 200:
            raise PeerFailed(_no_wsdl(url, f"HTTP request failed! HTTP/1.1 {answer.status}"))
        return answer.body


def _no_wsdl(url: str, reason: str) -> str:
    shown = url.replace("&", "&amp;")
    return (
        f"SOAP-ERROR: Parsing WSDL: Couldn't load from '{url}' : failed to load external entity \"{url}\"\n"
        " - Cause : (2) SoapClient::__construct(): I/O warning : failed to load external entity "
        f"&quot;{shown}&quot; - Cause : (2) SoapClient::__construct({url}): Failed to open stream: {reason}"
    )


def _request(operation: str, content: str | Mapping[str, Content] | None, contract: Contract) -> str:
    name = f"{operation}Request"
    if content is None:
        inner = f"<ns1:{name}/>"
    elif isinstance(content, str):
        inner = f"<ns1:{name}>{escape(content)}</ns1:{name}>"
    else:
        slots = contract.requests.get(name, ())
        if not slots:
            raise PeerFailed("SOAP-ERROR: Encoding: cannot find encoding")
        written = [_slot(slot, content.get(slot.name)) for slot in slots]
        inner = f"<ns1:{name}>{''.join(written)}</ns1:{name}>"
    spaces = f'xmlns:SOAP-ENV="{_ENVELOPE}" xmlns:ns1="{PARAPHEUR}"'
    if "ns2:" in inner:
        spaces += f' xmlns:ns2="{XMIME}"'
    if "xsi:" in inner:
        spaces += f' xmlns:xsi="{_XSI}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<SOAP-ENV:Envelope {spaces}><SOAP-ENV:Body>{inner}</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )


def _slot(slot: Slot, content: Content) -> str:
    name = slot.name
    if content is None:
        if slot.optional:
            return ""
        return f'<ns1:{name} xsi:nil="true"/>' if slot.nillable else f"<ns1:{name}></ns1:{name}>"
    if isinstance(content, Rows):
        rows = "".join(
            f"<ns1:{content.row}>"
            + "".join(_leaf(key, value) for key, value in item.items())
            + f"</ns1:{content.row}>"
            for item in content.items
        )
        return f"<ns1:{name}>{rows}</ns1:{name}>"
    return _leaf(name, content)


def _leaf(name: str, content: str | PeerFile) -> str:
    if isinstance(content, str):
        return f"<ns1:{name}>{escape(content)}</ns1:{name}>"
    coded = base64.b64encode(content.path.read_bytes()).decode("ascii")
    return f"<ns1:{name} ns2:contentType={quoteattr(content.content_type)}>{coded}</ns1:{name}>"


_DOCUMENTS = {"DocPrincipal", "SignatureDocPrincipal", "FichierPES", "VisuelPDF", "fichier", "signature"}


def _received(body: bytes) -> Node:
    start = _OPENING.search(body)
    ends = list(_CLOSING.finditer(body))
    if start is None or not ends:
        raise PeerFailed("looks like we got no XML document")
    envelope = body[start.start() : ends[-1].end()]
    if _XOP in envelope:
        raise PeerFailed("SOAP-ERROR: Encoding: Violation of encoding rules")
    limits = Limits(total=ANSWER_LIMIT)
    try:
        read = read_message([envelope], namespace=PARAPHEUR, divert=_divert, limits=limits)
    except InvalidInput as unreadable:
        raise PeerFailed("SOAP-ERROR: Encoding: Violation of encoding rules") from unreadable
    if isinstance(read, Fault):
        raise PeerFailed(read.text or read.code)
    return read


def _divert(path: tuple[str, ...]) -> Sink | None:
    return Document() if path[-1] in _DOCUMENTS else None
