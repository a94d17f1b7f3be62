"""Where a dossier stands in its circuit, read from its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur.soap_v4.models import LogEntry

_FINISHED = "Archive"
_REJECTED = "Rejet"
_SIGNED = {"Signe", "SignatairePapier", "CachetOK"}


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
        by: the actor of the last entry.
        reason: why it was rejected, in the actor's words; ``""`` otherwise, or if none was given.
        at: when, if the parapheur wrote it properly.
        signed_at: when the latest signature or seal was given; ``None`` also when there was none.
        signed_by: by whom; ``""`` when no signature or seal was given (a circuit of visas has none).
    """

    progress: Progress
    status: str
    by: str
    reason: str
    at: datetime | None
    signed_at: datetime | None
    signed_by: str


def progress(history: Sequence[LogEntry]) -> CircuitState:
    """Read ``history``, oldest first.

    The last entry decides: ``Archive`` ends the circuit, ``Rejet…`` refuses it, anything else is pending,
    codes that nobody has seen included. The order is the parapheur's: entries are never sorted.

    Raises:
        InvalidInput: the history is empty.
    """
    if not history:
        raise InvalidInput("L'historique est vide : le parapheur ne connaît pas ce dossier.")
    last = history[-1]
    if last.status == _FINISHED:
        stage = Progress.FINISHED
    elif last.status.startswith(_REJECTED):
        stage = Progress.REJECTED
    else:
        stage = Progress.PENDING
    signature = next((entry for entry in reversed(history) if entry.status in _SIGNED), None)
    return CircuitState(
        progress=stage,
        status=last.status,
        by=last.nom,
        reason=last.annotation if stage is Progress.REJECTED else "",
        at=last.timestamp,
        signed_at=signature.timestamp if signature else None,
        signed_by=signature.nom if signature else "",
    )
