"""What the API lets an authority deposit: an acte, or an envelope that it made itself.

A transmission goes 1 (posté) → 2 (en attente de transmission) → 3 (transmis) → 4 (acquittement reçu), each
step at the pace of the platform. It starts at 17 instead when a person must confirm it, and falls to -1 when the
analysis (leaving 1) or the ministry (leaving 3) refuses it. Its number is taken for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cdg62_connect.simulator.s2low import prefecture, texts
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.analysis import analyse
from cdg62_connect.simulator.s2low.archive import Part, parts_of, store
from cdg62_connect.simulator.s2low.depot import (
    Depot,
    Upload,
    acte_of,
    check_files,
    check_identity,
    check_sizes,
)
from cdg62_connect.simulator.s2low.registry import Registry
from cdg62_connect.simulator.s2low.submission import Formulaire, opened
from cdg62_connect.simulator.s2low.transactions import TRANSMISSION, Acte, Step, Transaction


class Deposits:
    """Takes actes.

    Attributes:
        enveloppes_acceptees: an envelope made elsewhere may be imported; the newest platforms switch it off.
        lots: what remains to be deposited of each batch opened on the web pages, by id.
    """

    def __init__(self, registry: Registry, *, signers: Path | None) -> None:
        self._registry = registry
        self._signers = signers
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self.enveloppes_acceptees = True
        self.lots: dict[int, int] = {}

    def deposer(self, account: Account, depot: Depot) -> Transaction:
        """Transmit an acte; the files of ``depot`` are moved.

        Raises:
            Ko: refused, in the platform's words.
            PlatformCrash: the platform breaks on it.
        """
        registry, ground = self._registry, self._registry.ground
        account.must_have("CS")
        registry.refuse_paper(account)
        check_sizes(depot, ground.limites)
        if ground.profile == "next":
            depot = replace(depot, must_signed=False)
        if not account.rgs and not depot.must_signed:
            raise Ko(texts.RGS_NEEDED)
        check_identity(depot, today=ground.today)
        key = (account.authority.collectivite.siren, depot.number)
        with ground.lock:
            if key in registry.numbers:
                raise Ko(texts.SAME_NUMBER)
        check_files(depot, ground.limites, typed=ground.profile != "v4")
        acte = acte_of(depot, account.authority.classifications.held(ground.now))
        with ground.lock:
            self._take_from_batch(depot.lot)
        return self._deposed(account, acte, parts_of(depot), self._first_step(depot, account))

    def importer(self, account: Account, upload: Upload | None) -> Sequence[Transaction]:
        """Take an envelope (``.tar.gz``) made elsewhere: each of its actes becomes a transaction.

        Raises:
            Ko: refused, in the platform's words.
        """
        registry, ground = self._registry, self._registry.ground
        account.must_edit()
        if not self.enveloppes_acceptees:
            raise Ko(texts.SUBMIT_OFF)
        registry.refuse_paper(account)
        if not account.rgs:
            raise Ko(texts.RGS_NEEDED)
        if upload is None:
            raise Ko(texts.NO_DOCUMENT)
        siren = account.authority.collectivite.siren
        forms = opened(upload, siren=siren, into=ground.reception, limit=ground.limites.archive)
        try:
            with ground.lock:
                if any((siren, form.acte.numero) in registry.numbers for form in forms):
                    raise Ko(texts.SAME_NUMBER)
            return [self._imported(account, form) for form in forms]
        finally:
            for form in forms:
                form.clean()

    def ouvrir_lot(self, count: int) -> int:
        """Somebody opens a batch of that many actes on the web pages; its id."""
        with self._registry.ground.lock:
            identifier = self._registry.ground.ids("lots", 1)[0]
            self.lots[identifier] = count
            return identifier

    def _imported(self, account: Account, form: Formulaire) -> Transaction:
        first = Step(statut=1, moment=self._registry.ground.now, message=texts.DEPOSITED)
        return self._deposed(account, form.acte, form.parts, first)

    def _deposed(self, account: Account, acte: Acte, parts: Sequence[Part], first: Step) -> Transaction:
        registry, ground = self._registry, self._registry.ground
        key = (account.authority.collectivite.siren, acte.numero)
        with ground.lock:
            if key in registry.numbers:
                raise Ko(texts.RACE)
            registry.numbers.add(key)
            transaction = registry.open(
                TRANSMISSION, authority=account.authority, acte=acte, first=first, emitter=account, code="1-1"
            )
            ids = registry.file_ids(len(parts) + 1)
        transaction.files = store(
            transaction,
            parts,
            lambda files: prefecture.message_metier(acte, files),
            home=registry.home_of(transaction),
            ids=ids,
        )
        # Slow on a big file: outside the lock. The transaction appears once its files are in place.
        anchor = self._signers if registry.signataires_connus else None
        transaction.problem = analyse(acte, transaction.files[1:], anchor=anchor)
        with ground.lock:
            registry.keep(transaction)
        return transaction

    def _take_from_batch(self, lot: str) -> None:
        if not lot:
            return
        remaining = self.lots.get(int(lot), 0) if lot.isdecimal() else 0
        if not remaining:
            raise Ko(texts.BATCH_FAILED)
        self.lots[int(lot)] = remaining - 1

    def _first_step(self, depot: Depot, account: Account) -> Step:
        statut, message = 1, texts.DEPOSITED
        if depot.en_attente:
            statut, message = 17, texts.DEPOSITED_WAITING
        elif depot.must_signed:
            statut, message = 18, texts.DEPOSITED_WAITING
        elif "TT" not in account.droits:
            statut, message = 17, texts.DEPOSITED_WAITING
        return Step(statut=statut, moment=self._registry.ground.now, message=message)
