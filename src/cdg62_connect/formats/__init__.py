"""What is inside the files and behind the numbers: acts, dossiers, classification, AR, PDF, signatures.

Importing this package loads neither lxml nor pyHanko: each reader loads what it needs when it is called.
"""

from __future__ import annotations

from cdg62_connect.formats.acte_id import ActeId
from cdg62_connect.formats.acte_metier import ActeMetier
from cdg62_connect.formats.acte_number import acte_number_candidates, check_acte_number
from cdg62_connect.formats.actes_archive import ActesArchive, read_archive, write_archive
from cdg62_connect.formats.actes_check import ActeToSend, PieceToSend, check_acte
from cdg62_connect.formats.actes_codes import MessageCode
from cdg62_connect.formats.actes_files import ActeFileName, EnvelopeName, acte_file_name
from cdg62_connect.formats.anomalie import AnomalieActe
from cdg62_connect.formats.ar_acte import ArActe
from cdg62_connect.formats.cades import CadesSignature, CadesVerdict, verify_cades
from cdg62_connect.formats.classification import Classification, NatureEntry
from cdg62_connect.formats.dossier_number import DossierNumber
from cdg62_connect.formats.enveloppe import EnveloppeAller, EnveloppeRetour, Referent, read_enveloppe
from cdg62_connect.formats.file_kinds import FileKind, kind_of
from cdg62_connect.formats.findings import Finding, Severity
from cdg62_connect.formats.hardened_xml import read_returned_xml, read_xml
from cdg62_connect.formats.insee import check_insee, check_siren
from cdg62_connect.formats.matieres import MATIERES_NATIONALES, check_matiere, same_label
from cdg62_connect.formats.messages_actes import (
    ActesMessage,
    DateClassification,
    Echange,
    build_actes_message,
    read_actes_message,
)
from cdg62_connect.formats.natures import Nature
from cdg62_connect.formats.objet import acte_objet
from cdg62_connect.formats.pades import verify_pades
from cdg62_connect.formats.pades_verdict import PadesSignature, PadesVerdict
from cdg62_connect.formats.pdf import PdfFacts, check_pdf
from cdg62_connect.formats.pes import iter_pes, read_pes
from cdg62_connect.formats.pes_acquit import (
    AcquitAnomalie,
    AcquitElement,
    AcquitRemedy,
    AcquitVerdict,
    PesAcquit,
)
from cdg62_connect.formats.pes_check import PesStage, check_pes
from cdg62_connect.formats.pes_facts import (
    Domaine,
    DomaineSummary,
    PesBordereau,
    PesDomaine,
    PesHeader,
    PesLigne,
    PesPart,
    PesPiece,
    PesPj,
    PesPjRef,
    PesSignature,
    PesSummary,
    RefCompta,
    SignaturePlacement,
)
from cdg62_connect.formats.pes_identity import pes_fingerprint
from cdg62_connect.formats.pes_retour import (
    RetourClient,
    RetourHeader,
    RetourLigne,
    RetourPart,
    RetourPiece,
    iter_retour,
)
from cdg62_connect.formats.schemas import SchemaFault, SchemaSet, SchemaStore, SchemaVerdict
from cdg62_connect.formats.signatures import SignatureKind, SignatureVerdict, verify_signatures
from cdg62_connect.formats.stamp import Stamp, read_stamp
from cdg62_connect.formats.totem import Totem, check_totem, is_totem
from cdg62_connect.formats.xades import verify_xades
from cdg62_connect.formats.xades_verdict import XadesPolicy, XadesSignature, XadesVerdict

__all__ = [
    "MATIERES_NATIONALES",
    "AcquitAnomalie",
    "AcquitElement",
    "AcquitRemedy",
    "AcquitVerdict",
    "ActeFileName",
    "ActeId",
    "ActeMetier",
    "ActeToSend",
    "ActesArchive",
    "ActesMessage",
    "AnomalieActe",
    "ArActe",
    "CadesSignature",
    "CadesVerdict",
    "Classification",
    "DateClassification",
    "Domaine",
    "DomaineSummary",
    "DossierNumber",
    "Echange",
    "EnvelopeName",
    "EnveloppeAller",
    "EnveloppeRetour",
    "FileKind",
    "Finding",
    "MessageCode",
    "Nature",
    "NatureEntry",
    "PadesSignature",
    "PadesVerdict",
    "PdfFacts",
    "PesAcquit",
    "PesBordereau",
    "PesDomaine",
    "PesHeader",
    "PesLigne",
    "PesPart",
    "PesPiece",
    "PesPj",
    "PesPjRef",
    "PesSignature",
    "PesStage",
    "PesSummary",
    "PieceToSend",
    "RefCompta",
    "Referent",
    "RetourClient",
    "RetourHeader",
    "RetourLigne",
    "RetourPart",
    "RetourPiece",
    "SchemaFault",
    "SchemaSet",
    "SchemaStore",
    "SchemaVerdict",
    "Severity",
    "SignatureKind",
    "SignaturePlacement",
    "SignatureVerdict",
    "Stamp",
    "Totem",
    "XadesPolicy",
    "XadesSignature",
    "XadesVerdict",
    "acte_file_name",
    "acte_number_candidates",
    "acte_objet",
    "build_actes_message",
    "check_acte",
    "check_acte_number",
    "check_insee",
    "check_matiere",
    "check_pdf",
    "check_pes",
    "check_siren",
    "check_totem",
    "is_totem",
    "iter_pes",
    "iter_retour",
    "kind_of",
    "pes_fingerprint",
    "read_actes_message",
    "read_archive",
    "read_enveloppe",
    "read_pes",
    "read_returned_xml",
    "read_stamp",
    "read_xml",
    "same_label",
    "verify_cades",
    "verify_pades",
    "verify_signatures",
    "verify_xades",
    "write_archive",
]
