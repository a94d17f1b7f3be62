"""The rules of actions: whether a person may call one now, and if not, which rule forbids it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.form import same

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.document import Document
    from cdg62_connect.simulator.pastell.form import Form
    from cdg62_connect.simulator.pastell.platform import PastellState

FATAL_ERROR = "fatal-error"
"""Never in a list, always allowed to who may change the document."""
ROLE = "editeur"
"""The role of an entity on the documents it made."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at: a document, its form, who asks."""

    platform: PastellState
    document: Document
    form: Form
    caller: User

    def possible(self) -> list[str]:
        """The actions that may be called now, in the order of the definition."""
        return [name for name in self.form.flux.actions if not self.forbidden(name)]

    def forbidden(self, action: str) -> str:
        """Why an action may not be called; ``""`` when it may."""
        if action == FATAL_ERROR:
            return "" if self._may(f"{self.document.type}:edition") else "droit_id_u n'est pas vérifiée"
        rule: Mapping[str, Any] = self.form.flux.property(action, "rule", {})
        for name, value in rule.items():
            if not self._holds(name, value):
                if name == "last-action":
                    state = self.document.state
                    return f"Le dernier état du document ({state}) ne permet pas de déclencher cette action"
                return f"{name} n'est pas vérifiée"
        return ""

    def _holds(self, name: str, value: Any) -> bool:  # noqa: ANN401 - a rule is whatever a definition holds
        if name.startswith("and"):
            return all(self._holds(inner, one) for inner, one in value.items())
        if name.startswith("or"):
            return any(self._holds(inner, one) for inner, one in value.items())
        if name.startswith("no_"):
            return not any(self._holds(inner, one) for inner, one in value.items())
        if isinstance(value, list):
            wanted: list[object] = value
            return any(self._holds(name, one) for one in wanted)
        match name:
            case "no-last-action":
                return not self.document.state
            case "last-action":
                return self.document.state == value
            case "has-action":
                return self.document.went_through(value)
            case "no-action":
                return not self.document.went_through(value)
            case "role_id_e":
                return value == ROLE
            case "droit_id_u":
                return self._may(value)
            case "content":
                return all(same(self.form.get(field), wanted) for field, wanted in value.items())
            case "type_id_e":
                entity = self.platform.entities.get(self.document.id_e)
                return entity is not None and entity.type == value
            case "document_is_valide":
                return not self.form.complaint()
            case _:
                return False

    def _may(self, right: str) -> bool:
        return self.platform.rights.has(self.caller, self.document.id_e, right)
