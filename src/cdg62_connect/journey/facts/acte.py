"""What happened to an acte on S2LOW and at the préfecture, up to its accusé."""

from __future__ import annotations

from datetime import date
from typing import Literal

from cdg62_connect.journey.facts.lot import StoredFile
from cdg62_connect.journey.facts.shape import FactShape


class NumberReserved(FactShape):
    """An acte number belongs to this dossier for ever, whatever becomes of it."""

    kind: Literal["number_reserved"] = "number_reserved"
    numero: str


class Transmitted(FactShape):
    """S2LOW has the acte."""

    kind: Literal["transmitted"] = "transmitted"
    transaction: int
    numero: str
    how: Literal["created", "found", "adopted"]


class WaitingForPerson(FactShape):
    """The acte waits on S2LOW for an agent (status 17 or 18)."""

    kind: Literal["waiting_for_person"] = "waiting_for_person"
    statut: int
    who: str
    lien: str = ""


class PersonActed(FactShape):
    """The agent did what the acte waited for."""

    kind: Literal["person_acted"] = "person_acted"
    statut: int


class AcknowledgedByPrefecture(FactShape):
    """The préfecture's accusé de réception is in the store, with the evidence that goes with it."""

    kind: Literal["acknowledged"] = "acknowledged"
    statut: int
    acte_id: str
    received_on: date
    files: tuple[StoredFile, ...]
    remark: str = ""


class RefusedByLegality(FactShape):
    """S2LOW or the préfecture refused the acte; its number stays used."""

    kind: Literal["refused"] = "refused"
    statut: int
    etape: Literal["tdt", "prefecture"]
    reason: str
    advice: str = ""


class ActeCancelled(FactShape):
    """The transmission was cancelled on S2LOW."""

    kind: Literal["cancelled"] = "cancelled"
    statut: int
    files: tuple[StoredFile, ...] = ()


class ClassificationOutdated(FactShape):
    """The ministry refused the acte for its classification alone: it goes again, signed as it is."""

    kind: Literal["classification_outdated"] = "classification_outdated"
    statut: int
    transaction: int
    numero: str
    reason: str
    used: date | None = None
    current: date | None = None


class ClassificationRequested(FactShape):
    """S2LOW was asked to get the classification in force; ``found``: somebody had asked already."""

    kind: Literal["classification_requested"] = "classification_requested"
    how: Literal["created", "found"]


class ClassificationRenewed(FactShape):
    """S2LOW has a newer classification than the one that was refused."""

    kind: Literal["classification_renewed"] = "classification_renewed"
    version_du: date
