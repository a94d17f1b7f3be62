"""JSON as PHP writes it: ``\\u`` and ``\\/`` escapes, four blanks of indent, arrays that are lists or objects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast


class Unencodable(ValueError):
    """A text is not UTF-8: PHP refuses to encode the whole result."""


def encoded(value: object, *, pretty: bool = True) -> str:
    """Write a value. An empty dict is ``[]``; a dict whose keys are 0, 1, 2… is a list.

    Raises:
        Unencodable: a text holds bytes that are not UTF-8 (kept as lone surrogates).
    """
    shaped = _shaped(value)
    if pretty:
        text = json.dumps(shaped, ensure_ascii=True, indent=4, separators=(",", ": "))
    else:
        text = json.dumps(shaped, ensure_ascii=True, separators=(",", ":"))
    # A slash appears in JSON only inside its texts.
    return text.replace("/", "\\/")


def stringified(value: object) -> object:
    """A value as the scripts of version 1 give it: every scalar is a text."""
    if isinstance(value, Mapping):
        held = cast("Mapping[str, object]", value)
        return {str(key): stringified(one) for key, one in held.items()}
    if isinstance(value, list | tuple):
        return [stringified(one) for one in cast("list[object]", value)]
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


def _shaped(value: object) -> Any:  # noqa: ANN401 - what json takes
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Unencodable(value) from None
        return value
    if isinstance(value, Mapping):
        held = cast("Mapping[object, object]", value)
        pairs = {str(key): _shaped(one) for key, one in held.items()}
        if list(pairs) == [str(rank) for rank in range(len(pairs))]:
            return list(pairs.values())
        for key in pairs:
            _shaped(key)
        return pairs
    if isinstance(value, list | tuple):
        return [_shaped(one) for one in cast("list[object]", value)]
    return value
