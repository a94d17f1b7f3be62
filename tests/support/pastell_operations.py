"""What the client of Pastell does on each generation, as the contract tests see it, and the page that tells it."""

from __future__ import annotations

import functools
import inspect
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import HttpSession, pastell
from cdg62_connect.pastell import NotInThisVersion, Pastell, Remplissage
from cdg62_connect.simulator.pastell import PROFILES, PastellState

PAGE = Path(__file__).parents[2] / "docs" / "pastell-versions.md"
COMMAND = "python docs/_outils/versions_pastell.py"

WORKS, REFUSED, UNSEEN = "oui", "non", "pas essayé"

WRITING = pytest.StashKey[bool]()
"""The page is being written: nothing is compared with it."""

Given = Mapping[str, Any]

VARIANTS: dict[str, dict[str, Callable[[Given], bool]]] = {
    "pastell.associations.creer": {"rang=…": lambda given: bool(given["rang"])},
    "pastell.connecteurs.creer": {"global_=True": lambda given: given["global_"]},
    "pastell.documents.lister": {
        "Recherche(jamais=…)": lambda given: (
            given["recherche"] is not None and bool(given["recherche"].jamais)
        )
    },
    "pastell.entites.lister": {"actives=…": lambda given: given["actives"] is not None},
    "pastell.utilisateurs.creer": {
        "est_api=True": lambda given: given["est_api"],
        "certificat=…": lambda given: given["certificat"] is not None,
        "sans mot_de_passe": lambda given: given["mot_de_passe"] is None,
    },
    "pastell.utilisateurs.lister": {"descendance=True": lambda given: given["descendance"]},
}
"""What an operation may be given that not every version takes: a row of its own each."""


def resources() -> dict[str, type]:
    """Every object of the client that has operations, by the name under which a program reaches it."""
    with HttpSession("http://127.0.0.1:9", platform="pastell") as nowhere:
        return dict([*_reached("pastell", Pastell(nowhere)), ("Remplissage(pastell)", Remplissage)])


def public_resources() -> set[type]:
    """The public classes that have operations: what is neither data, nor an error, nor a choice."""
    found = {one for name in pastell.__all__ if inspect.isclass(one := getattr(pastell, name))}
    return {one for one in found if not (is_dataclass(one) or issubclass(one, Exception | Enum))}


def rows(resource: str) -> list[str]:
    """The rows of a resource: its public methods and properties, in the order of the code."""
    found: list[str] = []
    for name, member in _operations(resources()[resource]).items():
        operation = f"{resource}.{name}"
        found.append(operation if isinstance(member, property) else f"{operation}()")
        found += [f"{operation}({variant})" for variant in VARIANTS.get(operation, {})]
    return found


class Seen:
    """What became of each operation on each generation, as long as it watches."""

    def __init__(self, platform: PastellState, calls: Callable[[], int]) -> None:
        self.cells: dict[tuple[str, str], str] = {}
        self._platform = platform
        self._calls = calls
        self._inside = threading.local()

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Look at every call that a program makes; those that the client makes to itself are its own business."""
        for resource, cls in resources().items():
            for name, member in _operations(cls).items():
                patch.setattr(cls, name, self._watched(f"{resource}.{name}", member))

    def missing(self, resource: str) -> list[str]:
        """The operations of a resource that nobody tried on the present generation."""
        name = self._platform.profile.name
        return [row for row in rows(resource) if (row, name) not in self.cells]

    def compare(self) -> None:
        """Pass when the page says what was seen."""
        page = told()
        wrong = {cell: what for cell, what in self.cells.items() if page.get(cell) != what}
        assert not wrong, f"docs/pastell-versions.md dit autre chose : lancez {COMMAND}. {wrong}"

    def _watched(self, operation: str, member: Any) -> Any:
        if isinstance(member, property):
            return property(self._around(operation, member.fget, lambda *_given, **_named: operation))
        signature = inspect.signature(member)

        def row(*given: Any, **named: Any) -> str:
            bound = signature.bind(*given, **named)
            bound.apply_defaults()
            variants = VARIANTS.get(operation, {}).items()
            return f"{operation}({next((name for name, used in variants if used(bound.arguments)), '')})"

        return functools.wraps(member)(self._around(operation, member, row))

    def _around(self, operation: str, work: Any, row: Callable[..., str]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if getattr(self._inside, "depth", 0):
                return work(*given, **named)
            generation, before = self._platform.profile.name, self._calls()
            self._inside.depth = 1
            try:
                result = work(*given, **named)
            except NotInThisVersion:
                assert self._calls() == before, f"{operation} is refused after something was sent"
                self._say(row(*given, **named), generation, REFUSED)
                raise
            finally:
                self._inside.depth = 0
            if isinstance(result, Iterator):
                return self._consumed(result, row(*given, **named), generation)
            self._say(row(*given, **named), generation, WORKS)
            return result

        return call

    def _consumed(self, result: Iterator[Any], row: str, generation: str) -> Iterator[Any]:
        """A list that is read as it is asked for works once it has been."""
        for one in result:
            self._say(row, generation, WORKS)
            yield one
        self._say(row, generation, WORKS)

    def _say(self, row: str, generation: str, what: str) -> None:
        before = self.cells.setdefault((row, generation), what)
        assert before == what, f"{row} works and is refused on {generation}: what tells the two is a variant"


def page(cells: Mapping[tuple[str, str], str]) -> str:
    """The page that tells these cells."""
    return _HEAD + "".join(f"\n## `{resource}`\n\n{_table(resource, cells)}" for resource in resources())


def told() -> dict[tuple[str, str], str]:
    """The cells that the page tells now."""
    cells: dict[tuple[str, str], str] = {}
    for row, values in re.findall(r"^\| `(.+?)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE):
        cells |= {(row, name): value for name, value in zip(PROFILES, values.split(" | "), strict=True)}
    return cells


def _table(resource: str, cells: Mapping[tuple[str, str], str]) -> str:
    lines = ["| | " + " | ".join(PROFILES) + " |", "|---|" + ":-:|" * len(PROFILES)]
    for row in rows(resource):
        values = " | ".join(cells.get((row, name), UNSEEN) for name in PROFILES)
        lines.append(f"| `{row}` | {values} |")
    return "\n".join(lines) + "\n"


def _reached(name: str, one: object) -> Iterator[tuple[str, type]]:
    yield name, type(one)
    for attribute, held in vars(one).items():
        if not attribute.startswith("_") and type(held) in public_resources():
            yield from _reached(f"{name}.{attribute}", held)


def _operations(cls: type) -> dict[str, Any]:
    """The public methods and properties of a class, those it inherits first."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__[:-1]):
        for name, member in vars(base).items():
            if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                found[name] = member
    return found


_HEAD = f"""\
# Pastell selon la version

<!-- Page écrite par `{COMMAND}` : ne la corrigez pas à la main. -->

Chaque opération du [client de Pastell](pastell.md) est essayée par HTTP contre le Pastell simulé, une fois par version
imitée. Cette page est écrite d'après ces essais, et un essai qui la dément échoue.

Versions imitées, avec le numéro qu'elles annoncent :
{", ".join(f"{one.name} ({one.version})" for one in PROFILES.values())}.

- **{WORKS}** : l'opération a abouti.
- **{REFUSED}** : le client l'a refusée avant tout envoi, par `NotInThisVersion` : cette version ne sait pas le faire.

Une opération dont un seul paramètre dépend de la version a une ligne pour ce paramètre. Une ligne où tout est « non »
est plus récente que les versions imitées : les utilisateurs des entités filles datent de la 6.0 ; renouveler ou
supprimer le jeton d'un autre, des 4.1.18 et 5.0.4.

Le simulateur tient les versions 2.0, 3.1, 4.1 et 5.0 de la documentation de Pastell et de son code publié, et la 4.0
d'échanges enregistrés : voir [Conformité du Pastell simulé](pastell-conformite.md).
"""
