from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator import Pas

NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["immediat", "main", {"apres_regards": 2}, {"apres_s": 60}, {"apres_s": 0.5}]
)
def test_a_step_reads_what_it_writes(written: object) -> None:
    assert Pas.of(written).as_json() == written


@pytest.mark.parametrize(
    "written",
    ["bientôt", None, 3, {}, {"apres_regards": 0}, {"apres_s": -1}, {"apres_s": 1, "apres_regards": 1}],
)
def test_a_step_that_is_not_understood_is_refused(written: object) -> None:
    with pytest.raises(InvalidInput, match="Formes possibles"):
        Pas.of(written)


def test_at_once_means_at_the_very_moment_it_began() -> None:
    assert Pas.immediat().due(since=NOON, looks=None, now=NOON + timedelta(hours=1)) == NOON


def test_after_a_while_it_happened_when_the_while_was_over() -> None:
    step = Pas.delai(timedelta(minutes=1))
    assert step.due(since=NOON, looks=9, now=NOON + timedelta(seconds=59)) is None
    assert step.due(since=NOON, looks=0, now=NOON + timedelta(hours=1)) == NOON + timedelta(minutes=1)


def test_after_looks_only_a_look_finds_it_changed() -> None:
    step = Pas.regards(2)
    assert step.due(since=NOON, looks=1, now=NOON) is None
    assert step.due(since=NOON, looks=None, now=NOON) is None
    assert step.due(since=NOON, looks=2, now=NOON) == NOON


def test_by_hand_it_never_happens_by_itself() -> None:
    assert Pas.a_la_main().due(since=NOON, looks=99, now=NOON + timedelta(days=99)) is None
