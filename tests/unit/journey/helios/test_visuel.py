"""The PDF that stands for a PES in the parapheur."""

from __future__ import annotations

import re
from pathlib import Path

from cdg62_connect.formats import check_pdf
from cdg62_connect.formats.pdf_text import first_page_text
from cdg62_connect.journey.helios.visuel import pes_as_pdf
from support.pes_samples import pes


def test_it_is_a_pdf_that_says_what_the_pes_says_and_is_the_same_each_time(tmp_path: Path) -> None:
    source, shown = tmp_path / "pes.xml", tmp_path / "visuel.pdf"
    source.write_bytes(pes(bordereaux=[str(n) for n in range(1, 80)], pj=("FAC1",)))
    shown.write_bytes(pes_as_pdf(source))
    check_pdf(shown, limit=10**6)
    assert shown.read_bytes() == pes_as_pdf(source)
    assert len(re.findall(rb"/Type /Page\b(?!s)", shown.read_bytes())) == 2
    with shown.open("rb") as document:
        said = first_page_text(document)
    assert "FLUX COMPTABLE (PES) À SIGNER" in said
    assert "bordereau 2025/1 " in said
