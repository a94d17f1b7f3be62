"""A change of a document by a person: fields, files, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.errors import bad_request, forbidden
from cdg62_connect.simulator.pastell.execution import TITLE_WIDTH, Execution, Failed, refresh
from cdg62_connect.simulator.pastell.form import Form
from cdg62_connect.simulator.pastell.journal import Event
from cdg62_connect.simulator.pastell.onchange import run_onchange
from cdg62_connect.simulator.pastell.peers.ports import PeerError

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.document import Document
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import PhpValue

_STATE = "modification"
_SAID = "Modification du document"
_FREE = ("creation", "")


class Modification:
    """One change under way."""

    def __init__(self, platform: PastellState, document: Document, flux: Flux, caller: User) -> None:
        self._platform = platform
        self._document = document
        self._flux = flux
        self._caller = caller
        self._form = Form(document, flux, habits=platform.profile.documents)

    @property
    def _strict(self) -> bool:
        return self._platform.profile.documents.strict_changes

    def write(self, fields: Mapping[str, PhpValue]) -> None:
        """Write fields: unknown ones, and those that the state closes, are left out without a word.

        Raises:
            ApiError: 400, a field of files.
            Failed: a consequence failed; the fields are written all the same.
        """
        self._form = self._fresh()
        opened = self._opened()
        consequences: list[str] = []
        for name, value in fields.items():
            known = self._flux.fields.get(name)
            if known is None:
                self._depending(name, value)
                continue
            if known.is_file and self._strict:
                raise bad_request(f"Le champ '{name}' n'est pas autorisé sur un PATCH")
            if not isinstance(value, str) or (opened is not None and name not in opened):
                continue
            self._form.put(name, value)
            self._form.modified = True
            if known.onchange:
                consequences.append(known.onchange)
        self._form.save()
        self._done(consequences)

    def _depending(self, name: str, value: PhpValue) -> None:
        """``echange_prefecture_type_0``: one value per file of another field."""
        root, _, number = name.rpartition("_")
        known = self._flux.fields.get(root)
        files = self._form.names(str(known.props.get("depend", ""))) if known is not None else {}
        if isinstance(value, str) and number.isdecimal() and int(number) in files:
            self._form.put(name, value)
            self._form.modified = True

    def add_file(self, field: str, name: str, content: Path | bytes, num: int) -> None:
        """Put a file. Raises: ApiError, Failed."""
        self._form = self._fresh()
        self._must_be_open(field)
        self._form.add_file(field, name, content, num)
        self._form.modified = True
        self._form.save()
        self._done(self._consequence(field) if self._strict else [])

    def remove_file(self, field: str, num: int) -> None:
        """Remove a file. Raises: ApiError, Failed."""
        self._form = self._fresh()
        self._must_be_open(field)
        if not self._form.remove_file(field, num):
            return
        self._form.modified = True
        self._form.save()
        self._done(self._consequence(field))

    def _consequence(self, field: str) -> list[str]:
        known = self._flux.fields.get(field)
        return [known.onchange] if known is not None and known.onchange else []

    def _opened(self) -> tuple[str, ...] | None:
        """The fields that may be written; ``None``: all of them."""
        if not self._strict:
            return None
        state = self._document.state_before_changes
        return None if state in _FREE else self._flux.editable(state)

    def _must_be_open(self, field: str) -> None:
        opened = self._opened()
        if opened is None:
            return
        if not opened:
            raise forbidden("Ce document n'est pas modifiable")
        if field not in opened:
            raise forbidden(f"Le contenu de {field} n'est pas éditable")

    def _fresh(self) -> Form:
        return Form(self._document, self._flux, habits=self._platform.profile.documents)

    def _done(self, consequences: Sequence[str]) -> None:
        document, platform = self._document, self._platform
        # The database writes a question mark for each byte that is no UTF-8.
        document.titre = self._form.titre[:TITLE_WIDTH].encode("utf-8", "replace").decode()
        document.modification = platform.local_now()
        if self._form.modified:
            if self._flux.keeps_state(document.state):
                platform.journal.add(
                    Event.DOCUMENT_ACTION,
                    id_e=document.id_e,
                    caller=self._caller,
                    action=document.state,
                    message=_SAID,
                    id_d=document.id_d,
                    document_type=document.type,
                )
            else:
                refresh(platform, document, _STATE, _SAID, self._caller)
        follow(platform, document, self._flux, self._caller, consequences)


def follow(
    platform: PastellState, document: Document, flux: Flux, caller: User, consequences: Sequence[str]
) -> None:
    """Run the actions that a change brings about, until one fails. Raises: Failed, PeerError."""
    tolerant = not platform.profile.documents.strict_changes
    for action in consequences:
        try:
            going = run_onchange(Execution(platform, document, flux, action, caller))
        except (Failed, PeerError):
            if not tolerant:
                raise
            continue
        if not going and not tolerant:
            return


def defaults(made: Execution) -> None:
    """Write the default values of the tabs that show in a new document, and what follows from them."""
    form = made.form
    consequences: list[str] = []
    for field in list(form.visible()):
        given = field.props.get("default")
        if not given:
            continue
        today = made.platform.local_now()[:10]
        form.put(field.name, today if field.type == "date" and given == "now" else str(given))
        if field.onchange:
            consequences.append(field.onchange)
    form.save()
    follow(made.platform, made.document, made.flux, made.caller, consequences)
    made.form = made.fresh_form()
