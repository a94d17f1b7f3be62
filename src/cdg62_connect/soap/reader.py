"""The one entry for SOAP messages from outside: a streaming reader on expat that trusts nothing.

No DTD, no entity, no external access; depth, number of elements, kept text, single tokens and the whole
message are bounded. Elements are known by namespace and local name, wherever they stand; prefixes do not
matter. Memory does not depend on the size of the documents inside: their text goes to sinks.

Inside a document, a block of plain ASCII without any markup goes to its sink without passing through expat,
which would only copy it, at half the speed. Everything else is expat's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn, cast
from urllib.parse import unquote
from xml.parsers import expat  # every construct that makes it unsafe is refused below

from cdg62_connect.errors import HostileInput
from cdg62_connect.soap.failures import Flaw, UnreadableMessage
from cdg62_connect.soap.message import SOAP_NAMESPACE, XOP_NAMESPACE, XSI_NAMESPACE, Fault, Node, Sink

Divert = Callable[[tuple[str, ...]], Sink | None]
"""Asked at the start of each element of the operation's namespace, with the local names that lead to it from
the body's own element on: gives the sink for its text, or ``None`` to keep the text in the tree."""

References = dict[str, list[Sink]]
"""The sinks whose bytes are elsewhere, by the identity of the attachment that holds them."""

_NAME_LIMIT = 1_000
_ATTRIBUTES_LIMIT = 64 * 1024
_TOKEN_LIMIT = 1024 * 1024
_FEED = 64 * 1024
_TEXT_BUFFER = 256 * 1024
_ENCODINGS = {"utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "cp1252"}
_CUT = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one message may hold.

    Attributes:
        total: bytes of the whole message.
        depth: elements inside one another.
        elements: elements in all.
        text: characters of text kept for one element.
        kept: characters of text and attributes kept in all.
        parts: parts of a multipart message.
    """

    total: int = 8 * 1024 * 1024
    depth: int = 24
    elements: int = 50_000
    text: int = 1024 * 1024
    kept: int = 8 * 1024 * 1024
    parts: int = 1_000


def read_message(
    blocks: Iterable[bytes],
    *,
    namespace: str,
    divert: Divert | None = None,
    limits: Limits | None = None,
    references: References | None = None,
) -> Node | Fault:
    """Read one SOAP 1.1 message and give the element in its body, or the fault.

    Args:
        blocks: the bytes, in pieces of any size; large ones are faster.
        namespace: the namespace of the operations whose elements may be diverted.
        divert: where the text of large elements goes. Elements with ``xsi:nil`` are not offered.
        limits: how much the message may hold; ``Limits()`` unless given.
        references: receives the sinks for which the message only names an attachment (``xop:Include``), which
            are left open; without it, naming one is a flaw.

    Raises:
        UnreadableMessage: it is no SOAP message, or not a whole one (see :class:`Flaw`).
        HostileInput: it has a form that no honest server produces.
    """
    return _Reading(namespace, divert, limits or Limits(), references).run(blocks)


class _Frame:
    """An element that is still open."""

    __slots__ = (
        "attributes", "children", "elsewhere", "filled", "name", "namespace", "path", "pieces", "sink", "size"
    )  # fmt: skip

    def __init__(self, namespace: str, name: str, path: tuple[str, ...] | None) -> None:
        self.namespace = namespace
        self.name = name
        self.path = path
        self.attributes: dict[tuple[str, str], str] = {}
        self.children: list[Node] = []
        self.pieces: list[str] = []
        self.size = 0
        self.sink: Sink | None = None
        self.filled = False  # the sink has received text other than blanks
        self.elsewhere = False  # an attachment stands for the text of the sink

    def divert(self, text: str | bytes) -> None:
        """Give ``text`` to the sink, which there is."""
        if not self.filled and not text.isspace():
            if self.elsewhere:
                raise UnreadableMessage(Flaw.NOT_SOAP, f"{self.name} a un texte et une pièce jointe")
            self.filled = True
        cast("Sink", self.sink).write(text)

    def close(self) -> Node:
        if self.sink is not None and not self.elsewhere:
            self.sink.close()
        return Node(
            namespace=self.namespace,
            name=self.name,
            attributes=self.attributes,
            text="".join(self.pieces),
            children=tuple(self.children),
            sink=self.sink,
        )


class _Reading:
    """One message being read."""

    def __init__(
        self, namespace: str, divert: Divert | None, limits: Limits, references: References | None
    ) -> None:
        self._namespace = namespace
        self._divert = divert
        self._limits = limits
        self._references = references
        self._open: list[_Frame] = []
        self._root: Node | None = None
        self._elements = 0
        self._kept = 0
        self._silent = 0
        self._parsed = 0
        self._one_byte_markup = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = _TEXT_BUFFER
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._entity
        parser.StartNamespaceDeclHandler = self._namespace_declared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._passed_over
        parser.ProcessingInstructionHandler = self._passed_over
        self._parser = parser

    def run(self, blocks: Iterable[bytes]) -> Node | Fault:
        started = False
        for piece in gathered(blocks, self._limits.total):
            data = piece if started else piece.lstrip(b" \t\r\n")
            if not started and data:
                started = True
                self._begin(data[:20].removeprefix(b"\xef\xbb\xbf").lower())
            if self._is_plain_document_text(data):
                self._open[-1].divert(data)  # whatever came before, Parse has given out
            elif data:
                self._feed(data)
        if not started:
            raise UnreadableMessage(Flaw.EMPTY)
        self._feed(b"", final=True)
        return self._body()

    def _begin(self, head: bytes) -> None:
        if head.startswith((b"<!doctype html", b"<html")):
            raise UnreadableMessage(Flaw.HTML)
        self._one_byte_markup = head[:1] == b"<" and head[1:2] != b"\0"  # else UTF-16

    def _is_plain_document_text(self, data: bytes) -> bool:
        """Whether ``data`` holds nothing that expat must see, and finds expat within no unfinished token."""
        return (
            bool(self._open)
            and self._open[-1].sink is not None
            and self._one_byte_markup
            and self._parser.CurrentByteIndex == self._parsed
            and data.isascii()
            and not any(mark in data for mark in (b"<", b"&", b"]"))
        )

    def _feed(self, data: bytes, *, final: bool = False) -> None:
        # Without an event, expat is holding one unfinished token (a comment, a tag) in memory.
        self._silent += len(data)
        self._parsed += len(data)
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as problem:
            flaw = Flaw.TRUNCATED if final and problem.code in _CUT else Flaw.MALFORMED
            raise UnreadableMessage(flaw, f"ligne {problem.lineno}") from problem
        if self._silent > _TOKEN_LIMIT:
            raise HostileInput("Message SOAP inadmissible : une balise ou un commentaire est sans fin.")

    def _body(self) -> Node | Fault:
        envelope = self._root
        if envelope is None:
            raise UnreadableMessage(Flaw.TRUNCATED)
        bodies = list(envelope.all("Body"))
        if len(bodies) != 1 or len(bodies[0].children) != 1:
            raise UnreadableMessage(Flaw.NOT_SOAP, "un seul élément est attendu dans le corps")
        content = bodies[0].children[0]
        if (content.namespace, content.name) == (SOAP_NAMESPACE, "Fault"):
            return Fault.read(content)
        return content

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._silent = 0
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise UnreadableMessage(Flaw.MALFORMED, "encodage inconnu")

    def _doctype(self, name: str, *_: object) -> NoReturn:
        if name.lower() == "html":
            raise UnreadableMessage(Flaw.HTML)
        raise HostileInput("Message SOAP inadmissible : il contient une DTD.")

    def _entity(self, *_: object) -> NoReturn:
        raise HostileInput("Message SOAP inadmissible : il déclare ou appelle une entité.")

    def _passed_over(self, *_: object) -> None:
        self._silent = 0

    def _namespace_declared(self, _prefix: str | None, uri: str | None) -> None:
        if uri is not None and len(uri) > _NAME_LIMIT:
            raise HostileInput("Message SOAP inadmissible : un nom est démesuré.")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        self._silent = 0
        self._elements += 1
        if len(self._open) >= self._limits.depth or self._elements > self._limits.elements:
            raise HostileInput("Message SOAP inadmissible : trop d'éléments, ou trop imbriqués.")
        if len(qualified) > 2 * _NAME_LIMIT:
            raise HostileInput("Message SOAP inadmissible : un nom est démesuré.")
        namespace, _, name = qualified.rpartition(" ")
        if not self._open:
            _check_root(namespace, name)
        frame = _Frame(namespace, name, self._path_to(namespace, name))
        if attributes:
            frame.attributes = self._checked(attributes)
        if self._open and self._open[-1].sink is not None:
            self._refer(self._open[-1], frame)
        nil = frame.attributes.get((XSI_NAMESPACE, "nil"), "") in ("true", "1")
        if self._divert is not None and frame.path and not nil:
            frame.sink = self._divert(frame.path)
        self._open.append(frame)

    def _refer(self, document: _Frame, include: _Frame) -> None:
        """Note which attachment stands for the text of ``document``."""
        if self._references is None or (include.namespace, include.name) != (XOP_NAMESPACE, "Include"):
            raise UnreadableMessage(
                Flaw.NOT_SOAP, f"l'élément {include.name[:60]} n'a pas sa place dans un document"
            )
        scheme, _, identity = include.attributes.get(("", "href"), "").strip().partition(":")
        if scheme.lower() != "cid" or not identity or document.filled or document.elsewhere:
            raise UnreadableMessage(Flaw.NOT_SOAP, f"renvoi de {document.name} vers une pièce jointe")
        document.elsewhere = True
        self._references.setdefault(unquote(identity), []).append(cast("Sink", document.sink))

    def _path_to(self, namespace: str, name: str) -> tuple[str, ...] | None:
        if len(self._open) == 1:
            return () if (namespace, name) == (SOAP_NAMESPACE, "Body") else None
        if not self._open or self._open[-1].path is None or namespace != self._namespace:
            return None
        return (*self._open[-1].path, name)

    def _checked(self, attributes: dict[str, str]) -> dict[tuple[str, str], str]:
        size = sum(len(name) + len(value) for name, value in attributes.items())
        if size > _ATTRIBUTES_LIMIT:
            raise HostileInput("Message SOAP inadmissible : des attributs sont démesurés.")
        self._keep(size)
        checked: dict[tuple[str, str], str] = {}
        for qualified, value in attributes.items():
            namespace, _, name = qualified.rpartition(" ")
            checked[namespace, name] = value
        return checked

    def _text(self, text: str) -> None:
        self._silent = 0
        frame = self._open[-1]
        if frame.sink is not None:
            frame.divert(text)
            return
        frame.size += len(text)
        if frame.size > self._limits.text:
            raise UnreadableMessage(Flaw.TOO_BIG, f"texte de {frame.name}")
        self._keep(len(text))
        frame.pieces.append(text)

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > self._limits.kept:
            raise UnreadableMessage(Flaw.TOO_BIG, "trop de texte")

    def _end(self, _qualified: str) -> None:
        self._silent = 0
        node = self._open.pop().close()
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node


def _check_root(namespace: str, name: str) -> None:
    if name.lower() == "html":
        raise UnreadableMessage(Flaw.HTML)
    if (namespace, name) != (SOAP_NAMESPACE, "Envelope"):
        raise UnreadableMessage(Flaw.NOT_SOAP, f"racine {name[:60]}")


def gathered(blocks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The same bytes in pieces large enough for expat, which scans an unfinished token again at each one."""
    waiting: list[bytes] = []
    size = total = 0
    for block in blocks:
        size += len(block)
        total += len(block)
        if total > limit:
            raise UnreadableMessage(Flaw.TOO_BIG, f"limite : {limit} octets")
        waiting.append(block)
        if size >= _FEED:
            yield b"".join(waiting) if len(waiting) > 1 else block
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
