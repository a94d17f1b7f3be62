"""A door: one public way by which something written outside comes in, pushed like all the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Valid = bytes | Callable[[], bytes]

LIMIT = 4 * 1024 * 1024
"""Bytes of documents that a door may bring in, where it can be told."""


@dataclass(frozen=True)
class Room:
    """Where a door works: ``given`` holds what came in, ``into`` is the only place it may write to."""

    given: Path
    into: Path


@dataclass(frozen=True, kw_only=True)
class Door:
    """One way in.

    Attributes:
        through: the public callables that it goes through, as ``module:qualified name``.
        language: of its input: ``xml``, ``json``, ``text``, ``pdf``, ``toml``, ``binary`` or ``word``.
        valid: inputs that it accepts.
        push: gives it an input; the result is whatever it says.
        refusals: the only exceptions that it documents.
        never: of those, the ones that this door must not raise.
        accepted: whether ``valid`` is known to be accepted; else it only looks like what comes.
        slow: how many times fewer mutations it gets than the others.
    """

    name: str
    through: tuple[str, ...]
    language: str
    valid: tuple[Valid, ...]
    push: Callable[[bytes, Room], object]
    refusals: tuple[type[Exception], ...]
    never: tuple[type[Exception], ...] = ()
    slow: int = 1
    accepted: bool = True

    def seeds(self) -> tuple[bytes, ...]:
        """The valid inputs, made now if need be."""
        return tuple(one if isinstance(one, bytes) else one() for one in self.valid)


def judged(door: Door, data: bytes, room: Room) -> tuple[object, Exception | None]:
    """What ``door`` makes of ``data``: a result, or one of the exceptions that it documents.

    Raises:
        AssertionError: it raised something else.
    """
    try:
        return door.push(data, room), None
    except Exception as raised:
        documented = isinstance(raised, door.refusals) and not isinstance(raised, door.never)
        if documented and str(raised):
            return None, raised
        raise AssertionError(f"{door.name} : {type(raised).__name__} pour {data[:300]!r}") from raised
