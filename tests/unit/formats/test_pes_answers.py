from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import (
    AcquitRemedy,
    AcquitVerdict,
    PesAcquit,
    RetourClient,
    RetourPiece,
    iter_retour,
)

FIXTURES = Path(__file__).parents[3] / "fixtures" / "pes"


def acquit(name: str) -> PesAcquit:
    return PesAcquit.read((FIXTURES / f"{name}.xml").read_bytes())


def test_an_answer_names_the_flow_that_it_is_about() -> None:
    read = acquit("acquit_accepte")
    assert (read.nom_fic, read.cod_col, read.cod_bud, read.id_post) == (
        "VALMONT_DEP_2026_0057",
        "123",
        "00",
        "062099",
    )


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("acquit_accepte", AcquitVerdict.ACCEPTE),
        ("acquit_partiel", AcquitVerdict.PARTIEL),
        ("acquit_refuse", AcquitVerdict.REFUSE),
        ("acquit_ancien", AcquitVerdict.PARTIEL),
    ],
)
def test_the_verdict_is_that_of_every_element_together(name: str, verdict: AcquitVerdict) -> None:
    assert acquit(name).verdict is verdict


def test_a_refusal_says_which_piece_and_which_line_with_its_number_and_its_text() -> None:
    found = [
        (of.libelle_domaine, of.bordereau or of.id_unique, one.piece, one.ligne, one.code, one.numero, one.texte)
        for of, one in acquit("acquit_partiel").anomalies
    ]  # fmt: skip
    assert found == [
        ("dépense", "58", "840", "", "ERREUR_CUMUL_MONTANTS", "", ""),
        ("dépense", "58", "840", "1", "ERREUR_AUTRE", "1971", "Compte fonction présent à tort"),
        ("PJ", "FAC2026000833", "", "", "ERREUR_DOUBLON_PJ", "1984", "Identifiant unique déjà intégré"),
    ]


def test_the_older_form_is_read_too() -> None:
    ((element, anomalie),) = acquit("acquit_ancien").anomalies
    assert (element.exercice, element.bordereau) == ("2026", "12")
    assert (anomalie.piece, anomalie.ligne) == ("31", "1")
    assert anomalie.remedy is AcquitRemedy.DEJA_INTEGRE


def test_what_may_be_done_depends_on_the_code() -> None:
    data = (FIXTURES / "acquit_refuse.xml").read_bytes()
    for code, remedy in (
        (b"ERREUR_CODIQUE", AcquitRemedy.CORRIGER),
        (b"ERREUR_TIMEOUT", AcquitRemedy.RENVOYER),
        (b"ERREUR_DOUBLON_BORDEREAU", AcquitRemedy.DEJA_INTEGRE),
    ):
        ((_, anomalie),) = PesAcquit.read(data.replace(b"ERREUR_CODIQUE", code)).anomalies
        assert anomalie.remedy is remedy


def test_a_boolean_may_be_a_word() -> None:
    data = (FIXTURES / "acquit_accepte.xml").read_bytes().replace(b'EtatAck V="1"', b'EtatAck V="true"')
    assert PesAcquit.read(data).verdict is AcquitVerdict.ACCEPTE


def test_an_answer_without_any_element_accepts_nothing() -> None:
    data = b"<PES_ACQUIT><ACQUIT/></PES_ACQUIT>"
    assert PesAcquit.read(data).verdict is AcquitVerdict.VIDE
    said = b"<PES_ACQUIT><ACQUIT><ElementACQUIT><EtatAck V='?'/></ElementACQUIT></ACQUIT></PES_ACQUIT>"
    assert PesAcquit.read(said).verdict is AcquitVerdict.VIDE


def test_the_old_refusal_of_a_whole_flow_is_a_refusal() -> None:
    assert PesAcquit.read(b"<PES_NonAcquit/>").verdict is AcquitVerdict.REFUSE


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<html>", (FIXTURES / "aller_pj.xml").read_bytes()])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidFile) as refused:
        PesAcquit.read(data)
    assert refused.value.code == "ACQUIT_ILLISIBLE"


def test_an_answer_with_a_dtd_is_hostile() -> None:
    with pytest.raises(HostileInput):
        PesAcquit.read(b"<!DOCTYPE a><PES_ACQUIT/>")


def test_a_report_tells_the_state_of_each_piece_and_why() -> None:
    accepted, rejected = (
        part for part in iter_retour(FIXTURES / "retour.xml") if isinstance(part, RetourPiece)
    )
    assert (accepted.exercice, accepted.bordereau, accepted.id_pce, accepted.libelle_etat) == (
        "2026", "57", "832", "prise en charge"
    )  # fmt: skip
    assert not accepted.rejetee
    assert rejected.rejetee
    assert (rejected.observation, rejected.commentaire) == ("12", "Pièce justificative manquante")
    assert rejected.lignes[0].etat == "02"
    assert rejected.lignes[0].ht == Decimal("1200.00")


def test_a_report_tells_what_is_still_owed() -> None:
    (owed,) = (part for part in iter_retour(FIXTURES / "retour.xml") if isinstance(part, RetourClient))
    assert owed == RetourClient(
        ref_tiers="C0007", produit="0700", reste=Decimal("120.00"), frais=Decimal("7.50")
    )


def test_an_answer_is_not_a_report_though_they_share_a_namespace() -> None:
    with pytest.raises(InvalidFile) as refused:
        list(iter_retour(FIXTURES / "acquit_ancien.xml"))
    assert refused.value.code == "PAS_UN_PES_RETOUR"
