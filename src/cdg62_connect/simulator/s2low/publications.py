"""What the préfecture has published for an authority, and what S2LOW holds of it, by date: the two may differ."""

from __future__ import annotations

from datetime import UTC, datetime

from cdg62_connect.simulator.s2low.classification import Classification

_ALWAYS = datetime.min.replace(tzinfo=UTC)


class Publications:
    """The classifications of one authority, past and to come. Not safe by itself.

    Args:
        first: the one that both have at the start; ``None``: none was ever received.
    """

    def __init__(self, first: Classification | None) -> None:
        self._first = first
        self.reset()

    def reset(self) -> None:
        """As at the start."""
        self._published: list[tuple[datetime, Classification | None]] = [(_ALWAYS, self._first)]
        self._held: list[tuple[datetime, Classification | None]] = [(_ALWAYS, self._first)]

    def publish(self, classification: Classification | None, *, at: datetime, received: bool = True) -> None:
        """A new file from ``at`` on; ``received``: S2LOW has it at the same moment."""
        _enter(self._published, at, classification)
        if received:
            _enter(self._held, at, classification)

    def receive(self, *, at: datetime) -> None:
        """S2LOW is given what is published."""
        _enter(self._held, at, self.published(at))

    def published(self, at: datetime) -> Classification | None:
        """The one in force at a moment."""
        return _at(self._published, at)

    def held(self, at: datetime) -> Classification | None:
        """The one that S2LOW has at a moment."""
        return _at(self._held, at)


def _enter(
    entries: list[tuple[datetime, Classification | None]], at: datetime, one: Classification | None
) -> None:
    entries.append((at, one))
    entries.sort(key=lambda entry: entry[0])


def _at(entries: list[tuple[datetime, Classification | None]], moment: datetime) -> Classification | None:
    return next(one for since, one in reversed(entries) if since <= moment)
