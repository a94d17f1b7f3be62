"""What the front asks of the three parts that live behind it: documents, definitions of flux, worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.answers import FileToSend
    from cdg62_connect.simulator.pastell.document import Document
    from cdg62_connect.simulator.pastell.execution import Execution
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.requests import Parameters, PhpValue

Json = Any
"""What becomes JSON: dict, list, text, number, bool, None. An empty dict comes out as ``[]``, as in PHP."""


class DocumentsPort(Protocol):
    """The documents. Each call checks the rights on the flux itself, and raises ``ApiError`` or ``PhpCrash``."""

    def create(self, caller: User, id_e: str, flux: str) -> Json:
        """A new document: its detail and ``id_d``."""
        ...

    def modify(self, caller: User, id_e: str, id_d: str, fields: Mapping[str, PhpValue]) -> Json:
        """Write fields: ``{"content": …, "result": "ok", "formulaire_ok": …, "message": …}``."""
        ...

    def detail(self, caller: User, id_e: str, id_d: str) -> Json:
        """One document."""
        ...

    def listed(self, caller: User, id_e: str, query: Parameters) -> Json:
        """The documents of an entity, filtered; or the details asked by ``id_d[]``."""
        ...

    def count(self, caller: User, query: Parameters) -> Json:
        """How many documents per entity, flux and state."""
        ...

    def upload(
        self,
        caller: User,
        id_e: str,
        id_d: str,
        field: str,
        num: int,
        *,
        file_name: str,
        content: Path | bytes,
    ) -> Json:
        """Put a file at one index; the content must be copied, it does not outlive the call."""
        ...

    def chunk(self, caller: User, id_e: str, id_d: str, field: str, num: int, params: Parameters) -> bool:
        """Take one piece of a file; whether it was the last."""
        ...

    def download(self, caller: User, id_e: str, id_d: str, field: str, num: int) -> FileToSend:
        """A file, and its row in the journal."""
        ...

    def delete_file(self, caller: User, id_e: str, id_d: str, field: str, num: int) -> Json:
        """Remove a file; the detail."""
        ...

    def action(self, caller: User, id_e: str, id_d: str, name: str, params: Parameters) -> Json:
        """Run an action: ``{"result": true, "message": …}``."""
        ...

    def external_choices(self, caller: User, id_e: str, id_d: str, field: str) -> Json:
        """What may be chosen for a field."""
        ...

    def external_set(self, caller: User, id_e: str, id_d: str, field: str, params: Parameters) -> Json:
        """Choose: the detail and ``result``. ``params.query`` is the query string alone."""
        ...

    def delete(self, caller: User, id_e: str, id_d: str) -> None:
        """Delete a document."""
        ...

    def titre(self, id_d: str) -> str | None:
        """The title of a document as it is now, ``None`` when it does not exist."""
        ...

    def snapshot(self) -> list[Json]:
        """What the admin desk shows of each: ``id_d``, ``id_e``, ``type``, ``titre``, ``etat``…"""
        ...

    def blank(self, id_e: str, flux: str, caller: User) -> Execution:
        """A draft with nothing in it."""
        ...

    def read_mail(self, id_d: str, email: str) -> None:
        """A recipient opens a secure mail. Raises: ApiError 404."""
        ...


class CataloguePort(Protocol):
    """The definitions of the flux that this platform offers."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every flux, those that no list shows included."""
        ...

    def get(self, flux: str) -> Flux | None:
        """The definition of that id."""
        ...

    def visible(self, may: Callable[[str], bool]) -> Mapping[str, Json]:
        """``{id: {"type": …, "nom": …}}`` of those whose ``"<flux>:lecture"`` right ``may`` grants."""
        ...

    def fields(self, flux: str) -> Mapping[str, Json]:
        """The definition of its fields. Raises: ApiError 404."""
        ...

    def actions(self, flux: str) -> Mapping[str, Json]:
        """The definition of its actions. Raises: ApiError 404."""
        ...

    def libelle(self, flux: str) -> str:
        """Its name, ``""`` when it is unknown."""
        ...

    def action_libelle(self, flux: str, action: str) -> str:
        """The name of a state, the action itself when it is unknown."""
        ...


class WorkerPort(Protocol):
    """The daemon that runs the automatic steps."""

    mode: Literal["auto", "main"]

    def tick(self) -> None:
        """Run each due job once."""
        ...

    def schedule(
        self, document: Document, flux: Flux, action: str, *, message: str = "", hopeless: bool = False
    ) -> None:
        """An action is over: queue what its state calls for."""
        ...

    def forget(self, document: Document) -> None:
        """A document is deleted."""
        ...

    def jobs(self) -> list[Json]:
        """The queue, for the admin desk."""
        ...

    def jam(self, id_d: str, *, locked: bool = True) -> None:
        """Lock (« verrouiller ») or unlock the job of a document. Raises: cdg62_connect.errors.NotFound."""
        ...
