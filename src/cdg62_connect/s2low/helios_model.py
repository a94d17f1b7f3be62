"""What goes to the module Hélios and what comes back, as frozen data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from cdg62_connect.errors import PlatformError
from cdg62_connect.s2low.dialects import folded, line
from cdg62_connect.s2low.refusal_table import late_helios_refusal
from cdg62_connect.s2low.refusals import RefusedByHelios, RefusedByPlatform, WaitingForConfirmation

_STATUS = "helios_transac_get_status"


class StatutHelios(IntEnum):
    """A status code of a PES in S2LOW."""

    ERREUR = -1
    ANNULE = 0
    POSTE = 1
    EN_ATTENTE_DE_TRANSMISSION = 2
    TRANSMIS = 3
    ACQUITTEMENT_RECU = 4
    VALIDE = 5
    REFUSE = 6
    EN_TRAITEMENT = 7
    INFORMATION_DISPONIBLE = 8
    ENVOYE_AU_SAE = 9
    ACCEPTE_PAR_LE_SAE = 10
    REFUSE_PAR_LE_SAE = 11
    EN_ATTENTE_DE_SIGNATURE = 13
    EN_ATTENTE_D_ETRE_POSTE = 14
    EN_ATTENTE_DE_TRANSMISSION_AU_SAE = 19
    ERREUR_D_ENVOI_AU_SAE = 20
    A_DETRUIRE = 21
    DETRUIT = 22
    TRANSMIS_SANS_ACQUITTEMENT = 24


_LIBELLES: Mapping[int, str] = MappingProxyType(
    {
        StatutHelios.ERREUR: "Erreur",
        StatutHelios.ANNULE: "Annulé",
        StatutHelios.POSTE: "Posté",
        StatutHelios.EN_ATTENTE_DE_TRANSMISSION: "En attente de transmission",
        StatutHelios.TRANSMIS: "Transmis",
        StatutHelios.ACQUITTEMENT_RECU: "Acquittement reçu",
        StatutHelios.VALIDE: "Validé",
        StatutHelios.REFUSE: "Refusé",
        StatutHelios.EN_TRAITEMENT: "En traitement",
        StatutHelios.INFORMATION_DISPONIBLE: "Information disponible",
        StatutHelios.ENVOYE_AU_SAE: "Envoyé au SAE",
        StatutHelios.ACCEPTE_PAR_LE_SAE: "Accepté par le SAE",
        StatutHelios.REFUSE_PAR_LE_SAE: "Refusé par le SAE",
        StatutHelios.EN_ATTENTE_DE_SIGNATURE: "En attente d'être signé",
        StatutHelios.EN_ATTENTE_D_ETRE_POSTE: "En attente d'être posté",
        StatutHelios.EN_ATTENTE_DE_TRANSMISSION_AU_SAE: "En attente de transmission au SAE",
        StatutHelios.ERREUR_D_ENVOI_AU_SAE: "Erreur lors de l'envoi au SAE",
        StatutHelios.A_DETRUIRE: "À détruire",
        StatutHelios.DETRUIT: "Détruit, ou documents indisponibles pour le SAE",
        StatutHelios.TRANSMIS_SANS_ACQUITTEMENT: "Transmis sans acquittement",
    }
)

_IN_PROGRESS = frozenset(
    {
        StatutHelios.POSTE,
        StatutHelios.EN_ATTENTE_DE_TRANSMISSION,
        StatutHelios.TRANSMIS,
        StatutHelios.EN_TRAITEMENT,
    }
)
_WAITING = frozenset({StatutHelios.EN_ATTENTE_DE_SIGNATURE, StatutHelios.EN_ATTENTE_D_ETRE_POSTE})
# Archiving only ever follows the answer of the DGFiP, good or bad.
_ANSWERED = frozenset(
    {
        StatutHelios.ACQUITTEMENT_RECU,
        StatutHelios.VALIDE,
        StatutHelios.REFUSE,
        StatutHelios.INFORMATION_DISPONIBLE,
        StatutHelios.ENVOYE_AU_SAE,
        StatutHelios.ACCEPTE_PAR_LE_SAE,
        StatutHelios.REFUSE_PAR_LE_SAE,
        StatutHelios.EN_ATTENTE_DE_TRANSMISSION_AU_SAE,
        StatutHelios.ERREUR_D_ENVOI_AU_SAE,
        StatutHelios.A_DETRUIRE,
        StatutHelios.DETRUIT,
    }
)
_ANNOUNCED = (
    (line("transaction [0-9]{1,18} accept~"), StatutHelios.ACQUITTEMENT_RECU),
    (line("transaction [0-9]{1,18} refus~e"), StatutHelios.REFUSE),
    (line("transaction [0-9]{1,18} : information disponible"), StatutHelios.INFORMATION_DISPONIBLE),
)


def libelle_helios(code: int) -> str:
    """The label of ``code``, or a plain sentence when this version does not know it."""
    return _LIBELLES.get(code, f"Statut inconnu ({code})")


@dataclass(frozen=True, slots=True)
class HeliosStatus:
    """Where a PES stands (S2LOW API, helios_transac_get_status).

    When none of the properties is true (0, 24, a code of a newer version…), a person must look.

    Attributes:
        code: S2LOW's own, see :class:`~cdg62_connect.s2low.StatutHelios`.
        libelle: its label.
        message: S2LOW's sentence about it, where it says why for -1.
        champs: the fields this version does not know, as text.
    """

    code: int
    libelle: str
    message: str = ""
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def answered(self) -> bool:
        """The DGFiP has answered, now or earlier (archived since): the acquit can be fetched, and says what.

        Only the acquit tells whether all is well: 8 comes with good and bad details alike.
        """
        return self.code in _ANSWERED

    @property
    def accepted(self) -> bool:
        """Accepted by the DGFiP without a remark (4)."""
        return self.code == StatutHelios.ACQUITTEMENT_RECU

    @property
    def details(self) -> bool:
        """The acquit has details to be read, good or bad (8)."""
        return self.code == StatutHelios.INFORMATION_DISPONIBLE

    @property
    def refused(self) -> bool:
        """Refused for good, by S2LOW or the ministry's checks (-1), or by the DGFiP (6)."""
        return self.code in (StatutHelios.ERREUR, StatutHelios.REFUSE)

    @property
    def waiting_for_person(self) -> bool:
        """Nothing will happen until an agent signs (13) or posts (14) it in S2LOW."""
        return self.code in _WAITING

    @property
    def in_progress(self) -> bool:
        """On its way, or its acquit is: look again later."""
        return self.code in _IN_PROGRESS

    @property
    def annonce(self) -> int | None:
        """The status that the message tells while 3 is given (since 5.0): the acquit cannot be fetched yet."""
        if self.code != StatutHelios.TRANSMIS:
            return None
        text = folded(self.message)
        return next((int(code) for pattern, code in _ANNOUNCED if pattern.search(text)), None)

    @property
    def refus(self) -> PlatformError | None:
        """What stands in the way, as a type: a refusal, or the wait for a person; ``None`` when nothing does."""
        if self.waiting_for_person:
            return WaitingForConfirmation(platform="s2low", operation=_STATUS, said=self.message)
        if not self.refused:
            return None
        default = RefusedByHelios if self.code == StatutHelios.REFUSE else RefusedByPlatform
        return late_helios_refusal(self.message, operation=_STATUS, default=default)


@dataclass(frozen=True, slots=True)
class ListedRetour:
    """A PES_Retour that nobody has marked as read (S2LOW API, helios_get_list).

    Attributes:
        id: what ``Helios.retour`` takes.
        nom: of the file.
        date: of its arrival, ``None`` when it cannot be read.
        champs: the fields this version does not know, and the date when it cannot be read.
    """

    id: int
    nom: str
    date: dt.datetime | None
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)


@dataclass(frozen=True, slots=True)
class PesPage:
    """One page of the PES of an authority (S2LOW API, list_pes_aller), each with all its fields as text.

    The fields of a PES are not documented: only ``id`` is relied upon.
    """

    transactions: tuple[tuple[int, Mapping[str, str]], ...]
    status: int
    offset: int
    limit: int

    @property
    def last(self) -> bool:
        """No page follows."""
        return len(self.transactions) < self.limit
