"""Answers that are lost, cut or replaced on the way: each dossier still ends exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.breakages import UNDONE, broken
from support.lives import Platforms, live
from support.outcomes import LIVES, begin, check_end

EFFECTS = (
    ("signed and transmitted", "iparapheur", "CreerDossier"),
    ("signed and transmitted", "iparapheur", "ArchiverDossier"),
    ("signed and transmitted", "s2low", "actes_transac_create"),
    ("refused in the parapheur", "iparapheur", "EffacerDossierRejete"),
)
READS = (
    ("signed and transmitted", "iparapheur", "GetHistoDossier"),
    ("signed and transmitted", "iparapheur", "GetDossier"),
    ("refused in the parapheur", "iparapheur", "GetDossier"),
    ("signed and transmitted", "s2low", "actes_classification_fetch"),
    ("signed and transmitted", "s2low", "actes_transac_get_status"),
    ("signed and transmitted", "s2low", "actes_transac_get_files_list"),
    ("signed and transmitted", "s2low", "actes_download_file"),
    ("signed and transmitted", "s2low", "actes_create_pdf"),
)


def survive(platforms: Platforms, folder: Path, name: str, *faults: dict[str, object]) -> None:
    life = LIVES[name]
    settings, lot = begin(platforms, life, folder)
    platforms.tell("/pannes", list(faults))
    live(settings, platforms.now())
    assert platforms.ask("/pannes") == [], "a fault did not strike"
    check_end(platforms, settings, lot, life)


@pytest.mark.parametrize(("name", "platform", "operation", "breakage"), broken(EFFECTS))
def test_an_effect_that_was_accepted_and_whose_answer_is_lost_happens_once(
    platforms: Platforms, tmp_path: Path, name: str, platform: str, operation: str, breakage: str
) -> None:
    fault = {"plateforme": platform, "operation": operation, "effet": breakage, "moment": "apres"}
    survive(platforms, tmp_path, name, fault)


@pytest.mark.parametrize(("name", "platform", "operation", "breakage"), broken(EFFECTS, UNDONE))
def test_an_effect_that_never_happened_is_done_once(
    platforms: Platforms, tmp_path: Path, name: str, platform: str, operation: str, breakage: str
) -> None:
    fault = {"plateforme": platform, "operation": operation, "effet": breakage, "moment": "avant", "fois": 2}
    survive(platforms, tmp_path, name, fault)


@pytest.mark.parametrize(("name", "platform", "operation", "breakage"), broken(READS))
def test_a_read_that_fails_is_read_again(
    platforms: Platforms, tmp_path: Path, name: str, platform: str, operation: str, breakage: str
) -> None:
    fault = {"plateforme": platform, "operation": operation, "effet": breakage, "fois": 5}
    survive(platforms, tmp_path, name, fault)


def test_every_effect_of_a_life_lost_at_once(platforms: Platforms, tmp_path: Path) -> None:
    faults = [
        {"plateforme": platform, "operation": operation, "effet": "couper", "moment": "apres"}
        for name, platform, operation in EFFECTS
        if name == "signed and transmitted"
    ]
    survive(platforms, tmp_path, "signed and transmitted", *faults)


def test_a_lost_answer_and_a_platform_that_cannot_be_asked_for_hours(
    platforms: Platforms, tmp_path: Path
) -> None:
    survive(
        platforms,
        tmp_path,
        "signed and transmitted",
        {"plateforme": "s2low", "operation": "actes_transac_create", "effet": "couper", "moment": "apres"},
        {"plateforme": "s2low", "operation": "list_actes", "effet": "http_503", "fois": 30},
    )


def test_a_lost_create_is_not_repeated_while_the_parapheur_hides_the_dossier(
    platforms: Platforms, tmp_path: Path
) -> None:
    survive(
        platforms,
        tmp_path,
        "signed and transmitted",
        {"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "couper", "moment": "apres"},
        {"plateforme": "iparapheur", "operation": "GetHistoDossier", "effet": "html", "fois": 6},
    )
