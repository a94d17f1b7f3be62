"""PREMIS 3 as iParapheur 5 writes it: a folder, its documents, what was done with it, by whom.

New nodes, kinds of identifier and actions may come with any version: what is not known is kept or passed over,
never fatal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

NAMESPACE = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{NAMESPACE} http://www.loc.gov/standards/premis/v3/premis.xsd"
RESERVED = "i_Parapheur_reserved_"
"""How the names begin that the parapheur keeps for itself."""


class Action(Enum):
    """What an event is (``Action``)."""

    VISA = "VISA"
    SEAL = "SEAL"
    SIGNATURE = "SIGNATURE"
    PAPER_SIGNATURE = "PAPER_SIGNATURE"
    REJECT = "REJECT"
    EXTERNAL_SIGNATURE = "EXTERNAL_SIGNATURE"
    SECURE_MAIL = "SECURE_MAIL"
    IPNG = "IPNG"
    IPNG_RETURN = "IPNG_RETURN"
    UNDO = "UNDO"
    TRANSFER = "TRANSFER"
    SECOND_OPINION = "SECOND_OPINION"
    ASK_SECOND_OPINION = "ASK_SECOND_OPINION"
    CREATE = "CREATE"
    START = "START"
    ARCHIVE = "ARCHIVE"
    CHAIN = "CHAIN"
    RECYCLE = "RECYCLE"
    DELETE = "DELETE"
    BYPASS = "BYPASS"
    UPDATE = "UPDATE"
    READ = "READ"
    UNKNOWN = "UNKNOWN"

    @classmethod
    def of(cls, written: str) -> Action:
        """The action that ``written`` names; ``UNKNOWN`` for one of another version."""
        return next((one for one in cls if one.value == written.strip().upper()), cls.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SignatureJointe:
    """A detached signature, as PREMIS carries it."""

    methode: str
    valeur: str
    encodage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisDocument:
    """One document of the folder.

    Attributes:
        principal: to be signed; an annexe otherwise.
        id: given by the parapheur, ``""`` before.
        sha256: hexadecimal, lower case, of the file as the parapheur keeps it; ``""`` when it gives none.
        taille: in bytes, if given.
        format: media type, ``""`` when not given.
        proprietes: everything else that characterises it, by name.
    """

    nom: str
    principal: bool
    id: str = ""
    sha256: str = ""
    taille: int | None = None
    format: str = ""
    signatures: tuple[SignatureJointe, ...] = ()
    proprietes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Evenement:
    """Something done, under way or to come.

    Attributes:
        tache: id of the task, ``""`` for a step to come.
        action: what it is; ``UNKNOWN`` for an action of another version.
        brut: the same, as written.
        fait: it has a date.
        date: when; ``None`` also when what is written is not a moment.
        note: the public annotation: for a rejection, its reason.
        bureau: name of the desk.
        acteur: full name of who did it, or the id of the user when no name is given (a deleted user has none).
    """

    tache: str
    action: Action
    brut: str
    fait: bool
    date: datetime | None
    note: str
    bureau: str
    acteur: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Premis:
    """A folder whole.

    Attributes:
        id: of the folder, ``""`` before it is created.
        nom: its title.
        type: name of the type in what the parapheur writes; id or name in what it is given.
        sous_type: the same, of the sub-type.
        date_limite: as written, ``""`` when there is none.
        metadonnees: values by key.
        reserves: values of the reserved names that are not above (external signatory…).
        documents: in the order written.
        evenements: in the order written, which is that of the circuit.
    """

    nom: str
    type: str
    sous_type: str
    id: str = ""
    date_limite: str = ""
    metadonnees: Mapping[str, str] = field(default_factory=dict[str, str])
    reserves: Mapping[str, str] = field(default_factory=dict[str, str])
    documents: tuple[PremisDocument, ...] = ()
    evenements: tuple[Evenement, ...] = ()

    @property
    def principaux(self) -> tuple[PremisDocument, ...]:
        """The documents to sign."""
        return tuple(one for one in self.documents if one.principal)

    @property
    def annexes(self) -> tuple[PremisDocument, ...]:
        """The others."""
        return tuple(one for one in self.documents if not one.principal)
