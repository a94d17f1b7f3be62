"""Circuits: which desks a dossier goes through, and what each has to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Acte(Enum):
    """What a desk does with a dossier. The value is the ``Role`` of GetCircuit.

    The roles of a visa, of a signature and of the télétransmission are known; those of a server seal, of an
    external signature, of a secured mail and of an opinion are written down nowhere.
    """

    VISA = "VISEUR"
    SIGNATURE = "SIGNATAIRE"
    CACHET = "CACHET"
    SIGNATURE_EXTERNE = "SIGNATAIRE_EXTERNE"
    MAIL_SECURISE = "MAILSECURISE"
    TDT = "TDT"
    AVIS = "AVIS"


@dataclass(frozen=True, slots=True)
class Etape:
    """One step: an act, asked of a desk (``bureau``)."""

    acte: Acte
    bureau: str


Circuit = tuple[Etape, ...]

_SIGNATURE_DU_MAIRE = Etape(Acte.SIGNATURE, "Le Maire")

CIRCUITS: Mapping[str, Circuit] = {
    "Arrete": (Etape(Acte.VISA, "Chef du service ADS"), _SIGNATURE_DU_MAIRE),
    "Courrier": (_SIGNATURE_DU_MAIRE,),
    "Avis": (Etape(Acte.VISA, "Chef du service ADS"),),
    "Cachet": (Etape(Acte.CACHET, "Cachet de la mairie"),),
    "Convention": (_SIGNATURE_DU_MAIRE, Etape(Acte.SIGNATURE_EXTERNE, "Le cocontractant")),
    "Notification": (_SIGNATURE_DU_MAIRE, Etape(Acte.MAIL_SECURISE, "Service courrier")),
    "Teletransmis": (_SIGNATURE_DU_MAIRE, Etape(Acte.TDT, "Télétransmission")),
}
"""Circuits by sous-type. « Avis » ends without a signature."""


def circuit_of(sous_type: str) -> Circuit:
    """The circuit of a sous-type; one that has none of its own goes straight to the signature."""
    return CIRCUITS.get(sous_type, (_SIGNATURE_DU_MAIRE,))
