"""Where a dossier stands in its circuit, read from its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur.documents import LogEntry
from cdg62_connect.iparapheur.statuts import STATUTS, Acte, Meaning, statut


class Progress(Enum):
    """How far the circuit is."""

    PENDING = "en cours"
    FINISHED = "terminé"
    REJECTED = "refusé au parapheur"


@dataclass(frozen=True, slots=True)
class CircuitState:
    """Where a dossier stands.

    Attributes:
        progress: how far the circuit is.
        status: the parapheur's own code that says so, known to us or not.
        by: the actor of the last entry; of the refusal when there was one.
        reason: why it was rejected, in the actor's words; ``""`` otherwise, or if none was given.
        at: when, if the parapheur wrote it properly.
        signed_at: when the latest signature or seal was given; ``None`` also when there was none.
        signed_by: by whom; ``""`` when no signature or seal was given (a circuit of visas has none).
        meaning: what the status means; :attr:`Meaning.UNKNOWN` is told, and never taken for an end.
        acte: what is waited for, was refused, or was done, when the status tells.
        unknown: the codes of the whole history that our table lacks, each once, in their order.
    """

    progress: Progress
    status: str
    by: str
    reason: str
    at: datetime | None
    signed_at: datetime | None
    signed_by: str
    meaning: Meaning = Meaning.UNKNOWN
    acte: Acte | None = None
    unknown: tuple[str, ...] = ()


def progress(history: Sequence[LogEntry]) -> CircuitState:
    """Read ``history``, oldest first.

    The last entry decides: ``Archive`` ends the circuit, ``Rejet…`` refuses it, anything else is pending,
    codes that nobody has seen included. A v5 says that a refused dossier is to be deleted: it is the refusal
    before it that counts then. The order is the parapheur's: entries are never sorted.

    Raises:
        InvalidInput: the history is empty.
    """
    if not history:
        raise InvalidInput("L'historique est vide : le parapheur ne connaît pas ce dossier.")
    telling = history[-1]
    meaning = statut(telling.status).meaning
    if meaning is Meaning.DISCARDED:
        telling = _last(history, Meaning.REFUSED) or telling
        meaning = statut(telling.status).meaning
    stage = {Meaning.ARCHIVED: Progress.FINISHED, Meaning.REFUSED: Progress.REJECTED}.get(
        meaning, Progress.PENDING
    )
    signature = _last(history, Meaning.SIGNED)
    return CircuitState(
        progress=stage,
        status=telling.status,
        by=telling.nom,
        reason=telling.annotation if stage is Progress.REJECTED else "",
        at=telling.timestamp,
        signed_at=signature.timestamp if signature else None,
        signed_by=signature.nom if signature else "",
        meaning=meaning,
        acte=statut(telling.status).acte or _asked(history),
        unknown=tuple(dict.fromkeys(entry.status for entry in history if entry.status not in STATUTS)),
    )


def _last(history: Sequence[LogEntry], meaning: Meaning) -> LogEntry | None:
    return next((entry for entry in reversed(history) if statut(entry.status).meaning is meaning), None)


def _asked(history: Sequence[LogEntry]) -> Acte | None:
    """The act that was last waited for, if the codes tell: ``NonLu`` does not say whether it is a signature."""
    waiting = (statut(entry.status) for entry in reversed(history))
    found = next((row for row in waiting if row.acte is not None), None)
    return found.acte if found and found.meaning is Meaning.WAITING else None
