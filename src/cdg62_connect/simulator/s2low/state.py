"""S2LOW itself: accounts, transactions and their files. It knows nothing of HTTP.

A transmission goes 1 (posté) → 2 (en attente de transmission) → 3 (transmis) → 4 (acquittement reçu), each
step at the pace of :attr:`S2lowState.rythme`. It starts at 17 instead when a person must confirm it, and falls
to -1 when the analysis (leaving 1) or the ministry (leaving 3) refuses it. Its number is taken for ever.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Literal

from cdg62_connect.clock import Clock
from cdg62_connect.errors import NotFound
from cdg62_connect.simulator.pdf import bordereau_acquittement
from cdg62_connect.simulator.s2low import prefecture, texts
from cdg62_connect.simulator.s2low.accounts import Account, AccountBook, Ko
from cdg62_connect.simulator.s2low.analysis import analyse
from cdg62_connect.simulator.s2low.archive import stamped, store
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.depot import (
    Depot,
    Limites,
    acte_of,
    check_files,
    check_identity,
    check_sizes,
)
from cdg62_connect.simulator.s2low.machine import PLATFORM, Machine, Refuser, Rythme, local_day
from cdg62_connect.simulator.s2low.transactions import (
    CANCELLATION,
    TRANSMISSION,
    Acte,
    Scenario,
    Step,
    StoredFile,
    Transaction,
    as_json,
)

Profile = Literal["v4", "v5", "next"]

_FIRST_TRANSACTION = 48211
_FIRST_FILE = 9001


@dataclass(frozen=True, slots=True)
class Seen:
    """What a status call shows: the status, the XML that came with it, and for -1 the reason."""

    statut: int
    flux: bytes
    message: str


class S2lowState:
    """One S2LOW platform. Every public method may be called from any thread.

    Args:
        clock: the simulated hour.
        folder: its own.
        profile: the generation imitated.
        seed: where the ids begin.
        is_rgs: whether a client certificate (PEM) is an RGS one; by default they all are.
        signers: certificate (PEM) of the authority whose signers are trusted.

    Attributes:
        profile: the generation imitated: ``"v4"`` (ISO-8859-1 everywhere), ``"v5"``, ``"next"`` (redirects of
            refused logins).
        limites: the sizes it stands.
        signataires_connus: refuse, at the analysis, an acte signed by somebody whom ``signers`` did not certify.
            Off by default: nobody out of the simulator could be certified.
        accounts: who may use it.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        folder: Path,
        profile: Profile = "v5",
        seed: int = 0,
        is_rgs: Callable[[str], bool] = lambda _: True,
        signers: Path | None = None,
    ) -> None:
        self._first_profile: Profile = profile
        self.accounts = AccountBook(is_rgs=is_rgs)
        self._signers = signers
        # The ids of the seed 0 are those of the documentation.
        self._gap = Random(f"s2low {seed}").randrange(1, 40_000) if seed else 0  # noqa: S311 - keeps no secret
        self._clock = clock
        self._folder = folder
        self._lock = threading.RLock()
        self._start()

    def _start(self) -> None:
        self.profile: Profile = self._first_profile
        self.limites = Limites()
        self.signataires_connus = False
        self._machine = Machine(self._clock)
        self._transactions: dict[int, Transaction] = {}
        self._files: dict[int, tuple[Transaction, StoredFile]] = {}
        self._numbers: set[tuple[str, str]] = set()
        self._next_transaction = _FIRST_TRANSACTION + self._gap
        self._next_file = _FIRST_FILE + self._gap
        self.reception.mkdir(parents=True, exist_ok=True)

    def reset(self) -> None:
        """Forget every transaction; rythme, scenarios, limits, classifications as at the start. Accounts stay."""
        with self._lock:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._start()
            self.accounts.reset()

    @property
    def reception(self) -> Path:
        """Where uploads wait before :meth:`deposer` takes them."""
        return self._folder / "reception"

    # What the API does.

    def deposer(self, account: Account, depot: Depot) -> Transaction:
        """Transmit an acte; the files of ``depot`` are moved.

        Raises:
            Ko: refused, in the platform's words.
            PlatformCrash: the platform breaks on it.
        """
        account.must_have("CS")
        self._refuse_paper(account)
        check_sizes(depot, self.limites)
        if self.profile == "next":
            depot = replace(depot, must_signed=False)
        if not account.rgs and not depot.must_signed:
            raise Ko(texts.RGS_NEEDED)
        check_identity(depot, today=local_day(self._clock.now()))
        key = (account.authority.collectivite.siren, depot.number)
        with self._lock:
            if key in self._numbers:
                raise Ko(texts.SAME_NUMBER)
        check_files(depot, self.limites)
        acte = acte_of(depot, account.authority.classification)
        with self._lock:
            if key in self._numbers:
                raise Ko(texts.RACE)
            self._numbers.add(key)
            transaction = self._open(TRANSMISSION, account, acte, _first_step(depot, account, self._clock))
            file_ids = range(self._next_file, self._next_file + len(depot.files) + 1)
            self._next_file = file_ids.stop
        transaction.files = store(transaction, depot, home=self._folder / str(transaction.id), ids=file_ids)
        # Slow on a big file: outside the lock. The transaction appears once its files are in place.
        anchor = self._signers if self.signataires_connus else None
        transaction.problem = analyse(acte, transaction.files[1:], anchor=anchor)
        with self._lock:
            self._transactions[transaction.id] = transaction
            self._files.update({file.id: (transaction, file) for file in transaction.files})
            self._machine.settle(transaction)
        return transaction

    def annuler(self, account: Account, transaction_id: str) -> Transaction:
        """Ask the ministry to cancel an acknowledged acte. Raises ``Ko``."""
        self._refuse_paper(account)
        with self._lock:
            if not transaction_id:
                raise Ko(texts.CANCEL_WITHOUT_ID)
            cancelled = self._find(transaction_id)
            if cancelled is None:
                raise Ko(texts.CANCEL_UNKNOWN)
            if cancelled.type != TRANSMISSION:
                raise Ko(texts.CANCEL_TYPE)
            if any(
                other.related is cancelled and other.statut in (1, 2, 3)
                for other in self._transactions.values()
            ):
                raise Ko(texts.CANCEL_PENDING)
            if cancelled.authority is not account.authority or "TT" not in account.droits:
                raise Ko(texts.CANCEL_REFUSED)
            if cancelled.statut != 4:
                raise Ko(texts.CANCEL_NOT_ACKNOWLEDGED)
            first = Step(statut=1, moment=self._clock.now(), message=texts.DEPOSITED)
            cancellation = self._open(CANCELLATION, account, cancelled.acte, first)
            cancellation.related = cancelled
            self._transactions[cancellation.id] = cancellation
            self._machine.settle(cancellation)
            return cancellation

    def statut(self, account: Account, transaction_id: str, *, unique_id: str = "") -> Seen:
        """Look at a transaction, by its id or by the identifier of its acknowledgement. Raises ``Ko``."""
        account.must_edit()
        with self._lock:
            transaction = self._find_unique(unique_id) if unique_id else self._find(transaction_id)
            if transaction is None:
                raise Ko(texts.UNKNOWN_TRANSACTION)
            same_authority = transaction.authority is account.authority
            if not same_authority or (account.role == "USER" and transaction.emitter.id != account.id):
                raise Ko(texts.ACCESS_REFUSED)
            self._settle_with_cancellations(transaction)
            step = transaction.steps[-1]
            transaction.looks += 1
            transaction.total_looks += 1
            return Seen(step.statut, step.flux, step.message)

    def ar(self, account: Account, transaction_id: str) -> bytes:
        """The XML received with status 4, whatever the status now; ``b""`` if none. Raises ``Ko``."""
        with self._lock:
            step = self._visible(account, transaction_id).last(4)
            return step.flux if step else b""

    def fichiers(self, account: Account, transaction_id: str) -> Sequence[StoredFile]:
        """The files of an envelope, once it has known a status other than 1, 2, 3. Raises ``Ko``."""
        with self._lock:
            transaction = self._visible(account, transaction_id)
            if all(step.statut in (1, 2, 3) for step in transaction.steps):
                raise Ko(texts.NO_RECEIPT_YET)
            return transaction.files

    def fichier(self, account: Account, file_id: str) -> StoredFile:
        """One file. Raises ``Ko``."""
        with self._lock:
            return self._visible_file(account, file_id)[1]

    def tamponne(self, account: Account, file_id: str, *, affichage: date | None) -> Path:
        """The PDF of a file with the stamp of the préfecture on its first page, or the file itself.

        S2LOW says nothing when it cannot stamp: it gives the original. So does this, for what is not a PDF,
        has no acknowledgement, or is under the scenario ``tampon_echoue``. A date not given prints as today.
        Raises ``Ko``.
        """
        with self._lock:
            transaction, file = self._visible_file(account, file_id)
            received = transaction.last(4)
            failing = self._machine.scenario(transaction, "tampon_echoue")
            if file.mimetype != "application/pdf" or received is None or failing:
                return file.path
            published = affichage or local_day(self._clock.now())
            return stamped(transaction, file, received=received, published=published)

    def bordereau(self, account: Account, transaction_id: str) -> bytes:
        """The slip that proves the acknowledgement, as PDF. Raises ``Ko``."""
        with self._lock:
            transaction = self._visible(account, transaction_id)
            if not transaction.acte_id:
                raise Ko(texts.NO_RECEIPT_YET)
            history = [(step.moment, texts.STATUS_LABELS[step.statut]) for step in transaction.steps]
        acte = transaction.acte
        return bordereau_acquittement(
            acte_id=transaction.acte_id,
            numero=acte.numero,
            objet=acte.objet,
            date_acte=acte.date,
            emetteur=f"{transaction.authority.collectivite.nom} ({transaction.emitter.nom})",
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
            self._settle_all()
            return [
                transaction
                for _, transaction in sorted(self._transactions.items(), reverse=True)
                if transaction.authority is account.authority
                and transaction.statut == statut
                and (since is None or local_day(transaction.since) >= since)
                and (until is None or local_day(transaction.since) <= until)
            ]

    def classification(self, account: Account) -> bytes:
        """The classification of the authority, as the XML it came in. Raises ``Ko``."""
        account.must_have("CS")
        current = account.authority.classification
        if current is None:
            raise Ko(texts.CLASSIFICATION_MISSING)
        return prefecture.retour_classification(current)

    def numero_of(self, transaction_id: str) -> str:
        """The number of a transaction's acte, or the id itself when it is unknown."""
        with self._lock:
            transaction = self._find(transaction_id)
            return transaction.acte.numero if transaction else transaction_id

    def numero_of_file(self, file_id: str) -> str:
        """The number of the acte that a file belongs to, or the id itself when it is unknown."""
        with self._lock:
            found = self._files.get(int(file_id)) if file_id.isdecimal() else None
            return found[0].acte.numero if found else file_id

    # What people and the préfecture do.

    @property
    def rythme(self) -> Rythme:
        """The pace at which transactions move by themselves."""
        with self._lock:
            return self._machine.rythme

    @rythme.setter
    def rythme(self, rythme: Rythme) -> None:
        with self._lock:
            self._machine.rythme = rythme

    def prevoir(self, scenario: Scenario) -> None:
        """Decide what shall happen to some actes."""
        with self._lock:
            self._machine.scenarios.append(scenario)

    def publier_classification(self, siren: str, classification: Classification | None) -> None:
        """The préfecture publishes a new file; actes already posted with another version are refused."""
        with self._lock:
            self.accounts.authority(siren).classification = classification

    def poster(self, transaction_id: int, *, agent: str = "Agent de test") -> None:
        """A person confirms an acte in 17 or 18. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._machine.poster(self._known(transaction_id, "poster"), agent=agent)

    def acquitter(self, transaction_id: int) -> None:
        """The ministry answers at once. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._machine.acquitter(self._known(transaction_id, "acquitter"))

    def refuser(
        self, transaction_id: int, *, motif: str = "", par: Refuser | None = None, nature: str = "007"
    ) -> None:
        """The analysis or the ministry refuses it at once. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            transaction = self._known(transaction_id, "refuser")
            self._machine.refuser(transaction, motif=motif, par=par, nature=nature)

    def passer(self, transaction_id: int, statut: int) -> None:
        """An acknowledged acte is closed or archived. Raises ``NotFound``, ``NotReady``, ``InvalidInput``."""
        with self._lock:
            self._machine.passer(self._known(transaction_id, "passer"), statut)

    def snapshot(self) -> dict[str, object]:
        """Everything, as JSON: ``actes`` (oldest first), ``creations`` (accepted, by siren/number), ``rythme``."""
        with self._lock:
            self._settle_all()
            transactions = [self._transactions[key] for key in sorted(self._transactions)]
            creations: dict[str, int] = {}
            for transaction in transactions:
                if transaction.type == TRANSMISSION:
                    key = f"{transaction.authority.collectivite.siren}/{transaction.acte.numero}"
                    creations[key] = creations.get(key, 0) + 1
            return {
                "actes": [as_json(transaction) for transaction in transactions],
                "creations": creations,
                "rythme": self._machine.rythme.as_json(),
            }

    # Inside.

    def _open(self, type_code: str, account: Account, acte: Acte, first: Step) -> Transaction:
        transaction = Transaction(
            id=self._next_transaction,
            type=type_code,
            authority=account.authority,
            emitter=account,
            acte=acte,
            steps=[first],
        )
        self._next_transaction += 1
        return transaction

    def _refuse_paper(self, account: Account) -> None:
        if account.authority.mode_papier and self.profile != "next":
            raise Ko(texts.PAPER_MODE)

    def _find(self, transaction_id: str) -> Transaction | None:
        return self._transactions.get(int(transaction_id)) if transaction_id.isdecimal() else None

    def _find_unique(self, unique_id: str) -> Transaction | None:
        return next(
            (
                transaction
                for transaction in self._transactions.values()
                if transaction.type == TRANSMISSION and transaction.acte_id == unique_id
            ),
            None,
        )

    def _known(self, transaction_id: int, operation: str) -> Transaction:
        transaction = self._transactions.get(transaction_id)
        if transaction is None:
            raise NotFound(f"Aucune transaction {transaction_id}.", platform=PLATFORM, operation=operation)
        self._machine.settle(transaction)
        return transaction

    def _visible(self, account: Account, transaction_id: str) -> Transaction:
        account.must_view()
        transaction = self._find(transaction_id)
        if transaction is None:
            raise Ko(texts.UNKNOWN_TRANSACTION)
        if transaction.authority is not account.authority:
            raise Ko(texts.ACCESS_REFUSED)
        self._settle_all()
        return transaction

    def _visible_file(self, account: Account, file_id: str) -> tuple[Transaction, StoredFile]:
        found = self._files.get(int(file_id)) if file_id.isdecimal() else None
        if found is None:
            raise Ko(texts.UNKNOWN_TRANSACTION)
        self._visible(account, str(found[0].id))
        return found

    def _settle_with_cancellations(self, transaction: Transaction) -> None:
        """Looking at an acte also looks at its cancellation, which may end it."""
        self._machine.settle(transaction, looking=True)
        for other in self._transactions.values():
            if other.related is transaction:
                self._machine.settle(other, looking=True)
                other.looks += 1

    def _settle_all(self) -> None:
        for transaction in self._transactions.values():
            self._machine.settle(transaction)


def _first_step(depot: Depot, account: Account, clock: Clock) -> Step:
    if depot.en_attente:
        statut, message = 17, texts.DEPOSITED_WAITING
    elif depot.must_signed:
        statut, message = 18, texts.DEPOSITED_WAITING
    elif "TT" not in account.droits:
        statut, message = 17, texts.DEPOSITED_WAITING
    else:
        statut, message = 1, texts.DEPOSITED
    return Step(statut=statut, moment=clock.now(), message=message)
