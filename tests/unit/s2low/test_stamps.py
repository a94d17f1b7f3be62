"""A file asked for with its stamp: what came is compared with the plain file, never believed."""

from __future__ import annotations

import hashlib

import pytest

from cdg62_connect.errors import AccessRefused, NotReady, PlatformError, UnreadableAnswer
from cdg62_connect.s2low import Tampon

PLAIN, STAMPED = b"%PDF-1.7 plain", b"%PDF-1.7 plain and stamped"
PDF = {"Content_Type": "application/pdf", "Content_Disposition": 'attachment; filename="a.pdf"'}


def test_a_file_other_than_the_plain_one_is_stamped(s2low, platform, tmp_path):
    platform.answers(STAMPED, **PDF)
    platform.then(PLAIN, **PDF)
    file = s2low.actes.tamponne(9002, into=tmp_path)
    assert (file.tampon, file.tamponne) == (Tampon.TAMPONNE, True)
    assert file.original_sha256 == hashlib.sha256(PLAIN).hexdigest()
    assert [one.query for one in platform.asked] == [
        [("file", "9002"), ("tampon", "true")],
        [("file", "9002")],
    ]
    (kept,) = tmp_path.iterdir()
    assert kept == file.download.path
    assert kept.read_bytes() == STAMPED


def test_the_plain_file_in_a_200_is_not_stamped(s2low, platform, tmp_path):
    platform.answers(PLAIN, **PDF)
    file = s2low.actes.tamponne(9002, into=tmp_path)
    assert (file.tampon, file.tamponne) == (Tampon.SANS_TAMPON, False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [PLAIN]


@pytest.mark.parametrize(("came", "tampon"), [(PLAIN, Tampon.SANS_TAMPON), (STAMPED, Tampon.TAMPONNE)])
def test_the_digest_of_what_was_posted_spares_a_download(s2low, platform, tmp_path, came, tampon):
    platform.answers(came, **PDF)
    digest = hashlib.sha256(PLAIN).hexdigest().upper()
    assert s2low.actes.tamponne(9002, into=tmp_path, original_sha256=digest).tampon is tampon
    assert len(platform.asked) == 1


def test_what_is_not_a_pdf_has_no_stamp(s2low, platform, tmp_path):
    platform.answers(b"<?xml version='1.0'?><a/>", Content_Type="text/xml")
    assert s2low.actes.tamponne(9001, into=tmp_path).tampon is Tampon.SANS_OBJET


def test_nothing_remains_when_the_plain_file_cannot_be_had(s2low, platform, tmp_path):
    platform.answers(STAMPED, **PDF)
    platform.then(b"", status=500)
    with pytest.raises(PlatformError):
        s2low.actes.tamponne(9002, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "location", ["actes_download_file.php?file=9002&tampon=true", "/x/actes_download_file.php?file=9002"]
)
def test_the_stamped_acte_comes_by_one_redirection(s2low, platform, tmp_path, location):
    platform.answers(status=302, Location=location)
    platform.then(STAMPED, **PDF)
    assert s2low.actes.acte_tamponne(48211, into=tmp_path).path.read_bytes() == STAMPED
    assert [one.query for one in platform.asked] == [
        [("transaction", "48211")],
        [("file", "9002"), ("tampon", "true")],
    ]


def test_the_oldest_platforms_give_the_stamped_acte_at_once(s2low, platform, tmp_path):
    platform.answers(STAMPED, **PDF)
    assert s2low.actes.acte_tamponne(48211, into=tmp_path).path.read_bytes() == STAMPED
    assert len(platform.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": b"KO\nPas d'acquittement recu\n"}, NotReady),
        ({"status": 302, "Location": "/"}, AccessRefused),
        ({"status": 302, "Location": "https://[x"}, AccessRefused),
        ({"status": 302, "Location": "actes_download_file.php?file=" + "9" * 30}, AccessRefused),
        ({"body": b"texte"}, UnreadableAnswer),
    ],
)
def test_a_stamped_acte_that_is_refused_is_not_left_behind(s2low, platform, tmp_path, answer, error):
    platform.answers(**answer)
    with pytest.raises(error):
        s2low.actes.acte_tamponne(48211, into=tmp_path)
    assert list(tmp_path.iterdir()) == []
