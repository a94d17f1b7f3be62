"""The web service over real HTTP: a foreign SOAP client, connections that break, big documents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.parsers import expat

import pytest
import requests
import zeep
from fpdf import FPDF
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from zeep.helpers import serialize_object

from cdg62_connect.simulator import Simulator, SimulatorServer
from cdg62_connect.simulator.iparapheur import Metadonnee, Rythme

IP = "http://www.adullact.org/spring-ws/iparapheur/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(folder=tmp_path_factory.mktemp("simulateur"))) as server:
        yield server


@pytest.fixture
def simulator(server: SimulatorServer) -> Iterator[Simulator]:
    server.simulator.reset()
    yield server.simulator
    assert server.erreurs == []


@pytest.fixture
def url(server: SimulatorServer) -> str:
    description = server.describe()["iparapheur_soap"]
    assert isinstance(description, dict)
    return description["url"]


@pytest.fixture(params=["url", "url_mtom"])
def each_url(server: SimulatorServer, request: pytest.FixtureRequest) -> str:
    """Without MTOM, then with it."""
    description = server.describe()["iparapheur_soap"]
    assert isinstance(description, dict)
    return description[request.param]


@pytest.fixture
def http(simulator: Simulator) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (simulator.accesses[0].login, simulator.accesses[0].password)
        yield session


@pytest.fixture
def soap(each_url: str, http: requests.Session) -> zeep.Client:
    client = zeep.Client(f"{each_url}?wsdl", transport=zeep.Transport(session=http))
    assert client.service._binding_options["address"] == each_url
    return client


@pytest.fixture(scope="module")
def pdf() -> bytes:
    document = FPDF()
    document.add_page()
    return bytes(document.output())


def typed(content: bytes, content_type: str = "application/pdf") -> dict[str, object]:
    return {"_value_1": content, "contentType": content_type}


def request(operation: str, inner: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><{operation}Request xmlns="{IP}">{inner}</{operation}Request>'
        "</s:Body></s:Envelope>"
    ).encode()


def creer(document: bytes, dossier_id: str = "ads-01") -> bytes:
    return request(
        "CreerDossier",
        "<TypeTechnique>URBANISME</TypeTechnique><SousType>Courrier</SousType>"
        f"<DossierID>{dossier_id}</DossierID><Visibilite>SERVICE</Visibilite>"
        f"<DocumentPrincipal>{base64.b64encode(document).decode()}</DocumentPrincipal>",
    )


def test_a_foreign_soap_client_bound_to_the_served_contract_carries_a_dossier_through(
    soap: zeep.Client, simulator: Simulator, pdf: bytes
) -> None:
    created = soap.service.CreerDossier(
        TypeTechnique="URBANISME",
        SousType="Arrete",
        DossierID="ads-01",
        DossierTitre="Arrêté",
        DocumentPrincipal=typed(pdf),
        NomDocPrincipal="arrete.pdf",
        DocumentsAnnexes={
            "DocAnnexe": [
                {"nom": "a.txt", "fichier": typed(b"abc"), "mimetype": "text/plain", "encoding": "UTF-8"}
            ]
        },
        MetaData={"MetaDonnee": [{"nom": "commune", "valeur": "Arras"}]},
        AnnotationPublique="Bonjour",
        Visibilite="SERVICE",
    )
    assert created.MessageRetour.codeRetour == "OK"
    simulator.iparapheur.viser("ads-01")
    simulator.iparapheur.signer("ads-01")

    history = soap.service.GetHistoDossier("ads-01")
    assert [entry.status for entry in history.LogDossier][-3:] == ["NonLu", "Signe", "Archive"]
    assert history.LogDossier[-1].timestamp.tzinfo is not None
    dossier = soap.service.GetDossier("ads-01")
    assert dossier.DocPrincipal["_value_1"].startswith(pdf)
    assert [annexe.nom for annexe in dossier.DocumentsAnnexes.DocAnnexe] == [
        "a.txt",
        "iParapheur_impression_dossier.pdf",
    ]
    assert serialize_object(dossier.MetaDonnees.MetaDonnee[1], dict) == {"nom": "commune", "valeur": "Arras"}
    archived = soap.service.ArchiverDossier(DossierID="ads-01", ArchivageAction="EFFACER")
    assert archived.MessageRetour.message == "Dossier ads-01 supprimé du Parapheur."
    again = soap.service.ArchiverDossier(DossierID="ads-01", ArchivageAction="EFFACER")
    assert again.MessageRetour.codeRetour == "KO"


def test_the_lists_and_the_echo_bind_too(soap: zeep.Client) -> None:
    assert "été" in soap.service.echo("été")
    assert soap.service.GetListeTypes() == ["URBANISME", "PES"]
    assert soap.service.GetListeSousTypes("URBANISME") == ["Arrete", "Courrier"]
    steps = soap.service.GetCircuit(TypeTechnique="URBANISME", SousType="Courrier")
    assert [step.Role for step in steps] == ["SIGNATAIRE", "ARCHIVAGE"]


def test_a_rejected_dossier_is_deleted_through_the_contract(
    soap: zeep.Client, simulator: Simulator, pdf: bytes
) -> None:
    simulator.iparapheur.rythme = Rythme.of([{"quand": "immediat", "refuser": "Non"}])
    soap.service.CreerDossier(
        TypeTechnique="URBANISME",
        SousType="Courrier",
        DossierID="ads-01",
        DocumentPrincipal=typed(pdf),
        Visibilite="SERVICE",
    )

    assert soap.service.EffacerDossierRejete("ads-01").codeRetour == "OK"


def test_the_contract_needs_no_password_imports_nothing_and_gives_the_address_it_was_read_at(
    each_url: str, simulator: Simulator
) -> None:
    answer = requests.get(f"{each_url}?wsdl", timeout=10)
    contract = etree.fromstring(answer.content)

    assert answer.headers["Content-Type"].startswith("text/xml")
    assert contract.find(".//{http://schemas.xmlsoap.org/wsdl/soap/}address").get("location") == each_url
    assert not contract.xpath("//@schemaLocation")
    assert len(contract.findall(".//{http://schemas.xmlsoap.org/wsdl/}binding/{*}operation")) == 20


def test_its_schemas_are_valid_and_the_answers_obey_them(
    url: str, http: requests.Session, simulator: Simulator, pdf: bytes, tmp_path: Path
) -> None:
    contract = etree.fromstring(http.get(f"{url}?wsdl").content)
    xmime, parapheur = contract.findall(".//{http://www.w3.org/2001/XMLSchema}schema")
    (tmp_path / "xmime.xsd").write_bytes(etree.tostring(xmime))
    parapheur[0].set("schemaLocation", "xmime.xsd")
    (tmp_path / "ip.xsd").write_bytes(etree.tostring(parapheur))
    schema = etree.XMLSchema(file=str(tmp_path / "ip.xsd"))
    simulator.iparapheur.rythme = Rythme.of("immediat")
    simulator.iparapheur.declarer_metadonnees(Metadonnee("commune", "La commune"))
    # All but a GetDossier that is refused: the contract has no place for it.
    calls = (
        creer(pdf),
        creer(pdf),
        request("GetHistoDossier", "ads-01"),
        request("GetHistoDossier", "inconnu"),
        request("GetDossier", "ads-01"),
        request("GetListeTypes", ""),
        request("GetListeSousTypes", "URBANISME"),
        request("GetCircuit", "<SousType>Arrete</SousType><TypeTechnique>URBANISME</TypeTechnique>"),
        request("GetListeMetaDonnees", ""),
        request(
            "GetMetaDonneesRequisesPourTypeSoustype",
            "<TypeTechnique>URBANISME</TypeTechnique><SousType>Courrier</SousType>",
        ),
        request("RechercherDossiers", "<Status>Archive</Status>"),
        request("ExercerDroitRemordDossier", "ads-01"),
        request("ForcerEtape", "<DossierID>ads-01</DossierID><CodeTransition>OK</CodeTransition>"),
        request("EnvoyerDossierTdT", "ads-01"),
        request("GetStatutTdT", "ads-01"),
        request("GetClassificationActesTdt", ""),
        request("EnvoyerDossierMailSecurise", "<dossier>ads-01</dossier><rcptTo>a@b.fr</rcptTo>"),
        request("ArchiverDossier", "<DossierID>ads-01</DossierID>"),
        request("ArchiverDossier", "<DossierID>ads-01</DossierID>"),
        request("EffacerDossierRejete", "ads-01"),
        request("echo", "abc"),
    )

    for call in calls:
        payload = etree.fromstring(http.post(url, data=call).content)[0][0]
        schema.assertValid(payload)


def test_the_third_creation_is_accepted_and_its_answer_is_lost(
    url: str, http: requests.Session, simulator: Simulator, pdf: bytes
) -> None:
    simulator.faults.add(
        {
            "plateforme": "iparapheur",
            "operation": "CreerDossier",
            "effet": "couper",
            "moment": "apres",
            "a_partir_de": 3,
        }
    )

    for rank in (1, 2):
        assert http.post(url, data=creer(pdf, f"ads-0{rank}")).status_code == 200
    with pytest.raises(requests.ConnectionError):
        http.post(url, data=creer(pdf, "ads-03"))

    assert "<status>" in http.post(url, data=request("GetHistoDossier", "ads-03")).text
    assert "déjà présent" in http.post(url, data=creer(pdf, "ads-03")).content.decode()
    assert [row["cree_n"] for row in simulator.iparapheur.dossiers()] == [1, 1, 1]


def test_an_answer_can_be_cut_in_the_middle(
    url: str, http: requests.Session, simulator: Simulator, pdf: bytes
) -> None:
    http.post(url, data=creer(pdf))
    simulator.faults.add({"plateforme": "iparapheur", "operation": "GetDossier", "effet": "tronquer"})

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        http.post(url, data=request("GetDossier", "ads-01"))

    assert http.post(url, data=request("GetDossier", "ads-01")).status_code == 200


def test_a_refused_password_does_not_disturb_the_connection(
    url: str, http: requests.Session, simulator: Simulator, pdf: bytes
) -> None:
    refused = http.post(url, data=creer(pdf + b"x" * 1_000_000), auth=("inconnu", "x"))
    assert refused.status_code == 401

    assert http.post(url, data=request("echo", "a")).status_code == 200


def test_a_request_in_chunks_is_read_too(url: str, http: requests.Session, pdf: bytes) -> None:
    body = creer(pdf)

    answer = http.post(url, data=iter([body[:100], body[100:]]))

    assert "<codeRetour>OK</codeRetour>" in answer.text


def test_a_dossier_erased_while_it_is_read_is_read_to_its_end(
    url: str, http: requests.Session, simulator: Simulator, pdf: bytes
) -> None:
    simulator.iparapheur.rythme = Rythme.of("immediat")
    big = grown(pdf, 30 * 1024 * 1024)
    http.post(url, data=creer(big))

    with http.post(url, data=request("GetDossier", "ads-01"), stream=True) as answer:
        http.post(url, data=request("ArchiverDossier", "<DossierID>ads-01</DossierID>"))
        received = sum(len(block) for block in answer.iter_content(1024 * 1024))

    assert received == int(answer.headers["Content-Length"])


def test_a_big_document_goes_in_and_out_whole(
    url: str, http: requests.Session, simulator: Simulator, pdf: bytes
) -> None:
    big = grown(pdf, 20 * 1024 * 1024)

    http.post(url, data=creer(big))
    answer = http.post(url, data=request("GetDossier", "ads-01"))

    assert main_document(answer.content) == hashlib.sha256(big).hexdigest()


def grown(pdf: bytes, size: int) -> bytes:
    """The same PDF with a stream of ``size`` bytes in it, not compressible by chance."""
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    pattern = hashlib.sha256(pdf).digest()
    writer.add_object(generic.StreamObject(encoded_data=pattern * (size // len(pattern))))
    writer.write(out)
    PdfFileReader(out)
    return out.getvalue()


def main_document(answer: bytes) -> str:
    """SHA-256 of the DocPrincipal of an answer."""
    digest, inside, pieces = hashlib.sha256(), False, list[str]()
    parser = expat.ParserCreate()

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal inside
        inside = name == "DocPrincipal"

    parser.StartElementHandler = start
    parser.CharacterDataHandler = lambda text: pieces.append(text) if inside else None
    parser.Parse(answer, True)
    digest.update(base64.b64decode("".join(pieces)))
    return digest.hexdigest()
