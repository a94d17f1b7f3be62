"""What will be sent to S2LOW, decided once and written in the intent before anything leaves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from cdg62_connect.formats import (
    Classification,
    DossierNumber,
    Nature,
    acte_number_candidates,
    check_acte_number,
    same_label,
)
from cdg62_connect.journey import events as ev
from cdg62_connect.settings import CanalLegalite

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Context
    from cdg62_connect.settings import Authority


_LONGEST_NUMBER = 15


class ActePlan(BaseModel):
    """The fields and files of one acte, exactly as they will be posted."""

    model_config = ConfigDict(frozen=True)

    numero: str
    nature: int
    objet: str
    date: date
    matiere: tuple[int, ...]
    document: ev.StoredFile
    annexes: tuple[ev.StoredFile, ...]
    document_papier: bool
    classification_du: date | None = None

    def to_journal(self) -> dict[str, object]:
        """The plan as the intent keeps it."""
        return self.model_dump(mode="json")

    @classmethod
    def from_journal(cls, plan: dict[str, object]) -> ActePlan:
        """The plan of an intent."""
        return cls.model_validate(plan)


def plan_acte(context: Context) -> ActePlan | ev.Blocked:
    """Decide number, date, matière and types of pièces; the number is reserved before it is used."""
    dossier = context.dossier
    accepted = dossier.accepted
    assert accepted is not None
    canal = context.assignment.platforms.authority.canal_legalite
    if canal is not CanalLegalite.S2LOW:
        return _blocked(
            "CANAL_LEGALITE",
            f"Le canal de légalité de l'autorité est maintenant « {canal} » : rien n'est envoyé par S2LOW.",
            "Abandonnez ce dossier s'il part par l'autre canal, ou remettez s2low dans la configuration.",
        )
    day = _decision_date(dossier)
    if day is None:
        return _blocked(
            "DATE_ACTE",
            "L'acte n'a ni date dans le manifeste ni date de signature.",
            "Redéposez avec date_acte.",
        )
    classification = _classification(context)
    if changed := _changed(dossier, classification):
        return changed
    numero = dossier.numero or context.reserve_number(number_candidates(context))
    if numero is None:
        return _blocked(
            "NUMERO_ACTE_UTILISE",
            f"Tous les numéros possibles pour le dossier {accepted.numero_dossier} sont déjà pris "
            f"par l'autorité {dossier.siren}"
            + (f" (numéro demandé : {accepted.numero_acte})." if accepted.numero_acte else "."),
            "Redéposez avec un autre numero_acte.",
        )
    nature = Nature.of_code(accepted.nature)
    return ActePlan(
        numero=numero,
        nature=accepted.nature,
        objet=accepted.objet,
        date=day,
        matiere=_matiere(accepted.matiere, context.assignment.platforms.authority, classification),
        document=main_document(dossier).model_copy(
            update={"type_piece": piece(accepted.document.type_piece, nature, classification)}
        ),
        annexes=tuple(
            annexe.model_copy(update={"type_piece": piece(annexe.type_piece, nature, classification)})
            for annexe in accepted.annexes
        ),
        document_papier=accepted.document_papier,
        classification_du=classification.date,
    )


def number_candidates(context: Context) -> list[str]:
    """The numbers that the acte may take, in the order to try them on the ledger."""
    accepted = context.dossier.accepted
    assert accepted is not None
    again = context.dossier.resends > 0
    own = [check_acte_number(accepted.numero_acte)] if accepted.numero_acte else []
    if own and not again:
        return own
    number = DossierNumber.parse(accepted.numero_dossier, today=context.today().date())
    allotted = acte_number_candidates(number, code_document=accepted.code_document, resend=again)
    return [*(later for one in own for later in _suffixed(one)), *allotted]


def main_document(dossier: Dossier) -> ev.StoredFile:
    """What is sent: the signed document when it was to be signed, under the name that the depositor gave."""
    accepted = dossier.accepted
    assert accepted is not None
    main = dossier.signed.files[0] if dossier.signed else accepted.document
    return main.model_copy(update={"nom": accepted.document.nom, "type_piece": accepted.document.type_piece})


def _suffixed(numero: str) -> list[str]:
    """The authority's own number again, ``_2`` to ``_9``, where fifteen characters leave room for it."""
    return [f"{numero}_{rank}" for rank in range(2, 10) if len(numero) + 2 <= _LONGEST_NUMBER]


def _classification(context: Context) -> Classification:
    """The authority's; read anew when the one of this morning has just been refused."""
    if not context.dossier.resends:
        return context.classification(context.assignment)
    return Classification.read(context.assignment.platforms.require_s2low().classification.lire())


def _changed(dossier: Dossier, classification: Classification) -> ev.Blocked | None:
    """A matière or a type that was sent before and is no longer there: a person chooses another."""
    if not dossier.resends or dossier.insisted or dossier.sent is None:
        return None
    before = ActePlan.from_journal(dict(dossier.sent))
    nature, matiere = Nature.of_code(before.nature), ".".join(map(str, before.matiere))
    types = {file.type_piece for file in (before.document, *before.annexes)}
    gone = [
        *([f"la matière {matiere}"] if classification.libelle(matiere) is None else []),
        *(f"le type de pièce {one}" for one in sorted(types) if not classification.allows_piece(nature, one)),
    ]
    if not gone:
        return None
    return _blocked(
        "CLASSIFICATION_CHANGEE",
        f"La classification du {classification.date:%d/%m/%Y} n'a plus {', ni '.join(gone)} : rien n'est renvoyé.",
        "Redéposez avec une matière et des pièces qui y sont, puis abandonnez ce dossier ; ou dites --jamais-parti : "
        "la matière est ramenée à deux niveaux, et le type à celui de la nature.",
    )


def _decision_date(dossier: Dossier) -> date | None:
    accepted = dossier.accepted
    if accepted is not None and accepted.date_acte is not None:
        return accepted.date_acte
    return dossier.signed.signed_on if dossier.signed else None


def _matiere(code: str, authority: Authority, classification: Classification) -> tuple[int, ...]:
    """Two levels are national; a deeper one goes out only if its live label is the one confirmed."""
    levels = tuple(int(level) for level in code.split("."))
    while len(levels) > 2:
        dotted = ".".join(map(str, levels))
        confirmed = authority.matieres.get(dotted)
        live = classification.libelle(dotted)
        if confirmed is not None and live is not None and same_label(confirmed, live):
            break
        levels = levels[:-1]
    return levels


def piece(code: str, nature: Nature, classification: Classification) -> str:
    """The type asked for when the live classification has it for this nature, else the nature's own."""
    default = f"99_{nature.abrege}" if nature is not Nature.CONTRAT else "99_DC"
    return code if code and classification.allows_piece(nature, code) else default


def _blocked(code: str, reason: str, advice: str) -> ev.Blocked:
    return ev.Blocked(
        code=code, step="transmettre", reason=reason, who="l'agent instructeur du dossier", advice=advice
    )
