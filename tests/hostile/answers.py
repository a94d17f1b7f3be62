"""Valid inputs of every kind: what mutations start from, and what the corpus puts its attacks into."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from cdg62_connect.testing.installation import sample_deposits

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NS = "http://www.adullact.org/spring-ws/iparapheur/1.0"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
MULTIPART = 'multipart/related; start="<r@p>"; type="application/xop+xml"; boundary="uuid:62"'


def soap(operation: str, content: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header/><S:Body>'
        f'<{operation}Response xmlns="{NS}" xmlns:x="http://www.w3.org/2005/05/xmlmime">{content}'
        f"</{operation}Response></S:Body></S:Envelope>"
    ).encode()


def said(code: str, message: str) -> str:
    return (
        f"<MessageRetour><codeRetour>{code}</codeRetour><message>{message}</message>"
        "<severite>INFO</severite></MessageRetour>"
    )


def dossier(document: str) -> bytes:
    annexe = base64.encodebytes(PDF * 3).decode()
    return soap(
        "GetDossier",
        "<TypeTechnique>URBANISME</TypeTechnique><SousType>Arrêté</SousType><DossierID>D-1</DossierID>"
        "<Suivi rang='1'><Etape>visa</Etape><Etape>signature</Etape></Suivi>"
        f'<DocPrincipal x:contentType="application/pdf">{document}</DocPrincipal>'
        "<NomDocPrincipal>arrêté.pdf</NomDocPrincipal>"
        f"<DocumentsAnnexes><DocAnnexe><nom>plan.pdf</nom><fichier x:contentType='application/pdf'>{annexe}"
        "</fichier><mimetype>application/pdf</mimetype><encoding>UTF-8</encoding></DocAnnexe></DocumentsAnnexes>"
        "<MetaDonnees><MetaDonnee><nom>ph:dossierTitre</nom><valeur>Titre &amp; suite</valeur></MetaDonnee>"
        f"</MetaDonnees>{said('OK', '')}",
    )


def package(
    envelope: bytes, attachment: bytes = PDF, *, identity: str = "<d@p>", name: str = "arrete.pdf"
) -> bytes:
    return (
        b"--uuid:62\r\nContent-Type: application/xop+xml; charset=UTF-8\r\nContent-ID: <r@p>\r\n\r\n"
        + envelope
        + b"\r\n--uuid:62\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n"
        + f'Content-Disposition: attachment; filename="{name}"\r\nContent-ID: {identity}\r\n\r\n'.encode()
        + attachment
        + b"\r\n--uuid:62--\r\n"
    )


INCLUDE = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:d@p"/>'
GET_DOSSIER = dossier(base64.b64encode(PDF * 5).decode())
GET_DOSSIER_MTOM = package(dossier(INCLUDE))
HISTORIQUE = soap(
    "GetHistoDossier",
    "<LogDossier><timestamp>2026-03-02T09:00:00.000+01:00</timestamp><nom>Ana</nom><status>NonLu</status>"
    "<annotation>Émission</annotation><accessible>OK</accessible></LogDossier>"
    "<LogDossier><timestamp>2026-03-03T09:00:00+01:00</timestamp><nom>Le maire</nom><status>Signe</status>"
    f"<annotation/></LogDossier>{said('OK', '')}",
)
CREER = soap("CreerDossier", said("OK", "Dossier D-1 soumis dans le circuit") + "<DossierID>D-1</DossierID>")
CREER_KO = soap("CreerDossier", said("KO", "Le nom de dossier est déjà présent dans le Parapheur"))
ARCHIVER = soap("ArchiverDossier", said("OK", "Dossier D-1 supprimé") + "<URL>https://a.fr/d</URL>")
EFFACER = soap("EffacerDossierRejete", said("OK", "Dossier D-1 supprimé"))
TYPES = soap("GetListeTypes", "<TypeTechnique>ACTES</TypeTechnique><TypeTechnique>URBANISME</TypeTechnique>")
SOUS_TYPES = soap("GetListeSousTypes", "<SousType>Arrêté</SousType><SousType>Courrier</SousType>")
CIRCUIT = soap(
    "GetCircuit",
    "<EtapeCircuit><Parapheur>DGS</Parapheur><Prenom>Ana</Prenom><Nom>Petit</Nom><Role>VISEUR</Role></EtapeCircuit>"
    "<EtapeCircuit><Parapheur>Accueil</Parapheur><Prenom/><Nom>Ws</Nom><Role>ARCHIVAGE</Role></EtapeCircuit>",
)
_METADONNEE = "<nomCourt>meta</nomCourt><nomLong>Une métadonnée</nomLong><nature>BOOLEAN</nature>"
METADONNEES = soap("GetListeMetaDonnees", f"<MetaDonnee>{_METADONNEE}</MetaDonnee>" * 2)
METADONNEES_REQUISES = soap(
    "GetMetaDonneesRequisesPourTypeSoustype",
    f"<MetaDonnee>{_METADONNEE}<obligatoire>true</obligatoire></MetaDonnee>",
)
_LIGNE = (
    "<LogDossier><timestamp>2026-03-02T09:00:00.000+01:00</timestamp><nom>D-1</nom><status>Archive</status>"
    "<annotation>Circuit terminé</annotation><accessible>Recuperable</accessible></LogDossier>"
)
RECHERCHE = soap("RechercherDossiers", _LIGNE * 3)
REMORD = soap("ExercerDroitRemordDossier", said("OK", "Dossier D-1 récupéré."))
REMORD_KO = soap("ExercerDroitRemordDossier", said("KO", "Le dossierID 'D-1' n'a pas été émis."))
FORCER = soap("ForcerEtape", _LIGNE + said("OK", ""))
ENVOYER_TDT = soap("EnvoyerDossierTdT", _LIGNE + said("OK", "Dossier transmis"))
ENVOYER_PES = soap("EnvoyerDossierPES", _LIGNE + said("OK", "Dossier transmis"))
STATUT_TDT = soap("GetStatutTdT", _LIGNE + said("OK", ""))
CREER_PES = soap("CreerDossierPES", said("OK", "Dossier D-1 soumis dans le circuit"))
MAIL = soap("EnvoyerDossierMailSecurise", said("OK", "Dossier D-1 envoyé."))
CLASSIFICATION_TDT = soap(
    "GetClassificationActesTdt",
    f"<classification x:contentType='text/xml'>{base64.b64encode(b'<a/>' * 200).decode()}</classification>"
    + said("OK", ""),
)
ECHO = (
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    f'<echoResponse xmlns="{NS}">vous avez dit bonjour</echoResponse></S:Body></S:Envelope>'
).encode()
FAULT = (
    b'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:Server'
    b"</faultcode><faultstring>Erreur interne</faultstring></S:Fault></S:Body></S:Envelope>"
)

AR = (
    "<?xml version='1.0' encoding='ISO-8859-1'?><actes:ARActe xmlns:actes='http://www.interieur.gouv.fr/ACTES'"
    " actes:DateReception='2026-03-04' actes:IDActe='062-216209916-20260303-PC62991_26A0012-AI'>"
    "<actes:ActeRecu actes:Date='2026-03-03' actes:NumeroInterne='PC62991_26A0012' actes:CodeNatureActe='3'>"
    "<actes:Objet>Permis accord\xe9</actes:Objet></actes:ActeRecu><actes:ClassificationDateVersionEnCours>"
    "2025-01-01</actes:ClassificationDateVersionEnCours></actes:ARActe>"
).encode("iso-8859-1")
ANOMALIE = (
    "<actes:AnomalieActe xmlns:actes='http://www.interieur.gouv.fr/ACTES'><actes:Date>2026-03-04</actes:Date>"
    "<actes:Nature>002</actes:Nature><actes:Detail>ODT-VERIF-012 : classification périmée</actes:Detail>"
    "<actes:ActeRecu actes:NumeroInterne='PC62991_26A0012'/></actes:AnomalieActe>"
).encode()
CLASSIFICATION = (
    b"<?xml version='1.0' encoding='UTF-8'?><actes:RetourClassification xmlns:actes='http://x/'>"
    b"<actes:DateClassification>2025-01-01</actes:DateClassification><actes:NaturesActes>"
    b"<actes:NatureActe actes:CodeNatureActe='3' actes:Libelle='Actes individuels' actes:TypeAbrege='AI'>"
    b"<actes:TypePJNatureActe actes:CodeTypePJ='99_AI' actes:Libelle='Acte individuel'/></actes:NatureActe>"
    b"</actes:NaturesActes><actes:Matieres><actes:Matiere1 actes:CodeMatiere='2' actes:Libelle='Urbanisme'>"
    b"<actes:Matiere2 actes:CodeMatiere='2' actes:Libelle='Droit des sols'/></actes:Matiere1></actes:Matieres>"
    b"</actes:RetourClassification>"
)

PES = (
    "<?xml version='1.0' encoding='ISO-8859-1'?>"
    "<n:PES_Aller xmlns:n='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller'>"
    "<Enveloppe><Parametres><Version V='2'/><TypFic V='PESALR2'/><NomFic V='F1'/></Parametres></Enveloppe>"
    "<EnTetePES><DteStr V='2026-03-02'/><IdPost V='062001'/><IdColl V='21620991600019'/><CodCol V='001'/>"
    "<CodBud V='01'/></EnTetePES><PES_DepenseAller><EnTeteDepense><InfoDematerialisee V='1'/></EnTeteDepense>"
    "<Bordereau Id='B1'><BlocBordereau><Exer V='2026'/><IdBord V='12'/><TypBord V='01'/><NbrPce V='1'/>"
    "<MtBordHT V='10.50'/></BlocBordereau><Piece><BlocPiece><InfoPce><IdPce V='7'/><Obj V='Éclairage'/></InfoPce>"
    "</BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V='1'/><MtHT V='10.50'/></InfoLignePce>"
    "</BlocLignePiece></LigneDePiece></Piece></Bordereau></PES_DepenseAller></n:PES_Aller>"
).encode("iso-8859-1")

DEPOSITED = b"OK\n48211\n\n"
KO = "KO\nUn acte portant le même numéro interne existe déjà\n".encode("iso-8859-1")
STATUT = b"OK\n4\n" + AR + "Reçu par la préfecture".encode()
STATUT_KO = "OK\n-1\nODT-VERIF-012 : dépôt refusé".encode()
FICHIERS = json.dumps(
    [
        {
            "id": 9001,
            "name": "062-ar.xml",
            "posted_filename": "arrêté.pdf",
            "mimetype": "text/xml",
            "size": "14",
            "code_pj": "",
            "plus": {"rang": [1, 2.5, None, True]},
        }
    ]
).encode()
PAGE = json.dumps(
    {
        "status_id": "1",
        "limit": 100,
        "transactions": [
            {"id": "5", "number": "A1", "date": "2025-03-14 10:00:00", "subject": "PrÃ©emption", "type": "1"}
        ],
    }
).encode()
INFOS = json.dumps(
    {
        "user_info": {"id": "7", "login": "ana", "name": "Martin", "givenname": "Ana", "role": "USER"},
        "authority_info": {"id": 3, "name": "Valmont", "department": "062", "siren": "216209916"},
    }
).encode()

TOML = b"""\
version = 1
depot = { racine = "depot", mode = "rename" }
journal = { dossier = "journal" }
signature = { ancres = ["ac.pem"] }

[plateformes.iparapheur]
environnement = "simulateur"
url = "http://127.0.0.1:1/ws"

[plateformes.s2low]
environnement = "recette"
url = "https://s2low.exemple"
tls_min = "1.2"

[[autorites]]
nom = "Valmont-les-Tilleuls"
siren = "216209916"
competence = "commune"
communes = ["62991"]
parapheur = { identifiant = "ws", mot_de_passe = { env = "SECRET" }, type = "U", sous_types = { defaut = "A" } }
s2low = { certificat = "client.pem" }
matieres = { "2.2.3" = "permis de construire" }
"""


def lot() -> Path:
    return next(path for path in sample_deposits().iterdir() if "PC0629912600012_ARR_ACCORD" in path.name)


@cache
def manifest() -> bytes:
    return (lot() / "manifeste.json").read_bytes()


@cache
def pdf() -> bytes:
    return (lot() / "arrete.pdf").read_bytes()


@cache
def xref_stream_pdf() -> bytes:
    """The same, whose cross-references are compressed."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf())), writer_kwargs={"stream_xrefs": True})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@cache
def signed_pdf() -> tuple[bytes, bytes]:
    """A signed PDF, and the certificate of the authority behind it."""
    from cdg62_connect.simulator.pki import TestAuthority
    from cdg62_connect.simulator.signing import sign_pades

    with TemporaryDirectory() as name:
        folder = Path(name)
        authority = TestAuthority(folder / "ac", start=MOMENT)
        source, signed = folder / "source.pdf", folder / "signed.pdf"
        source.write_bytes(pdf())
        sign_pades(
            source,
            signed,
            signer=authority.signer("Camille Martin"),
            moment=MOMENT,
            reason="essai",
            field="S1",
        )
        return signed.read_bytes(), authority.ca.read_bytes()


@cache
def pkcs12() -> bytes:
    """A key and its certificate, under the passphrase ``phrase``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "essai")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(62)
        .not_valid_before(MOMENT)
        .not_valid_after(MOMENT.replace(year=2040))
        .sign(key, hashes.SHA256())
    )
    builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1)
    protection = builder.build(b"phrase")
    return serialize_key_and_certificates(b"essai", key, certificate, None, protection)
