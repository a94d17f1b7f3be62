"""The web service as a foreign client sees it: envelopes written by hand, over Flask's test client."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
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
from cdg62_connect.simulator.iparapheur import ParapheurState, Rythme
from cdg62_connect.simulator.iparapheur.routes import ENDPOINT, blueprint
from cdg62_connect.simulator.pki import TestAuthority

IP = "http://www.adullact.org/spring-ws/iparapheur/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XMIME = "http://www.w3.org/2005/05/xmlmime"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
START = datetime(2025, 3, 3, 8, 12, 4, 3000, tzinfo=UTC)
LOGIN = ("ws@mairie", "se:cret é")

Poster = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("pki"), start=START)


@pytest.fixture
def state(tmp_path: Path, authority: TestAuthority) -> ParapheurState:
    state = ParapheurState(
        clock=SimClock(START), authority=authority, folder=tmp_path / "ip", faults=Faults()
    )
    state.add_account(*LOGIN)
    return state


@pytest.fixture
def client(state: ParapheurState) -> Iterator[FlaskClient]:
    app = Flask("parapheur")
    app.register_blueprint(blueprint(SimpleNamespace(iparapheur=state)))
    with app.test_client() as client:
        yield client


@pytest.fixture(scope="module")
def pdf() -> bytes:
    document = FPDF()
    document.add_page()
    return bytes(document.output())


def basic(login: str = LOGIN[0], password: str = LOGIN[1], *, encoding: str = "utf-8") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode(encoding)).decode()}


def envelope(body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:ip="{IP}" xmlns:xm="{XMIME}" xmlns:xsi="{XSI}">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def creer(pdf: bytes, *, dossier_id: str = "ads-01", more: str = "", without: tuple[str, ...] = ()) -> str:
    encoded = base64.encodebytes(pdf).decode()
    children = {
        "Visibilite": "<ip:Visibilite>SERVICE</ip:Visibilite>",
        "VisuelPDF": '<ip:VisuelPDF xsi:nil="true"/>',
        "DocumentPrincipal": (
            f'<ip:DocumentPrincipal xm:contentType="application/pdf">{encoded}</ip:DocumentPrincipal>'
        ),
        "NomDocPrincipal": "<ip:NomDocPrincipal>Arrêté n°1.pdf</ip:NomDocPrincipal>",
        "DossierTitre": "<ip:DossierTitre>Arrêté &amp; PC</ip:DossierTitre>",
        "DossierID": f"<ip:DossierID>{dossier_id}</ip:DossierID>",
        "SousType": "<ip:SousType>Courrier</ip:SousType>",
        "TypeTechnique": "<ip:TypeTechnique>URBANISME</ip:TypeTechnique>",
    }
    kept = "".join(xml for name, xml in children.items() if name not in without)
    return f"<ip:CreerDossierRequest>{kept}{more}</ip:CreerDossierRequest>"


def simple(operation: str, text: str) -> str:
    return f"<ip:{operation}Request>{text}</ip:{operation}Request>"


def archiver(dossier_id: str, action: str = "EFFACER") -> str:
    return (
        f"<ip:ArchiverDossierRequest><ip:ArchivageAction>{action}</ip:ArchivageAction>"
        f"<ip:DossierID>{dossier_id}</ip:DossierID></ip:ArchiverDossierRequest>"
    )


@pytest.fixture
def poster(client: FlaskClient) -> Poster:
    def post(body: str | bytes, **headers: str) -> TestResponse:
        data = body if isinstance(body, bytes) else envelope(body)
        return client.post(
            ENDPOINT,
            data=data,
            headers={**basic(), "Content-Type": "text/xml; charset=utf-8", **headers},
            buffered=True,
        )

    return post


def read(answer: TestResponse) -> etree._Element:
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    root = etree.fromstring(answer.data)
    (payload,) = root.find(f"{{{SOAP}}}Body")
    return payload


def texts(payload: etree._Element, name: str) -> list[str]:
    return [found.text or "" for found in payload.iter(f"{{{IP}}}{name}")]


def retour(answer: TestResponse) -> tuple[str, ...]:
    payload = read(answer)
    return tuple(texts(payload, name)[-1] for name in ("codeRetour", "message", "severite"))


def test_a_dossier_is_created_signed_fetched_and_deleted(
    poster: Poster, state: ParapheurState, pdf: bytes
) -> None:
    created = poster(creer(pdf, more="<ip:AnnotationPublique>Bonjour</ip:AnnotationPublique>"))
    assert retour(created) == ("OK", "Dossier Arrêté & PC soumis dans le circuit", "INFO")
    assert texts(read(created), "DossierID") == []

    history = read(poster(simple("GetHistoDossier", "ads-01")))
    assert texts(history, "timestamp") == ["2025-03-03T09:12:04.003+01:00"] * 4
    assert texts(history, "status") == ["NonLu"] * 4
    assert texts(history, "nom") == ["Service Web"] * 4
    assert texts(history, "annotation")[-1] == "Bonjour"
    assert history[0].find(f"{{{IP}}}accessible") is None

    state.signer("ads-01")
    history = read(poster(simple("GetHistoDossier", "ads-01")))
    assert texts(history, "status")[-2:] == ["Signe", "Archive"]

    dossier = read(poster(simple("GetDossier", "ads-01")))
    signed = base64.b64decode(texts(dossier, "DocPrincipal")[0])
    assert signed.startswith(pdf)
    assert b"/ETSI.CAdES.detached" in signed
    assert dossier.find(f"{{{IP}}}DocPrincipal").get(f"{{{XMIME}}}contentType") == "application/pdf"
    assert texts(dossier, "NomDocPrincipal") == ["Arrêté n°1.pdf"]
    assert dossier.find(f"{{{IP}}}SignatureDocPrincipal") is None

    assert retour(poster(archiver("ads-01"))) == ("OK", "Dossier ads-01 supprimé du Parapheur.", "INFO")
    assert retour(poster(archiver("ads-01"))) == ("KO", "Dossier ads-01 introuvable.", "ERROR")
    assert texts(read(poster(simple("GetHistoDossier", "ads-01"))), "status") == []
    assert retour(poster(simple("GetDossier", "ads-01"))) == ("KO", "Dossier ads-01 introuvable.", "ERROR")


def test_the_annexes_come_back_in_order_with_the_slip_last(poster: Poster, pdf: bytes) -> None:
    def annexe(nom: str, content: bytes) -> str:
        return (
            f"<ip:DocAnnexe><ip:encoding>UTF-8</ip:encoding><ip:mimetype>text/plain</ip:mimetype>"
            f"<ip:fichier>{base64.b64encode(content).decode()}</ip:fichier><ip:nom>{nom}</ip:nom></ip:DocAnnexe>"
        )

    poster(
        creer(
            pdf,
            more=f"<ip:DocumentsAnnexes>{annexe('a.txt', b'un')}{annexe('../../b.txt', b'')}</ip:DocumentsAnnexes>"
            "<ip:MetaData><ip:MetaDonnee><ip:nom>commune</ip:nom><ip:valeur>Arras</ip:valeur></ip:MetaDonnee>"
            "</ip:MetaData>",
        )
    )

    dossier = read(poster(simple("GetDossier", "ads-01")))

    annexes = dossier.find(f"{{{IP}}}DocumentsAnnexes")
    assert texts(annexes, "nom") == ["a.txt", "b.txt", "iParapheur_impression_dossier.pdf"]
    assert texts(annexes, "mimetype") == ["text/plain", "text/plain", "application/pdf"]
    assert [base64.b64decode(text) for text in texts(annexes, "fichier")][:2] == [b"un", b""]
    slip = base64.b64decode(texts(annexes, "fichier")[-1])
    assert slip.startswith(b"%PDF-")
    assert "SPÉCIMEN".encode("iso-8859-1") in slip
    metadonnees = dossier.find(f"{{{IP}}}MetaDonnees")
    assert texts(metadonnees, "nom") == ["ph:dossierTitre", "commune"]
    assert texts(metadonnees, "valeur") == ["Arrêté & PC", "Arras"]


def test_the_same_id_twice_is_a_ko_in_an_http_200(poster: Poster, pdf: bytes, state: ParapheurState) -> None:
    poster(creer(pdf))

    again = poster(creer(pdf))

    expected = "Le nom de dossier est déjà présent dans le Parapheur: dossierID = ads-01"
    assert retour(again) == ("KO", expected, "ERROR")
    assert [row["cree_n"] for row in state.dossiers()] == [1]


def test_an_empty_id_with_a_title_is_answered_with_a_new_id(poster: Poster, pdf: bytes) -> None:
    (dossier_id,) = texts(read(poster(creer(pdf, dossier_id=""))), "DossierID")

    assert len(dossier_id) == 36
    assert texts(read(poster(simple("GetHistoDossier", dossier_id))), "status")


def test_without_a_title_the_id_stands_for_it(poster: Poster, pdf: bytes) -> None:
    created = poster(creer(pdf, without=("DossierTitre", "NomDocPrincipal", "VisuelPDF")))

    assert retour(created)[1] == "Dossier ads-01 soumis dans le circuit"
    assert texts(read(poster(simple("GetDossier", "ads-01"))), "NomDocPrincipal") == ["ads-01.pdf"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Courrier", "Inconnu"), "Le sous-type Inconnu n'existe pas pour le type 'URBANISME'"),
        (("URBANISME", "AUTRE"), "Le sous-type Courrier n'existe pas pour le type 'AUTRE'"),
        (("SERVICE", "TOUS"), "La visibilité 'TOUS'"),
    ],
)
def test_what_is_wrong_is_a_ko(poster: Poster, pdf: bytes, change: tuple[str, str], said: str) -> None:
    code, message, severite = retour(poster(creer(pdf).replace(*change)))

    assert (code, severite) == ("KO", "ERROR")
    assert message.startswith(said)


@pytest.mark.parametrize("missing", ["TypeTechnique", "SousType", "Visibilite", "DocumentPrincipal"])
def test_a_missing_element_is_a_ko(poster: Poster, pdf: bytes, missing: str) -> None:
    assert retour(poster(creer(pdf, without=(missing,))))[0] == "KO"


def test_a_rejected_dossier_is_deleted_by_its_own_operation(
    poster: Poster, pdf: bytes, state: ParapheurState
) -> None:
    poster(creer(pdf))
    assert retour(poster(simple("EffacerDossierRejete", "ads-01")))[0] == "KO"
    state.refuser("ads-01", motif="Pièce <manquante>")

    history = read(poster(simple("GetHistoDossier", "ads-01")))
    assert texts(history, "status")[-1] == "RejetSignataire"
    assert texts(history, "annotation")[-1] == "Pièce <manquante>"
    refused = "Le dossierID 'ads-01' n'est pas archivable."
    assert retour(poster(archiver("ads-01"))) == ("KO", refused, "ERROR")
    assert retour(poster(simple("EffacerDossierRejete", "ads-01")))[0] == "OK"
    assert retour(poster(simple("EffacerDossierRejete", "ads-01")))[1] == "Dossier ads-01 introuvable."


def test_archiving_into_the_parapheur_is_possible_too(
    poster: Poster, pdf: bytes, state: ParapheurState
) -> None:
    state.rythme = Rythme.of("immediat")
    poster(creer(pdf))

    archived = poster(archiver("ads-01", "ARCHIVER"))

    assert retour(archived) == ("OK", "Dossier ads-01 archivé.", "INFO")
    assert read(archived).find(f"{{{IP}}}URL").get(f"{{{XSI}}}nil") == "true"
    assert retour(poster(archiver("ads-01", "JETER")))[0] == "KO"


def test_what_the_account_may_send_is_listed_with_its_circuits(poster: Poster) -> None:
    assert texts(read(poster("<ip:GetListeTypesRequest/>")), "TypeTechnique") == ["URBANISME"]
    assert texts(read(poster(simple("GetListeSousTypes", "URBANISME"))), "SousType") == ["Arrete", "Courrier"]
    assert texts(read(poster(simple("GetListeSousTypes", "AUTRE"))), "SousType") == []
    asked = "<ip:SousType>Arrete</ip:SousType><ip:TypeTechnique>URBANISME</ip:TypeTechnique>"
    circuit = read(poster(f"<ip:GetCircuitRequest>{asked}</ip:GetCircuitRequest>"))
    assert texts(circuit, "Parapheur") == ["Chef du service ADS", "Le Maire", "Service Web"]
    assert texts(circuit, "Role") == ["VISEUR", "SIGNATAIRE", "ARCHIVAGE"]


@pytest.mark.parametrize("text", ["", "Voix ambiguë d'un cœur", "a & b < c"])
def test_echo_says_who_spoke(poster: Poster, text: str) -> None:
    sent = text.replace("&", "&amp;").replace("<", "&lt;")

    assert read(poster(simple("echo", sent))).text == f'[ws@mairie] m\'a dit: "{text}"!'


@pytest.mark.parametrize("headers", [{"SOAPAction": '"CreerDossier"'}, {"Content-Type": "application/xml"}])
def test_the_body_decides_whatever_the_headers(poster: Poster, headers: dict[str, str]) -> None:
    assert "m'a dit" in (read(poster(simple("echo", "a"), **headers)).text or "")


def test_any_prefix_any_encoding_a_header_and_unknown_elements_are_taken(poster: Poster, pdf: bytes) -> None:
    encoded = base64.b64encode(pdf).decode()
    request = (
        f'<?xml version="1.0" encoding="iso-8859-1"?><!-- bonjour --><SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}">'
        '<SOAP-ENV:Header><x xmlns="urn:x"><DossierID>leurre</DossierID></x></SOAP-ENV:Header><SOAP-ENV:Body>'
        f'<CreerDossierRequest xmlns="{IP}"><XPathPourSignature>.</XPathPourSignature>'
        '<DossierID xmlns="urn:x">leurre</DossierID><Inconnu><DossierID>leurre</DossierID></Inconnu>'
        "<TypeTechnique>URBANISME</TypeTechnique><SousType> Courrier </SousType><DossierID> été\n 1 </DossierID>"
        f"<DocumentPrincipal><![CDATA[{encoded}]]></DocumentPrincipal><Visibilite>PUBLIC</Visibilite>"
        "</CreerDossierRequest></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )

    assert retour(poster(request.encode("iso-8859-1")))[1] == "Dossier été 1 soumis dans le circuit"


def test_the_prefix_of_the_answers_may_be_that_of_another_version(state: ParapheurState) -> None:
    app = Flask("parapheur")
    app.register_blueprint(blueprint(SimpleNamespace(iparapheur=state), prefix="SOAP-ENV"))

    answer = app.test_client().post(ENDPOINT, data=envelope(simple("echo", "a")), headers=basic())

    assert b"<SOAP-ENV:Envelope" in answer.data
    assert "m'a dit" in (read(answer).text or "")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(password="autre"),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"sans-deux-points").decode()},
        {"Authorization": "Bearer abc"},
    ],
)
def test_without_the_right_password_the_answer_is_an_html_401(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    refused = client.post(ENDPOINT, data=envelope(simple("echo", "a")), headers=headers)

    assert refused.status_code == 401
    assert refused.mimetype == "text/html"
    assert refused.headers["WWW-Authenticate"].startswith("Basic")


def test_a_password_in_the_old_encoding_is_taken_too(client: FlaskClient) -> None:
    answer = client.post(ENDPOINT, data=envelope(simple("echo", "a")), headers=basic(encoding="iso-8859-1"))

    assert answer.status_code == 200


HOSTILE = {
    "nothing": b"",
    "not XML": b"bonjour",
    "cut": envelope(simple("echo", "a"))[:-20],
    "not SOAP": b"<a/>",
    "SOAP 1.2": b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
    "empty body": envelope(""),
    "two requests": envelope(simple("echo", "a") * 2),
    "another namespace": envelope('<CreerDossierRequest xmlns="urn:x"/>'),
    "unknown operation": envelope(simple("IsUtilisateurExiste", "")),
    "an answer": envelope("<ip:echoResponse/>"),
    "DTD": b'<!DOCTYPE a [<!ENTITY b "c">]>' + envelope(simple("echo", "&b;")),
    "too deep": envelope("<ip:echoRequest>" + "<ip:a>" * 100 + "</ip:a>" * 100 + "</ip:echoRequest>"),
    "too many": envelope("<ip:echoRequest>" + "<ip:a/>" * 20_000 + "</ip:echoRequest>"),
    "too long": envelope(simple("echo", "a" * 2_000_000)),
    "not base64": envelope(creer(b"").replace("</ip:DocumentPrincipal>", "é*</ip:DocumentPrincipal>")),
    "cut base64": envelope(creer(b"").replace("</ip:DocumentPrincipal>", "AAA</ip:DocumentPrincipal>")),
    "padding inside": envelope(
        creer(b"").replace("</ip:DocumentPrincipal>", "AA==AAAA</ip:DocumentPrincipal>")
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_a_request_is_a_fault_and_leaves_nothing_behind(
    poster: Poster, state: ParapheurState, name: str
) -> None:
    answer = poster(HOSTILE[name])

    assert answer.status_code == 500
    assert etree.fromstring(answer.data).find(f".//{{{SOAP}}}Fault/faultstring").text
    assert list(state.reception.iterdir()) == []
    assert state.dossiers() == []


def test_no_file_is_left_in_the_reception_after_a_creation(
    poster: Poster, state: ParapheurState, pdf: bytes
) -> None:
    poster(creer(pdf))
    poster(creer(pdf))

    assert list(state.reception.iterdir()) == []


def test_a_body_beyond_the_limit_of_the_front_end_is_refused_before_it_is_read(client: FlaskClient) -> None:
    refused = client.post(ENDPOINT, headers=basic(), environ_overrides={"CONTENT_LENGTH": str(3 * 1024**3)})

    assert refused.status_code == 413
    assert refused.headers["Connection"] == "close"


@pytest.mark.parametrize(("moment", "known"), [("avant", False), ("apres", True)])
def test_a_lost_answer_says_nothing_of_what_was_done(
    poster: Poster, state: ParapheurState, pdf: bytes, moment: str, known: bool
) -> None:
    state.faults.add(
        {"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "couper", "moment": moment}
    )

    lost = poster(creer(pdf))

    assert lost.data == b""
    assert bool(state.dossiers()) is known
    assert state.faults.unmet() == []


def test_a_fault_aims_at_a_dossier_by_its_id(poster: Poster, state: ParapheurState, pdf: bytes) -> None:
    for operation in (
        "CreerDossier",
        "GetHistoDossier",
        "GetDossier",
        "ArchiverDossier",
        "EffacerDossierRejete",
    ):
        state.faults.add(
            {"plateforme": "iparapheur", "operation": operation, "effet": "http_502", "contient": "ads-02"}
        )

    assert retour(poster(creer(pdf)))[0] == "OK"
    for body in (
        creer(pdf, dossier_id="ads-02"),
        simple("GetHistoDossier", "ads-02"),
        simple("GetDossier", "ads-02"),
        archiver("ads-02"),
        simple("EffacerDossierRejete", "ads-02"),
    ):
        assert poster(body).status_code == 502
    assert state.faults.unmet() == []


def test_the_endpoint_presents_itself_to_a_browser(client: FlaskClient) -> None:
    page = client.get(ENDPOINT)

    assert page.status_code == 200
    assert "?wsdl" in page.text
