"""What goes wrong on the way to the parapheur: an effect is never repeated, a read always ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import IparapheurSoap
from cdg62_connect.errors import (
    AlreadyExists,
    AnswerLost,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import NewDossier
from cdg62_connect.simulator import Faults, SimClock, Simulator
from cdg62_connect.transport import HttpSession, RetryPolicy, Timeouts

Make = Callable[..., NewDossier]
Arm = Callable[..., None]

LOST = ["couper", "tronquer", "http_500", "http_502", "http_503", "html"]


@pytest.fixture
def arm(pannes: Faults) -> Arm:
    def add(operation: str, effet: str, **more: Any) -> None:
        pannes.add({"plateforme": "iparapheur", "operation": operation, "effet": effet, **more})

    return add


def created(simulator: Simulator) -> dict[str, object]:
    """How many times each key was accepted."""
    return {str(row["dossier_id"]): row["cree_n"] for row in simulator.iparapheur.dossiers()}


@pytest.mark.parametrize("effet", LOST)
def test_a_creation_whose_answer_is_lost_is_of_unknown_outcome_and_exists_once(
    parapheur: IparapheurSoap, simulator: Simulator, pannes: Faults, arm: Arm, new_dossier: Make, effet: str
) -> None:
    arm("CreerDossier", effet, moment="apres")
    with pytest.raises(OutcomeUnknown) as unknown:
        parapheur.dossiers.creer(new_dossier())
    assert (unknown.value.platform, unknown.value.operation) == ("iparapheur", "CreerDossier")
    assert unknown.value.retryable is False
    assert created(simulator) == {"contrat-01": 1}
    assert pannes.calls == {"iparapheur": {"CreerDossier": 1}}

    # the two ways to know
    assert parapheur.dossiers.historique("contrat-01")
    with pytest.raises(AlreadyExists):
        parapheur.dossiers.creer(new_dossier())
    assert created(simulator) == {"contrat-01": 1}


@pytest.mark.parametrize("effet", [effet for effet in LOST if effet != "tronquer"])
def test_a_creation_lost_on_its_way_looks_the_same_and_does_not_exist(
    parapheur: IparapheurSoap, simulator: Simulator, arm: Arm, new_dossier: Make, effet: str
) -> None:
    arm("CreerDossier", effet, moment="avant")
    with pytest.raises(OutcomeUnknown):
        parapheur.dossiers.creer(new_dossier())
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("contrat-01")
    assert created(simulator) == {}


def test_a_parapheur_that_never_answers_leaves_a_creation_unknown_and_a_read_lost(
    parapheur_session: Callable[..., HttpSession], pannes: Faults, arm: Arm, new_dossier: Make
) -> None:
    arm("CreerDossier", "lenteur", moment="apres", secondes=600)
    arm("echo", "lenteur", secondes=600, fois=2)
    hurried = IparapheurSoap(parapheur_session(timeouts=Timeouts(read=0.5), retry=RetryPolicy(attempts=2)))
    with pytest.raises(OutcomeUnknown, match="s'est tue"):
        hurried.dossiers.creer(new_dossier())
    with pytest.raises(AnswerLost, match="s'est tue"):
        hurried.echo("bonjour")
    assert pannes.calls == {"iparapheur": {"CreerDossier": 1, "echo": 2}}


@pytest.mark.parametrize("effet", LOST)
@pytest.mark.parametrize("rejected", [False, True], ids=["archiver", "effacer_rejete"])
def test_a_deletion_whose_answer_is_lost_is_of_unknown_outcome_and_gone(
    parapheur: IparapheurSoap,
    simulator: Simulator,
    pannes: Faults,
    arm: Arm,
    new_dossier: Make,
    effet: str,
    rejected: bool,
) -> None:
    parapheur.dossiers.creer(new_dossier())
    if rejected:
        simulator.iparapheur.refuser("contrat-01", motif="Non")
        operation, delete = "EffacerDossierRejete", parapheur.dossiers.effacer_rejete
    else:
        simulator.iparapheur.signer("contrat-01", papier=True)
        operation, delete = "ArchiverDossier", parapheur.dossiers.archiver
    arm(operation, effet, moment="apres")
    with pytest.raises(OutcomeUnknown):
        delete("contrat-01")
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("contrat-01")
    assert pannes.calls["iparapheur"][operation] == 1


def test_a_history_that_is_cut_twice_is_asked_for_again(
    parapheur: IparapheurSoap, pannes: Faults, arm: Arm, horloge: SimClock, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier())
    arm("GetHistoDossier", "couper", fois=2)
    before = horloge.now()
    assert len(parapheur.dossiers.historique("contrat-01")) == 3
    assert pannes.calls["iparapheur"]["GetHistoDossier"] == 3
    assert horloge.now() - before == timedelta(seconds=1 + 2)


def test_a_dossier_that_is_cut_in_the_middle_comes_whole_the_second_time(
    parapheur: IparapheurSoap, arm: Arm, new_dossier: Make, arrete: Path, into: Path
) -> None:
    parapheur.dossiers.creer(new_dossier())
    arm("GetDossier", "tronquer", fois=2)
    back = parapheur.dossiers.recuperer("contrat-01", into=into)
    assert back.document is not None
    assert back.bordereau is not None
    assert back.document.path.read_bytes() == arrete.read_bytes()
    assert sorted(into.iterdir()) == sorted([back.document.path, back.bordereau.path])


@pytest.mark.parametrize("effet", ["couper", "tronquer"])
def test_a_dossier_that_is_always_cut_is_given_up_and_leaves_no_file(
    parapheur: IparapheurSoap, arm: Arm, new_dossier: Make, into: Path, effet: str
) -> None:
    parapheur.dossiers.creer(new_dossier())
    arm("GetDossier", effet, fois=4)
    with pytest.raises(AnswerLost):
        parapheur.dossiers.recuperer("contrat-01", into=into)
    assert list(into.iterdir()) == []


def test_a_read_waits_as_long_as_the_parapheur_asks(
    parapheur: IparapheurSoap, arm: Arm, horloge: SimClock
) -> None:
    arm("echo", "http_503", secondes=40)
    before = horloge.now()
    assert "bonjour" in parapheur.echo("bonjour")
    assert horloge.now() - before == timedelta(seconds=40)


def test_a_read_does_not_wait_for_hours(parapheur: IparapheurSoap, arm: Arm, horloge: SimClock) -> None:
    arm("echo", "http_503", secondes=600)
    before = horloge.now()
    parapheur.echo("bonjour")
    assert horloge.now() - before == timedelta(seconds=120)


@pytest.mark.parametrize("effet", ["http_502", "http_503"])
def test_a_parapheur_out_of_order_for_long_is_unavailable(
    parapheur: IparapheurSoap, pannes: Faults, arm: Arm, effet: str
) -> None:
    arm("echo", effet, fois=4)
    with pytest.raises(Unavailable):
        parapheur.echo("bonjour")
    assert pannes.calls == {"iparapheur": {"echo": 4}}


def test_an_error_500_on_a_read_asks_to_wait(parapheur: IparapheurSoap, arm: Arm) -> None:
    arm("GetHistoDossier", "http_500")
    with pytest.raises(Unavailable):
        parapheur.dossiers.historique("contrat-01")


def test_a_login_page_in_place_of_an_answer_is_not_of_the_protocol(
    parapheur: IparapheurSoap, arm: Arm, new_dossier: Make, into: Path
) -> None:
    parapheur.dossiers.creer(new_dossier())
    arm("GetHistoDossier", "html")
    arm("GetDossier", "html")
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.historique("contrat-01")
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.recuperer("contrat-01", into=into)
    assert list(into.iterdir()) == []


def test_a_wrong_address_of_the_parapheur_is_not_taken_for_a_sending(
    parapheur_session: Callable[..., HttpSession], described: Any, new_dossier: Make, simulator: Simulator
) -> None:
    lost = IparapheurSoap(parapheur_session(url=described["iparapheur_soap"]["url"] + "/ailleurs"))
    with pytest.raises(UnreadableAnswer):
        lost.echo("bonjour")
    with pytest.raises(UnreadableAnswer):
        lost.dossiers.creer(new_dossier())
    assert created(simulator) == {}


def test_a_parapheur_that_is_switched_off_was_sent_nothing(
    parapheur_session: Callable[..., HttpSession], closed_port: int, horloge: SimClock, new_dossier: Make
) -> None:
    off = IparapheurSoap(parapheur_session(url=f"http://127.0.0.1:{closed_port}/ws-iparapheur-no-mtom"))
    before = horloge.now()
    with pytest.raises(NotSent):
        off.dossiers.creer(new_dossier())
    assert horloge.now() - before == timedelta(seconds=1 + 2 + 4)
