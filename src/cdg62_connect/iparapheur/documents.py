"""What every parapheur is given and gives back, whatever its protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from cdg62_connect.transport import Payload


class Visibilite(Enum):
    """Who may see the dossier in the parapheur; ``SERVICE`` is what other connectors call "groupe"."""

    PUBLIC = "PUBLIC"
    SERVICE = "SERVICE"
    CONFIDENTIEL = "CONFIDENTIEL"


@dataclass(frozen=True, slots=True)
class Document:
    """One document to send.

    Attributes:
        nom: its file name with extension, as people will see it.
        content: where its bytes are.
        content_type: its media type.
        signature: a detached signature that it bears already. The parapheur takes one for a main document; it
            ignores that of an annexe, and some versions lose it.
    """

    nom: str
    content: Payload
    content_type: str = "application/pdf"
    signature: Document | None = None


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
