"""The SOAP requests that a real Pastell sent to its parapheur, given as they are to the simulated one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.iparapheur import Account, Acte, Etape, ParapheurState, SousType, Type
from cdg62_connect.simulator.iparapheur.routes import ENDPOINT, ENDPOINT_MTOM, blueprint
from cdg62_connect.simulator.pki import TestAuthority
from conformance.calls import START
from conformance.recordings import ABSENT, Exchange, recorded

NAMESPACE = "{http://www.adullact.org/spring-ws/iparapheur/1.0}"
CONTENT = "{http://www.w3.org/2005/05/xmlmime}contentType"
LEFT_OUT = "(base64 of the sample PDF left out)"
ABOUT_ONE = ("GetHistoDossier", "GetDossier", "ArchiverDossier", "EffacerDossierRejete")
REQUESTS = [one for one in recorded() if one.to_peer and one.soap.endswith("Request")]

pytestmark = pytest.mark.skipif(not REQUESTS, reason=ABSENT)


def body_of(exchange: Exchange, spare: bytes) -> bytes:
    """The body as Pastell wrote it; the one document that was not kept is replaced by ``spare``."""
    text = str(exchange.request["body"]["text"])
    return text.replace(LEFT_OUT, base64.b64encode(spare).decode()).encode()


def element_of(content: bytes) -> Any:
    (element,) = etree.fromstring(content).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    return element


def value(element: Any, name: str) -> str:
    return (element.findtext(NAMESPACE + name) or "").strip()


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    from fpdf import FPDF

    document = FPDF()
    document.add_page()
    return bytes(document.output())


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory, spare: bytes) -> ParapheurState:
    """A parapheur with the types that Pastell named, and its account."""
    folder = tmp_path_factory.mktemp("parapheur")
    made = ParapheurState(
        clock=SimClock(START),
        authority=TestAuthority(folder / "pki", start=START),
        folder=folder,
        faults=Faults(),
    )
    named: dict[str, set[str]] = {}
    for exchange in REQUESTS:
        if exchange.soap == "CreerDossierRequest":
            element = element_of(body_of(exchange, spare))
            named.setdefault(value(element, "TypeTechnique"), set()).add(value(element, "SousType"))
    circuit = (Etape(Acte.SIGNATURE, "Le Maire"),)
    types = [
        Type(nom, {one: SousType(one, circuit, multidoc=True) for one in sous_types})
        for nom, sous_types in named.items()
    ]
    made.add_account("pastell", "secret", types=types)
    return made


@pytest.fixture(scope="module")
def account(state: ParapheurState) -> Account:
    return state.accounts[0]


@pytest.fixture(scope="module")
def client(state: ParapheurState) -> Iterator[FlaskClient]:
    app = Flask("parapheur")
    app.register_blueprint(blueprint(SimpleNamespace(iparapheur=state)))
    with app.test_client() as client:
        yield client


def answered(client: FlaskClient, exchange: Exchange, body: bytes) -> Any:
    """What is answered, with every header that Pastell sent but the account and the host."""
    headers = [(name, text) for name, text in exchange.headers if name not in ("Host", "Content-Length")]
    headers = [(name, text) for name, text in headers if name != "Authorization"]
    headers.append(("Authorization", "Basic " + base64.b64encode(b"pastell:secret").decode()))
    answer = client.post(ENDPOINT, data=body, headers=headers, buffered=True)
    assert answer.status_code == 200, (exchange.id, answer.text[:300])
    return element_of(answer.data)


def said(element: Any) -> str:
    return value(element.find(NAMESPACE + "MessageRetour"), "codeRetour")


def test_every_request_is_understood_and_carried_out(
    client: FlaskClient, state: ParapheurState, account: Account, spare: bytes
) -> None:
    created: set[str] = set()
    for exchange in REQUESTS:
        body = body_of(exchange, spare)
        asked, operation = element_of(body), exchange.soap.removesuffix("Request")
        if operation == "CreerDossier" and value(asked, "DossierID") in created:
            continue  # the same call, which the recorder kept twice
        dossier_id = value(asked, "DossierID") or (asked.text or "").strip()
        if operation in ("ArchiverDossier", "EffacerDossierRejete") and dossier_id in created:
            end(state, dossier_id, rejected=operation == "EffacerDossierRejete")
        answer = answered(client, exchange, body)
        assert answer.tag == f"{NAMESPACE}{operation}Response", exchange.id
        match operation:
            case "CreerDossier":
                assert said(answer) == "OK", (exchange.id, etree.tostring(answer))
                created.add(dossier_id)
                check_kept(state, account, asked)
            case _ if operation in ABOUT_ONE:
                assert said(answer) == ("OK" if dossier_id in created else "KO"), exchange.id
                if operation in ("ArchiverDossier", "EffacerDossierRejete"):
                    created.discard(dossier_id)
            case _:
                assert "".join(answer.itertext()), exchange.id
    assert {one.soap for one in REQUESTS} >= {f"{name}Request" for name in ("CreerDossier", *ABOUT_ONE)}


def end(state: ParapheurState, dossier_id: str, *, rejected: bool) -> None:
    """What the people of the parapheur had done by then."""
    row = next(one for one in state.dossiers() if one["dossier_id"] == dossier_id)
    if row["bureau"] is None:
        return
    if rejected:
        state.refuser(dossier_id, motif="Non")
    else:
        state.signer(dossier_id)


def check_kept(state: ParapheurState, account: Account, asked: Any) -> None:
    """Every part of the request is in the dossier."""
    dossier_id = value(asked, "DossierID")
    kept = state.contenu(account, dossier_id)
    sent = asked.find(NAMESPACE + "DocumentPrincipal")
    assert kept.titre == value(asked, "DossierTitre")
    assert kept.document.path.read_bytes() == base64.b64decode(sent.text)
    assert (kept.document.nom, kept.document.content_type) == (
        value(asked, "NomDocPrincipal"),
        sent.get(CONTENT),
    )
    for group, pieces in (
        ("DocumentsSupplementaires", [one.piece for one in kept.principaux[1:]]),
        ("DocumentsAnnexes", list(kept.annexes)),
    ):
        holder = asked.find(NAMESPACE + group)
        files = [] if holder is None else [one.text for one in holder.iter(NAMESPACE + "fichier")]
        names = [] if holder is None else [one.text for one in holder.iter(NAMESPACE + "nom")]
        assert [(one.nom, one.path.read_bytes()) for one in pieces] == [
            (name, base64.b64decode(text)) for name, text in zip(names, files, strict=True)
        ]
    assert kept.demande.metadonnees == tuple(
        (value(one, "nom"), value(one, "valeur")) for one in asked.iter(NAMESPACE + "MetaDonnee")
    )
    assert kept.demande.xpath == value(asked, "XPathPourSignatureXML")
    assert (kept.demande.visuel is None) == (not asked.findtext(NAMESPACE + "VisuelPDF"))
    assert kept.demande.annotation_publique == value(asked, "AnnotationPublique")
    assert kept.demande.date_limite == value(asked, "DateLimite")


def test_the_same_requests_are_understood_where_answers_are_in_mtom(
    client: FlaskClient, spare: bytes
) -> None:
    seen: set[str] = set()
    for exchange in REQUESTS:
        if exchange.soap in seen or exchange.soap == "CreerDossierRequest":
            continue
        seen.add(exchange.soap)
        answer = client.post(
            ENDPOINT_MTOM,
            data=body_of(exchange, spare),
            content_type=exchange.header("Content-Type"),
            auth=("pastell", "secret"),
            buffered=True,
        )
        assert answer.status_code == 200
        assert answer.mimetype == "multipart/related"
        assert exchange.soap.replace("Request", "Response").encode() in answer.data


def test_nothing_of_the_requests_is_left_in_the_reception(state: ParapheurState) -> None:
    assert list(Path(state.reception).iterdir()) == []
