"""The unique identifier that @ctes gives to an act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats.natures import Nature

_DEPARTEMENT = re.compile(r"[09][0-9][0-9AB]")
_SIREN = re.compile(r"[0-9]{9}")
_NUMERO = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_ -]{0,13}[A-Za-z0-9])?")
_SHAPE = re.compile(
    r"(?P<departement>[^-]{3})-(?P<siren>[^-]{9})-(?P<date>[0-9]{8})-(?P<numero>.{1,15})-(?P<nature>[A-Z]{2})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActeId:
    """An act's identifier, ``062-216204800-20250403-2025CM26-DE`` (@ctes 1.1, attribute IDActe).

    ``numero`` may itself hold hyphens, underscores or spaces: @ctes allows more than S2LOW does.

    Raises:
        InvalidInput: a part has not the form that @ctes gives it. The SIREN's control digit is not checked
            here (test authorities have none): see :func:`~cdg62_connect.formats.check_siren`.
    """

    departement: str
    siren: str
    date: date
    numero: str
    nature: Nature

    def __post_init__(self) -> None:
        for name, pattern, value in (
            ("département", _DEPARTEMENT, self.departement),
            ("SIREN", _SIREN, self.siren),
            ("numéro", _NUMERO, self.numero),
        ):
            if not pattern.fullmatch(value):
                raise InvalidInput(f"Identifiant d'acte : {name} « {value} » mal formé.")

    @classmethod
    def parse(cls, text: str) -> ActeId:
        """Read an identifier, from both ends since the number may hold hyphens.

        Raises:
            InvalidInput: not an identifier of an act, or its date does not exist.
        """
        read = _SHAPE.fullmatch(text.strip())
        if read is None:
            raise InvalidInput(
                f"« {text.strip()[:60]} » n'est pas un identifiant d'acte. "
                "Attendu : département-SIREN-date-numéro-nature, "
                "par exemple 062-216204800-20250403-2025CM26-DE."
            )
        digits = read["date"]
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            raise InvalidInput(f"Identifiant d'acte : la date « {digits} » n'existe pas.") from None
        return cls(
            departement=read["departement"],
            siren=read["siren"],
            date=day,
            numero=read["numero"],
            nature=Nature.of_abrege(read["nature"]),
        )

    def __str__(self) -> str:
        day = self.date.isoformat().replace("-", "")
        return f"{self.departement}-{self.siren}-{day}-{self.numero}-{self.nature.abrege}"
