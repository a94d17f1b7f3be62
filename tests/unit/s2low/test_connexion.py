from __future__ import annotations

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    Unavailable,
    UnreadableAnswer,
)

LOGIN_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>S2low - Connexion</title></head>"
    b'<body><form><input name="login"><input type="password"></form></body></html>'
)


@pytest.mark.parametrize("body", [b"OK", b"OK\n", b"OK\r\n", b"\xef\xbb\xbfOK", b"\nOK"])
def test_a_recognised_account_passes(s2low, platform, body):
    platform.answers(body)
    s2low.connexion.test()
    assert (platform.last.method, platform.last.path) == ("GET", "/api/test-connexion.php")


@pytest.mark.parametrize(
    "body",
    [
        "KO\nLa connexion n&#039;a pas pu être établie\n".encode("iso-8859-1"),
        "KO\nLa connexion n'a pas pu être établie\n".encode(),
        b"KO\nLa connexion n&#039;a pas pu ?tre ?tablie\n",
        "KO\nÉchec de l'authentification\n".encode(),
        "KO\nÉchec de l&#039;authentification\n".encode("iso-8859-1"),
        b"KO\nun texte que personne ne connait\n",
        b"KO",
        LOGIN_PAGE,
        b"<?xml version='1.0'?>\n<!-- s2low -->" + LOGIN_PAGE,
    ],
)
def test_a_refusal_in_a_200_is_an_authentication_refused(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(AuthenticationRefused):
        s2low.connexion.test()


def test_the_words_of_a_refusal_are_kept_readable(s2low, platform):
    platform.answers("KO\nLa connexion n&#039;a pas pu être établie\n".encode("iso-8859-1"))
    with pytest.raises(AuthenticationRefused) as caught:
        s2low.connexion.test()
    assert caught.value.said == "La connexion n'a pas pu être établie"
    assert (caught.value.platform, caught.value.operation) == ("s2low", "test-connexion")


@pytest.mark.parametrize(
    ("location", "advice"),
    [
        ("/login.php?error=multiple_accounts", "plusieurs comptes"),
        ("https://s2low.example/login.php?error=bad_credentials", "mot de passe"),
        ("/connexion-status", "rattaché"),
        ("/connexion-status.php?x=1", "rattaché"),
        ("/login.php", "rattaché"),
    ],
)
def test_a_redirection_to_the_login_is_not_followed_and_says_where_to(s2low, platform, location, advice):
    platform.answers(status=302, Location=location)
    with pytest.raises(AuthenticationRefused) as caught:
        s2low.connexion.test()
    assert location in caught.value.said
    assert advice in caught.value.advice
    assert len(platform.asked) == 1


@pytest.mark.parametrize("location", ["/", "/index.php", "http://[broken", ""])
def test_a_redirection_elsewhere_is_an_access_refused(s2low, platform, location):
    platform.answers(status=302, Location=location)
    with pytest.raises(AccessRefused):
        s2low.connexion.test()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html><title>Maintenance</title>We are back at noon</html>", UnreadableAnswer),
        (200, b"It works!", UnreadableAnswer),
        (200, b"", UnreadableAnswer),
        (404, b"not here", UnreadableAnswer),
        (403, b"", AccessRefused),
        (500, b"", Unavailable),
    ],
)
def test_what_is_not_s2low_is_told_apart_from_a_refusal(s2low, platform, status, body, error):
    platform.answers(body, status=status)
    with pytest.raises(error):
        s2low.connexion.test()


def test_a_missing_right_is_not_an_unknown_account(s2low, platform):
    platform.answers("KO\nAccès refusé\n".encode())
    with pytest.raises(AccessRefused):
        s2low.connexion.test()
