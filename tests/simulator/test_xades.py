"""What the simulated parapheur signs within a PES, verified by the reader of the project, which signs nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats import SignaturePlacement, XadesVerdict, check_pes, verify_xades
from cdg62_connect.simulator.iparapheur.xades import check_signable_xml, check_xml, sign_xades
from cdg62_connect.simulator.pki import Signatory, TestAuthority
from support.pes_samples import pes

MOMENT = datetime(2026, 9, 20, 8, 30, tzinfo=UTC)
PES = pes(bordereaux=["1", "2"], dematerialise="1")
SIGNATURE = re.compile(rb"<ds:Signature .*?</ds:Signature>", re.DOTALL)

Sign = Callable[..., bytes]
Verify = Callable[[bytes], XadesVerdict]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("ac"), start=MOMENT)


@pytest.fixture(scope="module")
def maire(authority: TestAuthority) -> Signatory:
    return authority.signer("Camille Martin")


@pytest.fixture
def sign(tmp_path: Path, maire: Signatory) -> Sign:
    def made(content: bytes, xpath: str = "//Bordereau", **options: str) -> bytes:
        source, into = tmp_path / "pes.xml", tmp_path / "signe.xml"
        source.write_bytes(content)
        sign_xades(source, into, xpath=xpath, signer=maire, moment=MOMENT, **options)
        return into.read_bytes()

    return made


@pytest.fixture
def verify(tmp_path: Path, authority: TestAuthority) -> Verify:
    def made(content: bytes) -> XadesVerdict:
        path = tmp_path / "a_verifier.xml"
        path.write_bytes(content)
        return verify_xades(path, anchors=[authority.ca], moment=MOMENT)

    return made


@pytest.mark.parametrize("version", ["1.1.1", "1.2.2"])
@pytest.mark.parametrize(
    ("xpath", "placement", "signed"),
    [
        ("//Bordereau", SignaturePlacement.BORDEREAU, ["BORD1", "BORD2"]),
        (".", SignaturePlacement.GLOBAL, ["PES1"]),
    ],
)
def test_what_is_signed_is_verified(
    sign: Sign, verify: Verify, version: str, xpath: str, placement: SignaturePlacement, signed: list[str]
) -> None:
    verdict = verify(sign(PES, xpath, xades=version))
    assert verdict.trusted
    assert (verdict.placement, [one.target for one in verdict.signatures]) == (placement, signed)
    first = verdict.signatures[0]
    assert (first.signer, first.signed_at, first.version, first.weak) == (
        "Camille Martin",
        MOMENT,
        version,
        (),
    )
    assert first.policy is not None
    assert first.policy.identifier.startswith("urn:oid:1.2.250.1.131.1.5.18.21.1")


@pytest.mark.parametrize("xpath", ["//Bordereau", "."])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'MtHT V="100.00"', b'MtHT V="900.00"'),
        (b"<xad:SigningTime>2026", b"<xad:SigningTime>2025"),
        (b"urn:oid:1.2.250", b"urn:oid:1.2.251"),
        (b"<IdBord", b"<!-- --><IdBord2/><IdBord"),
    ],
)
def test_what_is_altered_is_not(sign: Sign, verify: Verify, xpath: str, old: bytes, new: bytes) -> None:
    altered = sign(PES, xpath).replace(old, new, 1)
    assert new in altered
    assert not verify(altered).signed


def test_nothing_else_changes_in_the_document(sign: Sign, tmp_path: Path) -> None:
    content = PES.replace(b"<Enveloppe>", "<!-- é --><?essai a?><Enveloppe a='&#10;\"'>".encode("iso-8859-1"))
    for xpath, count in (("//Bordereau", 2), (".", 1)):
        signed = sign(content, xpath)
        assert len(SIGNATURE.findall(signed)) == count
        assert SIGNATURE.sub(b"", signed) == content


def test_an_element_without_content_is_signed_too(sign: Sign, verify: Verify) -> None:
    verdict = verify(sign(b"<a Id='b' c='/'/>", "."))
    assert verdict.trusted
    assert verdict.signatures[0].target == "b"


def test_what_is_signed_passes_the_checks_before_it_is_sent(sign: Sign, tmp_path: Path) -> None:
    path = tmp_path / "a_envoyer.xml"
    path.write_bytes(sign(PES))
    assert not [finding for finding in check_pes(path) if finding.is_error]


def test_an_element_that_is_signed_already_stays_as_it_is(sign: Sign, verify: Verify) -> None:
    once = sign(PES)
    assert sign(once) == once
    both = verify(sign(once, "."))
    assert both.trusted
    assert both.placement is SignaturePlacement.MIXED


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-16", "windows-1252"])
def test_the_encoding_of_the_document_does_not_matter(sign: Sign, verify: Verify, encoding: str) -> None:
    text = PES.decode("iso-8859-1").replace('"ISO-8859-1"', f'"{encoding}"').replace("VALMONT", "L’ÉTÉ")
    assert verify(sign(text.encode(encoding))).trusted


@pytest.mark.parametrize(
    ("content", "xpath", "code"),
    [
        (b"rien", ".", "PAS_UN_XML"),
        (b"<!DOCTYPE a><a Id='b'>c</a>", ".", "PAS_UN_XML"),
        (PES.replace(b' Id="BORD2"', b""), "//Bordereau", "SANS_ID"),
        (PES.replace(b' Id="PES1"', b""), ".", "SANS_ID"),
        (b"<a Id='b'>c</a>", "//Bordereau", "SANS_ID"),
        (PES, "//Piece", "SANS_ID"),
    ],
)
def test_what_cannot_be_signed_is_told_before(
    tmp_path: Path, sign: Sign, content: bytes, xpath: str, code: str
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    with pytest.raises(InvalidFile) as told:
        check_signable_xml(path, xpath=xpath)
    assert told.value.code == code
    with pytest.raises(InvalidFile):
        sign(content, xpath)
    if code == "SANS_ID":
        check_xml(path)


def test_xmlsec_is_loaded_when_somebody_signs_and_not_before() -> None:
    code = "import sys, cdg62_connect.simulator.iparapheur.xades; print('xmlsec' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
