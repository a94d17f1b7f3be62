"""Who shares a certificate, and on whose behalf an application calls."""

from __future__ import annotations

import base64
import ssl

import pytest

from cdg62_connect.errors import AuthenticationRefused, ConfigurationError, UnreadableAnswer
from cdg62_connect.s2low import ForwardedIdentity, S2low
from cdg62_connect.transport import HttpSession, RetryPolicy

DER = bytes(range(200))
PEM = ssl.DER_cert_to_PEM_cert(DER)
KEY = "-----BEGIN PRIVATE KEY-----\nREVG\n-----END PRIVATE KEY-----\n"
HEADER = "org.s2low.forward-x509-identification"


@pytest.mark.parametrize(
    ("body", "logins"),
    [
        (b"alice\nbruno\n", ("alice", "bruno")),
        (b"alice\n\nbruno", ("alice", "", "bruno")),
        (b"\n", ("",)),
        (b"", ()),
        ("hélène\n".encode("iso-8859-1"), ("hélène",)),
    ],
)
def test_each_account_of_a_certificate_is_a_line(s2low, platform, body, logins):
    platform.answers(body)
    assert s2low.connexion.logins() == logins
    assert platform.last.path == "/admin/users/api-list-login.php"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": b"KO\nLa connexion n'a pas pu ?tre ?tablie\n"}, AuthenticationRefused),
        ({"status": 302, "Location": "/login.php"}, AuthenticationRefused),
        ({"body": b"<html><title>Connexion</title></html>"}, AuthenticationRefused),
        ({"body": b"\x00\x01"}, UnreadableAnswer),
        ({"body": b"<xml/>"}, UnreadableAnswer),
    ],
)
def test_what_is_not_a_list_of_logins_is_not_taken_for_one(s2low, platform, answer, error):
    platform.answers(**answer)
    with pytest.raises(error):
        s2low.connexion.logins()


def test_the_certificate_of_the_person_goes_with_every_call(platform, tmp_path):
    file = tmp_path / "agent.pem"
    file.write_text(KEY + PEM)
    identity = ForwardedIdentity.from_pem(file)
    assert repr(identity) == "ForwardedIdentity()"
    with HttpSession(platform.address, platform="s2low", retry=RetryPolicy(attempts=1)) as session:
        s2low = S2low(session, identite=identity)
        platform.answers(b"OK\n1\n\n")
        s2low.connexion.test()
        s2low.actes.annuler(48211)
    assert [one.headers[HEADER] for one in platform.asked] == [base64.b64encode(DER).decode()] * 2


def test_nobody_is_forwarded_unless_asked(s2low, platform):
    platform.answers(b"OK\n")
    s2low.connexion.test()
    assert HEADER not in platform.last.headers


@pytest.mark.parametrize(
    "content", ["", KEY, PEM[:40], "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----"]
)
def test_a_file_without_certificate_is_refused(tmp_path, content):
    file = tmp_path / "agent.pem"
    file.write_text(content)
    with pytest.raises(ConfigurationError):
        ForwardedIdentity.from_pem(file)
    with pytest.raises(ConfigurationError):
        ForwardedIdentity.from_pem(tmp_path / "absent.pem")
