"""Certificates replaced under a living session: taken at the next connection, or not at all."""

from __future__ import annotations

import logging
import os
import shutil

import pytest

from cdg62_connect.errors import UntrustedServer
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import ClientCertificate
from cdg62_connect.transport.renewal import LivingContext
from cdg62_connect.transport.tls import TlsTerms


def whole(answer):
    return answer.body()


@pytest.fixture
def says_who(shown_name):
    """Serves a connection until it is asked for ``fin``; tells each time whose certificate opened it."""

    def script(connection):
        while received := connection.request():
            last = received.line.startswith("GET /fin")
            connection.answer(body=shown_name(connection), Connection="close" if last else "keep-alive")
            if last:
                return

    return script


@pytest.fixture
def installed(authority, tmp_path):
    """Puts a certificate and its key where the session expects them, as an administrator does."""
    ours = ClientCertificate(tmp_path / "client.pem", tmp_path / "client.key")

    def install(name, *, parts=("certificate", "key")):
        certificate, key = authority.client(name)
        for part, source, target in (("certificate", certificate, ours.certificate), ("key", key, ours.key)):
            if part in parts:
                shutil.copyfile(source, f"{target}.new")
                os.replace(f"{target}.new", target)
        return ours

    return install


@pytest.fixture
def warnings(caplog):
    caplog.set_level(logging.INFO, logger="cdg62_connect.certificats")
    return lambda: [
        (each.levelname, each.getMessage()) for each in caplog.records if "certificats" in each.name
    ]


def test_the_new_certificate_is_shown_by_the_next_connection_and_the_open_one_goes_on(
    serve, connect, a_read, authority, demanding, says_who, installed, warnings
):
    server = serve(says_who, context=demanding(authority, authority))
    session = connect(server, ca=authority.pem, certificate=installed("ancien"))
    assert session.exchange(a_read(), whole) == b"ancien"
    installed("nouveau")
    assert session.exchange(a_read(), whole) == b"ancien"
    assert session.exchange(a_read(path="fin"), whole) == b"ancien"
    assert session.exchange(a_read(), whole) == b"nouveau"
    assert len(server.connections) == 2
    ((level, message),) = warnings()
    assert level == "INFO"
    assert "plateforme plateforme" in message


def test_a_certificate_replaced_before_its_key_waits_for_it(
    serve, connect, a_read, authority, demanding, says_who, installed, warnings
):
    server = serve(says_who, context=demanding(authority, authority))
    session = connect(server, ca=authority.pem, certificate=installed("ancien"))
    installed("nouveau", parts=["certificate"])
    for _ in range(2):
        assert session.exchange(a_read(path="fin"), whole) == b"ancien"
    ((level, message),) = warnings()
    assert level == "WARNING"
    assert "pas celle du certificat" in message
    assert "sans redémarrage" in message
    installed("nouveau")
    assert session.exchange(a_read(), whole) == b"nouveau"
    assert [level for level, _ in warnings()] == ["WARNING", "INFO"]


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nMIIB"])
def test_a_file_that_has_gone_or_is_being_written_changes_nothing(
    serve, connect, a_read, authority, demanding, says_who, installed, warnings, content
):
    server = serve(says_who, context=demanding(authority, authority))
    ours = installed("ancien")
    session = connect(server, ca=authority.pem, certificate=ours)
    ours.certificate.unlink()
    if content is not None:
        ours.certificate.write_bytes(content)
    assert session.exchange(a_read(path="fin"), whole) == b"ancien"
    assert "client.pem" in warnings()[0][1]
    installed("nouveau")
    assert session.exchange(a_read(), whole) == b"nouveau"


def test_a_pkcs12_is_renewed_too(serve, connect, a_read, authority, demanding, says_who, tmp_path, warnings):
    path = tmp_path / "client.p12"
    shutil.copyfile(authority.pkcs12("ancien", "phrase"), path)
    server = serve(says_who, context=demanding(authority, authority))
    ours = ClientCertificate(path, passphrase=Secret("phrase"))
    session = connect(server, ca=authority.pem, certificate=ours)
    assert session.exchange(a_read(path="fin"), whole) == b"ancien"
    shutil.copyfile(authority.pkcs12("autre phrase", "autre"), path)
    assert session.exchange(a_read(path="fin"), whole) == b"ancien"
    assert "phrase secrète n'est pas la bonne" in warnings()[0][1]
    shutil.copyfile(authority.pkcs12("nouveau", "phrase"), path)
    assert session.exchange(a_read(), whole) == b"nouveau"


def test_the_trusted_authorities_are_renewed_too(
    serve, connect, a_read, authority, other_authority, tmp_path
):
    def once(connection):
        connection.request()
        connection.answer(body=b"ok", Connection="close")

    server = serve(once, context=other_authority.server_context())
    ca = tmp_path / "ca.pem"
    shutil.copyfile(authority.pem, ca)
    session = connect(server, ca=ca)
    with pytest.raises(UntrustedServer):
        session.exchange(a_read(), whole)
    ca.write_bytes(b"")
    with pytest.raises(UntrustedServer):
        session.exchange(a_read(), whole)
    shutil.copyfile(other_authority.pem, ca)
    assert session.exchange(a_read(), whole) == b"ok"
    shutil.copyfile(authority.pem, ca)
    with pytest.raises(UntrustedServer):
        session.exchange(a_read(), whole)


def test_nothing_is_read_again_as_long_as_nothing_changes(authority, installed):
    living = LivingContext(TlsTerms(ca=authority.pem, certificate=installed("ancien")), platform="p")
    context = living.current()
    assert living.current() is context


def test_a_replacement_is_seen_even_at_the_same_date_and_size(authority, tmp_path):
    ca = tmp_path / "ca.pem"
    shutil.copyfile(authority.pem, ca)
    living = LivingContext(TlsTerms(ca=ca), platform="p")
    before, found = living.current(), ca.stat()
    copy = tmp_path / "copie.pem"
    shutil.copyfile(authority.pem, copy)
    os.utime(copy, ns=(found.st_atime_ns, found.st_mtime_ns))
    os.replace(copy, ca)
    assert living.current() is not before


def test_a_file_written_over_at_the_same_size_is_seen(authority, tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem.read_bytes() + b"# 1\n")
    os.utime(ca, (0, 0))
    living = LivingContext(TlsTerms(ca=ca), platform="p")
    before = living.current()
    ca.write_bytes(authority.pem.read_bytes() + b"# 2\n")
    assert living.current() is not before
