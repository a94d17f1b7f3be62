"""Reading the JSON of S2LOW: loose types in, plain values out.

Depending on the database driver of the platform, a number comes as a number or as a string.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from cdg62_connect.errors import InvalidRequest, PlatformError
from cdg62_connect.s2low.answers import content, quote, unusable
from cdg62_connect.s2low.dialects import decode, mended
from cdg62_connect.s2low.refusal_table import refusal
from cdg62_connect.transport import Answer

_INTEGER = re.compile(r"\s*(-?[0-9]{1,18})\s*")
_REFUSED_IN_JSON = 400
"""The newest pages say ``{"error": …}`` with this status; the others answer everything with 200."""
_DAY = re.compile(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")


def read_json(answer: Answer, *, default: type[PlatformError] = InvalidRequest) -> object:
    """The JSON value of an answer that is neither a refusal nor a page.

    Raises:
        PlatformError: as :func:`~cdg62_connect.s2low.answers.content`, or a refusal said in JSON: the one that
            its text stands for, else ``default``.
        UnreadableAnswer: it is not JSON.
    """
    body = decode(answer.body() if answer.status == _REFUSED_IN_JSON else content(answer))
    value = _loaded(answer, body)
    if isinstance(value, dict):
        _check_refusal(answer, Record(answer, value), default)
    if answer.status == _REFUSED_IN_JSON:
        raise unusable(answer, "La plateforme n'a pas répondu comme prévu.", said=quote(body))
    return value


def _loaded(answer: Answer, body: str) -> object:
    try:
        return json.loads(body, object_pairs_hook=_without_double, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise unusable(answer, "La réponse n'est pas du JSON.", said=quote(body)) from None


def _without_double(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object, unless a key is there twice: which one counts would depend on who reads."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _check_refusal(answer: Answer, said: Record, default: type[PlatformError]) -> None:
    refused = said.text("status") == "error" or said.text("result").lower() == "ko"
    if refused or (answer.status == _REFUSED_IN_JSON and said.text("error")):
        message = quote(said.text("error-message") or said.text("message") or said.text("error"))
        raise refusal(message, platform=answer.platform, operation=answer.operation, default=default)


def records(answer: Answer, value: object) -> tuple[Record, ...]:
    """``value`` as a sequence of records.

    Raises:
        UnreadableAnswer: it is not a list of objects.
    """
    if not isinstance(value, list):
        raise unusable(answer, "La réponse n'est pas la liste attendue.")
    return tuple(Record(answer, item) for item in cast("list[object]", value))


class Record:
    """A JSON object of an answer, whose fields are read by name and type."""

    def __init__(self, answer: Answer, value: object) -> None:
        if not isinstance(value, dict):
            raise unusable(answer, "Un élément de la réponse n'est pas un objet.")
        self._answer = answer
        self._fields = cast("dict[str, Any]", value)

    def value(self, name: str) -> object:
        """The field as it came, ``None`` when absent."""
        return self._fields.get(name)

    def identifier(self, name: str) -> int:
        """A positive integer that must be there.

        Raises:
            UnreadableAnswer: it is not.
        """
        found = self.integer(name)
        if found is None or found < 1:
            raise unusable(self._answer, f"Un élément de la réponse n'a pas de « {name} » lisible.")
        return found

    def integer(self, name: str) -> int | None:
        """An integer, given as a number or a string; ``None`` when absent or not one."""
        found = self._fields.get(name)
        if isinstance(found, bool) or not isinstance(found, int | str):
            return None
        match = _INTEGER.fullmatch(str(found)) if isinstance(found, str) or abs(found) < 10**18 else None
        return int(match[1]) if match else None

    def text(self, name: str) -> str:
        """A text, ``""`` when absent."""
        return _text(self._fields.get(name))

    def day(self, name: str) -> dt.date | None:
        """A date ``YYYY-MM-DD`` (an hour may follow), ``None`` when absent or not one."""
        match = _DAY.match(self.text(name))
        if match is None:
            return None
        try:
            return dt.date.fromisoformat(match[1])
        except ValueError:
            return None

    def moment(self, name: str) -> dt.datetime | None:
        """A date and hour that say their time zone, ``None`` when absent or not so."""
        try:
            found = dt.datetime.fromisoformat(self.text(name).strip())
        except ValueError:
            return None
        return found if found.tzinfo is not None else None

    def expect(self, name: str, value: int) -> None:
        """Pass when the field, if it is there, says ``value``: another list would make an element look absent.

        Raises:
            UnreadableAnswer: it says something else.
        """
        said = self.integer(name)
        if said is not None and said != value:
            raise unusable(self._answer, f"La plateforme liste le statut {said} au lieu de {value}.")

    def others(self, known: Collection[str]) -> Mapping[str, str]:
        """The fields that are not ``known``, as text."""
        return {_text(name): _text(value) for name, value in self._fields.items() if name not in known}


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        try:
            return json.dumps(value)
        except RecursionError:  # as deep as could just be read
            return "…"
    return mended(value)
