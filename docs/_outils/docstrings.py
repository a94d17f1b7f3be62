"""Docstrings as the site shows them: the roles and literal blocks of the code, told in Markdown."""

from __future__ import annotations

import re

import griffe

_ROLE = re.compile(r":(?:class|func|meth|attr|data|mod):`~?([\w.]+)`")
_LITERAL = re.compile(r"(?m)^(.*?)[ ]?::$")


class Docstrings(griffe.Extension):
    """Rewrites each docstring as it is loaded; the source stays as editors like it."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Called by griffe for each module, class, function and attribute."""
        if obj.docstring is not None:
            obj.docstring.value = in_markdown(obj.docstring.value)


def in_markdown(text: str) -> str:
    """``:class:`~room.Name``` becomes `` `Name` ``; ``::`` before a block becomes ``:``, or nothing when alone."""
    text = _ROLE.sub(lambda role: f"`{role[1].rpartition('.')[2]}`", text)
    return _LITERAL.sub(lambda line: f"{line[1]}:" if line[1] else "", text)
