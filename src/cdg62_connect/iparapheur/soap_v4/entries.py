"""The lines of a history, as the answers of several operations hold them."""

from __future__ import annotations

from datetime import UTC, datetime

from cdg62_connect.iparapheur.documents import LogEntry
from cdg62_connect.iparapheur.soap_v4.leftovers import leftovers
from cdg62_connect.soap import Node

_TOLD = {("timestamp",), ("nom",), ("status",), ("annotation",)}


def log_entries(node: Node) -> tuple[LogEntry, ...]:
    """Every ``LogDossier`` of an answer, in its order."""
    return tuple(_entry(entry) for entry in node.all("LogDossier"))


def _entry(node: Node) -> LogEntry:
    return LogEntry(
        timestamp=_moment(node.text_of("timestamp")),
        nom=node.text_of("nom"),
        status=node.text_of("status"),
        annotation=node.text_of("annotation"),
        champs=leftovers(node, told=_TOLD),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)  # the first and last hours that exist are not moments everywhere
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
