"""Client certificates in PKCS#12: opened whatever their age, and never written in clear."""

from __future__ import annotations

import base64
import os
import ssl
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES

from cdg62_connect.errors import AuthenticationRefused, ConfigurationError, MissingExtra
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import ClientCertificate, HttpSession

# Self-signed, made for these tests: its certificate is under 40-bit RC2, its key under triple DES, both of
# SHA-1, which is what browsers and OpenSSL 1 exported. Nothing at hand writes RC2 any more.
FORMER = base64.b64decode(
    "MIIDMgIBAzCCAvgGCSqGSIb3DQEHAaCCAukEggLlMIIC4TCCAdcGCSqGSIb3DQEHBqCCAcgwggHEAgEAMIIBvQYJKoZIhvcNAQcB"
    "MBwGCiqGSIb3DQEMAQYwDgQIJ8q0kHQcHCoCAggAgIIBkM2yTavql5+/H61zvD7Vyq3Vc+vyy7OSV55Hs3fXmaVSijituZLzZBGJ"
    "ce1FNg/MIZhqOSXqeZYoNNk0Y8aWU0amLfnWqTkZ4VwrKmg2ZC74DaGxqXfZUMZiLlALYZ5yMvf3FgDumfK+K3TdSzQ8NFTVAeLP"
    "y2ll+NSm+bDJjWKsheLNvxIfKjBAiUfYg3Q+hBMR63dk2nWAeX80pxhxW2qZtrlj5yMjeiOw2f/prI7rmAaMqlAOQex3FV7MtaJ9"
    "QtrCJ2zYD2PqP9+ePCt6uliKmE7HIVDDsSUpJy2oOXxLleGWMzkoXGwcPs9VesJ+Zr1L4NRNc+dB5lGZrz8JY0MNCC6oU9hzFAUQ"
    "TPpGigK6yPp9USNquh4Ile6R/AEyQJY1syNxdQm5ruhbMWAlEzqSWbZaKT8lH3+rby/eA3xfciyPERUKQbPKm6Iat+JFbUhqSb14"
    "B/NvcRSwmk34Z8wOD7TppBPeh7dKm8USg0XvM3HKBp3dDAGa1wf0sguggUkRWzQzNKOEim3w1vEZ834wggECBgkqhkiG9w0BBwGg"
    "gfQEgfEwge4wgesGCyqGSIb3DQEMCgECoIG0MIGxMBwGCiqGSIb3DQEMAQMwDgQIBppbiXBqZp4CAggABIGQFWl8oa0S0AruudVG"
    "bTt231R24oa+jDMMRG2iZk7h4tgE8pOsVtjSFyc+McyMDx6hp4PIIYndB61pGwT74oUuLfjo/LL6KMkHIU7bV/OLjHMxApRuI9ky"
    "8Do17nApRh37CQcT/fCz6t57gWIKcDK0+GS6YA/GCvI5T0a93g4cdGgC86dwpD+836POqspUB6PCMSUwIwYJKoZIhvcNAQkVMRYE"
    "FGzaGWzYoXb6umabcXwoNtzfdl11MDEwITAJBgUrDgMCGgUABBRsD9zc0Nr9BL1xmXiwJHw2F+XVyQQIMSnv4b1jUD4CAggA"
)


def open_with(authority, certificate):
    return HttpSession("https://127.0.0.1:9", platform="p", ca=authority.pem, certificate=certificate)


@pytest.fixture
def who(shown_name):
    def script(connection):
        connection.request()
        connection.answer(body=shown_name(connection))

    return script


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("encryption", [PBES.PBESv2SHA256AndAES256CBC, PBES.PBESv1SHA1And3KeyTripleDESCBC])
def test_the_certificate_is_shown(serve, connect, a_read, authority, demanding, who, encryption, version):
    path = authority.pkcs12("collectivite", "phrase é", encryption=encryption)
    ours = ClientCertificate(path, passphrase=Secret("phrase é"))
    session = connect(
        serve(who, context=demanding(authority, authority, version)), ca=authority.pem, certificate=ours
    )
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"collectivite"


def test_a_file_of_the_former_kind_is_read(serve, connect, a_read, authority, who, tmp_path):
    path = tmp_path / "ancien.pfx"
    path.write_bytes(FORMER)
    certificate = pkcs12.load_pkcs12(FORMER, b"ancienne").cert.certificate
    context = authority.server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=certificate.public_bytes(serialization.Encoding.DER))
    ours = ClientCertificate(path, passphrase=Secret("ancienne"))
    session = connect(serve(who, context=context), ca=authority.pem, certificate=ours)
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"ancien format"


@pytest.fixture(scope="module")
def stages(tmp_path_factory, authority):
    """Two authorities, one under the other, under the one that servers know."""
    above = type(authority)("Intermédiaire 1", tmp_path_factory.mktemp("un"), above=authority)
    return above, type(authority)("Intermédiaire 2", tmp_path_factory.mktemp("deux"), above=above)


def test_the_intermediates_are_sent_in_order_and_the_root_is_not(
    serve, connect, a_read, authority, other_authority, demanding, stages
):
    chains = []

    def chain(connection):
        connection.request()
        chains.append([each.public_bytes(2) for each in connection.sock._sslobj.get_unverified_chain()])
        connection.answer(body=b"ok")

    above, issuer = stages
    path = issuer.pkcs12("en bas", "x", others=(authority, other_authority, above, issuer))
    own = pkcs12.load_pkcs12(path.read_bytes(), b"x").cert.certificate
    server = serve(chain, context=demanding(authority, authority))
    ours = ClientCertificate(path, passphrase=Secret("x"))
    session = connect(server, ca=authority.pem, certificate=ours)
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"ok"
    assert [x509.load_der_x509_certificate(each) for each in chains[0]] == [
        own,
        issuer.certificate,
        above.certificate,
    ]


def test_without_its_intermediates_the_certificate_is_refused(
    serve, connect, a_read, authority, demanding, who, stages
):
    ours = ClientCertificate(stages[1].pkcs12("seul", "x"), passphrase=Secret("x"))
    server = serve(who, context=demanding(authority, authority))
    with pytest.raises(AuthenticationRefused):
        connect(server, ca=authority.pem, certificate=ours).exchange(a_read(), lambda answer: answer.body())


@pytest.fixture
def handed_over(monkeypatch):
    """What OpenSSL is given to read, as it is at that moment."""
    seen = []
    load = ssl.SSLContext.load_cert_chain

    def spy(self, certfile, keyfile=None, password=None):
        seen.append((Path(certfile), Path(certfile).read_bytes(), Path(certfile).stat().st_mode & 0o777))
        load(self, certfile, keyfile, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", spy)
    return seen


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="files in memory are of Linux")
def test_the_key_stays_in_memory_and_encrypted(authority, handed_over, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = authority.pkcs12("discret", "phrase-42")
    before = os.listdir("/proc/self/fd")
    open_with(authority, ClientCertificate(path, passphrase=Secret("phrase-42"))).close()
    ((file, content, _),) = handed_over
    assert file.parent == Path("/proc/self/fd")
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in content
    assert b"BEGIN PRIVATE KEY" not in content
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert list(tmp_path.iterdir()) == []


def test_without_files_in_memory_the_encrypted_key_is_on_disk_for_an_instant(
    serve, connect, a_read, authority, demanding, who, handed_over, tmp_path, monkeypatch
):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ours = ClientCertificate(authority.pkcs12("discret", "phrase-42"), passphrase=Secret("phrase-42"))
    session = connect(serve(who, context=demanding(authority, authority)), ca=authority.pem, certificate=ours)
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"discret"
    file, content, mode = handed_over[-1]
    assert (file.parent, mode) == (tmp_path, 0o600)
    assert b"BEGIN PRIVATE KEY" not in content
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_passphrase_is_an_error_of_configuration(authority):
    path = authority.pkcs12("ferme", "la bonne")
    for given in (Secret("la mauvaise-42"), Secret(""), Secret("x" * 5000), None):
        with pytest.raises(ConfigurationError, match="phrase secrète") as caught:
            open_with(authority, ClientCertificate(path, passphrase=given))
        assert "la mauvaise-42" not in repr(caught.value)
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("length", [1, 2, 40, 500])
def test_a_damaged_file_is_an_error_of_configuration(authority, tmp_path, length):
    path = tmp_path / "coupe.p12"
    path.write_bytes(FORMER[:length])
    with pytest.raises(ConfigurationError, match=r"coupe\.p12.*abîmé"):
        open_with(authority, ClientCertificate(path, passphrase=Secret("ancienne")))


def test_a_file_without_its_key_is_refused(authority, tmp_path):
    path = tmp_path / "sans cle.p12"
    locked = serialization.BestAvailableEncryption(b"x")
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, None, None, [authority.certificate], locked))
    with pytest.raises(ConfigurationError, match="clé privée"):
        open_with(authority, ClientCertificate(path, passphrase=Secret("x")))


def test_a_key_given_beside_is_one_too_many(authority):
    path = authority.pkcs12("double", "x")
    _, key = authority.client("double")
    with pytest.raises(ConfigurationError, match="retirez"):
        open_with(authority, ClientCertificate(path, key, Secret("x")))


def test_an_encryption_that_openssl_no_longer_knows_is_named(authority, tmp_path, monkeypatch):
    """As under a FIPS policy; the OpenSSL of these tests knows them all."""

    def refuse(*args, **options):
        raise UnsupportedAlgorithm("RC2")

    monkeypatch.setattr(pkcs12, "load_pkcs12", refuse)
    path = tmp_path / "ancien.p12"
    path.write_bytes(FORMER)
    with pytest.raises(ConfigurationError, match=r"openssl pkcs12 -legacy -in ancien\.p12"):
        open_with(authority, ClientCertificate(path, passphrase=Secret("ancienne")))


def test_the_missing_library_is_named(authority, monkeypatch):
    path = authority.pkcs12("sans bibliotheque", "x")
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(MissingExtra, match=r"cdg62-connect\[journey\]"):
        open_with(authority, ClientCertificate(path, passphrase=Secret("x")))
