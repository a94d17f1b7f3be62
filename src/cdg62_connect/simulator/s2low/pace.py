"""At what pace things move by themselves: one step of pace for each status that is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, cast

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.rythme import Pas

SEEN_ONCE = Pas.regards(1)
AT_ONCE = Pas.immediat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allure:
    """The steps of a pace, by name. ``apart``: those that one step « for all » leaves as they are."""

    apart: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def uniforme(cls, pas: Pas) -> Self:
        """The same pace for every step."""
        return cls(**cast("dict[str, Any]", {name: pas for name in _names(cls) if name not in cls.apart}))

    @classmethod
    def of(cls, data: object) -> Self:
        """Read a pace written as JSON: one step for all (``{"apres_s": 60}``), or an object of several.

        Raises:
            InvalidInput: a step is not understood, or has another name.
        """
        names = _names(cls)
        if isinstance(data, Mapping) and set(names) & set(cast("Mapping[str, object]", data)):
            steps = cast("Mapping[str, object]", data)
            unknown = sorted(set(steps) - set(names))
            if unknown:
                raise InvalidInput(f"Rythme de S2LOW : étape inconnue « {unknown[0]} ».")
            return cls(**cast("dict[str, Any]", {name: Pas.of(step) for name, step in steps.items()}))
        return cls.uniforme(Pas.of(data))

    def as_json(self) -> dict[str, object]:
        """The JSON object that :meth:`of` reads."""
        return {name: cast("Pas", getattr(self, name)).as_json() for name in _names(type(self))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rythme(Allure):
    """The pace of an acte, of a reply, of a cancellation: leaving status 1 (analysis), 2 (transmission), 3.

    ``accuse``: a letter of the préfecture leaves 7, once S2LOW has acknowledged it. By default each status of an
    acte is seen once before the next one, and a letter is acknowledged at once.
    """

    apart: ClassVar[tuple[str, ...]] = ("accuse",)

    analyse: Pas = SEEN_ONCE
    transmission: Pas = SEEN_ONCE
    acquittement: Pas = SEEN_ONCE
    accuse: Pas = AT_ONCE

    def leaving(self, statut: int) -> Pas:
        """The pace out of a status 1, 2, 3 or 7."""
        return {1: self.analyse, 2: self.transmission, 3: self.acquittement, 7: self.accuse}[statut]


def _names(cls: type[Allure]) -> list[str]:
    return [field.name for field in fields(cls)]
