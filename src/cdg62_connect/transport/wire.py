"""How far one attempt has come: the one fact that tells what never left from what may have arrived."""

from __future__ import annotations

from contextvars import ContextVar
from enum import IntEnum

from cdg62_connect.moments import reach
from cdg62_connect.transport.timeouts import Deadline, Timeouts


class Stage(IntEnum):
    """The stages of an attempt, in order."""

    CONNECTING = 0
    LEAVING = 1  # bytes of the request may have left
    SENT = 2
    READING = 3  # the answer's head is there, its reader is at work


class DeadlinePassed(TimeoutError):
    """The total time of the exchange is over."""


class Wire:
    """One attempt, as the socket sees it.

    Attributes:
        stage: how far it has come.
        at_proxy: what is being connected to is a proxy, not the platform.
        bytes_up: bytes handed to the socket, headers included.
        bytes_down: bytes received, headers included.
        body_error: what the producer of our own body raised, if it did.
        over: the attempt has ended; whoever kept its answer can read nothing more from it.
    """

    def __init__(self, *, operation: str, timeouts: Timeouts, deadline: Deadline) -> None:
        self.operation = operation
        self.timeouts = timeouts
        self.deadline = deadline
        # That nothing left is for the connection to prove, by saying that it is only connecting.
        self.stage = Stage.LEAVING
        self.at_proxy = False
        self.bytes_up = 0
        self.bytes_down = 0
        self.body_error: Exception | None = None
        self.over = False

    def patience(self, phase: float) -> float:
        """Seconds the next system call may take: ``phase``, or what is left of the whole.

        Raises:
            DeadlinePassed: nothing is left.
        """
        remaining = self.deadline.remaining()
        if remaining <= 0:
            raise DeadlinePassed
        return min(phase, remaining)

    def sent(self) -> None:
        """The last byte of the request has been handed to the system."""
        self.stage = Stage.SENT
        reach(f"wire.sent:{self.operation}")


CURRENT: ContextVar[Wire] = ContextVar("cdg62_connect.transport.wire")
"""The attempt that this thread is making; connections of the pool find it here."""
