"""The documents of the urbanisme procedure: what each is, and whether it goes to the préfecture.

The codes are those of the deposit contract. Whether a document is transmissible follows the Code général
des collectivités territoriales (L2131-1 and following) as a préfecture explains it for PC, PA, PD, DP and
CU; tacit decisions and acts in the name of the State are not. The other lines are usage, unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cdg62_connect.settings import REPONSE_PREF


class Transmission(StrEnum):
    """Whether a document may go to the contrôle de légalité."""

    OUI = "oui"
    NON = "non"
    CAS = "cas"


@dataclass(frozen=True, slots=True)
class DocumentCode:
    """One line of the table.

    Attributes:
        transmission: ``CAS`` means that the depositor decides.
        signature: whether the authority usually signs it.
        matiere: the two-level matière when the manifest gives none.
    """

    code: str
    label: str
    transmission: Transmission
    signature: bool = True
    matiere: str = "2.2"


_OUI, _NON, _CAS = Transmission.OUI, Transmission.NON, Transmission.CAS

_TABLE = (
    DocumentCode("RECEP", "Récépissé de dépôt", _NON, signature=False),
    DocumentCode("DELAI", "Notification de modification du délai d'instruction", _NON),
    DocumentCode("PIECES", "Demande de pièces complémentaires", _NON),
    DocumentCode("DELAI_PIECES", "Modification du délai et demande de pièces", _NON),
    DocumentCode("REJET_INCOMPLET", "Rejet tacite faute de pièces", _NON),
    DocumentCode("CONSULT", "Consultation d'un service", _NON),
    DocumentCode("PROJET", "Projet d'arrêté ou rapport d'instruction", _NON, signature=False),
    DocumentCode("ARR_ACCORD", "Arrêté accordant l'autorisation", _OUI),
    DocumentCode("ARR_REFUS", "Arrêté de refus", _CAS),
    DocumentCode("DP_NON_OPPO", "Non-opposition à une déclaration préalable", _OUI),
    DocumentCode("DP_OPPO", "Opposition à une déclaration préalable", _OUI),
    DocumentCode("CU_A", "Certificat d'urbanisme d'information", _OUI),
    DocumentCode("CU_B", "Certificat d'urbanisme opérationnel", _OUI),
    DocumentCode("SURSIS", "Sursis à statuer", _OUI),
    DocumentCode("RETRAIT", "Retrait d'une décision", _OUI),
    DocumentCode("ABROG", "Abrogation d'une décision", _OUI),
    DocumentCode("ANNUL", "Annulation à la demande du titulaire", _OUI),
    DocumentCode("PROROG", "Prorogation", _OUI),
    DocumentCode("TRANSFERT", "Transfert", _OUI),
    DocumentCode("MODIF", "Permis modificatif", _OUI),
    DocumentCode("CERT_TACITE", "Certificat de décision tacite", _NON),
    DocumentCode("DOC_RECU", "Déclaration d'ouverture de chantier reçue", _NON, signature=False),
    DocumentCode("DAACT_RECU", "DAACT reçue", _NON, signature=False),
    DocumentCode("DAACT_CONF", "Attestation de non-contestation de la conformité", _NON),
    DocumentCode("DAACT_CONTEST", "Contestation de la conformité", _NON),
    DocumentCode("PV_INFRACTION", "Procès-verbal d'infraction", _NON),
    DocumentCode("AIT", "Arrêté interruptif de travaux", _NON),
    DocumentCode("DIA_RENON", "Renonciation à préempter", _CAS, matiere="2.3"),
    DocumentCode("DIA_PREEMP", "Décision de préempter", _OUI, matiere="2.3"),
    DocumentCode("AT_DECISION", "Décision sur une autorisation de travaux (ERP)", _NON),
    DocumentCode("AP_DECISION", "Décision sur une enseigne ou une publicité", _CAS),
    DocumentCode("TAXE", "Document de taxe d'urbanisme", _NON, signature=False),
    DocumentCode(REPONSE_PREF, "Réponse à un message de la préfecture", _NON, signature=False),
)

DOCUMENT_CODES: Mapping[str, DocumentCode] = MappingProxyType({line.code: line for line in _TABLE})
