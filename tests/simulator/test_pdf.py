from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fpdf import FPDF
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pdf import HistoryRow, bordereau_acquittement, bordereau_signature, tamponner
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.signing import sign_pades

MOMENT = datetime(2025, 3, 4, 17, 40, 51, tzinfo=UTC)
STAMP = ["Envoyé en préfecture le 04/03/2025", "Reçu le 04/03/2025", "Publié le (à venir)", "ID : 062-1\\2"]


def text_of(page: generic.DictionaryObject) -> str:
    """The content streams of a page, as one text: the pages of the simulator are written in clear."""
    contents = page["/Contents"]
    streams = contents if isinstance(contents, generic.ArrayObject) else [contents]
    return "\n".join(stream.get_object().data.decode("cp1252") for stream in streams)


def pages(content: bytes, tmp_path: Path) -> list[str]:
    file = tmp_path / "read.pdf"
    file.write_bytes(content)
    with file.open("rb") as stream:
        reader = PdfFileReader(stream)
        count = int(reader.root["/Pages"]["/Count"])
        return [text_of(reader.find_page_for_modification(rank)[0].get_object()) for rank in range(count)]


def a4(tmp_path: Path, *, rotate: int = 0) -> Path:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    document.cell(text="Corps")
    file = tmp_path / "arrete.pdf"
    document.output(str(file))
    if rotate:
        turned = tmp_path / "turned.pdf"
        with file.open("rb") as content, turned.open("wb") as out:
            writer = IncrementalPdfFileWriter(content)
            reference = writer.find_page_for_modification(0)[0]
            reference.get_object()[pdf_name("/Rotate")] = generic.NumberObject(rotate)
            writer.mark_update(reference)
            writer.write(out)
        return turned
    return file


def test_the_signature_slip_tells_the_history_in_french(tmp_path: Path) -> None:
    slip = bordereau_signature(
        dossier_id="ads-01",
        titre="Arrêté « PC 062 » – n’1",
        history=[HistoryRow(MOMENT, "Le Maire", "Signe", "Lu et approuvé")],
    )

    (page,) = pages(slip, tmp_path)
    assert "SPÉCIMEN" in page
    assert "ads-01" in page
    assert "Arrêté « PC 062 » - n'1" in page
    assert "04/03/2025 18:40:51   Le Maire - Signe - Lu et approuvé" in page


def test_the_acknowledgement_slip_names_the_acte(tmp_path: Path) -> None:
    slip = bordereau_acquittement(
        acte_id="062-216209916-20250304-A1-AR",
        numero="A1",
        objet="Permis de construire (accordé)",
        date_acte=date(2025, 3, 4),
        emetteur="Valmont-les-Tilleuls",
        history=[(MOMENT, "Posté"), (MOMENT, "Acquittement reçu")],
    )

    (page,) = pages(slip, tmp_path)
    for expected in (
        "SPÉCIMEN",
        "062-216209916-20250304-A1-AR",
        "A1",
        "04/03/2025",
        "Valmont",
        "Acquittement",
    ):
        assert expected in page


def test_a_long_history_runs_over_pages_that_all_say_specimen(tmp_path: Path) -> None:
    history = [HistoryRow(MOMENT, f"Agent {rank}", "Vise", "") for rank in range(120)]

    found = pages(bordereau_signature(dossier_id="x", titre="y", history=history), tmp_path)

    assert len(found) > 2
    assert all("SPÉCIMEN" in page for page in found)


def test_the_same_slip_is_printed_the_same_twice() -> None:
    def slip() -> bytes:
        return bordereau_signature(dossier_id="x", titre="y", history=[HistoryRow(MOMENT, "a", "b", "c")])

    assert slip() == slip()


def test_a_text_that_the_fonts_cannot_write_does_not_prevent_printing(tmp_path: Path) -> None:
    (page,) = pages(bordereau_signature(dossier_id="x", titre="漢字 œuvre", history=[]), tmp_path)

    assert "?? oeuvre" in page


def test_the_stamp_can_be_read_on_the_first_page(tmp_path: Path) -> None:
    stamped = tmp_path / "stamped.pdf"

    tamponner(a4(tmp_path), lines=STAMP, into=stamped)

    with stamped.open("rb") as stream:
        page = text_of(PdfFileReader(stream).find_page_for_modification(0)[0].get_object())
    for row in (
        "Envoyé en préfecture le 04/03/2025",
        "Publié le \\(à venir\\)",
        "ID : 062-1\\\\2",
        "SPÉCIMEN",
    ):
        assert row in page


@pytest.mark.parametrize(
    ("rotate", "matrix"),
    [
        (0, "1 0 0 1 371.28 827.89 cm"),
        (90, "0 1 -1 0 14 617.89 cm"),
        (180, "-1 0 0 -1 224 14 cm"),
        (270, "0 -1 1 0 581.28 224 cm"),
    ],
)
def test_the_stamp_is_at_the_top_right_as_the_page_is_read(tmp_path: Path, rotate: int, matrix: str) -> None:
    stamped = tmp_path / "stamped.pdf"

    tamponner(a4(tmp_path, rotate=rotate), lines=STAMP, into=stamped)

    with stamped.open("rb") as stream:
        assert matrix in text_of(PdfFileReader(stream).find_page_for_modification(0)[0].get_object())


def test_stamping_a_signed_document_leaves_the_signed_revision_as_it_was(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path / "pki", start=MOMENT)
    signed, stamped = tmp_path / "signed.pdf", tmp_path / "stamped.pdf"
    sign_pades(
        a4(tmp_path), signed, signer=authority.signer("Le Maire"), moment=MOMENT, reason="", field="Signature"
    )

    tamponner(signed, lines=STAMP, into=stamped)

    assert stamped.read_bytes().startswith(signed.read_bytes())
    with stamped.open("rb") as stream:
        (signature,) = PdfFileReader(stream).embedded_regular_signatures
        context = ValidationContext(trust_roots=[load_cert_from_pemder(str(authority.ca))], moment=MOMENT)
        status = validate_pdf_signature(signature, context)
    assert status.intact
    assert status.trusted


def test_a_document_may_be_stamped_twice(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.pdf", tmp_path / "twice.pdf"

    tamponner(a4(tmp_path), lines=["Envoyé"], into=once)
    tamponner(once, lines=["Publié"], into=twice)

    with twice.open("rb") as stream:
        page = text_of(PdfFileReader(stream).find_page_for_modification(0)[0].get_object())
    assert "(Envoyé)" in page
    assert "(Publié)" in page


def test_pages_that_inherit_their_size_and_have_no_content_are_stamped(tmp_path: Path) -> None:
    bare, stamped = tmp_path / "bare.pdf", tmp_path / "stamped.pdf"
    with a4(tmp_path).open("rb") as content, bare.open("wb") as out:
        writer = copy_into_new_writer(PdfFileReader(content), writer_kwargs={"stream_xrefs": True})
        page = writer.find_page_for_modification(0)[0].get_object()
        for key in ("/Contents", "/MediaBox", "/Resources"):
            if key in page:
                del page[key]
        page["/Parent"][pdf_name("/MediaBox")] = generic.ArrayObject(
            map(generic.NumberObject, [0, 0, 1000, 500])
        )
        writer.write(out)

    tamponner(bare, lines=STAMP, into=stamped)

    with stamped.open("rb") as stream:
        found = text_of(PdfFileReader(stream).find_page_for_modification(0)[0].get_object())
    assert "1 0 0 1 776 486 cm" in found


def test_what_is_not_a_pdf_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_bytes(b"du texte")

    with pytest.raises(InvalidFile):
        tamponner(text, lines=STAMP, into=tmp_path / "out.pdf")

    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
