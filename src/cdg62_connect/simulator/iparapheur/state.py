"""The simulated parapheur: accounts, dossiers in their circuits, and what people do with them.

It knows nothing of HTTP nor of SOAP. Each public method may be called from any thread.
"""

from __future__ import annotations

import hmac
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random

from cdg62_connect.clock import Clock
from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.iparapheur import admission, desks, texts
from cdg62_connect.simulator.iparapheur.circuits import Acte, circuit_of
from cdg62_connect.simulator.iparapheur.conduct import A_LA_MAIN, Regle, Rythme
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, Dossier, LogEntry, Piece, Statut
from cdg62_connect.simulator.iparapheur.refusal import Introuvable, Refus
from cdg62_connect.simulator.pdf import HistoryRow, bordereau_signature
from cdg62_connect.simulator.pki import TestAuthority

_BODY_LIMIT = 2000 * 1024 * 1024  # bytes, that of the front-end of the parapheur v5


@dataclass(frozen=True, slots=True)
class Cree:
    """A dossier was accepted. ``choisi`` says that the parapheur chose its id."""

    dossier_id: str
    titre: str
    choisi: bool


@dataclass(frozen=True, slots=True)
class Contenu:
    """All that the parapheur gives of a dossier, ``bordereau`` being the slip it prints of it."""

    dossier_id: str
    titre: str
    demande: Demande
    document: Piece
    annexes: tuple[Piece, ...]
    bordereau: bytes


class ParapheurState:
    """One parapheur: dossier ids are unique in it, and an account sees only what it sent.

    ``folder`` is its own; the documents that an earlier one left there are deleted. ``seed`` decides the ids that
    it chooses.

    Attributes:
        faults: the faults in force, for whoever puts this state on a wire.
        certificat_exige: a client certificate is demanded, besides the password (v3 and the first v4).
        corps_maximal: longest request that the front end takes, in bytes.
    """

    def __init__(
        self, *, clock: Clock, authority: TestAuthority, folder: Path, faults: Faults, seed: int = 0
    ) -> None:
        self.faults = faults
        self._clock = clock
        self._authority = authority
        self._folder = folder
        self._seed = seed
        self._lock = threading.RLock()
        self._accounts: dict[str, Account] = {}
        self._start()

    def _start(self) -> None:
        self._rythme = A_LA_MAIN
        self.certificat_exige = False
        self.corps_maximal = _BODY_LIMIT
        self._required: dict[str, tuple[str, ...]] = {}
        self._chosen: Counter[tuple[str, str]] = Counter()
        self._dossiers: dict[str, Dossier] = {}
        self._tombstones: list[dict[str, object]] = []
        self._created: Counter[str] = Counter()
        self._rank = 0
        for left in (self.reception, *self._folder.glob("dossier-*")):
            shutil.rmtree(left, ignore_errors=True)
        self.reception.mkdir(parents=True, exist_ok=True)

    def reset(self) -> None:
        """Forget every dossier, the rythme and what was demanded. Accounts stay."""
        with self._lock:
            self._start()

    @property
    def reception(self) -> Path:
        """Where files may be put before they are handed over with :meth:`creer`, which takes them away."""
        return self._folder / "reception"

    @property
    def rythme(self) -> Rythme:
        """How the desks behave by themselves; by default they wait for a hand."""
        with self._lock:
            return self._rythme

    @rythme.setter
    def rythme(self, rythme: Rythme) -> None:
        with self._lock:
            self._rythme = rythme

    def exiger_metadonnees(self, sous_type: str, *noms: str) -> None:
        """Demand these métadonnées of every new dossier of a sous-type, until the next :meth:`reset`."""
        with self._lock:
            self._required[sous_type] = noms

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The web service accounts."""
        with self._lock:
            return tuple(self._accounts.values())

    def add_account(
        self,
        login: str,
        password: str,
        *,
        type: str = "URBANISME",
        sous_types: Sequence[str] = ("Arrete", "Courrier"),
        nom: str = "Service Web",
    ) -> Account:
        """Open an account (or change it). ``nom`` is its name in the histories."""
        circuits = {sous_type: circuit_of(sous_type) for sous_type in sous_types}
        account = Account(login, password, type, circuits, nom)
        with self._lock:
            self._accounts[login] = account
        return account

    def authenticate(self, login: str, password: str) -> Account | None:
        """The account that has this login and this password."""
        with self._lock:
            account = self._accounts.get(login)
        if account is None or not hmac.compare_digest(account.password.encode(), password.encode()):
            return None
        return account

    def creer(self, account: Account, demande: Demande) -> Cree:
        """Put a new dossier into its circuit. The files of ``demande`` are moved.

        Raises:
            Refus: the id is taken, the type is unknown to the account, something is missing or malformed.
        """
        dossier_id = " ".join(demande.dossier_id.split())
        titre = demande.titre.strip() or dossier_id
        if not titre:
            raise Refus(texts.NO_NAME)
        circuit = admission.circuit_for(account, demande)
        with self._lock:
            required = self._required.get(demande.sous_type, ())
        document = admission.check(demande, dossier_id, required=required)
        with self._lock:
            if dossier_id in self._dossiers:
                raise Refus(texts.ALREADY_THERE.format(dossier_id=dossier_id))
            choisi = not dossier_id
            if choisi:
                dossier_id = self._chosen_id(account, titre)
            now = self._now()
            self._rank += 1
            folder = self._folder / f"dossier-{self._rank:05}"
            folder.mkdir()
            nom = demande.nom_document or f"{dossier_id}.pdf"
            dossier = Dossier(
                dossier_id=dossier_id,
                titre=titre,
                account=account.login,
                demande=demande,
                document=_moved(replace(document, nom=nom), folder / "document-0.pdf"),
                annexes=tuple(
                    _moved(annexe, folder / f"annexe-{rank}") for rank, annexe in enumerate(demande.annexes)
                ),
                folder=folder,
                restantes=circuit,
                depuis=now,
            )
            dossier.note(now, account.nom, Statut.NON_LU, "Création de dossier")
            dossier.note(now, account.nom, Statut.NON_LU, "Emission du dossier")
            dossier.deposer(now, account.nom)
            if demande.annotation_publique:
                dossier.note(now, account.nom, Statut.NON_LU, demande.annotation_publique)
            self._dossiers[dossier_id] = dossier
            self._created[dossier_id] += 1
            self._settle(dossier)
        return Cree(dossier_id, titre, choisi)

    def historique(self, account: Account, dossier_id: str) -> tuple[LogEntry, ...]:
        """The history of a dossier, oldest first. It counts as a look.

        Raises:
            Introuvable: no such dossier for this account.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier, looking=True)
            return tuple(dossier.history)

    def contenu(self, account: Account, dossier_id: str) -> Contenu:
        """The documents of a dossier, at any stage.

        Raises:
            Introuvable: no such dossier for this account.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            rows = [HistoryRow(e.moment, e.acteur, e.statut.value, e.annotation) for e in dossier.history]
            return Contenu(
                dossier_id=dossier.dossier_id,
                titre=dossier.titre,
                demande=dossier.demande,
                document=dossier.document,
                annexes=dossier.annexes,
                bordereau=bordereau_signature(
                    dossier_id=dossier.dossier_id, titre=dossier.titre, history=rows
                ),
            )

    def archiver(self, account: Account, dossier_id: str, *, effacer: bool) -> None:
        """Take a finished dossier out of the parapheur: into its archive, or for ever.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: its circuit is not finished.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            if not dossier.termine:
                raise Refus(texts.NOT_ARCHIVABLE.format(dossier_id=dossier.dossier_id))
            self._bury(dossier, deleted=effacer)

    def effacer_rejete(self, account: Account, dossier_id: str) -> None:
        """Delete a dossier that a desk refused.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: nobody refused it.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            if not dossier.rejete:
                raise Refus(texts.NOT_REJECTED.format(dossier_id=dossier.dossier_id))
            self._bury(dossier, deleted=True)

    def viser(self, dossier_id: str, *, by: str | None = None, annotation: str = "") -> None:
        """Give the visa that the dossier waits for, as ``by`` (by default the name of the desk).

        Raises:
            Refus: no such dossier, or it waits for something else.
        """
        with self._lock:
            dossier = self._waiting(dossier_id, Acte.VISA)
            desks.viser(dossier, self._now(), by=by, annotation=annotation)
            self._settle(dossier)

    def signer(
        self, dossier_id: str, *, by: str | None = None, annotation: str = "", papier: bool = False
    ) -> None:
        """Sign the dossier as ``by`` (by default the name of the desk).

        ``papier``: signed on paper; the document in the parapheur stays as it is.

        Raises:
            Refus: no such dossier, or it waits for something else.
            InvalidFile: its document cannot be signed.
        """
        with self._lock:
            dossier = self._waiting(dossier_id, Acte.SIGNATURE)
            now = self._now()
            if papier:
                desks.signer_sur_papier(dossier, now, by=by, annotation=annotation)
            else:
                desks.signer(dossier, now, authority=self._authority, by=by, annotation=annotation)
            self._settle(dossier)

    def refuser(self, dossier_id: str, *, motif: str, by: str | None = None) -> None:
        """Refuse the dossier at its present step, with a reason.

        Raises:
            Refus: no such dossier, or its circuit is over.
        """
        with self._lock:
            desks.refuser(self._waiting(dossier_id), self._now(), by=by, motif=motif)

    def dossiers(self) -> list[dict[str, object]]:
        """Every dossier ever accepted, one row per id; those that left say ``archived`` or ``deleted``."""
        with self._lock:
            for dossier in self._dossiers.values():
                self._settle(dossier)
            rows = {str(row["dossier_id"]): row for row in self._tombstones}
            rows.update({key: self._row(dossier) for key, dossier in self._dossiers.items()})
            return [{**row, "cree_n": self._created[key]} for key, row in rows.items()]

    @property
    def tombstones(self) -> tuple[dict[str, object], ...]:
        """The dossiers that left, in the order in which they did, with their last history."""
        with self._lock:
            return tuple(dict(row) for row in self._tombstones)

    def snapshot(self) -> dict[str, object]:
        """All of it, without secrets nor documents, as JSON can say it."""
        with self._lock:
            return {
                "comptes": [
                    {"login": a.login, "nom": a.nom, "type": a.type, "sous_types": list(a.sous_types)}
                    for a in self._accounts.values()
                ],
                "rythme": self._rythme.as_json(),
                "dossiers": self.dossiers(),
            }

    def _chosen_id(self, account: Account, titre: str) -> str:
        """The id of a dossier that came without one: by the seed, the account and the title, not by the hour."""
        self._chosen[account.login, titre] += 1
        drawn = Random(f"{self._seed} {account.login} {titre} {self._chosen[account.login, titre]}")  # noqa: S311 - chooses names, keeps no secret
        return str(uuid.UUID(int=drawn.getrandbits(128), version=4))

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _of(self, account: Account, dossier_id: str) -> Dossier:
        key = " ".join(dossier_id.split())
        dossier = self._dossiers.get(key)
        if dossier is None or dossier.account != account.login:
            raise Introuvable(key)
        return dossier

    def _waiting(self, dossier_id: str, acte: Acte | None = None) -> Dossier:
        dossier = self._dossiers.get(dossier_id)
        if dossier is None:
            raise Introuvable(dossier_id)
        self._settle(dossier)
        etape = dossier.etape
        if etape is None:
            raise Refus(f"Le circuit du dossier {dossier_id} est terminé ({dossier.statut.value}).")
        if acte not in (None, etape.acte):
            raise Refus(
                f"Le dossier {dossier_id} attend un acte de {etape.acte.value} de « {etape.bureau} »."
            )
        return dossier

    def _settle(self, dossier: Dossier, *, looking: bool = False) -> None:
        """Let the desks do what they had to do by now."""
        now = self._now()
        while (etape := dossier.etape) is not None:
            regle = self._rythme.regle(sous_type=dossier.demande.sous_type, titre=dossier.titre, etape=etape)
            looks = dossier.regards if looking else None
            moment = regle.quand.due(since=dossier.depuis, looks=looks, now=now)
            if moment is None:
                break
            self._play(dossier, regle, moment)
        if looking:
            dossier.regards += 1

    def _play(self, dossier: Dossier, regle: Regle, moment: datetime) -> None:
        etape = dossier.restantes[0]
        if regle.refuser is not None:
            desks.refuser(dossier, moment, motif=regle.refuser)
        elif etape.acte is Acte.VISA:
            desks.viser(dossier, moment)
        else:
            try:
                desks.signer(dossier, moment, authority=self._authority)
            except InvalidFile as problem:
                desks.refuser(dossier, moment, motif=str(problem))

    def _row(self, dossier: Dossier, *, archived: bool = False, deleted: bool = False) -> dict[str, object]:
        return {
            "dossier_id": dossier.dossier_id,
            "statut": dossier.statut.value,
            "titre": dossier.titre,
            "type": dossier.demande.type,
            "sous_type": dossier.demande.sous_type,
            "account": dossier.account,
            "bureau": dossier.etape.bureau if dossier.etape else None,
            "archived": archived,
            "deleted": deleted,
            "history": [
                {
                    "moment": entry.moment.isoformat(),
                    "acteur": entry.acteur,
                    "statut": entry.statut.value,
                    "annotation": entry.annotation,
                }
                for entry in dossier.history
            ],
        }

    def _bury(self, dossier: Dossier, *, deleted: bool) -> None:
        self._tombstones.append(self._row(dossier, archived=not deleted, deleted=deleted))
        del self._dossiers[dossier.dossier_id]
        if deleted:
            shutil.rmtree(dossier.folder, ignore_errors=True)


def _moved(piece: Piece, target: Path) -> Piece:
    piece.path.replace(target)
    return replace(piece, path=target)
