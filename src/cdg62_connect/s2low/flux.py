"""The XML documents that S2LOW passes on as it received them: where one ends, without parsing it.

They are handed over byte for byte (a classification is compared by its bytes, an ARActe is evidence); reading
what they say belongs to ``formats``.
"""

from __future__ import annotations

import re

from cdg62_connect.s2low.dialects import BOM

_BLANKS = re.compile(rb"[ \t\r\n]*")

_ROOT_NAME = re.compile(rb"<(?P<name>[A-Za-z_][A-Za-z0-9_.:-]{0,99})(?=[\s/>])")
_QUOTED_OR_END = re.compile(rb"""["']|/?>""")


def cut_xml(data: bytes) -> tuple[bytes, bytes] | None:
    """The XML document at the head of ``data`` and what follows its root, or ``None`` without a whole one.

    Leading spaces and a byte order mark are dropped. S2LOW writes a message right after the last end tag of
    the root, with nothing between and possibly in another encoding.
    """
    data = data.lstrip(b" \t\r\n").removeprefix(BOM)
    root = _ROOT_NAME.match(data, after_prolog(data))
    if root is None:
        return None
    end_tags = [tag.end() for tag in re.finditer(rb"</" + re.escape(root["name"]) + rb"\s*>", data)]
    if end_tags:
        end = end_tags[-1]
    elif (empty_root := _empty_root_end(data, root.end())) is not None:
        end = empty_root
    else:
        return None
    return data[:end], data[end:]


def root_name(data: bytes) -> bytes | None:
    """The name of the root of the XML document that begins in ``data``, prefix included; ``None`` without one."""
    data = data.lstrip(b" \t\r\n").removeprefix(BOM)
    root = _ROOT_NAME.match(data, after_prolog(data))
    return root["name"] if root else None


def after_prolog(data: bytes) -> int:
    """Where the root begins, after spaces, comments and processing instructions; each is passed over once."""
    start = 0
    while True:
        start = _blanks_end(data, start)
        for opening, closing in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if data.startswith(opening, start):
                end = data.find(closing, start + len(opening))
                if end < 0:
                    return len(data)
                start = end + len(closing)
                break
        else:
            return start


def _blanks_end(data: bytes, start: int) -> int:
    found = _BLANKS.match(data, start)
    return found.end() if found else start


def _empty_root_end(data: bytes, start: int) -> int | None:
    """The end of a tag that closes itself, ``None`` when it does not: a ``>`` within quotes ends nothing."""
    while (found := _QUOTED_OR_END.search(data, start)) is not None:
        mark = found.group()
        if mark in (b'"', b"'"):
            closing = data.find(mark, found.end())
            if closing < 0:
                return None
            start = closing + 1
            continue
        return found.end() if mark == b"/>" else None
    return None
