"""The simulated Pastell, driven by the calls recorded on a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.agreement import WANTED, Report, in_another_order
from conformance.reasons import REASONS
from conformance.recordings import sections

SECTIONS = list(sections())


@pytest.mark.parametrize("section", SECTIONS or ["aucune"])
def test_a_section_is_told_in_the_same_way(report: Report, section: str) -> None:
    assert report.share(section) >= WANTED, [
        (one.exchange.id, one.gaps[:3]) for one in report.sections[section] if not one.agrees
    ]


def test_nothing_breaks_inside(report: Report) -> None:
    assert report.broken == []


def test_each_disagreement_has_its_reason(report: Report) -> None:
    unexplained = [one for one in report.disagreements if one.exchange.id not in REASONS]
    assert [(one.exchange.id, one.exchange.note, one.gaps[:3]) for one in unexplained] == []


@pytest.mark.parametrize("seed", [62])
def test_another_order_and_other_names_change_nothing(tmp_path: Path, seed: int) -> None:
    shuffled = in_another_order(tmp_path, seed=seed)
    assert shuffled.broken == []
    poor = {
        section: [(one.exchange.id, one.gaps[:3]) for one in outcomes if not one.agrees]
        for section, outcomes in shuffled.sections.items()
        if shuffled.share(section) < WANTED
    }
    assert poor == {}
