"""One table says what each status means, of SOAP and of a v5; what it lacks is told and ends nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cdg62_connect.iparapheur import (
    STATUTS,
    Acte,
    LogEntry,
    Meaning,
    Progress,
    progress,
    statut,
    statut_v5,
)

NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
SOAP = {
    "NonLu": (Progress.PENDING, Meaning.WAITING, None),
    "Lu": (Progress.PENDING, Meaning.SEEN, None),
    "ATraiter": (Progress.PENDING, Meaning.WAITING, None),
    "EnCoursVisa": (Progress.PENDING, Meaning.WAITING, Acte.VISA),
    "Vise": (Progress.PENDING, Meaning.APPROVED, Acte.VISA),
    "RejetVisa": (Progress.REJECTED, Meaning.REFUSED, Acte.VISA),
    "Signe": (Progress.PENDING, Meaning.SIGNED, Acte.SIGNATURE),
    "SignatairePapier": (Progress.PENDING, Meaning.SIGNED, Acte.SIGNATURE),
    "RejetSignataire": (Progress.REJECTED, Meaning.REFUSED, Acte.SIGNATURE),
    "PretCachet": (Progress.PENDING, Meaning.WAITING, Acte.CACHET),
    "CachetOK": (Progress.PENDING, Meaning.SIGNED, Acte.CACHET),
    "RejetCachet": (Progress.REJECTED, Meaning.REFUSED, Acte.CACHET),
    "PretMailSecPastell": (Progress.PENDING, Meaning.WAITING, Acte.MAIL_SECURISE),
    "EnCoursMailSecPastell": (Progress.PENDING, Meaning.WAITING, Acte.MAIL_SECURISE),
    "RejetMailSecPastell": (Progress.REJECTED, Meaning.REFUSED, Acte.MAIL_SECURISE),
    "EnCoursSignataireExterne": (Progress.PENDING, Meaning.WAITING, Acte.SIGNATURE_EXTERNE),
    "RejetSignataireExterne": (Progress.REJECTED, Meaning.REFUSED, Acte.SIGNATURE_EXTERNE),
    "PretTdT": (Progress.PENDING, Meaning.WAITING, Acte.TELETRANSMISSION),
    "EnCoursTransmission": (Progress.PENDING, Meaning.WAITING, Acte.TELETRANSMISSION),
    "TransmissionOK": (Progress.PENDING, Meaning.DELIVERED, Acte.TELETRANSMISSION),
    "TransmissionKO": (Progress.PENDING, Meaning.FAILED, Acte.TELETRANSMISSION),
    "Archive": (Progress.FINISHED, Meaning.ARCHIVED, Acte.ARCHIVAGE),
}


def entry(status: str, actor: str = "Ana", annotation: str = "") -> LogEntry:
    return LogEntry(NINE, actor, status, annotation)


@pytest.mark.parametrize("status", SOAP)
def test_every_status_of_the_protocol_has_its_state(status: str) -> None:
    state = progress([entry("NonLu"), entry(status)])
    assert (state.progress, state.meaning, state.acte) == SOAP[status]
    assert (state.status, state.unknown) == (status, ())


@pytest.mark.parametrize("status", ["JamaisVu", "", "archive", "ARCHIVER", "SigneExterne"])
def test_an_unknown_status_is_told_and_never_an_end(status: str) -> None:
    state = progress([entry("AutreInconnu"), entry("Vise"), entry(status), entry(status)])
    assert (state.progress, state.meaning) == (Progress.PENDING, Meaning.UNKNOWN)
    assert state.unknown == ("AutreInconnu", status)


def test_a_rejection_at_a_step_that_nobody_has_met_is_one_and_is_told_as_unknown() -> None:
    state = progress([entry("NonLu"), entry("RejetNouveau", "DGS", "Non")])
    assert (state.progress, state.by, state.reason) == (Progress.REJECTED, "DGS", "Non")
    assert state.unknown == ("RejetNouveau",)


def test_what_is_waited_for_is_told_by_the_last_entry_that_says_it() -> None:
    # The note of the emitter comes after the deposit, with a status that says nothing.
    assert progress([entry("EnCoursVisa"), entry("NonLu")]).acte is Acte.VISA
    assert progress([entry("Vise"), entry("NonLu")]).acte is None


@pytest.mark.parametrize(
    "action", ["VISA", "SIGNATURE", "SEAL", "EXTERNAL_SIGNATURE", "SECURE_MAIL", "START"]
)
def test_an_action_of_a_v5_waits_until_it_is_done(action: str) -> None:
    current = progress([entry("START"), entry(statut_v5(action, done=False))])
    done = progress([entry("START"), entry(statut_v5(action, done=True))])
    assert (current.progress, current.meaning) == (Progress.PENDING, Meaning.WAITING)
    assert done.progress is Progress.PENDING
    assert current.unknown == done.unknown == ()


def test_a_v5_that_waits_for_the_archiving_has_ended() -> None:
    lines = [entry("START"), entry("SIGNATURE", "Maire"), entry(statut_v5("ARCHIVE", done=False), "")]
    state = progress(lines)
    assert (state.progress, state.signed_by) == (Progress.FINISHED, "Maire")


def test_a_v5_that_waits_for_the_deletion_was_refused_by_who_refused_it() -> None:
    deletion = statut_v5("DELETE", done=False)
    waiting = statut_v5("SIGNATURE", done=False)
    state = progress([entry("VISA"), entry("REJECT", "Maire", "Non conforme"), entry(deletion, "")])
    assert (state.progress, state.by, state.reason) == (Progress.REJECTED, "Maire", "Non conforme")
    assert progress([entry(waiting), entry(deletion)]).progress is Progress.PENDING


def test_every_row_of_the_table_is_found_by_its_code() -> None:
    assert all(statut(code) == row for code, row in STATUTS.items())
    assert set(SOAP) <= set(STATUTS)
    assert not any(row.meaning is Meaning.UNKNOWN for row in STATUTS.values())
