"""The expressions of an extraction rule: text with ``{{ … }}`` holes, the part of Twig that rules really use.

Known: a field by its name, a text between quotes, ``jsonpath(field, path)``, ``xpath(field, path)``, ``~`` between
two of them, and the filters ``upper``, ``lower``, ``trim``, ``slice(start, length)`` and ``default(text)``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import read_xml

FileReader = Callable[[str], bytes | None]
"""Gives the content of the first file of a field."""

_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CALL = re.compile(r"(jsonpath|xpath)\(\s*(['\"])(.*?)\2\s*,\s*(['\"])(.*)\4\s*\)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TEXT = re.compile(r"(['\"])(.*)\1", re.DOTALL)
_SLICE = re.compile(r"slice\(\s*(\d+)\s*,\s*(\d+)\s*\)")
_DEFAULT = re.compile(r"default\(\s*(['\"])(.*)\1\s*\)")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[['\"]([^'\"]+)['\"]\]")
_XML_LIMIT = 16 * 1024 * 1024


class Incorrect(Exception):
    """The expression is not one that is known here."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may read: the values of the document, and its files."""

    values: dict[str, str]
    file: FileReader


def evaluated(expression: str, scope: Scope) -> str:
    """The text of ``expression``; what is not there counts for nothing.

    Raises:
        Incorrect: a hole holds something unknown.
    """
    return _HOLE.sub(lambda hole: _hole(hole[1].strip(), scope), expression)


def _hole(inside: str, scope: Scope) -> str:
    return "".join(_filtered(part.strip(), scope) for part in _parts(inside, "~"))


def _filtered(part: str, scope: Scope) -> str:
    first, *filters = (piece.strip() for piece in _parts(part, "|"))
    value = _term(first, scope)
    for name in filters:
        value = _passed(value, name)
    return value


def _term(term: str, scope: Scope) -> str:
    call = _CALL.fullmatch(term)
    if call is not None:
        content = scope.file(call[3])
        if content is None:
            return ""
        return _jsonpath(content, call[5]) if call[1] == "jsonpath" else _xpath(content, call[5])
    text = _TEXT.fullmatch(term)
    if text is not None:
        return text[2]
    if _NAME.fullmatch(term):
        return scope.values.get(term, "")
    raise Incorrect(f"Unexpected token in « {term[:80]} »")


def _passed(value: str, name: str) -> str:
    if name in ("upper", "lower", "trim"):
        return {"upper": value.upper, "lower": value.lower, "trim": value.strip}[name]()
    cut = _SLICE.fullmatch(name)
    if cut is not None:
        start = int(cut[1])
        return value[start : start + int(cut[2])]
    otherwise = _DEFAULT.fullmatch(name)
    if otherwise is not None:
        return value or otherwise[2]
    raise Incorrect(f'Unknown "{name[:40]}" filter')


def _parts(text: str, separator: str) -> list[str]:
    """``text`` cut at each ``separator`` that is in no quotes."""
    parts, quote = [""], ""
    for character in text:
        if character == separator and not quote:
            parts.append("")
            continue
        if character in "'\"":
            quote = "" if quote == character else quote or character
        parts[-1] += character
    return parts


def _jsonpath(content: bytes, path: str) -> str:
    if not path.startswith("$"):
        raise Incorrect(f"Unexpected token in « {path[:80]} »")
    try:
        value: object = json.loads(content)
    except ValueError:
        return ""
    position = 1
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise Incorrect(f"Unexpected token in « {path[:80]} »")
        key = step[1] or step[3]
        if isinstance(value, dict) and key is not None:
            value = value.get(key)  # pyright: ignore[reportUnknownMemberType] - untyped JSON
        elif isinstance(value, list) and step[2] is not None and int(step[2]) < len(value):  # pyright: ignore[reportUnknownArgumentType] - untyped JSON
            value = value[int(step[2])]
        else:
            return ""
        position = step.end()
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, str | int | float) else ""


def _xpath(content: bytes, path: str) -> str:
    try:
        root = read_xml(content, what="Le fichier", limit=_XML_LIMIT)
    except InvalidInput:
        return ""
    try:
        found: object = root.xpath(path)
    except Exception as problem:  # lxml raises several families of errors
        raise Incorrect(f"Unexpected token in « {path[:80]} »") from problem
    if isinstance(found, list):
        found = found[0] if found else ""  # pyright: ignore[reportUnknownVariableType] - untyped XPath
    text = getattr(found, "text", found)  # pyright: ignore[reportUnknownArgumentType] - untyped XPath
    return str(text or "")
