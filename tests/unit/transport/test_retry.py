"""When to try again, as a pure function."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect import errors
from cdg62_connect.errors import AnswerLost, ConfigurationError, NotSent, OutcomeUnknown, Unavailable
from cdg62_connect.transport import Kind, RetryPolicy, next_delay
from cdg62_connect.transport.retry import retry_after_seconds

WHERE = {"platform": "p", "operation": "o"}
SETTLED = [
    each
    for each in vars(errors).values()
    if isinstance(each, type)
    and issubclass(each, errors.PlatformError)
    and each not in {NotSent, AnswerLost, Unavailable}
]

policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 10_000),
    first_delay=st.floats(0, 100),
    factor=st.floats(1, 1000),
    max_delay=st.floats(0, 1000),
    retry_after_cap=st.floats(0, 1000),
    jitter=st.floats(0, 1),
)
kinds = st.sampled_from(Kind)
chances = st.floats(0, 1, exclude_max=True)
asked = st.none() | st.floats(0, 1e9)
attempts = st.integers(1, 20_000)


@given(kind=kinds, error=st.sampled_from(SETTLED), policy=policies, attempt=attempts)
def test_what_is_settled_or_unknown_is_never_repeated(kind, error, policy, attempt):
    assert next_delay(kind, error(**WHERE), attempt, policy, lambda: 0.5) is None


@given(policy=policies, attempt=attempts)
def test_a_lost_answer_is_repeated_for_a_read_only(policy, attempt):
    error = AnswerLost(**WHERE)
    assert next_delay(Kind.EFFECT, error, attempt, policy, lambda: 0.5) is None
    repeated = next_delay(Kind.READ, error, attempt, policy, lambda: 0.5) is not None
    assert repeated == (attempt < policy.attempts)


@given(kind=kinds, policy=policies, attempt=attempts, chance=chances, asked=asked)
def test_what_did_not_happen_is_repeated_whatever_the_call_within_bounds(
    kind, policy, attempt, chance, asked
):
    for error in (NotSent(**WHERE), Unavailable(**WHERE, retry_after=asked)):
        delay = next_delay(kind, error, attempt, policy, lambda: chance)
        if attempt >= policy.attempts:
            assert delay is None
            continue
        assert delay is not None
        longest = policy.max_delay * (1 + policy.jitter)
        assert 0 <= delay <= max(longest, policy.retry_after_cap)
        if isinstance(error, Unavailable) and asked is not None:
            assert delay >= min(asked, policy.retry_after_cap)


@given(policy=policies, chance=chances)
def test_delays_never_shrink_but_by_jitter(policy, chance):
    error = NotSent(**WHERE)
    delays = [
        next_delay(Kind.READ, error, attempt, policy, lambda: chance)
        for attempt in range(1, policy.attempts)[:80]
    ]
    assert delays == sorted(delays)


def test_the_default_delays_double():
    policy = RetryPolicy(attempts=9)
    error = NotSent(**WHERE)
    delays = [next_delay(Kind.EFFECT, error, n, policy, lambda: 0.5) for n in range(1, 10)]
    assert delays == [1, 2, 4, 8, 16, 30, 30, 30, None]


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_jitter_goes_both_ways(chance, expected):
    delay = next_delay(Kind.READ, NotSent(**WHERE), 1, RetryPolicy(), lambda: chance)
    assert delay == pytest.approx(expected)


def test_an_unknown_outcome_is_never_repeated():
    assert next_delay(Kind.EFFECT, OutcomeUnknown(**WHERE), 1, RetryPolicy(), lambda: 0.5) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Mon, 02 Mar 2026 08:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 09:01:00 +0100", 60),
        ("Mon, 02 Mar 2026 08:01:00", 60),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0),
        ("bientôt", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 50, None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, expected):
    now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert retry_after_seconds(header, now=now) == expected


@given(st.text())
def test_no_retry_after_is_too_strange(header):
    seconds = retry_after_seconds(header, now=datetime(2026, 3, 2, tzinfo=UTC))
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"factor": 0.5}, {"jitter": 2}, {"first_delay": -1}, {"max_delay": -1}],
)
def test_rules_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ConfigurationError):
        RetryPolicy(**wrong)
