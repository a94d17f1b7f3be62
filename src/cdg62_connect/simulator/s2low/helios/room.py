"""The module of PES of S2LOW. It knows nothing of HTTP.

A PES goes 1 (posté) → 2 (en attente de transmission) → 3 (transmis) → 4, 6 or 8 as the trésorerie answers, each
step at the pace of :attr:`Helios.rythme`. It starts at 14 when a person must post it, and falls to -1 when S2LOW
refuses it. Its bytes are taken for ever, on the whole platform.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cdg62_connect.errors import InvalidInput, NotFound, NotReady
from cdg62_connect.simulator.s2low import texts as common
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.depot import Upload
from cdg62_connect.simulator.s2low.ground import PLATFORM, Ground, local_day
from cdg62_connect.simulator.s2low.helios import flux, pes, signatures, texts
from cdg62_connect.simulator.s2low.helios.machine import PesMachine, RythmePes
from cdg62_connect.simulator.s2low.helios.pes import DEPENSE, Bordereau, Pes
from cdg62_connect.simulator.s2low.helios.scenarios import Erreur, Reponse, ScenarioPes
from cdg62_connect.simulator.s2low.helios.transactions import (
    ANSWERED,
    PesTransaction,
    Retour,
    Step,
    pes_as_json,
    retour_as_json,
)

_FIRST_PES = 5120
_FIRST_RETOUR = 77


class Seen:
    """What a status call shows."""

    __slots__ = ("message", "statut")

    def __init__(self, statut: int, message: str) -> None:
        self.statut = statut
        self.message = message


class Helios:
    """The PES of one platform. Every public method may be called from any thread."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = ground.lock
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self._machine = PesMachine(self._ground)
        self._pes: dict[int, PesTransaction] = {}
        self._digests: set[str] = set()
        self._retours: dict[int, Retour] = {}

    # What the API does.

    def importer(
        self, account: Account, upload: Upload | None, *, must_signed: bool = False
    ) -> PesTransaction:
        """Take a PES; the file is moved.

        Raises:
            Ko: refused, in the platform's words.
        """
        account.must_have("CS", "helios")
        if not account.rgs:
            raise Ko(texts.NOT_RGS)
        if upload is None:
            raise Ko(texts.NO_ENVELOPE)
        limit = self._ground.limites.pes
        if upload.size > limit:
            raise Ko(texts.TOO_BIG.format(limite=limit // (1024 * 1024)))
        if not upload.size:
            raise Ko(texts.EMPTY)
        with upload.path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha1").hexdigest()
        with self._lock:
            if digest in self._digests:
                raise Ko(texts.DUPLICATE)
            self._digests.add(digest)
            identifier = self._ground.ids("pes", _FIRST_PES)[0]
        place = self._ground.folder / "helios" / f"{identifier}.xml"
        place.parent.mkdir(parents=True, exist_ok=True)
        size = upload.size
        upload.path.replace(place)
        read = pes.read(place)
        # Slow on a big file: outside the lock.
        wrong = signatures.problem(place) if read.lisible and read.signatures else ""
        with self._lock:
            transaction = PesTransaction(
                id=identifier,
                authority=account.authority,
                emitter=account,
                name=upload.name,
                path=place,
                size=size,
                sha1=digest,
                pes=read,
                problem=wrong,
                steps=[self._first_step(account, must_signed=must_signed)],
            )
            self._pes[identifier] = transaction
            self._machine.remember(transaction)
            self._machine.settle(transaction)
        return transaction

    def statut(self, account: Account, transaction_id: str) -> Seen:
        """Look at a PES. Raises ``Ko``."""
        account.must_edit("helios")
        if not transaction_id:
            raise Ko(texts.NO_NUMBER)
        with self._lock:
            transaction = self._find(transaction_id)
            if transaction is None:
                raise Ko(texts.UNKNOWN)
            if transaction.authority is not account.authority:
                raise Ko(common.ACCESS_REFUSED)
            self._machine.settle(transaction, looking=True)
            transaction.looks += 1
            transaction.total_looks += 1
            if transaction.statut == 0:
                raise Ko(texts.STATUS_FAILED)
            hidden = transaction.statut in ANSWERED and not transaction.retrievable
            shown = 3 if hidden and self._ground.profile != "v4" else transaction.statut
            return Seen(shown, transaction.steps[-1].message)

    def acquit(self, account: Account, transaction_id: str) -> tuple[str, bytes]:
        """The name and the content of what came back of a PES. Raises ``Ko``."""
        with self._lock:
            transaction = self._visible(account, transaction_id)
            if not transaction.acquit or not transaction.retrievable:
                raise Ko(texts.UNKNOWN)
            return f"ACQUIT_{transaction.sent_as}", transaction.acquit

    def fichier(self, account: Account, transaction_id: str) -> tuple[str, Path]:
        """The name and the place of a PES as it was posted. Raises ``Ko``."""
        with self._lock:
            transaction = self._visible(account, transaction_id)
            return transaction.name, transaction.path

    def lister(
        self, account: Account, statut: int, *, since: date | None = None, until: date | None = None
    ) -> Sequence[PesTransaction]:
        """Every PES of the authority in a status, newest first; for an archivist. Raises ``Ko``."""
        if account.role != "ARCH":
            raise Ko(texts.ARCHIVIST_ONLY)
        with self._lock:
            return [
                one
                for one in sorted(self._settled(), key=lambda one: -one.id)
                if one.authority is account.authority
                and one.statut == statut
                and (since is None or local_day(one.since) >= since)
                and (until is None or local_day(one.since) <= until)
            ]

    def posted_in(self, first: date, last: date) -> Sequence[PesTransaction]:
        """Every PES of the platform posted between two days."""
        with self._lock:
            return [one for one in self._pes.values() if first <= local_day(one.steps[0].moment) <= last]

    def retours_non_lus(self, account: Account) -> Sequence[Retour]:
        """The PES retour of the authority that nobody has marked as read, oldest first. Raises ``Ko``."""
        account.must_view("helios")
        with self._lock:
            return [
                one for one in self._retours.values() if one.authority is account.authority and not one.lu
            ]

    def retour(self, account: Account, retour_id: str) -> Retour:
        """One PES retour. Raises ``Ko``."""
        account.must_view("helios")
        with self._lock:
            found = self._retours.get(int(retour_id)) if retour_id.isdecimal() else None
            if found is None:
                raise Ko(texts.RETOUR_UNKNOWN)
            if found.authority is not account.authority:
                raise Ko(common.ACCESS_REFUSED)
            return found

    def marquer_lu(self, account: Account, retour_id: str) -> None:
        """That one has been read. Raises ``Ko``."""
        with self._lock:
            self.retour(account, retour_id).lu = True

    def key_of(self, transaction_id: str) -> str:
        """By what faults name a PES: its NomFic and its name, or the id itself when it is unknown."""
        with self._lock:
            found = self._find(transaction_id)
            return found.key if found else transaction_id

    # What people and the trésorerie do.

    @property
    def rythme(self) -> RythmePes:
        """The pace at which PES move by themselves."""
        with self._lock:
            return self._machine.rythme

    @rythme.setter
    def rythme(self, rythme: RythmePes) -> None:
        with self._lock:
            self._machine.rythme = rythme

    def prevoir(self, scenario: ScenarioPes) -> None:
        """Decide what shall happen to some PES."""
        with self._lock:
            self._machine.scenarios.append(scenario)

    def poster(self, transaction_id: int, *, agent: str = "Agent de test") -> None:
        """A person confirms a PES in 13 or 14. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._machine.poster(self._known(transaction_id, "poster"), agent=agent)

    def acquitter(
        self, transaction_id: int, *, reponse: Reponse | None = None, erreurs: Sequence[Erreur] = ()
    ) -> None:
        """The trésorerie answers at once, so or as it finds. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._machine.repondre(self._known(transaction_id, "acquitter"), reponse=reponse, erreurs=erreurs)

    def refuser(self, transaction_id: int, *, motif: str = "") -> None:
        """S2LOW refuses it at once (status -1). Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._machine.refuser(self._known(transaction_id, "refuser"), motif=motif)

    def annuler(self, transaction_id: int) -> None:
        """Somebody takes it back before it leaves (status 0). Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._machine.annuler(self._known(transaction_id, "annuler"))

    def emettre_retour(self, transaction_id: int) -> Retour:
        """The trésorerie sends a PES retour: it has taken in the bordereaux of dépense of a PES.

        It goes to the authority that is alone in having sent PES of that SIRET; to nobody otherwise.

        Raises:
            NotFound: no such PES.
            NotReady: it was not acknowledged.
            InvalidInput: it has no bordereau of dépense.
        """
        with self._lock:
            transaction = self._known(transaction_id, "retour")
            if transaction.statut not in ANSWERED:
                raise NotReady(
                    f"Le PES {transaction_id} n'est pas acquitté.", platform=PLATFORM, operation="retour"
                )
            bordereaux = [one for one in transaction.pes.bordereaux if one.domaine == DEPENSE]
            if not bordereaux:
                raise InvalidInput(f"Le PES {transaction_id} n'a pas de bordereau de dépense.")
            return self._received(transaction.pes, bordereaux)

    def snapshot(self) -> dict[str, object]:
        """Everything, as JSON: ``pes`` (oldest first), ``pes_retours``, ``rythme_pes``."""
        with self._lock:
            return {
                "pes": [pes_as_json(one) for one in self._settled()],
                "pes_retours": [retour_as_json(one) for one in self._retours.values()],
                "rythme_pes": self._machine.rythme.as_json(),
            }

    # Inside.

    def _first_step(self, account: Account, *, must_signed: bool) -> Step:
        waits = 13 if must_signed else 1 if "TT" in account.droits else 14
        return Step(statut=waits, moment=self._ground.now, message=texts.MESSAGES[waits])

    def _received(self, sent: Pes, bordereaux: Sequence[Bordereau]) -> Retour:
        identifier = self._ground.ids("retours", _FIRST_RETOUR)[0]
        day = self._ground.today
        nom = f"PES2R_DEP_P_{sent.tete('IdPost')}_{identifier}_{day:%Y%m%d}"
        owners = self._ground.accounts.owners_of(sent.id_coll)
        found = Retour(
            id=identifier,
            nom=f"{nom}.xml",
            siret=sent.id_coll,
            content=flux.retour(sent, bordereaux, nom=nom, day=day),
            moment=self._ground.now,
            authority=owners[0] if len(owners) == 1 else None,
        )
        self._retours[identifier] = found
        return found

    def _find(self, transaction_id: str) -> PesTransaction | None:
        return self._pes.get(int(transaction_id)) if transaction_id.isdecimal() else None

    def _known(self, transaction_id: int, operation: str) -> PesTransaction:
        found = self._pes.get(transaction_id)
        if found is None:
            raise NotFound(f"Aucun PES {transaction_id}.", platform=PLATFORM, operation=operation)
        self._machine.settle(found)
        return found

    def _visible(self, account: Account, transaction_id: str) -> PesTransaction:
        account.must_view("helios")
        found = self._find(transaction_id)
        if found is None:
            raise Ko(texts.UNKNOWN)
        if found.authority is not account.authority:
            raise Ko(common.ACCESS_REFUSED)
        self._machine.settle(found)
        return found

    def _settled(self) -> Sequence[PesTransaction]:
        for one in self._pes.values():
            self._machine.settle(one)
        return [self._pes[key] for key in sorted(self._pes)]
