"""A value that must never be seen: not in a log, not in a repr, not in a traceback's locals."""

from __future__ import annotations

from typing import final


@final
class Secret:
    """Holds a password or passphrase; only :meth:`reveal` gives it out, at the last moment."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Call it where it is used, and bind it to no name that lives on."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not serialised")
