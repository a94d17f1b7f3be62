"""A document of Pastell for the dossier: made once, found again when the answer was lost, filled before it leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cdg62_connect.errors import AccessRefused, NotFound
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.pastell.filling import Filler
from cdg62_connect.journey.pastell.forms import FORMS
from cdg62_connect.journey.pastell.plan import DocumentPlan, plan_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Context
    from cdg62_connect.pastell import JournalRow, Pastell

DRAFT = frozenset({"creation", "modification"})
"""The states of a document that nobody has sent on its way."""

_NAMED_IN_A_REFUSAL = re.compile(r"\bid_u=(\d{1,9})\b")
"""Pastell says whose right is missing: « Acces interdit id_e=1, droit=utilisateur:lecture,id_u=3 » (seen in 4.0)."""

_ROWS_LOOKED_AT = 2000
"""A lost draft is among the newest rows of the journal, or is not looked for any further."""


def remote_key(entite: str, id_d: str) -> str:
    """What tells a document from every other one of the platform."""
    return f"pastell:{entite}:{id_d}"


class CreateDraft:
    """``POST document``: an empty document, which is nobody else's.

    Pastell keeps no key of ours at creation: a document whose answer was lost is recognised in the journal by
    the account that made it, and claimed, so that two dossiers can never take the same one.
    """

    name = "creer_pastell"
    platform = "pastell"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """Accepted for a flux, and without a document."""
        return dossier.accepted is not None and bool(dossier.accepted.flux) and dossier.pastell is None

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """Where the journal stands: whatever we lose is above that row."""
        accepted = context.dossier.accepted
        assert accepted is not None
        if accepted.flux not in FORMS:
            return (_unknown_flux(self.name, accepted.flux),)
        context.verify(accepted.document, *accepted.annexes)
        entite, pastell = _entity(context), context.assignment.platforms.require_pastell()
        return ev.IntentRecorded(
            step=self.name, key=f"{entite}/{accepted.flux}", plan={"ligne": _newest_row(pastell, entite)}
        )

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Make it, and claim it before anybody else looks for theirs."""
        entite, flux = intent.key.split("/", 1)
        pastell = context.assignment.platforms.require_pastell()
        with context.alone(f"pastell-{entite}"):
            made = pastell.documents.creer(entite, flux)
            ours = context.claim(remote_key(entite, made.id_d))
        if not ours:
            return (ev.IntentCleared(step=self.name, why=f"le document {made.id_d} est d'un autre dossier"),)
        return (ev.PastellDocumentOpened(entite=entite, id_d=made.id_d, flux=flux, how="created"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """An empty draft that our account made since, and that no dossier has, is the one we lost."""
        entite, flux = intent.key.split("/", 1)
        with context.alone(f"pastell-{entite}"):
            for id_d in _our_drafts(context, entite, flux, above=intent.plan.get("ligne")):
                if context.claim(remote_key(entite, id_d)):
                    return (ev.PastellDocumentOpened(entite=entite, id_d=id_d, flux=flux, how="found"),)
        return (
            ev.IntentCleared(step=self.name, why="aucun brouillon vide de notre compte n'est sans dossier"),
        )


class FillDraft:
    """Fields and files, compared with what Pastell shows of them until nothing differs.

    Nothing leaves Pastell by this: repeating it is harmless, and only completes what is missing.
    """

    name = "remplir_pastell"
    platform = "pastell"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """The document is there, its form is not complete."""
        return dossier.pastell is not None and not dossier.pastell.filled

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """Everything that will be written, decided before it is."""
        planned = plan_document(context, step=self.name)
        if isinstance(planned, ev.Blocked):
            return (planned,)
        document = context.dossier.pastell
        assert document is not None
        context.verify(planned.document, *planned.annexes)
        return ev.IntentRecorded(step=self.name, key=document.id_d, plan=planned.to_journal())

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Write what differs, and read it back."""
        document = context.dossier.pastell
        assert document is not None
        plan = DocumentPlan.from_journal(intent.plan)
        pastell = context.assignment.platforms.require_pastell()
        authority = context.assignment.platforms.authority
        filler = Filler(pastell, document, plan, authority=authority, payload=context.payload)
        if missing := filler.fill():
            return (
                ev.IntentCleared(step=self.name, why=missing),
                _incomplete(self.name, document.id_d, missing),
            )
        return (ev.PastellFormFilled(date_acte=plan.date_acte, remark=plan.remark),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """What was written shows in the document: filling goes on from there."""
        del context, intent
        return (ev.IntentCleared(step=self.name, why="le remplissage reprend où il en est"),)


def orphans(pastell: Pastell, entite: str, flux: str, *, taken: set[str]) -> list[str]:
    """The empty drafts of a flux that no dossier has: left by lost answers, or by somebody at work."""
    from cdg62_connect.pastell import Recherche

    rows = pastell.documents.lister(entite, Recherche(flux=flux, etats=("creation",)))
    return [row.id_d for row in rows if remote_key(entite, row.id_d) not in taken]


def _entity(context: Context) -> str:
    account = context.assignment.platforms.authority.pastell
    context.assignment.platforms.require_pastell()
    assert account is not None
    return account.entity


def _newest_row(pastell: Pastell, entite: str) -> int | None:
    """``None`` when the account may not read the journal: a lost draft will not be found again."""
    try:
        newest = next(iter(pastell.journal.lignes(entite, page=1)), None)
    except AccessRefused:
        return None
    return newest.id_j if newest is not None else 0


def _our_drafts(context: Context, entite: str, flux: str, *, above: object) -> Iterator[str]:
    """The empty drafts that our account made after that row of the journal, oldest first."""
    if not isinstance(above, int):
        return
    pastell = context.assignment.platforms.require_pastell()
    rows: list[JournalRow] = []
    for row in pastell.journal.lignes(entite):
        if row.id_j <= above or len(rows) >= _ROWS_LOOKED_AT:
            break
        rows.append(row)
    made = [row for row in reversed(rows) if row.action == "creation" and row.id_d]
    if not made:
        return
    account = _our_account(context, entite)
    for row in made:
        if row.id_u != account or context.owner(remote_key(entite, row.id_d)) is not None:
            continue
        try:
            detail = pastell.documents.detail(entite, row.id_d)
        except NotFound:
            continue
        if detail.flux == flux and detail.etat == "creation" and not detail.titre:
            yield row.id_d


def _our_account(context: Context, entite: str) -> str | None:
    """The number of our own account: by its login, by the refusal to tell it, or by what it did before."""
    platforms = context.assignment.platforms
    pastell, account = platforms.require_pastell(), platforms.authority.pastell
    login = account.login if account is not None else None
    try:
        known = pastell.utilisateurs.lister(entite)
    except AccessRefused as refused:
        if (named := _NAMED_IN_A_REFUSAL.search(refused.said)) is not None:
            return named[1]
    else:
        ours = [user.id_u for user in known if login is not None and user.login == login]
        if ours:
            return ours[0]
    for rank, row in enumerate(pastell.journal.lignes(entite)):
        if row.action == "creation" and row.id_d and context.owner(remote_key(entite, row.id_d)) is not None:
            return row.id_u
        if rank >= _ROWS_LOOKED_AT:
            return None
    return None


def _unknown_flux(step: str, flux: str) -> ev.Blocked:
    return ev.Blocked(
        code="FLUX_INCONNU",
        step=step,
        reason=f"Cette version ne sait pas remplir le flux « {flux} » de Pastell.",
        who="l'administrateur de cdg62-connect",
        advice="Choisissez un autre flux dans autorites.pastell.flux ; les flux connus sont : "
        + ", ".join(sorted(FORMS))
        + ".",
    )


def _incomplete(step: str, id_d: str, missing: str) -> ev.Blocked:
    return ev.Blocked(
        code="FORMULAIRE_INCOMPLET",
        step=step,
        reason=f"Pastell ne tient pas le document {id_d} pour complet : {missing}",
        who="l'administrateur de Pastell, avec l'agent instructeur",
        advice="Corrigez ce qui manque (connecteur, sous-type, typologie), puis dites --jamais-parti : le "
        "document sera rempli de nouveau.",
    )
