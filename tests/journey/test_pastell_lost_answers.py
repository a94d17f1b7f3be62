"""The route through Pastell, with answers that are lost, cut or replaced: each dossier still ends exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.breakages import UNDONE, broken
from support.lives import Platforms, live
from support.outcomes import PASTELL_LIVES, begin, check_end

LIFE = "signed and transmitted"
EFFECTS = (
    "POST document",
    "PATCH document",
    "POST file",
    "PATCH externalData/iparapheur_sous_type",
    "PATCH externalData/type_piece",
    "POST action/orientation",
)
READS = (
    "GET document",
    "GET documents",
    "GET journal",
    "GET file",
    "GET flux",
    "GET version",
    "GET externalData/classification",
    "GET externalData/type_piece",
)


def survive(platforms: Platforms, folder: Path, *faults: dict[str, object]) -> None:
    life = PASTELL_LIVES[LIFE]
    settings, lot = begin(platforms, life, folder)
    platforms.tell("/pannes", [{"plateforme": "pastell", **fault} for fault in faults])
    live(settings, platforms.now(), platforms=platforms)
    assert platforms.ask("/pannes") == [], "a fault did not strike"
    check_end(platforms, settings, lot, life)


@pytest.mark.parametrize(("operation", "breakage"), broken([(one,) for one in EFFECTS]))
def test_an_effect_that_happened_and_whose_answer_is_lost_happens_once(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    survive(platforms, tmp_path, {"operation": operation, "effet": breakage, "moment": "apres"})


@pytest.mark.parametrize(("operation", "breakage"), broken([(one,) for one in EFFECTS], UNDONE))
def test_an_effect_that_never_happened_is_done_once(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    survive(platforms, tmp_path, {"operation": operation, "effet": breakage, "moment": "avant", "fois": 2})


@pytest.mark.parametrize(("operation", "breakage"), broken([(one,) for one in READS]))
def test_a_read_that_fails_is_read_again(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    survive(platforms, tmp_path, {"operation": operation, "effet": breakage, "fois": 5})


def test_every_effect_of_a_life_lost_at_once(platforms: Platforms, tmp_path: Path) -> None:
    faults = [{"operation": operation, "effet": "couper", "moment": "apres"} for operation in EFFECTS]
    survive(platforms, tmp_path, *faults)


@pytest.mark.parametrize(
    ("platform", "operation"), [("iparapheur", "CreerDossier"), ("s2low", "actes_transac_create")]
)
def test_a_peer_that_refuses_to_answer_pastell_for_a_while_only_delays_the_dossier(
    platforms: Platforms, tmp_path: Path, platform: str, operation: str
) -> None:
    life = PASTELL_LIVES[LIFE]
    settings, lot = begin(platforms, life, tmp_path)
    fault = {
        "plateforme": platform,
        "operation": operation,
        "effet": "http_503",
        "moment": "avant",
        "fois": 2,
    }
    platforms.tell("/pannes", [fault])
    live(settings, platforms.now(), platforms=platforms)
    check_end(platforms, settings, lot, life)
