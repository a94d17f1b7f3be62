"""One check: what it is about, how it ended, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cdg62_connect.errors import (
    AnswerLost,
    Cdg62Error,
    NotReady,
    NotSent,
    PlatformError,
    Unavailable,
)

_LATER = (AnswerLost, NotSent, Unavailable)


class Result(StrEnum):
    """How a check ended; the value is the word of the JSON."""

    OK = "OK"
    ATTENTION = "ATTENTION"
    KO = "KO"
    UNVERIFIABLE = "NON_VERIFIABLE"

    @property
    def label(self) -> str:
        """The word that people read."""
        return "NON VÉRIFIABLE" if self is Result.UNVERIFIABLE else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the report.

    Attributes:
        code: stable, for machines (``s2low.certificat``).
        siren: of the authority it concerns, ``""`` when it concerns all of them.
        label: what was checked, in French.
        result: how it ended.
        found: what was found, in French.
        advice: what to do, in French; ``""`` when there is nothing to do.
    """

    code: str
    siren: str
    label: str
    result: Result
    found: str
    advice: str


@dataclass(frozen=True, slots=True)
class About:
    """What a check is about; its methods are the ways it may end."""

    code: str
    label: str
    siren: str = ""

    def ok(self, found: str, *, advice: str = "") -> Check:
        """All is well."""
        return self._check(Result.OK, found, advice)

    def attention(self, found: str, *, advice: str) -> Check:
        """It works, and a person should look at it."""
        return self._check(Result.ATTENTION, found, advice)

    def ko(self, found: str, *, advice: str) -> Check:
        """It does not work."""
        return self._check(Result.KO, found, advice)

    def unverifiable(self, found: str, *, advice: str) -> Check:
        """Nobody can tell now."""
        return self._check(Result.UNVERIFIABLE, found, advice)

    def failed(self, error: Cdg62Error) -> Check:
        """The check met ``error``: a platform that is only absent proves nothing about what was asked."""
        if not isinstance(error, PlatformError):
            return self.ko(str(error), advice="Corrigez-le, puis relancez le contrôle.")
        found = f"{error.summary} La plateforme répond : « {error.said} »." if error.said else error.summary
        if isinstance(error, _LATER) and not isinstance(error, NotReady):
            return self.unverifiable(found, advice=error.advice)
        return self.ko(found, advice=error.advice)

    def _check(self, result: Result, found: str, advice: str) -> Check:
        return Check(
            code=self.code,
            siren=self.siren,
            label=self.label,
            result=result,
            found=_printable(found),
            advice=_printable(advice),
        )


def worst(checks: Iterable[Check]) -> Result:
    """The result of the whole: KO, else ATTENTION (also when something could not be verified), else OK."""
    results = {check.result for check in checks}
    if Result.KO in results:
        return Result.KO
    return Result.ATTENTION if results - {Result.OK} else Result.OK


def _printable(text: str) -> str:
    """On one line, without what would command a terminal: names of files and platforms' words are others'."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
