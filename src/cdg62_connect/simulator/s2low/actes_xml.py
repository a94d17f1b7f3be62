"""Writing a message of @ctes: elements and attributes qualified, ISO-8859-1, as on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

ACTES = "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
INSEE = "http://xml.insee.fr/schema"

_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # what XML 1.0 cannot carry

Attributes = Sequence[tuple[str, str]]
"""Names without their prefix, except ``insee:…``."""


def document(root: str, attributes: Attributes, children: Iterable[str]) -> bytes:
    """A whole message."""
    lines = list(children)
    declared = f' xmlns:insee="{INSEE}"' if any("insee:" in line for line in lines) else ""
    opening = f'<actes:{root} xmlns:actes="{ACTES}"{declared}{_written(attributes)}'
    body = [f"{opening}>", *lines, f"</actes:{root}>"] if lines else [f"{opening}/>"]
    text = "\n".join(['<?xml version="1.0" encoding="ISO-8859-1"?>', *body])
    return _FORBIDDEN.sub("", text).encode("iso-8859-1", "xmlcharrefreplace")


def block(name: str, attributes: Attributes, children: Sequence[str]) -> list[str]:
    """The lines of an element that holds others."""
    if not children:
        return [empty(name, attributes)]
    return [
        f"<actes:{name}{_written(attributes)}>",
        *(f" {line}" for line in children),
        f"</actes:{name}>",
    ]


def element(name: str, text: str) -> str:
    """An element that holds a text."""
    return f"<actes:{name}>{escape(text)}</actes:{name}>"


def empty(name: str, attributes: Attributes) -> str:
    """An element that holds nothing."""
    return f"<actes:{name}{_written(attributes)}/>"


def _written(attributes: Attributes) -> str:
    return "".join(
        f" {name if ':' in name else f'actes:{name}'}={quoteattr(value)}" for name, value in attributes
    )
