from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import DossierNumber

TODAY = date(2025, 6, 2)


def parse(text: str) -> DossierNumber:
    return DossierNumber.parse(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "canonical", "detailed_type", "suffix"),
    [
        ("PC 062 041 24 00123", "PC0620412400123", "PC", ""),
        ("PC0620412400123", "PC0620412400123", "PC", ""),
        ("PCMI 062 041 24 00123-M01", "PC0620412400123M01", "PCMI", "M01"),
        ("PC 62041 24 00123 T01", "PC0620412400123T01", "PC", "T01"),
        ("DP 062 041 24 A0123", "DP06204124A0123", "DP", ""),
        ("CUb 062 041 24 00012", "CU0620412400012", "CUB", ""),
        ("DIA 062 041 24 00345", "IA0620412400345", "DIA", ""),
        ("AP 062 041 24 0007", "AP062041240007", "AP", ""),
        ("PC 062 041 24 00123 P0", "PC0620412400123", "PC", ""),
        ("PC 062 041 24 00123 DAACT", "PC0620412400123DAACT", "PC", "DAACT"),
        # other writings met in letters and spreadsheets
        ("pc0620412400123p0", "PC0620412400123", "PC", ""),
        ("Dossier n° PC.062.041.24.00123", "PC0620412400123", "PC", ""),
        ("N° DP/062/041/24/00012", "DP0620412400012", "DP", ""),
        ("№ PA 062\u00a0041 25 00001", "PA0620412500001", "PA", ""),
        ("PC\u2013062\u2011041\u201424\u221200123", "PC0620412400123", "PC", ""),
        ("ＰＣ ０６２ ０４１ ２４ ００１２３", "PC0620412400123", "PC", ""),
        ("CU a 062 041 24 00012", "CU0620412400012", "CUA", ""),
        ("DPMI 062 041 24 00012", "DP0620412400012", "DPMI", ""),
        ("IA0620412400345", "IA0620412400345", "DIA", ""),
        ("PC 2A 004 24 00123", "PC02A0042400123", "PC", ""),
        ("PC02A0042400123", "PC02A0042400123", "PC", ""),
        ("PC 971 105 24 00123", "PC9711052400123", "PC", ""),
        ("AP971105240007", "AP971105240007", "AP", ""),
        ("DP 062 041 24 0012 M01", "DP062041240012M01", "DP", "M01"),
        ("PC 06 088 24 00123", "PC0060882400123", "PC", ""),
    ],
)
def test_a_number_is_read_in_its_usual_writings(
    text: str, canonical: str, detailed_type: str, suffix: str
) -> None:
    number = parse(text)
    assert (number.canonical, number.detailed_type, number.suffix) == (canonical, detailed_type, suffix)


def test_a_number_is_shown_as_people_read_it() -> None:
    number = parse("PCMI0620412400123M01")
    assert number.display == "PC 062 041 24 00123 M01"
    assert str(number) == number.canonical == "PC0620412400123M01"
    assert number.initial == "PC0620412400123"


@pytest.mark.parametrize(
    ("text", "insee"),
    [
        ("PC 062 041 24 00123", "62041"),
        ("PC 02A 004 24 00123", "2A004"),
        ("PC 971 105 24 00123", None),
    ],
)
def test_the_commune_is_derived_only_where_the_number_gives_it(text: str, insee: str | None) -> None:
    assert parse(text).insee == insee


def test_four_characters_mean_publicite() -> None:
    assert parse("DP 062 041 24 0012").publicite
    assert parse("AP 062 041 24 0012").publicite
    assert not parse("DP 062 041 24 00012").publicite


@pytest.mark.parametrize(
    ("suffix", "decision"), [("", True), ("M01", True), ("T02", True), ("DAACT", False), ("DOC01", False)]
)
def test_a_declaration_of_the_petitioner_is_not_a_decision(suffix: str, decision: bool) -> None:
    assert parse(f"PC 062 041 24 00123 {suffix}").is_decision is decision


@pytest.mark.parametrize(
    "text", ["PC 062 41 24 123", "PC 062 041 24", "PC", "PC 062 041 24 00123 MODIFICATIF"]
)
def test_a_malformed_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="PC 062 041 24 00123"):
        parse(text)


@pytest.mark.parametrize("text", ["PC 062 041 2024 00123", "PC0620412024" + "00123", "PCMI 62041 2024 00123"])
def test_a_four_digit_year_is_refused_with_the_right_writing(text: str) -> None:
    with pytest.raises(InvalidInput, match="« PC 062 041 24 00123 »"):
        parse(text)


@pytest.mark.parametrize("text", ["", "   ", "XX 062 041 24 00123", "062 041 24 00123", "Permis 12"])
def test_what_does_not_start_with_a_type_is_refused_with_the_types(text: str) -> None:
    with pytest.raises(InvalidInput, match="PCMI"):
        parse(text)


def test_a_permit_with_four_characters_lacks_one() -> None:
    with pytest.raises(InvalidInput, match="il manque un caractère"):
        parse("PC 062 041 24 0123")


def test_a_year_to_come_is_refused_and_the_present_one_is_not() -> None:
    assert parse("PC 062 041 25 00123").year == "25"
    with pytest.raises(InvalidInput, match="2026"):
        parse("PC 062 041 26 00123")


def test_a_commune_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInput, match="62000"):
        parse("PC 062 000 24 00123")


@st.composite
def numbers(draw: st.DrawFn) -> DossierNumber:
    letters = draw(st.sampled_from(["PC", "PA", "PD", "DP", "CU", "AT", "AP"]))
    short = letters in ("AP", "DP") and draw(st.booleans())
    return DossierNumber(
        letters=letters,
        detailed_type=letters,
        departement=draw(st.sampled_from(["062", "059", "02A", "02B", "971", "974"])),
        commune=draw(st.from_regex(r"\A[0-9]{2}[1-9]\Z")),
        year=f"{draw(st.integers(0, 25)):02}",
        number=draw(st.from_regex(r"\A[0-9]{4}\Z" if short else r"\A[0-9A-Z][0-9]{4}\Z")),
        suffix=draw(st.sampled_from(["", "M01", "T02", "DAACT", "PRO01"])),
    )


@given(numbers())
def test_the_canonical_and_the_shown_number_are_both_read_back(number: DossierNumber) -> None:
    assert parse(number.canonical) == number
    assert parse(number.display) == number


@given(st.text(max_size=40) | st.from_regex(r"(PC|DP|CU ?A|AP)[ ./-]*[0-9AB ./_-]{0,20}[A-Z0-9]{0,4}"))
def test_any_text_is_either_read_or_refused_in_our_words(text: str) -> None:
    try:
        number = parse(text)
    except InvalidInput:
        return
    assert parse(number.canonical).canonical == number.canonical
