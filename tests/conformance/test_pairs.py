"""What the simulated Pastell asks its peers, beside what a real one asked: structure, order, names, encodings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree

from conformance.agreement import Report
from conformance.peer_stub import Asked
from conformance.recordings import Exchange, content_of

_SIZED = {"host", "content-length"}
_WORKER_TIMED = {"GetHistoDossierRequest"}


def answered(report: Report) -> list[tuple[Asked, Exchange]]:
    """Our requests, each with the recorded one whose answer it got."""
    return [(asked, asked.answered_by) for asked in report.peers.stub.asked if asked.answered_by is not None]


def structure(body: bytes) -> Any:
    """The elements of an envelope: names, attributes' names, order; what they hold only by its kind."""

    def of(element: Any) -> Any:
        attributes = sorted(
            (name, value if name.endswith("nil") else "") for name, value in element.attrib.items()
        )
        text = element.text or ""
        kind = "" if not text.strip() else "base64" if len(text) > 200 and " " not in text else "texte"
        if element.tag.endswith("}DocumentPrincipal") or element.tag.endswith("}fichier"):
            kind = "base64"
        return (element.tag, attributes, kind if len(element) == 0 else "", [of(child) for child in element])

    return of(etree.fromstring(body))


def heads(body: bytes) -> list[tuple[str, str]]:
    """The parts of a multipart body: name and file name as they were written, in order."""
    return [
        (name.decode(), filename.decode("latin-1"))
        for name, filename in re.findall(rb'form-data; name="([^"]*)"(?:; filename="([^"]*)")?', body)
    ]


def recorded_heads(exchange: Exchange) -> list[tuple[str, str]]:
    parts = exchange.form["parts"]
    found = (re.search(r'name="([^"]*)"(?:; filename="([^"]*)")?', part["headers"][0]) for part in parts)
    return [(one[1], one[2] or "") for one in found if one]


def test_nearly_every_recorded_request_is_asked(report: Report) -> None:
    assert len(answered(report)) > 150


def test_headers_are_those_of_a_real_one_in_their_order(report: Report) -> None:
    wrong = []
    for asked, exchange in answered(report):
        ours = [name for name, _ in asked.headers if name.lower() != "host"]
        theirs = [name for name, _ in exchange.headers if name.lower() != "host"]
        if ours != theirs:
            wrong.append((exchange.id, theirs, ours))
    assert wrong == []


def test_envelopes_have_the_same_elements_in_the_same_order(report: Report) -> None:
    wrong = []
    for asked, exchange in answered(report):
        if not exchange.soap:
            continue
        recorded_body = content_of(exchange.request["body"]) or b""
        if exchange.request["body"].get("edited"):
            continue
        if structure(asked.body) != structure(recorded_body):
            wrong.append((exchange.id, asked.body[:1500], recorded_body[:1500]))
    assert wrong == []


def test_forms_have_the_same_parts_in_the_same_order(report: Report) -> None:
    wrong = []
    seen = 0
    for asked, exchange in answered(report):
        if exchange.form["kind"] != "multipart/form-data":
            continue
        seen += 1
        if heads(asked.body) != recorded_heads(exchange):
            wrong.append((exchange.id, recorded_heads(exchange), heads(asked.body)))
    assert seen > 10
    assert wrong == []


def test_texts_of_forms_are_the_same_bytes(report: Report) -> None:
    wrong = []
    for asked, exchange in answered(report):
        for part in exchange.form.get("parts") or []:
            found = re.search(
                r'name="(subject|number|decision_date|classif\d|type_acte)"', part["headers"][0]
            )
            content = content_of(part["content"])
            if found and content is not None:
                head = f'name="{found[1]}"\r\n\r\n'.encode() + content + b"\r\n"
                if head not in asked.body:
                    wrong.append((exchange.id, found[1], content))
    assert wrong == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_addresses_are_the_same(report: Report, method: str) -> None:
    wrong = [
        (exchange.id, exchange.target, asked.target)
        for asked, exchange in answered(report)
        if exchange.method == method and asked.target != exchange.target
    ]
    assert wrong == []
