"""Trust is exactly what is configured; our certificate is shown, and its refusal understood."""

from __future__ import annotations

import contextlib
import ssl

import pytest

from cdg62_connect.errors import AuthenticationRefused, ConfigurationError, NotSent, UntrustedServer
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import ClientCertificate, HttpSession, StreamBody, Timeouts, TlsVersion
from cdg62_connect.transport.tls import TlsTerms

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def answers(connection):
    while connection.request():
        connection.answer(body=b"bonjour")


def whole(answer):
    return answer.body()


def test_a_server_of_the_configured_authority_is_trusted(serve, connect, a_read, authority):
    server = serve(answers, context=authority.server_context())
    session = connect(server, ca=authority.pem)
    for _ in range(2):
        assert session.exchange(a_read(), whole) == b"bonjour"
    assert len(server.connections) == 1


def test_a_server_of_another_authority_is_not_and_is_not_asked_again(
    serve, connect, a_read, an_effect, authority, other_authority, clock
):
    server = serve(answers, context=other_authority.server_context())
    session = connect(server, ca=authority.pem)
    for request in (a_read(), an_effect()):
        with pytest.raises(UntrustedServer, match="issuer certificate"):
            session.exchange(request, whole)
    assert clock.waits == []
    assert server.received == []


def test_a_private_authority_is_not_in_the_public_store(serve, connect, a_read, authority):
    with pytest.raises(UntrustedServer):
        connect(serve(answers, context=authority.server_context())).exchange(a_read(), whole)


def test_a_certificate_for_another_name_is_not_trusted(serve, connect, a_read, authority):
    server = serve(answers, context=authority.server_context("autre.invalid"))
    with pytest.raises(UntrustedServer, match=r"127\.0\.0\.1"):
        connect(server, ca=authority.pem).exchange(a_read(), whole)


def test_an_expired_certificate_is_not_trusted(serve, connect, a_read, authority):
    server = serve(answers, context=authority.server_context(days=-1))
    with pytest.raises(UntrustedServer, match="expired"):
        connect(server, ca=authority.pem).exchange(a_read(), whole)


def test_a_given_authority_is_the_only_one(serve, connect, a_read, authority, monkeypatch):
    """requests and urllib3 would each add the public store to the context, once per connection."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.pem))
    contexts = []
    wrap = ssl.SSLContext.wrap_socket

    def spy(self, *args, **options):
        if options.get("server_hostname"):
            contexts.append(self)
        return wrap(self, *args, **options)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", spy)
    server = serve(answers, context=authority.server_context())
    connect(server, ca=authority.pem).exchange(a_read(), whole)
    (context,) = contexts
    assert [dict(pair[0] for pair in ca["subject"])["commonName"] for ca in context.get_ca_certs()] == [
        "Autorité des tests"
    ]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_public_store_is_used_when_no_authority_is_given():
    assert len(TlsTerms().context().get_ca_certs()) > 50


def test_tls_1_1_is_not_spoken(authority):
    context = TlsTerms(ca=authority.pem).context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert not context.hostname_checks_common_name


def test_a_server_that_does_not_speak_tls_is_sent_nothing(serve, connect, an_effect, authority, clock):
    def plain(connection):
        connection.sock.recv(65536)
        connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server = serve(plain)
    session = connect(server.url.replace("http:", "https:"), ca=authority.pem)
    with pytest.raises(NotSent, match="TLS"):
        session.exchange(an_effect(), whole)
    assert clock.waits == [1, 2, 4]


def test_a_handshake_that_never_ends_is_sent_nothing(serve, connect, an_effect, authority):
    def silent(connection):
        while connection.sock.recv(65536):
            pass

    server = serve(silent)
    address = server.url.replace("http:", "https:")
    with pytest.raises(NotSent, match=r"0\.1 s"):
        connect(address, ca=authority.pem, timeouts=Timeouts(connect=0.1)).exchange(an_effect(), whole)


def test_a_connection_closed_during_the_handshake_is_sent_nothing(serve, connect, an_effect, authority):
    server = serve(lambda connection: connection.reset())
    address = server.url.replace("http:", "https:")
    with pytest.raises(NotSent):
        connect(address, ca=authority.pem).exchange(an_effect(), whole)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_certificate_with_an_encrypted_key_is_shown(
    serve, connect, a_read, authority, demanding, shown_name, version
):
    def who(connection):
        connection.request()
        connection.answer(body=shown_name(connection))

    certificate, key = authority.client("collectivite", passphrase="phrase é".encode())
    server = serve(who, context=demanding(authority, authority, version))
    ours = ClientCertificate(certificate, key, Secret("phrase é"))
    assert connect(server, ca=authority.pem, certificate=ours).exchange(a_read(), whole) == b"collectivite"


def test_a_certificate_asked_for_once_the_request_is_known_is_shown(
    serve, connect, a_read, authority, demanding
):
    """What Apache does when it asks for a certificate for some directories only."""
    shown = []

    def ask(connection):
        connection.request()
        connection.sock.verify_client_post_handshake()
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")  # the demand leaves with the next bytes
        connection.sock.settimeout(0.02)
        for _ in range(500):
            with contextlib.suppress(TimeoutError):
                connection.sock.recv(1)
            with contextlib.suppress(ValueError):  # as long as the client's part has not come
                shown.append(connection.sock.getpeercert())
            if any(shown):
                break
        connection.answer(body=b"ok")

    certificate, key = authority.client("plus tard")
    context = demanding(authority, authority, ssl.TLSVersion.TLSv1_3)
    context.post_handshake_auth = True
    server = serve(ask, context=context)
    session = connect(server, ca=authority.pem, certificate=ClientCertificate(certificate, key))
    assert session.exchange(a_read(), whole) == b"ok"
    server.stop()
    assert shown[-1]["subject"] == ((("commonName", "plus tard"),),)


def test_certificate_and_key_may_be_in_one_file(serve, connect, a_read, authority, demanding, tmp_path):
    certificate, key = authority.client("reunis")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    server = serve(answers, context=demanding(authority, authority, VERSIONS[1]))
    session = connect(server, ca=authority.pem, certificate=ClientCertificate(both))
    assert session.exchange(a_read(), whole) == b"bonjour"


@pytest.mark.parametrize("size", [10, 5_000_000])
@pytest.mark.parametrize("who", ["inconnu", "expire"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_refused_client_certificate_is_an_authentication_refused_even_for_an_effect(
    serve, connect, an_effect, authority, demanding, other_authority, clock, version, who, size
):
    if who == "inconnu":
        certificate, key = other_authority.client("inconnu")
    else:
        certificate, key = authority.client("expire", days=-1)
    server = serve(answers, context=demanding(authority, authority, version))
    session = connect(server, ca=authority.pem, certificate=ClientCertificate(certificate, key))
    body = StreamBody("a/b", size, lambda: iter([b"x" * size]))
    with pytest.raises(AuthenticationRefused, match="certificat client"):
        session.exchange(an_effect(body=body), whole)
    assert clock.waits == []
    assert server.received == []


def test_a_missing_client_certificate_is_an_authentication_refused(
    serve, connect, an_effect, authority, demanding
):
    server = serve(answers, context=demanding(authority, authority, ssl.TLSVersion.TLSv1_3))
    with pytest.raises(AuthenticationRefused, match="CERTIFICATE_REQUIRED"):
        connect(server, ca=authority.pem).exchange(an_effect(), whole)


def test_a_missing_client_certificate_under_tls_1_2_is_at_least_not_sent(
    serve, connect, an_effect, authority, demanding
):
    """There, the server only says that the handshake failed."""
    server = serve(answers, context=demanding(authority, authority, ssl.TLSVersion.TLSv1_2))
    with pytest.raises(NotSent, match="certificat client"):
        connect(server, ca=authority.pem).exchange(an_effect(), whole)


def open_with(authority, certificate):
    return HttpSession("https://127.0.0.1:9", platform="p", ca=authority.pem, certificate=certificate)


def test_a_wrong_passphrase_is_an_error_of_configuration(authority):
    certificate, key = authority.client("ferme", passphrase=b"la bonne")
    for passphrase in ("la mauvaise-42", "", "x" * 2000):
        with pytest.raises(ConfigurationError, match="phrase secrète") as caught:
            open_with(authority, ClientCertificate(certificate, key, Secret(passphrase)))
        assert "la mauvaise-42" not in repr(caught.value)
        assert caught.value.__suppress_context__


def test_an_encrypted_key_without_passphrase_asks_nobody(authority):
    certificate, key = authority.client("muet", passphrase=b"une phrase")
    with pytest.raises(ConfigurationError, match="chiffrée"):
        open_with(authority, ClientCertificate(certificate, key))


def test_a_key_of_another_certificate_is_an_error_of_configuration(authority):
    certificate, _ = authority.client("un")
    _, key = authority.client("deux")
    with pytest.raises(ConfigurationError, match="pas celle du certificat"):
        open_with(authority, ClientCertificate(certificate, key))


def test_a_missing_file_is_named(authority, tmp_path):
    certificate, key = authority.client("complet")
    absent = tmp_path / "absent.pem"
    for ours in (ClientCertificate(absent, key), ClientCertificate(certificate, absent)):
        with pytest.raises(ConfigurationError, match=r"absent\.pem"):
            open_with(authority, ours)
    with pytest.raises(ConfigurationError, match=r"absent\.pem"):
        HttpSession("https://127.0.0.1:9", platform="p", ca=absent)


@pytest.mark.parametrize("content", [b"", b"pas du PEM"])
def test_a_file_that_holds_no_authority_is_refused(tmp_path, content):
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"ca\.pem"):
        HttpSession("https://127.0.0.1:9", platform="p", ca=bundle)


def test_a_certificate_is_useless_without_tls(authority):
    certificate, key = authority.client("en clair")
    with pytest.raises(ConfigurationError, match="https"):
        HttpSession("http://127.0.0.1:9", platform="p", certificate=ClientCertificate(certificate, key))


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_version_of_tls_may_be_bounded_on_both_sides(serve, connect, a_read, authority, version):
    def which(connection):
        connection.request()
        connection.answer(body=connection.sock.version().encode())

    server = serve(which, context=authority.server_context())
    session = connect(server, ca=authority.pem, tls_min=version, tls_max=TlsVersion(version))
    assert session.exchange(a_read(), whole) == f"TLSv{version}".encode()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(ssl.TLSVersion.TLSv1_2, {"tls_min": "1.3"}), (ssl.TLSVersion.TLSv1_3, {"tls_max": "1.2"})],
)
def test_a_server_without_a_version_in_common_is_sent_nothing(
    serve, connect, an_effect, authority, theirs, ours
):
    context = authority.server_context()
    context.minimum_version = context.maximum_version = theirs
    server = serve(answers, context=context)
    with pytest.raises(NotSent, match="TLS"):
        connect(server, ca=authority.pem, **ours).exchange(an_effect(), whole)
    assert server.received == []


@pytest.mark.parametrize(
    "versions", [{"tls_min": "1.1"}, {"tls_max": "TLS 1.3"}, {"tls_min": "1.3", "tls_max": "1.2"}]
)
def test_versions_that_make_no_sense_are_an_error_of_configuration(versions):
    with pytest.raises(ConfigurationError, match="version"):
        HttpSession("https://127.0.0.1:9", platform="p", **versions)
