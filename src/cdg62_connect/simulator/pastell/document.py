"""One document as it is stored: its values, its files, the states it went through, who holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from cdg62_connect.simulator.pastell.errors import bad_request

Value: TypeAlias = "str | dict[int, str]"
"""A text, or the names of the files of a field by index: an index may be missing."""

LOCK_LIFE = timedelta(hours=1)
"""How long a document stays held when whoever held it died."""
_FIELD = re.compile(r"[\w-]+")


@dataclass(slots=True)
class Passage:
    """A state the document went through. ``id_j`` is the row of the journal that holds its message."""

    id_a: int
    action: str
    id_u: str
    date: str
    id_j: int


@dataclass(slots=True)
class Mail:
    """One secure mail sent to one recipient."""

    id_de: str
    email: str
    type_destinataire: str
    date_envoie: str
    lu: bool = False
    date_lecture: str = "1970-01-01 00:00:00"
    date_renvoi: str = "1970-01-01 00:00:00"
    nb_renvoi: int = 0
    has_error: bool = False
    last_error: str = ""
    non_recu: bool = False


@dataclass(slots=True)
class Document:
    """What is stored of a document.

    Attributes:
        folder: where its files lie, one per field and index.
        data: its values, in the order they were first written.
        passages: the states it went through, oldest first; the last one is its state.
        index: what the searches look at, by field.
        mails: the secure mails that were sent.
    """

    id_d: str
    id_e: str
    type: str
    creation: str
    modification: str
    folder: Path
    titre: str = ""
    data: dict[str, Value] = field(default_factory=dict[str, Value])
    passages: list[Passage] = field(default_factory=list[Passage])
    index: dict[str, str] = field(default_factory=dict[str, str])
    mails: list[Mail] = field(default_factory=list[Mail])
    deleted: bool = False
    _holder: object | None = None
    _held_since: datetime | None = None

    @property
    def state(self) -> str:
        """The last state recorded."""
        return self.passages[-1].action if self.passages else ""

    @property
    def state_before_changes(self) -> str:
        """The last state that is not ``modification``: it decides what may still be changed."""
        return next((one.action for one in reversed(self.passages) if one.action != "modification"), "")

    def went_through(self, action: str) -> bool:
        """Whether that state is among those it went through."""
        return any(one.action == action for one in self.passages)

    def path(self, field_name: str, num: int) -> Path:
        """Where the content of a file lies. Raises: ApiError 400, a name that is no name of a field."""
        if not _FIELD.fullmatch(field_name):
            raise bad_request(f"Champ `{field_name}` incorrect")
        return self.folder / f"{field_name}_{num}"

    def shown_path(self, field_name: str, num: int) -> str:
        """Where Pastell says it lies."""
        first, second = self.id_d[0], self.id_d[1]
        return f"/data/workspace/{first}/{second}//{self.id_d}.yml_{field_name}_{num}"

    def hold(self, holder: object, *, now: datetime) -> bool:
        """Take the document for an action; ``False`` when somebody has it. Not atomic: the caller has a lock."""
        if self._holder is not None and self._held_since is not None and now - self._held_since < LOCK_LIFE:
            return False
        self._holder, self._held_since = holder, now
        return True

    def release(self, holder: object) -> None:
        """Give it back, if it is still that holder who has it."""
        if self._holder is holder:
            self._holder = self._held_since = None

    @property
    def held(self) -> bool:
        """Whether an action is under way, or died."""
        return self._holder is not None


def shown(value: Value) -> str | list[str] | dict[str, str]:
    """A value as JSON gives it: the names of files make a list, or an object when an index is missing."""
    if isinstance(value, str):
        return value
    if list(value) == list(range(len(value))):
        return list(value.values())
    return {str(num): name for num, name in value.items()}
