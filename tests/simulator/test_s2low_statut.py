"""How an acte goes from posted to acknowledged, refused or cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from cdg62_connect.simulator import Pas, Scenario, Simulator
from cdg62_connect.simulator.s2low import Classification, Rythme
from cdg62_connect.simulator.signing import sign_pades

ACTES = "/modules/actes"
NS = "{http://www.interieur.gouv.fr/ACTES#v1.1-20040216}"


def test_by_default_each_status_is_seen_once(s2low: Any) -> None:
    transaction = s2low.created()
    assert [s2low.status(transaction)[0] for _ in range(6)] == [1, 2, 3, 4, 4, 4]


def test_only_the_acknowledgement_comes_with_something(s2low: Any) -> None:
    transaction = s2low.created()
    assert [s2low.status(transaction)[1] for _ in range(3)] == [b"", b"", b""]
    assert s2low.status(transaction)[1].startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')


def test_the_acknowledgement_names_the_acte_the_day_and_the_classification(s2low: Any) -> None:
    transaction = s2low.acknowledged(subject="Permis accordé", classif3="3")
    root = etree.fromstring(s2low.status(transaction)[1])
    assert root.tag == f"{NS}ARActe"
    assert root.get(f"{NS}IDActe") == "062-216209916-20250310-PC62991_25A0012-AI"
    assert root.get(f"{NS}DateReception") == "2025-03-14"
    received = root.find(f"{NS}ActeRecu")
    assert received is not None
    assert received.get(f"{NS}NumeroInterne") == "PC62991_25A0012"
    assert received.findtext(f"{NS}Objet") == "Permis accordé"
    levels = [received.find(f"{NS}CodeMatiere{level}") for level in (1, 2, 3)]
    assert [level.get(f"{NS}CodeMatiere") for level in levels if level is not None] == ["2", "2", "3"]
    assert root.findtext(f"{NS}ClassificationDateVersionEnCours") == "2017-12-08"


def test_an_object_that_xml_cannot_carry_as_it_is_still_gives_an_acknowledgement(s2low: Any) -> None:
    transaction = s2low.acknowledged(subject="M. & Mme <Dupré> \x0b\x00fin")
    root = etree.fromstring(s2low.status(transaction)[1])
    assert root.findtext(f"{NS}ActeRecu/{NS}Objet") == "M. & Mme <Dupré> fin"


def test_the_acknowledgement_can_be_asked_alone_whatever_the_status_now(
    simulator: Simulator, s2low: Any
) -> None:
    waiting = s2low.created(number="ATTEND")
    transaction = s2low.acknowledged()
    receipt = s2low.status(transaction)[1]
    simulator.s2low.passer(transaction, 5)
    assert s2low.status(transaction) == (5, b"")
    answer = s2low.get(f"{ACTES}/actes_transac_get_ARActe.php", id=transaction)
    assert (answer.content, answer.headers["Content-Type"]) == (receipt, "application/xml")
    assert s2low.get(f"{ACTES}/actes_transac_get_ARActe.php", id=waiting).content == b""


def test_a_status_can_be_asked_by_the_identifier_of_the_acknowledgement(s2low: Any) -> None:
    path, unique = f"{ACTES}/actes_transac_get_status.php", "062-216209916-20250310-PC62991_25A0012-AI"
    transaction = s2low.created()
    assert "invalide" in s2low.get(path, unique_id=unique).text
    for _ in range(4):
        s2low.status(transaction)
    assert s2low.get(path, unique_id=unique).text.startswith("OK\n4\n")


def test_the_pace_may_be_a_time_and_each_status_is_dated_by_it(
    simulator: Simulator, s2low: Any, admin: Any
) -> None:
    simulator.s2low.rythme = Rythme(
        analyse=Pas.immediat(),
        transmission=Pas.delai(timedelta(minutes=10)),
        acquittement=Pas.delai(timedelta(hours=14)),
    )
    transaction = s2low.created()
    assert [s2low.status(transaction)[0] for _ in range(3)] == [2, 2, 2]
    simulator.clock.advance(timedelta(days=3))
    code, receipt = s2low.status(transaction)
    assert code == 4
    assert etree.fromstring(receipt).get(f"{NS}DateReception") == "2025-03-14"
    history = admin.get("/etat")["s2low"]["actes"][0]["historique"]
    assert [step["moment"][11:16] for step in history] == ["08:00", "08:00", "08:10", "22:10"]


def test_the_pace_may_be_a_number_of_looks_or_a_hand(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.rythme = Rythme(
        analyse=Pas.regards(3), transmission=Pas.regards(1), acquittement=Pas.a_la_main()
    )
    transaction = s2low.created()
    assert [s2low.status(transaction)[0] for _ in range(6)] == [1, 1, 1, 2, 3, 3]
    simulator.s2low.acquitter(transaction)
    assert s2low.status(transaction)[0] == 4


def test_an_unknown_transaction_is_said_unescaped_in_utf_8(s2low: Any) -> None:
    answer = s2low.get(f"{ACTES}/actes_transac_get_status.php", transaction=1)
    assert answer.content == "KO\nNuméro de transaction invalide.\n".encode()


def test_the_v4_generation_says_it_in_iso_8859_1(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.profile = "v4"
    answer = s2low.get(f"{ACTES}/actes_transac_get_status.php", transaction="abc")
    assert answer.content == "KO\nNuméro de transaction invalide.\n".encode("latin-1")


def test_a_deposit_on_hold_waits_for_a_person(simulator: Simulator, s2low: Any) -> None:
    transaction = s2low.created(en_attente="1")
    assert [s2low.status(transaction)[0] for _ in range(3)] == [17, 17, 17]
    simulator.s2low.poster(transaction)
    assert [s2low.status(transaction)[0] for _ in range(4)] == [1, 2, 3, 4]


def test_the_analysis_may_be_told_to_refuse(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.prevoir(
        Scenario(contient="REFUS", issue="refus_analyse", motif="pièce illisible à l'œil")
    )
    refused, other = s2low.created(number="REFUS_1"), s2low.created(number="AUTRE_1")
    s2low.status(refused)
    s2low.status(other)
    assert s2low.status(refused) == (-1, b"Enveloppe invalide : pi\xe8ce illisible \xe0 l'?il")
    assert s2low.status(other)[0] == 2


def test_the_ministry_may_be_told_to_refuse_and_its_xml_touches_the_reason(
    simulator: Simulator, s2low: Any
) -> None:
    simulator.s2low.prevoir(
        Scenario(contient="Refusé au ministère", issue="refus_ministere", motif="Objet inexact", nature="004")
    )
    transaction = s2low.created(subject="Refusé au ministère")
    assert [s2low.status(transaction)[0] for _ in range(3)] == [1, 2, 3]
    code, rest = s2low.status(transaction)
    assert code == -1
    end = rest.rindex(b">") + 1
    root = etree.fromstring(rest[:end])
    assert root.tag == f"{NS}AnomalieActe"
    assert root.findtext(f"{NS}Nature") == "004"
    assert rest[end:].decode("latin-1") == "Anomalie signalee par le MI : 004 - Objet inexact"


@pytest.mark.parametrize("status", [1, 2, 3])
def test_an_acte_may_be_told_to_stay_where_it_is(simulator: Simulator, s2low: Any, status: int) -> None:
    simulator.s2low.prevoir(Scenario.of({"contient": "PC62991", "issue": f"bloque_{status}"}))
    transaction = s2low.created()
    assert [s2low.status(transaction)[0] for _ in range(5)][-1] == status


def test_a_typology_of_another_nature_is_refused_later_not_at_once(s2low: Any) -> None:
    transaction = s2low.created(type_acte="99_DE")
    s2low.status(transaction)
    code, reason = s2low.status(transaction)
    assert code == -1
    assert reason.decode("latin-1") == (
        "Enveloppe invalide : Problème sur 99_DE-062-216209916-20250310-PC62991_25A0012-AI-1-1_1.pdf : "
        "la typologie 99_DE n'est pas autorisée pour la nature AI"
    )


def test_a_damaged_pdf_is_refused_later_not_at_once(s2low: Any) -> None:
    transaction = s2low.created(annexes=[("plan.pdf", b"%PDF-1.4\nrien", "22_PN")])
    s2low.status(transaction)
    code, reason = s2low.status(transaction)
    assert code == -1
    assert "Problème sur 22_PN-062" in reason.decode("latin-1")
    assert reason.endswith(b"le fichier PDF est corrompu")


@pytest.fixture
def signed(simulator: Simulator, document: bytes, tmp_path: Path) -> bytes:
    """The document, signed by a mayor of test."""
    source, into = tmp_path / "source.pdf", tmp_path / "signe.pdf"
    source.write_bytes(document)
    sign_pades(
        source,
        into,
        signer=simulator.authority.signer("Le maire"),
        moment=simulator.clock.now(),
        reason="Signature de test",
        field="Signature1",
    )
    return into.read_bytes()


@pytest.fixture
def tampered(signed: bytes) -> bytes:
    """The signed document, with a page one hundredth wider than what was signed."""
    changed = signed.replace(b"595.28", b"595.29", 1)
    assert changed != signed
    return changed


def test_a_signed_pdf_passes_when_its_signature_is_intact(s2low: Any, signed: bytes) -> None:
    assert s2low.acknowledged(document=("signe.pdf", signed)) == 48211


def test_a_signed_pdf_is_refused_when_it_was_changed(s2low: Any, tampered: bytes) -> None:
    transaction = s2low.created(document=("signe.pdf", tampered))
    s2low.status(transaction)
    code, reason = s2low.status(transaction)
    assert code == -1
    assert reason.endswith(b"la signature n'est pas valide")


def test_the_signatures_of_public_contracts_are_left_alone(s2low: Any, tampered: bytes) -> None:
    contract = {"nature_code": "4", "classif1": "1", "classif2": "1", "type_acte": "99_DC"}
    assert s2low.acknowledged(document=("marche.pdf", tampered), **contract) == 48211


def test_an_acte_under_an_outdated_classification_is_refused_by_the_ministry(
    simulator: Simulator, s2low: Any
) -> None:
    transaction = s2low.created()
    newer = Classification(version=simulator.clock.now().date())
    simulator.s2low.publier_classification("216209916", newer)
    simulator.s2low.acquitter(transaction)
    code, rest = s2low.status(transaction)
    assert code == -1
    assert b"002 - ODT-VERIF-01" in rest
    assert b"<actes:ClassificationDateVersionEnCours>2025-03-14<" in rest


def test_a_matiere_of_another_prefecture_is_refused_by_the_ministry(s2low: Any) -> None:
    transaction = s2low.created(classif3="9")
    for _ in range(3):
        s2low.status(transaction)
    code, rest = s2low.status(transaction)
    assert code == -1
    assert "2.2.9" in rest.decode("latin-1")


def test_an_acknowledged_acte_can_be_cancelled(s2low: Any) -> None:
    acte = s2low.acknowledged()
    answer = s2low.post(f"{ACTES}/actes_transac_cancel.php", [("api", "1"), ("id", str(acte))])
    assert answer.content == b"OK\n48212\n\n"
    assert s2low.status(acte)[0] == 4
    assert [s2low.status(48212)[0] for _ in range(3)] == [2, 3, 4]
    code, receipt = s2low.status(acte)
    assert code == 0
    assert etree.fromstring(receipt).tag == f"{NS}ARAnnulation"
    assert "même numéro interne" in s2low.create().content.decode("latin-1")


def test_looking_at_the_acte_alone_ends_up_showing_its_cancellation(s2low: Any) -> None:
    acte = s2low.acknowledged()
    s2low.post(f"{ACTES}/actes_transac_cancel.php", [("api", "1"), ("id", str(acte))])
    assert [s2low.status(acte)[0] for _ in range(6)][-1] == 0


@pytest.fixture
def cancel(s2low: Any) -> Iterator[Callable[[int | str], str]]:
    def ask(transaction: int | str) -> str:
        fields = [("api", "1"), ("id", str(transaction))]
        answer = s2low.post(f"{ACTES}/actes_transac_cancel.php", fields)
        text: str = answer.content.decode("latin-1")
        return text

    return ask


def test_what_cannot_be_cancelled_is_refused_with_the_reason(s2low: Any, cancel: Callable[..., str]) -> None:
    assert "Pas d&#039;identifiant" in cancel("")
    assert "Erreur d&#039;initialisation" in cancel(1)
    early = s2low.created(number="TROP_TOT")
    assert "en état « Acquittement reçu »." in cancel(early)
    acte = s2low.acknowledged()
    assert cancel(acte).startswith("OK\n")
    assert "déjà en cours" in cancel(acte)
    assert "Ce type de transaction" in cancel(acte + 1)
