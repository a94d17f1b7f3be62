"""What is asked of a platform, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from cdg62_connect.transport.credentials import BasicAuth, BearerAuth
from cdg62_connect.transport.multipart import Multipart


class Kind(Enum):
    """What a call does: only this decides whether it may be repeated."""

    READ = "read"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class StreamBody:
    """A body produced block by block, whose exact length is known in advance.

    Attributes:
        content_type: value of the Content-Type header.
        length: exact length in bytes; a body that yields more or less is stopped before it is complete.
        blocks: gives the blocks from the start, at each call (a retry calls it again).
    """

    content_type: str
    length: int
    blocks: Callable[[], Iterator[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    Attributes:
        method: HTTP method.
        path: joined to the base URL of the session; ``""`` is the base URL itself.
        operation: the platform's own word, for errors, log and moments.
        kind: a read or an effect.
        params: query parameters, in order, encoded in UTF-8.
        headers: further headers; Content-Length is always computed, and Content-Type is given by the body
            unless the body is plain bytes.
        body: bytes, a form with files, or a stream of known length.
        auth: who asks, instead of whoever the session presents: a token of the moment.
    """

    method: str
    path: str
    operation: str
    kind: Kind
    params: Sequence[tuple[str, str]] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | Multipart | StreamBody | None = field(default=None, repr=False)
    auth: BasicAuth | BearerAuth | None = field(default=None, repr=False)
