"""What S2LOW checks before it answers a deposit (actes_transac_create)."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Callable
from typing import Any

import pytest

from cdg62_connect.simulator import Simulator
from cdg62_connect.simulator.s2low import Limites

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
XML = b'<?xml version="1.0" encoding="ISO-8859-1"?><budget/>'


def message(content: bytes) -> str:
    """The text of a KO, as a person reads it."""
    text = html.unescape(content.decode("latin-1"))
    first, _, rest = text.partition("\n")
    assert first == "KO", text
    assert rest.endswith("\n")
    return rest.removesuffix("\n")


def test_an_accepted_deposit_answers_its_id_and_two_line_ends(s2low: Any) -> None:
    assert s2low.create().content == b"OK\n48211\n\n"
    assert s2low.create(number="PC62991_25A0013").content == b"OK\n48212\n\n"


def test_a_refusal_is_escaped_for_html_and_in_iso_8859_1(s2low: Any) -> None:
    assert s2low.create(number="trop-long").content == b"KO\nLe num\xe9ro n&#039;est pas correct\n"


def test_what_was_sent_in_iso_8859_1_is_kept_as_it_was(s2low: Any, admin: Any) -> None:
    s2low.created(subject="Déclaration préalable à l'été", document=("arrêté n°1.pdf", s2low.document))
    (acte,) = admin.get("/etat")["s2low"]["actes"]
    assert acte["objet"] == "Déclaration préalable à l'été"
    assert acte["fichiers"][1]["nom_poste"] == "arrêté n°1.pdf"


def test_what_was_sent_in_utf_8_becomes_mojibake(s2low: Any, admin: Any) -> None:
    s2low.created(subject="accordé".encode().decode("latin-1"))
    assert admin.get("/etat")["s2low"]["actes"][0]["objet"] == "accordÃ©"


@pytest.mark.parametrize(
    "number", ["", "A" * 16, "pc62991", "PC-62991", "PC 62991", "_PC62991", "PC62991_", "PC62991É"]
)
def test_a_number_out_of_shape_is_refused(s2low: Any, number: str) -> None:
    assert message(s2low.create(number=number).content) == "Le numéro n'est pas correct"


@pytest.mark.parametrize("number", ["A", "7", "PC62991_25A0012", "A" * 15, "A_1"])
def test_a_number_in_shape_is_accepted(s2low: Any, number: str) -> None:
    assert s2low.created(number=number) == 48211


def test_a_number_is_taken_for_ever_by_its_authority(
    simulator: Simulator, s2low: Any, caller: Callable[..., Any]
) -> None:
    first = s2low.created()
    simulator.s2low.refuser(first, motif="essai")
    assert message(s2low.create().content) == (
        "Un acte portant le même numéro interne existe déjà dans la base de données.\n"
        "Il faut peut-être ajouter un suffixe au numéro."
    )
    assert caller(1).created() == first + 1


def test_a_refused_deposit_does_not_take_its_number(s2low: Any) -> None:
    assert "Aucun fichier" in message(s2low.create(without=["acte_pdf_file"]).content)
    assert s2low.created() == 48211


def test_a_decision_of_tomorrow_is_refused_on_the_simulated_clock_in_france(
    simulator: Simulator, s2low: Any
) -> None:
    assert message(s2low.create(decision_date="2025-03-15").content) == (
        "La date de décision est une date dans le futur"
    )
    simulator.clock.advance(15 * 3600 + 1)  # 23:00 UTC: the 15th has begun in France
    assert s2low.created(decision_date="2025-03-15") == 48211


def test_a_date_may_be_written_without_leading_zeros(s2low: Any, admin: Any) -> None:
    s2low.created(decision_date="2025-3-7")
    assert admin.get("/etat")["s2low"]["actes"][0]["date"] == "2025-03-07"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"without": ["acte_pdf_file"]}, "Aucun fichier acte n'a été posté "),
        ({"document": ("vide.pdf", b"")}, "Le fichier semble vide"),
        ({"without": ["type_acte"]}, "fichier arrete.pdf : typologie absente"),
        ({"type_acte": "99_A"}, "Le code de la PJ doit faire 5 caractères"),
        ({"document": ("image.pdf", PNG)}, 'est de type " image/png ". Fichier PDF ou XML requis.'),
        ({"document": ("acte.xml", XML)}, "Seuls les documents budgétaires et financiers"),
        (
            {"document": ("acte.xml", XML), "nature_code": "5", "classif1": "7", "classif2": "2"},
            "Seule la classification 7.1",
        ),
        ({"annexes": [("plan.pdf", b"%PDF-1.4", "")]}, "fichier annexe plan.pdf : typologie absente"),
        ({"annexes": [("plan.pdf", b"PK\x03\x04", "22_PN")]}, 'est de type " application/zip "'),
        ({"annexes": [("plan.pdf", b"%PDF-1.4", "22PN")]}, "Le code de la PJ doit faire 5 caractères"),
        ({"without": ["classif2"]}, "Les deux premiers niveaux de classification sont obligatoires."),
        ({"decision_date": "14/03/2025"}, "La date de décision est obligatoire."),
        ({"nature_code": "7"}, "La nature de l'acte n'existe pas."),
        ({"subject": "é" * 500}, "L'objet ne doit pas dépasser 499 caractères."),
        ({"subject": " "}, "L'objet est obligatoire."),
    ],
)
def test_a_deposit_that_lacks_something_is_refused_with_the_reason(
    s2low: Any, changes: dict[str, Any], says: str
) -> None:
    assert says in message(s2low.create(**changes).content)


def test_the_annexes_of_an_xml_acte_must_be_pdf(s2low: Any) -> None:
    budget = {"nature_code": "5", "classif1": "7", "classif2": "1", "type_acte": "99_BU"}
    refused = s2low.create(document=("budget.xml", XML), annexes=[("plan.png", PNG, "99_BU")], **budget)
    assert "au format PDF avec un acte au format XML" in message(refused.content)
    assert s2low.created(document=("budget.xml", XML), **budget)


def test_an_image_may_be_an_annexe(s2low: Any, simulator: Simulator) -> None:
    transaction = s2low.created(annexes=[("photo.png", PNG, "22_DP"), ("plan.pdf", s2low.document, "22_PN")])
    simulator.s2low.acquitter(transaction)
    assert [file["mimetype"] for file in s2low.files(transaction)] == [
        "text/xml",
        "application/pdf",
        "image/png",
        "application/pdf",
    ]


def test_a_matiere_that_is_no_number_breaks_the_platform(s2low: Any) -> None:
    answer = s2low.create(classif1="deux")
    assert answer.status_code == 500
    assert answer.text.startswith("<!DOCTYPE html>")


def test_too_many_files_are_refused_with_the_limit(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.limites = Limites(fichiers=2)
    annexes = [(f"{n}.pdf", s2low.document, "22_PN") for n in range(2)]
    assert message(s2low.create(annexes=annexes).content) == (
        "Le nombre d'annexes est trop important (max : 2)"
    )


def test_too_many_bytes_are_refused_with_the_limit(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.limites = Limites(archive=len(s2low.document) - 1)
    expected = f"La taille totale des fichiers est trop importante (max : {len(s2low.document) - 1})"
    assert message(s2low.create().content) == expected


def test_a_body_over_the_limit_of_php_loses_its_fields_so_only_the_query_asks_for_plain_words(
    simulator: Simulator, s2low: Any
) -> None:
    simulator.s2low.limites = dataclasses.replace(Limites(), corps=500)
    assert "trop importante (max : 157286400)" in message(s2low.create(query="?api=1").content)
    assert s2low.create(query="").status_code == 302


def test_without_api_the_answer_is_a_redirect_to_a_page(s2low: Any) -> None:
    answer = s2low.create(without=["api"], query="")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/modules/actes/actes_transac_show.php?id=48211"
    assert s2low.create(without=["api"], query="?api=1").content.startswith(b"KO\n")


def test_an_authority_without_classification_cannot_deposit(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.publier_classification("216209916", None)
    assert "aucune classification" in message(s2low.create().content)


def test_an_authority_in_paper_mode_cannot_deposit(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.accounts.authority("216209916").mode_papier = True
    assert message(s2low.create().content) == "Mode « papier » actif. Accès interdit."
