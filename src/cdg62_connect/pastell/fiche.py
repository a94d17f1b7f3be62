"""Reading a JSON object of Pastell: loose types in, plain values out.

Depending on the version an id is a number or a string, a flag ``true``, ``"1"`` or ``1``; PHP writes an empty map
as ``[]`` and a list with a hole as an object. Unknown fields are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import cast

from cdg62_connect.pastell.answers import unusable
from cdg62_connect.pastell.horaire import Horaire
from cdg62_connect.transport import Answer

Champs = Mapping[str, str | tuple[str, ...]]
"""The content of a form: a text, or the names of the files of a field."""

_INTEGER = re.compile(r"\s*(-?[0-9]{1,18})\s*")
_ID = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_TRUE = frozenset({"1", "true", "on", "yes", "oui", "checked"})
_FALSE = frozenset({"", "0", "false", "off", "no", "non"})


class Fiche:
    """A JSON object of an answer, whose fields are read by name and type.

    Raises:
        UnreadableAnswer, OutcomeUnknown: it is not an object (``[]`` is an empty one).
    """

    def __init__(self, answer: Answer, value: object, horaire: Horaire, *, what: str = "réponse") -> None:
        self._answer = answer
        self._horaire = horaire
        self._what = what
        if isinstance(value, dict):
            self._fields = {clean(name): held for name, held in cast("dict[str, object]", value).items()}
        elif value == []:
            self._fields = dict[str, object]()
        else:
            raise unusable(answer, f"Un élément de la réponse n'est pas un objet ({what}).")

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def value(self, name: str) -> object:
        """The field as it came, ``None`` when absent."""
        return self._fields.get(name)

    def fiche(self, name: str) -> Fiche:
        """An object within this one; an absent one is empty."""
        held = self._fields.get(name)
        return Fiche(self._answer, [] if held is None or held is False else held, self._horaire, what=name)

    def fiches(self, name: str) -> tuple[Fiche, ...]:
        """The objects of a list within this one; an absent one is empty."""
        held = self._fields.get(name)
        return tuple(
            Fiche(self._answer, one, self._horaire, what=name)
            for _, one in entries(self._answer, held, what=name)
        )

    def texte(self, name: str) -> str:
        """A text, ``""`` when absent."""
        return text_of(self._fields.get(name))

    def identifiant(self, name: str) -> str:
        """An id, that must be there, as a string.

        Raises:
            UnreadableAnswer, OutcomeUnknown: it is not.
        """
        held = self._fields.get(name)
        text = text_of(held)
        if isinstance(held, bool) or not _ID.fullmatch(text):
            raise unusable(
                self._answer, f"Un élément de la réponse n'a pas de « {name} » lisible ({self._what})."
            )
        return text

    def identifiant_libre(self, name: str) -> str:
        """A text, that must be there: an id that people have written.

        Raises:
            UnreadableAnswer, OutcomeUnknown: it is not.
        """
        held = self._fields.get(name)
        if not isinstance(held, str) or not held.strip():
            raise unusable(
                self._answer, f"Un élément de la réponse n'a pas de « {name} » lisible ({self._what})."
            )
        return clean(held)

    def entier(self, name: str) -> int | None:
        """An integer, given as a number or a string; ``None`` when absent or not one."""
        return integer_of(self._fields.get(name))

    def booleen(self, name: str) -> bool | None:
        """A flag, however this version writes it; ``None`` when absent or not one."""
        held = self._fields.get(name)
        return None if held is None else truth_of(text_of(held))

    def moment(self, name: str) -> datetime | None:
        """A moment in UTC; ``None`` when absent, not one, or before it happened."""
        return self._horaire.moment(self.texte(name))

    def moment_requis(self, name: str) -> datetime:
        """A moment that must be there.

        Raises:
            UnreadableAnswer, OutcomeUnknown: it is not.
        """
        found = self.moment(name)
        if found is None:
            raise unusable(
                self._answer, f"Un élément de la réponse n'a pas de date « {name} » ({self._what})."
            )
        return found

    def champs(self, name: str) -> tuple[Champs, Mapping[str, tuple[int, ...]]]:
        """The content of a form, and the ranks of the files of the fields where they are not 0, 1, 2…"""
        fields: dict[str, str | tuple[str, ...]] = {}
        ranks: dict[str, tuple[int, ...]] = {}
        for field, held in self.fiche(name)._fields.items():
            if not isinstance(held, list | dict):
                fields[field] = text_of(held)
                continue
            files = list(entries(self._answer, cast("object", held), what=field))
            fields[field] = tuple(text_of(file) for _, file in files)
            found = tuple(integer_of(key) for key, _ in files)
            if found != tuple(range(len(files))):
                ranks[field] = tuple(
                    position if rank is None else rank for position, rank in enumerate(found)
                )
        return fields, ranks

    def textes(self, name: str) -> tuple[str, ...]:
        """A list of texts; an absent one is empty."""
        return tuple(text_of(one) for _, one in entries(self._answer, self._fields.get(name), what=name))

    def autres(self, known: Collection[str]) -> Mapping[str, object]:
        """The fields that are not ``known``, as they came."""
        return {name: value for name, value in self._fields.items() if name not in known}

    def items(self) -> Iterator[tuple[str, object]]:
        """Its fields, in order."""
        return iter(self._fields.items())


def entries(answer: Answer, value: object, *, what: str) -> Iterator[tuple[str, object]]:
    """The entries of a PHP array, which comes as a list, or as an object when its keys are not 0, 1, 2…

    Raises:
        UnreadableAnswer, OutcomeUnknown: it is neither.
    """
    if value is None:
        return
    if isinstance(value, list):
        for position, one in enumerate(cast("list[object]", value)):
            yield str(position), one
    elif isinstance(value, dict):
        for key, one in cast("dict[str, object]", value).items():
            yield clean(key), one
    else:
        raise unusable(answer, f"La réponse n'est pas la liste attendue ({what}).")


def fiches(answer: Answer, value: object, horaire: Horaire, *, what: str = "liste") -> tuple[Fiche, ...]:
    """The objects of a whole answer that is a list.

    Raises:
        UnreadableAnswer, OutcomeUnknown: it is not a list of objects.
    """
    if value is None:
        raise unusable(answer, f"La réponse n'est pas la liste attendue ({what}).")
    return tuple(Fiche(answer, one, horaire, what=what) for _, one in entries(answer, value, what=what))


def clean(text: str) -> str:
    """``text`` without halves of surrogate pairs, which JSON may hold and nothing else can write."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text_of(value: object) -> str:
    """``value`` as Pastell's forms hold it: a true flag is ``"1"``, a false one ``""``."""
    if isinstance(value, str):
        return clean(value)
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def integer_of(value: object) -> int | None:
    """An integer given as a number or a string, ``None`` when it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _INTEGER.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, int):
        return value if abs(value) < 10**18 else None
    return int(found[1]) if found else None


def truth_of(text: str) -> bool | None:
    """What a flag says, ``None`` when ``text`` is not one."""
    folded = text.strip().lower()
    if folded in _TRUE:
        return True
    return False if folded in _FALSE else None
