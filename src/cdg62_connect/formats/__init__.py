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
from cdg62_connect.formats.hardened_xml import read_returned_xml, read_xml
from cdg62_connect.formats.insee import check_insee, check_siren
from cdg62_connect.formats.matieres import MATIERES_NATIONALES, check_matiere, same_label
from cdg62_connect.formats.natures import Nature
from cdg62_connect.formats.objet import acte_objet
from cdg62_connect.formats.pades import verify_pades
from cdg62_connect.formats.pades_verdict import PadesSignature, PadesVerdict
from cdg62_connect.formats.pdf import PdfFacts, check_pdf

__all__ = [
    "MATIERES_NATIONALES",
    "ActeId",
    "AnomalieActe",
    "ArActe",
    "Classification",
    "DossierNumber",
    "Nature",
    "NatureEntry",
    "PadesSignature",
    "PadesVerdict",
    "PdfFacts",
    "acte_number_candidates",
    "acte_objet",
    "check_acte_number",
    "check_insee",
    "check_matiere",
    "check_pdf",
    "check_siren",
    "read_returned_xml",
    "read_xml",
    "same_label",
    "verify_pades",
]
