"""The ids of one platform told in those of another: learnt from answers, in order, never copied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

KINDS = {
    "id_d": "d",
    "id_e": "e",
    "entite_mere": "e",
    "entite_base": "e",
    "id_ce": "ce",
    "id_u": "u",
    "id_user": "u",
    "id_fe": "fe",
    "id_j": "j",
    "token": "jeton",
    "tedetis_transaction_id": "tdt",
    "iparapheur_dossier_id": "parapheur",
}
"""Which id stands under which key."""

_LEARNT_IN_LISTS = {"j", "d"}
_MOMENT = re.compile(r"(2026-11-2[123])(?:([ T])(\d\d:\d\d:\d\d))?")
_UNCHANGED = {"", "0", "all"}
_AFTER = {
    "entite": "e",
    "document": "d",
    "connecteur": "ce",
    "utilisateur": "u",
    "token": "id",
    "journal": "j",
}


_NAMED = {"entité": "e", "connecteur": "ce", "utilisateur": "u"}
"""Words of messages that an id follows."""


class Ids:
    """What each recorded id is called here."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._moments: dict[str, str] = {}

    def learn(self, recorded: Any, ours: Any) -> None:
        """Walk both answers side by side; a first meeting settles the name of an id."""
        self._walk(recorded, ours, listed=False)

    def learn_moments(self, recorded: Any, ours: Any) -> None:
        """Keep when the same thing happened on both sides."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key, value in recorded.items():
                other = ours.get(key)
                if key in ("date", "last_action_date") and isinstance(value, str) and isinstance(other, str):
                    self._moments.setdefault(value, other)
                else:
                    self.learn_moments(value, other)

    def name(self, kind: str, recorded: str, ours: str) -> None:
        """Say that this recorded id is that one here."""
        if recorded not in _UNCHANGED:
            self._known.setdefault((kind, recorded), ours)

    def here(self, kind: str, recorded: str) -> str:
        """The id here of a recorded one, itself when nobody met it."""
        return self._known.get((kind, recorded), recorded)

    def knows(self, kind: str, recorded: str) -> bool:
        """Whether that id was met."""
        return (kind, recorded) in self._known

    def moment(self, text: str, *, shift: timedelta) -> str:
        """A recorded date or hour, as the same event is dated here."""
        read = _MOMENT.fullmatch(text)
        if read is None:
            return text
        day, mark, hour = read[1], read[2] or "", read[3] or ""
        known = self._moments.get(f"{day} {hour}") if hour else None
        if known:
            return known.replace(" ", mark)
        return (date.fromisoformat(day) + shift).isoformat() + mark + hour

    def told(self, text: str) -> str:
        """A recorded text in which the ids are those from here."""
        for (kind, recorded), ours in self._known.items():
            if kind in ("d", "parapheur") and recorded in text:
                text = text.replace(recorded, ours)
        for word, kind in _NAMED.items():
            text = re.sub(rf"\b{word} (\d+)\b", self._named(word, kind), text)
        return re.sub(
            r"\b(id_e|id_u|id_ce|id_fe|id_d)=(\w+)",
            lambda found: f"{found[1]}={self.here(KINDS[found[1]], found[2])}",
            text,
        )

    def _named(self, word: str, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: f"{word} {self.here(kind, found[1])}"

    def _walk(self, recorded: Any, ours: Any, *, listed: bool) -> None:
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key, value in recorded.items():
                if key not in ours:
                    continue
                other = ours[key]
                kind = KINDS.get(key) or ("id" if key == "id" and "created_at" in recorded else "")
                if kind and isinstance(value, str | int) and isinstance(other, str | int):
                    if not listed or kind in _LEARNT_IN_LISTS:
                        self.name(kind, str(value), str(other))
                else:
                    self._walk(value, other, listed=listed)
        elif isinstance(recorded, list) and isinstance(ours, list) and len(recorded) == len(ours):
            for one, other in zip(recorded, ours, strict=True):
                self._walk(one, other, listed=True)


def rewritten(target: str, ids: Ids, change: Callable[[str, str], str]) -> str:
    """A recorded target (path and query) that means the same here."""
    path, mark, query = target.partition("?")
    parts = path.split("/")
    previous = ""
    for rank, part in enumerate(parts):
        kind = _AFTER.get(previous.lower())
        if kind and part not in _UNCHANGED and ids.knows(kind, part):
            parts[rank] = quote(ids.here(kind, part))
        previous = part
    if not mark:
        return "/".join(parts)
    if not re.search(r"id_\w+|[=]", query):
        return "/".join(parts) + "?" + query
    pairs = pairs_here(parse_qsl(query, keep_blank_values=True), ids, change)
    return "/".join(parts) + "?" + urlencode(pairs)


def pairs_here(
    pairs: Iterable[tuple[str, str]], ids: Ids, change: Callable[[str, str], str]
) -> list[tuple[str, str]]:
    """Recorded fields that mean the same here."""
    written: list[tuple[str, str]] = []
    for name, value in pairs:
        kind = KINDS.get(name.removesuffix("[]"))
        if kind in ("tdt", "parapheur"):
            kind = None
        written.append((name, ids.here(kind, value) if kind else change(name, value)))
    return written
