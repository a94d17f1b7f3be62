"""What moves a transaction from one status to the next: the pace, the scenarios, a hand."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from cdg62_connect.errors import InvalidInput, NotReady
from cdg62_connect.simulator.s2low import messages, prefecture, texts
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.ground import PLATFORM, Ground, local_day
from cdg62_connect.simulator.s2low.pace import Rythme
from cdg62_connect.simulator.s2low.transactions import (
    CANCELLATION,
    CLASSIFICATION,
    TRANSMISSION,
    Scenario,
    Step,
    Transaction,
)

MOVING = (1, 2, 3, 7)
ARCHIVE_STATUSES = (5, 6, 12, 13, 14, 15, 16, 19, 20, 22)
"""Where an acknowledged acte may go later: closed, then archived."""

Refuser = Literal["analyse", "ministere"]


class Machine:
    """Moves transactions. Not safe by itself: the state that owns it holds the lock."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._clock = ground.clock
        self.rythme = Rythme()
        self.scenarios: list[Scenario] = []

    def scenario(self, transaction: Transaction, *issues: str) -> Scenario | None:
        """The first scenario of that kind that speaks of the acte."""
        return next(
            (one for one in self.scenarios if one.issue in issues and speaks_of(one, transaction)), None
        )

    def settle(self, transaction: Transaction, *, looking: bool = False) -> None:
        """Make the steps that are due. ``looking``: somebody asks for the status now."""
        while is_moving(transaction):
            blocked = f"bloque_{transaction.statut}"
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
        if not is_moving(transaction):
            raise _not_ready("acquitter", transaction)
        while is_moving(transaction):
            self._leave(transaction, self._clock.now())

    def refuser(self, transaction: Transaction, *, motif: str, par: Refuser | None, nature: str) -> None:
        """The analysis or the ministry refuses it now; by default, the one whose turn it is."""
        if transaction.statut not in (1, 2, 3) or transaction.type != TRANSMISSION:
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
        elif transaction.statut == 7:
            flux = messages.receipt(transaction)
            transaction.enter(Step(statut=8, moment=moment, message=texts.RECEIPT_SENT, flux=flux))
        elif transaction.type == CANCELLATION:
            self._cancel(transaction, moment)
        elif transaction.type == CLASSIFICATION:
            self._classify(transaction, moment)
        elif transaction.reponse_a is not None:
            self._acknowledge(transaction, moment)
        else:
            self._ask_ministry(transaction, moment)

    def _ask_ministry(self, transaction: Transaction, moment: datetime) -> None:
        acte, current = transaction.acte, _current(transaction, moment)
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

    def _acknowledge(self, reply: Transaction, moment: datetime) -> None:
        received = local_day(moment)
        flux = messages.reply_receipt(reply, received=received)
        # The workflow of the oldest platforms ends replies elsewhere.
        statut = 11 if self._ground.profile == "v4" else 4
        message = texts.RECEIVED.format(date=received)
        reply.enter(Step(statut=statut, moment=moment, message=message, flux=flux))

    def _classify(self, request: Transaction, moment: datetime) -> None:
        files = request.authority.classifications
        held, published = files.held(moment), files.published(moment)
        if published is None:
            raise ValueError("une préfecture sans classification ne répond pas")
        if held is not None and held.version == published.version:
            flux = messages.same_classification(published.version)
        else:
            flux = prefecture.retour_classification(published)
            files.receive(at=moment)
        message = texts.RECEIVED.format(date=local_day(moment))
        request.enter(Step(statut=4, moment=moment, message=message, flux=flux))

    def _cancel(self, cancellation: Transaction, moment: datetime) -> None:
        cancelled = cancellation.related
        if cancelled is None:
            raise ValueError("une annulation porte toujours sur un acte")
        refusal = self.scenario(cancellation, "refus_annulation")
        if refusal:
            detail = refusal.motif or texts.REFUSED_FOR_TEST
            message = texts.ANOMALY.format(nature=refusal.nature, detail=detail)
            cancellation.enter(Step(statut=-1, moment=moment, message=message))
            return
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
            current=_current(transaction, moment).version,
        )
        message = texts.ANOMALY.format(nature=nature, detail=reason)
        transaction.enter(Step(statut=-1, moment=moment, message=message, flux=flux))


def is_moving(transaction: Transaction) -> bool:
    """Whether it moves by itself: nobody answers a reply to a simple letter, or a préfecture that has nothing."""
    if transaction.statut not in MOVING:
        return False
    if transaction.statut != 3:
        return True
    if transaction.type == CLASSIFICATION:
        return transaction.authority.classifications.published(transaction.since) is not None
    return transaction.reponse_a is None or transaction.type != "2"


def speaks_of(scenario: Scenario, transaction: Transaction) -> bool:
    """Whether a scenario is about that acte."""
    acte = transaction.acte
    return scenario.contient in acte.numero or scenario.contient in acte.objet


def _current(transaction: Transaction, moment: datetime) -> Classification:
    published = transaction.authority.classifications.published(moment)
    return published or Classification(transaction.acte.classification_version)


def _not_ready(operation: str, transaction: Transaction) -> NotReady:
    label = texts.STATUS_LABELS[transaction.statut]
    return NotReady(
        f"La transaction {transaction.id} est au statut {transaction.statut} ({label}).",
        platform=PLATFORM,
        operation=operation,
        advice="Cette action n'est pas possible dans ce statut.",
    )
