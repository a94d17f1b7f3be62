"""Actes that wait for an agent: confirmed by the account itself, or by a link given to a person."""

from __future__ import annotations

import datetime as dt
import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    UnreadableAnswer,
)
from cdg62_connect.s2low import NotRgs, NotWaiting
from cdg62_connect.settings import Secret
from cdg62_connect.transport import BasicAuth

BACK = "https://confirmation.invalid/"
AUTH = BasicAuth("svc", Secret("secret"))


def sent_back(error: str, message: str, *, encoding: str = "utf-8") -> str:
    """The Location as the server writes it: bytes, that the wire shows as ISO-8859-1."""
    return f"{BACK}?error={error}&message={message}".encode(encoding).decode("iso-8859-1")


def test_a_confirmation_is_told_by_where_the_browser_is_sent(s2low, platform):
    platform.answers(status=302, Location=sent_back("0", ""))
    s2low.actes.confirmer(48400)
    assert platform.last.path == "/modules/actes/actes_transac_post_confirm_api.php"
    assert platform.last.query == [
        ("id", "48400"),
        ("url_return", f"{BACK}?error=%%ERROR%%&message=%%MESSAGE%%"),
    ]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("La transaction n'est pas dans le statut « En attente d'être posté»", NotWaiting),
        ("Accès refusé", AccessRefused),
        ("La télétransmission nécessite un certificat RGS<br/>Erreur : chaîne inconnue", NotRgs),
        ("Erreur d'initialisation de la transaction.", NotFound),
        ("Pas d'identifiant de transaction spécifié", NotFound),
        ("Une phrase d'une version future & d'autres", InvalidRequest),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_a_refusal_is_told_by_its_message(s2low, platform, message, error, encoding):
    platform.answers(status=302, Location=sent_back("1", message, encoding=encoding))
    with pytest.raises(error) as caught:
        s2low.actes.confirmer(48400)
    assert type(caught.value) is error
    assert caught.value.said == message


@pytest.mark.parametrize(
    ("body", "status", "location", "error"),
    [
        (b"", 302, "/login.php?error=multiple_accounts", AuthenticationRefused),
        ("KO\nÉchec de l'authentification\n".encode(), 200, "", AuthenticationRefused),
        (b"", 302, "/modules/actes/index.php", OutcomeUnknown),
        (b"", 302, BACK, OutcomeUnknown),
        (b"", 302, f"{BACK}?error=2&message=", OutcomeUnknown),
        (b"", 302, f"{BACK}?error=%%ERROR%%&message=%%MESSAGE%%", OutcomeUnknown),
        (b"", 302, "https://ailleurs.invalid/?error=0&message=", OutcomeUnknown),
        (b"", 200, sent_back("0", ""), OutcomeUnknown),
        (b"<html>", 200, "", OutcomeUnknown),
        (b"", 500, "", OutcomeUnknown),
    ],
)
def test_anything_else_does_not_prove_that_it_was_posted(s2low, platform, body, status, location, error):
    platform.answers(body, status=status, Location=location)
    with pytest.raises(error):
        s2low.actes.confirmer(48400)


def test_several_are_confirmed_then_looked_at_one_by_one(s2low, platform):
    platform.answers(status=302, Location=BACK)
    platform.then(b"OK\n1\n")
    platform.then(b"OK\n17\n")
    statuses = s2low.actes.confirmer_plusieurs([48400, 48401])
    assert {number: status.waiting_for_person for number, status in statuses.items()} == {
        48400: False,
        48401: True,
    }
    assert platform.asked[0].path == "/modules/actes/actes_transac_post_confirm_api_multi.php"
    assert platform.asked[0].query == [("id[]", "48400"), ("id[]", "48401"), ("url_return", BACK)]


def test_several_whose_statuses_cannot_be_read_are_of_unknown_outcome(s2low, platform):
    platform.answers(status=302, Location=BACK)
    platform.then(b"OK\n1\n")
    platform.then(b"<html>en travaux</html>")
    with pytest.raises(OutcomeUnknown, match="17"):
        s2low.actes.confirmer_plusieurs([48400, 48401])
    for elsewhere in ("/modules/actes/", f"https://ailleurs.invalid/?{BACK}"):
        platform.answers(status=302, Location=elsewhere)
        with pytest.raises(OutcomeUnknown):
            s2low.actes.confirmer_plusieurs([48400, 48401])
        assert platform.last.path.endswith("_multi.php")


@pytest.mark.parametrize("transactions", [[], [0], list(range(1, 102))])
def test_none_and_too_many_are_not_asked(s2low, platform, transactions):
    with pytest.raises(InvalidInput):
        s2low.actes.confirmer_plusieurs(transactions)
    assert platform.asked == []


def query_of(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query)


def test_a_link_proves_the_password_without_giving_it(s2low, platform):
    platform.answers(b'{"nounce":"k3J9xQ"}')
    retour = "https://epci.example/retour?error=%%ERROR%%&message=%%MESSAGE%%"
    link = s2low.actes.lien_confirmation([48400], auth=AUTH, retour=retour)
    assert link.url.startswith(f"{platform.address}/modules/actes/actes_transac_post_confirm_api.php?")
    assert query_of(link.url) == [
        ("id", "48400"),
        ("url_return", retour),
        ("nounce", "k3J9xQ"),
        ("login", "svc"),
        ("hash", hashlib.sha256(b"secret:k3J9xQ").hexdigest()),
    ]
    assert platform.last.path == "/api/get-nounce.php"
    now = dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=4) < link.expire - now <= dt.timedelta(minutes=5)
    assert "k3J9xQ" not in repr(link)


def test_a_link_for_several_goes_to_the_page_for_several(s2low, platform):
    platform.answers(b'{"nounce":"n"}')
    link = s2low.actes.lien_confirmation([1, 2], auth=AUTH, retour="https://epci.example/")
    assert urlsplit(link.url).path == "/modules/actes/actes_transac_post_confirm_api_multi.php"
    assert query_of(link.url)[:2] == [("id[]", "1"), ("id[]", "2")]


def test_a_link_to_another_page_is_written_in_utf_8(s2low, platform):
    platform.answers(b'{"nounce":"n"}')
    auth = BasicAuth("é", Secret("à"))
    link = s2low.connexion.lien("/modules/actes/index.php", auth=auth, params=[("q", "été & co")])
    assert query_of(link.url) == [
        ("q", "été & co"),
        ("nounce", "n"),
        ("login", "é"),
        ("hash", hashlib.sha256("à:n".encode()).hexdigest()),
    ]


@pytest.mark.parametrize(
    "chemin", ["", "login.php", "https://x.fr/", "/a?b=c", "/../a", "/a#b", "//x.fr/a", "/"]
)
def test_a_link_is_to_a_page_of_the_platform(s2low, platform, chemin):
    with pytest.raises(InvalidInput):
        s2low.connexion.lien(chemin, auth=AUTH)
    assert platform.asked == []


@pytest.mark.parametrize(
    "body", [b"{}", b'{"nounce":""}', b'{"nounce":"a b"}', b"[]", b"", b'{"nounce":null}']
)
def test_without_a_nounce_there_is_no_link(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.connexion.lien("/a.php", auth=AUTH)


def test_an_account_without_login_gets_no_nounce(s2low, platform):
    platform.answers(b"Login required", status=401)
    with pytest.raises(AuthenticationRefused):
        s2low.connexion.lien("/a.php", auth=AUTH)
