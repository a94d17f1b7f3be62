from __future__ import annotations

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import read_returned_xml, read_xml

BILLION_LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))
    + b"]><a>&l9;</a>"
)


def test_a_document_is_read_with_its_namespaces_and_without_its_comments() -> None:
    root = read_xml(
        b'<a xmlns="urn:x" xmlns:p="urn:p" p:n="1">un<!-- deux --> trois<?pi?><p:b xmlns="">4</p:b></a>',
        what="Le document",
    )
    assert root.tag == "{urn:x}a"
    assert root.text == "un trois"
    assert root.get("{urn:p}n") == "1"
    assert [child.tag for child in root] == ["{urn:p}b"]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(BILLION_LAUGHS, id="billion laughs"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', id="file entity"),
        pytest.param(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', id="external DTD"),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><a/>', id="parameter entity"
        ),
        pytest.param(b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>', id="default attribute"),
        pytest.param(b"<!DOCTYPE html><html></html>", id="bare doctype"),
        pytest.param(
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE a><a/>", id="after a comment"
        ),
        pytest.param("<!DOCTYPE a><a/>".encode("utf-16"), id="UTF-16"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', id="UTF-7"),
        pytest.param(b"<a>" * 101 + b"</a>" * 101, id="too deep"),
        pytest.param(b"<a>" * 100_000, id="bottomless"),
    ],
)
def test_a_document_that_tries_to_harm_is_put_aside(document: bytes) -> None:
    with pytest.raises(HostileInput, match="Le document"):
        read_xml(document, what="Le document")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"   ",
        b"bonjour",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>&inconnue;</a>",
        b"<a>\0</a>",
        b"<a b='1' b='2'/>",
        b"<html><br></html>",
        b'<?xml version="1.0" encoding="nulle-part"?><a/>',
        "<a>é</a>".encode("latin-1"),
    ],
)
def test_a_document_that_is_not_well_formed_is_an_invalid_file(document: bytes) -> None:
    with pytest.raises(InvalidFile, match="Le document") as refused:
        read_xml(document, what="Le document")
    assert refused.value.code == "XML_ILLISIBLE"


def test_a_document_above_the_limit_is_not_parsed() -> None:
    assert read_xml(b"<a>xxx</a>", what="Le document", limit=10).text == "xxx"
    with pytest.raises(InvalidFile) as refused:
        read_xml(b"<a>xxxx</a>", what="Le document", limit=10)
    assert refused.value.code == "TAILLE"


def test_a_doctype_in_a_text_is_only_text() -> None:
    assert read_xml(b"<a><![CDATA[<!DOCTYPE a>]]></a>", what="Le document").text == "<!DOCTYPE a>"


@pytest.mark.parametrize("declared", ["", "UTF-8", "ISO-8859-1", "windows-1252"])
@pytest.mark.parametrize("real", ["utf-8", "utf-8-sig", "iso-8859-1", "cp1252"])
def test_a_returned_document_is_read_in_its_real_encoding(declared: str, real: str) -> None:
    text = "déjà – l’œuvre" if real != "iso-8859-1" else "déjà"
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = f"{declaration}<a>{text}</a>".encode(real)
    assert read_returned_xml(document, what="Le document").text == text


def test_a_returned_document_in_another_declared_encoding_is_believed() -> None:
    document = '<?xml version="1.0" encoding="ISO-8859-15"?><a>10 €</a>'.encode("iso-8859-15")
    assert read_returned_xml(document, what="Le document").text == "10 €"


def test_a_returned_document_in_utf_16_is_read() -> None:
    assert read_returned_xml("<a>é</a>".encode("utf-16"), what="Le document").text == "é"


def test_bytes_that_windows_1252_does_not_know_are_read_all_the_same() -> None:
    assert read_returned_xml(b"<a>\xe9\x81</a>", what="Le document").text == "é\x81"
