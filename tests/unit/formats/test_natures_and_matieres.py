from __future__ import annotations

import pytest

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import MATIERES_NATIONALES, Nature, check_matiere, same_label


def test_there_are_six_natures_each_found_by_its_code_and_by_its_letters() -> None:
    assert [(nature.code, nature.abrege) for nature in Nature] == [
        (1, "DE"), (2, "AR"), (3, "AI"), (4, "CC"), (5, "BF"), (6, "AU"),
    ]  # fmt: skip
    for nature in Nature:
        assert Nature.of_code(nature.code) is nature
        assert Nature.of_abrege(nature.abrege.lower()) is nature


@pytest.mark.parametrize("code", [0, 7, -1])
def test_an_unknown_nature_is_refused_with_the_choices(code: int) -> None:
    with pytest.raises(InvalidInput, match=r"3 AI \(actes individuels\)"):
        Nature.of_code(code)


def test_unknown_letters_are_refused_with_the_choices() -> None:
    with pytest.raises(InvalidInput, match=r"6 AU"):
        Nature.of_abrege("ZZ")


def test_the_national_nomenclature_has_nine_matieres_and_fifty_seven_below() -> None:
    levels = [code.count(".") for code in MATIERES_NATIONALES]
    assert (levels.count(0), levels.count(1), len(levels)) == (9, 57, 66)
    assert MATIERES_NATIONALES["2.2"].startswith("Actes relatifs au droit d'occupation")
    assert all(code.partition(".")[0] in MATIERES_NATIONALES for code in MATIERES_NATIONALES)


@pytest.mark.parametrize("code", ["2.2", "2.2.3", "7.10", "6.1.10", "1.2.3.4.5"])
def test_a_dotted_code_is_given_back(code: str) -> None:
    assert check_matiere(f" {code} ") == code


@pytest.mark.parametrize(
    "text", ["", "2", "2.", ".2", "2,2", "2.02", "0.2", "2.2 permis", "1.2.3.4.5.6", "2.٢", "2-2"]
)
def test_another_writing_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"2\.2"):
        check_matiere(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Permis de construire", "PERMIS  DE CONSTRUIRE."),
        ("Maîtrise d'œuvre", "maitrise d’OEUVRE"),
        ("Délibération", "De\u0301libe\u0301ration"),
        ("F.P.T.", "fpt"),
        ("actes relatifs au droit d occupation", "Actes relatifs au droit d'occupation"),
    ],
)
def test_labels_are_compared_without_accents_case_spaces_or_punctuation(one: str, other: str) -> None:
    assert same_label(one, other)


def test_different_words_are_different_labels() -> None:
    assert not same_label("permis de construire", "permis de démolir")
