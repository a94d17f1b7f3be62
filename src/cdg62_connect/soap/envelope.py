"""An envelope in which tokens stand for documents, sent with the documents streamed in their place."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cdg62_connect.soap.encoding import Content, encoded_blocks, encoded_length


@dataclass(frozen=True, slots=True)
class FilledEnvelope:
    """A whole SOAP message ready to leave.

    Attributes:
        length: exact length in bytes, known without reading any document.
        blocks: the bytes from the start; each call starts again.
    """

    length: int
    blocks: Callable[[], Iterator[bytes]]


def new_token() -> str:
    """A word that stands for one document in one request.

    It is random, so that no text of a user can contain it, not even one copied from an earlier request.
    """
    return secrets.token_hex(16)


def fill(envelope: bytes, documents: Mapping[str, Content]) -> FilledEnvelope:
    """``envelope``, with each token of ``documents`` replaced by the base64 text of its document.

    Raises:
        ValueError: a token does not occur exactly once; the code that built the envelope is wrong.
    """
    places: list[tuple[int, int, Content]] = []
    for token, content in documents.items():
        word = token.encode("ascii")
        if envelope.count(word) != 1:
            raise ValueError("a token must occur exactly once in its envelope")
        start = envelope.index(word)
        places.append((start, start + len(word), content))
    pieces: list[bytes | Content] = []
    position = 0
    for start, end, content in sorted(places, key=lambda place: place[0]):
        pieces += [envelope[position:start], content]
        position = end
    pieces.append(envelope[position:])

    def blocks() -> Iterator[bytes]:
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from encoded_blocks(piece)

    length = sum(len(piece) if isinstance(piece, bytes) else encoded_length(piece.size) for piece in pieces)
    return FilledEnvelope(length, blocks)
