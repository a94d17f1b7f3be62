"""What happened to a dossier: the events of its append-only journal.

An event is never changed once released. A new fact is a new kind, or a new version of a kind with an
upgrade in :func:`read_event`; fields that a reader does not know are kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cdg62_connect.errors import JournalError
from cdg62_connect.journey.facts.acte import (
    AcknowledgedByPrefecture,
    ActeCancelled,
    ClassificationOutdated,
    ClassificationRenewed,
    ClassificationRequested,
    NumberReserved,
    PersonActed,
    RefusedByLegality,
    Transmitted,
    WaitingForPerson,
)
from cdg62_connect.journey.facts.circuit import (
    CircuitDrafted,
    CircuitOpened,
    CircuitReleased,
    RejectedInCircuit,
    Signature,
    Signed,
)
from cdg62_connect.journey.facts.course import (
    Abandoned,
    Blocked,
    IntentCleared,
    IntentRecorded,
    Resolved,
)
from cdg62_connect.journey.facts.helios import (
    HeliosAnomalie,
    HeliosElement,
    PesAcquitted,
    PesRefused,
    PesTransmitted,
)
from cdg62_connect.journey.facts.lot import (
    Accepted,
    AcknowledgementWritten,
    AnswerTo,
    Closed,
    Filed,
    PesFacts,
    Quarantined,
    Received,
    Returned,
    StoredFile,
)
from cdg62_connect.journey.facts.pastell import (
    PastellActed,
    PastellDocumentOpened,
    PastellFormFilled,
    PastellSeen,
)
from cdg62_connect.journey.facts.prefecture import (
    AnswerDelivered,
    PrefectureAnswered,
    PrefectureMessage,
    PrefectureSilent,
)

__all__ = [
    "Abandoned",
    "Accepted",
    "AcknowledgedByPrefecture",
    "AcknowledgementWritten",
    "ActeCancelled",
    "AnswerDelivered",
    "AnswerTo",
    "Blocked",
    "CircuitDrafted",
    "CircuitOpened",
    "CircuitReleased",
    "ClassificationOutdated",
    "ClassificationRenewed",
    "ClassificationRequested",
    "Closed",
    "Event",
    "Fact",
    "Filed",
    "HeliosAnomalie",
    "HeliosElement",
    "IntentCleared",
    "IntentRecorded",
    "NumberReserved",
    "PastellActed",
    "PastellDocumentOpened",
    "PastellFormFilled",
    "PastellSeen",
    "PersonActed",
    "PesAcquitted",
    "PesFacts",
    "PesRefused",
    "PesTransmitted",
    "PrefectureAnswered",
    "PrefectureMessage",
    "PrefectureSilent",
    "Quarantined",
    "Received",
    "RefusedByLegality",
    "RejectedInCircuit",
    "Resolved",
    "Returned",
    "Signature",
    "Signed",
    "StoredFile",
    "Transmitted",
    "WaitingForPerson",
    "read_event",
]

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
