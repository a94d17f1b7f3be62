"""What goes out of the Standard API: pages, folders, files, errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flask import Response, jsonify, request

from cdg62_connect.simulator.faults import ERROR_PAGE
from cdg62_connect.simulator.iparapheur.rest import problem
from cdg62_connect.simulator.iparapheur.rest.folder import Folder
from cdg62_connect.simulator.iparapheur.rest.organisation import Named
from cdg62_connect.simulator.iparapheur.rest.problem import REASONS, Problem
from cdg62_connect.simulator.iparapheur.rest.state import Trashed

_NAMED_SORTS = ("NAME", "ID")
_FOLDER_SORTS = (
    "VALIDATION_START_DATE",
    "CREATION_DATE",
    "STILL_SINCE_DATE",
    "LATE_DATE",
    "END_DATE",
    "TASK_ID",
    "FOLDER_ID",
    "FOLDER_NAME",
    "TYPE_ID",
    "TYPE_NAME",
    "SUBTYPE_ID",
    "SUBTYPE_NAME",
    "ACTION_TYPE",
)
_DEFAULT_SIZE = 10
_LARGEST = 1000
_BLOCK = 256 * 1024


def named(thing: Named) -> dict[str, object]:
    """A tenant, a desk, a type or a sub-type."""
    return {"id": thing.id, "name": thing.name}


def folder(one: Folder | Trashed) -> dict[str, object]:
    """A folder, which says neither its state nor its type."""
    if isinstance(one, Trashed):
        return {"id": one.id, "name": one.nom, "dueDate": None, "metadata": {}}
    due = one.due
    return {
        "id": one.id,
        "name": one.nom,
        "dueDate": stamped(due) if due else None,
        "metadata": dict(one.metadonnees),
    }


def page(things: Sequence[Mapping[str, object]], *, folders: bool = False) -> Response:
    """The page of a list that the request asks for.

    Raises:
        Problem: 400, no such page or no such sort.
    """
    number, size = _whole("page", 0, least=0), min(_LARGEST, _whole("size", _DEFAULT_SIZE, least=1))
    ordered = _ordered(list(things), folders=folders)
    shown = ordered[number * size : (number + 1) * size]
    pages = math.ceil(len(ordered) / size)
    sort = {"empty": False, "sorted": True, "unsorted": False}
    return jsonify(
        {
            "content": shown,
            "pageable": {
                "offset": number * size,
                "pageNumber": number,
                "pageSize": size,
                "paged": True,
                "unpaged": False,
                "sort": sort,
            },
            "totalElements": len(ordered),
            "totalPages": pages,
            "number": number,
            "size": size,
            "numberOfElements": len(shown),
            "first": number == 0,
            "last": number + 1 >= pages,
            "empty": not shown,
            "sort": sort,
        }
    )


def refused(declined: Problem, now: datetime) -> Response:
    """An error object."""
    answer = jsonify(
        {
            "timestamp": stamped(now),
            "status": declined.status,
            "error": REASONS.get(declined.status, "Error"),
            "message": str(declined),
            "path": request.path,
        }
    )
    answer.status_code = declined.status
    return answer


def streamed(archive: Path, *, name: str, delete: bool) -> Response:
    """A file as an answer; taken away once it is sent if ``delete``."""
    source = archive.open("rb")

    def close() -> None:
        source.close()
        if delete:
            archive.unlink(missing_ok=True)

    size = source.seek(0, 2)
    source.seek(0)
    answer = Response(iter(lambda: source.read(_BLOCK), b""), 200, mimetype="application/octet-stream")
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.call_on_close(close)
    return answer


def html(status: int, words: str) -> Response:
    """A page, of what stands before the application."""
    return Response(ERROR_PAGE.format(f"{status} {words}"), status, mimetype="text/html")


def stamped(moment: datetime) -> str:
    """A moment as JSON writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _ordered(things: list[Mapping[str, object]], *, folders: bool) -> list[Mapping[str, object]]:
    known = _FOLDER_SORTS if folders else _NAMED_SORTS
    for asked in reversed(request.args.getlist("sort")):
        name, _, direction = asked.partition(",")
        if name not in known or direction.upper() not in ("", "ASC", "DESC"):
            raise Problem(400, problem.BAD_SORT.format(asked))
        if name.endswith(("NAME", "ID")):
            key = "name" if name.endswith("NAME") else "id"
            things.sort(key=lambda one: str(one[key]).casefold())
        if direction.upper() == "DESC":
            things.reverse()
    return things


def _whole(name: str, default: int, *, least: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise Problem(400, problem.BAD_PAGE)
    return int(text)
