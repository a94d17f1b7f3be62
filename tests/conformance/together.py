"""Which recorded calls belong together, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from conformance.recordings import Exchange
from conformance.shape import read_json


def opening(script: Sequence[Exchange]) -> str:
    """The client call from which the peer answers: the one that caused its first exchange, or the next."""
    if not script:
        return "Q"
    return script[0].during if script[0].during.startswith("P") else script[0].id


def stretches(exchanges: Iterable[Exchange]) -> Iterator[list[Exchange]]:
    """Calls that follow each other in one section."""
    group: list[Exchange] = []
    for one in exchanges:
        if group and group[0].section != one.section:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def together(exchanges: Sequence[Exchange]) -> Iterator[list[Exchange]]:
    """The calls in groups: alone, or those that were under way at the same time."""
    group: list[Exchange] = []
    end = 0.0
    for one in exchanges:
        started = one.began
        joined = group and (
            (started is not None and started < end - 0.01)
            or ("while the first runs" in group[0].note and "first of two at once" not in group[-1].note)
            or (watched(group[0]) and started is not None and started - (group[0].began or 0) < 2)
        )
        if not joined:
            if group:
                yield group
            group, end = [], 0.0
        group.append(one)
        end = max(end, one.ended or 0.0)
    if group:
        yield group


def watched(exchange: Exchange) -> bool:
    """Whether the daemon was then at work on the document, slowly."""
    return "while the worker checks" in exchange.note


def is_slow(exchange: Exchange) -> bool:
    return float(exchange.raw.get("elapsed_ms") or 0) > 2000 or "first of two at once" in exchange.note


def is_lost(exchange: Exchange) -> bool:
    """Whether a call met somebody else's and did nothing."""
    read = exchange.answer_json
    if not isinstance(read, dict):
        return False
    if "déjà en cours" in str(read.get("error-message", "")):
        return True
    return "content" in read and not shows(exchange, exchange)


def shows(answered: Exchange, change: Exchange) -> bool:
    """Whether the answer of one call shows what another one wrote."""
    read = answered.answer_json
    data = read.get("content", {}).get("data") if isinstance(read, dict) else None
    if not isinstance(data, dict):
        return False
    if change.form["kind"] == "multipart/form-data":
        field_name = change.target.split("/file/")[-1].split("/")[0]
        names = [part.get("value") for part in change.form["parts"] if part["name"] == "file_name"]
        held = data.get(field_name) or []
        return any(name in (held.values() if isinstance(held, dict) else held) for name in names)
    fields = change.form.get("fields") or []
    return bool(fields) and all(data.get(name) == value for name, value in fields)


def tells_history(exchange: Exchange) -> bool:
    """Whether the rows of the answer come in an order that equal seconds leave to chance."""
    path = exchange.target.split("?")[0]
    return exchange.method == "GET" and bool(re.search(r"/journal(\.php)?$|/v2/entite/\d+/document$", path))


def state_of(body: bytes) -> str:
    read = read_json(body)
    last = read.get("last_action") if isinstance(read, dict) else None
    return str(last.get("action")) if isinstance(last, dict) else ""
