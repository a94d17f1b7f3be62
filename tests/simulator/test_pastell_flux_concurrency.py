"""Two at once on one document: somebody loses, and is not told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cdg62_connect.simulator.pastell.errors import ApiError
from support.pastell_lab import Lab

BUSY = (400, "Une action est déjà en cours de réalisation sur ce document")


class Pause:
    """Holds a connector between its question and its answer."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.go_on.wait(20)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path).scripted()


def held(lab: Lab, id_d: str, meanwhile: Callable[[], None]) -> str:
    """Check the signature by hand; do something while it is under way. What the check said."""
    pause = Pause()
    lab.signature.before_status = pause
    said: list[str] = []
    checking = threading.Thread(target=lambda: said.append(lab.act(id_d, "verif-iparapheur")))
    checking.start()
    try:
        assert pause.reached.wait(20)
        meanwhile()
    finally:
        pause.go_on.set()
        checking.join(20)
    return said[0]


def sent(lab: Lab) -> str:
    id_d = lab.draft(signature=True)
    for action in ("orientation", "transformation", "orientation", "send-iparapheur"):
        lab.act(id_d, action)
    return id_d


def test_one_action_at_a_time(lab: Lab) -> None:
    id_d = sent(lab)

    def meanwhile() -> None:
        assert lab.state(id_d) == "send-iparapheur"
        for action in ("verif-iparapheur", "fatal-error"):
            assert lab.refused(lambda action=action: lab.act(id_d, action)) == BUSY
        # The state forbids it anyway, and that is told first.
        assert lab.refused(lambda: lab.patch(id_d, titre="z"))[0] == 403

    assert held(lab, id_d, meanwhile) == "La signature a été récupérée"
    assert lab.signature.said.count("collect") == 1


def test_external_data_shows_for_a_while_then_the_action_writes_its_own_copy_back(lab: Lab) -> None:
    id_d = sent(lab)

    def meanwhile() -> None:
        lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
        assert lab.data(id_d)["iparapheur_sous_type"] == "Délibération"

    held(lab, id_d, meanwhile)
    assert lab.data(id_d)["iparapheur_sous_type"] == "Arrêté individuel"


def test_a_change_that_meets_another_is_lost_without_a_word(lab: Lab) -> None:
    id_d = lab.draft("avant")
    document = lab.platform.documents._documents[id_d]
    other = object()
    assert document.hold(other, now=lab.clock.now())
    answer = lab.patch(id_d, titre="perdu")
    assert (answer["result"], answer["formulaire_ok"]) == ("ok", 1)
    assert answer["content"]["data"]["titre"] == "avant"
    assert lab.put(id_d, "annexe", "perdue.pdf")["result"] == "ok"
    assert lab.drop(id_d, "document")["data"]["document"] == ["arrete.pdf"]
    assert "annexe" not in lab.data(id_d)
    assert lab.refused(lambda: lab.act(id_d, "orientation")) == BUSY
    document.release(other)
    assert lab.patch(id_d, titre="gardé")["content"]["data"]["titre"] == "gardé"


def test_the_same_action_twice_at_once_runs_once(lab: Lab) -> None:
    id_d = lab.draft()
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def call() -> None:
        start.wait(20)
        try:
            outcomes.append(lab.act(id_d, "orientation"))
        except ApiError as refused:
            outcomes.append(str(refused.status))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes)[:7] == ["400"] * 7
    assert [row[0] for row in lab.journal(id_d)].count("preparation-transformation") == 1


def test_while_the_daemon_holds_a_document_it_can_be_read_and_nothing_else(lab: Lab) -> None:
    id_d = lab.draft(signature=True)
    lab.act(id_d, "orientation")
    while not lab.data(id_d).get("has_historique"):
        lab.tick()
    # The daemon is in the middle of its check.
    assert lab.state(id_d) == "send-iparapheur"
    assert lab.refused(lambda: lab.act(id_d, "verif-iparapheur")) == BUSY
    assert lab.refused(lambda: lab.act(id_d, "fatal-error")) == BUSY
    lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
    lab.tick()
    assert lab.data(id_d)["iparapheur_sous_type"] == "Arrêté individuel"
    assert lab.state(id_d) == "recu-iparapheur"


def test_who_looks_when_the_document_is_busy_comes_back_later(lab: Lab) -> None:
    id_d = lab.draft()
    lab.act(id_d, "orientation")
    document = lab.platform.documents._documents[id_d]
    other = object()
    document.hold(other, now=lab.clock.now())
    lab.tick(3)
    assert lab.state(id_d) == "preparation-transformation"
    document.release(other)
    lab.later(minutes=10)
    assert lab.path(id_d)[-1] == "termine"
