"""The small XML answers of the module Hélios: one element, its fields, and the rows of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdg62_connect.errors import InvalidInput, InvalidRequest, PlatformError
from cdg62_connect.formats import read_returned_xml
from cdg62_connect.s2low.answers import content, quote, unusable
from cdg62_connect.s2low.dialects import decode, mended, unescaped
from cdg62_connect.s2low.refusal_table import refusal
from cdg62_connect.transport import Answer


@dataclass(frozen=True, slots=True)
class Markup:
    """An answer in XML.

    Attributes:
        root: local name of the root.
        fields: text of each child that has no children.
        rows: fields of each child that has, under its name.
    """

    root: str
    fields: Mapping[str, str]
    rows: tuple[tuple[str, Mapping[str, str]], ...]


def markup_of(answer: Answer, *, default: type[PlatformError] = InvalidRequest) -> Markup:
    """The XML of an answer that is neither a refusal nor a page.

    A refusal comes as a plain text ``KO`` (the account), or as ``<resultat>KO</resultat>`` and a message.

    Raises:
        PlatformError: see :func:`~cdg62_connect.s2low.answers.content`; the refusal that the message stands
            for, else ``default``.
        UnreadableAnswer: it is not such XML (reads only).
        OutcomeUnknown: the same, on an effect.
    """
    found = read_markup(answer, content(answer, default=default))
    if found.fields.get("resultat", "").upper() == "KO":
        said = quote(found.fields.get("message", ""))
        raise refusal(said, platform=answer.platform, operation=answer.operation, default=default)
    return found


def read_markup(answer: Answer, body: bytes) -> Markup:
    """What ``body`` says, refusals included.

    Raises:
        UnreadableAnswer: it is not such XML (reads only).
        OutcomeUnknown: the same, on an effect.
    """
    try:
        root = read_returned_xml(body.strip(), what="La réponse de S2LOW")
    except InvalidInput:
        raise unusable(answer, "La réponse n'est pas le XML attendu.", said=quote(decode(body))) from None
    fields: dict[str, str] = {}
    rows: list[tuple[str, Mapping[str, str]]] = []
    for child in root:
        name = _local(child.tag)
        if len(child):
            rows.append((name, {_local(part.tag): _text(part.text) for part in child}))
        elif name in fields:
            # Which of the two counts would depend on who reads.
            raise unusable(answer, f"La réponse dit deux fois « {quote(name)} ».")
        else:
            fields[name] = _text(child.text)
    return Markup(_local(root.tag), fields, tuple(rows))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(text: str | None) -> str:
    # The values were escaped for HTML, then put into XML as they were, or escaped once more.
    return unescaped(mended((text or "").strip()))
