from __future__ import annotations

import pytest

from cdg62_connect.errors import AccessRefused, AuthenticationRefused, NotReady, UnreadableAnswer

XML = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n<r:Racine xmlns:r="urn:x" r:L="Délibérations"></r:Racine>\n'
)
DOCUMENT = XML.encode("iso-8859-1")


def test_the_ar_comes_byte_for_byte(s2low, platform):
    platform.answers(DOCUMENT)
    assert s2low.actes.ar(48211) == DOCUMENT
    assert platform.last.path == "/modules/actes/actes_transac_get_ARActe.php"
    assert platform.last.query == [("id", "48211")]


@pytest.mark.parametrize("body", [b"", b"\n"])
def test_an_empty_ar_is_not_received_yet(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(NotReady):
        s2low.actes.ar(48211)


def test_an_older_platform_that_keeps_the_ar_for_browsers_refuses_access(s2low, platform):
    platform.answers(status=302, Location="/modules/actes/index.php")
    with pytest.raises(AccessRefused):
        s2low.actes.ar(48211)


def test_the_classification_comes_byte_for_byte(s2low, platform):
    platform.answers(b"\xef\xbb\xbf" + DOCUMENT)
    assert s2low.classification.lire() == b"\xef\xbb\xbf" + DOCUMENT
    assert platform.last.path == "/modules/actes/actes_classification_fetch.php"
    assert platform.last.query == [("api", "1")]


def test_an_authority_that_never_received_a_classification_is_not_ready(s2low, platform):
    platform.answers("KO\nErreur de récupération de la dernière classification.\n".encode("iso-8859-1"))
    with pytest.raises(NotReady, match="Demandez la classification"):
        s2low.classification.lire()


@pytest.mark.parametrize(
    "body",
    [
        DOCUMENT[:-8],
        b"pas du XML",
        b"<",
        b"<?xml version='1.0'?>",
        b"<?a" * 50_000,
        b"<?a?>" * 50_000,
        b"<!-- " * 50_000,
        b"<a " + b'"' * 99_999,
        b"<a " + b"/" * 99_999,
        b"<a " + b"</a " * 50_000,
    ],
)
def test_what_is_not_a_whole_document_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.classification.lire()
    with pytest.raises(UnreadableAnswer):
        s2low.actes.ar(1)


def test_a_login_page_is_not_a_classification(s2low, platform):
    platform.answers(b'<?xml version="1.0"?><html><body>Mot de passe</body></html>')
    with pytest.raises(AuthenticationRefused):
        s2low.classification.lire()
