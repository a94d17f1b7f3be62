from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidInput,
    NotReady,
    PlatformError,
    UnreadableAnswer,
)

PDF = b"%PDF-1.7\n" + b"x" * 200_000
ATTACHED = {"Content_Type": "application/pdf", "Content_Disposition": 'attachment; filename="arrete.pdf"'}


def test_a_stamped_file_is_saved_as_it_came(s2low, platform, tmp_path):
    platform.answers(PDF, **ATTACHED)
    download = s2low.actes.telecharger(9002, into=tmp_path, tampon=True, date_affichage=dt.date(2025, 3, 17))
    assert download.path.parent == tmp_path
    assert download.path.read_bytes() == PDF
    assert (download.size, download.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert download.filename == "arrete.pdf"
    assert platform.last.path == "/modules/actes/actes_download_file.php"
    assert platform.last.query == [("file", "9002"), ("tampon", "true"), ("date_affichage", "2025-03-17")]


def test_an_original_is_asked_without_the_stamp(s2low, platform, tmp_path):
    platform.answers(PDF, **ATTACHED)
    s2low.actes.telecharger(9002, into=tmp_path)
    assert platform.last.query == [("file", "9002")]


def test_a_date_of_publication_without_the_stamp_is_refused(s2low, platform, tmp_path):
    with pytest.raises(InvalidInput):
        s2low.actes.telecharger(9002, into=tmp_path, date_affichage=dt.date(2025, 3, 17))
    assert platform.asked == []


def test_a_file_that_is_not_a_pdf_and_does_not_say_so_is_saved(s2low, platform, tmp_path):
    platform.answers(b"<?xml version='1.0'?><a/>", Content_Type="text/xml")
    assert s2low.actes.telecharger(9001, into=tmp_path, tampon=True).size == 25


def test_the_bordereau_is_saved(s2low, platform, tmp_path):
    platform.answers(PDF, Content_Type="application/octet-stream")
    assert s2low.actes.bordereau(48211, into=tmp_path).path.read_bytes() == PDF
    assert platform.last.path == "/modules/actes/actes_create_pdf.php"
    assert platform.last.query == [("trans_id", "48211")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", UnreadableAnswer),
        (b"not a pdf", UnreadableAnswer),
        (b"x" * 2000 + PDF, UnreadableAnswer),
        (b"<!DOCTYPE html><html><title>Connexion</title></html>", AuthenticationRefused),
        (b"\xef\xbb\xbf \n<HTML><body>en travaux %PDF-</body>", UnreadableAnswer),
        ("KO\nAccès refusé\n".encode(), AccessRefused),
        (b"KO\nPas d'acquittement recu\n", NotReady),
    ],
)
def test_what_is_not_the_pdf_announced_is_not_left_behind(s2low, platform, tmp_path, body, error):
    platform.answers(body, **ATTACHED)
    with pytest.raises(error):
        s2low.actes.telecharger(9002, into=tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(error):
        s2low.actes.bordereau(48211, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_redirection_is_a_refusal_that_says_where_to(s2low, platform, tmp_path):
    platform.answers(status=302, Location="/modules/actes/index.php")
    with pytest.raises(AccessRefused, match=r"/modules/actes/index\.php"):
        s2low.actes.telecharger(9002, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_over_the_limit_is_refused_and_not_left_behind(s2low, platform, tmp_path):
    platform.answers(PDF, **ATTACHED)
    with pytest.raises(PlatformError):
        s2low.actes.telecharger(9002, into=tmp_path, limit=1000)
    assert list(tmp_path.iterdir()) == []
