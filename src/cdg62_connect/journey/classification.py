"""When the classification changed overnight: S2LOW gets the new one, and the same signed document goes again.

S2LOW writes the date of the classification that it holds into each acte; the ministry refuses another than its own.
Nothing is wrong with the document: it needs a fresh number, since the refused one stays used, and no signature.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cdg62_connect.errors import AlreadyExists, InvalidInput
from cdg62_connect.formats import AnomalieActe, Classification
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.acte_plan import ActePlan
from cdg62_connect.journey.step import Later

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Context
    from cdg62_connect.s2low import ActeStatus
    from cdg62_connect.settings import Settings

_LOOKS_BEFORE_TOLD = 12


def outdated(context: Context, status: ActeStatus) -> ev.ClassificationOutdated:
    """The refusal, with the version that was sent and the one that the ministry says is in force."""
    transmitted, sent = context.dossier.transmitted, context.dossier.sent
    assert transmitted is not None
    current = None
    if status.flux_retour:
        try:
            current = AnomalieActe.read(status.flux_retour).classification_en_cours
        except InvalidInput:
            current = None
    return ev.ClassificationOutdated(
        statut=status.code,
        transaction=transmitted.transaction,
        numero=transmitted.numero,
        reason=status.message or status.libelle,
        used=ActePlan.from_journal(dict(sent)).classification_du if sent else None,
        current=current,
    )


class RequestClassification:
    """``actes_classification_request``: S2LOW asks the ministry, at most once a day; asking twice does no harm."""

    name = "demander_classification"
    platform = "s2low"
    blocks = False

    def applies(self, dossier: Dossier) -> bool:
        """Refused for its classification, and nothing done about it yet."""
        return dossier.outdated is not None and not dossier.classification_asked

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """Nothing needs to be asked when the new one is there already."""
        if (renewed := _renewed(context)) is not None:
            return (renewed,)
        return ev.IntentRecorded(step=self.name, key=context.dossier.siren)

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Ask; another dossier of the authority may have done so today."""
        del intent
        try:
            context.assignment.platforms.require_s2low().classification.demander()
        except AlreadyExists:
            return (ev.ClassificationRequested(how="found"),)
        return (ev.ClassificationRequested(how="created"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """When it did not come meanwhile, it is simply asked for again."""
        del intent
        if (renewed := _renewed(context)) is not None:
            return (renewed,)
        return (ev.IntentCleared(step=self.name, why="la nouvelle classification n'est pas là"),)


class AwaitClassification:
    """``actes_classification_fetch`` until S2LOW has the classification in force."""

    name = "attendre_classification"
    platform = "s2low"

    def applies(self, dossier: Dossier) -> bool:
        """Asked for, not here."""
        return dossier.outdated is not None and dossier.classification_asked

    def pace(self, settings: Settings, moment: datetime) -> float:
        """S2LOW's rhythm."""
        del moment
        return settings.rhythm.s2low_seconds

    def look(self, context: Context) -> tuple[ev.Fact, ...] | Later:
        """The new one, or when to look again."""
        if (renewed := _renewed(context)) is not None:
            return (renewed,)
        late = context.same("classification") >= _LOOKS_BEFORE_TOLD
        return Later(
            "la classification a changé au ministère et S2LOW ne l'a pas encore reçue"
            + (" : demandez-la sur S2LOW (droit de télétransmettre)" if late else ""),
            cause="classification",
            problem=late,
        )


def _renewed(context: Context) -> ev.ClassificationRenewed | None:
    outdated = context.dossier.outdated
    assert outdated is not None
    content = context.assignment.platforms.require_s2low().classification.lire()
    version = Classification.read(content).date
    return ev.ClassificationRenewed(version_du=version) if _newer(version, outdated) else None


def _newer(version: date, outdated: ev.ClassificationOutdated) -> bool:
    if outdated.current is not None:
        return version >= outdated.current
    return outdated.used is None or version > outdated.used
