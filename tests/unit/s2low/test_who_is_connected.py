from __future__ import annotations

import json

import pytest

from cdg62_connect.errors import AuthenticationRefused, Unavailable, UnreadableAnswer

USER = {"id": "7", "login": None, "name": "Web", "givenname": "Service", "role": "USER", "email": "a@b.fr"}
AUTHORITY = {"id": 12, "name": "Sainte-Marie", "department": "062", "district": "1"}


def told(**changes: object) -> bytes:
    return json.dumps({"user_info": USER, "authority_info": AUTHORITY, **changes}).encode()


def test_the_account_and_its_collectivite_are_read_whatever_the_types_of_the_columns(s2low, platform):
    platform.answers(told())
    infos = s2low.connexion.infos()
    assert (platform.last.method, platform.last.path) == ("GET", "/api/info-connexion.php")
    assert (infos.user_id, infos.login, infos.name, infos.role) == (7, "", "Service Web", "USER")
    assert (infos.authority_id, infos.authority_name, infos.department) == (12, "Sainte-Marie", "062")


def test_the_fields_that_we_do_not_know_are_kept_but_not_shown(s2low, platform):
    platform.answers(told())
    infos = s2low.connexion.infos()
    assert infos.user == {"email": "a@b.fr"}
    assert infos.authority == {"district": "1"}
    assert "a@b.fr" not in repr(infos)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"OK",
        told(user_info=None),
        told(user_info={**USER, "id": "x"}),
        told(authority_info={**AUTHORITY, "id": 0}),
    ],
)
def test_an_answer_that_describes_nobody_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.connexion.infos()


def test_an_unknown_account_has_no_infos(s2low, platform):
    platform.answers("KO\nLa connexion n'a pas pu être établie\n".encode())
    with pytest.raises(AuthenticationRefused):
        s2low.connexion.infos()


@pytest.mark.parametrize(
    ("body", "rgs"), [(b"OK", True), (b"OK\n", True), (b"KO", False), (b"KO\r\n", False)]
)
def test_a_bare_word_tells_whether_the_certificate_is_rgs(s2low, platform, body, rgs):
    platform.answers(body)
    assert s2low.connexion.test_rgs() is rgs
    assert (platform.last.method, platform.last.path) == ("GET", "/api/test-rgs.php")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, "KO\nLa connexion n'a pas pu être établie\n".encode(), AuthenticationRefused),
        (200, b"KO\nun texte que personne ne connait\n", AuthenticationRefused),
        (200, b"", UnreadableAnswer),
        (200, b"OK mais non", UnreadableAnswer),
        (404, b"not here", UnreadableAnswer),
        (500, b"", Unavailable),
    ],
)
def test_what_is_not_one_of_the_two_words_is_not_taken_for_an_answer(s2low, platform, status, body, error):
    platform.answers(body, status=status)
    with pytest.raises(error):
        s2low.connexion.test_rgs()
