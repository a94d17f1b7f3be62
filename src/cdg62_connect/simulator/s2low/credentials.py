"""Login and password of a request, in the encoding that each generation of S2LOW reads."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.ground import Profile


def credentials_of(header: str, *, profile: Profile) -> tuple[str, str] | None:
    """What a header ``Authorization: Basic`` holds; ``None`` when there is none.

    v4 stores and compares ISO-8859-1, v5 UTF-8 unless its owner asks for a conversion, and the next generation
    takes both. Bytes read in the wrong one give a password that is nobody's.
    """
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(coded.strip(), validate=True)
    except binascii.Error:
        return None
    login, _, password = _text(raw, profile=profile).partition(":")
    return login, password


def _text(raw: bytes, *, profile: Profile) -> str:
    if profile == "v4":
        return raw.decode("iso-8859-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1") if profile == "next" else raw.decode("utf-8", "replace")
