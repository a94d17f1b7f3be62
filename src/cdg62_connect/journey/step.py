"""What a step of the journey is.

Three kinds, and each says what it does to the world:

- an :class:`Effect` changes one platform: it *plans* (reads only), *performs* one effect, and can
  *reconcile* an intent whose outcome nobody knows;
- a :class:`Look` only reads a platform, and brings files home;
- a :class:`Publication` writes for the depositor, idempotently, on our side only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from cdg62_connect.journey.events import Fact, IntentRecorded, StoredFile
from cdg62_connect.transport import Payload

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.formats import Classification
    from cdg62_connect.journey.documents import Documents
    from cdg62_connect.journey.hold import Wait
    from cdg62_connect.journey.platforms import Assignment
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.operis import DepositTree
    from cdg62_connect.settings import Settings

PARIS = ZoneInfo("Europe/Paris")
"""Where a day begins and ends for an acte."""


@dataclass(frozen=True, slots=True)
class Later:
    """Look again later.

    Attributes:
        reason: what is waited for, to a person.
        cause: looks in a row with the same one are counted.
        facts: what was learnt all the same, to be written before waiting.
        seconds: how long; by default the step's own pace, longer at each look.
        problem: what is waited for is not how things should be.
    """

    reason: str
    cause: str = ""
    facts: tuple[Fact, ...] = ()
    seconds: float | None = None
    problem: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may use.

    Attributes:
        assignment: the dossier with the clients of its own authority, no other's.
        claim: take an element of a platform for this dossier; ``False`` when another dossier has it.
        owner: the dossier that has an element of a platform, ``None`` when it is nobody's.
        alone: a block that no other process or thread of this installation enters under the same name.
    """

    settings: Settings
    documents: Documents
    clock: Clock
    assignment: Assignment
    wait: Wait | None
    reserve_number: Callable[[Iterable[str]], str | None]
    claim: Callable[[str], bool]
    owner: Callable[[str], str | None]
    alone: Callable[[str], AbstractContextManager[None]]
    classification: Callable[[Assignment], Classification]

    @property
    def dossier(self) -> Dossier:
        """The dossier at hand."""
        return self.assignment.dossier

    def today(self) -> datetime:
        """Now, in the time zone of the authorities."""
        return self.clock.now().astimezone(PARIS)

    @property
    def tries(self) -> int:
        """How many times in a row this step has not come to anything."""
        return self.wait.tries if self.wait else 0

    def same(self, cause: str) -> int:
        """How many of the last looks in a row ended for this cause."""
        return self.wait.same if self.wait and self.wait.cause == cause else 0

    def verify(self, *files: StoredFile) -> None:
        """Read stored documents again before they are sent.

        Raises:
            JournalError: one of them is no longer what was stored.
        """
        for file in files:
            self.documents.verified(file.sha256)

    def payload(self, file: StoredFile) -> Payload:
        """A stored document, as a handle."""
        return Payload.of(self.documents.path(file.sha256))

    def keep(self, path: Path, *, nature: str, nom: str, sha256: str) -> StoredFile:
        """Put a finished download into the store."""
        self.documents.adopt(path, sha256=sha256)
        return StoredFile(nature=nature, nom=nom, sha256=sha256)


class Effect(Protocol):
    """One effect on one platform. ``blocks``: its refusal stops the dossier until a person acts."""

    name: str
    platform: str
    blocks: bool

    def applies(self, dossier: Dossier) -> bool:
        """The dossier is where this effect comes next."""
        ...

    def plan(self, context: Context) -> IntentRecorded | tuple[Fact, ...]:
        """The intent, from the state and from reads; or facts that make the effect impossible."""
        ...

    def perform(self, context: Context, intent: IntentRecorded) -> tuple[Fact, ...]:
        """Do it once. Raises ``OutcomeUnknown`` when nobody can say whether it happened."""
        ...

    def reconcile(self, context: Context, intent: IntentRecorded) -> tuple[Fact, ...]:
        """Ask the platform whether the intent happened: its outcome, or ``IntentCleared``."""
        ...


class Look(Protocol):
    """A read that may find something new."""

    name: str
    platform: str

    def applies(self, dossier: Dossier) -> bool:
        """There is something to wait for."""
        ...

    def look(self, context: Context) -> tuple[Fact, ...] | Later:
        """What is new, or when to look again."""
        ...

    def pace(self, settings: Settings, moment: datetime) -> float:
        """Seconds between the first two looks, at that moment."""
        ...


class Publication(Protocol):
    """Something written for the depositor: the same call again changes nothing."""

    name: str

    def applies(self, dossier: Dossier) -> bool:
        """It is not written yet."""
        ...

    def publish(self, dossier: Dossier, *, tree: DepositTree, documents: Documents) -> tuple[Fact, ...]:
        """Write it durably."""
        ...


Step = Effect | Look | Publication
