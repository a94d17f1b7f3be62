"""One call of the API once it is understood: which resource, which verb, who asks, with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.answers import FileToSend

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import Parameters


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is neither JSON nor a file of somebody's."""

    content: bytes
    content_type: str
    disposition: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer with a status of its own; ``value`` ``None``: no body."""

    value: Any
    status: int


@dataclass(frozen=True, slots=True)
class Call:
    """What a resource is given.

    Attributes:
        platform: the platform.
        caller: who asks.
        args: the segments of the path after the resource.
        params: what was sent.
    """

    platform: PastellState
    caller: User
    args: tuple[str, ...]
    params: Parameters

    def arg(self, rank: int) -> str:
        """A segment of the path; ``""`` when it is absent or ``0``, which PHP takes for empty."""
        found = self.args[rank] if rank < len(self.args) else ""
        return "" if found == "0" else found


Answer = FileToSend | Raw | Reply | Any
View = Callable[[Call], Answer]
"""What answers one verb on one resource: JSON, or one of the other answers. Raises: ApiError, PhpCrash."""
