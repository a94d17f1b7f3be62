"""What the Standard API knows, as frozen data.

``autres`` holds what an object also said, under the parapheur's own names: models grow from version to version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Generic, TypeVar

from cdg62_connect.iparapheur.documents import Document

T = TypeVar("T")


class Etat(Enum):
    """The lists of a desk (``State``). ``DOWNSTREAM`` is unknown to servers before 2025."""

    BROUILLON = "DRAFT"
    A_TRAITER = "PENDING"
    EN_RETARD = "LATE"
    DELEGUE = "DELEGATED"
    TERMINE = "FINISHED"
    REJETE = "REJECTED"
    RECUPERABLE = "RETRIEVABLE"
    EN_AVAL = "DOWNSTREAM"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An entity of the parapheur: most often one authority."""

    id: str
    nom: str
    autres: Mapping[str, object] = field(default_factory=dict[str, object], compare=False)


@dataclass(frozen=True, slots=True)
class Bureau:
    """A desk of the account."""

    id: str
    nom: str
    autres: Mapping[str, object] = field(default_factory=dict[str, object], compare=False)


@dataclass(frozen=True, slots=True)
class TypeDossier:
    """A type of dossiers."""

    id: str
    nom: str
    description: str = ""
    autres: Mapping[str, object] = field(default_factory=dict[str, object], compare=False)


@dataclass(frozen=True, slots=True)
class SousType:
    """A sub-type, which chooses the circuit."""

    id: str
    nom: str
    autres: Mapping[str, object] = field(default_factory=dict[str, object], compare=False)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A folder as lists and its creation show it: neither its state, nor its type, nor its documents.

    Attributes:
        date_limite: ``None`` also when what the parapheur wrote is not a moment.
        metadonnees: values by key.
    """

    id: str
    nom: str
    date_limite: datetime | None
    metadonnees: Mapping[str, str]
    autres: Mapping[str, object] = field(default_factory=dict[str, object], compare=False)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        elements: what it holds.
        numero: its rank, from 0.
        pages: how many there are, as the parapheur says.
        total: how many elements in all, as the parapheur says.
    """

    elements: tuple[T, ...]
    numero: int
    pages: int
    total: int

    @property
    def derniere(self) -> bool:
        """Nothing comes after it."""
        return self.numero + 1 >= self.pages


@dataclass(frozen=True, slots=True, kw_only=True)
class SignataireExterne:
    """Who signs at a step of external signature."""

    prenom: str = ""
    nom: str = ""
    mail: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NouveauDossier:
    """A folder to create.

    Attributes:
        nom: what people read, 2 to 255 characters. Nothing in the parapheur makes it unique: a name that only
            this dossier bears is what finds it again when the answer is lost.
        type: id or name of the type.
        sous_type: id or name of the sub-type.
        principaux: the documents to sign, one unless the sub-type admits several. Their names leave in ASCII:
            see :func:`~cdg62_connect.iparapheur.rest_v5.noms_transmis`.
        annexes: documents that go along, not signed.
        date_limite: from the servers of 2025 on; ignored before.
        metadonnees: values by key of the entity's metadata.
        signataire: for a circuit with an external signature.
    """

    nom: str
    type: str
    sous_type: str
    principaux: tuple[Document, ...]
    annexes: tuple[Document, ...] = ()
    date_limite: date | None = None
    metadonnees: Mapping[str, str] = field(default_factory=dict[str, str])
    signataire: SignataireExterne | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What may go with an action: at most 512 characters each (256 before 5.0.22)."""

    publique: str = ""
    privee: str = ""
    metadonnees: Mapping[str, str | None] = field(default_factory=dict[str, str | None])


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSecurise:
    """A secure mail to send at its step of the circuit.

    Attributes:
        password: protects the mail, if any.
        bordereau: send the slip as well.
    """

    destinataires: tuple[str, ...]
    objet: str
    message: str = ""
    copies: tuple[str, ...] = ()
    copies_cachees: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    bordereau: bool | None = None
