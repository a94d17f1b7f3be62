from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import pem
from pyhanko.sign import signers

from cdg62_connect.errors import ConfigurationError, InvalidFile, InvalidInput
from cdg62_connect.formats import CadesVerdict, verify_cades
from unit.formats.cms_signer import cms

MOMENT = datetime(2026, 9, 20, tzinfo=UTC)
CONTENT = "Délibération n° 26".encode()


@pytest.fixture
def verify(tmp_path: Path, authority: object) -> Callable[..., CadesVerdict]:
    def of(signature: bytes, content: bytes = CONTENT, **options: object) -> CadesVerdict:
        document = tmp_path / "document.odt"
        document.write_bytes(content)
        options.setdefault("anchors", [authority.anchor])  # type: ignore[attr-defined]
        return verify_cades(document, signature, moment=MOMENT, **options)  # type: ignore[arg-type]

    return of


Verify = Callable[..., CadesVerdict]


def test_a_right_signature_is_right_however_it_is_written(
    verify: Verify, maire: signers.SimpleSigner, tmp_path: Path
) -> None:
    der = cms(maire, CONTENT)
    kept = tmp_path / "signature.p7s"
    kept.write_bytes(der)
    for written in (der, pem.armor("PKCS7", der), base64.encodebytes(der), kept):
        verdict = verify(written)
        assert verdict.signed
        assert verdict.trusted
        assert verdict.problem == ""
        assert verdict.signatures[0].signer == "Camille Martin"


def test_a_change_to_the_document_is_seen(verify: Verify, maire: signers.SimpleSigner) -> None:
    verdict = verify(cms(maire, CONTENT), CONTENT + b".")
    assert not verdict.signed
    assert "modifié" in verdict.problem
    assert verdict.signatures[0].signer == "Camille Martin"


def test_a_signer_of_an_unknown_authority_is_intact_and_not_trusted(
    verify: Verify, stranger: object, maire: signers.SimpleSigner
) -> None:
    for anchors in ([], [stranger.anchor]):  # type: ignore[attr-defined]
        verdict = verify(cms(maire, CONTENT), anchors=anchors)
        assert verdict.signed
        assert not verdict.trusted
        assert "autorité de confiance" in verdict.problem


def test_sha1_is_refused_unless_it_is_asked_for_and_reported_either_way(
    verify: Verify, maire: signers.SimpleSigner
) -> None:
    signature = cms(maire, CONTENT, digest="sha1")
    refused, accepted = verify(signature), verify(signature, allow_sha1=True)
    assert not refused.signed
    assert accepted.trusted
    assert refused.signatures[0].weak
    assert accepted.signatures[0].weak


def test_a_signature_that_contains_its_document_is_not_a_detached_one(
    verify: Verify, maire: signers.SimpleSigner
) -> None:
    attached = cms(maire, CONTENT, detached=False)
    with pytest.raises(InvalidFile, match="contient"):
        verify(attached)


@pytest.mark.parametrize(
    "signature", [b"", b"rien", b"\x30\x80\x00\x00", b"0" * 100, b"-----BEGIN PKCS7-----"]
)
def test_what_is_no_signature_is_refused(verify: Verify, signature: bytes) -> None:
    with pytest.raises(InvalidFile) as refused:
        verify(signature)
    assert refused.value.code == "SIGNATURE_ILLISIBLE"


def test_a_signature_without_measure_is_refused(verify: Verify) -> None:
    with pytest.raises(InvalidFile) as refused:
        verify(bytes(5 * 1024 * 1024))
    assert refused.value.code == "TAILLE"


def test_the_moment_has_its_zone_and_the_anchors_are_certificates(tmp_path: Path) -> None:
    path = tmp_path / "rien"
    path.write_bytes(b"rien")
    with pytest.raises(InvalidInput):
        verify_cades(path, b"", anchors=[], moment=datetime(2026, 9, 20))  # noqa: DTZ001 - that is the point
    with pytest.raises(ConfigurationError):
        verify_cades(path, b"", anchors=[path], moment=MOMENT)
