"""The one way in for XML that comes from outside: lxml with everything dangerous shut.

No DTD of any kind, hence no entity and no default attribute; no network; limits on size and depth. Comments
and processing instructions are dropped, so that an element's text is in one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from cdg62_connect.errors import HostileInput, InvalidFile

if TYPE_CHECKING:
    from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage] # lxml's only name for it

DEFAULT_LIMIT = 8 * 1024 * 1024
"""Bytes. Ten times the largest message that @ctes or S2LOW is known to return."""

DEEPEST = 100
"""Levels of elements. The deepest document of the field (PES) has about fifteen."""

MOST_ATTRIBUTES = 500
"""Attributes of one element, and names that it declares. lxml takes the square of their number to keep them."""

_BLOCK = 4096
"""Bytes given to the parser at a time: it cannot go further than this once a DTD has been seen."""

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_OFTEN_WRONG = ("utf-8", "utf8", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].{0,40})?")


def read_xml(data: bytes, *, what: str, limit: int = DEFAULT_LIMIT) -> Element:
    """Read a whole XML document and return its root element.

    Args:
        data: the document, in the encoding that it declares.
        what: what the document is, in French, for the messages (``"l'accusé de réception"``).
        limit: the largest size accepted, in bytes.

    Raises:
        InvalidFile: not well-formed (``XML_ILLISIBLE``), or above ``limit`` (``TAILLE``).
        HostileInput: a DTD, or elements nested or attributes numerous beyond reason.
    """
    return _parse(data, what=what, limit=limit, encoding=None)


def read_returned_xml(data: bytes, *, what: str, limit: int = DEFAULT_LIMIT) -> Element:
    """Read a document as @ctes really returns them: its declared encoding is a claim, checked on its bytes.

    UTF-8 is recognised whatever is declared; what claims to be UTF-8 or ISO-8859-1 and is not is read as
    windows-1252, of which ISO-8859-1 is the poor relation.

    Raises:
        InvalidFile: as :func:`read_xml`.
        HostileInput: as :func:`read_xml`.
    """
    return _parse(data, what=what, limit=limit, encoding=_real_encoding(data[: limit + 1]))


def _parse(data: bytes, *, what: str, limit: int, encoding: str | None) -> Element:
    from lxml import etree

    if len(data) > limit:
        raise InvalidFile("TAILLE", f"{what} dépasse la taille admise ({len(data)} octets, limite {limit}).")
    target = cast("Any", _Builder(etree.TreeBuilder(), what))  # lxml's stubs want every method of a target
    parser = etree.XMLParser(
        target=target,
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for start in range(0, len(data), _BLOCK):
            parser.feed(data[start : start + _BLOCK])
        return parser.close()
    except (etree.LxmlError, LookupError, ValueError) as error:
        raise InvalidFile("XML_ILLISIBLE", f"{what} n'est pas du XML lisible ({_one_line(error)}).") from None


class _Builder:
    """Builds the tree, and stops the parser at the first thing that has no place in our documents."""

    def __init__(self, tree: Any, what: str) -> None:  # noqa: ANN401 - lxml's stub of TreeBuilder lacks nsmap
        self._tree = tree
        self._what = what
        self._depth = 0
        self._started = False

    def doctype(self, name: str | None, public: str | None, system: str | None) -> None:  # noqa: ARG002 - lxml calls it so
        raise HostileInput(
            f"{self._what} contient une DTD, ce qui est interdit : document écarté sans être lu."
        )

    def start(self, tag: str, attributes: dict[str, str], namespaces: dict[str | None, str]) -> None:
        self._depth += 1
        self._started = True
        if self._depth > DEEPEST:
            raise HostileInput(f"{self._what} imbrique plus de {DEEPEST} éléments : document écarté.")
        if max(len(attributes), len(namespaces)) > MOST_ATTRIBUTES:
            raise HostileInput(
                f"{self._what} a un élément de plus de {MOST_ATTRIBUTES} attributs : document écarté."
            )
        # lxml gives the default namespace the prefix "" and wants it back as None
        self._tree.start(tag, attributes, {prefix or None: uri for prefix, uri in namespaces.items()})

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(tag)

    def data(self, text: str) -> None:
        self._tree.data(text)

    def close(self) -> Element | None:
        # also called after a failure: an error raised here would hide it
        return self._tree.close() if self._depth == 0 and self._started else None


def _real_encoding(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        return None  # UTF-16 or 32: the parser recognises them by itself
    if _decodes(data, "utf-8"):
        return "utf-8"
    declared = _DECLARED.match(data)
    if declared and declared[1].decode("ascii").lower() not in _OFTEN_WRONG:
        return None
    return "windows-1252" if _decodes(data, "cp1252") else "iso-8859-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _one_line(error: Exception) -> str:
    return " ".join(str(getattr(error, "msg", None) or error).split())[:120]


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of that local name, whatever their namespace."""
    return (child for child in element if local_name(child) == name)


def attribute(element: Element, name: str) -> str:
    """The attribute of that local name, whatever its namespace, trimmed; ``""`` when absent."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value).strip()
    return ""


def child_text(element: Element, name: str) -> str:
    """The text of the first child of that local name that has one, on one line; ``""`` otherwise."""
    for child in children(element, name):
        text = " ".join((child.text or "").split())
        if text:
            return text
    return ""


def as_date(text: str) -> date | None:
    """An xsd:date (a time zone or an hour after it is ignored), or ``None`` when it is not one."""
    read = _DATE.fullmatch(text.strip())
    if read is None:
        return None
    try:
        return date.fromisoformat(read[1])
    except ValueError:
        return None
