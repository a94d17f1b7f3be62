"""The hostile corpus, as data: what is put into a valid input, and what comes in its stead."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

DTDS = {
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "external entity over http": b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    "external dtd": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    "public dtd": b'<!DOCTYPE a PUBLIC "-//X//Y" "file:///etc/passwd">',
    "parameter entity": b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/p'> %p;]>",
    "internal parameter entity": b"<!DOCTYPE a [<!ENTITY % p '<!ENTITY x \"y\">'> %p;]>",
    "billion laughs": b"<!DOCTYPE a [<!ENTITY l0 'lol'>"
    + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"<!ENTITY x '&l9;'>]>",
    "quadratic blow-up": b"<!DOCTYPE a [<!ENTITY x '" + b"A" * 50_000 + b"'>]>",
    "entity that names itself": b"<!DOCTYPE a [<!ENTITY x '&y;'><!ENTITY y '&x;'>]>",
    "default attribute": b"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]>",
    "notation": b"<!DOCTYPE a [<!NOTATION n SYSTEM 'file:///bin/sh'>]>",
    "empty dtd": b"<!DOCTYPE a>",
}
"""Put before the root; all of them are refused, whatever the reader."""

INSIDE_XML = {
    "undeclared entity": b"&x;",
    "null character": b"\x00",
    "null reference": b"&#0;",
    "control characters": bytes(range(1, 9)),
    "surrogate reference": b"&#xD800;",
    "beyond unicode": b"&#x7FFFFFFF;",
    "overlong utf-8": b"\xc0\xaf\xe0\x80\xaf",
    "surrogate in utf-8": b"\xed\xa0\x80",
    "nested elements": b"<a>" * 20_000,
    "nested and closed": b"<a>" * 5_000 + b"</a>" * 5_000,
    "a crowd of elements": b"<a/>" * 60_000,
    "a crowd of attributes": b"<a " + b"".join(b"a%d='' " % n for n in range(20_000)) + b"/>",
    "long attribute": b"<a b='" + b"x" * 2_000_000 + b"'/>",
    "long name": b"<" + b"a" * 200_000 + b"/>",
    "long namespace": b"<a xmlns='" + b"u" * 200_000 + b"'/>",
    "a crowd of namespaces": b"<a " + b"".join(b"xmlns:n%d='u%d' " % (n, n) for n in range(5_000)) + b"/>",
    "long comment": b"<!--" + b"x" * 3_000_000 + b"-->",
    "endless comment": b"<!--" + b"x" * 3_000_000,
    "endless instruction": b"<?x " + b"x" * 3_000_000,
    "endless cdata": b"<![CDATA[" + b"x" * 3_000_000,
    "long text": b"x" * 3_000_000,
    "end of cdata": b"]]>",
    "xinclude": b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
    "stylesheet": b'<?xml-stylesheet href="file:///etc/passwd"?>',
}
"""Put before the last end tag."""

VALUES = {
    "nan": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "huge exponent": b"1e999999",
    "huge integer": b"9" * 400,
    "integer without measure": b"9" * 100_000,
    "minus zero": b"-0",
    "lone surrogate": b'"\\ud800"',
    "null in a text": b'"\\u0000"',
    "control characters": b'"' + bytes(range(1, 32)) + b'"',
    "right to left": '"\u202eexe.fdp"'.encode(),
    "path": b'"../../../etc/passwd"',
    "long text": b'"' + b"x" * 3_000_000 + b'"',
    "null": b"null",
    "true": b"true",
    "object": b'{"a": {}}',
    "a crowd": b"[" + b"0," * 50_000 + b"0]",
    **{f"nested {depth}": b"[" * depth + b"]" * depth for depth in (200, 800, 900, 950, 990, 2_000, 100_000)},
    "nested objects": b'{"a":' * 900 + b"1" + b"}" * 900,
}
"""Put in place of each value of a JSON input, in turn."""

FAKE_PAGES = {
    "login page": b"<!DOCTYPE html><html><head><title>Connexion</title></head><body>login, password</body></html>",
    "page without doctype": b"<html><body>502 Bad Gateway</body></html>",
    "xhtml page": b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">'
    b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "page of an application": b"\n\n<!-- proxy -->\n<!doctype html>\n<body>" + b"<div>" * 5_000,
}

STANDALONE = {
    **FAKE_PAGES,
    "nothing": b"",
    "blanks": b" \r\n\t" * 100_000,
    "nulls": bytes(1_000_000),
    "every byte": bytes(range(256)) * 1_000,
    "byte order mark alone": b"\xef\xbb\xbf",
    "utf-16 mark alone": b"\xff\xfe",
    "utf-32 mark alone": b"\xff\xfe\x00\x00",
    "opening brackets": b"[" * 1_000_000,
    "opening braces": b'{"a":' * 100_000,
    "opening angles": b"<" * 1_000_000,
    "opening tags": b"<a>" * 100_000,
    "digits": b"9" * 1_000_000,
    "quotes": b'"' * 1_000_000,
    "a refusal": b"KO\n" + b"x" * 1_000_000,
    "an ok": b"OK\n" + b"9" * 1_000_000,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "zip": b"PK\x03\x04" + bytes(1_000),
    "pdf head": b"%PDF-1.7\n",
    "boundaries": b"--uuid:62\r\n" * 50_000,
    "part without end of headers": b"--uuid:62\r\n" + b"a: b\r\n" * 20_000,
    "folded header": b"--uuid:62\r\nContent-ID:" + b"\r\n <a>" * 5_000 + b"\r\n\r\n",
}
"""Comes in place of the whole input."""


def pdf_bombs() -> dict[str, bytes]:
    inflated = zlib.compress(bytes(64 << 20), 9)
    xref = _compressed_xref
    head, tail = b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n", b"\nstartxref\n9\n%%EOF\n"
    return {
        "inflated cross-references": xref(inflated),
        "inflated twice": xref(zlib.compress(inflated), filters=b"[/FlateDecode /FlateDecode]"),
        "predictor": xref(
            zlib.compress(bytes(64)), more=b"/DecodeParms << /Predictor 12 /Columns 2147483647 >>"
        ),
        "tiff predictor": xref(
            zlib.compress(bytes(64)),
            more=b"/DecodeParms << /Predictor 2 /Columns 2147483647 /Colors 99999 >>",
        ),
        "wide entries": xref(zlib.compress(bytes(64)), widths=b"[1 2147483647 1]"),
        "negative widths": xref(zlib.compress(bytes(64)), widths=b"[-1 -2 -1]"),
        "entries of no byte": xref(zlib.compress(b""), widths=b"[0 0 0]", size=b"2147483647"),
        "index without measure": xref(zlib.compress(bytes(64)), more=b"/Index [0 2147483647 0 2147483647]"),
        "previous is itself": xref(zlib.compress(bytes(12)), more=b"/Prev 9"),
        "previous is before": xref(zlib.compress(bytes(12)), more=b"/Prev -1"),
        "object stream that holds itself": xref(zlib.compress(bytes(range(4)) * 3), more=b"/Extends 1 0 R"),
        "table without measure": b"%PDF-1.7\nxref\n0 2147483647\n" + b"0000000000 00000 n \n" * 1_000 + tail,
        "a crowd of sections": b"%PDF-1.7\nxref\n" + b"0 0\n" * 20_000 + b"trailer\n<<>>" + tail,
        "table after table": head + b"<< /Root 1 0 R /Prev 9 >>" + tail,
        "nested arrays": head + b"<< /Root 1 0 R /a " + b"[" * 200_000 + tail,
        "nested dictionaries": head + b"<</a " * 100_000 + tail,
        "endless string": head + b"<< /Root 1 0 R /a (" + b"(" * 500_000 + tail,
        "endless name": head + b"<< /Root 1 0 R /" + b"a" * 100_000 + tail,
        "huge integer": head + b"<< /Root 1 0 R /Size " + b"9" * 100_000 + b" >>" + tail,
        "root is a loop": b"%PDF-1.7\n1 0 obj\n1 0 R\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
        b"trailer\n<< /Root 1 0 R /Size 2 >>\nstartxref\n30\n%%EOF\n",
        "end far away": b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF\n",
        "end before the start": b"%PDF-1.7\nstartxref\n-5\n%%EOF\n",
        "ends only": b"%PDF-1.7\n" + b"startxref\n9\n%%EOF\n" * 50_000,
    }


def _compressed_xref(
    data: bytes,
    *,
    filters: bytes = b"/FlateDecode",
    widths: bytes = b"[1 2 1]",
    size: bytes = b"3",
    more: bytes = b"",
) -> bytes:
    return (
        b"%%PDF-1.7\n1 0 obj\n<< /Type /XRef /Size %s /W %s /Root 2 0 R /Length %d /Filter %s %s >>\nstream\n"
        % (size, widths, len(data), filters, more)
        + data
        + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"
    )


def attacks(valid: bytes, language: str) -> Iterator[tuple[str, bytes]]:
    """Every attack of that language about ``valid``, by name."""
    yield from STANDALONE.items()
    yield from _charsets(valid)
    for tenths in range(1, 10):
        yield f"cut at {tenths}/10", valid[: len(valid) * tenths // 10]
    if language == "xml":
        yield from _in_xml(valid)
    elif language == "json":
        yield from _in_json(valid)
    elif language == "pdf":
        yield from pdf_bombs().items()
    elif language == "toml":
        for name, value in VALUES.items():
            yield name, b"a = " + value + b"\n" + valid
            yield f"{name}, as the version", valid.replace(b"version = 1", b"version = " + value)
        yield "dotted without end", b"a." * 2_000 + b"b = 1\n" + valid
        yield "the same key twice", valid + valid
        yield "a date that is none", valid.replace(b"version = 1", b"version = 9999-99-99")


def _charsets(valid: bytes) -> Iterator[tuple[str, bytes]]:
    text = valid.decode("utf-8", "replace")
    for charset in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"):
        yield f"silently in {charset}", text.encode(charset, "replace")
    for charset in (
        "utf-7",
        "utf-16",
        "utf-32",
        "us-ascii",
        "iso-8859-1",
        "cp037",
        "rot13",
        "x" * 5_000,
        "",
        "é",
    ):
        declared = f'<?xml version="1.0" encoding="{charset}"?>'.encode()
        body = valid.partition(b"?>")[2] if valid.startswith(b"<?xml") else valid
        yield f"said to be in {charset[:20]}", declared + body
    yield "utf-8 mark before utf-16", b"\xef\xbb\xbf" + text.encode("utf-16")
    yield "utf-16 mark before utf-8", b"\xff\xfe" + valid
    yield "latin-1 mislabelled", valid.replace("é".encode(), b"\xe9") + b"\xe9"
    yield "a null in each gap", b"\x00".join(bytes([byte]) for byte in valid[:50_000])
    yield "nulls at the end", valid + bytes(1_000)


def _in_xml(valid: bytes) -> Iterator[tuple[str, bytes]]:
    start = valid.find(b"<?xml")
    root = valid.find(b"?>", start) + 2 if start >= 0 else max(0, valid.find(b"<"))
    last = valid.rfind(b"</")
    first_text = valid.find(b">", root) + 1
    for name, dtd in DTDS.items():
        yield f"dtd: {name}", valid[:root] + dtd + valid[root:first_text] + b"&x;" + valid[first_text:]
        yield f"dtd, not called: {name}", valid[:root] + dtd + valid[root:]
    for name, piece in INSIDE_XML.items():
        yield name, valid[:last] + piece + valid[last:]
        yield f"{name}, first", valid[:first_text] + piece + valid[first_text:]
    yield "twice", valid + valid
    yield "followed by a page", valid + FAKE_PAGES["login page"]


def _in_json(valid: bytes) -> Iterator[tuple[str, bytes]]:
    places = sorted(set(_places(valid)))
    for name, value in VALUES.items():
        # a large value in one place only: the reader does the same with it everywhere
        for start, end in places if len(value) < 1_000 else places[:1]:
            yield name, valid[:start] + value + valid[end:]
    for start, end in places:
        key = valid[:start].rstrip(b": ").rpartition(b'"')[0].rpartition(b'"')[2]
        yield "the same key twice", valid[:end] + b',"' + key + b'":' + valid[start:end] + valid[end:]
    yield "wrapped", b"[" * 3 + valid + b"]" * 3
    yield "twice", valid + valid
    yield "trailing comma", valid[:-1] + b"," + valid[-1:]
    yield "comment", b"/* a */" + valid


def _places(valid: bytes) -> Iterator[tuple[int, int]]:
    """Where the scalar values of an indented or compact JSON text begin and end."""
    decoder = json.JSONDecoder()
    text = valid.decode("utf-8")
    at = text.find(":")
    while at >= 0:
        start = at + 1 + len(text[at + 1 :]) - len(text[at + 1 :].lstrip())
        try:
            value, end = decoder.raw_decode(text, start)
        except ValueError:
            value, end = None, -1
        if end > start and not isinstance(value, dict | list):
            yield len(text[:start].encode()), len(text[:end].encode())
        at = text.find(":", at + 1)
