from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.sign import signers

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats import SignatureKind, verify_signatures
from unit.formats.cms_signer import cms
from unit.formats.xml_signer import XmlAuthority

MOMENT = datetime(2026, 9, 20, tzinfo=UTC)
PES = Path(__file__).parents[3] / "fixtures" / "pes" / "aller_a_signer.xml"


def test_the_signatures_of_a_pdf_are_inside_it(
    tmp_path: Path,
    make_pdf: Callable[..., bytes],
    sign: Callable[..., bytes],
    maire: signers.SimpleSigner,
    authority: object,
) -> None:
    document = tmp_path / "acte.bin"
    document.write_bytes(sign(make_pdf(), maire))
    verdict = verify_signatures(document, anchors=[authority.anchor], moment=MOMENT)  # type: ignore[attr-defined]
    assert verdict.kind is SignatureKind.PADES
    assert verdict.trusted
    assert verdict.signers == ("Camille Martin",)
    assert not verdict.weak


def test_a_signature_given_beside_is_the_one_verified(
    tmp_path: Path, make_pdf: Callable[..., bytes], maire: signers.SimpleSigner, authority: object
) -> None:
    document = tmp_path / "acte.pdf"
    document.write_bytes(make_pdf())
    signature = cms(maire, make_pdf())
    verdict = verify_signatures(document, signature=signature, anchors=[authority.anchor], moment=MOMENT)  # type: ignore[attr-defined]
    assert verdict.kind is SignatureKind.CADES
    assert verdict.trusted


@pytest.mark.skipif(importlib.util.find_spec("signxml") is None, reason="signxml n'est pas installé")
def test_the_signatures_of_a_pes_are_inside_it(tmp_path: Path) -> None:
    authority, document, anchor = XmlAuthority(), tmp_path / "pes.xml", tmp_path / "ac.pem"
    anchor.write_bytes(authority.pem())
    document.write_bytes(authority.signer("Camille Martin").sign(PES.read_bytes(), "PES1"))
    verdict = verify_signatures(document, anchors=[anchor], moment=MOMENT)
    assert verdict.kind is SignatureKind.XADES
    assert verdict.trusted
    assert not verdict.weak
    document.write_bytes(document.read_bytes().replace(b"75.25", b"85.25", 1))
    altered = verify_signatures(document, anchors=[anchor], moment=MOMENT)
    assert not altered.signed
    assert altered.problem


def test_a_document_that_can_hold_no_signature_and_comes_alone_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "acte.odt"
    document.write_bytes(b"PK\x03\x04")
    with pytest.raises(InvalidFile) as refused:
        verify_signatures(document, anchors=[], moment=MOMENT)
    assert refused.value.code == "SIGNATURE_ABSENTE"
