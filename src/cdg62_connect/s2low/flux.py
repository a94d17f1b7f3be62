"""The XML documents that S2LOW passes on as it received them: where one ends, without parsing it.

They are handed over byte for byte (a classification is compared by its bytes, an ARActe is evidence); reading
what they say belongs to ``formats``.
"""

from __future__ import annotations

import re

_BOM = b"\xef\xbb\xbf"

# The groups are atomic: a prolog made of a thousand instructions must not be tried in every combination.
_ROOT = re.compile(
    rb"(?:(?><\?.*?\?>)|(?><!--.*?-->)|\s+)*+<(?P<name>[A-Za-z_][A-Za-z0-9_.:-]{0,99})(?=[\s/>])", re.DOTALL
)
_EMPTY_ROOT_END = re.compile(rb"""(?:[^<>"'/]|/(?!>)|"[^"]*"|'[^']*')*+/>""")


def cut_xml(data: bytes) -> tuple[bytes, bytes] | None:
    """The XML document at the head of ``data`` and what follows its root, or ``None`` without a whole one.

    Leading spaces and a byte order mark are dropped. S2LOW writes a message right after the last end tag of
    the root, with nothing between and possibly in another encoding.
    """
    data = data.lstrip(b" \t\r\n").removeprefix(_BOM)
    root = _ROOT.match(data)
    if root is None:
        return None
    end_tags = [tag.end() for tag in re.finditer(rb"</" + re.escape(root["name"]) + rb"\s*>", data)]
    if end_tags:
        end = end_tags[-1]
    elif empty_root := _EMPTY_ROOT_END.match(data, root.end()):
        end = empty_root.end()
    else:
        return None
    return data[:end], data[end:]
