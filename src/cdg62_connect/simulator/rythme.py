"""How a state that changes by itself changes: at once, after some looks, after a while, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from cdg62_connect.errors import InvalidInput

Sorte = Literal["immediat", "regards", "delai", "main"]


@dataclass(frozen=True, slots=True)
class Pas:
    """What makes a thing leave the state it is in.

    Build it with :meth:`immediat`, :meth:`regards`, :meth:`delai` or :meth:`a_la_main`. In JSON:
    ``"immediat"``, ``"main"``, ``{"apres_regards": 2}``, ``{"apres_s": 60}``.
    """

    sorte: Sorte
    valeur: float = 0

    @classmethod
    def immediat(cls) -> Pas:
        """It changes at once."""
        return cls("immediat")

    @classmethod
    def regards(cls, nombre: int) -> Pas:
        """It is seen ``nombre`` times as it is; the next look finds it changed."""
        return cls("regards", nombre)

    @classmethod
    def delai(cls, delai: timedelta | float) -> Pas:
        """It changes after that time (seconds when a number) on the simulated clock."""
        return cls("delai", delai.total_seconds() if isinstance(delai, timedelta) else delai)

    @classmethod
    def a_la_main(cls) -> Pas:
        """It changes only when somebody makes it change."""
        return cls("main")

    @classmethod
    def of(cls, data: object) -> Pas:
        """Read a step written as JSON.

        Raises:
            InvalidInput: it is none of the four forms.
        """
        if data == "immediat":
            return cls.immediat()
        if data == "main":
            return cls.a_la_main()
        if isinstance(data, Mapping):
            form = cast("Mapping[str, object]", data)
            match dict(form):
                case {"apres_regards": int(nombre), **rest} if nombre >= 1 and not rest:
                    return cls.regards(nombre)
                case {"apres_s": int() | float() as seconds, **rest} if seconds >= 0 and not rest:
                    return cls.delai(seconds)
                case _:
                    pass
        raise InvalidInput(
            f'Rythme : {data!r} n\'est pas compris. Formes possibles : "immediat", "main", '
            '{"apres_regards": 2}, {"apres_s": 60}.'
        )

    def as_json(self) -> object:
        """The JSON form that :meth:`of` reads."""
        if self.sorte == "regards":
            return {"apres_regards": int(self.valeur)}
        if self.sorte == "delai":
            return {"apres_s": self.valeur}
        return self.sorte

    def due(self, *, since: datetime, looks: int | None, now: datetime) -> datetime | None:
        """When the change took place, or ``None`` when it has not.

        Args:
            since: when the present state began.
            looks: how many times it was looked at since then, when somebody looks now; ``None`` otherwise.
            now: the present moment.
        """
        match self.sorte:
            case "immediat":
                return since
            case "regards":
                return now if looks is not None and looks >= self.valeur else None
            case "delai":
                moment = since + timedelta(seconds=self.valeur)
                return moment if moment <= now else None
            case "main":
                return None
