from __future__ import annotations

import re
from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import DossierNumber, acte_number_candidates, check_acte_number

DECISIONS = ["ARR_ACCORD", "ARR_REFUS", "DP_NON_OPPO", "DP_OPPO", "CU_A", "CU_B", "DIA_PREEMP", "AP_DECISION"]
LATER = ["RETRAIT", "ABROG", "ANNUL", "PROROG", "SURSIS"]
SUB_DOSSIERS = ["TRANSFERT", "MODIF"]


def candidates(number: str, code: str, *, resend: bool = False) -> list[str]:
    dossier = DossierNumber.parse(number, today=date(2025, 6, 2))
    return list(acte_number_candidates(dossier, code_document=code, resend=resend))


def counted(short: str, letter: str) -> list[str]:
    return [f"{short}{letter}{count:02}" for count in range(1, 100)]


@pytest.mark.parametrize("number", ["PC0620412400123", "URB_2024_0123", "12", "A" * 15, "2025CM26"])
def test_a_number_that_both_platforms_take_is_given_back(number: str) -> None:
    assert check_acte_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "A" * 16,
        "_12",
        "12_",
        "abc12",
        "PC 12",
        "DELIB-2024-37",
        "É12",
        "12\n",
        "１２",
        "A" * 15 + "\n",
    ],
)
def test_a_number_that_one_platform_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        check_acte_number(text)


def test_a_refused_number_comes_with_a_right_one_when_rewriting_gives_it() -> None:
    with pytest.raises(InvalidInput, match=r"Par exemple : DELIB_2024_37\."):
        check_acte_number("Delib-2024/37")


@given(st.text(alphabet="AZ09_a- é", max_size=18))
def test_the_check_is_the_meeting_of_both_patterns(text: str) -> None:
    s2low = re.fullmatch(r"([A-Z0-9][A-Z0-9_]{0,13})?[A-Z0-9]", text)
    pastell = re.fullmatch(r"[0-9A-Z_]{2,15}", text)
    try:
        check_acte_number(text)
    except InvalidInput:
        assert not (s2low and pastell)
    else:
        assert s2low
        assert pastell


@pytest.mark.parametrize("code", DECISIONS)
def test_the_first_decision_takes_the_dossiers_own_number_and_the_next_ones_a_counter(code: str) -> None:
    assert candidates("PC0620412400123", code) == ["PC0620412400123", *counted("PC0412400123", "A")]


@pytest.mark.parametrize(
    ("code", "letter"),
    [("RETRAIT", "R"), ("ABROG", "R"), ("ANNUL", "R"), ("PROROG", "P"), ("SURSIS", "S")],
)
def test_a_later_act_takes_its_letter_and_a_counter(code: str, letter: str) -> None:
    assert candidates("PC0620412400123", code) == counted("PC0412400123", letter)


@pytest.mark.parametrize("code", [*SUB_DOSSIERS, "ARR_ACCORD", "ARR_REFUS"])
@pytest.mark.parametrize("suffix", ["M01", "T02"])
def test_a_decision_on_a_sub_dossier_keeps_its_suffix_and_drops_the_departement(
    code: str, suffix: str
) -> None:
    found = candidates(f"PC0620412400123{suffix}", code)
    assert found == [f"PC0412400123{suffix}", *counted("PC0412400123", "X")]


@pytest.mark.parametrize("code", SUB_DOSSIERS)
def test_a_transfer_without_a_sub_dossier_is_another_act_of_the_dossier(code: str) -> None:
    assert candidates("PC0620412400123", code) == counted("PC0412400123", "A")


@pytest.mark.parametrize("code", LATER)
def test_there_is_no_room_for_a_later_act_on_a_sub_dossier(code: str) -> None:
    assert candidates("PC0620412400123M01", code) == counted("PC0412400123", "X")


def test_there_is_no_room_for_a_long_suffix() -> None:
    assert candidates("PC0620412400123PRO01", "ARR_ACCORD") == counted("PC0412400123", "X")


@pytest.mark.parametrize("code", [*DECISIONS, *LATER, *SUB_DOSSIERS])
@pytest.mark.parametrize("suffix", ["", "M01"])
def test_a_number_refused_or_cancelled_is_never_sent_again(code: str, suffix: str) -> None:
    found = candidates(f"PC0620412400123{suffix}", code, resend=True)
    assert found == counted("PC0412400123", "X")


def test_a_four_character_number_gives_numbers_one_shorter() -> None:
    assert candidates("AP062041240007", "AP_DECISION")[:2] == ["AP062041240007", "AP041240007A01"]
    assert candidates("DP062041240007", "RETRAIT")[0] == "DP041240007R01"


@pytest.mark.parametrize("code", ["RECEP", "PIECES", "CERT_TACITE", "AT_DECISION", "AIT", "inconnu", ""])
def test_what_is_not_transmitted_gets_no_number(code: str) -> None:
    with pytest.raises(InvalidInput, match="contrôle de légalité"):
        candidates("PC0620412400123", code)


def test_a_declaration_gets_no_number() -> None:
    with pytest.raises(InvalidInput, match="pas une décision"):
        candidates("PC0620412400123DAACT", "ARR_ACCORD")


def test_the_refusal_comes_at_once_and_not_at_the_first_candidate() -> None:
    dossier = DossierNumber.parse("PC0620412400123", today=date(2025, 6, 2))
    with pytest.raises(InvalidInput):
        acte_number_candidates(dossier, code_document="RECEP")


@given(
    letters=st.sampled_from(["PC", "DP", "AP", "CU", "DIA"]),
    place=st.from_regex(r"\A0[13-9][0-9]{3}[1-9]\Z").filter(lambda place: place[1] != "9"),
    number=st.from_regex(r"\A[0-9A-Z][0-9]{4}\Z"),
    suffix=st.sampled_from(["", "M01", "T01", "PRO1"]),
    code=st.sampled_from([*DECISIONS, *LATER, *SUB_DOSSIERS]),
    resend=st.booleans(),
)
def test_every_candidate_passes_both_platforms_and_comes_once(
    letters: str, place: str, number: str, suffix: str, code: str, resend: bool
) -> None:
    found = candidates(f"{letters}{place}24{number}{suffix}", code, resend=resend)
    assert 99 <= len(found) <= 100
    assert len(set(found)) == len(found)
    for candidate in found:
        assert check_acte_number(candidate) == candidate


def test_candidates_come_one_at_a_time() -> None:
    dossier = DossierNumber.parse("PC0620412400123", today=date(2025, 6, 2))
    assert list(islice(acte_number_candidates(dossier, code_document="PROROG"), 2)) == [
        "PC0412400123P01",
        "PC0412400123P02",
    ]
