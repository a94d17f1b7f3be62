"""A SOAP message whose documents travel beside it: MTOM, which is an XOP package in a multipart message.

The envelope is the part that ``start`` names, else the first one. In it, ``xop:Include`` stands for the bytes
of a part that comes later; documents may also be inline, as in a plain message. Attachments go to the sinks of
their documents as they arrive; those that nothing asks for are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message
from urllib.parse import unquote

from cdg62_connect.soap.failures import Flaw, UnreadableMessage
from cdg62_connect.soap.message import Fault, Node
from cdg62_connect.soap.parts import MessagePart, bare_identity, split
from cdg62_connect.soap.reader import Divert, Limits, References, gathered, read_message

_BOUNDARY_LIMIT = 200


def read_package(
    blocks: Iterable[bytes],
    *,
    content_type: str,
    namespace: str,
    divert: Divert | None = None,
    limits: Limits | None = None,
) -> Node | Fault:
    """Read one ``multipart/related`` SOAP 1.1 message, like :func:`~cdg62_connect.soap.read_message`.

    Args:
        blocks: the bytes, in pieces of any size; large ones are faster.
        content_type: the whole header, with its parameters.
        namespace: the namespace of the operations whose elements may be diverted.
        divert: where the text or the attachment of large elements goes.
        limits: how much the message may hold, all parts together; ``Limits()`` unless given.

    Raises:
        UnreadableMessage: it is no such message, not a whole one, or an attachment it names is not there.
        HostileInput: it has a form that no honest server produces.
    """
    limits = limits or Limits()
    start, boundary = _parameters(content_type)
    references: References = {}
    message: Node | Fault | None = None
    seen: set[str] = set()
    for part in split(gathered(blocks, limits.total), boundary, limit=limits.parts):
        identity = part.identity
        if identity and identity in seen:
            raise UnreadableMessage(Flaw.MALFORMED, "deux pièces jointes portent le même nom")
        seen.add(identity)
        if message is not None:
            _attach(part, references)
        elif start in ("", identity):
            message = _envelope(part, namespace, divert, limits, references)
    if message is None:
        raise UnreadableMessage(Flaw.MALFORMED, "la pièce annoncée comme enveloppe est absente")
    if references:
        raise UnreadableMessage(Flaw.MISSING_PART, ", ".join(references)[:200])
    return message


def _envelope(
    part: MessagePart, namespace: str, divert: Divert | None, limits: Limits, references: References
) -> Node | Fault:
    whole = False

    def content() -> Iterable[bytes]:
        nonlocal whole
        yield from part.decoded()
        whole = True

    try:
        return read_message(
            content(), namespace=namespace, divert=divert, limits=limits, references=references
        )
    except UnreadableMessage as problem:
        if whole and problem.flaw in (Flaw.TRUNCATED, Flaw.EMPTY):  # asking again would change nothing
            raise UnreadableMessage(Flaw.MALFORMED, "l'enveloppe est coupée dans sa pièce") from problem
        raise


def _attach(part: MessagePart, references: References) -> None:
    """Give the bytes of ``part`` to the sinks that wait for them."""
    # Some servers write in Content-ID the percent signs that belong to the reference only.
    key = part.identity if part.identity in references else unquote(part.identity)
    sinks = references.pop(key, None)
    if sinks is None:
        return
    for block in part.decoded():
        for sink in sinks:
            sink.take(block)
    for sink in sinks:
        sink.close()


def _parameters(content_type: str) -> tuple[str, bytes]:
    """The identity of the envelope (``""`` for the first part) and the boundary."""
    header = Message()
    header["Content-Type"] = content_type
    start, boundary = header.get_param("start", ""), header.get_param("boundary", "")
    if not isinstance(start, str) or not isinstance(boundary, str):
        raise UnreadableMessage(Flaw.MALFORMED, "en-tête Content-Type")
    boundary = boundary.rstrip()
    if not 0 < len(boundary) <= _BOUNDARY_LIMIT or not (boundary.isascii() and boundary.isprintable()):
        raise UnreadableMessage(Flaw.MALFORMED, "séparateur de pièces absent ou interdit")
    return bare_identity(start), boundary.encode("ascii")
