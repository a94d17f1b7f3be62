"""A PES whose import, watch or acquit is cut short: S2LOW has it once, and the dossier ends once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cdg62_connect.journey import Journey
from cdg62_connect.settings import Settings
from support.breakages import EVERY_ONE, UNDONE, broken
from support.kills import Moments
from support.lives import Platforms, WalkingClock, live
from support.outcomes import HELIOS_LIVES, Life, begin, check_end

LIFE = "sent unsigned"


def adopt_the_only_one(platforms: Platforms, settings: Settings, lot: str, life: Life) -> Life:
    """What a person does about a PES whose number was lost, and how the dossier must end."""
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        blocked = journey.dossier(lot).blocked
        if blocked is None:
            return life
        assert blocked.code == "PES_DEJA_SUR_S2LOW"
        [posted] = platforms.ask("/etat")["s2low"]["pes"]
        journey.adopt(
            lot, platform="s2low", remote_id=str(posted["id"]), by="A. Martin", motif="vu sur S2LOW"
        )
    live(settings, platforms.now())
    return replace(life, returns=("ERREUR", *life.returns))


@pytest.fixture(scope="session")
def moments(running_platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(
        running_platforms,
        HELIOS_LIVES,
        tmp_path_factory.mktemp("compte"),
        distinct=True,
        only=() if EVERY_ONE else ("helios_", ":intent", ":pes_", "ACQUIT_"),
        mend=lambda settings, lot, life: adopt_the_only_one(running_platforms, settings, lot, life),
    )


def test_killed_at_any_moment_that_is_new_each_pes_ends_exactly_once(
    platforms: Platforms, moments: Moments, tmp_path: Path
) -> None:
    del platforms
    moments.survive(LIFE, tmp_path, part=0, parts=1)


def test_the_moments_are_those_of_the_import_the_watch_and_the_acquit(moments: Moments) -> None:
    reached = set(moments.of(LIFE))
    assert {"wire.sent:helios_importer_fichier", "wire.answered:helios_importer_fichier"} <= reached
    assert {"journal.after:pes_transmitted", "journal.after:pes_acquitted"} <= reached
    assert {"wire.sent:helios_transac_get_status", "wire.sent:helios_download_acquit"} <= reached


IMPORT = (("helios_importer_fichier",),)
READS = (("helios_transac_get_status",), ("helios_download_acquit",))


def survive(platforms: Platforms, folder: Path, **fault: object) -> bool:
    """Whether a person was needed to end it."""
    life = HELIOS_LIVES[LIFE]
    settings, lot = begin(platforms, life, folder)
    platforms.tell("/pannes", [{"plateforme": "s2low", **fault}])
    live(settings, platforms.now())
    assert platforms.ask("/pannes") == [], "the fault did not strike"
    expected = adopt_the_only_one(platforms, settings, lot, life)
    check_end(platforms, settings, lot, expected)
    return expected is not life


@pytest.mark.parametrize(("operation", "breakage"), broken(IMPORT))
def test_an_import_that_happened_and_whose_answer_is_lost_happens_once_and_calls_a_person(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    assert survive(platforms, tmp_path, operation=operation, effet=breakage, moment="apres")


@pytest.mark.parametrize(("operation", "breakage"), broken(IMPORT, UNDONE))
def test_an_import_that_never_happened_is_done_once(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    assert not survive(platforms, tmp_path, operation=operation, effet=breakage, moment="avant", fois=2)


@pytest.mark.parametrize(("operation", "breakage"), broken(READS))
def test_a_read_that_fails_is_read_again(
    platforms: Platforms, tmp_path: Path, operation: str, breakage: str
) -> None:
    assert not survive(platforms, tmp_path, operation=operation, effet=breakage, fois=5)


def test_a_signed_pes_ends_as_the_enumerations_ask(platforms: Platforms, tmp_path: Path) -> None:
    life = HELIOS_LIVES["signed"]
    settings, lot = begin(platforms, life, tmp_path)
    live(settings, platforms.now())
    check_end(platforms, settings, lot, life)
