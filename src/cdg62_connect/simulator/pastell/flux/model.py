"""What a flux is: pages of fields, actions with their rules, and when a page shows. Data only, nothing runs here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

Props: TypeAlias = Mapping[str, Any]
"""The properties of a field or of an action, named as Pastell's definitions name them."""
Page: TypeAlias = Mapping[str, Props]
Actions: TypeAlias = Mapping[str, Props]

THRESHOLD = 157_286_400
"""What an act and its annexes may weigh together, in bytes."""


def canonical(name: str) -> str:
    """The name of a field in ``data``: lower case, no accent, ``_`` for what is no letter nor digit."""
    decomposed = unicodedata.normalize("NFKD", name)
    return re.sub(r"\W", "_", "".join(one for one in decomposed if not unicodedata.combining(one))).lower()


@dataclass(frozen=True, slots=True)
class FieldOf:
    """One field of a form.

    Attributes:
        declared: its name in the definition.
        name: its name in ``data``.
        props: what the definition says of it.
    """

    declared: str
    name: str
    props: Props

    @property
    def libelle(self) -> str:
        """Its label; a field without one is shown under its name."""
        return str(self.props.get("name", self.declared))

    @property
    def type(self) -> str:
        """``text`` unless the definition says otherwise."""
        return str(self.props.get("type", "text"))

    @property
    def is_file(self) -> bool:
        """Whether it holds files."""
        return self.type == "file"

    @property
    def multiple(self) -> bool:
        """Whether it holds several files."""
        return bool(self.props.get("multiple"))

    @property
    def required(self) -> bool:
        """Whether the form is incomplete without it."""
        return bool(self.props.get("requis"))

    @property
    def indexed(self) -> bool:
        """Whether documents can be searched by it."""
        return bool(self.props.get("index"))

    @property
    def onchange(self) -> str:
        """The action that runs when it is written, or ``""``."""
        return str(self.props.get("onchange", ""))

    @property
    def shown_props(self) -> dict[str, Any]:
        """Its definition as the API gives it: a name is always there."""
        return dict(self.props) if "name" in self.props else {**self.props, "name": self.declared}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain, as the orientation looks at it: the box to tick and the state it starts by."""

    box: str
    first: str
    successes: tuple[str, ...]


@dataclass(frozen=True)
class Flux:
    """One kind of document.

    Attributes:
        id: its identifier.
        nom: its name.
        groupe: the heading under which it is listed.
        pages: the tabs of its form, in order.
        conditions: page → field → value: the page shows only while every field has that value.
        actions: its actions and states, in order.
        steps: the chain that ``orientation`` follows.
        since: first version of Pastell that has it.
        threshold: what all its files may weigh, in bytes; 0: no limit.
        threshold_fields: the fields that count.
        mappings: name → field, for the actions whose definition has no mapping of its own.
    """

    id: str
    nom: str
    groupe: str
    pages: Mapping[str, Page]
    actions: Actions
    conditions: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    steps: tuple[Step, ...] = ()
    since: tuple[int, ...] = (2, 0)
    threshold: int = 0
    threshold_fields: tuple[str, ...] = ()
    mappings: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def fields(self) -> Mapping[str, FieldOf]:
        """Every field by its name in ``data``; of two declarations the last one counts."""
        return {one.name: one for _, one in self._all()}

    @cached_property
    def declared(self) -> Mapping[str, Props]:
        """The definition of every field, as ``GET flux/{id}`` gives it."""
        return {one.declared: one.shown_props for _, one in self._all()}

    @cached_property
    def title(self) -> str:
        """The field whose value is the title of the document."""
        return next((one.name for one in self.fields.values() if one.props.get("title")), "")

    @cached_property
    def indexed(self) -> Mapping[str, FieldOf]:
        """The fields by which documents can be searched."""
        return {name: one for name, one in self.fields.items() if one.indexed}

    def page(self, name: str) -> tuple[FieldOf, ...]:
        """The fields of one tab."""
        return self._pages[name]

    def property(self, action: str, name: str, default: Any = None) -> Any:  # noqa: ANN401 - whatever it says
        """What the definition of an action says under that name."""
        return self.actions.get(action, {}).get(name, default)

    def automatic(self, state: str) -> str:
        """The action that the daemon runs once that state is reached, or ``""``."""
        return str(self.property(state, "action-automatique", ""))

    def editable(self, state: str) -> tuple[str, ...]:
        """The fields that may still be changed in that state."""
        return tuple(self.property(state, "editable-content", ()))

    def keeps_state(self, state: str) -> bool:
        """Whether a change of the form leaves that state as it is."""
        return bool(self.property(state, "modification-no-change-etat"))

    def libelle_of(self, action: str) -> str:
        """How a state is called; the action itself when its definition does not say."""
        return str(self.property(action, "name", action))

    def mapped(self, action: str, name: str) -> str:
        """The field or state that stands for ``name`` in that action."""
        mapping = self.property(action, "connecteur-type-mapping", {})
        return str(mapping.get(name, self.mappings.get(name, name)))

    def _all(self) -> Iterator[tuple[str, FieldOf]]:
        for page, fields in self._pages.items():
            for one in fields:
                yield page, one

    @cached_property
    def _pages(self) -> Mapping[str, tuple[FieldOf, ...]]:
        return {
            page: tuple(FieldOf(declared, canonical(declared), props) for declared, props in fields.items())
            for page, fields in self.pages.items()
        }
