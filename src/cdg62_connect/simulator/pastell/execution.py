"""One action under way on a document: what it was given, and what it may do.

An action is a generator: each ``yield`` is a moment at which the others may look at the document. A call of the API
runs it to the end at once; the daemon runs it from one moment to the next, one per round, and holds the document
meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cdg62_connect.simulator.pastell.accounts import WORKER
from cdg62_connect.simulator.pastell.document import Passage
from cdg62_connect.simulator.pastell.form import Form
from cdg62_connect.simulator.pastell.journal import Event

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.document import Document
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.peers.ports import Configuration, ConnectorType
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.profile_documents import DocumentHabits

TITLE_WIDTH = 256
"""Characters of the title that the database keeps; the form keeps them all."""
Moments: TypeAlias = Generator[None, None, bool]
"""The moments of an action; it returns whether it succeeded."""
AT_ONCE: tuple[None, ...] = ()
"""The moments of an action that nobody sees under way."""
Behaviour: TypeAlias = "Callable[[Execution], Moments]"


class Failed(Exception):
    """The action stops here; the text is what Pastell says."""


class Hopeless(Failed):
    """The same, and there is no use in trying again: the job of the daemon is locked."""


@dataclass(slots=True)
class Execution:
    """One action on one document.

    Attributes:
        action: its name.
        caller: who asked, the daemon included.
        params: what was sent with it.
        form: the content of the document as it was when the action began.
        message: what it answers.
    """

    platform: PastellState
    document: Document
    flux: Flux
    action: str
    caller: User
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    message: str = ""
    form: Form = field(init=False)
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def __post_init__(self) -> None:
        self.form = self.fresh_form()

    @property
    def habits(self) -> DocumentHabits:
        """What this generation does with documents."""
        return self.platform.profile.documents

    @property
    def by_worker(self) -> bool:
        """Whether the daemon runs it."""
        return self.caller.id_u == WORKER.id_u

    def fresh_form(self) -> Form:
        """The content of the document as it is now."""
        return Form(self.document, self.flux, habits=self.habits)

    def name(self, role: str) -> str:
        """The field, or the state, that stands for ``role`` in this action."""
        return self.flux.mapped(self.action, role)

    def text(self, role: str) -> str:
        """The text of the field that stands for ``role``."""
        return self.form.text(self.name(role))

    @property
    def number_of_kind(self) -> int:
        """Which connector of the family, when the flux has several steps of one kind."""
        return int(self.flux.property(self.action, "num-same-connecteur", 0))

    def connector(self, famille: str) -> tuple[ConnectorType, Configuration]:
        """The connector of a family.

        Raises:
            Hopeless: none is associated with the flux.
        """
        found = self.platform.connector_for(
            self.document.id_e, self.document.type, famille, self.number_of_kind
        )
        if found is None:
            raise Hopeless(
                f"Aucun connecteur de type {famille} n'est associé au type de dossier {self.document.type}"
            )
        return found

    @property
    def folder(self) -> Path:
        """Somewhere to put files while the action lasts."""
        if self._folder is None:
            self.platform.reception.mkdir(parents=True, exist_ok=True)
            self._folder = tempfile.TemporaryDirectory(dir=self.platform.reception)
        return Path(self._folder.name)

    def close(self) -> None:
        """Forget the files of the action."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def record(self, state: str, message: str) -> None:
        """A new state, by whoever runs the action."""
        record(self.platform, self.document, state, message, self.caller)

    def change(self, state: str, message: str) -> None:
        """A new state that the TdT or the parapheur brought about: it is nobody's."""
        record(self.platform, self.document, state, message, WORKER)

    def retitle(self) -> None:
        """The title of the document follows its form."""
        self.document.titre = self.form.titre[:TITLE_WIDTH]
        self.document.modification = self.platform.local_now()


def record(platform: PastellState, document: Document, state: str, message: str, user: User) -> None:
    """Write a passage and its row in the journal."""
    id_j = platform.journal.add(
        Event.DOCUMENT_ACTION,
        id_e=document.id_e,
        caller=user,
        action=state,
        message=message,
        id_d=document.id_d,
        document_type=document.type,
    )
    last = max((one.id_a for one in document.passages), default=0)
    document.passages.append(
        Passage(id_a=last + 1, action=state, id_u=user.id_u, date=platform.local_now(), id_j=id_j)
    )


def refresh(platform: PastellState, document: Document, state: str, message: str, user: User) -> None:
    """The same, but a second passage of one user through the state he left it in only moves its date."""
    last = document.passages[-1] if document.passages else None
    if last is None or last.action != state or last.id_u != user.id_u:
        record(platform, document, state, message, user)
        return
    document.passages.pop()
    record(platform, document, state, message, user)
    document.passages[-1].id_a = last.id_a
