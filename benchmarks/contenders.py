"""The same four operations by three clients: ours, zeep as it comes, and requests with a few plain lines.

Run by ``documents.py``, each time in a fresh process:
``python benchmarks/contenders.py <client> <operation> <address> <folder>`` prints what one operation took.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from measures import base64_alone, cost

NAMESPACE = "http://www.adullact.org/spring-ws/iparapheur/1.0"
OPERATIONS = ("CreerDossier", "GetDossier", "GetDossier MTOM", "actes_transac_create")
SENDING = ("CreerDossier", "actes_transac_create")

Work = Callable[[str, Path], object]
"""Does the operation under that name, with the document to send or the folder to save into."""


def ours(operation: str, address: str) -> Work:
    """This project."""
    from datetime import date

    from cdg62_connect.iparapheur import Document, IparapheurSoap, NewDossier
    from cdg62_connect.s2low import ActeFile, NewActe, S2low
    from cdg62_connect.transport import HttpSession, Payload

    session = HttpSession(address, platform="banc")
    parapheur, s2low = IparapheurSoap(session), S2low(session)

    def create(name: str, source: Path) -> object:
        return parapheur.dossiers.creer(
            NewDossier(
                dossier_id=name,
                titre=name,
                type_technique="T",
                sous_type="S",
                document=Document("document.pdf", Payload.of(source)),
            )
        )

    def acte(name: str, source: Path) -> object:
        return s2low.actes.transmettre(
            NewActe(
                nature=3,
                numero="BANC01",
                objet=name,
                date=date(2026, 1, 2),
                matiere=(2, 2),
                type_acte="99_AI",
                document=ActeFile("document.pdf", Payload.of(source)),
            )
        )

    def get(name: str, into: Path) -> object:
        return parapheur.dossiers.recuperer(name, into=into)

    return {"CreerDossier": create, "actes_transac_create": acte}.get(operation, get)


def by_zeep(operation: str, address: str) -> Work:
    """zeep's own client, on the same contract."""
    from zeep import Client, Settings

    ours = Path(__file__).parent.parent / "src" / "cdg62_connect"
    contract = ours / "iparapheur" / "soap_v4" / "iparapheur.wsdl"
    # huge: zeep otherwise refuses an answer whose document exceeds ten million characters
    client = Client(str(contract), settings=Settings(xml_huge_tree=True))
    service = client.create_service(f"{{{NAMESPACE}}}InterfaceParapheurSoap11", address)

    def create(name: str, source: Path) -> object:
        return service.CreerDossier(
            TypeTechnique="T",
            SousType="S",
            DossierID=name,
            DocumentPrincipal={"_value_1": source.read_bytes(), "contentType": "application/pdf"},
            NomDocPrincipal="document.pdf",
            Visibilite="SERVICE",
        )

    def get(name: str, into: Path) -> object:
        answer = service.GetDossier(name)
        document = getattr(answer, "root", answer).DocPrincipal["_value_1"]
        return (into / name).write_bytes(document)

    return create if operation == "CreerDossier" else get


def by_requests(operation: str, address: str) -> Work:
    """What one writes first: the whole document as one text, and ``files=`` for the acte."""
    import requests

    session = requests.Session()
    session.trust_env = False
    envelope = (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>%s</S:Body></S:Envelope>'
    )

    def call(body: str) -> requests.Response:
        answer = session.post(
            address,
            data=(envelope % body).encode(),
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
            timeout=120,
        )
        answer.raise_for_status()
        return answer

    def create(name: str, source: Path) -> object:
        document = base64.b64encode(source.read_bytes()).decode()
        return call(
            f'<CreerDossierRequest xmlns="{NAMESPACE}" xmlns:x="http://www.w3.org/2005/05/xmlmime">'
            f"<TypeTechnique>T</TypeTechnique><SousType>S</SousType><DossierID>{name}</DossierID>"
            f'<DocumentPrincipal x:contentType="application/pdf">{document}</DocumentPrincipal>'
            "<NomDocPrincipal>document.pdf</NomDocPrincipal><Visibilite>SERVICE</Visibilite>"
            "</CreerDossierRequest>"
        ).content

    def get(name: str, into: Path) -> object:
        answer = call(f'<GetDossierRequest xmlns="{NAMESPACE}">{name}</GetDossierRequest>')
        document = ET.fromstring(answer.content).find(f".//{{{NAMESPACE}}}DocPrincipal")
        assert document is not None
        return (into / name).write_bytes(base64.b64decode(document.text or ""))

    def get_package(name: str, into: Path) -> object:
        answer = call(f'<GetDossierRequest xmlns="{NAMESPACE}">{name}</GetDossierRequest>')
        boundary = answer.headers["Content-Type"].partition('boundary="')[2].partition('"')[0]
        attachment = answer.content.split(f"--{boundary}".encode())[2]
        return (into / name).write_bytes(attachment.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n"))

    def acte(name: str, source: Path) -> object:
        fields = {"api": "1", "nature_code": "3", "number": "BANC01", "subject": name, "type_acte": "99_AI"}
        with source.open("rb") as content:
            answer = session.post(
                f"{address}/modules/actes/actes_transac_create.php",
                data={**fields, "decision_date": "2026-01-02", "classif1": "2", "classif2": "2"},
                files={"acte_pdf_file": ("document.pdf", content, "application/pdf")},
                timeout=120,
            )
        return answer.content

    return {"CreerDossier": create, "GetDossier": get, "GetDossier MTOM": get_package}.get(operation, acte)


CLIENTS = {"cdg62-connect": ours, "zeep": by_zeep, "requests": by_requests}


def measured(client: str, operation: str, address: str, folder: Path) -> dict[str, float]:
    """Seconds of one operation and of base64 alone beside it (by the clock, and of processor: ``busy``), and the
    peak of memory above idle in MB.

    Idle is a process that has done the operation once, with a small document.
    """
    place = {"actes_transac_create": "", "GetDossier MTOM": "/ws-iparapheur"}
    work = CLIENTS[client](operation, address + place.get(operation, "/ws-iparapheur-no-mtom"))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        into = Path(name)
        sending = operation in SENDING
        work("petit", folder / "petit" if sending else into)
        taken = cost(lambda: work("grand", folder / "grand" if sending else into))
        if not sending:
            saved = max(into.iterdir(), key=lambda path: path.stat().st_size)
            assert digest(saved) == digest(folder / "grand"), "the document came back changed"
    return {**taken, **base64_alone([folder / "grand"], encoding=sending)}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


if __name__ == "__main__":
    wanted, asked, where, around = sys.argv[1:]
    print(json.dumps(measured(wanted, asked, where, Path(around))))
