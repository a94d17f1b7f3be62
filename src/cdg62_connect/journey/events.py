"""What happened to a dossier: the events of its append-only journal.

An event is never changed once released. A new fact is a new kind, or a new version of a kind with an
upgrade in :func:`read_event`; fields that a reader does not know are kept.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cdg62_connect.errors import JournalError


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")
    version: ClassVar[int] = 1


class StoredFile(_Fact):
    """A document in the content-addressed store, and the name a person knows it by.

    ``signature`` tells what stamping did to the signatures of a stamped copy; ``""`` when it was not looked at.
    """

    nature: str
    nom: str
    sha256: str
    type_piece: str = ""
    signature: Literal["", "intacte", "rompue", "aucune"] = ""


class AnswerTo(_Fact):
    """The message of the préfecture that a deposit answers.

    ``refus``: the authority explicitly does not give what is asked for. ``rang`` counts the deposits that tried
    to answer before and came to nothing.
    """

    id_depot: str
    message: int
    sorte: int
    acte: int
    acte_id: str
    numero: str
    dated: date | None = None
    refus: bool = False
    rang: int = 0

    @property
    def key(self) -> str:
        """The message, as every deposit that answers it names it."""
        return f"reponse:{self.message}"


class PesFacts(_Fact):
    """What a PES says of itself, and where the parapheur is to sign it (``""``: nowhere)."""

    nom_fic: str
    cod_col: str
    id_coll: str
    xpath: str = ""


class Received(_Fact):
    """A lot was taken from the depositor."""

    kind: Literal["received"] = "received"
    taken: str
    empreinte_manifeste: str


class Accepted(_Fact):
    """The lot passed every check; from here on the dossier no longer needs the depositor's folder.

    ``flux`` is the flux of Pastell that carries it; ``""``: we speak to the parapheur and to S2LOW ourselves.
    """

    kind: Literal["accepted"] = "accepted"
    siren: str
    flux: str = ""
    numero_dossier: str
    id_externe: str = ""
    code_document: str
    objet: str
    document: StoredFile
    annexes: tuple[StoredFile, ...] = ()
    signer: bool
    transmettre: bool
    type_technique: str = ""
    sous_type: str = ""
    date_limite: date | None = None
    annotation_publique: str = ""
    annotation_privee: str = ""
    nature: int = 3
    matiere: str = "2.2"
    numero_acte: str = ""
    date_acte: date | None = None
    document_papier: bool = False
    date_affichage: date | None = None
    reponse_a: AnswerTo | None = None
    avertissements: tuple[dict[str, str], ...] = ()
    pes: PesFacts | None = None


class Quarantined(_Fact):
    """The lot is to be corrected by the depositor; nothing was sent."""

    kind: Literal["quarantined"] = "quarantined"
    erreurs: tuple[dict[str, str], ...]
    avertissements: tuple[dict[str, str], ...] = ()


class Filed(_Fact):
    """The lot's folder left ``encours/`` for good."""

    kind: Literal["filed"] = "filed"
    where: str


class AcknowledgementWritten(_Fact):
    """The depositor can read what became of the deposit."""

    kind: Literal["acknowledgement_written"] = "acknowledgement_written"


class IntentRecorded(_Fact):
    """An effect on a platform is about to be attempted, under this key."""

    kind: Literal["intent"] = "intent"
    step: str
    key: str
    plan: dict[str, object] = Field(default_factory=dict)


class IntentCleared(_Fact):
    """The intended effect provably did not happen."""

    kind: Literal["intent_cleared"] = "intent_cleared"
    step: str
    why: str


class CircuitDrafted(_Fact):
    """The parapheur has the dossier, which is not in its circuit yet."""

    kind: Literal["circuit_drafted"] = "circuit_drafted"
    key: str
    dossier_id: str
    how: Literal["created", "found"]


class CircuitOpened(_Fact):
    """The dossier is in the parapheur's circuit."""

    kind: Literal["circuit_opened"] = "circuit_opened"
    dossier_id: str
    how: Literal["created", "found", "adopted"]
    confirmed: bool = False


class Signature(_Fact):
    """One signature of the document, as verified here."""

    signer: str
    signed_at: AwareDatetime | None
    trusted: bool
    problem: str = ""


class Signed(_Fact):
    """The signed document is verified and in the store."""

    kind: Literal["signed"] = "signed"
    files: tuple[StoredFile, ...]
    signatures: tuple[Signature, ...]
    signed_on: date
    remark: str = ""


class RejectedInCircuit(_Fact):
    """A person of the circuit refused the document."""

    kind: Literal["rejected_in_circuit"] = "rejected_in_circuit"
    etape: Literal["visa", "signature"]
    by: str
    reason: str
    on: AwareDatetime | None
    files: tuple[StoredFile, ...] = ()


class NumberReserved(_Fact):
    """An acte number belongs to this dossier for ever, whatever becomes of it."""

    kind: Literal["number_reserved"] = "number_reserved"
    numero: str


class Transmitted(_Fact):
    """S2LOW has the acte."""

    kind: Literal["transmitted"] = "transmitted"
    transaction: int
    numero: str
    how: Literal["created", "found", "adopted"]


class PesTransmitted(_Fact):
    """S2LOW has the PES, for Hélios."""

    kind: Literal["pes_transmitted"] = "pes_transmitted"
    transaction: int
    nom_fic: str
    sha1: str
    how: Literal["created", "found", "adopted"]


class HeliosAnomalie(_Fact):
    """A reason that Hélios gives, and the pièce and the line it is about, ``""`` when it is the whole."""

    code: str
    numero: str
    texte: str
    piece: str = ""
    ligne: str = ""


class HeliosElement(_Fact):
    """What became of one bordereau, justificatif (``pj``) or marché of a PES, and what may be done with it now."""

    domaine: str
    exercice: str = ""
    bordereau: str = ""
    pj: str = ""
    marche: str = ""
    sort: Literal["integre", "deja_integre", "a_refaire", "sans_reponse"]
    anomalies: tuple[HeliosAnomalie, ...] = ()


class PesAcquitted(_Fact):
    """Hélios has answered: the acquit is in the store, with the verdict it holds.

    ``omis``: elements that are in the acquit and not told here, there being too many of them.
    """

    kind: Literal["pes_acquitted"] = "pes_acquitted"
    statut: int
    verdict: Literal["accepte", "partiel", "refuse"]
    elements: tuple[HeliosElement, ...]
    flux: tuple[HeliosAnomalie, ...] = ()
    omis: int = 0
    files: tuple[StoredFile, ...]
    message: str


class PesRefused(_Fact):
    """S2LOW did not take the PES: nothing of it has reached Hélios."""

    kind: Literal["pes_refused"] = "pes_refused"
    statut: int
    reason: str
    advice: str


class WaitingForPerson(_Fact):
    """The acte waits on S2LOW for an agent (status 17 or 18)."""

    kind: Literal["waiting_for_person"] = "waiting_for_person"
    statut: int
    who: str
    lien: str = ""


class PersonActed(_Fact):
    """The agent did what the acte waited for."""

    kind: Literal["person_acted"] = "person_acted"
    statut: int


class AcknowledgedByPrefecture(_Fact):
    """The préfecture's accusé de réception is in the store, with the evidence that goes with it."""

    kind: Literal["acknowledged"] = "acknowledged"
    statut: int
    acte_id: str
    received_on: date
    files: tuple[StoredFile, ...]
    remark: str = ""


class RefusedByLegality(_Fact):
    """S2LOW or the préfecture refused the acte; its number stays used."""

    kind: Literal["refused"] = "refused"
    statut: int
    etape: Literal["tdt", "prefecture"]
    reason: str
    advice: str = ""


class ActeCancelled(_Fact):
    """The transmission was cancelled on S2LOW."""

    kind: Literal["cancelled"] = "cancelled"
    statut: int
    files: tuple[StoredFile, ...] = ()


class PrefectureMessage(_Fact):
    """The préfecture wrote about the acte after its accusé de réception; the message is in the store.

    ``sorte`` is S2LOW's type of transaction: 2 simple letter, 3 request for documents, 4 observations, 5 déféré.
    """

    kind: Literal["prefecture_message"] = "prefecture_message"
    message: int
    sorte: int
    dated: date | None = None
    texte: str = ""
    deadline: date | None = None
    files: tuple[StoredFile, ...] = ()
    lien: str = ""
    remark: str = ""


class PrefectureAnswered(_Fact):
    """An answer to a message is in the préfecture's hands: ours (``lot``), or one sent on the site (``""``)."""

    kind: Literal["prefecture_answered"] = "prefecture_answered"
    message: int
    reponse: int
    lot: str = ""
    files: tuple[StoredFile, ...] = ()


class PrefectureSilent(_Fact):
    """Nobody answered a message, and the time in which that mattered is over."""

    kind: Literal["prefecture_silent"] = "prefecture_silent"
    message: int


class AnswerDelivered(_Fact):
    """The answer to a simple letter has left S2LOW; nobody acknowledges such an answer."""

    kind: Literal["answer_delivered"] = "answer_delivered"
    statut: int


class ClassificationOutdated(_Fact):
    """The ministry refused the acte for its classification alone: it goes again, signed as it is."""

    kind: Literal["classification_outdated"] = "classification_outdated"
    statut: int
    transaction: int
    numero: str
    reason: str
    used: date | None = None
    current: date | None = None


class ClassificationRequested(_Fact):
    """S2LOW was asked to get the classification in force; ``found``: somebody had asked already."""

    kind: Literal["classification_requested"] = "classification_requested"
    how: Literal["created", "found"]


class ClassificationRenewed(_Fact):
    """S2LOW has a newer classification than the one that was refused."""

    kind: Literal["classification_renewed"] = "classification_renewed"
    version_du: date


class CircuitReleased(_Fact):
    """The parapheur no longer holds the dossier."""

    kind: Literal["circuit_released"] = "circuit_released"
    dossier_id: str
    how: Literal["deleted", "gone", "left"]


class PastellDocumentOpened(_Fact):
    """Pastell has a document that is this dossier's own.

    ``launched``: it was sent on its way already. ``confirmed``: a person saw that it holds the right document.
    """

    kind: Literal["pastell_document"] = "pastell_document"
    entite: str
    id_d: str
    flux: str
    how: Literal["created", "found", "adopted"]
    launched: bool = False
    confirmed: bool = False


class PastellFormFilled(_Fact):
    """The document's form is complete, and what Pastell shows of it is what was sent."""

    kind: Literal["pastell_form"] = "pastell_form"
    date_acte: date | None = None
    remark: str = ""


class PastellActed(_Fact):
    """An action was asked of Pastell in the state ``etat``; ``refused``: Pastell said why not."""

    kind: Literal["pastell_acted"] = "pastell_acted"
    action: str
    etat: str
    how: Literal["done", "found", "refused"]
    said: str = ""


class PastellSeen(_Fact):
    """The document's state was read; ``todo`` is the action that it needs from us, and ``why``."""

    kind: Literal["pastell_seen"] = "pastell_seen"
    etat: str
    since: AwareDatetime | None = None
    said: str = ""
    todo: str = ""
    why: str = ""


class Blocked(_Fact):
    """A person must act before anything else is done with this dossier."""

    kind: Literal["blocked"] = "blocked"
    code: str
    reason: str
    who: str
    advice: str
    step: str = ""
    files: tuple[StoredFile, ...] = ()


class Resolved(_Fact):
    """A person decided, and the platform agreed."""

    kind: Literal["resolved"] = "resolved"
    by: str
    motif: str
    decision: str


class Abandoned(_Fact):
    """A person ended the dossier without its outcome; what the platforms have of it stays there."""

    kind: Literal["abandoned"] = "abandoned"
    by: str
    motif: str


class Returned(_Fact):
    """One return folder was published to the depositor; ``cause`` is the ``seq`` of the event it tells."""

    kind: Literal["returned"] = "returned"
    cause: int
    sequence: int
    etat: str


class Closed(_Fact):
    """Nothing is left to do."""

    kind: Literal["closed"] = "closed"


Fact = Annotated[
    Received
    | Accepted
    | Quarantined
    | Filed
    | AcknowledgementWritten
    | IntentRecorded
    | IntentCleared
    | CircuitDrafted
    | CircuitOpened
    | Signed
    | RejectedInCircuit
    | NumberReserved
    | Transmitted
    | PesTransmitted
    | PesAcquitted
    | PesRefused
    | WaitingForPerson
    | PersonActed
    | AcknowledgedByPrefecture
    | RefusedByLegality
    | ActeCancelled
    | PrefectureMessage
    | PrefectureAnswered
    | PrefectureSilent
    | AnswerDelivered
    | ClassificationOutdated
    | ClassificationRequested
    | ClassificationRenewed
    | CircuitReleased
    | PastellDocumentOpened
    | PastellFormFilled
    | PastellActed
    | PastellSeen
    | Blocked
    | Resolved
    | Abandoned
    | Returned
    | Closed,
    Field(discriminator="kind"),
]

_READER: TypeAdapter[Fact] = TypeAdapter(Fact)


class Event(BaseModel):
    """A fact in its place in the journal: ``seq`` counts from 1 within the dossier."""

    model_config = ConfigDict(frozen=True)

    seq: int
    at: datetime
    fact: Fact


def read_event(*, seq: int, at: datetime, kind: str, version: int, payload: dict[str, object]) -> Event:
    """An event as it was written by this version or an earlier one.

    Raises:
        JournalError: a later version of the software wrote it.
    """
    try:
        fact = _READER.validate_python({**payload, "kind": kind})
    except ValidationError as unknown:
        raise JournalError(
            f"Le journal contient un événement « {kind} » (version {version}) que cette version ne sait pas "
            "lire. Utilisez la version de cdg62-connect qui l'a écrit, ou une plus récente."
        ) from unknown
    if version > fact.version:
        raise JournalError(
            f"L'événement « {kind} » a été écrit par une version plus récente de cdg62-connect : mettez à jour."
        )
    return Event(seq=seq, at=at, fact=fact)
