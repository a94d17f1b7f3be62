"""The documents of a platform, as the API handles them: made, filled, read, acted upon, deleted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell import external
from cdg62_connect.simulator.pastell.accounts import drawn_id
from cdg62_connect.simulator.pastell.answers import FileToSend
from cdg62_connect.simulator.pastell.chunks import Chunks
from cdg62_connect.simulator.pastell.detail import opened, shown_detail
from cdg62_connect.simulator.pastell.document import Document
from cdg62_connect.simulator.pastell.errors import (
    ApiError,
    PhpCrash,
    bad_request,
    forbidden,
    not_found,
    right_missing,
)
from cdg62_connect.simulator.pastell.execution import Execution, Failed, record
from cdg62_connect.simulator.pastell.form import Form
from cdg62_connect.simulator.pastell.journal import Event
from cdg62_connect.simulator.pastell.listing import Listing
from cdg62_connect.simulator.pastell.modification import Modification, defaults
from cdg62_connect.simulator.pastell.peers.ports import PeerCrashed, PeerError
from cdg62_connect.simulator.pastell.rules import Situation
from cdg62_connect.simulator.pastell.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Generator

    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import Parameters, PhpValue


class Documents:
    """The documents, by id. Every method may be called from any thread."""

    def __init__(self, platform: PastellState) -> None:
        self._platform = platform
        self._documents: dict[str, Document] = {}
        self._workflow = Workflow(platform)
        self._listing = Listing(platform, self._documents)
        self._chunks = Chunks()

    # Life.

    def create(self, caller: User, id_e: str, flux: str) -> dict[str, Any]:
        """A new draft: its detail and ``id_d``.

        Raises:
            ApiError: 403 unknown flux, or no right on it, or an entity that is not active.
        """
        platform = self._platform
        platform.rights.require(caller, id_e, f"{flux}:edition")
        entity = platform.entities.get(id_e)
        if entity is not None and not entity.is_active:
            raise forbidden(f"L'entité {id_e} est désactivée")
        made = self.blank(id_e, flux, caller)
        if platform.profile.documents.defaults_written:
            defaults(made)
        return {**self._detail(caller, made.document), "id_d": made.document.id_d}

    def blank(self, id_e: str, flux: str, caller: User) -> Execution:
        """A draft with nothing in it, as the action ``creation`` leaves it."""
        platform = self._platform
        with platform.lock:
            id_d = drawn_id(platform.chance, self._documents)
            document = Document(
                id_d=id_d,
                id_e=id_e,
                type=flux,
                creation=platform.local_now(),
                modification=platform.local_now(),
                folder=platform.folder / "documents" / id_d,
            )
            self._documents[id_d] = document
        said = "Création du document"
        if platform.profile.documents.webservice_told:
            said = f"{said} [webservice]"
        record(platform, document, "creation", said, caller)
        return Execution(platform, document, self._flux(document), "creation", caller)

    def delete(self, caller: User, id_e: str, id_d: str) -> None:
        """Delete, when the state allows it. Raises: ApiError."""
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        self._call(caller, document, "supression", {})

    def action(self, caller: User, id_e: str, id_d: str, name: str, params: Parameters) -> dict[str, Any]:
        """Run an action: ``{"result": true, "message": …}``.

        Raises:
            ApiError: 400, not allowed now, failed, or the document is held.
            PhpCrash: the connector broke.
        """
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        return {"result": True, "message": self._call(caller, document, name, params.values)}

    def _call(self, caller: User, document: Document, name: str, params: Mapping[str, object]) -> str:
        flux = self._flux(document)
        if name != "fatal-error" and name not in flux.actions:
            raise bad_request(f"L'action {name} n'existe pas.")

        def forbidden() -> str:
            why = self._situation(caller, document).forbidden(name)
            return f"L'action « {name} »  n'est pas permise : {why}" if why else ""

        if said := forbidden():
            raise bad_request(said)
        message = self._workflow.call(caller, document, flux, name, params, forbidden=forbidden)
        if document.deleted:
            with self._platform.lock:
                self._documents.pop(document.id_d, None)
            shutil.rmtree(document.folder, ignore_errors=True)
        return message

    # Content.

    def detail(self, caller: User, id_e: str, id_d: str) -> dict[str, Any]:
        """One document. Raises: ApiError."""
        document = self._found(id_e, id_d)
        self._must(caller, document, self._reading)
        return self._detail(caller, document)

    def modify(self, caller: User, id_e: str, id_d: str, fields: Mapping[str, PhpValue]) -> dict[str, Any]:
        """Write fields; the answer is the same when somebody else holds the document, and nothing is written.

        Raises:
            ApiError: 403 the state forbids it; 400 a field of files, or a consequence that failed.
        """
        document = self._changeable(caller, id_e, id_d)
        with self._alone(caller, document) as change:
            if change is not None:
                change.write(fields)
        return self._changed(caller, document)

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
    ) -> dict[str, Any]:
        """Put a file at one index. Raises: ApiError."""
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        self._put_file(caller, document, field, num, file_name, content)
        return self._changed(caller, document)

    def _put_file(
        self, caller: User, document: Document, field: str, num: int, name: str, content: Path | bytes
    ) -> None:
        if self._situation(caller, document).forbidden("modification"):
            raise bad_request("L'action « modification »  n'est pas permise")
        with self._alone(caller, document) as change:
            if change is not None:
                change.add_file(field, name, content, num)

    def chunk(self, caller: User, id_e: str, id_d: str, field: str, num: int, params: Parameters) -> bool:
        """Take one piece of a file; whether it was the last. Raises: ApiError."""
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        whole = self._chunks.take(document.id_d, field, num, params)
        if whole is None:
            return False
        self._put_file(caller, document, field, num, params.text("file_name"), whole)
        return True

    def delete_file(self, caller: User, id_e: str, id_d: str, field: str, num: int) -> dict[str, Any]:
        """Remove a file; the detail. Raises: ApiError."""
        document = self._changeable(caller, id_e, id_d)
        with self._alone(caller, document) as change:
            if change is not None:
                change.remove_file(field, num)
        return self._detail(caller, document)

    def download(self, caller: User, id_e: str, id_d: str, field: str, num: int) -> FileToSend:
        """A file, and its row in the journal.

        Raises:
            ApiError: 404 no such name; 400 a name whose content is lost.
        """
        document = self._found(id_e, id_d)
        self._must(caller, document, self._reading)
        form = self._form(document)
        name = form.names(field).get(num)
        if name is None:
            raise not_found("Ce fichier n'existe pas")
        place = form.path(field, num)
        if place is None:
            raise bad_request("Ce fichier n'existe pas")
        self._platform.journal.add(
            Event.CONSULTATION,
            id_e=document.id_e,
            caller=caller,
            action="Consulté",
            message=f"{caller.shown} a consulté le document {name}",
            id_d=document.id_d,
            document_type=document.type,
        )
        return FileToSend(name=name, source=place)

    def external_choices(self, caller: User, id_e: str, id_d: str, field: str) -> Any:  # noqa: ANN401 - JSON
        """What may be chosen. Raises: ApiError, PhpCrash."""
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        return self._external(caller, document, field, external.choices)

    def external_set(
        self, caller: User, id_e: str, id_d: str, field: str, params: Parameters
    ) -> dict[str, Any]:
        """Choose: the detail and ``result``. Raises: ApiError, PhpCrash."""
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        self._external(caller, document, field, lambda run: external.choose(run, field, params))
        return {**self._detail(caller, document), "result": "ok"}

    def _external(
        self, caller: User, document: Document, field: str, work: Callable[[Execution], Any]
    ) -> Any:  # noqa: ANN401 - JSON
        flux = self._flux(document)
        run = Execution(self._platform, document, flux, external.chooser(flux, field), caller)
        try:
            return work(run)
        except PeerCrashed as crashed:
            raise PhpCrash from crashed
        except (Failed, PeerError) as failed:
            raise bad_request(str(failed)) from failed

    # Lists.

    def listed(self, caller: User, id_e: str, query: Parameters) -> Any:  # noqa: ANN401 - JSON
        """The documents of an entity, filtered; or the details asked by ``id_d[]``. Raises: ApiError."""
        if query.true("id_d"):
            if not isinstance(query.values.get("id_d"), dict):
                raise bad_request("Le paramètre id_d[] ne semble pas valide")
            return {id_d: self.detail(caller, id_e, id_d) for id_d in query.listed("id_d")}
        return self._listing.page(caller, id_e, query)

    def count(self, caller: User, query: Parameters) -> Any:  # noqa: ANN401 - JSON
        """How many documents per entity, flux and state. Raises: ApiError."""
        return self._listing.count(caller, query)

    # What the rest of the platform asks.

    def titre(self, id_d: str) -> str | None:
        """The title of a document, ``None`` when it does not exist."""
        document = self._documents.get(id_d)
        return document.titre if document else None

    def of_entity(self, id_e: str) -> list[str]:
        """The ids of the documents of an entity."""
        return [one.id_d for one in list(self._documents.values()) if one.id_e == id_e]

    def snapshot(self) -> list[dict[str, Any]]:
        """What the admin desk shows of each."""
        return [
            {
                "id_d": one.id_d,
                "id_e": one.id_e,
                "type": one.type,
                "titre": one.titre,
                "etat": one.state,
                "date": one.passages[-1].date if one.passages else "",
                "occupe": one.held,
            }
            for one in list(self._documents.values())
        ]

    def read_mail(self, id_d: str, email: str) -> None:
        """A recipient opens a secure mail: the document becomes received, in part or by all.

        Raises:
            ApiError: 404, no such document or no such recipient.
        """
        document = self._documents.get(id_d)
        if document is None:
            raise not_found(f"Le document {id_d} n'a pas été trouvé")
        opened(self._platform, document, self._flux(document), email)

    # Inside.

    @property
    def _reading(self) -> str:
        return "edition" if self._platform.profile.reading_needs_edition else "lecture"

    def _found(self, id_e: str, id_d: str) -> Document:
        document = self._documents.get(id_d)
        if document is None or document.id_e != id_e:
            if self._platform.profile.documents.unknown_is_forbidden:
                raise right_missing(id_e=id_e, droit=":edition", id_u="0")
            raise not_found(f"Le document {id_d} n'appartient pas à l'entité {id_e}")
        return document

    def _must(self, caller: User, document: Document, verb: str) -> None:
        self._platform.rights.require(caller, document.id_e, f"{document.type}:{verb}")

    def _changeable(self, caller: User, id_e: str, id_d: str) -> Document:
        if id_d not in self._documents:
            raise not_found(f"Le document {id_d} n'a pas été trouvé")
        document = self._found(id_e, id_d)
        self._must(caller, document, "edition")
        why = self._situation(caller, document).forbidden("modification")
        if why:
            status = 403 if self._platform.profile.documents.closed_is_forbidden else 400
            raise ApiError(status, f"L'action « modification »  n'est pas permise : {why}")
        return document

    @contextmanager
    def _alone(self, caller: User, document: Document) -> Generator[Modification | None]:
        """Hold the document for a change; nothing when somebody has it: Pastell says nothing of it either."""
        platform = self._platform
        change = Modification(platform, document, self._flux(document), caller)
        with platform.lock:
            free = document.hold(change, now=platform.clock.now())
        if not free and platform.profile.documents.changes_wait_for_actions:
            yield None
            return
        try:
            yield change
        except PeerCrashed as crashed:
            raise PhpCrash from crashed
        except (Failed, PeerError) as failed:
            if platform.profile.documents.strict_changes:
                raise bad_request(str(failed)) from failed
        finally:
            document.release(change)

    def _changed(self, caller: User, document: Document) -> dict[str, Any]:
        complaint = self._form(document).complaint()
        return {
            "content": self._detail(caller, document),
            "result": "ok",
            "formulaire_ok": 0 if complaint else 1,
            "message": complaint,
        }

    def _detail(self, caller: User, document: Document) -> dict[str, Any]:
        flux = self._flux(document)
        possible = self._situation(caller, document).possible()
        return shown_detail(self._platform, document, flux, possible)

    def _situation(self, caller: User, document: Document) -> Situation:
        return Situation(self._platform, document, self._form(document), caller)

    def _form(self, document: Document) -> Form:
        return Form(document, self._flux(document), habits=self._platform.profile.documents)

    def _flux(self, document: Document) -> Flux:
        found = self._platform.flux.get(document.type)
        if found is None:
            raise not_found(f"Le flux {document.type} n'existe pas sur cette plateforme")
        return found
