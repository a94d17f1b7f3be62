"""Whether an answer is the same kind of answer: status, shape, types, error, state; not who or when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.ids import KINDS

Told = Callable[[str, str], str]
TellKey = Callable[[str], str]

_DRAWN = {
    *KINDS,
    "id",
    "id_d",
    "acte_unique_id",
    "denomination",
    "preuve",
    "revision",
    "version",
    "version_complete",
    "last_changed_date",
    "date_horodatage",
    "message_horodate",
    "email",
    "commentaire",
    "description",
    "id_cf",
    "id_de",
}
"""Values drawn, dated, or told of the installation: only their type is compared."""

_MOMENTS = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([+-]\d{4})?"), "<moment>"),
    (re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d"), "<moment>"),
    (re.compile(r"127\.0\.0\.1( port |:)\d+"), r"127.0.0.1\1<port>"),
    (re.compile(r"(?<![\w.])/[\w./{}-]*workspace[\w./{}-]*|'?/[\w./-]+/(?=\w*\.yml)\S*"), "<chemin>"),
    (re.compile(r"\b\d{9,}\b"), "<nombre>"),
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LISTED = {"action_possible", "action-possible", "droits"}


def normalised(text: str) -> str:
    """A message without its moments, its places and its random numbers."""
    for pattern, mark in _MOMENTS:
        text = pattern.sub(mark, text)
    return text


def differences(
    recorded: Any,
    ours: Any,
    *,
    told: Told,
    told_key: TellKey,
    partial: bool = False,
    paired: bool = True,
    titled: bool = False,
    strict: bool = True,
    moving: bool = False,
) -> Iterator[str]:
    """What differs, one line each.

    Args:
        recorded: the answer of the real platform.
        ours: the answer of the simulated one.
        told: turns a recorded text, under a key, into what it would be here (ids, changed names).
        told_key: the same for the keys of maps.
        partial: the recorded body was shortened before it was kept; what is left must be in ours.
        paired: rows of lists are compared one by one; otherwise each stands for the others.
        titled: rows that are not paired must have the same titles, in any order.
        strict: what was counted, empty or null must be so here.
        moving: a picture of a fleet on its way: which states, and how many in each, is left to chance.
    """
    comparison = _Comparison(
        told, told_key, partial=partial, paired=paired, titled=titled, strict=strict, moving=moving
    )
    yield from comparison.of(recorded, ours, "")


class _Comparison:
    def __init__(
        self,
        told: Told,
        told_key: TellKey,
        *,
        partial: bool,
        paired: bool,
        titled: bool,
        strict: bool,
        moving: bool,
    ) -> None:
        self._strict = strict
        self._moving = moving
        self._told_key = told_key
        self._told = told
        self._partial = partial
        self._paired = paired
        self._titled = titled

    def of(self, recorded: Any, ours: Any, where: str) -> Iterator[str]:
        if isinstance(recorded, dict) and isinstance(ours, dict):
            yield from self._maps(recorded, ours, where)
        elif isinstance(recorded, list) and isinstance(ours, list):
            yield from self._lists(recorded, ours, where)
        elif kind(recorded) != kind(ours):
            yield f"{where or 'réponse'} : {kind(recorded)} attendu, {kind(ours)} reçu"
        else:
            yield from self._values(recorded, ours, where)

    def _maps(self, recorded: dict[str, Any], ours: dict[str, Any], where: str) -> Iterator[str]:
        if self._moving and recorded and ours and all(type(v) is int for v in recorded.values()):
            if not all(type(value) is int for value in ours.values()):
                yield f"{where} : des nombres attendus"
            return
        expected = {self._told_key(key): value for key, value in recorded.items()}
        missing = sorted(set(expected) - set(ours))
        extra = sorted(set(ours) - set(expected))
        if missing:
            yield f"{where or 'réponse'} : clé(s) absente(s) {', '.join(missing)[:200]}"
        if extra and not self._partial:
            yield f"{where or 'réponse'} : clé(s) en trop {', '.join(extra)[:200]}"
        for key in expected:
            if key in ours:
                yield from self.of(expected[key], ours[key], f"{where}.{key}" if where else key)

    def _lists(self, recorded: list[Any], ours: list[Any], where: str) -> Iterator[str]:
        name = where.rpartition(".")[2]
        if name in _LISTED and not self._partial:
            if sorted(map(str, recorded)) != sorted(map(str, ours)):
                yield f"{where} : {recorded} attendu, {ours} reçu"
            return
        if (self._strict and bool(recorded) != bool(ours)) or (
            self._strict and not self._partial and len(recorded) != len(ours)
        ):
            yield f"{where or 'réponse'} : {len(recorded)} élément(s) attendu(s), {len(ours)} reçu(s)"
        if self._paired:
            for rank, (one, other) in enumerate(zip(recorded, ours, strict=False)):
                yield from self.of(one, other, f"{where}[{rank}]")
        else:
            yield from self._kinds(recorded, ours, where)

    def _kinds(self, recorded: list[Any], ours: list[Any], where: str) -> Iterator[str]:
        """Rows that stand for others: each key with the types it may have."""
        if not recorded or not ours:
            return
        if not all(isinstance(row, dict) for row in (*recorded, *ours)):
            yield from self.of(recorded[0], ours[0], f"{where}[]")
            return
        if self._titled:
            expected_titles = sorted(self._told(str(row.get("titre")), "titre") for row in recorded)
            titles = sorted(str(row.get("titre")) for row in ours)
            if expected_titles != titles:
                yield f"{where}[].titre : {expected_titles[:5]} attendu, {titles[:5]} reçu"
        expected, got = _types(recorded), _types(ours)
        if set(expected) - set(got):
            yield f"{where}[] : clé(s) absente(s) {', '.join(sorted(set(expected) - set(got)))[:200]}"
        if set(got) - set(expected) and not self._partial:
            yield f"{where}[] : clé(s) en trop {', '.join(sorted(set(got) - set(expected)))[:200]}"
        for key in expected:
            if key in got and not expected[key] & got[key] and (self._strict or "null" not in got[key]):
                yield f"{where}[].{key} : {expected[key]} attendu, {got[key]} reçu"

    def _values(self, recorded: Any, ours: Any, where: str) -> Iterator[str]:
        name = re.sub(r"\[\d*\]$", "", where).rpartition(".")[2]
        if name in _DRAWN or (not self._paired and "[]" in where):
            return
        if isinstance(recorded, str):
            if "(prose elided)" in recorded:
                return
            expected, got = normalised(self._told(recorded, name)), normalised(ours)
            if _DAY.fullmatch(expected) and _DAY.fullmatch(got):
                return
            if self._partial and expected.endswith("…"):
                expected, got = expected[:15], got[:15]
            if expected != got:
                yield f"{where} : « {expected[:220]} » attendu, « {got[:220]} » reçu"
        elif recorded != ours and (self._strict or kind(recorded) != "nombre" or name == "formulaire_ok"):
            yield f"{where} : {recorded!r} attendu, {ours!r} reçu"


def _types(rows: list[Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        for key, value in row.items():
            found.setdefault(key, set()).add(kind(value))
    return found


def kind(value: Any) -> str:
    """The JSON type of a value, in French."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "booléen"
    if isinstance(value, int | float):
        return "nombre"
    if isinstance(value, str):
        return "texte"
    return "liste" if isinstance(value, list) else "objet"


def read_json(body: bytes) -> Any:
    """The JSON of a body, ``None`` when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None
