"""Reading a SOAP request as a stream: documents go to files as they come, the rest is a small tree."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol
from xml.parsers import expat

from cdg62_connect.errors import HostileInput, InvalidInput

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PARAPHEUR = "http://www.adullact.org/spring-ws/iparapheur/1.0"
XMIME = "http://www.w3.org/2005/05/xmlmime"
XOP = "http://www.w3.org/2004/08/xop/include"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

DOCUMENTS = frozenset(
    {"DocumentPrincipal", "VisuelPDF", "SignatureDocPrincipal", "FichierPES", "fichier", "signature"}
)
"""Elements whose text is a document in base64."""

_BLOCK = 64 * 1024  # bytes
_TEXT_LIMIT = 1024 * 1024  # characters, all the elements that are not documents together
_DEPTH_LIMIT = 16
_ELEMENT_LIMIT = 10_000
_BLANKS = b" \t\r\n"


class Unreadable(InvalidInput):
    """La demande n'est pas du SOAP que le parapheur comprenne."""


class Source(Protocol):
    """Where the bytes of a request come from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


@dataclass(slots=True)
class Node:
    """An element of the parapheur's namespace.

    When it is a document, ``file`` holds its content; ``reference`` is the URL of the attachment that stands
    in its place, if any.
    """

    name: str
    attributes: Mapping[str, str]
    children: list[Node] = field(default_factory=list["Node"])
    text: str = ""
    file: Path | None = None
    reference: str = ""

    def child(self, name: str) -> Node | None:
        """The first child of that name which is not nil."""
        return next((found for found in self.all(name)), None)

    def all(self, name: str) -> Iterator[Node]:
        """The children of that name which are not nil."""
        return (found for found in self.children if found.name == name and not found.nil)

    def value(self, name: str) -> str:
        """The text of a child, without the blanks around it; ``""`` when there is none."""
        found = self.child(name)
        return found.text.strip() if found else ""

    @property
    def nil(self) -> bool:
        """``xsi:nil`` is said of it."""
        return self.attributes.get(f"{XSI} nil", "").strip() in ("true", "1")


@dataclass(frozen=True, slots=True)
class Call:
    """A request: the operation, without its suffix « Request », its element, and those left to attachments."""

    operation: str
    root: Node
    attached: tuple[Node, ...] = ()


def read_call(source: Source, folder: Path, *, attachments: bool = False) -> Call:
    """Read a whole request; its documents become files of ``folder``.

    With ``attachments``, a document may be an ``xop:Include`` instead: finding its file is the caller's.

    Raises:
        Unreadable: not XML, not a SOAP 1.1 envelope around a request of the parapheur, a base64 that is none.
        HostileInput: a DTD, or an excess of depth, of elements or of text.
    """
    reader = _Reader(folder, attachments=attachments)
    try:
        while block := source.read(_BLOCK):
            reader.feed(block)
        return reader.close()
    except expat.ExpatError as problem:
        raise Unreadable(f"Le XML n'est pas bien formé ({problem}).") from problem
    finally:
        reader.release()


class _Base64File:
    """A file written from the pieces of a base64 text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.empty = True
        self._out: BinaryIO = path.open("wb")
        self._rest = b""
        self._padded = False

    def feed(self, text: str) -> None:
        try:
            data = self._rest + text.encode("ascii").translate(None, _BLANKS)
        except UnicodeEncodeError as problem:
            raise Unreadable("Un document n'est pas en base64.") from problem
        self.empty = self.empty and not data
        whole = len(data) - len(data) % 4
        self._rest = data[whole:]
        if whole:
            self._write(data[:whole])

    def close(self) -> None:
        self._out.close()
        if self._rest:
            raise Unreadable("Un document en base64 est incomplet.")

    def release(self) -> None:
        self._out.close()

    def _write(self, data: bytes) -> None:
        if self._padded:
            raise Unreadable("Un document en base64 continue après sa fin.")
        try:
            self._out.write(binascii.a2b_base64(data, strict_mode=True))
        except binascii.Error as problem:
            raise Unreadable("Un document n'est pas en base64.") from problem
        self._padded = data.endswith(b"=")


class _Reader:
    def __init__(self, folder: Path, *, attachments: bool) -> None:
        self._folder = folder
        self._attachments = attachments
        self._attached: list[Node] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.buffer_size = _BLOCK
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = _refuse_dtd
        self._depth = 0
        self._elements = 0
        self._characters = 0
        self._ignored_from: int | None = None
        self._in_body = False
        self._open: list[Node] = []
        self._root: Node | None = None
        self._document: _Base64File | None = None
        self._documents = 0

    def feed(self, block: bytes) -> None:
        self._parser.Parse(block, False)

    def close(self) -> Call:
        self._parser.Parse(b"", True)
        if self._root is None:
            raise Unreadable("Le corps SOAP est vide.")
        if not self._root.name.endswith("Request"):
            raise Unreadable(f"Cannot find dispatch method for {{{PARAPHEUR}}}{self._root.name}")
        return Call(self._root.name.removesuffix("Request"), self._root, tuple(self._attached))

    def release(self) -> None:
        """Close what is open, and let go of the parser, which holds this object in a cycle."""
        if self._document is not None:
            self._document.release()
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None

    def _start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEPTH_LIMIT or self._elements > _ELEMENT_LIMIT:
            raise HostileInput("La demande a trop d'éléments.")
        if self._ignored_from is not None:
            return
        namespace, _, name = qualified.rpartition(" ")
        if self._depth == 1:
            if (namespace, name) != (SOAP, "Envelope"):
                raise Unreadable("Ce n'est pas une enveloppe SOAP 1.1.")
        elif self._depth == 2:
            self._in_body = (namespace, name) == (SOAP, "Body")
            if not self._in_body:
                self._ignored_from = self._depth
        elif self._depth == 3:
            self._begin_call(namespace, name, attributes)
        elif namespace != PARAPHEUR or self._document is not None:
            self._ignored_from = self._depth
            if self._document is not None and (namespace, name) == (XOP, "Include"):
                self._attach(attributes.get("href", ""))
        else:
            self._begin_element(name, attributes)

    def _begin_call(self, namespace: str, name: str, attributes: Mapping[str, str]) -> None:
        if self._root is not None:
            raise Unreadable("Le corps SOAP a plus d'un élément.")
        if namespace != PARAPHEUR:
            raise Unreadable(f"Cannot find dispatch method for {{{namespace}}}{name}")
        self._root = Node(name, dict(attributes))
        self._open = [self._root]

    def _begin_element(self, name: str, attributes: Mapping[str, str]) -> None:
        node = Node(name, dict(attributes))
        self._open[-1].children.append(node)
        self._open.append(node)
        if name in DOCUMENTS and not node.nil:
            self._documents += 1
            self._document = _Base64File(self._folder / f"document-{self._documents}")
            node.file = self._document.path

    def _attach(self, reference: str) -> None:
        node = self._open[-1]
        if not self._attachments or node.reference or not reference.lower().startswith("cid:"):
            raise Unreadable(f"{node.name} renvoie à une pièce jointe qui ne peut pas être là.")
        node.reference = reference[len("cid:") :]
        self._attached.append(node)

    def _end(self, _qualified: str) -> None:
        self._depth -= 1
        if self._ignored_from is not None:
            if self._depth < self._ignored_from:
                self._ignored_from = None
            return
        if self._depth < 2:
            return
        node = self._open.pop()
        if self._document is not None and node.file == self._document.path:
            self._document.close()
            if node.reference and not self._document.empty:
                raise Unreadable(f"{node.name} a un contenu et une pièce jointe.")
            self._document = None

    def _text(self, text: str) -> None:
        if self._ignored_from is not None or not self._open:
            return
        if self._document is not None:
            self._document.feed(text)
            return
        self._characters += len(text)
        if self._characters > _TEXT_LIMIT:
            raise HostileInput("La demande a trop de texte.")
        self._open[-1].text += text


def _refuse_dtd(*_: object) -> None:
    raise HostileInput("Une DTD est interdite dans une demande SOAP.")
