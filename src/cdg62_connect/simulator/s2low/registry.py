"""Every transaction of actes on the platform, its files and its envelopes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cdg62_connect.errors import NotFound
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import Account, Authority, Ko
from cdg62_connect.simulator.s2low.envelopes import Envelopes
from cdg62_connect.simulator.s2low.ground import PLATFORM, Ground
from cdg62_connect.simulator.s2low.machine import Machine
from cdg62_connect.simulator.s2low.transactions import (
    TRANSMISSION,
    Acte,
    Step,
    StoredFile,
    Transaction,
)

_FIRST_TRANSACTION = 48211
_FIRST_FILE = 9001


class Registry:
    """What the rooms for actes share. Not safe by itself: whoever uses it holds the lock of the ground.

    Attributes:
        machine: what moves the transactions.
        envelopes: the archives they travelled in.
        numbers: the numbers taken, by SIREN: for ever.
        signataires_connus: refuse, at the analysis, an acte signed by somebody whom the authority did not certify.
        letters_due: has the préfecture write the letters whose hour has come.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.letters_due: Callable[[], None] = lambda: None
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self.machine = Machine(self.ground)
        self.envelopes = Envelopes(self.ground)
        self.numbers: set[tuple[str, str]] = set()
        self.signataires_connus = False
        self._transactions: dict[int, Transaction] = {}
        self._files: dict[int, tuple[Transaction, StoredFile]] = {}

    def open(
        self,
        type_code: str,
        *,
        authority: Authority,
        acte: Acte,
        first: Step,
        emitter: Account | None,
        code: str,
    ) -> Transaction:
        """Give a transaction its id; nobody sees it before :meth:`keep`."""
        return Transaction(
            id=self.ground.ids("actes", _FIRST_TRANSACTION)[0],
            type=type_code,
            authority=authority,
            emitter=emitter,
            acte=acte,
            steps=[first],
            code=code,
        )

    def file_ids(self, count: int) -> range:
        """Ids for that many files."""
        return self.ground.ids("fichiers", _FIRST_FILE, count=count)

    def home_of(self, transaction: Transaction) -> Path:
        """The folder of a transaction."""
        return self.ground.folder / str(transaction.id)

    def keep(self, transaction: Transaction, *, sent: bool = True) -> None:
        """Let everybody see a transaction whose files are in place; close its envelope."""
        close = self.envelopes.sent if sent else self.envelopes.received
        transaction.enveloppe = close(transaction.authority, transaction.files, moment=transaction.since)
        self._transactions[transaction.id] = transaction
        self._files.update({file.id: (transaction, file) for file in transaction.files})
        self.machine.settle(transaction)

    def all(self) -> Sequence[Transaction]:
        """Every transaction as it is now, oldest first."""
        self.settle()
        return [self._transactions[key] for key in sorted(self._transactions)]

    def actes(self) -> Sequence[Transaction]:
        """The actes as they are, oldest first."""
        found = [self._transactions[key] for key in sorted(self._transactions)]
        return [one for one in found if one.type == TRANSMISSION]

    def settle(self) -> None:
        """Make every step that is due."""
        for transaction in list(self._transactions.values()):
            self.machine.settle(transaction)
        self.letters_due()

    def look_at(self, transaction: Transaction) -> None:
        """Settle a transaction that is looked at; looking at an acte also looks at its cancellation."""
        self.machine.settle(transaction, looking=True)
        for other in self.about(transaction):
            if other.type == "6":
                self.machine.settle(other, looking=True)
                other.looks += 1
        self.letters_due()

    def about(self, acte: Transaction) -> Sequence[Transaction]:
        """The letters, replies and cancellations of an acte, oldest first."""
        return [self._transactions[key] for key in sorted(self._transactions) if self._is_about(key, acte)]

    def find(self, transaction_id: str) -> Transaction | None:
        """The transaction of that id."""
        return self._transactions.get(int(transaction_id)) if transaction_id.isdecimal() else None

    def find_unique(self, unique_id: str) -> Transaction | None:
        """The acte acknowledged under that identifier."""
        return next(
            (
                one
                for one in self._transactions.values()
                if one.type == TRANSMISSION and unique_id and one.acte_id == unique_id
            ),
            None,
        )

    def find_file(self, file_id: str) -> tuple[Transaction, StoredFile] | None:
        """The file of that id, and what it belongs to."""
        return self._files.get(int(file_id)) if file_id.isdecimal() else None

    def known(self, transaction_id: int, operation: str) -> Transaction:
        """The transaction of that id, as it is now. Raises ``NotFound``."""
        found = self._transactions.get(transaction_id)
        if found is None:
            raise NotFound(f"Aucune transaction {transaction_id}.", platform=PLATFORM, operation=operation)
        self.machine.settle(found)
        return found

    def visible(self, account: Account, transaction_id: str) -> Transaction:
        """The transaction of that id, for an account of its authority. Raises ``Ko``."""
        account.must_view()
        found = self.find(transaction_id)
        if found is None:
            raise Ko(texts.UNKNOWN_TRANSACTION)
        if found.authority is not account.authority:
            raise Ko(texts.ACCESS_REFUSED)
        self.settle()
        return found

    def refuse_paper(self, account: Account) -> None:
        """Raise ``Ko`` for an authority that went back to paper."""
        if account.authority.mode_papier and self.ground.profile != "next":
            raise Ko(texts.PAPER_MODE)

    def _is_about(self, transaction_id: int, acte: Transaction) -> bool:
        return self._transactions[transaction_id].related is acte
