"""A lot that answers the préfecture: how it is declared, and what has no place in it."""

from __future__ import annotations

import pytest

NAME = "PC0629912600012_REPONSE_PREF_20260914T093000_01"
ASKED = {"id_depot": "PC0629912600012_ARR_ACCORD_20260914T093000_01", "message": 48600}


@pytest.fixture
def answer(desk):
    lot = desk.lot(NAME).set("document.code", "REPONSE_PREF").set("reponse_a", ASKED)
    return lot.set("circuit", {"signature": False}).set("legalite", {"transmettre": True})


def test_an_answer_is_a_document_without_number_nor_date(desk, answer):
    deposit = desk.read(answer)
    asked = deposit.manifest.reponse_a
    assert (asked.id_depot, asked.message, asked.envoi) == (*ASKED.values(), "reponse")
    assert (deposit.transmettre, deposit.signer, deposit.type_piece) == (True, False, "99_AI")


def test_an_answer_may_be_signed_first(desk, answer):
    assert desk.read(answer.set("circuit", {"signature": True})).sous_type == "Arrete"


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("reponse_a", None, ("CHAMP_MANQUANT", "reponse_a")),
        ("reponse_a", "48600", ("CHAMP_INVALIDE", "reponse_a")),
        ("reponse_a", {"id_depot": "A"}, ("CHAMP_MANQUANT", "reponse_a.message")),
        ("reponse_a", {"message": 1}, ("CHAMP_MANQUANT", "reponse_a.id_depot")),
        ("reponse_a", {**ASKED, "message": "48600"}, ("CHAMP_INVALIDE", "reponse_a.message")),
        ("reponse_a", {**ASKED, "envoi": "silence"}, ("CHAMP_INVALIDE", "reponse_a.envoi")),
        ("reponse_a", {**ASKED, "autre": 1}, ("CHAMP_INVALIDE", "reponse_a.autre")),
        ("legalite.numero_acte", "N1", ("CHAMP_INVALIDE", "legalite.numero_acte")),
        ("legalite.date_acte", "2026-09-01", ("CHAMP_INVALIDE", "legalite.date_acte")),
        ("legalite.date_affichage", "2026-09-01", ("CHAMP_INVALIDE", "legalite.date_affichage")),
        ("legalite.transmettre", False, ("CHAMP_INVALIDE", "legalite.transmettre")),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(desk, answer, path, value, error):
    assert error in desk.errors(answer.set(path, value))


def test_an_acte_answers_nothing(desk):
    lot = desk.lot().set("reponse_a", ASKED)
    assert ("CODE_DOCUMENT", "document.code") in desk.errors(lot)


def test_the_day_of_publication_is_not_before_the_acte(desk):
    lot = desk.lot().set("legalite.date_acte", "2026-09-10").set("legalite.date_affichage", "2026-09-09")
    assert desk.errors(lot) == [("DATE_ACTE", "legalite.date_affichage")]


def test_nothing_of_a_lot_that_is_kept_is_purged(tree, world):
    from datetime import datetime, timedelta

    from cdg62_connect.operis import ReturnEvent, ReturnState

    event = ReturnEvent(
        id_depot=world.lot_name,
        sequence=1,
        etat=ReturnState.SIGNE,
        date=world.now,
        dossier_numero="PC",
        dossier_id_externe=None,
        document_code="ARR_ACCORD",
    )
    folder = tree.publish_return(event)
    (folder / ".repris").touch()
    later = datetime.fromtimestamp((folder / ".repris").stat().st_mtime, world.now.tzinfo) + timedelta(
        days=100
    )
    assert tree.purge(moment=later, keep_days=90, kept={world.lot_name}) == []
    assert tree.purge(moment=later, keep_days=90) == [folder]
