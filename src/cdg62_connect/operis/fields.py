"""One section of a manifest read field by field: strict types, and every fault kept for the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar, cast

from cdg62_connect.operis.findings import FindingCode, Findings
from cdg62_connect.operis.names import shown

_FORBIDDEN = {"personnes": "aucune identité dans le manifeste : elle n'est que dans le PDF"}

Choice = TypeVar("Choice", bound=StrEnum)

NOT_YET = "pas encore pris en charge"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_UNFIT_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Fields:
    """The fields of one JSON object.

    A getter returns ``None`` when the field is absent (missing, ``null`` or ``""``) or faulty; the fault is
    in the findings then, so that a rule asks ``findings.clean(…)`` before it rests on a value.
    """

    def __init__(
        self, raw: Mapping[str, object], path: str, findings: Findings, *, silent: bool = False
    ) -> None:
        self._raw = raw
        self._path = path
        self._findings = findings
        self._silent = silent
        self._known: set[str] = set()

    def section(self, key: str, *, required: bool = False) -> Fields:
        """A nested object; a missing one is said once, not field by field."""
        value = self._value(key, required=required)
        if isinstance(value, dict):
            return Fields(cast("dict[str, object]", value), self._full(key), self._findings)
        if value is not None:
            self._invalid(key, "un objet { … } est attendu")
        return Fields({}, self._full(key), self._findings, silent=True)

    def rows(self, key: str, *, most: int) -> Iterator[Fields]:
        """The objects of a list."""
        for index, row in enumerate(self._items(key, most=most)):
            path = f"{key}[{index}]"
            if isinstance(row, dict):
                yield Fields(cast("dict[str, object]", row), self._full(path), self._findings)
            else:
                self._invalid(path, "un objet { … } est attendu")
                yield Fields({}, self._full(path), self._findings, silent=True)

    def text(
        self,
        key: str,
        *,
        required: bool = False,
        most: int = 255,
        shape: re.Pattern[str] | None = None,
        expected: str = "",
        lines: bool = False,
    ) -> str | None:
        """A text without control characters; of one line unless ``lines``.

        Args:
            most: greatest length, in characters.
            shape: what the whole text must match, and ``expected`` says it in French.
        """
        value = self._value(key, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            return self._invalid(key, "un texte est attendu")
        if len(value) > most:
            return self._invalid(key, f"{len(value)} caractères, {most} au plus")
        if (_UNFIT_IN_LINES if lines else _UNFIT).search(value):
            kind = "un caractère de contrôle" if lines else "un saut de ligne ou un caractère de contrôle"
            return self._invalid(key, f"{kind} n'est pas admis")
        if shape is not None and not shape.fullmatch(value):
            return self._invalid(key, expected)
        return value

    def flag(self, key: str, *, required: bool = False) -> bool | None:
        """``true`` or ``false``, nothing that looks like it."""
        value = self._value(key, required=required)
        if value is None or isinstance(value, bool):
            return value
        return self._invalid(key, "true ou false est attendu, sans guillemets")

    def holds(self, key: str, value: str) -> bool:
        """Whether a field is exactly this text."""
        self._known.add(key)
        return self._raw.get(key) == value

    def whole(self, key: str) -> int | None:
        """An integer."""
        value = self._value(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self._invalid(key, "un nombre entier est attendu, sans guillemets")

    def day(self, key: str) -> date | None:
        """A date ``AAAA-MM-JJ``."""
        value = self._value(key)
        if value is None:
            return None
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        return self._invalid(key, "une date AAAA-MM-JJ est attendue")

    def moment(self, key: str, *, required: bool = False) -> datetime | None:
        """A date and hour with its offset from UTC."""
        value = self._value(key, required=required)
        if value is None:
            return None
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        return self._invalid(
            key, "une date et heure avec décalage est attendue, par exemple 2026-03-12T10:15:00+01:00"
        )

    def choice(self, key: str, allowed: type[Choice], *, required: bool = False) -> Choice | None:
        """One of the values of an enumeration."""
        value = self._value(key, required=required)
        return None if value is None else self._one_of(key, value, allowed)

    def choices(self, key: str, allowed: type[Choice], *, most: int) -> tuple[Choice, ...]:
        """A list of values of an enumeration."""
        found = (
            self._one_of(f"{key}[{index}]", value, allowed)
            for index, value in enumerate(self._items(key, most=most))
        )
        return tuple(one for one in found if one is not None)

    def given(self, key: str) -> bool:
        """Whether the field is there, whatever it holds."""
        return self._value(key) is not None

    def reserved(self, key: str) -> None:
        """A field that the contract holds for later: refused until it works, never silently ignored."""
        self.unfit(key, NOT_YET)

    def unfit(self, key: str, problem: str) -> None:
        """A field that has no place here."""
        if self._value(key) is not None:
            self._invalid(key, problem)

    def close(self, *, tolerant: bool) -> None:
        """Say which keys nobody asked for: an error, or a warning when a later minor version may know them."""
        for key in [key for key in self._raw if key not in self._known]:
            path = self._full(shown(key))
            if key in _FORBIDDEN:
                self._findings.error(FindingCode.CHAMP_INTERDIT, path, _FORBIDDEN[key])
            elif tolerant:
                self._findings.warn(FindingCode.CHAMP_IGNORE, path, "clé inconnue de cette version, ignorée")
            else:
                self._findings.error(FindingCode.CHAMP_INVALIDE, path, "clé inconnue")

    def _value(self, key: str, *, required: bool = False) -> object | None:
        self._known.add(key)
        value = self._raw.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required and not self._silent:
                self._findings.error(FindingCode.CHAMP_MANQUANT, self._full(key), "ce champ est obligatoire")
            return None
        return value

    def _items(self, key: str, *, most: int) -> list[object]:
        value = self._value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self._invalid(key, "une liste [ … ] est attendue")
            return []
        items = cast("list[object]", value)
        if len(items) > most:
            self._invalid(key, f"{len(items)} éléments, {most} au plus")
            return []
        return items

    def _one_of(self, key: str, value: object, allowed: type[Choice]) -> Choice | None:
        if isinstance(value, str):
            try:
                return allowed(value)
            except ValueError:
                pass
        return self._invalid(key, "une de ces valeurs est attendue : " + ", ".join(allowed))

    def _invalid(self, key: str, problem: str) -> None:
        self._findings.error(FindingCode.CHAMP_INVALIDE, self._full(key), problem)

    def _full(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key
