"""The endpoint with MTOM: the same parapheur, whose answers are packages and which takes packages too."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from fpdf import FPDF
from lxml import etree
from werkzeug.test import TestResponse

from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.iparapheur import ParapheurState
from cdg62_connect.simulator.iparapheur.routes import ENDPOINT, ENDPOINT_MTOM, blueprint
from cdg62_connect.simulator.pki import TestAuthority

IP = "http://www.adullact.org/spring-ws/iparapheur/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XOP = "http://www.w3.org/2004/08/xop/include"
START = datetime(2025, 3, 3, 8, 12, 4, 3000, tzinfo=UTC)
AUTHORIZATION = {"Authorization": "Basic " + base64.b64encode(b"ws@mairie:secret").decode()}
PACKAGE = 'multipart/related; type="application/xop+xml"; start="<r@x>"; boundary="uuid:62"'

Poster = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("pki"), start=START)


@pytest.fixture
def state(tmp_path: Path, authority: TestAuthority) -> ParapheurState:
    state = ParapheurState(
        clock=SimClock(START), authority=authority, folder=tmp_path / "ip", faults=Faults()
    )
    state.add_account("ws@mairie", "secret")
    return state


@pytest.fixture
def client(state: ParapheurState) -> Iterator[FlaskClient]:
    app = Flask("parapheur")
    app.register_blueprint(blueprint(SimpleNamespace(iparapheur=state)))
    with app.test_client() as client:
        yield client


@pytest.fixture
def poster(client: FlaskClient) -> Poster:
    def post(
        body: str | bytes, content_type: str = "text/xml; charset=utf-8", *, to: str = ENDPOINT_MTOM
    ) -> TestResponse:
        data = body if isinstance(body, bytes) else envelope(body)
        return client.post(
            to, data=data, headers={**AUTHORIZATION, "Content-Type": content_type}, buffered=True
        )

    return post


@pytest.fixture(scope="module")
def pdf() -> bytes:
    document = FPDF()
    document.add_page()
    return bytes(document.output())


def envelope(body: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}" xmlns:ip="{IP}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def creer(document: str, annexes: str = "") -> str:
    return (
        "<ip:CreerDossierRequest><ip:TypeTechnique>URBANISME</ip:TypeTechnique><ip:SousType>Courrier</ip:SousType>"
        f"<ip:DossierID>ads-01</ip:DossierID><ip:DocumentPrincipal>{document}</ip:DocumentPrincipal>"
        f"<ip:DocumentsAnnexes>{annexes}</ip:DocumentsAnnexes><ip:Visibilite>SERVICE</ip:Visibilite>"
        "</ip:CreerDossierRequest>"
    )


def annexe(nom: str, content: str) -> str:
    return (
        f"<ip:DocAnnexe><ip:nom>{nom}</ip:nom><ip:fichier>{content}</ip:fichier>"
        "<ip:mimetype>text/plain</ip:mimetype><ip:encoding>UTF-8</ip:encoding></ip:DocAnnexe>"
    )


def include(href: str) -> str:
    return f'<x:Include xmlns:x="{XOP}" href="{href}"/>'


def packed(*pieces: tuple[str, bytes], end: bytes = b"\r\n", encoding: str = "binary") -> bytes:
    out = b""
    for name, content in pieces:
        head = ("--uuid:62", f"Content-ID: <{name}>", f"Content-Transfer-Encoding: {encoding}", "", "")
        out += end.join(line.encode() for line in head) + content + end
    return out + b"--uuid:62--" + end


def opened(answer: TestResponse) -> tuple[Message, dict[str, Message]]:
    """The root of a package and its attachments by name, as Python's own reader of e-mails sees them."""
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    header = answer.headers["Content-Type"]
    whole = BytesParser().parsebytes(f"Content-Type: {header}\r\n\r\n".encode() + answer.data)
    assert (whole.get_content_type(), whole.get_param("type")) == ("multipart/related", "application/xop+xml")
    root, *others = whole.get_payload()
    assert root["Content-Id"] == whole.get_param("start")
    assert root.get_content_type() == "application/xop+xml"
    return root, {part["Content-Id"].strip("<>"): part for part in others}


def payload(answer: TestResponse, status: int = 200) -> etree._Element:
    assert answer.status_code == status
    (found,) = etree.fromstring(opened(answer)[0].get_payload(decode=True)).find(f"{{{SOAP}}}Body")
    return found


def said(answer: TestResponse) -> tuple[str, str]:
    found = payload(answer)
    return tuple(found.findtext(f".//{{{IP}}}{name}") for name in ("codeRetour", "message"))


def test_an_answer_without_document_is_a_package_too(poster: Poster) -> None:
    answer = poster("<ip:echoRequest>été</ip:echoRequest>")
    assert payload(answer).text == '[ws@mairie] m\'a dit: "été"!'
    assert opened(answer)[1] == {}


def test_the_documents_of_an_answer_are_attachments(
    poster: Poster, pdf: bytes, state: ParapheurState
) -> None:
    encoded = base64.b64encode(pdf).decode()
    assert said(poster(creer(encoded, annexe("a.txt", "YWJj") + annexe("vide.txt", ""))))[0] == "OK"
    state.signer("ads-01")

    answer = poster("<ip:GetDossierRequest>ads-01</ip:GetDossierRequest>")

    found = payload(answer)
    attachments = opened(answer)[1]
    wanted = [one.get("href").removeprefix("cid:") for one in found.iter(f"{{{XOP}}}Include")]
    assert sorted(attachments) == sorted(wanted)
    types = [attachments[name].get_content_type() for name in wanted]
    assert types == ["application/pdf", "text/plain", "text/plain", "application/pdf"]
    assert b"/ETSI.CAdES.detached" in answer.data
    plain = etree.fromstring(poster("<ip:GetDossierRequest>ads-01</ip:GetDossierRequest>", to=ENDPOINT).data)
    inline = [
        base64.b64decode(one.text or "") for one in plain.iter(f"{{{IP}}}DocPrincipal", f"{{{IP}}}fichier")
    ]
    assert [attachments[name].get_payload(decode=True) for name in wanted][:3] == inline[:3]
    assert inline[1:3] == [b"abc", b""]


def test_both_endpoints_show_one_state(poster: Poster, pdf: bytes) -> None:
    poster(creer(base64.b64encode(pdf).decode()), to=ENDPOINT)
    again = said(poster(creer(base64.b64encode(pdf).decode())))
    assert again == ("KO", "Le nom de dossier est déjà présent dans le Parapheur: dossierID = ads-01")


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("root_last", [False, True])
def test_a_request_may_be_a_package_in_any_order(
    poster: Poster, state: ParapheurState, pdf: bytes, end: bytes, root_last: bool
) -> None:
    body = creer(include("cid:doc%40x"), annexe("a.txt", include("cid:a")) + annexe("b.txt", "YWJj"))
    content = b"--uuid:62x\n\n\x00--\r\r"
    pieces = [("r@x", envelope(body)), ("a", content), ("inutile", b"z"), ("doc@x", pdf)]
    message = packed(*(reversed(pieces) if root_last else pieces), end=end)

    assert said(poster(message, PACKAGE))[0] == "OK"

    answer = poster("<ip:GetDossierRequest>ads-01</ip:GetDossierRequest>", to=ENDPOINT)
    got = etree.fromstring(answer.data)
    assert base64.b64decode(got.findtext(f".//{{{IP}}}DocPrincipal")) == pdf
    files = [base64.b64decode(one.text) for one in got.iter(f"{{{IP}}}fichier")]
    assert files[:2] == [content, b"abc"]
    assert list(state.reception.iterdir()) == []


def test_parts_in_base64_and_long_lines_are_read(poster: Poster, state: ParapheurState, pdf: bytes) -> None:
    body = base64.encodebytes(envelope(creer(include("cid:d"), annexe("a.txt", include("cid:a")))))
    long = b"x" * (64 * 1024 - 1) + b"\r\n" + b"y" * 200_000 + b"\r"
    pieces = [("r@x", body), ("d", base64.encodebytes(pdf)), ("a", base64.b64encode(long))]
    assert said(poster(packed(*pieces, encoding="base64"), PACKAGE))[0] == "OK"
    state.reset()
    state.add_account("ws@mairie", "secret")
    pieces = [
        ("r@x", envelope(creer(include("cid:d"), annexe("a.txt", include("cid:a"))))),
        ("d", pdf),
        ("a", long),
    ]
    assert said(poster(packed(*pieces), PACKAGE))[0] == "OK"
    got = etree.fromstring(poster("<ip:GetDossierRequest>ads-01</ip:GetDossierRequest>", to=ENDPOINT).data)
    assert base64.b64decode(next(got.iter(f"{{{IP}}}fichier")).text) == long


ROOT = ("r@x", envelope(creer(include("cid:a"))))
REFUSED = {
    "nothing": b"",
    "no parts": packed(),
    "no envelope": packed(("a", b"A")),
    "not XML": packed(("r@x", b"A")),
    "missing": packed(ROOT, ("b", b"B")),
    "twice": packed(ROOT, ("a", b"A"), ("a", b"A")),
    "asked twice": packed(
        ("r@x", envelope(creer(include("cid:a"), annexe("a", include("cid:a"))))), ("a", b"A")
    ),
    "elsewhere": packed(("r@x", envelope(creer(include("http://127.0.0.1:9/a")))), ("a", b"A")),
    "text too": packed(("r@x", envelope(creer("QUJD" + include("cid:a")))), ("a", b"A")),
    "itself": packed(("r@x", envelope(creer(include("cid:r@x"))))),
    "bad base64": packed(("r@x", base64.b64encode(ROOT[1])), ("a", b"QUJ"), encoding="base64"),
    "headers": b"--uuid:62\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
    "parts": packed(ROOT, *((str(n), b"") for n in range(700))),
    "DTD": packed(
        ("r@x", b'<!DOCTYPE a [<!ENTITY b "c">]>' + envelope("<ip:echoRequest>&b;</ip:echoRequest>"))
    ),
    "unknown": packed(("r@x", envelope("<ip:IsUtilisateurExisteRequest/>"))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_a_request_is_a_fault_in_a_package(
    poster: Poster, state: ParapheurState, name: str
) -> None:
    assert payload(poster(REFUSED[name], PACKAGE), 500).findtext("faultstring")
    assert list(state.reception.iterdir()) == []
    assert state.dossiers() == []


def test_without_a_boundary_there_is_no_package(poster: Poster) -> None:
    assert payload(poster(packed(ROOT), "multipart/related"), 500).findtext("faultstring")


def test_a_request_cut_anywhere_or_damaged_creates_nothing_by_halves(
    poster: Poster, state: ParapheurState, pdf: bytes
) -> None:
    whole = packed(("r@x", envelope(creer(include("cid:d")))), ("d", pdf))
    chance = random.Random(62)
    for at in [*range(0, 700, 13), *(chance.randrange(len(whole)) for _ in range(60)), len(whole) - 3]:
        assert payload(poster(whole[:at], PACKAGE), 500).findtext("faultstring")
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        assert poster(bytes(damaged[: at + 200]), PACKAGE).status_code in (200, 500)
    assert list(state.reception.iterdir()) == []


def test_the_endpoint_without_mtom_takes_no_package(poster: Poster, pdf: bytes) -> None:
    message = packed(("r@x", envelope(creer(include("cid:d")))), ("d", pdf))
    assert poster(message, PACKAGE, to=ENDPOINT).status_code == 500
    inline = poster(envelope(creer(include("cid:d"))), to=ENDPOINT)
    assert inline.status_code == 500


def test_the_contract_is_served_there_with_its_own_address(client: FlaskClient) -> None:
    contract = etree.fromstring(client.get(f"{ENDPOINT_MTOM}?wsdl").data)
    address = contract.find(".//{http://schemas.xmlsoap.org/wsdl/soap/}address").get("location")
    assert address == f"http://localhost{ENDPOINT_MTOM}"


def test_faults_are_counted_by_operation_whatever_the_endpoint(poster: Poster, state: ParapheurState) -> None:
    state.faults.add({"plateforme": "iparapheur", "operation": "echo", "effet": "http_502", "a_partir_de": 2})
    assert poster("<ip:echoRequest/>", to=ENDPOINT).status_code == 200
    assert poster("<ip:echoRequest/>").status_code == 502


def test_without_the_right_password_the_answer_is_an_html_401(client: FlaskClient) -> None:
    refused = client.post(ENDPOINT_MTOM, data=envelope("<ip:echoRequest/>"))
    assert (refused.status_code, refused.mimetype) == (401, "text/html")
