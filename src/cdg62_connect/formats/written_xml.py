"""XML that we write ourselves, in the encoding of @ctes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from cdg62_connect.errors import InvalidInput

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(text: str) -> str:
    """The text itself, once XML can hold it.

    Raises:
        InvalidInput: a control character, or half a pair.
    """
    wrong = _IMPOSSIBLE.search(text)
    if wrong:
        raise InvalidInput(f"Un caractère est interdit dans un message (U+{ord(wrong[0]):04X}) : retirez-le.")
    return text


def written(root: Element) -> bytes:
    """The document, declared and encoded in ISO-8859-1; what it lacks becomes a character reference."""
    from lxml import etree

    return cast("bytes", etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True))
