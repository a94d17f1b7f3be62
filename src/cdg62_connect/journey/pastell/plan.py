"""What will be written into a document of Pastell, decided once and kept in the intent before anything is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.acte_plan import number_candidates
from cdg62_connect.journey.helios.nom_fic import taken_elsewhere
from cdg62_connect.journey.helios.visuel import kept_visuel
from cdg62_connect.journey.pastell.forms import FORMS
from cdg62_connect.settings import CanalLegalite

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context


class DocumentPlan(BaseModel):
    """The fields and files of one document. ``matiere`` and ``types`` are wishes: Pastell knows the live ones."""

    model_config = ConfigDict(frozen=True)

    flux: str
    champs: dict[str, str]
    document: ev.StoredFile
    annexes: tuple[ev.StoredFile, ...]
    visuel: ev.StoredFile | None = None
    sous_type: str = ""
    nature: int = 0
    matiere: str = ""
    date_acte: date | None = None
    remark: str = ""

    def to_journal(self) -> dict[str, object]:
        """The plan as the intent keeps it."""
        return self.model_dump(mode="json")

    @classmethod
    def from_journal(cls, plan: dict[str, object]) -> DocumentPlan:
        """The plan of an intent."""
        return cls.model_validate(plan)


def plan_document(context: Context, *, step: str) -> DocumentPlan | ev.Blocked:
    """Decide the fields; the acte's number is reserved before it is written anywhere."""
    dossier = context.dossier
    accepted, document = dossier.accepted, dossier.pastell
    assert accepted is not None
    assert document is not None
    form, authority = FORMS[document.flux], context.assignment.platforms.authority
    champs = {form.title: accepted.objet}
    if form.key:
        champs[form.key] = dossier.id_depot
    if refused := _impossible(context, step=step):
        return refused
    if accepted.pes is not None and (taken := taken_elsewhere(context, step=step)) is not None:
        return taken
    sous_type, remark, nature, matiere, day = "", "", 0, "", None
    if accepted.signer:
        sous_type = accepted.sous_type or authority.sous_type(accepted.code_document) or ""
        if form.signature:
            champs[form.signature] = "1"
        if accepted.date_limite is not None:
            champs |= {"has_date_limite": "1", "date_limite": accepted.date_limite.isoformat()}
        if accepted.annotation_publique:
            champs["annotation_publique"] = accepted.annotation_publique
        if accepted.annotation_privee:
            champs["annotation_privee"] = accepted.annotation_privee
    if accepted.pes is not None:
        champs[form.helios] = "1"
    elif accepted.transmettre:
        numero = dossier.numero or context.reserve_number(number_candidates(context))
        if numero is None:
            return ev.Blocked(
                code="NUMERO_ACTE_UTILISE",
                step=step,
                reason=f"Tous les numéros possibles pour le dossier {accepted.numero_dossier} sont déjà pris "
                f"par l'autorité {dossier.siren}.",
                who="l'agent instructeur du dossier",
                advice="Redéposez avec un autre numero_acte.",
            )
        day = accepted.date_acte or context.today().date()
        if accepted.date_acte is None and accepted.signer and not form.dated_by_signature:
            remark = (
                f"Sans date_acte dans le manifeste, l'acte est daté du {day:%d/%m/%Y}, "
                "jour de son envoi au circuit."
            )
        nature, matiere = accepted.nature, accepted.matiere
        champs |= {
            form.legality: "1",
            "acte_nature": str(nature),
            "numero_de_lacte": numero,
            "date_de_lacte": day.isoformat(),
            "document_papier": "1" if accepted.document_papier else "",
        }
    return DocumentPlan(
        flux=document.flux,
        champs=champs,
        document=accepted.document,
        annexes=accepted.annexes,
        visuel=kept_visuel(context) if form.visuel and accepted.signer else None,
        sous_type=sous_type,
        nature=nature,
        matiere=matiere,
        date_acte=day,
        remark=remark,
    )


def _impossible(context: Context, *, step: str) -> ev.Blocked | None:
    """What this flux, or this authority, cannot do with the dossier."""
    accepted, document = context.dossier.accepted, context.dossier.pastell
    assert accepted is not None
    assert document is not None
    form, authority = FORMS[document.flux], context.assignment.platforms.authority
    code, reason = "FLUX_INADAPTE", ""
    if accepted.pes is not None and not form.helios:
        reason = f"Le flux « {document.flux} » ne transmet pas de PES à Hélios."
    elif accepted.pes is None and form.helios:
        reason = f"Le flux « {document.flux} » ne porte que des PES."
    elif accepted.pes is not None:
        pass
    elif accepted.transmettre and not form.legality:
        reason = f"Le flux « {document.flux} » ne transmet pas au contrôle de légalité."
    elif not accepted.signer and not form.signature:
        reason = f"Le flux « {document.flux} » ne sert qu'à faire signer."
    elif accepted.transmettre and authority.canal_legalite is not CanalLegalite.S2LOW:
        code = "CANAL_LEGALITE"
        reason = (
            f"Le canal de légalité de l'autorité est maintenant « {authority.canal_legalite} » : "
            "rien n'est envoyé par Pastell à S2LOW."
        )
    if not reason:
        return None
    return ev.Blocked(
        code=code,
        step=step,
        reason=reason,
        who="l'administrateur de cdg62-connect",
        advice="Corrigez la configuration de cette autorité, puis abandonnez ce dossier et redéposez-le.",
    )
