"""An acte that is refused after its deposit, or that waits: what stands in the way is a type."""

from __future__ import annotations

import pytest

from cdg62_connect.errors import NotReady, Refused
from cdg62_connect.s2low import (
    ActeStatus,
    DamagedFile,
    OutdatedClassification,
    PieceNotAllowed,
    RefusedByMinistry,
    RefusedByPlatform,
    SignatureRefused,
    WaitingForConfirmation,
)


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ("Anomalie signalee par le MI : 007 - Classification obsolète", OutdatedClassification),
        (
            "Anomalie signalée par le MIOMCT : 002 - ODT-VERIF-01 : la date de classification n'est pas à jour",
            OutdatedClassification,
        ),
        ("Enveloppe rejetée par le MI (002 : classification périmée)", OutdatedClassification),
        ("Anomalie signalee par le MI : 003 - la matière 2.9 n'est pas dans la liste", RefusedByMinistry),
        ("Enveloppe rejetée par le MI (004 : taille)", RefusedByMinistry),
        (
            "Enveloppe invalide : Problème sur 99_AI-062-x.pdf : la signature n'est pas valide",
            SignatureRefused,
        ),
        (
            "Enveloppe invalide : Problème sur 99_AI-062-x.pdf : le certificat du signataire est inconnu",
            SignatureRefused,
        ),
        ("Enveloppe invalide : Problème sur x.pdf : la typologie 99_DE n'est pas autorisée", PieceNotAllowed),
        ("Enveloppe invalide : Problème sur x.pdf : le fichier PDF est corrompu", DamagedFile),
        ("Enveloppe invalide : Problème sur x.pdf : le fichier PDF est protégé", DamagedFile),
        ("Un virus a été détecté dans l'enveloppe", DamagedFile),
        ("Enveloppe invalide : nommage", RefusedByPlatform),
        ("", RefusedByPlatform),
    ],
)
@pytest.mark.parametrize("spoken", ["utf-8", "question marks", "twice encoded"])
def test_a_refusal_is_told_by_what_the_sender_can_do(s2low, platform, message, refused, spoken):
    text = {
        "utf-8": message,
        "question marks": message.encode("ascii", "replace").decode(),
        "twice encoded": message.encode().decode("iso-8859-1"),
    }[spoken]
    platform.answers(b"OK\n-1\n<a><b/></a>" + text.encode())
    status = s2low.actes.statut(48211)
    assert type(status.refus) is refused
    assert isinstance(status.refus, Refused)
    assert status.refus.said == status.message
    assert status.refus.advice


@pytest.mark.parametrize("code", [17, 18])
def test_an_acte_that_waits_for_a_person_says_so(code):
    refus = ActeStatus(code, "").refus
    assert type(refus) is WaitingForConfirmation
    assert isinstance(refus, NotReady)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 13, 77])
def test_nothing_stands_in_the_way_of_the_others(code):
    assert ActeStatus(code, "", message="Enveloppe invalide : x").refus is None
