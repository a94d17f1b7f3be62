from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fpdf import FPDF

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats import Stamp, pdf_text, read_stamp

ROWS = (
    "Envoyé en préfecture le 14/09/2026",
    "Reçu en préfecture le 15/09/2026",
    "Publié le 16/09/2026",
    "ID : 062-216209916-20260914-PC62991_26A0012-AI",
)
TOLD = Stamp(
    acte_id="062-216209916-20260914-PC62991_26A0012-AI",
    envoye=date(2026, 9, 14),
    recu=date(2026, 9, 15),
    publie=date(2026, 9, 16),
    simule=False,
)

Read = Callable[[bytes], Stamp | None]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(content: bytes) -> Stamp | None:
        path = tmp_path / "acte.pdf"
        path.write_bytes(content)
        return read_stamp(path)

    return of


def printed(*rows: str, compressed: bool = True, second_page: bool = False) -> bytes:
    page = FPDF()
    page.set_compression(compressed)
    page.add_page()
    page.set_font("Helvetica", size=8)
    page.cell(text="Arrêté (accordant) un permis \\ de construire")
    if second_page:
        page.add_page()
    for row in rows:
        page.ln()
        page.cell(text=row)
    return bytes(page.output())


@pytest.mark.parametrize("compressed", [True, False])
def test_the_four_rows_are_read(read: Read, compressed: bool) -> None:
    assert read(printed(*ROWS, compressed=compressed)) == TOLD


def test_a_test_platform_says_that_it_simulates(read: Read) -> None:
    stamp = read(
        printed(
            "Envoi simulé le 14/09/2026", "Reception simulée le 15/09/2026", "Publication simulée le", ROWS[3]
        )
    )
    assert stamp is not None
    assert stamp.simule
    assert (stamp.envoye, stamp.recu, stamp.publie) == (date(2026, 9, 14), date(2026, 9, 15), None)


def test_the_older_word_for_publication_is_known(read: Read) -> None:
    stamp = read(printed("Affiché le 16/09/2026", ROWS[3]))
    assert stamp is not None
    assert stamp.publie == date(2026, 9, 16)


def test_a_date_that_does_not_exist_is_no_date(read: Read) -> None:
    stamp = read(printed("Publié le 31/02/2026", ROWS[3]))
    assert stamp is not None
    assert stamp.publie is None


@pytest.mark.parametrize("rows", [(), ROWS[:3], ("ID : 062-216209916-20269914-PC62991_26A0012-AI",)])
def test_without_an_identifier_there_is_no_stamp(read: Read, rows: tuple[str, ...]) -> None:
    assert read(printed(*rows)) is None


def test_a_stamp_is_on_the_first_page(read: Read) -> None:
    assert read(printed(*ROWS, second_page=True)) is None


def test_what_is_not_a_pdf_is_refused(read: Read, make_pdf: Callable[..., bytes]) -> None:
    for data, code in ((b"rien", "PAS_UN_PDF"), (make_pdf(trailer="/Encrypt 1 0 R"), "PDF_CHIFFRE")):
        with pytest.raises(InvalidFile) as refused:
            read(data)
        assert refused.value.code == code


def test_a_page_that_inflates_without_end_is_read_no_further(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_text, "_LARGEST", 256 * 1024)
    squeezer = zlib.compressobj(9)
    bomb = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(40)) + squeezer.flush()
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb),
        ),
        start=1,
    ):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in offsets))
    out.write(b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)
    assert read(out.getvalue()) is None
