"""Where a folder stands, by what its PREMIS shows at each moment of its life."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdg62_connect.iparapheur.rest_v5 import Action, Stade, read_premis, situation
from support.parapheur_rest import event, premis

DONE = "2026-03-02T09:15:00.000+0000"
START = event("START", task="k0", date=DONE, agent="ws", desk="Service Web")
TO_COME = event("ARCHIVE")


def stage(*events: str) -> Stade:
    return situation(read_premis(premis(*events))).stade


def test_a_folder_without_any_event_is_being_prepared() -> None:
    assert stage() is Stade.INITIALISATION
    assert stage(event("CREATE", date=DONE)) is Stade.INITIALISATION


def test_a_draft_waits_for_its_start_and_tells_the_task() -> None:
    found = situation(read_premis(premis(event("START", task="k0"), event("VISA"), TO_COME)))
    assert (found.stade, found.tache) == (Stade.BROUILLON, "k0")


def test_a_step_without_date_is_waited_for_at_its_desk() -> None:
    found = situation(read_premis(premis(START, event("VISA", task="k1", desk="ADS"), TO_COME)))
    assert (found.stade, found.attendues, found.bureaux) == (Stade.EN_COURS, ("VISA",), ("ADS",))


def test_several_desks_at_work_side_by_side_are_all_waited_for() -> None:
    found = situation(
        read_premis(premis(START, event("VISA", task="k1"), event("SIGNATURE", task="k2"), TO_COME))
    )
    assert (found.stade, found.attendues) == (Stade.EN_COURS, ("VISA", "SIGNATURE"))


def test_a_step_is_done_by_its_date_even_when_nobody_is_named() -> None:
    found = situation(
        read_premis(premis(START, event("SIGNATURE", task="k1", date=DONE), event("ARCHIVE", task="k2")))
    )
    assert found.stade is Stade.TERMINE
    assert (found.tache, found.signe_le, found.signe_par) == (
        "k2",
        datetime(2026, 3, 2, 9, 15, tzinfo=UTC),
        "",
    )


def test_a_seal_counts_as_signature_only_when_there_is_none() -> None:
    seal = event("SEAL", task="k1", date="2026-03-05T09:00:00+0000", agent="cachet")
    signature = event("SIGNATURE", task="k2", date=DONE, agent="maire")
    alone = situation(read_premis(premis(START, seal, event("ARCHIVE", task="k3"))))
    both = situation(read_premis(premis(START, signature, seal, event("ARCHIVE", task="k3"))))
    assert (alone.signe_par, both.signe_par) == ("cachet", "maire")


def test_a_rejection_tells_who_where_when_and_why() -> None:
    rejected = event("REJECT", task="k1", date=DONE, agent="maire", desk="Maire", note="Pièce manquante")
    found = situation(read_premis(premis(START, rejected, event("DELETE", task="k2"))))
    assert found.stade is Stade.REJETE
    assert (found.motif, found.refuse_par, found.refuse_bureau) == ("Pièce manquante", "maire", "Maire")
    assert found.refuse_le == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def test_a_deletion_waited_for_without_rejection_is_no_rejection() -> None:
    assert stage(START, event("DELETE", task="k2")) is Stade.EN_COURS


def test_a_rejected_folder_that_is_recycled_is_a_draft_again() -> None:
    rejected = event("REJECT", task="k1", date=DONE)
    assert stage(START, rejected, event("RECYCLE", date=DONE), event("START", task="k9")) is Stade.BROUILLON


def test_who_reads_does_not_make_a_folder_move() -> None:
    read = event("READ", task="k5", date=DONE)
    assert stage(START, event("SIGNATURE", task="k1"), read, TO_COME) is Stade.EN_COURS
    assert stage(event("START", task="k0"), event("READ", task="k5", date=DONE)) is Stade.BROUILLON


def test_a_folder_that_left_for_the_trash_bin_was_finished() -> None:
    assert (
        stage(START, event("VISA", task="k1", date=DONE), event("ARCHIVE", task="k2", date=DONE))
        is Stade.TERMINE
    )


def test_an_action_that_nobody_has_seen_is_waited_for() -> None:
    assert stage(START, event("TELEPATHIE", task="k1"), TO_COME) is Stade.EN_COURS


@settings(suppress_health_check=[HealthCheck.too_slow])  # of the machine, not of what is tested
@given(
    st.lists(
        st.tuples(
            st.sampled_from([one.value for one in Action] + ["AUTRE"]),
            st.sampled_from(["", "k"]),
            st.sampled_from(["", DONE]),
        ),
        max_size=8,
    )
)
def test_a_folder_is_never_finished_or_rejected_while_something_else_is_waited_for(
    events: list[tuple[str, str, str]],
) -> None:
    found = situation(
        read_premis(premis(*(event(action, task=task, date=when) for action, task, when in events)))
    )
    waited = {action for action, task, when in events if task and not when} - {"READ", "UPDATE"}
    if waited - {"ARCHIVE", "DELETE", "START"}:
        assert found.stade is Stade.EN_COURS
    if found.stade is Stade.REJETE:
        assert any(action == "REJECT" and when for action, _, when in events)


@pytest.mark.parametrize("stade", list(Stade))
def test_a_stage_has_words_for_people(stade: Stade) -> None:
    assert stade.value
