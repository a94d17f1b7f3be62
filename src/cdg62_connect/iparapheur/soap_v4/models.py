"""What is given to the parapheur and what it gives back, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from cdg62_connect.iparapheur.documents import Document, LogEntry, RetrievedFile, Visibilite
from cdg62_connect.iparapheur.parapheur import CircuitStep

__all__ = [
    "ArchivageAction",
    "Archived",
    "CodeTransition",
    "Created",
    "Document",
    "DossierTrouve",
    "LogEntry",
    "Metadonnee",
    "MetadonneeRequise",
    "MetadonneesActes",
    "NewDossier",
    "NewDossierPES",
    "Receipt",
    "RetrievedDossier",
    "RetrievedFile",
    "Visibilite",
]


class ArchivageAction(Enum):
    """What becomes of a finished dossier: ``EFFACER`` deletes it for good, ``ARCHIVER`` is deprecated."""

    EFFACER = "EFFACER"
    ARCHIVER = "ARCHIVER"


class CodeTransition(Enum):
    """What :meth:`Dossiers.forcer_etape` does with the present step: pass it, or refuse the dossier there."""

    OK = "OK"
    KO = "KO"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadonneesActes:
    """What a parapheur that transmits to @ctes by itself must know (``MetaDataTdtACTES``, v3 and v4).

    Attributes:
        nature: code of the nature, ``1`` to ``6``.
        classification: the matière, ``2.1.2``.
        date: of the decision.
        objet: of the acte. Its number is the DossierID.
    """

    nature: str
    classification: str
    date: date
    objet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDossier:
    """A dossier to create.

    Attributes:
        dossier_id: the caller's own unique key, kept before the call. At most 600 characters, none of
            ``\\ & " £ * / < > ? % | + ; :``; ``[A-Za-z0-9_-]`` up to 64 characters is accepted everywhere.
        titre: what people read, at most 255 characters; the key when ``None``.
        type_technique: the type, exactly as the parapheur writes it.
        sous_type: the sub-type, which chooses the circuit.
        document: what is to be signed; its ``signature``, if any, goes as ``SignatureDocPrincipal``.
        annexes: documents that go along, not signed.
        metadonnees: values by key of the parapheur's metadata dictionary; booleans as ``true``/``false``.
        supplementaires: further documents to be signed (4.3 and later), for a multi-document sub-type only: on
            another one a v4 may lose itself at the visa, and a v5 refuses.
        visuel: a PDF that shows what an XML says; a v4 wants one for a PES.
        xpath_signature: for a PES sent as the main document: ``//Bordereau`` when every ``Bordereau`` has an
            ``Id``, ``.`` when only the root has one.
        metadonnees_actes: only for a parapheur that transmits to @ctes by itself (v3 and v4).
        circuit: ``CircuitObligatoire``, steps instead of those of the sub-type; to be avoided.
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
    supplementaires: tuple[Document, ...] = ()
    visuel: Document | None = None
    xpath_signature: str | None = None
    metadonnees_actes: MetadonneesActes | None = None
    circuit: tuple[CircuitStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDossierPES:
    """A PES to create by ``CreerDossierPES`` (v3 and v4, already deprecated there).

    Send a PES by ``CreerDossier`` wherever you can: see :class:`NewDossier`.

    Attributes:
        pes: the PES, ``application/xml``.
        visuel: the PDF that shows it; this operation wants one.
        xpath_signature: ``//Bordereau`` or ``.``.
        email_emetteur: this operation wants one.
    """

    dossier_id: str
    type_technique: str
    sous_type: str
    email_emetteur: str
    pes: Document
    visuel: Document
    xpath_signature: str
    annotation_publique: str | None = None
    annotation_privee: str | None = None
    visibilite: Visibilite = Visibilite.SERVICE
    date_limite: date | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The dossier is in the circuit.

    Attributes:
        dossier_id: the key under which the parapheur knows it: the one given, unless it says otherwise.
        message: what the parapheur said.
        champs: everything else in the answer, known to this version or not; it does not count in comparisons.
    """

    dossier_id: str
    message: str
    champs: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)


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
        champs: everything else in the answer, known to this version or not; it does not count in comparisons.
    """

    message: str
    url: str
    champs: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The parapheur has done what was asked.

    Attributes:
        message: what the parapheur said, often ``""``.
        entry: the line that it added to the history, when it tells it.
        champs: everything else in the answer, known to this version or not; it does not count in comparisons.
    """

    message: str
    entry: LogEntry | None = None
    champs: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)


@dataclass(frozen=True, slots=True)
class DossierTrouve:
    """A row of :meth:`Dossiers.rechercher`.

    Attributes:
        dossier_id: which dossier.
        status: its present status code.
        annotation: its last public annotation; not every version gives it.
        accessible: what the account may do with it: ``OK``, ``KO``, or ``Recuperable`` (by droit de remords).
        entry: the whole line, as in a history but for ``nom``, which is the DossierID here.
    """

    dossier_id: str
    status: str
    annotation: str
    accessible: str
    entry: LogEntry


@dataclass(frozen=True, slots=True)
class Metadonnee:
    """An entry of the parapheur's dictionary.

    Attributes:
        nom_court: the key under which values are sent.
        nom_long: what people read.
        nature: ``STRING``, ``DATE``, ``BOOLEAN``, ``INTEGER``, ``DOUBLE``, ``URL``… as the version writes it.
        champs: everything else in the entry, known to this version or not; it does not count in comparisons.
    """

    nom_court: str
    nom_long: str
    nature: str
    champs: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadonneeRequise(Metadonnee):
    """A métadonnée that a sub-type knows; without a value for an ``obligatoire`` one a dossier is refused."""

    obligatoire: bool
