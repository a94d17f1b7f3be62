"""The last entry of a history decides where a dossier stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur import LogEntry, Progress, progress

START = datetime(2026, 3, 3, 9, tzinfo=UTC)


def history(*lines: str) -> list[LogEntry]:
    """Lines ``status`` or ``status actor: annotation``, one hour apart."""
    entries: list[LogEntry] = []
    for hour, line in enumerate(lines):
        head, _, annotation = line.partition(": ")
        status, _, actor = head.partition(" ")
        entries.append(LogEntry(START + timedelta(hours=hour), actor, status, annotation))
    return entries


@pytest.mark.parametrize(
    "last",
    [
        "NonLu",
        "Lu",
        "Vise",
        "Signe",
        "EnCoursVisa",
        "CachetOK",
        "TransmissionKO",
        "JamaisVu",
        "",
        "archive",
        "Archiver",
    ],
)
def test_anything_but_an_end_is_pending_and_told_as_it_is(last: str) -> None:
    state = progress(history("NonLu", last))
    assert (state.progress, state.status, state.reason) == (Progress.PENDING, last, "")


def test_a_finished_circuit_tells_who_signed_and_when() -> None:
    state = progress(history("NonLu WS", "Signe Maire", "Vise DGS", "Archive WS: Circuit terminé"))
    assert state.progress is Progress.FINISHED
    assert (state.signed_by, state.signed_at) == ("Maire", START + timedelta(hours=1))
    assert (state.by, state.at, state.reason) == ("WS", START + timedelta(hours=3), "")


@pytest.mark.parametrize("status", ["Signe", "SignatairePapier", "CachetOK"])
def test_the_latest_signature_or_seal_counts(status: str) -> None:
    assert progress(history("Signe Adjoint", f"{status} Maire", "Archive")).signed_by == "Maire"


def test_a_circuit_of_visas_is_finished_without_signature() -> None:
    state = progress(history("NonLu", "Vise DGS", "Archive"))
    assert (state.progress, state.signed_at, state.signed_by) == (Progress.FINISHED, None, "")


@pytest.mark.parametrize(
    "status",
    [
        "RejetVisa",
        "RejetSignataire",
        "RejetCachet",
        "RejetMailSecPastell",
        "RejetSignataireExterne",
        "RejetInconnu",
    ],
)
def test_a_rejection_tells_who_and_why(status: str) -> None:
    state = progress(history("NonLu", f"{status} Maire: Surface de plancher fausse"))
    assert (state.progress, state.status) == (Progress.REJECTED, status)
    assert (state.by, state.reason) == ("Maire", "Surface de plancher fausse")


def test_a_rejection_that_was_taken_back_is_over() -> None:
    assert progress(history("RejetVisa DGS: non", "NonLu")).progress is Progress.PENDING


def test_the_order_is_never_the_one_of_the_moments() -> None:
    lines = history("Archive", "NonLu")
    assert progress([lines[1], lines[0]]).progress is Progress.FINISHED


def test_an_empty_history_is_no_state() -> None:
    with pytest.raises(InvalidInput):
        progress([])
