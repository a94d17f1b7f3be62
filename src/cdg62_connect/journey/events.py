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
    """A document in the content-addressed store, and the name a person knows it by."""

    nature: str
    nom: str
    sha256: str
    type_piece: str = ""


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
    avertissements: tuple[dict[str, str], ...] = ()


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


class WaitingForPerson(_Fact):
    """The acte waits on S2LOW for an agent (status 17 or 18)."""

    kind: Literal["waiting_for_person"] = "waiting_for_person"
    statut: int
    who: str


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


class ActeCancelled(_Fact):
    """The transmission was cancelled on S2LOW."""

    kind: Literal["cancelled"] = "cancelled"
    statut: int


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
    | WaitingForPerson
    | PersonActed
    | AcknowledgedByPrefecture
    | RefusedByLegality
    | ActeCancelled
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
