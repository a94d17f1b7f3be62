"""What a check has to say about a file before it goes anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """Whether sending it as it is makes sense."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    Attributes:
        code: stable, made for machines.
        severity: an error is refused further on, or damages something; a warning is for a person to judge.
        message: in French: what is wrong, where, and what to do.
    """

    code: str
    severity: Severity
    message: str

    @property
    def is_error(self) -> bool:
        """Whether it is to be corrected before anything is sent."""
        return self.severity is Severity.ERREUR


class Findings:
    """Collects findings; of one code it keeps the first ones and counts the others."""

    _KEPT = 20

    def __init__(self) -> None:
        self._found: dict[str, list[Finding]] = {}
        self._more: dict[str, int] = {}

    def error(self, code: str, message: str) -> None:
        """One more error."""
        self._add(code, Severity.ERREUR, message)

    def warning(self, code: str, message: str) -> None:
        """One more warning."""
        self._add(code, Severity.AVERTISSEMENT, message)

    def _add(self, code: str, severity: Severity, message: str) -> None:
        kept = self._found.setdefault(code, [])
        if len(kept) < self._KEPT:
            kept.append(Finding(code=code, severity=severity, message=message))
        else:
            self._more[code] = self._more.get(code, 0) + 1

    def all(self) -> tuple[Finding, ...]:
        """The findings, errors first, in the order in which their codes were met."""
        return tuple(sorted(self._told(), key=lambda one: not one.is_error))

    def _told(self) -> Iterable[Finding]:
        for code, kept in self._found.items():
            yield from kept
            if code in self._more:
                yield Finding(
                    code=code,
                    severity=kept[-1].severity,
                    message=f"… et {self._more[code]} autre(s) fois la même anomalie.",
                )
