"""Finding on S2LOW the acte that may have been created: by its number, in every status there is."""

from __future__ import annotations

from collections.abc import Callable
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
_OVERLAP = 10
"""Pages overlap: an acte that leaves its status while we turn the page moves the others up by one."""

_PAGES = 200
"""More pages in one status: a person looks for it quicker than we do."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The transaction that has the number, and in what it differs from the plan; ``None``: nobody has it."""

    transaction: int | None
    differs: tuple[str, ...] = ()


def search_acte(s2low: S2low, plan: ActePlan, *, classification: Classification) -> Verdict:
    """Look for ``plan.numero``, status by status, newest first."""
    for status in _STATUSES:
        listed = find_in_status(s2low, status, lambda acte: acte.number == plan.numero)
        if listed is not None:
            return Verdict(transaction=listed.id, differs=_differences(listed, plan, classification))
    return Verdict(transaction=None)


def find_in_status(s2low: S2low, status: int, wanted: Callable[[ListedActe], bool]) -> ListedActe | None:
    """The first acte of a status that is ``wanted``; messages and cancellations are passed over.

    Raises:
        UnreadableAnswer: there is no end to the list.
    """
    offset = 0
    for _ in range(_PAGES):
        page = s2low.actes.lister(status, offset=offset, limit=_PAGE)
        found = next((acte for acte in page.transactions if acte.type in ("", "1") and wanted(acte)), None)
        if found is not None or not page.transactions:
            return found
        # What came, not what was asked for, says how far to go: a platform may cap its pages.
        offset += max(1, len(page.transactions) - _OVERLAP)
        if len(page.transactions) <= _OVERLAP and offset > _OVERLAP:
            return None
    raise UnreadableAnswer(
        f"La liste des actes au statut {status} ne finit pas : la recherche s'arrête.",
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
