from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cdg62_connect.errors import AuthenticationRefused, ConfigurationError, NotReady, NotSent, Unavailable
from cdg62_connect.journey.controle import Result, worst
from cdg62_connect.journey.controle.certificates import CertificateFacts
from cdg62_connect.journey.controle.check import About
from cdg62_connect.journey.controle.network import skew
from cdg62_connect.journey.controle.validity import validity

ABOUT = About("x.y", "Un contrôle")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


def certificate(*, ends: datetime, starts: datetime = NOW - timedelta(days=900)) -> CertificateFacts:
    return CertificateFacts(
        subject="Agent", issuer="AC", serial="1", not_before=starts, not_after=ends, fingerprint=f"{ends:%s}"
    )


def judged(*certificates: CertificateFacts) -> tuple[Result, str]:
    check = validity(ABOUT, certificates, now=NOW, renew="renouvelez-le.")
    return check.result, check.found


@pytest.mark.parametrize(
    ("ends", "result", "words"),
    [
        (datetime(2026, 12, 1, tzinfo=UTC), Result.OK, "jours ouvrés"),
        (datetime(2026, 4, 15, 12, tzinfo=UTC), Result.OK, "31 jours ouvrés"),
        (datetime(2026, 4, 14, 12, tzinfo=UTC), Result.ATTENTION, "il reste 30 jours ouvrés"),
        (datetime(2026, 3, 12, 12, tzinfo=UTC), Result.ATTENTION, "il reste 8 jours ouvrés"),
        (datetime(2026, 3, 11, 12, tzinfo=UTC), Result.ATTENTION, "URGENT, il reste 7 jours ouvrés"),
        (datetime(2026, 3, 3, 12, tzinfo=UTC), Result.ATTENTION, "il reste 1 jour ouvré."),
        (NOW, Result.KO, "périmé depuis le 02/03/2026"),
    ],
)
def test_a_certificate_is_judged_in_working_days(ends: datetime, result: Result, words: str) -> None:
    found = judged(certificate(ends=ends))
    assert found[0] is result
    assert words in found[1]


def test_the_first_to_end_of_a_chain_decides() -> None:
    sound, ending = certificate(ends=NOW + timedelta(days=800)), certificate(ends=NOW + timedelta(days=3))
    assert judged(sound, ending)[0] is Result.ATTENTION


def test_a_certificate_that_is_not_valid_yet_is_of_no_use() -> None:
    found = judged(certificate(starts=NOW + timedelta(hours=1), ends=NOW + timedelta(days=800)))
    assert found[0] is Result.KO
    assert "02/03/2026 à 11:00" in found[1], "à l'heure de Paris"


@pytest.mark.parametrize(
    ("there", "result", "word"),
    [
        (NOW, Result.OK, "même"),
        (NOW - timedelta(seconds=61), Result.OK, "même"),
        (NOW - timedelta(seconds=70), Result.ATTENTION, "avance de 1 min 09 s"),
        (NOW + timedelta(seconds=70), Result.ATTENTION, "retarde de 1 min 08 s"),
        (NOW + timedelta(hours=3), Result.KO, "retarde de 2 h 59 min"),
    ],
)
def test_the_hour_of_this_machine_is_compared_with_that_of_the_platform(
    there: datetime, result: Result, word: str
) -> None:
    header = format_datetime(there, usegmt=True)
    check = skew(ABOUT, header, before=NOW, after=NOW + timedelta(seconds=2))
    assert check.result is result
    assert word in check.found


@pytest.mark.parametrize("header", ["", "hier", "Mon, 99 Foo 2026 99:99:99 GMT"])
def test_a_platform_that_does_not_tell_the_hour_proves_nothing(header: str) -> None:
    assert skew(ABOUT, header, before=NOW, after=NOW).result is Result.UNVERIFIABLE


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (NotSent(platform="s2low", operation="x"), Result.UNVERIFIABLE),
        (Unavailable(platform="s2low", operation="x"), Result.UNVERIFIABLE),
        (AuthenticationRefused(platform="s2low", operation="x"), Result.KO),
        (NotReady(platform="s2low", operation="x"), Result.KO),
        (ConfigurationError("Le fichier manque."), Result.KO),
    ],
)
def test_a_platform_that_is_absent_is_not_one_that_refuses(error: Exception, result: Result) -> None:
    assert ABOUT.failed(error).result is result  # type: ignore[arg-type]  # all are ours


def test_what_others_wrote_commands_no_terminal_and_holds_on_one_line() -> None:
    check = ABOUT.ko("un\x1b[31m\nnom", advice="deux\r\nlignes")
    assert (check.found, check.advice) == ("un?[31m nom", "deux lignes")


def test_the_worst_decides_and_what_nobody_could_verify_is_not_well() -> None:
    ok, doubt = ABOUT.ok(""), ABOUT.unverifiable("", advice="")
    assert worst([ok]) is Result.OK
    assert worst([ok, doubt]) is Result.ATTENTION
    assert worst([ok, doubt, ABOUT.ko("", advice="")]) is Result.KO
