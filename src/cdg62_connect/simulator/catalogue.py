"""Every refusal that the platforms make here: its name, its words, what brings it about, the test that shows it.

The page ``docs/simulateur.md`` prints it, and the tests hold it against the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cdg62_connect.simulator.faults import Plateforme

Moyen = Literal["demande", "panne", "scenario", "certificat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusSimule:
    """One refusal.

    Attributes:
        nom: its name, in the rules of faults too; unique on its platform.
        operations: those that can be refused so; ``("*",)``: all of them.
        dit: what the platform says, as a text or as a template of ``str.format``; what it does when it says
            nothing.
        cause: what brings it about, in French.
        moyen: how a test brings it about: by what it asks (``demande``), by an order to the platform
            (``panne``), by a ``scenario``, by the ``certificat`` that it presents.
        vu: the words were seen on a platform; they are imagined otherwise.
        prouve: it proves that nothing was done.
        commande: the effect ``refus`` of a fault can also bring it about.
    """

    nom: str
    operations: tuple[str, ...]
    dit: str
    cause: str
    moyen: Moyen = "demande"
    vu: bool = True
    prouve: bool = True
    commande: bool = True


EXEMPLES: Mapping[str, str] = {
    "limit": "157286400",
    "limite": "128",
    "id": "48211",
    "siren": "216209916",
    "adresse": "pas une adresse",
    "longueur": "2001",
    "name": "fichier.pdf",
    "mimetype": "text/plain",
    "dossier_id": "ads-01",
    "type": "URBANISME",
    "sous_type": "Inconnu",
    "valeur": "AUTRE",
    "nom": "commune",
    "code": "99_DE",
    "nature": "AI",
    "detail": "refusé pour les besoins du test",
    "matiere": "2.9",
    "operation": "Inconnue",
    "role": "INCONNU",
    "bureau": "Le Maire",
}
"""What stands in the place of what a refusal on demand has no value for."""


def refusals(plateforme: Plateforme) -> tuple[RefusSimule, ...]:
    """The catalogue of a platform."""
    from cdg62_connect.simulator.iparapheur import catalogue as iparapheur
    from cdg62_connect.simulator.s2low import catalogue as s2low

    return {"iparapheur": iparapheur.CATALOGUE, "s2low": s2low.CATALOGUE}.get(plateforme, ())


def on_demand(plateforme: Plateforme, operation: str) -> Mapping[str, RefusSimule]:
    """The refusals that a fault can bring about on an operation (``"*"``: on some operation), by name."""
    return {
        refusal.nom: refusal
        for refusal in refusals(plateforme)
        if refusal.commande and (operation == "*" or set(refusal.operations) & {"*", operation})
    }


def worded(refusal: RefusSimule) -> str:
    """The words of a refusal, with examples in the places left open."""
    return refusal.dit.format_map(EXEMPLES)
