"""What ``controle`` says of an installation whose documents go through Pastell."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.journey import Journey
from cdg62_connect.journey.controle import controle
from cdg62_connect.journey.controle.check import Check, Result
from cdg62_connect.journey.platforms import PlatformDesk
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import HELIOS, URBANISME, install
from support.lives import Platforms, WalkingClock


@pytest.fixture
def settings(platforms: Platforms, tmp_path: Path) -> Settings:
    installed = install(platforms.described, folder=tmp_path, route="pastell")
    with Journey(installed):
        pass
    return installed


def checks(settings: Settings, platforms: Platforms) -> dict[str, Check]:
    """The checks of the first authority, by code."""
    first = settings.authorities[0].siren
    found = controle(settings, clock=WalkingClock(platforms.now()))
    return {check.code: check for check in found if check.siren in ("", first)}


def with_account(settings: Settings, **changes: object) -> Settings:
    first, *others = settings.authorities
    assert first.pastell is not None
    account = first.pastell.model_copy(update=changes)
    return settings.model_copy(
        update={"authorities": (first.model_copy(update={"pastell": account}), *others)}
    )


def test_an_installation_that_only_uses_pastell_is_in_order(settings: Settings, platforms: Platforms) -> None:
    found = checks(settings, platforms)
    asked = {code: check for code, check in found.items() if code.startswith("pastell.")}
    told = {code: check.found for code, check in asked.items() if check.result is not Result.OK}
    assert set(told) <= {f"pastell.sous_types.{flux}" for flux in (URBANISME, HELIOS)}, told
    wanted = {"compte", "entite", "journal", "brouillons"}
    wanted |= {f"{what}.{flux}" for what in ("flux", "connecteurs") for flux in (URBANISME, HELIOS)}
    assert {f"pastell.{code}" for code in wanted} <= set(asked)
    assert found["iparapheur.compte"].found == "Aucune autorité ne l'utilise."


def test_a_draft_that_no_dossier_has_is_listed(settings: Settings, platforms: Platforms) -> None:
    desk = PlatformDesk(settings, clock=WalkingClock(platforms.now()))
    account = settings.authorities[0].pastell
    assert account is not None
    made = desk.of(settings.authorities[0]).require_pastell().documents.creer(account.entity, URBANISME)
    desk.close()
    check = checks(settings, platforms)["pastell.brouillons"]
    assert check.result is Result.ATTENTION
    assert made.id_d in check.found


def test_the_entity_of_another_authority_is_refused(settings: Settings, platforms: Platforms) -> None:
    other = settings.authorities[1].pastell
    assert other is not None
    assert (
        checks(with_account(settings, entity=other.entity), platforms)["pastell.entite"].result is Result.KO
    )


def test_a_flux_that_the_platform_lacks_is_told_before_anything_is_deposited(
    settings: Settings, platforms: Platforms
) -> None:
    flux = "ls-actes"  # since 4.1
    check = checks(with_account(settings, flux={"defaut": flux}), platforms)[f"pastell.flux.{flux}"]
    assert check.result is Result.KO


def test_sous_types_that_a_connector_does_not_tell_are_not_taken_for_right(
    settings: Settings, platforms: Platforms
) -> None:
    check = checks(settings, platforms)[f"pastell.sous_types.{URBANISME}"]
    assert check.result is Result.UNVERIFIABLE  # connectors tell them since 4.0.15
    assert "premier dépôt" in check.advice


def test_a_wrong_password_is_told_and_the_rest_is_left_unasked(
    settings: Settings, platforms: Platforms
) -> None:
    from cdg62_connect.settings import Secret

    found = checks(with_account(settings, password=Secret("faux")), platforms)
    assert found["pastell.compte"].result is Result.KO
    assert found["pastell.entite"].result is Result.UNVERIFIABLE
