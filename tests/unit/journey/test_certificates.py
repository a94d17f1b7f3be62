from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificate

from cdg62_connect.errors import InvalidFile
from cdg62_connect.journey.controle.certificates import read_certificate_file, read_certificates
from cdg62_connect.settings import Secret
from cdg62_connect.simulator.pki import TestAuthority

START = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("ac"), start=START)


def test_a_certificate_tells_whom_it_names_and_until_when(authority: TestAuthority) -> None:
    certificate, _ = authority.client_certificate("Mairie de Valmont")
    (facts,) = read_certificate_file(certificate)
    assert facts.subject == "Mairie de Valmont"
    assert "autorité de test" in facts.issuer
    assert facts.not_after == datetime(2056, 1, 2, tzinfo=UTC)
    assert facts.not_before == datetime(2016, 1, 2, tzinfo=UTC)


def test_all_the_certificates_of_a_file_are_read_whatever_is_between_them(authority: TestAuthority) -> None:
    certificate, key = authority.client_certificate("un")
    content = b"des mots\n" + certificate.read_bytes() + key.read_bytes() + authority.ca.read_bytes()
    first, second = read_certificates(content)
    assert first.subject == "un"
    assert second.subject == second.issuer


def test_der_is_read_as_well(authority: TestAuthority) -> None:
    der = ssl.PEM_cert_to_DER_cert(authority.ca.read_text())
    assert read_certificates(der) == read_certificate_file(authority.ca)


def test_pkcs12_is_read_with_its_passphrase_and_not_without(authority: TestAuthority, tmp_path: Path) -> None:
    certificate, key = authority.client_certificate("un")
    path = tmp_path / "agent.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"agent",
            load_pem_private_key(key.read_bytes(), None),
            load_pem_x509_certificate(certificate.read_bytes()),
            [load_pem_x509_certificate(authority.ca.read_bytes())],
            BestAvailableEncryption(b"secret"),
        )
    )
    own, above = read_certificate_file(path, passphrase=Secret("secret"))
    assert (own.subject, above.subject) == ("un", above.issuer)
    for wrong in (None, Secret("autre")):
        with pytest.raises(InvalidFile, match="phrase secrète") as caught:
            read_certificate_file(path, passphrase=wrong)
        assert "autre" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"rien", b"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n", b"0\x82\x01"]
)
def test_what_is_not_a_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_certificates(content)
    assert caught.value.code == "CERTIFICAT_ILLISIBLE"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"absent\.pem"):
        read_certificate_file(tmp_path / "absent.pem")
