from __future__ import annotations

import pytest

from cdg62_connect.errors import InvalidInput
from cdg62_connect.s2low import ActeFile
from cdg62_connect.transport import Payload

PDF = Payload.of(b"%PDF-1.7")


@pytest.mark.parametrize("numero", ["1", "PC62041_25A0012", "A_B", "0" * 15])
def test_numbers_of_s2low_are_accepted(acte, numero):
    assert acte(numero=numero).numero == numero


@pytest.mark.parametrize("numero", ["", "a1", "_A", "A_", "A-1", "A 1", "A" * 16, "É1", "A1\n", "٣٤"])
def test_numbers_that_s2low_would_refuse_are_refused_here(acte, numero):
    with pytest.raises(InvalidInput, match="numéro"):
        acte(numero=numero)


@pytest.mark.parametrize("objet", ["x", "x" * 499, "Arrêté d'opposition à déclaration préalable n° 12 - ½ ÿ"])
def test_subjects_of_one_line_in_iso_8859_1_are_accepted(acte, objet):
    assert acte(objet=objet).objet == objet


@pytest.mark.parametrize(
    "objet",
    ["", "   ", "x" * 500, "two\nlines", "a\rb", "tab\there", "nul\x00", "c1\x85", "ligne\u2028suite"],
)
def test_subjects_that_are_empty_too_long_or_of_several_lines_are_refused(acte, objet):
    with pytest.raises(InvalidInput, match="objet"):
        acte(objet=objet)


@pytest.mark.parametrize("stranger", ["œ", "’", "–", "€", "\u0301", "😀"])
def test_a_character_that_s2low_cannot_receive_is_named(acte, stranger):
    with pytest.raises(InvalidInput) as caught:
        acte(objet=f"Centre de ville {stranger}")
    assert stranger in str(caught.value)


@pytest.mark.parametrize("matiere", [(), (2,), (2, 0), (0, 2), (2, -1), (1, 1, 1, 1, 1, 1)])
def test_a_matiere_has_two_to_five_positive_levels(acte, matiere):
    with pytest.raises(InvalidInput, match="matière"):
        acte(matiere=matiere)


@pytest.mark.parametrize("code", ["", "99AI", "99_ai", "99_AIX", "99-AI", "99_A\n"])
def test_a_type_of_acte_has_five_characters(acte, code):
    with pytest.raises(InvalidInput, match="type de pièce"):
        acte(type_acte=code)


def test_a_nature_outside_of_the_classification_is_refused(acte):
    with pytest.raises(InvalidInput, match="nature"):
        acte(nature=7)


def test_an_annexe_without_a_type_is_refused(acte):
    with pytest.raises(InvalidInput, match=r"plan\.pdf"):
        acte(annexes=(ActeFile("plan.pdf", PDF),))


def test_the_document_cannot_contradict_the_type_of_the_acte(acte):
    with pytest.raises(InvalidInput, match="un seul type"):
        acte(document=ActeFile("a.pdf", PDF, "22_PN"))


def test_a_file_has_a_name_a_content_and_a_plausible_type():
    with pytest.raises(InvalidInput, match="nom"):
        ActeFile(" ", PDF)
    with pytest.raises(InvalidInput, match="vide"):
        ActeFile("a.pdf", Payload.of(b""))
    with pytest.raises(InvalidInput, match="5 caractères"):
        ActeFile("a.pdf", PDF, "PN")


@pytest.mark.parametrize(
    ("nom", "sent"),
    [
        ("arrete.pdf", "arrete.pdf"),
        ("Arrêté n°12 (signé).pdf", "Arr_t_ n_12 _sign__.pdf"),
        ("arre\u0302te.pdf", "arr_te.pdf"),
        ('../..\\"x".pdf', ".._..__x_.pdf"),
        ("a\r\nb.pdf", "a__b.pdf"),
    ],
)
def test_file_names_are_reduced_to_what_the_platform_keeps(nom, sent):
    assert ActeFile(nom, PDF).sent_name == sent
