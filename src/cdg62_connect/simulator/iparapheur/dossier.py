"""What the parapheur keeps: accounts, dossiers, their documents and their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from cdg62_connect.simulator.iparapheur.circuits import Acte, Circuit, Etape
from cdg62_connect.simulator.iparapheur.typage import Format, Protocole, Type


class Statut(Enum):
    """Codes of the history, as the parapheur v4 writes them."""

    NON_LU = "NonLu"
    LU = "Lu"
    EN_COURS_VISA = "EnCoursVisa"
    VISE = "Vise"
    SIGNE = "Signe"
    SIGNATAIRE_PAPIER = "SignatairePapier"
    PRET_CACHET = "PretCachet"
    CACHET_OK = "CachetOK"
    EN_COURS_EXTERNE = "EnCoursSignataireExterne"
    EN_COURS_MAIL = "EnCoursMailSecPastell"
    PRET_TDT = "PretTdT"
    EN_COURS_TRANSMISSION = "EnCoursTransmission"
    TRANSMISSION_OK = "TransmissionOK"
    TRANSMISSION_KO = "TransmissionKO"
    ARCHIVE = "Archive"
    REJET_VISA = "RejetVisa"
    REJET_SIGNATAIRE = "RejetSignataire"
    REJET_CACHET = "RejetCachet"
    REJET_MAIL = "RejetMailSecPastell"
    REJET_EXTERNE = "RejetSignataireExterne"


REJETS: Mapping[Acte, Statut] = {
    Acte.VISA: Statut.REJET_VISA,
    Acte.SIGNATURE: Statut.REJET_SIGNATAIRE,
    Acte.CACHET: Statut.REJET_CACHET,
    Acte.MAIL_SECURISE: Statut.REJET_MAIL,
    Acte.SIGNATURE_EXTERNE: Statut.REJET_EXTERNE,
    Acte.TDT: Statut.REJET_VISA,  # no code of its own is known
}
"""How the history says that a desk refused, by what it was asked."""

_DEPOTS: Mapping[Acte, tuple[Statut, str]] = {
    Acte.VISA: (Statut.EN_COURS_VISA, "Dossier déposé sur le bureau {bureau} pour Visa"),
    Acte.SIGNATURE: (Statut.NON_LU, "Dossier déposé sur le bureau {bureau} pour signature"),
    Acte.CACHET: (Statut.PRET_CACHET, "Dossier déposé sur le bureau {bureau} pour cachet serveur."),
    # Unverified words.
    Acte.SIGNATURE_EXTERNE: (
        Statut.EN_COURS_EXTERNE,
        "Dossier déposé sur le bureau {bureau} pour signature externe",
    ),
    Acte.MAIL_SECURISE: (Statut.EN_COURS_MAIL, "Dossier déposé sur le bureau {bureau} pour mail sécurisé"),
    Acte.TDT: (Statut.PRET_TDT, "Dossier déposé sur le bureau {bureau} pour télétransmission"),
    Acte.AVIS: (Statut.EN_COURS_VISA, "Dossier déposé sur le bureau {bureau} pour avis"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """A web service account.

    Attributes:
        login: what it gives, with its password.
        types: those it may use, by name.
        nom: its name in the histories, and that of its own desk, from which it sends.
        bureaux: the desks it holds besides.
        tenant: the installation within the parapheur: ids are unique in it.
    """

    login: str
    password: str = field(repr=False)
    types: Mapping[str, Type]
    nom: str
    bureaux: tuple[str, ...] = ()
    tenant: str = ""

    @property
    def type(self) -> str:
        """The name of its first type."""
        return next(iter(self.types), "")

    @property
    def sous_types(self) -> Mapping[str, Circuit]:
        """The circuits of the sous-types of its first type."""
        first = next(iter(self.types.values()), Type(""))
        return {nom: sous_type.circuit for nom, sous_type in first.sous_types.items()}


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of a dossier."""

    nom: str
    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a history. ``geste``: what a v5 calls it, when it is no step of the circuit."""

    moment: datetime
    acteur: str
    statut: Statut
    annotation: str
    geste: str = ""


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
    signature: Piece | None = None
    supplementaires: tuple[Piece, ...] = ()
    visuel: Piece | None = None
    xpath: str = ""
    annexes: tuple[Piece, ...] = ()
    email_emetteur: str = ""
    annotation_publique: str = ""
    annotation_privee: str = ""
    date_limite: str = ""
    metadonnees: tuple[tuple[str, str], ...] = ()
    circuit: Circuit = ()
    est_pes: bool = False


@dataclass(slots=True)
class Principal:
    """A document to sign, as it is now, with the detached signatures that it has."""

    piece: Piece
    signatures: tuple[Piece, ...] = ()


@dataclass(slots=True)
class Dossier:
    """A dossier in its circuit.

    Attributes:
        identifiant: another name for it, a UUID that nobody chose.
        account: the login of its emitter.
        principaux: the documents to sign; the first one is the main document.
        annexes: those sent.
        ajoutees: those that people added, with who did.
        restantes: the steps to come, the first being the present one.
        faites: the steps done.
        refusee: the step at which somebody refused.
        depuis: when it reached its present step.
        cree: when it was given.
        emis: it is in its circuit; otherwise it lies on the desk of its emitter, a draft or taken back.
        recupere: it was taken back.
        lu: somebody opened it at its present step.
        regards: how many times somebody looked at its history since the present step.
        signatures: how many were given.
        regards_tdt: how many times its transmission was asked for, since it left.
        notes: private annotations, with who wrote them.
    """

    dossier_id: str
    identifiant: str
    titre: str
    account: str
    tenant: str
    demande: Demande
    format: Format
    protocole: Protocole
    principaux: list[Principal]
    annexes: tuple[Piece, ...]
    folder: Path
    restantes: Circuit
    depuis: datetime
    cree: datetime
    ajoutees: list[tuple[str, Piece]] = field(default_factory=list[tuple[str, Piece]])
    faites: list[Etape] = field(default_factory=list[Etape])
    refusee: Etape | None = None
    history: list[LogEntry] = field(default_factory=list[LogEntry])
    emis: bool = True
    recupere: bool = False
    lu: bool = False
    regards: int = 0
    signatures: int = 0
    regards_tdt: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def document(self) -> Piece:
        """The main document, as it is now."""
        return self.principaux[0].piece

    @property
    def est_pes(self) -> bool:
        """It is a PES: its signature goes within the XML."""
        return self.demande.est_pes or (self.protocole is Protocole.HELIOS and bool(self.demande.xpath))

    @property
    def statut(self) -> Statut:
        """The status of the last line of the history."""
        return self.history[-1].statut if self.history else Statut.NON_LU

    @property
    def etape(self) -> Etape | None:
        """The present step; none when the circuit ended, by its end or by a refusal, or has not begun."""
        return self.restantes[0] if self.restantes and self.emis else None

    @property
    def termine(self) -> bool:
        """The circuit came to its end."""
        return self.statut is Statut.ARCHIVE

    @property
    def rejete(self) -> bool:
        """A desk refused."""
        return self.statut in REJETS.values()

    def note(
        self, moment: datetime, acteur: str, statut: Statut, annotation: str, *, geste: str = ""
    ) -> None:
        """Add a line to the history."""
        self.history.append(LogEntry(moment, acteur, statut, annotation, geste))

    def deposer(self, moment: datetime, acteur: str) -> None:
        """The dossier reaches the desk of its present step, or the end of its circuit."""
        self.depuis, self.regards, self.lu = moment, 0, False
        etape = self.etape
        if etape is None:
            self.note(moment, acteur, Statut.ARCHIVE, "Circuit terminé, dossier archivable")
            return
        statut, text = _DEPOTS[etape.acte]
        self.note(moment, acteur, statut, text.format(bureau=etape.bureau))
