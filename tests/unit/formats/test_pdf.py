from __future__ import annotations

import contextlib
import hashlib
import io
import random
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats import check_pdf

Write = Callable[[bytes], Path]
LIMIT = 150 * 1024 * 1024


def refused(path: Path, *, limit: int = LIMIT) -> str:
    with pytest.raises(InvalidFile) as raised:
        check_pdf(path, limit=limit)
    return raised.value.code


def by_fpdf() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=16)
    document.cell(text="Arrêté accordant un permis de construire")
    return bytes(document.output())


def with_xref_stream(
    *,
    widths: str = "[1 2 1]",
    index: str = "",
    entries: bytes | None = None,
    extra: str = "",
    previous: str = "",
) -> bytes:
    """A PDF whose cross-references are a compressed stream (PDF 1.5)."""
    body = b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    second = len(body)
    body += b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    start = len(body)
    if entries is None:
        entries = b"".join(
            bytes([kind]) + offset.to_bytes(2, "big") + b"\0"
            for kind, offset in ((0, 0), (1, 9), (1, second), (1, start))
        )
    packed = zlib.compress(entries)
    body += (
        f"3 0 obj\n<< /Type /XRef /Size 4 /W {widths} {index} {previous} /Root 1 0 R {extra} /Filter /FlateDecode "
        f"/Length {len(packed)} >>\nstream\n"
    ).encode()
    return body + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def encrypted(content: bytes) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(content)))
    writer.encrypt(owner_pass="chef", user_pass="")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("make", ["by hand", "by fpdf2", "xref stream", "bytes before", "spaces after"])
def test_a_real_pdf_passes_with_its_size_and_its_digest(
    make: str, pdf: Write, make_pdf: Callable[..., bytes]
) -> None:
    content = {
        "by hand": make_pdf,
        "by fpdf2": by_fpdf,
        "xref stream": with_xref_stream,
        "bytes before": lambda: b"\xef\xbb\xbf\r\n" * 100 + make_pdf(),
        "spaces after": lambda: make_pdf() + b"\r\n \0\0\n",
    }[make]()
    facts = check_pdf(pdf(content), limit=len(content))
    assert facts.size == len(content)
    assert facts.sha256 == hashlib.sha256(content).hexdigest()


def test_an_empty_file_is_refused(pdf: Write) -> None:
    assert refused(pdf(b"")) == "FICHIER_VIDE"


def test_a_file_above_the_limit_is_refused(pdf: Write, make_pdf: Callable[..., bytes]) -> None:
    content = make_pdf()
    assert refused(pdf(content), limit=len(content) - 1) == "TAILLE"


@pytest.mark.parametrize(
    "content",
    [
        b"<html>Erreur 502</html>",
        b"PK\x03\x04 un document bureautique",
        b"%PDF-1.7",
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
        b"%PDF-1.7\nrien\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n99999\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n-5\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n" + b"9" * 900 + b"\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 99999999\n0000000000 65535 f \ntrailer\n<<>>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 0\ntrailer\n" + b"[" * 5000 + b"\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 0\ntrailer\n" + b"<</A" * 1500 + b"\nstartxref\n9\n%%EOF\n",
        b"x" * 1024 + b"%PDF-1.7\n%%EOF",
    ],
)
def test_what_only_looks_like_a_pdf_is_refused_without_a_traceback(content: bytes, pdf: Write) -> None:
    assert refused(pdf(content)) == "PAS_UN_PDF"


def test_a_pdf_cut_before_its_end_is_refused(pdf: Write, make_pdf: Callable[..., bytes]) -> None:
    content = make_pdf()
    assert refused(pdf(content[:-200])) == "PAS_UN_PDF"
    assert refused(pdf(content + b"x" * 5000)) == "PAS_UN_PDF"


@pytest.mark.parametrize("place", ["trailer", "xref stream", "really"])
def test_a_protected_pdf_is_refused_even_without_a_password_to_open_it(
    place: str, pdf: Write, make_pdf: Callable[..., bytes]
) -> None:
    content = {
        "trailer": lambda: make_pdf(trailer="/Encrypt 9 0 R"),
        "xref stream": lambda: with_xref_stream(extra="/Encrypt << /Filter /Inconnu >>"),
        "really": lambda: encrypted(make_pdf()),
    }[place]()
    assert refused(pdf(content)) == "PDF_CHIFFRE"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            with_xref_stream(widths="[0 0 0]", index="/Index [0 999999999999]"), id="entries of no byte"
        ),
        pytest.param(with_xref_stream(index="/Index [0 4 10 999999999]"), id="second range"),
        pytest.param(with_xref_stream(entries=b"\0" * 60_000_000), id="zip bomb"),
        pytest.param(with_xref_stream(previous="/Prev 107"), id="loop"),
        pytest.param(
            b"%PDF-1.7\nxref\n0 500000\n"
            + b"0000000000 65535 f \n" * 500_000
            + b"trailer\n<< /Size 500000 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n",
            id="endless table",
        ),
    ],
)
def test_a_bomb_is_refused_before_it_explodes(content: bytes, pdf: Write) -> None:
    assert refused(pdf(content)) == "PAS_UN_PDF"


def test_a_large_pdf_is_never_held_in_memory(pdf: Write, make_pdf: Callable[..., bytes]) -> None:
    path = pdf(make_pdf(padding=b"x" * 40_000_000))
    tracemalloc.start()
    try:
        check_pdf(path, limit=LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_is_not_there_is_a_problem_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_pdf(tmp_path / "absent.pdf", limit=LIMIT)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_damaged_pdf_passes_or_is_refused_and_nothing_else(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(seed)
    content = bytearray(chance.choice([DAMAGED_BY_HAND, with_xref_stream()]))
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(content))
        content[place : place + chance.randrange(4)] = chance.choice(
            [chance.randbytes(1), b"<<", b">>", b"/Prev 0", b"/Size -1", b"9" * 30, b"obj", b"[", b"("]
        )
    path = tmp_path_factory.getbasetemp() / "damaged.pdf"
    path.write_bytes(content)
    with contextlib.suppress(InvalidFile):
        assert check_pdf(path, limit=LIMIT).size == len(content)


DAMAGED_BY_HAND = by_fpdf()
