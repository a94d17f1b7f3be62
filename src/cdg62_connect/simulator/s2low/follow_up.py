"""What becomes of an acte once it is deposited: confirmed by a person, cancelled, closed, archived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.s2low import messages, texts
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.archive import store
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.machine import ARCHIVE_STATUSES
from cdg62_connect.simulator.s2low.registry import Registry
from cdg62_connect.simulator.s2low.transactions import (
    CANCELLATION,
    CLASSIFICATION,
    TRANSMISSION,
    Acte,
    Step,
    Transaction,
)

CLOSINGS = {"valid": 5, "invalid": 6, "sae": 19}
"""The status to which each word of ``actes_transac_close`` leads."""

BETWEEN_REQUESTS = timedelta(days=1)


class FollowUp:
    """Acts on actes that are already there."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self._asked: dict[str, datetime] = {}

    def confirmer(self, account: Account, transaction_id: str) -> Transaction:
        """A person who may teletransmit posts an acte that waits in 17. Raises ``Ko``."""
        registry = self._registry
        account.must_have("TT")
        if not account.rgs:
            raise Ko(texts.RGS_NEEDED)
        if not transaction_id:
            raise Ko(texts.NUMBERLESS)
        with registry.ground.lock:
            found = registry.find(transaction_id)
            if found is None:
                raise Ko(texts.NOT_A_TRANSACTION)
            if found.authority is not account.authority:
                raise Ko(texts.ACCESS_REFUSED)
            if found.statut != 17:
                raise Ko(texts.NOT_WAITING)
            registry.machine.poster(found, agent=account.nom)
            return found

    def annuler(self, account: Account, transaction_id: str) -> Transaction:
        """Ask the ministry to cancel an acknowledged acte. Raises ``Ko``."""
        registry = self._registry
        registry.refuse_paper(account)
        with registry.ground.lock:
            cancelled = self._cancellable(account, transaction_id)
            cancellation = registry.open(
                CANCELLATION,
                authority=cancelled.authority,
                acte=cancelled.acte,
                first=self._deposited(),
                emitter=account,
                code="6-1",
            )
            cancellation.related = cancelled
            cancellation.files = store(
                cancellation,
                (),
                lambda _: messages.cancellation(cancelled),
                home=registry.home_of(cancellation),
                ids=registry.file_ids(1),
            )
            registry.keep(cancellation)
            return cancellation

    def clore(self, account: Account, transaction_ids: Sequence[str], status: str) -> Sequence[str]:
        """Close actes, or send them to the archive; what is said of each. Raises ``Ko``."""
        account.must_have("CS")
        statut = CLOSINGS.get(status)
        if statut is None or not transaction_ids:
            raise Ko(texts.BAD_STATE)
        with self._registry.ground.lock:
            found = [self._registry.visible(account, one) for one in transaction_ids]
            if any(one.type != TRANSMISSION or one.statut not in (4, 5) for one in found):
                raise Ko(texts.BAD_STATE)
            for one in found:
                self._registry.machine.passer(one, statut)
            label = texts.STATUS_LABELS[statut]
            return [texts.CLOSED.format(id=one.id, label=label) for one in found]

    def archiver(self, account: Account, transaction_id: str, status_id: str) -> None:
        """An archivist says where the acte is in the archive. Raises ``Ko``."""
        if account.role != "ARCH":
            raise Ko(texts.ACCESS_REFUSED)
        with self._registry.ground.lock:
            found = self._registry.visible(account, transaction_id)
            statut = int(status_id) if status_id.isdecimal() else 0
            if statut not in ARCHIVE_STATUSES or found.statut not in (4, *ARCHIVE_STATUSES):
                raise Ko(texts.BAD_STATE)
            self._registry.machine.passer(found, statut)

    def classification(self, account: Account) -> Classification:
        """The classification that S2LOW holds for the authority. Raises ``Ko``."""
        account.must_have("CS")
        with self._registry.ground.lock:
            self._registry.settle()
            held = account.authority.classifications.held(self._registry.ground.now)
            if held is None:
                raise Ko(texts.CLASSIFICATION_MISSING)
            return held

    def demander_classification(self, account: Account) -> Transaction:
        """Ask the préfecture for its classification, once a day at most. Raises ``Ko``."""
        registry, ground = self._registry, self._registry.ground
        account.must_have("TT")
        authority = account.authority
        siren = authority.collectivite.siren
        with ground.lock:
            asked = self._asked.get(siren)
            if asked is not None and ground.now - asked < BETWEEN_REQUESTS:
                raise Ko(texts.CLASSIFICATION_TOO_SOON)
            self._asked[siren] = ground.now
            request = registry.open(
                CLASSIFICATION,
                authority=authority,
                acte=Acte.aucun(ground.today),
                first=self._deposited(),
                emitter=account,
                code="7-1",
            )
            held = authority.classifications.held(ground.now)
            request.files = store(
                request,
                (),
                lambda _: messages.classification_request(held.version if held else None),
                home=registry.home_of(request),
                ids=registry.file_ids(1),
            )
            registry.keep(request)
            return request

    def publier(
        self,
        siren: str,
        classification: Classification | None,
        *,
        at: datetime | None = None,
        recue: bool = True,
    ) -> None:
        """The préfecture publishes a new file, now or at a moment to come.

        Actes posted with another version are refused from then on. ``recue=False``: S2LOW keeps the one it has
        until somebody asks for the new one. Raises ``NotFound``, ``InvalidInput``.
        """
        ground = self._registry.ground
        with ground.lock:
            moment = at or ground.now
            if moment < ground.now:
                raise InvalidInput("La préfecture publie maintenant ou plus tard, pas dans le passé.")
            files = ground.accounts.authority(siren).classifications
            files.publish(classification, at=moment, received=recue)

    def _cancellable(self, account: Account, transaction_id: str) -> Transaction:
        if not transaction_id:
            raise Ko(texts.CANCEL_WITHOUT_ID)
        cancelled = self._registry.find(transaction_id)
        if cancelled is None:
            raise Ko(texts.CANCEL_UNKNOWN)
        if cancelled.type != TRANSMISSION:
            raise Ko(texts.CANCEL_TYPE)
        pending = [one for one in self._registry.about(cancelled) if one.type == CANCELLATION]
        if any(one.statut in (1, 2, 3) for one in pending):
            raise Ko(texts.CANCEL_PENDING)
        if cancelled.authority is not account.authority or "TT" not in account.droits:
            raise Ko(texts.CANCEL_REFUSED)
        if cancelled.statut != 4:
            raise Ko(texts.CANCEL_NOT_ACKNOWLEDGED)
        return cancelled

    def _deposited(self) -> Step:
        return Step(statut=1, moment=self._registry.ground.now, message=texts.DEPOSITED)
