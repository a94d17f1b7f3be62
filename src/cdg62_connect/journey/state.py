"""A dossier's state, which :mod:`cdg62_connect.journey.folding` makes of its events and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.prefecture import Exchange
from cdg62_connect.operis import Refus


class Stage(StrEnum):
    """Where a dossier is in its life."""

    RECEIVED = "RECEIVED"
    CHECKED = "CHECKED"
    IN_CIRCUIT = "IN_CIRCUIT"
    SIGNED = "SIGNED"
    TRANSMITTED = "TRANSMITTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    ACQUITTED = "ACQUITTED"
    PARTLY_ACQUITTED = "PARTLY_ACQUITTED"
    REFUSED_BY_HELIOS = "REFUSED_BY_HELIOS"
    ABANDONED = "ABANDONED"
    QUARANTINED = "QUARANTINED"
    RETURNED = "RETURNED"
    IN_EXCHANGE = "IN_EXCHANGE"
    CLOSED = "CLOSED"
    BLOCKED = "BLOCKED"


_VERDICTS = {
    "accepte": Stage.ACQUITTED,
    "partiel": Stage.PARTLY_ACQUITTED,
    "refuse": Stage.REFUSED_BY_HELIOS,
}


@dataclass(frozen=True, slots=True)
class PendingReturn:
    """An event that the depositor has yet to be told of."""

    cause: int
    at: datetime
    etat: str
    files: tuple[ev.StoredFile, ...] = ()
    refus: Refus | None = None
    message: str = ""
    prefecture: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class PastellDocument:
    """The document by which Pastell carries the dossier, as it was last seen.

    Attributes:
        foreign: it was not made by us, and nobody has confirmed yet that it holds the right document.
        todo: the action that it needs from us now, ``""`` when it goes on by itself.
        asked: how many times an action was asked for in the present state.
        answer: what Pastell said to the last action in the present state.
        refused: it did not do it.
    """

    entite: str
    id_d: str
    flux: str
    foreign: bool = False
    filled: bool = False
    launched: bool = False
    date_acte: date | None = None
    remark: str = ""
    etat: str = ""
    since: datetime | None = None
    said: str = ""
    todo: str = ""
    why: str = ""
    asked: int = 0
    answer: str = ""
    refused: bool = False

    @property
    def key(self) -> str:
        """What tells it from every other document of the platform."""
        return f"pastell:{self.entite}:{self.id_d}"

    @property
    def seen(self) -> str:
        """The state it was last seen in, and since when, as one text that changes when they do."""
        since = self.since.astimezone(UTC).isoformat(timespec="seconds") if self.since else ""
        return f"{self.etat}|{since}"


@dataclass(frozen=True, slots=True)
class Dossier:
    """One thing to be signed and/or transmitted, for one authority, as its journal tells it."""

    id_depot: str
    last_seq: int = 0
    received_at: datetime | None = None
    changed_at: datetime | None = None
    received: ev.Received | None = None
    accepted: ev.Accepted | None = None
    quarantined: ev.Quarantined | None = None
    acknowledgement_written: bool = False
    filed: str = ""
    attempt: int = 1
    intents: tuple[ev.IntentRecorded, ...] = ()
    pastell: PastellDocument | None = None
    draft: ev.CircuitDrafted | None = None
    circuit: ev.CircuitOpened | None = None
    signed: ev.Signed | None = None
    rejected: ev.RejectedInCircuit | None = None
    numero: str = ""
    transmitted: ev.Transmitted | None = None
    pes_sent: ev.PesTransmitted | None = None
    acquitted: ev.PesAcquitted | None = None
    pes_refused: ev.PesRefused | None = None
    waiting: ev.WaitingForPerson | None = None
    acknowledged: ev.AcknowledgedByPrefecture | None = None
    refused: ev.RefusedByLegality | ev.ActeCancelled | None = None
    sent: Mapping[str, object] | None = None
    outdated: ev.ClassificationOutdated | None = None
    classification_asked: bool = False
    resends: int = 0
    insisted: bool = False
    exchanges: tuple[Exchange, ...] = ()
    answered: tuple[ev.PrefectureAnswered, ...] = ()
    delivered: ev.AnswerDelivered | None = None
    released: bool = False
    blocked: ev.Blocked | None = None
    abandoned: ev.Abandoned | None = None
    age_known: bool = False
    pending_returns: tuple[PendingReturn, ...] = ()
    returns: tuple[ev.Returned, ...] = ()
    closed: bool = False
    siren: str = field(default="")

    def intent(self, step: str) -> ev.IntentRecorded | None:
        """The intent of a step whose outcome nobody has written yet."""
        return next((intent for intent in self.intents if intent.step == step), None)

    @property
    def finished(self) -> bool:
        """The last thing that was asked of the platforms has its answer."""
        if self.accepted is None:
            return False
        if self.rejected or self.refused or self.acknowledged or self.abandoned or self.delivered:
            return True
        if self.acquitted or self.pes_refused:
            return True
        if self.accepted.transmettre:
            return False
        return self.signed is not None or not self.accepted.signer

    @property
    def stage(self) -> Stage:
        """Where the dossier is; a block hides the stage behind it."""
        if self.closed and not self.quarantined:
            return Stage.IN_EXCHANGE if self.awaits_answer else Stage.CLOSED
        if self.quarantined:
            return Stage.QUARANTINED
        if self.blocked or self.waiting:
            return Stage.BLOCKED
        if self.finished and self.acknowledgement_written and not self.pending_returns:
            return Stage.RETURNED
        return self.progress

    @property
    def progress(self) -> Stage:
        """The last stage of the journey that was reached."""
        reached = (
            (self.abandoned, Stage.ABANDONED),
            (self.refused, Stage.CANCELLED if isinstance(self.refused, ev.ActeCancelled) else Stage.REFUSED),
            (self.rejected, Stage.REJECTED),
            (self.pes_refused, Stage.REFUSED_BY_HELIOS),
            (self.acquitted, _VERDICTS[self.acquitted.verdict] if self.acquitted else Stage.ACQUITTED),
            (self.acknowledged, Stage.ACKNOWLEDGED),
            (self.transmitted or self.pes_sent, Stage.TRANSMITTED),
            (self.signed, Stage.SIGNED),
            (self.circuit, Stage.IN_CIRCUIT),
            (self.accepted, Stage.CHECKED),
        )
        return next((stage for fact, stage in reached if fact), Stage.RECEIVED)

    @property
    def awaits_answer(self) -> bool:
        """The préfecture waits for an answer about this acte."""
        return any(exchange.open for exchange in self.exchanges)

    @property
    def listens(self) -> bool:
        """It is an acte that the préfecture has: it may still write about it."""
        ours = self.accepted is not None and self.accepted.reponse_a is None
        return ours and self.acknowledged is not None and self.refused is None and bool(self.transaction)

    @property
    def transaction(self) -> int:
        """What S2LOW calls what was sent there, 0 when nothing was."""
        return self.transmitted.transaction if self.transmitted else 0

    @property
    def answers(self) -> str:
        """The message of the préfecture that it answers, ``""`` when it answers none."""
        answered = self.accepted.reponse_a if self.accepted else None
        return answered.key if answered else ""

    @property
    def evidence(self) -> tuple[ev.StoredFile, ...]:
        """Every file brought back from the platforms so far."""
        facts = (self.signed, self.rejected, self.acknowledged, self.acquitted)
        return tuple(file for fact in facts if fact for file in fact.files)
