"""Following a dossier, clearing it, and the echo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cdg62_connect.errors import (
    AnswerLost,
    InvalidInput,
    NotFound,
    NotReady,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import ArchivageAction, Archived, LogEntry

KEY = "ads-PC0620412400017-01"


def entry(timestamp: str, status: str, annotation: str = "<annotation/>", nom: str = "Jeanne Durand") -> str:
    return (
        f"<LogDossier><timestamp>{timestamp}</timestamp><nom>{nom}</nom><status>{status}</status>{annotation}"
        "<accessible>OK</accessible><inconnu/></LogDossier>"
    )


def test_a_history_comes_oldest_first_as_the_parapheur_tells_it(parapheur, canned, answer, retour) -> None:
    same = "2026-03-03T09:12:04.003+01:00"
    canned.will(
        answer(
            "GetHistoDossierResponse",
            retour()
            + entry(same, "NonLu", "<annotation>Création de dossier</annotation>")
            + entry("2026-03-03T07:12:04.003Z", "Lu", annotation="")
            + entry("hier", "Signe")
            + entry("2026-03-03T09:12:04", "Archive"),
            prefix="SOAP-ENV",
        )
    )
    assert parapheur.dossiers.historique(KEY) == (
        LogEntry(
            datetime(2026, 3, 3, 9, 12, 4, 3000, tzinfo=timezone(timedelta(hours=1))),
            "Jeanne Durand",
            "NonLu",
            "Création de dossier",
        ),
        LogEntry(datetime(2026, 3, 3, 7, 12, 4, 3000, tzinfo=UTC), "Jeanne Durand", "Lu", ""),
        LogEntry(None, "Jeanne Durand", "Signe", ""),
        LogEntry(None, "Jeanne Durand", "Archive", ""),
    )
    assert canned.asked[0].root.text == KEY


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        ("OK", "", NotFound),
        ("KO", "", NotFound),
        ("KO", "Dossier x introuvable.", NotFound),
        ("KO", "Ce dossier n’existe pas", NotFound),
        ("KO", "Une phrase que personne n'a vue", NotFound),
        ("KO", "Erreur interne du serveur", Unavailable),
    ],
)
def test_an_empty_history_means_that_the_dossier_is_unknown(
    parapheur, canned, answer, retour, code: str, said: str, error: type[PlatformError]
) -> None:
    canned.will(answer("GetHistoDossierResponse", retour(code, said)))
    with pytest.raises(error) as refused:
        parapheur.dossiers.historique(KEY)
    assert refused.value.said == said
    canned.will(answer("GetHistoDossierResponse"))
    with pytest.raises(NotFound):
        parapheur.dossiers.historique(KEY)


def test_a_history_with_a_refusal_is_a_refusal(parapheur, canned, answer, retour) -> None:
    canned.will(answer("GetHistoDossierResponse", entry("x", "Archive") + retour("KO", "Non")))
    with pytest.raises(Refused):
        parapheur.dossiers.historique(KEY)
    canned.will(answer("GetHistoDossierResponse", entry("x", "Archive")))
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.historique(KEY)


def test_a_read_is_asked_again_when_its_answer_is_cut(parapheur, canned, answer, retour) -> None:
    whole = answer("GetHistoDossierResponse", entry("x", "Lu") + retour())
    cut = type(whole)(whole.body, cut_after=100)
    canned.will(cut, whole)
    assert [line.status for line in parapheur.dossiers.historique(KEY)] == ["Lu"]
    assert len(canned.asked) == 2


@pytest.mark.parametrize("dossier_id", ["", "a\x00", " a", "a\tb"])
def test_a_key_that_cannot_be_one_is_not_asked(parapheur, canned, dossier_id: str) -> None:
    for ask in (
        parapheur.dossiers.historique,
        parapheur.dossiers.archiver,
        parapheur.dossiers.effacer_rejete,
    ):
        with pytest.raises(InvalidInput):
            ask(dossier_id)
    assert canned.asked == []


def test_the_keys_of_others_are_asked_as_they_are(parapheur, canned, answer, retour) -> None:
    canned.will(answer("GetHistoDossierResponse", entry("x", "Lu") + retour()))
    parapheur.dossiers.historique("#0f7c:1/2 & 3")
    assert canned.asked[0].root.text == "#0f7c:1/2 & 3"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("java.lang.NullPointerException", Unavailable),
        ("Dossier introuvable", NotFound),
        ("NodeRef does not exist", NotFound),
    ],
)
def test_a_fault_on_a_read_is_a_refusal_if_it_says_so_else_a_wait(
    parapheur, canned, fault, text: str, error: type[PlatformError]
) -> None:
    canned.will(fault(text))
    with pytest.raises(error) as refused:
        parapheur.dossiers.historique(KEY)
    assert refused.value.said == text


def test_what_is_not_the_protocol_is_told_with_its_title(parapheur, canned, page, answer, retour) -> None:
    canned.will(page("Connexion au parapheur &amp; co"))
    with pytest.raises(UnreadableAnswer) as unreadable:
        parapheur.dossiers.historique(KEY)
    assert unreadable.value.said == "Connexion au parapheur & co"
    canned.will(page("Erreur interne", status=500))
    with pytest.raises(Unavailable) as down:
        parapheur.dossiers.historique(KEY)
    assert down.value.said == "Erreur interne"
    whole = answer("GetHistoDossierResponse", retour())
    canned.will(type(whole)(whole.body[:-30]))
    with pytest.raises(AnswerLost):
        parapheur.dossiers.historique(KEY)
    canned.will(answer("GetDossierResponse", retour()))
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.historique(KEY)


def test_archiving_deletes_unless_told_otherwise(parapheur, canned, answer, retour) -> None:
    nil = '<URL xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    canned.will(answer("ArchiverDossierResponse", nil + retour("OK", "Dossier x supprimé du Parapheur.")))
    assert parapheur.dossiers.archiver(KEY) == Archived("Dossier x supprimé du Parapheur.", "")
    assert canned.asked[0].fields() == {"DossierID": KEY, "ArchivageAction": "EFFACER"}
    canned.will(answer("ArchiverDossierResponse", "<URL>https://archives.invalid/1</URL>" + retour()))
    archived = parapheur.dossiers.archiver(KEY, action=ArchivageAction.ARCHIVER)
    assert archived.url == "https://archives.invalid/1"
    assert canned.asked[1].fields()["ArchivageAction"] == "ARCHIVER"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Dossier {key} introuvable.", NotFound),
        ("Le dossierID '{key}' n'est pas archivable.", NotReady),
        ("LE DOSSIER N’EST PAS ARCHIVABLE", NotReady),
        ("Non", Refused),
    ],
)
@pytest.mark.parametrize("key", [KEY, "permis-introuvable"])
def test_a_refusal_to_archive_is_told_by_its_sentence_and_not_by_the_key_in_it(
    parapheur, canned, answer, retour, said: str, error: type[PlatformError], key: str
) -> None:
    canned.will(answer("ArchiverDossierResponse", retour("KO", said.format(key=key))))
    with pytest.raises(error) as refused:
        parapheur.dossiers.archiver(key)
    assert type(refused.value) is error


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Dossier x introuvable.", NotFound),
        ("Le dossier x n'est pas rejeté", NotReady),
        ("Le dossier x n'est pas dans l'état rejeté", NotReady),
        ("Le circuit est en cours", NotReady),
        ("Droits insuffisants", Refused),
        ("", Refused),
    ],
)
def test_deleting_a_rejected_dossier(
    parapheur, canned, answer, retour, said: str, error: type[PlatformError]
) -> None:
    canned.will(answer("EffacerDossierRejeteResponse", retour()))
    assert parapheur.dossiers.effacer_rejete(KEY) is None
    assert canned.asked[0].root.text == KEY
    canned.will(answer("EffacerDossierRejeteResponse", retour("KO", said)))
    with pytest.raises(error) as refused:
        parapheur.dossiers.effacer_rejete(KEY)
    assert type(refused.value) is error


def test_clearing_without_a_clear_answer_leaves_the_outcome_unknown(parapheur, canned, answer, fault) -> None:
    for clear in (parapheur.dossiers.archiver, parapheur.dossiers.effacer_rejete):
        canned.will(fault("Dossier introuvable"))
        with pytest.raises(OutcomeUnknown):
            clear(KEY)
    canned.will(answer("ArchiverDossierResponse"))
    with pytest.raises(OutcomeUnknown):
        parapheur.dossiers.archiver(KEY)


@pytest.mark.parametrize("text", ["Voix ambiguë d'un cœur & <zéphyr>", "", "deux\nlignes\x00"])
def test_the_echo_contains_what_was_said(parapheur, canned, answer, text: str) -> None:
    heard = text.replace("\x00", "").replace("&", "&amp;").replace("<", "&lt;")
    canned.will(answer("echoResponse", f'[ws@cdg] m\'a dit: "{heard}"!'))
    assert parapheur.echo(text).startswith("[ws@cdg] m'a dit")
    assert (canned.asked[0].root.text or "") == text.replace("\x00", "")


def test_an_echo_that_says_something_else_is_not_one(parapheur, canned, answer) -> None:
    canned.will(answer("echoResponse", "Bonjour"))
    with pytest.raises(UnreadableAnswer):
        parapheur.echo("test")
