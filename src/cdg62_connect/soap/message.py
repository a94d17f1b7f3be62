"""A SOAP message once read: a small tree of names and texts, whose documents went elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

SOAP_NAMESPACE = "http://schemas.xmlsoap.org/soap/envelope/"
XOP_NAMESPACE = "http://www.w3.org/2004/08/xop/include"
XSI_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance"


class Sink(Protocol):
    """Where the text of one element goes instead of into the tree."""

    def write(self, text: str | bytes) -> None:
        """Take the next piece of text, cut anywhere; it may hold control characters and any line end.

        Bytes are text in plain ASCII: they come when nothing had to be decoded.
        """
        ...

    def take(self, data: bytes) -> None:
        """Take the next bytes of the attachment that stands in the place of the text."""
        ...

    def close(self) -> None:
        """The element has ended, or the attachment that stands in its place."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """One element.

    Attributes:
        namespace: its namespace, ``""`` when it has none.
        name: its local name.
        attributes: values by (namespace, local name).
        text: the text directly inside, as it stands; ``""`` when it was diverted to a sink.
        children: the elements directly inside, in their order.
        sink: what received the text, when it was diverted.
    """

    namespace: str
    name: str
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    text: str = ""
    children: tuple[Node, ...] = ()
    sink: Sink | None = None

    def all(self, name: str) -> Iterator[Node]:
        """The children called ``name`` in this element's own namespace."""
        return (child for child in self.children if child.name == name and child.namespace == self.namespace)

    def first(self, name: str) -> Node | None:
        """The first child called ``name`` in this element's own namespace."""
        return next(self.all(name), None)

    def text_of(self, name: str) -> str:
        """The text of the first child called ``name``, without the blanks around it; ``""`` if none."""
        child = self.first(name)
        return child.text.strip() if child else ""

    def attribute(self, name: str) -> str:
        """The value of the attribute ``name`` in whatever namespace; ``""`` if none."""
        return next((value for (_, local), value in self.attributes.items() if local == name), "")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a SOAP server says when it could not treat the request.

    Attributes:
        code: ``faultcode`` (``S:Server``, ``SOAP-ENV:Client``…).
        text: ``faultstring``, verbatim.
    """

    code: str
    text: str

    @classmethod
    def read(cls, node: Node) -> Fault:
        """Read ``node``, whose children have no namespace in SOAP 1.1 (some servers give them one)."""
        texts = {child.name: child.text.strip() for child in node.children}
        return cls(code=texts.get("faultcode", ""), text=texts.get("faultstring", ""))
