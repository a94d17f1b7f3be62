"""The statuses of a transaction of the module Actes: codes, labels, and what each means for the sender.

Codes and labels are those of S2LOW's own table. The labels of 5 to 11, 15, 16 and 22 were read from the names
of the codes, not from a live platform: unverified wording. A code that is not here stays a plain integer.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class Statut(IntEnum):
    """A status code of S2LOW."""

    ERREUR = -1
    ANNULE = 0
    POSTE = 1
    EN_ATTENTE_DE_TRANSMISSION = 2
    TRANSMIS = 3
    ACQUITTEMENT_RECU = 4
    VALIDE = 5
    REFUSE = 6
    DOCUMENT_RECU = 7
    ACQUITTEMENT_ENVOYE = 8
    DOCUMENT_ENVOYE = 9
    REFUS_D_ENVOI = 10
    ACQUITTEMENT_DE_DOCUMENT_RECU = 11
    ENVOYE_AU_SAE = 12
    ARCHIVE_PAR_LE_SAE = 13
    ERREUR_D_ARCHIVAGE = 14
    RECU_PAR_LE_SAE = 15
    DETRUIT = 16
    EN_ATTENTE_D_ETRE_POSTE = 17
    EN_ATTENTE_DE_SIGNATURE = 18
    EN_ATTENTE_DE_TRANSMISSION_AU_SAE = 19
    ERREUR_D_ENVOI_AU_SAE = 20
    DOCUMENT_RECU_SANS_AR = 21
    ENVOI_AU_SAE_IMPOSSIBLE = 22


LIBELLES: Mapping[int, str] = MappingProxyType(
    {
        Statut.ERREUR: "Erreur",
        Statut.ANNULE: "Annulé",
        Statut.POSTE: "Posté",
        Statut.EN_ATTENTE_DE_TRANSMISSION: "En attente de transmission",
        Statut.TRANSMIS: "Transmis",
        Statut.ACQUITTEMENT_RECU: "Acquittement reçu",
        Statut.VALIDE: "Validé",
        Statut.REFUSE: "Refusé",
        Statut.DOCUMENT_RECU: "Document reçu",
        Statut.ACQUITTEMENT_ENVOYE: "Acquittement envoyé",
        Statut.DOCUMENT_ENVOYE: "Document envoyé",
        Statut.REFUS_D_ENVOI: "Refus d'envoi",
        Statut.ACQUITTEMENT_DE_DOCUMENT_RECU: "Acquittement de document reçu",
        Statut.ENVOYE_AU_SAE: "Envoyé au SAE",
        Statut.ARCHIVE_PAR_LE_SAE: "Archivé par le SAE",
        Statut.ERREUR_D_ARCHIVAGE: "Erreur lors de l'archivage",
        Statut.RECU_PAR_LE_SAE: "Reçu par le SAE",
        Statut.DETRUIT: "Détruit",
        Statut.EN_ATTENTE_D_ETRE_POSTE: "En attente d'être posté",
        Statut.EN_ATTENTE_DE_SIGNATURE: "En attente d'être signé",
        Statut.EN_ATTENTE_DE_TRANSMISSION_AU_SAE: "En attente de transmission au SAE",
        Statut.ERREUR_D_ENVOI_AU_SAE: "Erreur lors de l'envoi au SAE",
        Statut.DOCUMENT_RECU_SANS_AR: "Document reçu (sans acquittement)",
        Statut.ENVOI_AU_SAE_IMPOSSIBLE: "Envoi au SAE impossible",
    }
)

IN_PROGRESS = frozenset({Statut.POSTE, Statut.EN_ATTENTE_DE_TRANSMISSION, Statut.TRANSMIS})
WAITING_FOR_PERSON = frozenset({Statut.EN_ATTENTE_D_ETRE_POSTE, Statut.EN_ATTENTE_DE_SIGNATURE})

# Validation and archiving only ever follow the acknowledgement: about two months after it, status 4 is gone.
# 11 is what version 4 makes of an answer to the préfecture, where the others make 4.
ACKNOWLEDGED = frozenset(
    {
        Statut.ACQUITTEMENT_RECU,
        Statut.VALIDE,
        Statut.ACQUITTEMENT_DE_DOCUMENT_RECU,
        Statut.ENVOYE_AU_SAE,
        Statut.ARCHIVE_PAR_LE_SAE,
        Statut.ERREUR_D_ARCHIVAGE,
        Statut.RECU_PAR_LE_SAE,
        Statut.DETRUIT,
        Statut.EN_ATTENTE_DE_TRANSMISSION_AU_SAE,
        Statut.ERREUR_D_ENVOI_AU_SAE,
        Statut.ENVOI_AU_SAE_IMPOSSIBLE,
    }
)

SEARCH_ORDER = (17, 18, 1, 2, 3, 7, 8, 21, 9, 4, 5, 6, 10, 11, 19, 20, 12, 15, 13, 14, 16, 22, 0, -1)
"""Every status, in the order in which a transaction goes through them."""


def libelle(code: int) -> str:
    """The label of ``code``, or a plain sentence when this version does not know it."""
    return LIBELLES.get(code, f"Statut inconnu ({code})")
