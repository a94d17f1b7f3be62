"""JSON objects of the parapheur as frozen data: what we know has a name, the rest is kept as it came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from cdg62_connect.iparapheur.rest_v5.answers import json_of, unusable, writable
from cdg62_connect.transport import Answer

Fields = Mapping[str, object]


def record_of(answer: Answer) -> Fields:
    """The object that a success holds.

    Raises:
        PlatformError: as ``answers.json_of``, or the value is not an object.
    """
    value = json_of(answer)
    if not isinstance(value, dict):
        raise unusable(answer, "La réponse n'est pas un objet JSON.")
    return cast("Fields", value)


def identifier(fields: Fields) -> str | None:
    """The ``id`` of an object: a text, or the whole number that some servers give; ``None`` without any."""
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else None
    return writable(value) if isinstance(value, str) and value.strip() else None


def text(fields: Fields, name: str) -> str:
    """A text; ``""`` when it is absent or something else."""
    value = fields.get(name)
    return writable(value) if isinstance(value, str) else ""


def count(fields: Fields, name: str) -> int | None:
    """A whole number, ``None`` when it is absent or something else."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12 else None


def texts(fields: Fields, name: str) -> dict[str, str]:
    """A map of texts; what is not a text in it is left out."""
    value = fields.get(name)
    if not isinstance(value, dict):
        return {}
    pairs = cast("dict[str, object]", value).items()
    return {writable(key): writable(one) for key, one in pairs if isinstance(one, str)}


def moment(written: str) -> datetime | None:
    """An ISO 8601 moment with its offset (with or without a colon in it); ``None`` when it is not one."""
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def others(fields: Fields, *known: str) -> dict[str, object]:
    """What an object holds besides the ``known`` names."""
    return {name: value for name, value in fields.items() if name not in known}
