"""What the API shows of actes: statuses, acknowledgements, files, lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cdg62_connect.simulator.pdf import bordereau_acquittement
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.archive import stamped
from cdg62_connect.simulator.s2low.envelopes import archived
from cdg62_connect.simulator.s2low.ground import local_day
from cdg62_connect.simulator.s2low.registry import Registry
from cdg62_connect.simulator.s2low.transactions import TRANSMISSION, StoredFile, Transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """What a status call shows: the status, the XML that came with it, and for -1 the reason."""

    statut: int
    flux: bytes
    message: str


class Consultation:
    """Reads; only looking at a status may make it change."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = registry.ground.lock

    def statut(self, account: Account, transaction_id: str, *, unique_id: str = "") -> Seen:
        """Look at a transaction, by its id or by the identifier of its acknowledgement. Raises ``Ko``."""
        account.must_edit()
        registry = self._registry
        with self._lock:
            transaction = registry.find_unique(unique_id) if unique_id else registry.find(transaction_id)
            if transaction is None:
                raise Ko(texts.UNKNOWN_TRANSACTION)
            emitter = transaction.emitter
            mine = emitter is None or emitter.id == account.id or account.role != "USER"
            if transaction.authority is not account.authority or not mine:
                raise Ko(texts.ACCESS_REFUSED)
            registry.look_at(transaction)
            step = transaction.steps[-1]
            transaction.looks += 1
            transaction.total_looks += 1
            return Seen(step.statut, step.flux, step.message)

    def transaction(self, account: Account, transaction_id: str, *, unique_id: str = "") -> Transaction:
        """A transaction, by its id or by the identifier of its acknowledgement. Raises ``Ko``."""
        with self._lock:
            found = (
                self._registry.find_unique(unique_id) if unique_id else self._registry.find(transaction_id)
            )
            if found is None:
                account.must_view()
                raise Ko(texts.UNKNOWN_TRANSACTION)
            return self._registry.visible(account, str(found.id))

    def ar(self, account: Account, transaction_id: str) -> bytes:
        """The XML received with status 4, whatever the status now; ``b""`` if none. Raises ``Ko``."""
        with self._lock:
            step = self._registry.visible(account, transaction_id).last(4)
            return step.flux if step else b""

    def fichiers(self, account: Account, transaction_id: str) -> Sequence[StoredFile]:
        """The files of an envelope, once it has known a status other than 1, 2, 3. Raises ``Ko``."""
        with self._lock:
            transaction = self._registry.visible(account, transaction_id)
            if all(step.statut in (1, 2, 3) for step in transaction.steps):
                raise Ko(texts.NO_RECEIPT_YET)
            return transaction.files

    def fichier(self, account: Account, file_id: str) -> StoredFile:
        """One file. Raises ``Ko``."""
        with self._lock:
            return self._visible_file(account, file_id)[1]

    def enveloppe(self, account: Account, envelope_id: str) -> tuple[str, Path]:
        """The name and the place of a whole archive. Raises ``Ko``."""
        account.must_view()
        with self._lock:
            found = self._registry.envelopes.find(envelope_id)
            if found is None:
                raise Ko(texts.UNKNOWN_TRANSACTION)
            if found.authority is not account.authority:
                raise Ko(texts.ACCESS_REFUSED)
            return f"{found.name}.tar.gz", archived(found, folder=self._registry.ground.folder / "enveloppes")

    def tamponne(self, account: Account, file_id: str, *, affichage: date | None) -> Path:
        """The PDF of a file with the stamp of the préfecture on its first page, or the file itself.

        S2LOW says nothing when it cannot stamp: it gives the original. So does this, for what is not a PDF,
        has no acknowledgement, or is under the scenario ``tampon_echoue``. A date not given prints as today.
        Raises ``Ko``.
        """
        with self._lock:
            transaction, file = self._visible_file(account, file_id)
            received = transaction.last(4)
            failing = self._registry.machine.scenario(transaction, "tampon_echoue")
            if file.mimetype != "application/pdf" or received is None or failing:
                return file.path
            published = affichage or self._registry.ground.today
            return stamped(transaction, file, received=received, published=published)

    def principal(self, account: Account, transaction_id: str) -> StoredFile:
        """The first PDF posted with an acte, once it is acknowledged. Raises ``Ko``."""
        files = self.fichiers(account, transaction_id)
        found = next((one for one in files if one.mimetype == "application/pdf"), None)
        if found is None:
            raise Ko(texts.NO_RECEIPT_YET)
        return found

    def bordereau(self, account: Account, transaction_id: str) -> bytes:
        """The slip that proves the acknowledgement, as PDF. Raises ``Ko``."""
        with self._lock:
            transaction = self._registry.visible(account, transaction_id)
            if not transaction.acte_id:
                raise Ko(texts.NO_RECEIPT_YET)
            history = [(step.moment, texts.STATUS_LABELS[step.statut]) for step in transaction.steps]
        acte, emitter = transaction.acte, transaction.emitter
        return bordereau_acquittement(
            acte_id=transaction.acte_id,
            numero=acte.numero,
            objet=acte.objet,
            date_acte=acte.date,
            emetteur=f"{transaction.authority.collectivite.nom} ({emitter.nom if emitter else 'préfecture'})",
            history=history,
        )

    def lister(
        self, account: Account, statut: int, *, since: date | None = None, until: date | None = None
    ) -> Sequence[Transaction]:
        """Every transaction of the authority in a status, newest id first. Raises ``Ko``.

        ``since`` and ``until`` bound the day it entered that status.
        """
        account.must_view()
        with self._lock:
            return [
                transaction
                for transaction in reversed(self._registry.all())
                if transaction.authority is account.authority
                and transaction.statut == statut
                and (since is None or local_day(transaction.since) >= since)
                and (until is None or local_day(transaction.since) <= until)
            ]

    def deposited_in(self, first: date, last: date) -> Sequence[Transaction]:
        """Every acte of the platform deposited between two days."""
        with self._lock:
            return [
                one
                for one in self._registry.all()
                if one.type == TRANSMISSION and first <= local_day(one.steps[0].moment) <= last
            ]

    def numero_of(self, transaction_id: str) -> str:
        """The number of a transaction's acte, or the id itself when it is unknown."""
        with self._lock:
            transaction = self._registry.find(transaction_id)
            return transaction.acte.numero or transaction_id if transaction else transaction_id

    def numero_of_file(self, file_id: str) -> str:
        """The number of the acte that a file belongs to, or the id itself when it is unknown."""
        with self._lock:
            found = self._registry.find_file(file_id)
            return found[0].acte.numero if found else file_id

    def _visible_file(self, account: Account, file_id: str) -> tuple[Transaction, StoredFile]:
        found = self._registry.find_file(file_id)
        if found is None:
            raise Ko(texts.UNKNOWN_TRANSACTION)
        self._registry.visible(account, str(found[0].id))
        return found
