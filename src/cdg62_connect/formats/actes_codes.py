"""The messages that @ctes knows, by code: who writes them, to whom, about what (@ctes 1.1)."""

from __future__ import annotations

from enum import Enum

from cdg62_connect.errors import InvalidInput

ACTES_NAMESPACE = "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
INSEE_NAMESPACE = "http://xml.insee.fr/schema"


class MessageCode(Enum):
    """A message of @ctes: its code, its root element, whether the collectivité sends it, its usual name.

    Codes 3-5, 4-5 and 7-3 are deduced from the order of the others: what matters is the root element.
    """

    ACTE = ("1-1", "Acte", True, "transmission d'un acte")
    AR_ACTE = ("1-2", "ARActe", False, "accusé de réception d'un acte")
    ANOMALIE = ("1-3", "AnomalieActe", False, "anomalie sur un acte")
    COURRIER = ("2-1", "CourrierSimple", False, "courrier simple de la préfecture")
    REPONSE_COURRIER = ("2-2", "ReponseCourrierSimple", True, "réponse à un courrier simple")
    DEMANDE_PIECES = ("3-1", "DemandePieceComplementaire", False, "demande de pièces complémentaires")
    AR_DEMANDE_PIECES = (
        "3-2",
        "ARDemandePieceComplementaire",
        True,
        "accusé de réception d'une demande de pièces complémentaires",
    )
    REFUS_PIECES = (
        "3-3",
        "RefusPieceComplementaire",
        True,
        "pièces complémentaires : la collectivité ne les fournit pas",
    )
    PIECES = ("3-4", "PieceComplementaire", True, "envoi de pièces complémentaires")
    AR_PIECES = ("3-5", "ARPieceComplementaire", False, "accusé de réception de pièces complémentaires")
    LETTRE_OBSERVATIONS = ("4-1", "LettreObservations", False, "lettre d'observations")
    AR_LETTRE = ("4-2", "ARLettreObservations", True, "accusé de réception d'une lettre d'observations")
    REJET_LETTRE = (
        "4-3",
        "RejetLettreObservations",
        True,
        "lettre d'observations : la collectivité ne la suit pas",
    )
    REPONSE_LETTRE = ("4-4", "ReponseLettreObservations", True, "réponse à une lettre d'observations")
    AR_REPONSE_LETTRE = (
        "4-5",
        "ARReponseRejetLettreObservations",
        False,
        "accusé de réception d'une réponse à une lettre d'observations",
    )
    DEFERE = ("5-1", "DefereTA", False, "déféré au tribunal administratif")
    ANNULATION = ("6-1", "Annulation", True, "acte retiré de la transmission @ctes")
    AR_ANNULATION = ("6-2", "ARAnnulation", False, "accusé de réception du retrait d'un acte")
    DEMANDE_CLASSIFICATION = ("7-1", "DemandeClassification", True, "demande de classification")
    CLASSIFICATION = ("7-2", "RetourClassification", False, "classification")
    CLASSIFICATION_INCHANGEE = (
        "7-3",
        "ReponseClassificationSansChangement",
        False,
        "classification inchangée",
    )

    def __init__(self, code: str, root: str, sent: bool, libelle: str) -> None:
        self.code = code
        self.root = root
        self.sent = sent
        self.libelle = libelle

    @property
    def answers(self) -> tuple[MessageCode, ...]:
        """What a collectivité may answer, beside the acknowledgement that the TdT sends by itself."""
        return {
            MessageCode.COURRIER: (MessageCode.REPONSE_COURRIER,),
            MessageCode.DEMANDE_PIECES: (MessageCode.REFUS_PIECES, MessageCode.PIECES),
            MessageCode.LETTRE_OBSERVATIONS: (MessageCode.REJET_LETTRE, MessageCode.REPONSE_LETTRE),
        }.get(self, ())

    @classmethod
    def of_code(cls, code: str) -> MessageCode:
        """The message of that code (``"3-1"``).

        Raises:
            InvalidInput: no such code.
        """
        for message in cls:
            if message.code == code:
                return message
        raise InvalidInput(f"Code de message @ctes inconnu : « {code[:20]} ».")
