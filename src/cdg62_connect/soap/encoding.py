"""Documents as base64 text, block by block, with a length known before the first byte."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from typing import Protocol

BLOCK = 768 * 1024
"""Bytes of document encoded at once: a multiple of 3, so that no padding appears before the end."""


class Content(Protocol):
    """A document as a handle: its exact size, and its bytes as often as they are asked for."""

    @property
    def size(self) -> int:
        """Exact size in bytes."""
        ...

    def blocks(self, size: int = ...) -> Iterator[bytes]:
        """The bytes from the start; every block but the last has exactly ``size`` bytes."""
        ...


def encoded_length(size: int) -> int:
    """The length of the base64 text of ``size`` bytes, without line breaks."""
    return 4 * ((size + 2) // 3)


def encoded_blocks(content: Content) -> Iterator[bytes]:
    """The base64 text of ``content``, exactly ``encoded_length(content.size)`` bytes in all."""
    return (b2a_base64(block, newline=False) for block in content.blocks(BLOCK))
