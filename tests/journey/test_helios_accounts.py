"""What the account of S2LOW may do decides the end of a PES: who posts it, and whether a lost number is found."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.journey import Journey, Stage
from cdg62_connect.journey.controle.check import Result
from cdg62_connect.journey.controle.s2low import SeenAccounts, s2low_checks
from cdg62_connect.journey.platforms import PlatformDesk
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import SimClock
from cdg62_connect.testing.installation import deposit, install
from cdg62_connect.testing.mocks import SimulatedPlatforms
from support.helios import SIREN, pes_lot, returned


class Desk:
    """One PES of an authority whose account on S2LOW is made for the test."""

    def __init__(self, platforms: SimulatedPlatforms, clock: SimClock, folder: Path, **account: Any) -> None:
        self.simulator, self.clock = platforms.simulator, clock
        certificate, key = self.simulator.authority.client_certificate(f"compte-{folder.name}")
        self.simulator.s2low.accounts.add_account(SIREN, certificate, **account)
        installed = install(platforms.describe(), folder=folder)
        self.settings: Settings = installed.model_copy(
            update={
                "authorities": tuple(
                    one.model_copy(
                        update={
                            "s2low": one.s2low.model_copy(update={"certificate": certificate, "key": key})
                        }
                    )
                    if one.siren == SIREN and one.s2low
                    else one
                    for one in installed.authorities
                )
            }
        )
        with Journey(self.settings, clock=clock):
            pass
        self.lot = deposit(pes_lot(folder / "lots", "F1"), root=self.settings.deposit.root)

    def live(self, *, passes: int = 40) -> Any:
        with Journey(self.settings, clock=self.clock) as journey:
            for _ in range(passes):
                assert not journey.run_pass().failed
                following = journey.next_due()
                if following is None:
                    break
                self.clock.advance(max(following - journey.now(), timedelta()))
            return journey.dossier(self.lot)

    def told(self) -> list[dict[str, Any]]:
        return returned(self.settings.deposit.root, self.lot)

    def fail(self, **rule: object) -> None:
        self.simulator.faults.add({"plateforme": "s2low", "operation": "helios_importer_fichier", **rule})


def test_a_pes_held_back_for_an_agent_says_who_acts_and_where_then_goes_on(
    plateformes_en_memoire: SimulatedPlatforms, horloge: SimClock, tmp_path: Path
) -> None:
    desk = Desk(plateformes_en_memoire, horloge, tmp_path, droits=("CS",))
    waiting = desk.live(passes=5)
    assert waiting.stage is Stage.BLOCKED
    told = desk.told()[-1]
    assert (told["etat"], told["plateformes"]["s2low"]["statut"]) == ("ATTENTE_RGS", 14)
    assert "l'agent télétransmetteur" in told["message"]
    assert told["plateformes"]["s2low"]["lien"] in told["message"]
    desk.simulator.s2low.helios.poster(waiting.pes_sent.transaction)
    assert desk.live().stage is Stage.CLOSED
    assert [one["etat"] for one in desk.told()] == ["TRANSMIS_TDT", "ATTENTE_RGS", "ACQUIT_HELIOS", "TERMINE"]


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_an_archivists_account_clears_a_lost_answer_by_itself(
    plateformes_en_memoire: SimulatedPlatforms, horloge: SimClock, tmp_path: Path, moment: str
) -> None:
    desk = Desk(plateformes_en_memoire, horloge, tmp_path, role="ARCH")
    desk.fail(effet="http_500", moment=moment)
    dossier = desk.live()
    assert dossier.stage is Stage.CLOSED
    assert dossier.pes_sent.how == ("found" if moment == "apres" else "created")
    assert json.dumps(desk.simulator.s2low.helios.snapshot()).count('"nom_fic"') == 1


@pytest.mark.parametrize(
    ("account", "result", "told"),
    [
        ({}, Result.OK, "n'est pas archiviste"),
        ({"role": "ARCH"}, Result.OK, "retrouve un PES"),
        ({"helios": "NONE"}, Result.KO, "n'a pas accès au module Hélios"),
    ],
    ids=["ordinaire", "archiviste", "sans le module"],
)
def test_the_check_says_what_the_account_may_do_with_pes(
    plateformes_en_memoire: SimulatedPlatforms,
    horloge: SimClock,
    tmp_path: Path,
    account: dict[str, Any],
    result: Result,
    told: str,
) -> None:
    desk = Desk(plateformes_en_memoire, horloge, tmp_path, **account)
    authority = next(one for one in desk.settings.authorities if one.siren == SIREN)
    platforms = PlatformDesk(desk.settings, clock=horloge)
    checks = list(s2low_checks(authority, platforms.of(authority).require_s2low(), seen=SeenAccounts()))
    platforms.close()
    [check] = [one for one in checks if one.code == "s2low.helios"]
    assert check.result is result
    assert told in check.found


def test_a_pes_taken_back_on_s2low_is_told_as_cancelled_there_or_calls_a_person(
    plateformes_en_memoire: SimulatedPlatforms, horloge: SimClock, tmp_path: Path
) -> None:
    desk = Desk(plateformes_en_memoire, horloge, tmp_path, droits=("CS",))
    waiting = desk.live(passes=5)
    desk.simulator.s2low.helios.annuler(waiting.pes_sent.transaction)
    dossier = desk.live()
    assert dossier.blocked is not None
    assert dossier.blocked.code == "STATUT_INATTENDU"
    assert "annulée sur S2LOW" in dossier.blocked.advice
