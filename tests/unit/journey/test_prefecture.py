"""Deadlines, rhythm and state after the accusé de réception."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.folding import fold
from cdg62_connect.journey.pace import LONGEST_LISTENING, first_look, next_look
from cdg62_connect.journey.prefecture import after_months, deadline_of, silence_of, words_of
from cdg62_connect.journey.state import Dossier, Stage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILE = ev.StoredFile(nature="document", nom="a.pdf", sha256="0" * 64)
ACCEPTED = ev.Accepted(
    siren="216209916",
    numero_dossier="PC",
    code_document="ARR_ACCORD",
    objet="o",
    document=FILE,
    signer=False,
    transmettre=True,
)
ACTE = (
    ACCEPTED,
    ev.AcknowledgementWritten(),
    ev.IntentRecorded(step="transmettre", key="N1", plan={"numero": "N1"}),
    ev.Transmitted(transaction=12, numero="N1", how="created"),
    ev.AcknowledgedByPrefecture(statut=4, acte_id="062-…", received_on=date(2026, 9, 1), files=(FILE,)),
    ev.Filed(where="archives"),
    ev.Closed(),
)
REQUEST = ev.PrefectureMessage(
    message=48600, sorte=3, dated=date(2026, 11, 1), deadline=date(2027, 1, 1), files=(FILE,)
)


def dossier_of(*facts: ev.Fact) -> Dossier:
    return fold("A", (ev.Event(seq=n, at=NOON, fact=fact) for n, fact in enumerate(facts, start=1)))


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 3, 12), date(2026, 5, 12)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2027, 1, 30)),
    ],
)
def test_two_months_are_counted_from_day_to_day(day: date, term: date) -> None:
    assert deadline_of(3, day) == deadline_of(4, day) == term
    assert deadline_of(2, day) is deadline_of(5, day) is None
    assert silence_of(term) == after_months(term, 2)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 30))
def test_months_later_is_in_the_right_month_and_never_on_a_later_day(day: date, months: int) -> None:
    later = after_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@given(st.text(min_size=1), st.integers(0, 500))
def test_looks_are_spread_and_end_unless_an_answer_is_awaited(name: str, age: int) -> None:
    since = NOON - timedelta(days=age)
    soon = next_look(name, NOON, since=since, awaits_answer=True)
    assert soon is not None
    assert timedelta(hours=18) <= soon - NOON <= timedelta(hours=30)
    following = next_look(name, NOON, since=since)
    assert (following is None) == (timedelta(days=age) >= LONGEST_LISTENING)
    if following is not None:
        assert timedelta(days=1.5) <= following - NOON <= timedelta(days=8.75)
    assert first_look(name, NOON) == next_look(name, NOON, since=NOON)


def test_actes_acknowledged_together_are_not_looked_at_together() -> None:
    looks = {first_look(f"PC{rank}", NOON) for rank in range(100)}
    assert len(looks) > 90


def test_a_closed_acte_listens_and_waits_for_an_answer_when_it_is_asked_for_one() -> None:
    closed = dossier_of(*ACTE)
    assert (closed.stage, closed.listens, closed.awaits_answer) == (Stage.CLOSED, True, False)
    asked = dossier_of(*ACTE, REQUEST)
    assert (asked.stage, asked.awaits_answer) == (Stage.IN_EXCHANGE, True)
    pending = asked.pending_returns[-1]
    assert pending.etat == "MESSAGE_PREFECTURE"
    assert pending.files == (FILE,)
    assert "01/01/2027" in pending.message
    assert pending.prefecture is not None
    assert pending.prefecture["echeance"] == "2027-01-01"


@pytest.mark.parametrize(
    "end",
    [
        ev.PrefectureAnswered(message=48600, reponse=48601, lot="B"),
        ev.PrefectureAnswered(message=48600, reponse=48601),
        ev.PrefectureSilent(message=48600),
        ev.ActeCancelled(statut=0),
    ],
    ids=["answered here", "answered on the site", "silence", "cancelled"],
)
def test_an_exchange_ends(end: ev.Fact) -> None:
    assert dossier_of(*ACTE, REQUEST, end).stage is Stage.CLOSED
    assert dossier_of(*ACTE, REQUEST, end).listens is not isinstance(end, ev.ActeCancelled)


def test_the_end_of_one_exchange_leaves_the_other_open() -> None:
    other = REQUEST.model_copy(update={"message": 48700})
    answered = ev.PrefectureAnswered(message=48600, reponse=48601)
    assert dossier_of(*ACTE, REQUEST, other, answered).stage is Stage.IN_EXCHANGE


@pytest.mark.parametrize("sorte", [2, 5])
def test_a_letter_and_a_defere_await_nothing(sorte: int) -> None:
    told = REQUEST.model_copy(update={"sorte": sorte, "deadline": None})
    assert dossier_of(*ACTE, told).stage is Stage.CLOSED
    assert "Réponse attendue" not in words_of(told)


def test_an_answer_is_no_acte_to_listen_for() -> None:
    to = ev.AnswerTo(id_depot="A", message=48600, sorte=3, acte=12, acte_id="062-…", numero="N1")
    answer = dossier_of(ACCEPTED.model_copy(update={"reponse_a": to}), *ACTE[1:])
    assert (answer.listens, answer.answers) == (False, "reponse:48600")
    letter = dossier_of(
        ACCEPTED.model_copy(update={"reponse_a": to}), *ACTE[1:4], ev.AnswerDelivered(statut=3)
    )
    assert letter.finished


def test_a_refused_classification_frees_the_dossier_for_another_number() -> None:
    refused = ev.ClassificationOutdated(statut=-1, transaction=12, numero="N1", reason="002")
    reserved = ev.NumberReserved(numero="N1")
    again = dossier_of(ACTE[0], ACTE[1], reserved, *ACTE[2:4], refused)
    assert (again.transmitted, again.numero, again.resends) == (None, "", 1)
    assert again.sent == {"numero": "N1"}
    assert (again.progress, again.finished) == (Stage.CHECKED, False)
    renewed = dossier_of(
        ACTE[0],
        ACTE[1],
        reserved,
        *ACTE[2:4],
        refused,
        ev.ClassificationRenewed(version_du=date(2026, 10, 1)),
    )
    assert renewed.outdated is None
    sent = dossier_of(*ACTE[:4], refused, ev.Transmitted(transaction=13, numero="N1_2", how="created"))
    assert "sous le numéro N1_2" in sent.pending_returns[-1].message
