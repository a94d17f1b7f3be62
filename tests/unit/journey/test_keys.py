from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.journey.keys import parapheur_key

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def test_a_deposit_name_that_fits_is_the_key_itself() -> None:
    name = "PC0629912600017_ARR_ACCORD_20260312T101500_01"
    assert parapheur_key(name, attempt=1) == name


def test_a_later_attempt_has_another_key_and_the_same_one_each_time() -> None:
    name = "PC0629912600017_ARR_ACCORD_20260312T101500_01"
    assert parapheur_key(name, attempt=2) == parapheur_key(name, attempt=2)
    assert parapheur_key(name, attempt=2) != parapheur_key(name, attempt=1)


def test_a_long_name_keeps_its_beginning_and_is_told_apart_by_its_digest() -> None:
    one = parapheur_key("A" * 70 + "1", attempt=1)
    other = parapheur_key("A" * 70 + "2", attempt=1)
    assert one != other
    assert one[:43] == "A" * 43
    assert len(one) == 64


@given(st.text(min_size=1, max_size=120), st.integers(min_value=1, max_value=99))
def test_any_key_is_safe_for_the_platform(name: str, attempt: int) -> None:
    assert SAFE.fullmatch(parapheur_key(name, attempt=attempt))
