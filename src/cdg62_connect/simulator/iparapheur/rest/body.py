"""What a request of the Standard API brings: the parts of a creation, the JSON of an action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from flask import request

from cdg62_connect.simulator.iparapheur.dossier import Piece
from cdg62_connect.simulator.iparapheur.rest import problem
from cdg62_connect.simulator.iparapheur.rest.premis import Asked, read_asked
from cdg62_connect.simulator.iparapheur.rest.problem import Problem

_LONGEST_ANNOTATION = 512
_BLOCK = 256 * 1024


def received(folder: Path) -> tuple[Asked, list[Piece]]:
    """The parts of a creation, its documents as files of ``folder``."""
    described = request.files.get("folder")
    if described is None:
        raise Problem(400, problem.NO_PREMIS)
    asked = read_asked(described.stream.read())
    pieces: list[Piece] = []
    for rank, file in enumerate(request.files.getlist("documents")):
        path = folder / f"piece-{rank}"
        file.save(path, _BLOCK)
        pieces.append(Piece(file.filename or "", path, file.mimetype or "application/octet-stream"))
    return asked, pieces


def params() -> Mapping[str, object]:
    """The JSON of an action; all of it is optional."""
    data = request.get_data(parse_form_data=False)
    if not data.strip():
        return {}
    try:
        content: object = json.loads(data)
    except ValueError:
        raise Problem(400, problem.BAD_BODY) from None
    if not isinstance(content, dict):
        raise Problem(400, problem.BAD_BODY)
    given = cast("Mapping[str, object]", content)
    for name in ("publicAnnotation", "privateAnnotation"):
        text = given.get(name)
        if isinstance(text, str) and len(text) > _LONGEST_ANNOTATION:
            raise Problem(400, problem.LONG_ANNOTATION)
    return given
