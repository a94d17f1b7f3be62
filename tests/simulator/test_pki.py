from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from cdg62_connect.clock import Clock
from cdg62_connect.simulator import SimClock
from cdg62_connect.simulator.certificates import ClientCertificates
from cdg62_connect.simulator.pki import SPECIMEN, TestAuthority

START = datetime(2026, 2, 28, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("pki"), start=START)


def certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> dict[str, object]:
    """Both ends over a pair of sockets; gives what the server learnt of the client."""

    def serve(end: socket.socket) -> dict[str, object]:
        with server.wrap_socket(end, server_side=True) as tls:
            tls.sendall(b"bonjour")
            return dict(tls.getpeercert() or {})

    ours, theirs = socket.socketpair()
    with ThreadPoolExecutor(1) as pool, ours, theirs:
        served = pool.submit(serve, theirs)
        with client.wrap_socket(ours, server_hostname=host) as tls:
            assert tls.recv(7) == b"bonjour"
        return served.result(10)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_openssl_accepts_both_ends_and_the_server_learns_who_calls(
    authority: TestAuthority, host: str
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*authority.server_certificate("localhost", "127.0.0.1"))
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(authority.ca)
    client = ssl.create_default_context(cafile=str(authority.ca))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.load_cert_chain(*authority.client_certificate("Commune de Test"))

    caller = handshake(server, client, host)

    assert "('commonName', 'Commune de Test')" in str(caller["subject"])


def test_a_server_of_another_name_is_refused(authority: TestAuthority) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*authority.server_certificate("s2low.test"))
    client = ssl.create_default_context(cafile=str(authority.ca))

    with pytest.raises(ssl.SSLError):
        handshake(server, client, "ailleurs.test")


def test_certificates_live_from_ten_years_before_to_thirty_years_after_the_start(
    authority: TestAuthority,
) -> None:
    files = [
        authority.ca,
        authority.server_certificate("localhost")[0],
        authority.client_certificate("Mairie")[0],
        authority.signer("Le Maire").certificate,
    ]

    for found in map(certificate, files):
        assert found.not_valid_before_utc.year == 2016
        assert found.not_valid_after_utc.year == 2056


def test_a_start_on_the_29th_of_february_has_no_trouble_with_other_years(tmp_path: Path) -> None:
    leap = TestAuthority(tmp_path, start=datetime(2028, 2, 29, tzinfo=UTC))

    assert certificate(leap.ca).not_valid_before_utc.year == 2018


def test_every_certificate_says_that_it_is_a_specimen(authority: TestAuthority) -> None:
    for file in (authority.ca, authority.client_certificate("Mairie")[0], authority.signer("X").certificate):
        assert SPECIMEN in certificate(file).subject.rfc4514_string()
        assert SPECIMEN in certificate(file).issuer.rfc4514_string()


def test_the_same_certificate_is_given_again_also_to_a_later_run(authority: TestAuthority) -> None:
    first = authority.client_certificate("Mairie de Béthune")
    before = first[0].read_bytes()

    again = TestAuthority(authority.ca.parent, start=START).client_certificate("Mairie de Béthune")

    assert again == first
    assert again[0].read_bytes() == before


def test_names_that_look_alike_on_disk_have_their_own_files(authority: TestAuthority) -> None:
    assert authority.client_certificate("Élu") != authority.client_certificate("Elu")


def test_keys_are_readable_by_their_owner_only(authority: TestAuthority) -> None:
    assert authority.signer("Le Maire").key.stat().st_mode & 0o077 == 0


def test_a_very_long_name_is_cut_to_what_a_certificate_can_carry(authority: TestAuthority) -> None:
    found = certificate(authority.client_certificate("É" * 200)[0])

    assert "CN=" + "É" * 32 in found.subject.rfc4514_string()


def revoked(authority: TestAuthority) -> list[int]:
    return [one.serial_number for one in x509.load_pem_x509_crl(authority.crl.read_bytes())]


def test_a_certificate_revoked_is_on_the_list_once_and_for_good(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path, start=START)
    assert revoked(authority) == []
    first, second = (authority.client_certificate(name)[0] for name in ("un", "deux"))
    for file in (first, second, first):
        authority.revoke(file)

    again = TestAuthority(tmp_path, start=START)

    assert revoked(again) == [certificate(file).serial_number for file in (first, second)]
    listed = x509.load_pem_x509_crl(again.crl.read_bytes())
    assert listed.is_signature_valid(certificate(again.ca).public_key())  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("real", [START, START - timedelta(days=4000), START + timedelta(days=4000)])
def test_the_expired_certificate_is_so_by_the_real_clock_and_by_the_simulated_one(
    authority: TestAuthority, tmp_path: Path, real: datetime
) -> None:
    clock: Clock = SimClock(real)
    made = ClientCertificates(
        TestAuthority(tmp_path, start=START), tmp_path / "autres", start=START, real=clock
    )

    found = certificate(made.expire.certificate)

    assert found.not_valid_after_utc < min(real, START)
    assert found.not_valid_before_utc < found.not_valid_after_utc


def test_only_the_authority_itself_makes_rgs_certificates(authority: TestAuthority, tmp_path: Path) -> None:
    made = ClientCertificates(authority, tmp_path, start=START)
    judged = {
        kind: made.is_rgs(getattr(made, kind).certificate.read_text(encoding="ascii"))
        for kind in ("non_rgs", "expire", "revoque", "inconnu", "sans_compte", "partage")
    }
    assert judged == {
        "non_rgs": False,
        "expire": True,
        "revoque": True,
        "inconnu": False,
        "sans_compte": True,
        "partage": True,
    }
    assert made.is_rgs("pas un certificat") is False
    # One that bears the very name of the authority, and another key.
    twin = TestAuthority(tmp_path / "jumelle", start=START)
    assert made.is_rgs(twin.client_certificate("jumeau")[0].read_text(encoding="ascii")) is False
