from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import check_insee, check_siren


@pytest.mark.parametrize("siren", ["216204800", "216209072", "256203100", "200069037"])
def test_a_siren_with_its_right_control_digit_is_given_back(siren: str) -> None:
    assert check_siren(siren) == siren


def test_the_spaces_of_a_siren_are_dropped() -> None:
    assert check_siren(" 200 069\u00a0037 ") == "200069037"


@pytest.mark.parametrize("text", ["", "20006903", "2000690370", "20006903A", "２00069037", "200-069-037"])
def test_a_siren_has_nine_digits(text: str) -> None:
    with pytest.raises(InvalidInput, match="neuf chiffres"):
        check_siren(text)


@given(position=st.integers(0, 8), added=st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(position: int, added: int) -> None:
    digits = [int(character) for character in "200069037"]
    digits[position] = (digits[position] + added) % 10
    with pytest.raises(InvalidInput, match="clé de contrôle"):
        check_siren("".join(map(str, digits)))


@pytest.mark.parametrize(("text", "code"), [("62041", "62041"), (" 2a004 ", "2A004"), ("97105", "97105")])
def test_the_code_of_a_commune_is_given_back_in_capitals(text: str, code: str) -> None:
    assert check_insee(text) == code


@pytest.mark.parametrize("text", ["", "6204", "062041", "62000", "00041", "20004", "96041", "2C004", "6204A"])
def test_what_cannot_be_a_commune_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="62041"):
        check_insee(text)
