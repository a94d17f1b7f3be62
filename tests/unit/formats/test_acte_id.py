from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import ActeId, Nature


@pytest.mark.parametrize(
    ("text", "numero", "day", "nature"),
    [
        ("062-216204800-20250403-2025CM26-DE", "2025CM26", date(2025, 4, 3), Nature.DELIBERATION),
        ("062-216209072-20241016-DELIB-2024-37-DE", "DELIB-2024-37", date(2024, 10, 16), Nature.DELIBERATION),
        ("062-256203100-20260216-605-CC", "605", date(2026, 2, 16), Nature.CONTRAT),
        ("02A-216204800-20250403-a b_c-AI", "a b_c", date(2025, 4, 3), Nature.INDIVIDUEL),
        (" 971-216204800-20240229-20240229-DE-AU ", "20240229-DE", date(2024, 2, 29), Nature.AUTRE),
    ],
)
def test_an_identifier_is_read_from_both_ends(text: str, numero: str, day: date, nature: Nature) -> None:
    read = ActeId.parse(text)
    assert (read.numero, read.date, read.nature) == (numero, day, nature)
    assert str(read) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "062-216204800-20250403-2025CM26",
        "062-216204800-20250403--DE",
        "062-216204800-20250403-1234567890123456-DE",
        "062-216204800-20250403-_12-DE",
        "062-216204800-20250403-12-XX",
        "062-21620480-20250403-12-DE",
        "62-216204800-20250403-12-DE",
        "162-216204800-20250403-12-DE",
        "062-216204800-2025-04-03-12-DE",
        "062-216204800-20250403-12\n-DE",
        "062-٢16204800-20250403-12-DE",
    ],
)
def test_what_is_not_an_identifier_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        ActeId.parse(text)


@pytest.mark.parametrize("digits", ["20250229", "20251301", "00000101", "20250400"])
def test_a_date_that_does_not_exist_is_refused_by_name(digits: str) -> None:
    with pytest.raises(InvalidInput, match=f"« {digits} » n'existe pas"):
        ActeId.parse(f"062-216204800-{digits}-12-DE")


def test_an_identifier_cannot_be_built_with_parts_that_could_not_be_read_back() -> None:
    with pytest.raises(InvalidInput, match="département"):
        ActeId(departement="62", siren="216204800", date=date(2025, 4, 3), numero="12", nature=Nature.AUTRE)


@given(
    departement=st.from_regex(r"\A[09][0-9][0-9AB]\Z"),
    siren=st.from_regex(r"\A[0-9]{9}\Z"),
    day=st.dates(),
    numero=st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9_ -]{0,13}[A-Za-z0-9])?\Z"),
    nature=st.sampled_from(Nature),
)
def test_what_is_built_is_read_back(
    departement: str, siren: str, day: date, numero: str, nature: Nature
) -> None:
    built = ActeId(departement=departement, siren=siren, date=day, numero=numero, nature=nature)
    assert ActeId.parse(str(built)) == built
    assert len(str(built)) <= 41


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused_in_our_words(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert str(ActeId.parse(text)) == text.strip()
