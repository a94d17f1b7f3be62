"""The JSON that the admin desk is sent. Everything here raises ``InvalidInput`` on what is not understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask import request

from cdg62_connect.errors import InvalidInput

_BODY_LIMIT = 1024 * 1024

Body = Mapping[str, Any]


def read_json() -> object:
    """Whatever the body says; an empty object when it says nothing."""
    if (request.content_length or 0) > _BODY_LIMIT:
        raise InvalidInput("Corps trop long.")
    # Whatever type is announced: curl -d says that its JSON is a form.
    data = request.get_data(parse_form_data=False)
    if not data:
        return {}
    try:
        content: object = json.loads(data)
    except ValueError:
        raise InvalidInput("Le corps n'est pas du JSON.") from None
    return content


def body_of(*known: str) -> Body:
    """The body as one object, whose fields are among ``known``."""
    content = read_json()
    if not isinstance(content, Mapping):
        raise InvalidInput("Le corps doit être un objet JSON.")
    body = cast("Body", content)
    for name in body:
        if name not in known:
            raise InvalidInput(f"Champ inconnu « {name} » ; possibles : {', '.join(known)}.")
    return body


def objects_of() -> list[Body]:
    """The body as a list of objects, or as one."""
    content = read_json()
    items = cast("list[object]", content) if isinstance(content, list) else [content]
    if not all(isinstance(item, Mapping) for item in items):
        raise InvalidInput("Le corps doit être un objet JSON, ou une liste d'objets.")
    return cast("list[Body]", items)


def text_of(body: Body, name: str) -> str:
    """A field of the body that is a text; ``""`` when absent."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(f"« {name} » doit être un texte.")
    return value


def moment_of(text: str) -> datetime:
    """A moment with its time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as malformed:
        raise InvalidInput(f"« {text} » n'est pas une heure ISO 8601.") from malformed
    if moment.tzinfo is None:
        raise InvalidInput("L'heure doit porter son fuseau (2025-03-14T09:00:00+01:00).")
    return moment
