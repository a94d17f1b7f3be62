"""The tables of the contract agree with one another and with what @ctes takes."""

from __future__ import annotations

import re
from datetime import date

import pytest

from cdg62_connect.formats import DossierNumber, acte_number_candidates
from cdg62_connect.operis import DOCUMENT_CODES, PIECES, LotName, ReturnState, Transmission

NUMBER = DossierNumber.parse("PC 062 991 26 00012", today=date(2026, 11, 22))


@pytest.mark.parametrize(
    "code", [line.code for line in DOCUMENT_CODES.values() if line.transmission is not Transmission.NON]
)
def test_every_transmissible_document_can_be_given_an_acte_number(code):
    assert next(acte_number_candidates(NUMBER, code_document=code))


@pytest.mark.parametrize("code", DOCUMENT_CODES)
def test_every_document_code_can_be_in_the_name_of_a_lot(code):
    name = LotName.parse(f"PC0629912600012M01_{code}_20260312T101500_01")
    assert (name.numero, name.code, name.sequence) == ("PC0629912600012M01", code, 1)


@pytest.mark.parametrize(
    ("code", "transmission"),
    [
        ("ARR_ACCORD", "oui"),
        ("ARR_REFUS", "cas"),
        ("CERT_TACITE", "non"),
        ("PIECES", "non"),
        ("DIA_PREEMP", "oui"),
    ],
)
def test_what_goes_to_the_prefecture(code, transmission):
    assert DOCUMENT_CODES[code].transmission == transmission


def test_every_piece_has_a_code_of_the_typology():
    assert all(re.fullmatch(r"22_[A-Z]{2}", code) for code in PIECES.values())
    assert (PIECES["PC2"], PIECES["PCMI4"], PIECES["DP11"]) == ("22_PN", "22_NE", "22_NE")


@pytest.mark.parametrize("etat", ReturnState)
def test_every_state_can_be_in_the_name_of_a_return(etat):
    assert re.fullmatch(r"[A-Z_]+", etat)
