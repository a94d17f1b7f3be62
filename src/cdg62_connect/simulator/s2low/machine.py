"""What moves a transaction from one status to the next: the pace, the scenarios, a hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from cdg62_connect.clock import Clock
from cdg62_connect.errors import InvalidInput, NotReady
from cdg62_connect.simulator.rythme import Pas
from cdg62_connect.simulator.s2low import prefecture, texts
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.transactions import (
    CANCELLATION,
    Issue,
    Scenario,
    Step,
    Transaction,
)

PLATFORM = "s2low"
PARIS = ZoneInfo("Europe/Paris")
MOVING = (1, 2, 3)
ARCHIVE_STATUSES = (5, 6, 12, 13, 14, 15, 16, 19, 20, 22)
"""Where an acknowledged acte may go later: closed, then archived."""

Refuser = Literal["analyse", "ministere"]


_SEEN_ONCE = Pas.regards(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rythme:
    """The pace of each step: leaving status 1 (analysis), 2 (transmission), 3 (acknowledgement).

    By default each status is seen once before the next one.
    """

    analyse: Pas = _SEEN_ONCE
    transmission: Pas = _SEEN_ONCE
    acquittement: Pas = _SEEN_ONCE

    @classmethod
    def uniforme(cls, pas: Pas) -> Rythme:
        """The same pace for the three steps."""
        return cls(analyse=pas, transmission=pas, acquittement=pas)

    @classmethod
    def of(cls, data: object) -> Rythme:
        """Read a pace written as JSON: one step for all (``{"apres_s": 60}``), or an object of the three.

        Raises:
            InvalidInput: a step is not understood, or has another name.
        """
        names = {field.name for field in fields(cls)}
        if isinstance(data, Mapping) and names & set(cast("Mapping[str, object]", data)):
            steps = cast("Mapping[str, object]", data)
            unknown = sorted(set(steps) - names)
            if unknown:
                raise InvalidInput(f"Rythme de S2LOW : étape inconnue « {unknown[0]} ».")
            return cls(**{name: Pas.of(step) for name, step in steps.items()})
        return cls.uniforme(Pas.of(data))

    def as_json(self) -> dict[str, object]:
        """The JSON object that :meth:`of` reads."""
        return {
            "analyse": self.analyse.as_json(),
            "transmission": self.transmission.as_json(),
            "acquittement": self.acquittement.as_json(),
        }

    def leaving(self, statut: int) -> Pas:
        """The pace out of a status 1, 2 or 3."""
        return {1: self.analyse, 2: self.transmission, 3: self.acquittement}[statut]


class Machine:
    """Moves transactions. Not safe by itself: the state that owns it holds the lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rythme = Rythme()
        self.scenarios: list[Scenario] = []

    def scenario(self, transaction: Transaction, *issues: Issue) -> Scenario | None:
        """The first scenario of that kind that speaks of the acte."""
        acte = transaction.acte
        for scenario in self.scenarios:
            if scenario.issue in issues and (
                scenario.contient in acte.numero or scenario.contient in acte.objet
            ):
                return scenario
        return None

    def settle(self, transaction: Transaction, *, looking: bool = False) -> None:
        """Make the steps that are due. ``looking``: somebody asks for the status now."""
        while transaction.statut in MOVING:
            blocked: Issue = f"bloque_{transaction.statut}"  # pyright: ignore[reportAssignmentType] (1, 2 or 3)
            if self.scenario(transaction, blocked):
                return
            moment = self.rythme.leaving(transaction.statut).due(
                since=transaction.since,
                looks=transaction.looks if looking else None,
                now=self._clock.now(),
            )
            if moment is None:
                return
            self._leave(transaction, moment)

    def poster(self, transaction: Transaction, *, agent: str) -> None:
        """A person confirms an acte that waits in 17 or 18."""
        if transaction.statut not in (17, 18):
            raise _not_ready("poster", transaction)
        message = texts.POSTED_BY_HAND.format(agent=agent)
        transaction.enter(Step(statut=1, moment=self._clock.now(), message=message))
        self.settle(transaction)

    def acquitter(self, transaction: Transaction) -> None:
        """Lead it to the ministry's answer at once, whatever the pace."""
        if transaction.statut not in MOVING:
            raise _not_ready("acquitter", transaction)
        while transaction.statut in MOVING:
            self._leave(transaction, self._clock.now())

    def refuser(self, transaction: Transaction, *, motif: str, par: Refuser | None, nature: str) -> None:
        """The analysis or the ministry refuses it now; by default, the one whose turn it is."""
        if transaction.statut not in MOVING or transaction.type == CANCELLATION:
            raise _not_ready("refuser", transaction)
        by = par or ("analyse" if transaction.statut == 1 else "ministere")
        if by == "analyse":
            if transaction.statut != 1:
                raise _not_ready("refuser", transaction)
            self._refuse_by_analysis(transaction, motif, self._clock.now())
            return
        while transaction.statut in (1, 2):
            self._leave(transaction, self._clock.now())
        if transaction.statut == 3:
            self._refuse_by_ministry(transaction, nature, motif, self._clock.now())

    def passer(self, transaction: Transaction, statut: int) -> None:
        """Close or archive an acknowledged acte: its status leaves 4, its acknowledgement stays."""
        if statut not in ARCHIVE_STATUSES:
            raise InvalidInput(f"Statut {statut} : les statuts possibles sont {ARCHIVE_STATUSES}.")
        if transaction.statut != 4 and transaction.statut not in ARCHIVE_STATUSES:
            raise _not_ready("passer", transaction)
        label = texts.STATUS_LABELS[statut]
        transaction.enter(Step(statut=statut, moment=self._clock.now(), message=label))

    def _leave(self, transaction: Transaction, moment: datetime) -> None:
        if transaction.statut == 1:
            refusal = self.scenario(transaction, "refus_analyse")
            if self.scenario(transaction, "refus_antivirus"):
                transaction.enter(Step(statut=-1, moment=moment, message=texts.VIRUS))
            elif refusal or transaction.problem:
                reason = transaction.problem or (refusal.motif if refusal else "")
                self._refuse_by_analysis(transaction, reason, moment)
            else:
                transaction.enter(Step(statut=2, moment=moment, message=texts.ACCEPTED))
        elif transaction.statut == 2:
            transaction.enter(Step(statut=3, moment=moment, message=texts.SENT))
        elif transaction.type == CANCELLATION:
            self._cancel(transaction, moment)
        else:
            self._ask_ministry(transaction, moment)

    def _ask_ministry(self, transaction: Transaction, moment: datetime) -> None:
        acte, current = transaction.acte, _current(transaction)
        refusal = self.scenario(transaction, "refus_ministere")
        rejection = self.scenario(transaction, "rejet_enveloppe")
        if rejection:
            detail = rejection.motif or texts.REFUSED_FOR_TEST
            message = texts.REJECTED_ENVELOPE.format(nature=rejection.nature, detail=detail)
            transaction.enter(Step(statut=-1, moment=moment, message=message))
        elif refusal:
            self._refuse_by_ministry(transaction, refusal.nature, refusal.motif, moment)
        elif acte.classification_version != current.version:
            self._refuse_by_ministry(transaction, *texts.OUTDATED_CLASSIFICATION, moment)
        elif acte.matiere_pointee not in current.matieres:
            nature, detail = texts.UNKNOWN_MATIERE
            detail = detail.format(matiere=acte.matiere_pointee)
            self._refuse_by_ministry(transaction, nature, detail, moment)
        else:
            received = local_day(moment)
            flux = prefecture.ar_acte(transaction, received=received, current=current.version)
            message = texts.RECEIVED.format(date=received)
            transaction.enter(Step(statut=4, moment=moment, message=message, flux=flux))

    def _cancel(self, cancellation: Transaction, moment: datetime) -> None:
        cancelled = cancellation.related
        if cancelled is None:
            raise ValueError("une annulation porte toujours sur un acte")
        flux = prefecture.ar_annulation(cancelled, received=local_day(moment))
        message = texts.RECEIVED.format(date=local_day(moment))
        cancellation.enter(Step(statut=4, moment=moment, message=message, flux=flux))
        cancelled.enter(Step(statut=0, moment=moment, message=texts.CANCELLED, flux=flux))

    def _refuse_by_analysis(self, transaction: Transaction, reason: str, moment: datetime) -> None:
        message = texts.INVALID_ENVELOPE.format(reason=reason or texts.REFUSED_FOR_TEST)
        transaction.enter(Step(statut=-1, moment=moment, message=message))

    def _refuse_by_ministry(
        self, transaction: Transaction, nature: str, detail: str, moment: datetime
    ) -> None:
        reason = detail or texts.REFUSED_FOR_TEST
        flux = prefecture.anomalie_acte(
            transaction,
            day=local_day(moment),
            nature=nature,
            detail=reason,
            current=_current(transaction).version,
        )
        message = texts.ANOMALY.format(nature=nature, detail=reason)
        transaction.enter(Step(statut=-1, moment=moment, message=message, flux=flux))


def local_day(moment: datetime) -> date:
    """The day it is in France, where the platform lives."""
    return moment.astimezone(PARIS).date()


def _current(transaction: Transaction) -> Classification:
    return transaction.authority.classification or Classification(transaction.acte.classification_version)


def _not_ready(operation: str, transaction: Transaction) -> NotReady:
    label = texts.STATUS_LABELS[transaction.statut]
    return NotReady(
        f"La transaction {transaction.id} est au statut {transaction.statut} ({label}).",
        platform=PLATFORM,
        operation=operation,
        advice="Cette action n'est pas possible dans ce statut.",
    )
