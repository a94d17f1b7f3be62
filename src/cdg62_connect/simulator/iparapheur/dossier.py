"""What the parapheur keeps: accounts, dossiers, their documents and their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from cdg62_connect.simulator.iparapheur.circuits import Acte, Circuit, Etape


class Statut(Enum):
    """Codes of the history, as the parapheur v4 writes them."""

    NON_LU = "NonLu"
    EN_COURS_VISA = "EnCoursVisa"
    VISE = "Vise"
    SIGNE = "Signe"
    SIGNATAIRE_PAPIER = "SignatairePapier"
    ARCHIVE = "Archive"
    REJET_VISA = "RejetVisa"
    REJET_SIGNATAIRE = "RejetSignataire"


@dataclass(frozen=True, slots=True)
class Account:
    """A web service account, on the desk from which it sends. ``sous_types`` are those it may use."""

    login: str
    password: str = field(repr=False)
    type: str
    sous_types: Mapping[str, Circuit]
    nom: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of a dossier."""

    nom: str
    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a history."""

    moment: datetime
    acteur: str
    statut: Statut
    annotation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demande:
    """What a caller asks to be put into a circuit. Empty texts are things not given."""

    type: str
    sous_type: str
    visibilite: str
    document: Piece | None
    dossier_id: str = ""
    titre: str = ""
    nom_document: str = ""
    annexes: tuple[Piece, ...] = ()
    email_emetteur: str = ""
    annotation_publique: str = ""
    annotation_privee: str = ""
    date_limite: str = ""
    metadonnees: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Dossier:
    """A dossier in its circuit. ``restantes`` are the steps to come, the first being the present one."""

    dossier_id: str
    titre: str
    account: str
    demande: Demande
    document: Piece
    annexes: tuple[Piece, ...]
    folder: Path
    restantes: Circuit
    depuis: datetime
    history: list[LogEntry] = field(default_factory=list[LogEntry])
    regards: int = 0
    signatures: int = 0

    @property
    def statut(self) -> Statut:
        """The status of the last line of the history."""
        return self.history[-1].statut

    @property
    def etape(self) -> Etape | None:
        """The present step; none when the circuit ended, by its end or by a refusal."""
        return self.restantes[0] if self.restantes else None

    @property
    def termine(self) -> bool:
        """The circuit came to its end."""
        return self.statut is Statut.ARCHIVE

    @property
    def rejete(self) -> bool:
        """A desk refused."""
        return self.statut in (Statut.REJET_VISA, Statut.REJET_SIGNATAIRE)

    def note(self, moment: datetime, acteur: str, statut: Statut, annotation: str) -> None:
        """Add a line to the history."""
        self.history.append(LogEntry(moment, acteur, statut, annotation))

    def deposer(self, moment: datetime, acteur: str) -> None:
        """The dossier reaches the desk of its present step, or the end of its circuit."""
        self.depuis, self.regards = moment, 0
        etape = self.etape
        if etape is None:
            self.note(moment, acteur, Statut.ARCHIVE, "Circuit terminé, dossier archivable")
        elif etape.acte is Acte.VISA:
            text = f"Dossier déposé sur le bureau {etape.bureau} pour Visa"
            self.note(moment, acteur, Statut.EN_COURS_VISA, text)
        else:
            text = f"Dossier déposé sur le bureau {etape.bureau} pour signature"
            self.note(moment, acteur, Statut.NON_LU, text)
