"""A file name given by a platform, made harmless."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message

from cdg62_connect import system

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_LONGEST = 150


def safe_filename(name: str) -> str | None:
    """The last component of ``name``, without anything a file system or a terminal could trip over.

    At most 150 bytes in UTF-8, the suffix kept. ``None`` when nothing usable remains.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    spaced = (" " if unicodedata.category(c) == "Zs" else c for c in base)
    base = _FORBIDDEN.sub("_", "".join(c for c in spaced if c.isprintable())).strip(" .")
    if not base or system.is_reserved(base):
        return None
    stem, dot, suffix = base.rpartition(".")
    if not dot or len(suffix) > 12:
        stem, dot, suffix = base, "", ""
    if suffix.lower() == "part":  # in this project, a file that may be deleted
        suffix += "_"
    room = _LONGEST - len((dot + suffix).encode())
    # Windows drops a blank or a dot at the end of a name: two names would be one.
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + suffix


def disposition_filename(header: str | None) -> str | None:
    """The file name of a Content-Disposition header (RFC 6266, both forms), made harmless, or ``None``."""
    if not header:
        return None
    message = Message()
    message["Content-Disposition"] = _utf8_where_it_is(header[:2000])
    name = message.get_filename()
    return safe_filename(name) if name else None


def _utf8_where_it_is(header: str) -> str:
    """HTTP headers come as ISO-8859-1; many servers write raw UTF-8 in them."""
    try:
        return header.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return header
