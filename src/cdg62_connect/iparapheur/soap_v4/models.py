"""What is given to the parapheur and what it gives back, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path

from cdg62_connect.transport import Payload


class Visibilite(Enum):
    """Who may see the dossier in the parapheur; ``SERVICE`` is what other connectors call "groupe"."""

    PUBLIC = "PUBLIC"
    SERVICE = "SERVICE"
    CONFIDENTIEL = "CONFIDENTIEL"


class ArchivageAction(Enum):
    """What becomes of a finished dossier: ``EFFACER`` deletes it for good, ``ARCHIVER`` is deprecated."""

    EFFACER = "EFFACER"
    ARCHIVER = "ARCHIVER"


@dataclass(frozen=True, slots=True)
class Document:
    """One document to send.

    Attributes:
        nom: its file name with extension, as people will see it.
        content: where its bytes are.
        content_type: its media type.
    """

    nom: str
    content: Payload
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDossier:
    """A dossier to create.

    Attributes:
        dossier_id: the caller's own unique key, kept before the call. At most 600 characters, none of
            ``\\ & " £ * / < > ? % | + ; :``; ``[A-Za-z0-9_-]`` up to 64 characters is accepted everywhere.
        titre: what people read, at most 255 characters; the key when ``None``.
        type_technique: the type, exactly as the parapheur writes it.
        sous_type: the sub-type, which chooses the circuit.
        document: what is to be signed.
        annexes: documents that go along, not signed.
        metadonnees: values by key of the parapheur's metadata dictionary; booleans as ``true``/``false``.
    """

    dossier_id: str
    titre: str | None
    type_technique: str
    sous_type: str
    document: Document
    annexes: tuple[Document, ...] = ()
    email_emetteur: str | None = None
    annotation_publique: str | None = None
    annotation_privee: str | None = None
    visibilite: Visibilite = Visibilite.SERVICE
    date_limite: date | None = None
    metadonnees: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Created:
    """The dossier is in the circuit.

    Attributes:
        dossier_id: the key under which the parapheur knows it: the one given, unless it says otherwise.
        message: what the parapheur said.
    """

    dossier_id: str
    message: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a dossier's history.

    Attributes:
        timestamp: when, or ``None`` when what the parapheur wrote is not a moment. Several entries may
            bear the same one: only their order tells which came last.
        nom: the actor.
        status: the status code, as it stands (``NonLu``, ``Signe``, ``RejetSignataire``, ``Archive``…).
        annotation: a text of the parapheur's, or the actor's public annotation.
        champs: everything else in the line, known to this version or not; it does not count in comparisons.
    """

    timestamp: datetime | None
    nom: str
    status: str
    annotation: str
    champs: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)


@dataclass(frozen=True, slots=True)
class RetrievedFile:
    """A document that the parapheur gave back, whole and forced to disk.

    Attributes:
        nom: the parapheur's name for it (``""`` when it gives none). Never use it as a path.
        path: the file, readable by its owner only.
        size: in bytes.
        sha256: hexadecimal.
        content_type: as the parapheur declares it.
        signature: the detached signature that came with it, for annexes and supplementary documents.
    """

    nom: str
    path: Path
    size: int
    sha256: str
    content_type: str
    signature: RetrievedFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievedDossier:
    """A dossier as the parapheur gives it back.

    Where the signature is depends on the format set in the parapheur: within ``document`` (PAdES), in
    ``signature`` (detached; a ZIP when there are several), or within ``fichier_pes``. An absent
    ``signature`` does not mean that nothing is signed.

    Attributes:
        supplementaires: further main documents; main and further ones may come back swapped, the names tell.
        annexes: those sent, then those added during the circuit, without the bordereau.
        bordereau: the signature slip: the annex of that name, else the last annex.
        metadonnees: values by key, technical keys of the parapheur included (``ph:dossierTitre``).
        champs: everything else in the answer, known to this version or not: simple fields by name, what is
            further in by path (``Suivi/Etape[2]``, ``Suivi/@rang``), with limits.
    """

    dossier_id: str
    type_technique: str
    sous_type: str
    document: RetrievedFile | None
    signature: RetrievedFile | None
    supplementaires: tuple[RetrievedFile, ...]
    annexes: tuple[RetrievedFile, ...]
    bordereau: RetrievedFile | None
    fichier_pes: RetrievedFile | None
    visuel: RetrievedFile | None
    metadonnees: Mapping[str, str]
    champs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Archived:
    """The dossier has left the parapheur.

    Attributes:
        message: what the parapheur said.
        url: where it archived the dossier, with ``ARCHIVER`` on some versions; else ``""``.
    """

    message: str
    url: str
