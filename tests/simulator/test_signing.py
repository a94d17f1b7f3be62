from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fpdf import FPDF
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.signing import check_signable, sign_pades

MOMENT = datetime(2025, 3, 4, 17, 40, 51, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("pki"), start=MOMENT)


@pytest.fixture
def arrete(tmp_path: Path) -> Path:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    document.cell(text="Arrêté de permis de construire")
    file = tmp_path / "arrete.pdf"
    document.output(str(file))
    return file


def sign(
    source: Path, into: Path, authority: TestAuthority, *, by: str = "Le Maire", field: str = "S1"
) -> None:
    sign_pades(source, into, signer=authority.signer(by), moment=MOMENT, reason="Essai", field=field)


def statuses(file: Path, authority: TestAuthority) -> list[PdfSignatureStatus]:
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    with file.open("rb") as content:
        signatures = PdfFileReader(content).embedded_regular_signatures
        return [
            validate_pdf_signature(
                signature,
                ValidationContext(trust_roots=[load_cert_from_pemder(str(authority.ca))], moment=MOMENT),
            )
            for signature in signatures
        ]


def test_the_signature_is_a_pades_one_trusted_and_dated_by_the_given_clock(
    arrete: Path, tmp_path: Path, authority: TestAuthority
) -> None:
    signed = tmp_path / "signed.pdf"

    sign(arrete, signed, authority)

    (status,) = statuses(signed, authority)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signer_reported_dt == MOMENT
    assert status.md_algorithm == "sha256"
    assert status.signing_cert.subject.native["common_name"] == "Le Maire"
    with signed.open("rb") as content:
        (signature,) = PdfFileReader(content).embedded_regular_signatures
        assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        embedded = {c.subject.native["common_name"] for c in signature.other_embedded_certs}
        assert embedded == {"SPÉCIMEN – autorité de test"}


def test_a_second_signature_leaves_the_first_one_intact(
    arrete: Path, tmp_path: Path, authority: TestAuthority
) -> None:
    once, twice = tmp_path / "once.pdf", tmp_path / "twice.pdf"

    sign(arrete, once, authority, by="Adjointe", field="S1")
    sign(once, twice, authority, by="Le Maire", field="S2")

    first, second = statuses(twice, authority)
    assert first.bottom_line
    assert second.bottom_line
    assert second.coverage.name == "ENTIRE_FILE"
    assert twice.read_bytes().startswith(once.read_bytes())


def test_one_changed_byte_is_seen(arrete: Path, tmp_path: Path, authority: TestAuthority) -> None:
    signed = tmp_path / "signed.pdf"
    sign(arrete, signed, authority)
    content = bytearray(signed.read_bytes())
    content[200] ^= 1
    signed.write_bytes(content)

    (status,) = statuses(signed, authority)

    assert not status.intact


def test_a_signature_may_be_made_years_from_now(
    arrete: Path, tmp_path: Path, authority: TestAuthority
) -> None:
    later = MOMENT + timedelta(days=365 * 20)
    signed = tmp_path / "signed.pdf"

    sign_pades(arrete, signed, signer=authority.signer("X"), moment=later, reason="", field="S")

    (status,) = statuses(signed, authority)
    assert status.signer_reported_dt == later


def test_a_pdf_with_compressed_cross_references_is_signed_too(
    arrete: Path, tmp_path: Path, authority: TestAuthority
) -> None:
    modern, signed = tmp_path / "modern.pdf", tmp_path / "signed.pdf"
    with arrete.open("rb") as content, modern.open("wb") as out:
        writer = copy_into_new_writer(PdfFileReader(content), writer_kwargs={"stream_xrefs": True})
        writer.write(out)
    assert b"/XRef" in modern.read_bytes()

    sign(modern, signed, authority)

    assert statuses(signed, authority)[0].bottom_line


def test_a_field_already_signed_is_refused_and_leaves_nothing_behind(
    arrete: Path, tmp_path: Path, authority: TestAuthority
) -> None:
    once = tmp_path / "once.pdf"
    sign(arrete, once, authority)

    with pytest.raises(InvalidFile):
        sign(once, tmp_path / "twice.pdf", authority)

    assert {file.name for file in tmp_path.glob("*.pdf*")} == {"arrete.pdf", "once.pdf"}


def test_what_cannot_be_signed_is_named(tmp_path: Path, arrete: Path) -> None:
    text, broken, encrypted = tmp_path / "a.txt", tmp_path / "b.pdf", tmp_path / "c.pdf"
    text.write_bytes(b"du texte")
    broken.write_bytes(b"%PDF-1.7\nrien d'autre")
    with arrete.open("rb") as content, encrypted.open("wb") as out:
        writer = copy_into_new_writer(PdfFileReader(content))
        writer.encrypt("secret", "secret")
        writer.write(out)

    codes = []
    for file in (text, broken, encrypted):
        with pytest.raises(InvalidFile) as refused:
            check_signable(file)
        codes.append(refused.value.code)

    assert codes == ["PAS_UN_PDF", "PAS_UN_PDF", "PDF_CHIFFRE"]
    check_signable(arrete)


def test_a_big_document_is_signed_and_stamped_as_a_stream(
    arrete: Path, tmp_path: Path, authority: TestAuthority
) -> None:
    big = tmp_path / "big.pdf"
    with arrete.open("rb") as content, big.open("wb") as out:
        writer = IncrementalPdfFileWriter(content)
        writer.add_object(generic.StreamObject(encoded_data=b"\xa5" * (100 * 1024 * 1024)))
        writer.write(out)
    program = textwrap.dedent(
        """
        import resource, sys
        from datetime import datetime, UTC
        from pathlib import Path
        from cdg62_connect.simulator import pdf, signing
        from cdg62_connect.simulator.pki import TestAuthority
        small, big, pki = map(Path, sys.argv[1:])
        signer = TestAuthority(pki, start=datetime(2025, 3, 4, tzinfo=UTC)).signer("Le Maire")
        def run(source):
            signing.check_signable(source)
            signed = source.with_suffix(".signed")
            signing.sign_pades(
                source, signed, signer=signer, moment=datetime(2025, 3, 4, tzinfo=UTC), reason="", field="S"
            )
            pdf.tamponner(signed, lines=["a", "b", "c", "d"], into=source.with_suffix(".stamped"))
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = run(small)
        print((run(big) - before) // 1024)
        """
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(arrete), str(big), str(authority.ca.parent)],
        capture_output=True,
        check=True,
        text=True,
    )

    assert int(done.stdout) < 16, "megabytes"
    assert big.with_suffix(".stamped").stat().st_size > 100 * 1024 * 1024


def test_a_pdf_drowned_in_zeros_is_refused_at_once(tmp_path):
    source = tmp_path / "noye.pdf"
    source.write_bytes(b"%PDF-1.7\n%%EOF\n" + bytes(30_000_000))
    with pytest.raises(InvalidFile, match="pas de fin"):
        check_signable(source)
