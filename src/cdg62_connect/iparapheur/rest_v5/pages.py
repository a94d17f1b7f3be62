"""Lists that come by pages: one page, or all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, cast

from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur.rest_v5.answers import unusable
from cdg62_connect.iparapheur.rest_v5.api import Api
from cdg62_connect.iparapheur.rest_v5.models import Page
from cdg62_connect.iparapheur.rest_v5.records import Fields, count, record_of
from cdg62_connect.transport import Answer

PAGE_SIZE = 100
_MOST_PAGES = 10_000
_MOST_ELEMENTS = 1_000_000


class HasId(Protocol):
    """Whatever the parapheur lists."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


T = TypeVar("T", bound=HasId)


def page_of(
    api: Api,
    path: Sequence[str],
    build: Callable[[Fields], T | None],
    *,
    operation: str,
    params: Sequence[tuple[str, str]] = (),
    sort: str = "NAME",
    page: int = 0,
    size: int = PAGE_SIZE,
) -> Page[T]:
    """One page of a list. A read.

    Raises:
        InvalidInput: no such page, or no such size.
    """
    if page < 0 or not 1 <= size <= 1000:
        raise InvalidInput("Une page se demande par son rang, à partir de 0, et par 1 à 1000 éléments.")
    asked = [*params, ("page", str(page)), ("size", str(size)), ("sort", f"{sort},ASC")]
    return api.get(path, lambda answer: _page(answer, build, asked=page), operation=operation, params=asked)


def all_of(
    api: Api,
    path: Sequence[str],
    build: Callable[[Fields], T | None],
    *,
    operation: str,
    params: Sequence[tuple[str, str]] = (),
    sort: str = "NAME",
) -> tuple[T, ...]:
    """The whole list, each element once, even when it moves from a page to another meanwhile. Reads."""
    found: dict[str, T] = {}
    for rank in range(_MOST_PAGES):
        page = page_of(api, path, build, operation=operation, params=params, sort=sort, page=rank)
        before = len(found)
        for element in page.elements:
            found.setdefault(element.id, element)
        if page.derniere or not page.elements or len(found) == before or len(found) > _MOST_ELEMENTS:
            break
    return tuple(found.values())


def _page(answer: Answer, build: Callable[[Fields], T | None], *, asked: int) -> Page[T]:
    fields = record_of(answer)
    content = fields.get("content")
    if not isinstance(content, list):
        raise unusable(answer, "La réponse n'est pas une page de liste.")
    elements: list[T] = []
    for one in cast("list[object]", content):
        if one is None:
            continue  # some servers leave holes
        built = build(cast("Fields", one)) if isinstance(one, dict) else None
        if built is None:
            raise unusable(answer, "La liste contient un élément sans identifiant.")
        elements.append(built)
    number = count(fields, "number")
    pages = count(fields, "totalPages")
    total = count(fields, "totalElements")
    rank = asked if number is None else number
    if pages is None:
        pages = rank + 1 if fields.get("last") is not False else rank + 2
    return Page(tuple(elements), rank, pages, len(elements) if total is None else total)
