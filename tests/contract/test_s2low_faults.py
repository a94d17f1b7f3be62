"""What goes wrong on the way to S2LOW: an acte is never transmitted twice, a read always ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import S2low
from cdg62_connect.errors import (
    AnswerLost,
    AuthenticationRefused,
    NotSent,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.s2low import NewActe, NumberAlreadyUsed
from cdg62_connect.simulator import Faults, SimClock, Simulator
from cdg62_connect.transport import HttpSession, RetryPolicy, Timeouts

Make = Callable[..., NewActe]
Arm = Callable[..., None]

LOST = ["couper", "tronquer", "http_500", "http_502", "http_503", "html"]
ONCE = {"216209916/PC62991_26A0012": 1}


@pytest.fixture
def arm(pannes: Faults) -> Arm:
    def add(operation: str, effet: str, **more: Any) -> None:
        pannes.add({"plateforme": "s2low", "operation": operation, "effet": effet, **more})

    return add


@pytest.fixture
def acknowledged(s2low: S2low, simulator: Simulator, new_acte: Make) -> int:
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    return transaction


def created(simulator: Simulator) -> Any:
    return simulator.s2low.snapshot()["creations"]


@pytest.mark.parametrize("effet", LOST)
def test_an_acte_whose_answer_is_lost_is_of_unknown_outcome_and_exists_once(
    s2low: S2low, simulator: Simulator, pannes: Faults, arm: Arm, new_acte: Make, effet: str
) -> None:
    arm("actes_transac_create", effet, moment="apres")
    with pytest.raises(OutcomeUnknown) as unknown:
        s2low.actes.transmettre(new_acte())
    assert (unknown.value.platform, unknown.value.operation) == ("s2low", "actes_transac_create")
    assert created(simulator) == ONCE
    assert pannes.calls == {"s2low": {"actes_transac_create": 1}}

    # the two ways to know
    (found,) = s2low.actes.lister(1).numbered("PC62991_26A0012")
    assert s2low.actes.statut(found.id).in_progress
    with pytest.raises(NumberAlreadyUsed):
        s2low.actes.transmettre(new_acte())
    assert created(simulator) == ONCE


@pytest.mark.parametrize("effet", [effet for effet in LOST if effet != "tronquer"])
def test_an_acte_lost_on_its_way_looks_the_same_and_its_number_is_free(
    s2low: S2low, simulator: Simulator, arm: Arm, new_acte: Make, effet: str
) -> None:
    arm("actes_transac_create", effet, moment="avant")
    with pytest.raises(OutcomeUnknown):
        s2low.actes.transmettre(new_acte())
    assert created(simulator) == {}
    s2low.actes.transmettre(new_acte())
    assert created(simulator) == ONCE


def test_a_fault_may_aim_at_one_acte_among_others(
    s2low: S2low, simulator: Simulator, arm: Arm, new_acte: Make
) -> None:
    arm("actes_transac_create", "couper", moment="apres", contient="0013")
    s2low.actes.transmettre(new_acte())
    with pytest.raises(OutcomeUnknown):
        s2low.actes.transmettre(new_acte("PC62991_26A0013"))
    s2low.actes.transmettre(new_acte("PC62991_26A0014"))
    assert len(created(simulator)) == 3


def test_a_platform_that_never_answers_leaves_the_acte_unknown_and_a_read_lost(
    s2low_session: Callable[..., HttpSession], pannes: Faults, arm: Arm, new_acte: Make
) -> None:
    arm("actes_transac_create", "lenteur", moment="apres", secondes=600)
    arm("list_actes", "lenteur", secondes=600, fois=2)
    hurried = S2low(s2low_session(timeouts=Timeouts(read=0.5), retry=RetryPolicy(attempts=2)))
    with pytest.raises(OutcomeUnknown, match="s'est tue"):
        hurried.actes.transmettre(new_acte())
    with pytest.raises(AnswerLost, match="s'est tue"):
        hurried.actes.lister(1)
    assert pannes.calls == {"s2low": {"actes_transac_create": 1, "list_actes": 2}}


READS = {
    "test-connexion": lambda s2low, _id, _file, _into: s2low.connexion.test() or "ok",
    "actes_transac_get_status": lambda s2low, id_, _file, _into: s2low.actes.statut(id_),
    "actes_transac_get_ARActe": lambda s2low, id_, _file, _into: s2low.actes.ar(id_),
    "actes_transac_get_files_list": lambda s2low, id_, _file, _into: s2low.actes.fichiers(id_),
    "actes_download_file": lambda s2low, _id, file, into: s2low.actes.telecharger(
        file, into=into
    ).path.read_bytes(),
    "actes_create_pdf": lambda s2low, id_, _file, into: s2low.actes.bordereau(id_, into=into).size,
    "list_actes": lambda s2low, _id, _file, _into: s2low.actes.lister(4),
    "actes_classification_fetch": lambda s2low, _id, _file, _into: s2low.classification.lire(),
}
"""A call per page of S2LOW, and something of what it gives."""


@pytest.fixture(params=list(READS))
def read(request: pytest.FixtureRequest, s2low: S2low, acknowledged: int, into: Path) -> Any:
    """The name of a page, and a call that reads it."""
    file = s2low.actes.fichiers(acknowledged)[1].id
    return request.param, lambda: READS[request.param](s2low, acknowledged, file, into)


@pytest.mark.parametrize("effet", ["couper", "tronquer"])
def test_a_read_that_is_cut_twice_is_done_again(
    read: Any, pannes: Faults, arm: Arm, horloge: SimClock, into: Path, effet: str
) -> None:
    operation, call = read
    whole = call()
    calls = pannes.calls["s2low"][operation]
    arm(operation, effet, fois=2)
    before = horloge.now()
    assert call() == whole
    assert pannes.calls["s2low"][operation] == calls + 3
    assert horloge.now() - before == timedelta(seconds=1 + 2)
    assert len(list(into.iterdir())) in (0, 2)


@pytest.mark.parametrize(
    ("effet", "error"),
    [
        ("couper", AnswerLost),
        ("tronquer", AnswerLost),
        ("http_502", Unavailable),
        ("http_503", Unavailable),
        ("http_500", Unavailable),
        ("html", AuthenticationRefused),
    ],
)
def test_a_read_that_never_succeeds_says_why_and_leaves_no_file(
    read: Any, pannes: Faults, arm: Arm, into: Path, effet: str, error: type[Exception]
) -> None:
    operation, call = read
    attempts = 1 if effet in ("http_500", "html") else 4
    arm(operation, effet, fois=attempts)
    with pytest.raises(error):
        call()
    assert pannes.unmet() == []
    assert list(into.iterdir()) == []


def test_a_read_waits_as_long_as_s2low_asks(
    s2low: S2low, arm: Arm, horloge: SimClock, acknowledged: int
) -> None:
    arm("actes_transac_get_status", "http_503", secondes=90)
    before = horloge.now()
    assert s2low.actes.statut(acknowledged).acknowledged
    assert horloge.now() - before == timedelta(seconds=90)


def test_a_download_above_the_limit_leaves_no_file(
    s2low: S2low, acknowledged: int, into: Path, arrete: Path
) -> None:
    file = s2low.actes.fichiers(acknowledged)[1]
    with pytest.raises(UnreadableAnswer):
        s2low.actes.telecharger(file.id, into=into, limit=arrete.stat().st_size - 1)
    assert list(into.iterdir()) == []
    assert s2low.actes.telecharger(file.id, into=into, limit=arrete.stat().st_size).size == file.size


def test_a_platform_that_is_switched_off_was_sent_nothing(
    s2low_session: Callable[..., HttpSession], closed_port: int, new_acte: Make
) -> None:
    off = S2low(s2low_session(url=f"https://127.0.0.1:{closed_port}"))
    with pytest.raises(NotSent):
        off.actes.transmettre(new_acte())
