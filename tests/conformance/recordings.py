"""The exchanges recorded on a real Pastell: where they are looked for, and how they read.

They are no part of the project. ``CDG62_REFERENCES`` names the folder that holds them; without it, a folder
``reference/data`` is looked for beside the project.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

FILE = Path("pastell-recorded") / "exchanges.jsonl"
VARIABLE = "CDG62_REFERENCES"
PROJECT = Path(__file__).resolve().parents[2]
ABSENT = (
    f"les échanges enregistrés ne sont pas là : indiquez leur dossier par la variable {VARIABLE} "
    f"(il contient {FILE.as_posix()})"
)


def place() -> Path | None:
    """The file of the recordings, ``None`` when there is none."""
    given = os.environ.get(VARIABLE)
    if given:
        candidates = [Path(given) / FILE, Path(given) / FILE.name]
    else:
        candidates = sorted(PROJECT.parent.glob(f"*/reference/data/{FILE.as_posix()}"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@dataclass(frozen=True)
class Exchange:
    """One exchange, as it lies in the file."""

    raw: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def section(self) -> str:
        return str(self.raw["section"])

    @property
    def note(self) -> str:
        return str(self.raw.get("note") or "")

    @property
    def during(self) -> str:
        return str(self.raw.get("during") or "")

    @property
    def to_peer(self) -> bool:
        return bool(self.raw["direction"] == "pastell->peer")

    @property
    def request(self) -> dict[str, Any]:
        read: dict[str, Any] = self.raw["request"]
        return read

    @property
    def began(self) -> float | None:
        """Seconds since the start of its recording, when they were noted."""
        said = self.raw.get("at_s")
        return float(said) if said is not None else None

    @property
    def ended(self) -> float | None:
        """The same, when the answer was there."""
        return self.began + float(self.raw["elapsed_ms"]) / 1000 if self.began is not None else None

    @property
    def method(self) -> str:
        return str(self.request["method"])

    @property
    def target(self) -> str:
        return str(self.request["target"])

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(str(name), str(value)) for name, value in self.request["headers"]]

    def header(self, wanted: str) -> str:
        return next((value for name, value in self.headers if name.lower() == wanted.lower()), "")

    @property
    def form(self) -> dict[str, Any]:
        read: dict[str, Any] = self.request.get("body_form") or {"kind": "none"}
        return read

    @property
    def soap(self) -> str:
        return str(self.request.get("soap_body_element") or "")

    @property
    def status(self) -> int:
        return int(self.raw["response"]["status"])

    @property
    def answer_headers(self) -> dict[str, str]:
        return {str(name): str(value) for name, value in self.raw["response"].get("headers") or []}

    @property
    def answer(self) -> dict[str, Any]:
        body: Any = self.raw["response"].get("body")
        return body if isinstance(body, dict) else {"text": body or ""}

    @property
    def edited(self) -> str:
        return str(self.answer.get("edited") or "")

    @cached_property
    def answer_bytes(self) -> bytes | None:
        """The body of the answer, ``None`` when it was left out."""
        return content_of(self.answer)

    @cached_property
    def answer_json(self) -> Any:
        """The JSON of the answer; :data:`NO_JSON` when it is none."""
        try:
            return json.loads(self.answer_bytes or b"")
        except ValueError:
            return NO_JSON

    @property
    def date(self) -> datetime | None:
        """When the server answered (UTC)."""
        said = self.answer_headers.get("Date")
        return parsedate_to_datetime(said).astimezone(UTC) if said else None


NO_JSON = object()


def content_of(body: dict[str, Any]) -> bytes | None:
    """The bytes of a recorded body."""
    if "base64" in body:
        return base64.b64decode(body["base64"])
    if body.get("text") is not None:
        return str(body["text"]).encode()
    return b"" if str(body.get("bytes", "")) == "0" else None


@lru_cache(maxsize=1)
def recorded() -> tuple[Exchange, ...]:
    """Every exchange, in the order of the file; none when the file is absent."""
    found = place()
    if found is None:
        return ()
    with found.open(encoding="utf-8") as lines:
        return tuple(Exchange(json.loads(line)) for line in lines)


def sections() -> dict[str, list[Exchange]]:
    """The client's exchanges by section, in the order in which each section begins."""
    grouped: dict[str, list[Exchange]] = {}
    for exchange in recorded():
        if not exchange.to_peer:
            grouped.setdefault(exchange.section, []).append(exchange)
    return grouped


def peers_of(section: str) -> Iterator[Exchange]:
    """What Pastell asked its peers in a section, in order."""
    return (exchange for exchange in recorded() if exchange.to_peer and exchange.section == section)
