"""How many documents are in each state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdg62_connect.pastell.answers import unusable
from cdg62_connect.pastell.fiche import Fiche, entries, integer_of
from cdg62_connect.pastell.horaire import Horaire
from cdg62_connect.transport import Answer


@dataclass(frozen=True, slots=True)
class Compte:
    """The documents of one entity.

    Attributes:
        entite: its id.
        denomination: its name.
        etats: for each type, how many documents each state holds; a type without document is empty.
        autres: what else is said of the entity, as it came.
    """

    entite: str
    denomination: str
    etats: Mapping[str, Mapping[str, int]]
    autres: Mapping[str, object] = field(repr=False)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(sum(states.values()) for states in self.etats.values())


def read_counts(answer: Answer, value: object, horaire: Horaire) -> Mapping[str, Compte]:
    """The counts of a whole answer, by entity.

    Raises:
        UnreadableAnswer: it is not made of counts.
    """
    found: dict[str, Compte] = {}
    for key, held in entries(answer, value, what="comptes"):
        fiche = Fiche(answer, held, horaire, what="compte")
        info = fiche.fiche("info")
        entite = info.texte("id_e") or key
        found[entite] = Compte(
            entite=entite,
            denomination=info.texte("denomination"),
            etats={
                flux: _states(answer, Fiche(answer, states, horaire, what=flux))
                for flux, states in fiche.fiche("flux").items()
            },
            autres=info.autres({"id_e", "denomination"}),
        )
    return found


def _states(answer: Answer, fiche: Fiche) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for state, held in fiche.items():
        count = integer_of(held)
        if count is None or count < 0:
            raise unusable(answer, f"Le compte de l'état {state!a} n'est pas un nombre.")
        found[state] = count
    return found
