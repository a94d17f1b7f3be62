"""What is inside the files and behind the numbers: acts, dossiers, classification, AR, PDF, signatures.

Importing this package loads neither lxml nor pyHanko: each reader loads what it needs when it is called.
"""

from __future__ import annotations

from cdg62_connect.formats.acte_id import ActeId
from cdg62_connect.formats.acte_number import acte_number_candidates, check_acte_number
from cdg62_connect.formats.anomalie import AnomalieActe
from cdg62_connect.formats.ar_acte import ArActe
from cdg62_connect.formats.classification import Classification, NatureEntry
from cdg62_connect.formats.dossier_number import DossierNumber
from cdg62_connect.formats.findings import Finding, Severity
from cdg62_connect.formats.hardened_xml import read_returned_xml, read_xml
from cdg62_connect.formats.insee import check_insee, check_siren
from cdg62_connect.formats.matieres import MATIERES_NATIONALES, check_matiere, same_label
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
from cdg62_connect.formats.pes_retour import (
    RetourClient,
    RetourHeader,
    RetourLigne,
    RetourPart,
    RetourPiece,
    iter_retour,
)

__all__ = [
    "MATIERES_NATIONALES",
    "AcquitAnomalie",
    "AcquitElement",
    "AcquitRemedy",
    "AcquitVerdict",
    "ActeId",
    "AnomalieActe",
    "ArActe",
    "Classification",
    "Domaine",
    "DomaineSummary",
    "DossierNumber",
    "Finding",
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
    "RefCompta",
    "RetourClient",
    "RetourHeader",
    "RetourLigne",
    "RetourPart",
    "RetourPiece",
    "Severity",
    "SignaturePlacement",
    "acte_number_candidates",
    "acte_objet",
    "check_acte_number",
    "check_insee",
    "check_matiere",
    "check_pdf",
    "check_pes",
    "check_siren",
    "iter_pes",
    "iter_retour",
    "read_pes",
    "read_returned_xml",
    "read_xml",
    "same_label",
    "verify_pades",
]
