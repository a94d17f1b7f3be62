from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import SignaturePlacement, XadesVerdict, verify_xades
from unit.formats.xml_signer import INCLUSIVE, XmlAuthority, XmlSigner

SOUND = Path(__file__).parents[3] / "fixtures" / "pes" / "aller_a_signer.xml"
MOMENT = datetime(2026, 9, 20, tzinfo=UTC)

needs_signxml = pytest.mark.skipif(
    importlib.util.find_spec("signxml") is None, reason="signxml n'est pas installé"
)

Verify = Callable[..., XadesVerdict]


@pytest.fixture(scope="module")
def authority() -> XmlAuthority:
    return XmlAuthority()


@pytest.fixture(scope="module")
def maire(authority: XmlAuthority) -> XmlSigner:
    return authority.signer("Camille Martin")


@pytest.fixture
def verify(tmp_path: Path, authority: XmlAuthority) -> Verify:
    def of(document: bytes, *, trusted: XmlAuthority | None = authority, **options: object) -> XadesVerdict:
        path, anchor = tmp_path / "pes.xml", tmp_path / "ac.pem"
        path.write_bytes(document)
        anchors = [anchor] if trusted else []
        if trusted:
            anchor.write_bytes(trusted.pem())
        return verify_xades(path, anchors=anchors, moment=MOMENT, **options)  # type: ignore[arg-type]

    return of


def by_bordereau(signer: XmlSigner) -> bytes:
    return signer.sign(signer.sign(SOUND.read_bytes(), "BORD58"), "BORD59")


@needs_signxml
@pytest.mark.parametrize("version", ["1.1.1", "1.2.2", "1.3.2"])
def test_every_bordereau_signed_makes_a_signed_document(
    verify: Verify, maire: XmlSigner, version: str
) -> None:
    verdict = verify(by_bordereau(replace(maire, xades=version)))
    assert verdict.signed
    assert verdict.trusted
    assert verdict.problem == ""
    assert verdict.placement is SignaturePlacement.BORDEREAU
    assert [one.target for one in verdict.signatures] == ["BORD58", "BORD59"]
    first = verdict.signatures[0]
    assert (first.signer, first.version, first.place, first.roles) == (
        "Camille Martin", version, "Valmont, France", ("Maire",)
    )  # fmt: skip
    assert first.signed_at == datetime(2026, 9, 14, 10, 15, tzinfo=UTC)
    assert first.policy is not None
    assert first.policy.identifier == "urn:oid:1.2.3.4"
    assert first.policy.uri == "https://politique.example/ps.pdf"
    assert first.weak == ()


@needs_signxml
def test_a_signature_on_the_whole_covers_every_bordereau(verify: Verify, maire: XmlSigner) -> None:
    verdict = verify(maire.sign(SOUND.read_bytes(), "PES1"))
    assert verdict.trusted
    assert verdict.placement is SignaturePlacement.GLOBAL
    assert verdict.signatures[0].whole


@needs_signxml
def test_a_bordereau_left_unsigned_is_named(verify: Verify, maire: XmlSigner) -> None:
    verdict = verify(maire.sign(SOUND.read_bytes(), "BORD58"))
    assert not verdict.signed
    assert verdict.signatures[0].intact
    assert verdict.unsigned == ("BORD59",)
    assert "BORD59" in verdict.problem


@needs_signxml
def test_the_older_canonical_form_keeps_what_stands_around_the_bordereau(
    verify: Verify, maire: XmlSigner
) -> None:
    assert verify(by_bordereau(replace(maire, c14n=INCLUSIVE))).trusted


@needs_signxml
@pytest.mark.parametrize("target", ["BORD58", "PES1"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'MtHT V="75.25"', b'MtHT V="95.25"'),
        (b"FOURNITURES", b"FOURNITURE"),
        (b"<NatPce", b"<!-- --><a/><NatPce"),
    ],
)
def test_a_change_after_the_signature_is_seen(
    verify: Verify, maire: XmlSigner, target: str, old: bytes, new: bytes
) -> None:
    verdict = verify(maire.sign(SOUND.read_bytes(), target).replace(old, new, 1))
    assert not verdict.signatures[0].intact
    assert "modifié" in verdict.signatures[0].problem


@needs_signxml
def test_a_change_to_another_bordereau_leaves_a_signature_whole(verify: Verify, maire: XmlSigner) -> None:
    signed = maire.sign(SOUND.read_bytes(), "BORD58")
    first, second = verify(signed), verify(signed.replace(b'IdPce V="841"', b'IdPce V="842"'))
    assert first.signatures == second.signatures


@needs_signxml
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<x:SigningTime>2026-09-14", b"<x:SigningTime>2020-09-14"),
        (b"Maire", b"Adjoint"),
        (b"urn:oid:1.2.3.4", b"urn:oid:1.2.3.5"),
    ],
)
def test_a_change_to_the_signed_properties_is_seen(
    verify: Verify, maire: XmlSigner, old: bytes, new: bytes
) -> None:
    verdict = verify(maire.sign(SOUND.read_bytes(), "BORD58").replace(old, new))
    assert not verdict.signatures[0].intact
    assert verdict.signatures[0].signed_at is None


@needs_signxml
def test_a_signer_of_an_unknown_authority_is_intact_and_not_trusted(verify: Verify, maire: XmlSigner) -> None:
    document = by_bordereau(maire)
    for verdict in (verify(document, trusted=XmlAuthority("AC inconnue")), verify(document, trusted=None)):
        assert verdict.signed
        assert not verdict.trusted
        assert "autorité de confiance" in verdict.problem


@needs_signxml
def test_a_certificate_out_of_date_is_not_trusted(verify: Verify, authority: XmlAuthority) -> None:
    late = authority.signer("Camille Martin", until=datetime(2026, 9, 15, tzinfo=UTC))
    verdict = verify(by_bordereau(late))
    assert verdict.signed
    assert not verdict.trusted


@needs_signxml
def test_a_certificate_that_was_not_valid_when_it_says_to_have_signed_is_not_trusted(
    verify: Verify, maire: XmlSigner
) -> None:
    verdict = verify(by_bordereau(replace(maire, signed_at="1999-01-01T00:00:00Z")))
    assert verdict.signed
    assert "date de signature" in verdict.problem


@needs_signxml
def test_sha1_is_refused_unless_it_is_asked_for_and_reported_either_way(
    verify: Verify, maire: XmlSigner
) -> None:
    document = by_bordereau(replace(maire, digest="sha1"))
    refused, accepted = verify(document), verify(document, allow_sha1=True)
    assert not refused.signed
    assert "SHA-1" in refused.problem
    assert accepted.trusted
    for verdict in (refused, accepted):
        assert verdict.signatures[0].weak == ("signature", "empreinte")


@needs_signxml
def test_sha1_for_the_certificate_alone_is_reported(verify: Verify, maire: XmlSigner) -> None:
    verdict = verify(by_bordereau(replace(maire, certificate_digest="sha1")))
    assert verdict.trusted
    assert verdict.signatures[0].weak == ("certificat",)


@needs_signxml
def test_a_certificate_put_in_the_place_of_the_signers_is_seen(
    verify: Verify, maire: XmlSigner, authority: XmlAuthority
) -> None:
    twin = XmlSigner(key=maire.key, certificate=authority._issue("Autre nom", maire.key, ca=False))
    document = maire.sign(SOUND.read_bytes(), "PES1")
    theirs = twin.sign(SOUND.read_bytes(), "PES1")
    start, end = b"<ds:X509Certificate>", b"</ds:X509Certificate>"
    other = theirs[theirs.index(start) : theirs.index(end)]
    mine = document[document.index(start) : document.index(end)]
    verdict = verify(document.replace(mine, other))
    assert not verdict.signed
    assert "déclare" in verdict.problem


@needs_signxml
def test_a_plain_xml_signature_is_not_enough(verify: Verify, maire: XmlSigner) -> None:
    verdict = verify(by_bordereau(replace(maire, properties_signed=False)))
    assert not verdict.signed
    assert "propriétés" in verdict.problem


@needs_signxml
@pytest.mark.parametrize(
    "transform",
    ["http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/TR/1999/REC-xslt-19991116"],
)
def test_a_transform_that_could_leave_something_out_is_refused(
    verify: Verify, maire: XmlSigner, transform: str
) -> None:
    verdict = verify(replace(maire, extra_transform=transform).sign(SOUND.read_bytes(), "PES1"))
    assert not verdict.signed
    assert "transforme" in verdict.problem


@needs_signxml
def test_what_is_signed_must_be_what_holds_the_signature(verify: Verify, maire: XmlSigner) -> None:
    signed = maire.sign(SOUND.read_bytes(), "BORD58")
    start, end = signed.index(b"<ds:Signature "), signed.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    signature = signed[start:end]
    moved = signed.replace(signature, b"").replace(b"</n:PES_Aller>", signature + b"</n:PES_Aller>")
    verdict = verify(moved)
    assert not verdict.signed
    assert "ne signe pas" in verdict.problem


@needs_signxml
def test_an_id_used_twice_signs_nothing(verify: Verify, maire: XmlSigner) -> None:
    signed = by_bordereau(maire)
    wrapped = signed.replace(b"<BlocPiece>", b'<a Id="BORD58"/><BlocPiece>', 1)
    assert "deux fois" in verify(wrapped).signatures[0].problem


@needs_signxml
def test_a_signature_elsewhere_than_in_a_bordereau_or_at_the_root_does_not_count(
    verify: Verify, maire: XmlSigner
) -> None:
    document = SOUND.read_bytes().replace(b"<BlocPiece>", b'<BlocPiece Id="P1">', 1)
    verdict = verify(maire.sign(document, "P1"))
    assert not verdict.signed
    assert "ne compte pas" in verdict.problem


@needs_signxml
def test_a_document_without_any_signature_says_so(verify: Verify) -> None:
    verdict = verify(SOUND.read_bytes())
    assert not verdict.signed
    assert verdict.placement is SignaturePlacement.NONE
    assert verdict.problem == "Le document n'est pas signé."


@needs_signxml
def test_what_is_unreadable_or_hostile_is_refused(verify: Verify) -> None:
    for data, error in (
        (b"", InvalidFile),
        (b"<a>", InvalidFile),
        (b"<!DOCTYPE a><a/>", HostileInput),
        (b"<a>" * 1_000_000, HostileInput),
    ):
        with pytest.raises(error):
            verify(data)
    with pytest.raises(InvalidFile) as refused:
        verify(SOUND.read_bytes(), limit=1_000)
    assert refused.value.code == "TAILLE"


@needs_signxml
def test_the_moment_has_its_zone_and_the_anchors_are_certificates(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        verify_xades(SOUND, anchors=[], moment=datetime(2026, 9, 20))  # noqa: DTZ001 - that is the point
    wrong = tmp_path / "ac.pem"
    wrong.write_bytes(b"rien")
    with pytest.raises(ConfigurationError):
        verify_xades(SOUND, anchors=[wrong], moment=MOMENT)


def test_without_signxml_the_extra_to_install_is_named() -> None:
    code = """
import sys; sys.modules["signxml"] = None
from datetime import datetime, UTC
from pathlib import Path
from cdg62_connect.errors import MissingExtra
from cdg62_connect.formats import verify_xades
try: verify_xades(Path(sys.argv[1]), anchors=[], moment=datetime.now(UTC))
except MissingExtra as missing: print(missing.extra)
"""
    command = [sys.executable, "-c", code, str(SOUND)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() == ["journey"]
