from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.journey import pace


@given(st.integers(min_value=0, max_value=10_000), st.floats(min_value=1, max_value=86_400))
def test_a_wait_grows_and_never_passes_the_longest(tries: int, longest: float) -> None:
    for wait in (
        pace.after_look(60, tries=tries, longest=longest),
        pace.after_fault(tries=tries, longest=longest),
        pace.after_lost_answer(tries=tries, longest=longest),
    ):
        assert 0 < wait <= longest


def test_the_first_look_comes_at_the_pace_of_the_platform() -> None:
    assert pace.after_look(600, tries=0, longest=3600) == 600
    assert pace.after_look(600, tries=1, longest=3600) == 900
