"""What the statuses of S2LOW mean for whatever was sent there: an acte, or an answer to the préfecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.prefecture_reading import page_of
from cdg62_connect.journey.step import Later

if TYPE_CHECKING:
    from cdg62_connect.errors import NotFound
    from cdg62_connect.journey.step import Context
    from cdg62_connect.s2low import ActeStatus

_LOOKS_BEFORE_LOST = 5
"""A transaction that S2LOW no longer shows after so many looks is a person's business."""

_WHO = {
    17: "l'agent télétransmetteur de l'autorité : il confirme l'envoi sur S2LOW, avec son certificat",
    18: "le signataire désigné sur S2LOW : l'acte y attend une signature",
}


def not_shown(context: Context, step: str, unknown: NotFound) -> tuple[ev.Fact, ...] | Later:
    """S2LOW does not know the transaction: it is asked again before a person is."""
    if context.same("introuvable") < _LOOKS_BEFORE_LOST:
        return Later("S2LOW ne montre pas cette transaction", cause="introuvable")
    return (
        ev.Blocked(
            code="TRANSACTION_INCONNUE",
            step=step,
            reason=f"S2LOW ne connaît pas la transaction {context.dossier.transaction}.",
            who="l'administrateur S2LOW",
            advice=unknown.advice,
        ),
    )


def waiting(context: Context, status: ActeStatus) -> tuple[ev.Fact, ...] | Later | None:
    """It waits for a person on S2LOW, or no longer; ``None`` when it has to do with neither."""
    before = context.dossier.waiting
    if status.waiting_for_person:
        if before is not None and before.statut == status.code:
            return Later(f"attend sur S2LOW {before.who} {before.lien}".strip())
        lien = link_of(context, context.dossier.transaction)
        return (ev.WaitingForPerson(statut=status.code, who=_WHO[status.code], lien=lien),)
    return (ev.PersonActed(statut=status.code),) if before is not None else None


def refused(status: ActeStatus) -> ev.RefusedByLegality:
    """S2LOW or the préfecture said no, for good."""
    error = status.refus
    return ev.RefusedByLegality(
        statut=status.code,
        etape="prefecture" if status.flux_retour else "tdt",
        reason=status.message or status.libelle,
        advice=error.advice if error else "",
    )


def unforeseen(step: str, status: ActeStatus) -> ev.Blocked:
    """A status from which nothing can be concluded."""
    return ev.Blocked(
        code="STATUT_INATTENDU",
        step=step,
        reason=f"L'acte est au statut {status.code} ({status.libelle}) sur S2LOW.",
        who="l'agent chargé du contrôle de légalité",
        advice="Voyez sur S2LOW ce qui a été fait de cet acte, puis adoptez la transaction à suivre.",
    )


def foreign(step: str, reason: str) -> ev.Blocked:
    """An accusé that is not that of what was sent."""
    return ev.Blocked(
        code="AR_ETRANGER",
        step=step,
        reason=reason,
        who="l'agent chargé du contrôle de légalité et l'administrateur S2LOW",
        advice="Vérifiez la transaction sur S2LOW avant toute autre action.",
    )


def link_of(context: Context, transaction: int) -> str:
    """Where a person sees it on the site of S2LOW."""
    platform = context.settings.platforms.s2low
    return page_of(platform.url, transaction) if platform else ""
