"""Flux made in Pastell's studio: own fields, then steps taken from a library and put end to end.

The studio writes the definition by rules, which are applied here too: each step brings its pages and its actions;
the state that ends a step lets the fields of the later steps be changed, and leads to ``orientation``; of two steps
of one kind, fields, pages and actions are numbered ``_1``, ``_2``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cdg62_connect.simulator.pastell.flux.model import Actions, Flux, Page, Props
from cdg62_connect.simulator.pastell.flux.model import Step as ChainStep
from cdg62_connect.simulator.pastell.flux.parts import NO_ROLE, WARNING, internal, state

ORIENTATION = "orientation"
DRAFT = ("creation", "modification", "importation")


@dataclass(frozen=True, kw_only=True)
class StepKind:
    """One kind of step of the library.

    Attributes:
        type: its box is ``envoi_<type>``.
        pages: the tabs it brings.
        conditions: page → field → value that shows it.
        actions: its actions, the first one being the state by which it starts.
        roles: action → names of its mapping that stand for fields of the flux (``document``, ``objet``…).
        deletable: its states in which the document may be deleted.
        correctable: its error states in which the form may be changed.
        later: a field of this step that stays open to the end, or ``""``.
        on_annex: the action to run when the annexes change, or ``""``.
    """

    type: str
    pages: Mapping[str, Page] = field(default_factory=dict[str, Page])
    conditions: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    actions: Actions = field(default_factory=dict[str, Props])
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    deletable: tuple[str, ...] = ()
    correctable: tuple[str, ...] = ()
    later: str = ""
    on_annex: str = ""

    @property
    def box(self) -> str:
        """The field to tick."""
        return f"envoi_{self.type}"

    @property
    def successes(self) -> tuple[str, ...]:
        """The states that end it."""
        return tuple(
            name for name, props in self.actions.items() if props.get("action-automatique") == ORIENTATION
        )


@dataclass(frozen=True, slots=True)
class StepUse:
    """A step as one flux uses it: its label, and whether it can be left out."""

    kind: StepKind
    libelle: str
    required: bool = False


def compose(
    id: str,
    nom: str,
    *,
    groupe: str,
    own: Page,
    uses: Sequence[StepUse],
    roles: Mapping[str, str],
    page: str = "onglet1",
    since: tuple[int, ...] = (3, 1),
    threshold_fields: tuple[str, ...] = (),
    threshold: int = 0,
) -> Flux:
    """The flux of these own fields and steps. ``roles`` tells which field is the ``document``, the ``objet``…"""
    uses = numbered(uses)
    annex = roles.get("autre_document_attache", "")
    watcher = next((use.kind.on_annex for use in uses if use.kind.on_annex), "")
    own = {name: _watched(props, watcher) if name == annex else props for name, props in own.items()}
    pages: dict[str, Page] = {page: own, "Cheminement": {use.kind.box: _box(use) for use in uses}}
    conditions: dict[str, Mapping[str, object]] = {}
    for use in uses:
        for name, fields in use.kind.pages.items():
            pages[name] = {key: props for key, props in fields.items() if key not in own}
        conditions.update(use.kind.conditions)
    return Flux(
        id=id,
        nom=nom,
        groupe=groupe,
        pages=pages,
        conditions=conditions,
        actions=_actions([use.kind for use in uses], roles),
        steps=tuple(
            ChainStep(use.kind.box, next(iter(use.kind.actions)), use.kind.successes) for use in uses
        ),
        since=since,
        threshold=threshold,
        threshold_fields=threshold_fields,
        mappings=dict(roles),
    )


def _box(use: StepUse) -> Props:
    return {
        "name": use.libelle,
        "type": "checkbox",
        "onchange": "cheminement-change",
        "default": "checked" if use.required else "",
        "read-only": use.required,
    }


def _watched(props: Props, watcher: str) -> Props:
    return {**props, "onchange": watcher} if watcher else props


def _actions(kinds: Sequence[StepKind], roles: Mapping[str, str]) -> Actions:
    actions: dict[str, dict[str, Any]] = {
        "creation": {"name-action": "Créer", "name": "Créé", "rule": {"no-last-action": ""}},
        "modification": {
            "name-action": "Modifier",
            "name": "En cours de rédaction",
            "rule": {"last-action": _modifiable(kinds)},
        },
        "supression": {
            "name-action": "Supprimer",
            "name": "Supprimé",
            "rule": {
                "last-action": [
                    *DRAFT,
                    "termine",
                    "fatal-error",
                    *(name for kind in kinds for name in kind.deletable),
                ]
            },
            "action-class": "Supprimer",
            "warning": WARNING,
        },
        "importation": dict(state("Importation du document", action_automatique=ORIENTATION)),
        ORIENTATION: {
            "name": "Envoi du document",
            "name-action": "Envoyer le document",
            "rule": {
                "last-action": [*DRAFT, *(name for kind in kinds for name in kind.successes)],
                "document_is_valide": True,
            },
            "action-class": "OrientationTypeDossierPersonnalise",
        },
        "termine": dict(state("Traitement terminé")),
        "reouverture": {
            "name": "Rouvrir le dossier",
            "rule": {"last-action": ["termine"]},
            "action-class": "Reopen",
        },
        # The stray comma is Pastell's: the rule forbids it to everyone all the same.
        "cheminement-change": {
            **internal("CheminementChangeTypeDossierPersonnalise"),
            "rule": {"role_id_e": "no-role,"},
        },
    }
    for rank, kind in enumerate(kinds):
        for name, props in kind.actions.items():
            actions[name] = {**props, **_mapping(kind, name, props, roles)}
            if rank + 1 < len(kinds) and name in kind.successes:
                actions[name]["editable-content"] = _open_after(kinds[rank + 1 :])
                actions[name]["modification-no-change-etat"] = True
    for kind in kinds:
        if kind.later:
            for name in _states_after(kinds, kind):
                known = actions[name].get("editable-content", [])
                actions[name]["editable-content"] = [*known, kind.later]
                actions[name]["modification-no-change-etat"] = True
    return actions


def _mapping(kind: StepKind, name: str, props: Props, roles: Mapping[str, str]) -> Props:
    asked = {role: roles[role] for role in kind.roles.get(name, ()) if role in roles}
    known = props.get("connecteur-type-mapping", {})
    return {"connecteur-type-mapping": {**known, **asked}} if known or asked else {}


def _modifiable(kinds: Sequence[StepKind]) -> list[str]:
    successes = [name for kind in kinds[:-1] for name in kind.successes]
    found = [*DRAFT, *successes]
    for kind in kinds:
        found += kind.correctable
        if kind.later:
            found += _states_after(kinds, kind)
    return found


def _states_after(kinds: Sequence[StepKind], kind: StepKind) -> list[str]:
    after = [name for one in kinds[kinds.index(kind) :] for name in one.successes]
    return [*after, "termine"]


def _open_after(kinds: Sequence[StepKind]) -> list[str]:
    boxes = [kind.box for kind in kinds]
    fields = [
        name
        for kind in kinds
        for page in kind.pages.values()
        for name, props in page.items()
        if not props.get("read-only")
    ]
    return [*boxes, *fields]


# -- two steps of one kind ---------------------------------------------------------------------------------


def numbered(uses: Sequence[StepUse]) -> list[StepUse]:
    """The same steps; those that occur several times are numbered from 1."""
    types = [use.kind.type for use in uses]
    seen: dict[str, int] = {}
    found: list[StepUse] = []
    for use in uses:
        kind = use.kind
        if types.count(kind.type) > 1:
            seen[kind.type] = seen.get(kind.type, 0) + 1
            use = replace(use, kind=_suffixed(kind, seen[kind.type]))
        found.append(use)
    return found


def _suffixed(kind: StepKind, number: int) -> StepKind:
    fields = {name for page in kind.pages.values() for name in page} | {kind.box}

    def renamed(name: str) -> str:
        return f"{name}_{number}" if name in fields or name in kind.actions else name

    return StepKind(
        type=f"{kind.type}_{number}",
        pages={
            f"{page} #{number}": {renamed(name): _through(props, renamed) for name, props in content.items()}
            for page, content in kind.pages.items()
        },
        conditions={
            f"{page} #{number}": {renamed(name): value for name, value in condition.items()}
            for page, condition in kind.conditions.items()
        },
        actions={
            renamed(name): {**_through(props, renamed), "num-same-connecteur": str(number - 1)}
            for name, props in kind.actions.items()
        },
        roles={renamed(name): asked for name, asked in kind.roles.items()},
        deletable=tuple(renamed(name) for name in kind.deletable),
        correctable=tuple(renamed(name) for name in kind.correctable),
        later=renamed(kind.later) if kind.later else "",
        on_annex=renamed(kind.on_annex) if kind.on_annex else "",
    )


def _through(props: Props, renamed: Callable[[str], str]) -> dict[str, Any]:
    found = dict(props)
    for key in ("action-automatique", "onchange", "choice-action", "is_equal"):
        if key in found:
            found[key] = renamed(found[key])
    if "editable-content" in found:
        found["editable-content"] = [renamed(name) for name in found["editable-content"]]
    if "connecteur-type-mapping" in found:
        mapping: Mapping[str, str] = found["connecteur-type-mapping"]
        found["connecteur-type-mapping"] = {key: renamed(value) for key, value in mapping.items()}
    if "rule" in found and found["rule"] is not NO_ROLE:
        rule: Mapping[str, Any] = found["rule"]
        found["rule"] = {
            key: [renamed(name) for name in value] if isinstance(value, list) else value
            for key, value in rule.items()
        }
    return found
