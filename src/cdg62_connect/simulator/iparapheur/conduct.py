"""How the desks behave by themselves: when they act, and whether they sign or refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.iparapheur.circuits import Acte, Etape
from cdg62_connect.simulator.rythme import Pas

ACTES = {
    "visa": Acte.VISA,
    "signature": Acte.SIGNATURE,
    "cachet": Acte.CACHET,
    "externe": Acte.SIGNATURE_EXTERNE,
    "mail": Acte.MAIL_SECURISE,
    "tdt": Acte.TDT,
    "avis": Acte.AVIS,
}
"""What a desk does, by the words of the admin desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regle:
    """What happens at the steps it matches.

    Attributes:
        quand: when the desk acts, counted from the moment the dossier reaches it; a look is a
            GetHistoDossier of this dossier.
        sous_type: only for this sous-type.
        titre_contient: only for the dossiers with this in their title.
        etape: only at steps of this sort.
        refuser: refuse, with this reason, instead of giving a visa or signing.
    """

    quand: Pas
    sous_type: str | None = None
    titre_contient: str | None = None
    etape: Acte | None = None
    refuser: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, object]) -> Regle:
        """Read a rule written as JSON: the attributes by their names, ``etape`` as visa, signature, cachet,
        externe, mail, tdt or avis.

        Raises:
            InvalidInput: an unknown field, a value of the wrong sort, a missing ``quand``.
        """
        fields = dict(data)
        if "quand" not in fields:
            raise InvalidInput("Rythme : une règle doit dire « quand ».")
        quand = Pas.of(fields.pop("quand"))
        texts: dict[str, str | None] = {}
        for name in ("sous_type", "titre_contient", "etape", "refuser"):
            value = fields.pop(name, None)
            if value is not None and not isinstance(value, str):
                raise InvalidInput(f"Rythme : « {name} » doit être un texte.")
            texts[name] = value
        if fields:
            raise InvalidInput(f"Rythme : champ inconnu « {', '.join(fields)} ».")
        etape = texts["etape"]
        if etape is not None and etape not in ACTES:
            raise InvalidInput(f"Rythme : « etape » vaut {', '.join(ACTES)}.")
        return cls(
            quand=quand,
            sous_type=texts["sous_type"],
            titre_contient=texts["titre_contient"],
            etape=ACTES[etape] if etape else None,
            refuser=texts["refuser"],
        )

    def as_json(self) -> dict[str, object]:
        """The JSON form that :meth:`of` reads."""
        etape = next((name for name, acte in ACTES.items() if acte is self.etape), None)
        given = {
            "sous_type": self.sous_type,
            "titre_contient": self.titre_contient,
            "etape": etape,
            "refuser": self.refuser,
        }
        return {
            "quand": self.quand.as_json(),
            **{name: text for name, text in given.items() if text is not None},
        }

    def matches(self, *, sous_type: str, titre: str, etape: Etape) -> bool:
        """Whether it speaks of this step of a dossier."""
        return (
            self.sous_type in (None, sous_type)
            and (self.titre_contient is None or self.titre_contient in titre)
            and self.etape in (None, etape.acte)
        )


@dataclass(frozen=True, slots=True)
class Rythme:
    """Rules, of which the first that matches a step counts. A step that none matches waits for a hand."""

    regles: tuple[Regle, ...] = field(default=())

    @classmethod
    def of(cls, data: object) -> Rythme:
        """Read a list of rules written as JSON; a lone ``quand`` (``"immediat"``…) applies to every step.

        Raises:
            InvalidInput: a rule is not understood.
        """
        if isinstance(data, Sequence) and not isinstance(data, str):
            rules = cast("Sequence[object]", data)
            if not all(isinstance(rule, Mapping) for rule in rules):
                raise InvalidInput("Rythme : chaque règle est un objet JSON.")
            return cls(tuple(Regle.of(cast("Mapping[str, object]", rule)) for rule in rules))
        return cls((Regle(quand=Pas.of(data)),))

    def as_json(self) -> list[dict[str, object]]:
        """The JSON form that :meth:`of` reads."""
        return [regle.as_json() for regle in self.regles]

    def regle(self, *, sous_type: str, titre: str, etape: Etape) -> Regle:
        """The rule that applies to a step."""
        for regle in self.regles:
            if regle.matches(sous_type=sous_type, titre=titre, etape=etape):
                return regle
        return Regle(quand=Pas.a_la_main())


A_LA_MAIN = Rythme()
"""Nothing happens by itself."""
