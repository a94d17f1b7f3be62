"""Names given by platforms."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect import system
from cdg62_connect.transport import safe_filename
from cdg62_connect.transport.filenames import disposition_filename


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("arrêté n° 4.pdf", "arrêté n° 4.pdf"),
        ("arre\u0302te\u0301.pdf", "arrêté.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\actes\\acte.pdf", "acte.pdf"),
        (".bashrc", "bashrc"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("fdp\u202e.exe", "fdp.exe"),
        ('a"<b>|c?.pdf', "a__b__c_.pdf"),
        ("flux:cache.pdf", "flux_cache.pdf"),
        ("a.part", "a.part_"),
        ("acte\u00a0n°\u20094.pdf", "acte n° 4.pdf"),
        ("é" * 200 + ".pdf", "é" * 73 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 148),
        ("..", None),
        ("", None),
        ("   ", None),
        ("dossier/", None),
        ("CON", None),
        ("nul.txt", None),
        ("con .txt", None),
        ("COM\N{SUPERSCRIPT TWO}.pdf", None),
        ("CONOUT$", None),
        ("a" * 149 + " b" * 20, "a" * 149),
    ],
)
def test_a_name_is_made_harmless(given_name, expected):
    assert safe_filename(given_name) == expected


@given(st.text())
def test_any_name_can_be_used_in_a_folder(name):
    safe = safe_filename(name)
    if safe is not None:
        assert Path(safe).name == safe
        assert len(safe.encode()) <= 151
        assert safe == safe_filename(safe)
        assert safe.isprintable()
        assert not system.is_reserved(safe)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("inline", None),
        ("attachment; filename=acte.pdf", "acte.pdf"),
        ('attachment; filename="acte 1.pdf"', "acte 1.pdf"),
        ("attachment; filename*=UTF-8''arr%C3%AAt%C3%A9.pdf", "arrêté.pdf"),
        ("attachment; filename*=iso-8859-1''arr%EAt%E9.pdf", "arrêté.pdf"),
        ('attachment; filename="arr\xc3\xaat\xc3\xa9.pdf"', "arrêté.pdf"),
        ('attachment; filename="arr\xeat\xe9.pdf"', "arrêté.pdf"),
        ('attachment; filename="../../x"', "x"),
        ("attachment; filename*=inconnu''%ff", "ÿ"),
        ('attachment; filename=""', None),
    ],
)
def test_the_name_of_a_download(header, expected):
    assert disposition_filename(header) == expected


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_is_too_strange(header):
    for text in (header, f"attachment; filename={header}", f"attachment; filename*={header}"):
        disposition_filename(text)
