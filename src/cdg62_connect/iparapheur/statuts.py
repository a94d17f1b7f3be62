"""What each status of a history means: one table, for the codes of SOAP (v3, v4, bridge of v5) and of v5.

SOAP writes one code per line of the history. A v5 asked through REST tells actions, done or current: their codes
here are the action itself, or the action followed by ``_EN_COURS`` (:func:`statut_v5`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Acte(Enum):
    """What a step of a circuit asks of its desk."""

    VISA = "visa"
    SIGNATURE = "signature"
    CACHET = "cachet"
    SIGNATURE_EXTERNE = "signature externe"
    MAIL_SECURISE = "mail sécurisé"
    TELETRANSMISSION = "télétransmission"
    ARCHIVAGE = "archivage"


class Meaning(Enum):
    """What a status says of the dossier at that moment; the value is French, for people."""

    WAITING = "en attente"
    SEEN = "ouvert"
    PASSED = "transmis à une autre personne"
    APPROVED = "visa donné"
    SIGNED = "signé"
    DELIVERED = "envoyé"
    FAILED = "en échec, à relancer au parapheur"
    REFUSED = "refusé au parapheur"
    DISCARDED = "à effacer, refusé au parapheur"
    ARCHIVED = "circuit terminé"
    UNKNOWN = "statut inconnu"


@dataclass(frozen=True, slots=True)
class Statut:
    """One row of the table.

    Attributes:
        meaning: what it says.
        acte: which act it is about, when the code tells.
        seen: somebody has seen a parapheur write it; the others are known by hearsay.
    """

    meaning: Meaning
    acte: Acte | None = None
    seen: bool = True


_WAITING, _SIGNED, _REFUSED = Meaning.WAITING, Meaning.SIGNED, Meaning.REFUSED

_SOAP = {
    "NonLu": Statut(_WAITING),
    "Lu": Statut(Meaning.SEEN),
    "ATraiter": Statut(_WAITING, seen=False),
    "EnCoursVisa": Statut(_WAITING, Acte.VISA),
    "Vise": Statut(Meaning.APPROVED, Acte.VISA),
    "RejetVisa": Statut(_REFUSED, Acte.VISA),
    "Signe": Statut(_SIGNED, Acte.SIGNATURE),
    "SignatairePapier": Statut(_SIGNED, Acte.SIGNATURE),
    "RejetSignataire": Statut(_REFUSED, Acte.SIGNATURE),
    "PretCachet": Statut(_WAITING, Acte.CACHET),
    "CachetOK": Statut(_SIGNED, Acte.CACHET),
    "RejetCachet": Statut(_REFUSED, Acte.CACHET),
    "PretMailSecPastell": Statut(_WAITING, Acte.MAIL_SECURISE, seen=False),
    "EnCoursMailSecPastell": Statut(_WAITING, Acte.MAIL_SECURISE),
    "RejetMailSecPastell": Statut(_REFUSED, Acte.MAIL_SECURISE),
    "EnCoursSignataireExterne": Statut(_WAITING, Acte.SIGNATURE_EXTERNE, seen=False),
    "RejetSignataireExterne": Statut(_REFUSED, Acte.SIGNATURE_EXTERNE),
    "PretTdT": Statut(_WAITING, Acte.TELETRANSMISSION, seen=False),
    "EnCoursTransmission": Statut(_WAITING, Acte.TELETRANSMISSION),
    "TransmissionOK": Statut(Meaning.DELIVERED, Acte.TELETRANSMISSION, seen=False),
    "TransmissionKO": Statut(Meaning.FAILED, Acte.TELETRANSMISSION, seen=False),
    "Archive": Statut(Meaning.ARCHIVED, Acte.ARCHIVAGE),
}

_EN_COURS = "_EN_COURS"

_V5_ACTIONS = {
    "VISA": (Meaning.APPROVED, Acte.VISA),
    "SIGNATURE": (_SIGNED, Acte.SIGNATURE),
    "PAPER_SIGNATURE": (_SIGNED, Acte.SIGNATURE),
    "EXTERNAL_SIGNATURE": (_SIGNED, Acte.SIGNATURE_EXTERNE),
    "SEAL": (_SIGNED, Acte.CACHET),
    "SECURE_MAIL": (Meaning.DELIVERED, Acte.MAIL_SECURISE),
    "SECOND_OPINION": (Meaning.PASSED, None),
    "IPNG": (Meaning.PASSED, None),
    "IPNG_RETURN": (Meaning.PASSED, None),
    "START": (_WAITING, None),
}
"""Actions that are steps: what they mean once done; before, all of them wait."""

_V5 = {
    **{action: Statut(meaning, acte) for action, (meaning, acte) in _V5_ACTIONS.items()},
    **{action + _EN_COURS: Statut(_WAITING, acte) for action, (_, acte) in _V5_ACTIONS.items()},
    "CREATE": Statut(_WAITING),
    "READ": Statut(Meaning.SEEN),
    "UPDATE": Statut(_WAITING),
    "UNDO": Statut(_WAITING),
    "TRANSFER": Statut(Meaning.PASSED),
    "ASK_SECOND_OPINION": Statut(Meaning.PASSED),
    "BYPASS": Statut(Meaning.PASSED),
    "CHAIN": Statut(_WAITING),
    "RECYCLE": Statut(_WAITING),
    "REJECT": Statut(_REFUSED),
    "DELETE" + _EN_COURS: Statut(Meaning.DISCARDED),
    "ARCHIVE" + _EN_COURS: Statut(Meaning.ARCHIVED, Acte.ARCHIVAGE),
    "ARCHIVE": Statut(Meaning.ARCHIVED, Acte.ARCHIVAGE),
}

STATUTS: Mapping[str, Statut] = {**_SOAP, **_V5}
"""Every status known, by its code."""

_REJECTION = "Rejet"
_UNKNOWN = Statut(Meaning.UNKNOWN, seen=False)
_UNKNOWN_REJECTION = Statut(_REFUSED, seen=False)


def statut(code: str) -> Statut:
    """What ``code`` means. A rejection at a step that nobody has met yet is a rejection (``Rejet…``); any other
    code that the table lacks is :attr:`Meaning.UNKNOWN`.
    """
    return STATUTS.get(code) or (_UNKNOWN_REJECTION if code.startswith(_REJECTION) else _UNKNOWN)


def statut_v5(action: str, *, done: bool) -> str:
    """The code of an action of a v5, done or not yet; that of one that is no step says it as it is."""
    return action if done else action + _EN_COURS
