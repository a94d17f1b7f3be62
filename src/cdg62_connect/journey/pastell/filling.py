"""Writing the plan into the document, then asking Pastell whether it is complete; the typologie comes last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from cdg62_connect.formats import Nature, same_label
from cdg62_connect.journey.pastell.forms import FORMS

if TYPE_CHECKING:
    from cdg62_connect.journey import events as ev
    from cdg62_connect.journey.pastell.plan import DocumentPlan
    from cdg62_connect.journey.state import PastellDocument
    from cdg62_connect.pastell import DocumentDetail, Pastell
    from cdg62_connect.settings import Authority
    from cdg62_connect.transport import Payload

_COMFORT = frozenset(
    {"has_date_limite", "date_limite", "annotation_publique", "annotation_privee", "document_papier"}
)
"""Fields that a flux may not have: what they say is lost to it, and nothing else."""


class Filler:
    """Fills one document; each call is checked against what came back.

    Args:
        payload: a stored document, as a handle.
    """

    def __init__(
        self,
        pastell: Pastell,
        document: PastellDocument,
        plan: DocumentPlan,
        *,
        authority: Authority,
        payload: Callable[[ev.StoredFile], Payload],
    ) -> None:
        self._pastell = pastell
        self._entite, self._id_d = document.entite, document.id_d
        self._plan = plan
        self._form = FORMS[plan.flux]
        self._authority = authority
        self._payload = payload

    def fill(self) -> str:
        """Write everything; what is missing or wrong by Pastell's own account, ``""`` when nothing is.

        Raises:
            FieldsNotKept, SavedThenRefused, PlatformError: something could not be written.
        """
        documents, plan = self._pastell.documents, self._plan
        known = self._pastell.flux.champs(plan.flux)
        champs = {name: text for name, text in plan.champs.items() if name in known or name not in _COMFORT}
        detail = documents.modifier(self._entite, self._id_d, champs).detail
        self._upload(detail, self._form.document, [plan.document])
        self._upload(detail, self._form.annexes, list(plan.annexes))
        if plan.visuel is not None and self._form.visuel in known:
            self._upload(detail, self._form.visuel, [plan.visuel])
        if plan.sous_type:
            sous_type = "iparapheur_sous_type"
            documents.choisir(self._entite, self._id_d, sous_type, [(sous_type, plan.sous_type)])
        if plan.nature:
            self._classify()
        checked = documents.modifier(self._entite, self._id_d, {})
        return "" if checked.complet else checked.message or "Pastell ne dit pas ce qui manque."

    def _upload(self, detail: DocumentDetail, champ: str, files: list[ev.StoredFile]) -> None:
        """Upload what is not there, in order: a file that is there under its rank and name is ours."""
        there = detail.fichiers(champ)
        for rang, file in enumerate(files):
            if rang < len(there) and there[rang] == file.nom and champ not in detail.rangs_de_fichiers:
                continue
            self._pastell.documents.deposer(
                self._entite, self._id_d, champ, self._payload(file), nom=file.nom, rang=rang
            )

    def _classify(self) -> None:
        documents, plan = self._pastell.documents, self._plan
        matiere = self._matiere(documents.choix(self._entite, self._id_d, "classification"))
        documents.modifier(self._entite, self._id_d, {"classification": matiere})
        offered = _map(documents.choix(self._entite, self._id_d, "type_piece")).get("actes_type_pj_list")
        nature, allowed = Nature.of_code(plan.nature), _map(offered)
        default = f"99_{nature.abrege}" if nature is not Nature.CONTRAT else "99_DC"
        types = [
            file.type_piece if file.type_piece in allowed else default
            for file in (plan.document, *plan.annexes)
        ]
        documents.choisir(self._entite, self._id_d, "type_piece", [("type_pj[]", code) for code in types])

    def _matiere(self, choices: object) -> str:
        """Two levels are national; a deeper one goes out only if its live label is the one confirmed."""
        live: dict[str, str] = {}
        for choice in _map(choices):
            code, _, label = choice.partition(" ")
            live[code] = label
        levels = self._plan.matiere.split(".")
        while len(levels) > 2:
            dotted = ".".join(levels)
            confirmed = self._authority.matieres.get(dotted)
            if confirmed is not None and dotted in live and same_label(confirmed, live[dotted]):
                break
            levels = levels[:-1]
        return ".".join(levels)


def _map(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
