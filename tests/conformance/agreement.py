"""How much of the recording the simulated Pastell tells in the same way, and why not the rest."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from conformance.calls import Outcome
from conformance.recordings import Exchange, recorded
from conformance.renaming import renamed
from conformance.replay import Replay, replay
from conformance.together import stretches

WANTED = 0.9
"""Share of each section that must agree."""

_CONTENT = re.compile(r"/entite/(\d+)/connecteur/(\d+)/(?:content|externalData/iparapheur_type)$")
_SECOND = "P1006"
"""The second recording begins here: its sections follow each other and are interleaved."""

_FIRST = ("auth-version", "entite", "role-utilisateur", "flux", "connecteur", "association")
_BOTH = ("real-iparapheur-connector", "real-s2low-connector")
_TOGETHER = (
    {"document-a-signer", "document-quirks", "document-list", "concurrency", "cookies-and-misc"},
    {"document-autorisation-urbanisme", "dossier-autorisation-urbanisme", "journal"},
)
"""Sections that use the documents of one another."""


@dataclass
class Report:
    """The outcomes, by section."""

    outcomes: list[Outcome]
    broken: list[str]
    peers: Replay
    sections: dict[str, list[Outcome]] = field(default_factory=dict[str, list[Outcome]])

    def __post_init__(self) -> None:
        for outcome in self.outcomes:
            self.sections.setdefault(outcome.exchange.section, []).append(outcome)

    def share(self, section: str) -> float:
        """The part of a section that agrees."""
        outcomes = self.sections[section]
        return sum(one.agrees for one in outcomes) / len(outcomes)

    @property
    def disagreements(self) -> list[Outcome]:
        """Everything else, in order."""
        return [one for one in self.outcomes if not one.agrees]


def in_order(folder: Path) -> Report:
    """Replay everything as it was recorded."""
    with replay(folder) as one:
        return Report(one.whole(), one.broken, one)


def in_another_order(folder: Path, *, seed: int) -> Report:
    """Replay with other names, and the sections of the first recording shuffled."""
    with replay(folder, change=renamed, whole=False) as one:
        for group in _shuffled(seed):
            _prepared(one, group)
            for stretch in stretches(group):
                one.section(stretch)
        return Report(one.outcomes, one.broken, one)


def _shuffled(seed: int) -> Iterator[list[Exchange]]:
    """The sections that set the platform up, then the others in groups, in an order drawn by chance."""
    calls = [one for one in recorded() if not one.to_peer]
    start = {*_FIRST, *_BOTH}
    yield [one for one in calls if one.section in start]
    groups: dict[str, list[Exchange]] = {}
    for one in calls:
        if one.section not in start:
            groups.setdefault(_group_of(one), []).append(one)
    names = sorted(groups)
    random.Random(seed).shuffle(names)
    for name in names:
        yield groups[name]


def _group_of(exchange: Exchange) -> str:
    if exchange.id >= _SECOND:
        return "second"
    for group in _TOGETHER:
        if exchange.section in group:
            return min(group)
    return exchange.section


def _prepared(one: Replay, group: Sequence[Exchange]) -> None:
    """The connectors as they were when the group was recorded, on a day that has not passed yet."""
    first = group[0]
    began = next((exchange.date for exchange in group if exchange.date is not None), None)
    if began is not None:
        late = (one.clock.now() - began) / timedelta(days=1)
        one.shift(timedelta(days=max(0, math.ceil(late))))
    contents: dict[tuple[str, str], dict[str, str]] = {}
    for exchange in recorded():
        if (
            exchange.to_peer
            or exchange.id >= first.id
            or exchange.status != 200
            or exchange.method != "PATCH"
        ):
            continue
        found = _CONTENT.search(exchange.target)
        if found:
            contents.setdefault((found[1], found[2]), {}).update(exchange.form.get("fields") or [])
    for (entity, connector), fields in contents.items():
        one.configure(entity, connector, fields)
