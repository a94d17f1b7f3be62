"""Compressed bodies made plain in bounded pieces, and known to be whole.

urllib3 takes the end of the bytes for the end of the compressed stream: a document cut within it would pass for a
whole one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_GZIP = b"\x1f\x8b"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_BARE = -zlib.MAX_WBITS
_ZLIB_METHOD = 8


class Damaged(ValueError):
    """The compressed bytes are not such, or end too soon."""


def inflated(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """What ``blocks`` hold once decompressed (gzip, zlib, or deflate without a header, which some servers send).

    Args:
        blocks: the compressed bytes, in pieces of any size.
        size: most bytes of a piece given out, however much the bytes inflate.

    Raises:
        Damaged: they are not compressed so, or the end is missing.
    """
    engine = None
    waiting = b""
    for block in blocks:
        waiting += block
        if engine is None:
            if len(waiting) < len(_GZIP):
                continue
            engine = zlib.decompressobj(_window(waiting))
        more = bool(waiting)
        while more:
            if engine.eof:
                if not waiting.startswith(_GZIP):
                    # The first byte of a further gzip member, or padding, which says nothing.
                    waiting = waiting if _GZIP.startswith(waiting) else b""
                    break
                engine = zlib.decompressobj(_window(waiting))
            try:
                piece = engine.decompress(waiting, size)
            except zlib.error:
                raise Damaged from None
            if piece:
                yield piece
            waiting = engine.unused_data if engine.eof else engine.unconsumed_tail
            more = bool(waiting) or (
                len(piece) == size and not engine.eof
            )  # zlib may hold back what is above
    if waiting if engine is None else not engine.eof:
        raise Damaged


def _window(head: bytes) -> int:
    """What zlib must expect of bytes that begin so."""
    headed = head.startswith(_GZIP) or (head[0] & 15 == _ZLIB_METHOD and (head[0] * 256 + head[1]) % 31 == 0)
    return _GZIP_OR_ZLIB if headed else _BARE
