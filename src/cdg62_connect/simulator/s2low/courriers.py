"""What the préfecture writes about the actes it has received, and what the authority answers.

A simple letter (type 2) and a déféré (5) stay at 21. A request for pieces (3) and a letter of observations (4) are
acknowledged by S2LOW itself: 7, then 8. A reply is a transaction of its own, of the type of the letter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cdg62_connect.errors import NotReady
from cdg62_connect.simulator.pdf import lettre
from cdg62_connect.simulator.s2low import messages, texts
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.analysis import analyse
from cdg62_connect.simulator.s2low.archive import Part, store
from cdg62_connect.simulator.s2low.depot import EXTENSIONS, PIECE, Upload
from cdg62_connect.simulator.s2low.ground import PLATFORM, local_day
from cdg62_connect.simulator.s2low.machine import speaks_of
from cdg62_connect.simulator.s2low.registry import Registry
from cdg62_connect.simulator.s2low.transactions import (
    COURRIERS,
    TRANSMISSION,
    Courrier,
    Scenario,
    Step,
    Transaction,
)

_TITLES = {
    "2": "Courrier simple",
    "3": "Demande de pièces complémentaires",
    "4": "Lettre d'observations",
    "5": "Déféré au tribunal administratif",
}
_FIRST = {"2": 21, "3": 7, "4": 7, "5": 21}
_WORDS = "Courrier écrit pour les besoins du test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reponse:
    """The fields of a reply, as posted."""

    courrier: str
    type_envoie: str = ""
    type_acte: str = ""
    document: Upload | None = None
    annexes: tuple[Upload, ...] = ()
    types_pj: tuple[str, ...] = ()
    signature: str = ""


class Courriers:
    """The correspondence with the préfecture."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        registry.letters_due = self._write_due
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self._written: set[tuple[int, int]] = set()

    # What the API does.

    def non_lus(self, account: Account) -> Sequence[Transaction]:
        """The letters of the authority that nobody has marked as read, oldest first. Raises ``Ko``."""
        account.must_view()
        with self._registry.ground.lock:
            return [
                one
                for one in self._registry.all()
                if one.is_letter and one.authority is account.authority and not one.lu
            ]

    def marquer_lu(self, account: Account, transaction_id: str) -> None:
        """That letter has been read; nothing happens when it is not one of the authority. Raises ``Ko``."""
        account.must_view()
        with self._registry.ground.lock:
            found = self._registry.find(transaction_id)
            if found is not None and found.authority is account.authority:
                found.lu = True

    def de_l_acte(self, account: Account, transaction_id: str) -> Sequence[Transaction]:
        """What there is about an acte: its cancellation, and each letter or, once there is one, its last reply.

        Raises ``Ko``.
        """
        registry = self._registry
        with registry.ground.lock:
            about = registry.about(registry.visible(account, transaction_id))
            replies = {one.reponse_a.id: one for one in about if one.reponse_a is not None}
            return [replies.get(one.id, one) for one in about if one.reponse_a is None]

    def repondre(self, account: Account, reponse: Reponse) -> Transaction:
        """Answer a letter; the files of ``reponse`` are moved. Raises ``Ko``."""
        registry, ground = self._registry, self._registry.ground
        account.must_have("CS")
        registry.refuse_paper(account)
        with ground.lock:
            letter = registry.find(reponse.courrier)
            if letter is None or not letter.is_letter:
                raise Ko(texts.NOT_A_TRANSACTION)
            if letter.authority is not account.authority:
                raise Ko(texts.ACCESS_REFUSED)
        code = _code(letter, reponse.type_envoie)
        parts = _parts(reponse, several=code == "3-4")
        with ground.lock:
            first = Step(statut=1, moment=ground.now, message=texts.DEPOSITED)
            transaction = registry.open(
                letter.type,
                authority=letter.authority,
                acte=letter.acte,
                first=first,
                emitter=account,
                code=code,
            )
            transaction.related, transaction.reponse_a = letter.related, letter
            transaction.courrier_du = letter.courrier_du
            ids = registry.file_ids(len(parts) + 1)
        transaction.files = store(
            transaction,
            parts,
            lambda files: messages.reply(transaction, files),
            home=registry.home_of(transaction),
            ids=ids,
        )
        transaction.problem = analyse(letter.acte, transaction.files[1:])
        with ground.lock:
            registry.keep(transaction)
        return transaction

    # What the préfecture does.

    def ecrire(self, transaction_id: int, sorte: Courrier, *, texte: str = "") -> Transaction:
        """The préfecture writes about an acte that it has received. Raises ``NotFound``, ``NotReady``."""
        with self._registry.ground.lock:
            acte = self._registry.known(transaction_id, "courrier")
            if acte.type != TRANSMISSION or acte.last(4) is None:
                raise NotReady(
                    f"La préfecture n'a pas reçu l'acte {transaction_id}.",
                    platform=PLATFORM,
                    operation="courrier",
                )
            return self._write(acte, sorte, texte, moment=self._registry.ground.now)

    def _write_due(self) -> None:
        """The letters that scenarios announced, each once per acte."""
        registry = self._registry
        announced = [
            (rank, one) for rank, one in enumerate(registry.machine.scenarios) if one.issue in COURRIERS
        ]
        if not announced:
            return
        for acte in registry.actes():
            received = acte.last(4)
            for rank, scenario in announced:
                key = (rank, acte.id)
                if received is None or key in self._written or not speaks_of(scenario, acte):
                    continue
                moment = received.moment + timedelta(seconds=scenario.apres_s)
                if moment <= registry.ground.now:
                    self._written.add(key)
                    self._write(acte, _sorte(scenario), scenario.motif, moment=moment)

    def _write(self, acte: Transaction, sorte: Courrier, words: str, *, moment: datetime) -> Transaction:
        registry, kind = self._registry, COURRIERS[sorte]
        first = Step(statut=_FIRST[kind], moment=moment, message=texts.LETTER_RECEIVED)
        transaction = registry.open(
            kind, authority=acte.authority, acte=acte.acte, first=first, emitter=None, code=f"{kind}-1"
        )
        transaction.related, transaction.courrier_du = acte, local_day(moment)
        said = words or _WORDS
        facts = [("Acte", acte.acte_id), ("Objet", acte.acte.objet), ("Texte", said)]
        content = lettre(titre=_TITLES[kind], facts=facts, dated=moment)
        with tempfile.NamedTemporaryFile(dir=registry.ground.reception, delete=False) as place:
            place.write(content)
        part = Part(upload=Upload("courrier.pdf", Path(place.name)), code_pj="")
        transaction.files = store(
            transaction,
            [part],
            lambda files: messages.letter(transaction, files, words=said),
            home=registry.home_of(transaction),
            ids=registry.file_ids(2),
        )
        registry.keep(transaction, sent=False)
        return transaction


def _sorte(scenario: Scenario) -> Courrier:
    return next(one for one in COURRIERS if one == scenario.issue)


def _code(letter: Transaction, type_envoie: str) -> str:
    """The code of the message that answers a letter."""
    if letter.type == "2":
        return "2-2"
    if letter.type == "5":
        raise Ko(texts.NO_REPLY_POSSIBLE)
    if type_envoie not in ("3", "4"):
        raise Ko(texts.NO_KIND_OF_REPLY)
    return f"{letter.type}-{type_envoie}"


def _parts(reponse: Reponse, *, several: bool) -> list[Part]:
    """The files of a reply; only complementary pieces may be several."""
    if reponse.document is None or reponse.document.mimetype not in EXTENSIONS:
        raise Ko(texts.ILLEGAL_FILE)
    parts = [Part(upload=reponse.document, code_pj=reponse.type_acte, signature=reponse.signature)]
    if several:
        codes = (*reponse.types_pj, *("" for _ in reponse.annexes))
        parts += [
            Part(upload=upload, code_pj=code) for upload, code in zip(reponse.annexes, codes, strict=False)
        ]
    if not all(PIECE.fullmatch(part.code_pj) for part in parts):
        raise Ko(texts.NO_TYPOLOGY_OF_REPLY)
    if any(part.upload.mimetype not in EXTENSIONS for part in parts):
        raise Ko(texts.ILLEGAL_FILE)
    return parts
