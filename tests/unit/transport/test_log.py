"""One line per exchange, and no secret anywhere."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import AuthenticationRefused, NotSent, OutcomeUnknown
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import BasicAuth, ClientCertificate, Multipart
from cdg62_connect.transport.redaction import quotation, shown_url

SECRETS = ["tres-secret", "Y29tcHRlOnRyZXMtc2VjcmV0", "0a1b2c3d4e", "corps-confidentiel", "jeton-de-session"]


def answers(connection):
    while connection.request():
        connection.answer(body=b"corps-confidentiel", Set_Cookie="s=jeton-de-session")


def lines(caplog):
    return [each.getMessage() for each in caplog.records if each.name == "cdg62_connect.echanges"]


@pytest.fixture
def everything(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def test_an_exchange_is_one_line(serve, connect, an_effect, everything):
    server = serve(answers)
    request = an_effect(path="modules/x.php", params=[("transaction", "42"), ("hash", "0a1b2c3d4e")])
    connect(server.url + "/racine").exchange(request, lambda answer: answer.body())
    everything.set_level(logging.INFO)
    (line,) = lines(everything)
    assert re.fullmatch(
        r"plateforme=plateforme operation=creer methode=POST "
        r"chemin=/racine/modules/x\.php\?transaction=42&hash=••• statut=200 resultat=ok ms=\d+ "
        r"octets_envoyes=\d{3} octets_recus=\d{2,3} essais=1",
        line,
    )


def test_a_failed_exchange_names_its_error_and_its_attempts(connect, a_read, everything):
    with pytest.raises(NotSent):
        connect("http://nulle-part.invalid").exchange(a_read(), lambda answer: answer.body())
    *retries, last = lines(everything)
    assert len(retries) == 3
    assert "statut=- resultat=NotSent" in last
    assert last.endswith("octets_envoyes=0 octets_recus=0 essais=4")


def test_the_bytes_counted_are_those_of_the_wire(serve, connect, an_effect, everything):
    server = serve(answers)
    form = Multipart([("a", "b" * 100_000)])
    connect(server).exchange(an_effect(body=form), lambda answer: answer.body())
    (line,) = lines(everything)
    (received,) = server.received
    sent = int(re.search(r"octets_envoyes=(\d+)", line)[1])
    head = sum(len(name) + len(value) + 4 for name, value in received.headers.items())
    assert sent == len(received.line) + 2 + head + 2 + len(received.body)


def test_no_logger_ever_shows_a_secret(serve, connect, a_read, an_effect, everything, authority):
    def refuses(connection):
        while connection.request():
            connection.answer(
                "401 Unauthorized", b"tres-secret", Set_Cookie="s=jeton-de-session", Content_Type="text/plain"
            )

    auth = BasicAuth("compte", Secret("tres-secret"))
    params = [("nounce", "0a1b2c3d4e"), ("password", "123456")]
    body = Multipart([("mot", "corps-confidentiel")])
    session = connect(serve(answers), auth=auth)
    session.exchange(an_effect(params=params, body=body), lambda answer: answer.body())
    with pytest.raises(AuthenticationRefused) as caught:
        connect(serve(refuses), auth=auth).exchange(a_read(params=params), lambda answer: answer.body())
    with pytest.raises(OutcomeUnknown):
        connect(serve(lambda connection: connection.request()), auth=auth).exchange(
            an_effect(params=params, body=body), lambda answer: answer.body()
        )
    certificate, key = authority.client("discret", passphrase=b"tres-secret")
    ours = ClientCertificate(certificate, key, Secret("tres-secret"))
    shown = [
        *(each.getMessage() for each in everything.records),
        *(logging.Formatter().format(each) for each in everything.records),
        *(repr(each) for each in (auth, ours, session, a_read(params=params), an_effect(body=body))),
        str(caught.value),
        repr(caught.value.__dict__),
    ]
    assert any("urllib3" in each.name for each in everything.records)
    for secret in (*SECRETS, "123456"):
        assert not [text for text in shown if secret in text]


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="0123456789"), min_size=1)


@given(name=names, value=values)
def test_no_value_but_a_plain_number_is_shown(name, value):
    shown = shown_url(f"https://p.fr/x?{urlencode([(name, value)])}")
    assert shown.endswith("=•••")


@given(st.text())
def test_a_shown_address_is_one_field_of_one_line(path):
    assert len(f"a {shown_url(f'/{path}')} b".split()) == 3


@pytest.mark.parametrize("name", ["password", "nounce", "nonce", "hash", "api_key", "LOGIN", "token"])
def test_a_number_under_a_telling_name_is_hidden(name):
    assert shown_url(f"/x?{name}=123456") == f"/x?{name}=•••"


def test_a_quotation_is_short_and_on_one_line():
    said = quotation(b"ligne 1\r\n\tligne 2\x1b[31m " + b"x" * 1000, secrets=[Secret("")])
    assert said.startswith("ligne 1 ligne 2 [31m xxx")
    assert len(said) == 300
