"""Answers with their documents beside the envelope (MTOM): a package, even when there is no document at all.

What separates and names the parts is made of the envelope itself: the same answer has the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from hashlib import sha256

from cdg62_connect.simulator.iparapheur.reading import XOP
from cdg62_connect.simulator.iparapheur.writing import Held, Part, Stream, ending, opening

_HOST = "parapheur.specimen"


def package(operation: str, parts: Sequence[Part], *, prefix: str) -> Stream:
    """The answer to ``operation``; its documents are attachments in the order of the body."""
    held = [part for part in parts if isinstance(part, Held)]
    text = "".join(part for part in parts if isinstance(part, str))
    names = iter(f"{rank}-{_label(text.encode(), 'piece')}@{_HOST}" for rank in range(1, len(held) + 1))
    named = [(next(names), part) if isinstance(part, Held) else part for part in parts]
    body = "".join(part if isinstance(part, str) else _include(part[0]) for part in named)
    root = f"{opening(operation, prefix=prefix)}{body}{ending(operation, prefix=prefix)}"
    return _wrapped(root.encode(), [part for part in named if not isinstance(part, str)])


def packaged_fault(fault: bytes) -> Stream:
    """A SOAP Fault as the endpoint with MTOM sends it."""
    return _wrapped(fault, [])


def _wrapped(root: bytes, attachments: Sequence[tuple[str, Held]]) -> Stream:
    boundary = f"uuid:{_label(root, 'frontiere')}"
    start = f"<racine*{_label(root, 'racine')}@{_HOST}>"
    out = Stream(
        f'multipart/related; start="{start}"; type="application/xop+xml"; boundary="{boundary}"; '
        'start-info="text/xml"'
    )
    out.text(_head(boundary, start, 'application/xop+xml;charset=utf-8;type="text/xml"'))
    out.add(root)
    for name, held in attachments:
        out.text("\r\n" + _head(boundary, f"<{name}>", held.content_type))
        out.binary(held.content)
    out.text(f"\r\n--{boundary}--")
    return out


def _label(content: bytes, role: str) -> uuid.UUID:
    digest = sha256(role.encode() + b"\0" + content).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _head(boundary: str, name: str, content_type: str) -> str:
    media_type = "".join(content_type.split()) or "application/octet-stream"
    return (
        f"--{boundary}\r\nContent-Id: {name}\r\nContent-Type: {media_type}\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n"
    )


def _include(name: str) -> str:
    return f'<xop:Include xmlns:xop="{XOP}" href="cid:{name}"/>'
