"""Finding on S2LOW the acte that may have been created: by its number, in every status there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdg62_connect.errors import UnreadableAnswer
from cdg62_connect.formats import Nature, same_label

if TYPE_CHECKING:
    from cdg62_connect.formats import Classification
    from cdg62_connect.journey.acte_plan import ActePlan
    from cdg62_connect.s2low import ListedActe, S2low

_STATUSES = (17, 18, 1, 2, 3, 4, 5, 6, 9, 10, 11, 19, 20, 12, 15, 13, 14, 16, 22, 0, -1)
"""In the order in which an acte goes through them, so that one that moves while we look is not missed."""

_PAGE = 100
_STRIDE = 90
"""Pages overlap: an acte that leaves its status while we turn the page moves the others up by one."""

_PAGES = 200
"""More than 18 000 actes in one status: a person looks for it quicker than we do."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The transaction that has the number, and in what it differs from the plan; ``None``: nobody has it."""

    transaction: int | None
    differs: tuple[str, ...] = ()


def search_acte(s2low: S2low, plan: ActePlan, *, classification: Classification) -> Verdict:
    """Look for ``plan.numero``, status by status, newest first."""
    for status in _STATUSES:
        listed = _in_status(s2low, status, plan.numero)
        if listed is not None:
            return Verdict(transaction=listed.id, differs=_differences(listed, plan, classification))
    return Verdict(transaction=None)


def _in_status(s2low: S2low, status: int, numero: str) -> ListedActe | None:
    for page in range(_PAGES):
        actes = s2low.actes.lister(status, offset=page * _STRIDE, limit=_PAGE).transactions
        found = next((acte for acte in actes if acte.number == numero and acte.type in ("", "1")), None)
        if found is not None or len(actes) < _PAGE:
            return found
    raise UnreadableAnswer(
        f"Plus de {_STRIDE * _PAGES} actes au statut {status} : la recherche du numéro {numero} s'arrête.",
        platform="s2low",
        operation="list_actes",
        advice="Cherchez l'acte sur S2LOW, puis adoptez-le.",
    )


def _differences(listed: ListedActe, plan: ActePlan, classification: Classification) -> tuple[str, ...]:
    nature = Nature.of_code(plan.nature)
    entry = classification.natures.get(plan.nature)
    labels = [nature.libelle, *([entry.libelle] if entry else [])]
    checks = {
        "la date": str(listed.date)[:10] == plan.date.isoformat(),
        "l'objet": same_label(listed.subject, plan.objet),
        "la nature": any(same_label(listed.nature_descr, label) for label in labels),
        "la matière": listed.classification == ".".join(map(str, plan.matiere)),
    }
    return tuple(what for what, same in checks.items() if not same)
