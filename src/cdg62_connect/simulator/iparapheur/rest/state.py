"""The v5 side of a parapheur: its folders are the dossiers of the web service, whoever sent them.

A folder created here is a draft, then a dossier like any other, whose id over SOAP is the folder's.
"""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from cdg62_connect.clock import Clock
from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, Dossier, Piece
from cdg62_connect.simulator.iparapheur.refusal import Introuvable, Refus
from cdg62_connect.simulator.iparapheur.rest import problem
from cdg62_connect.simulator.iparapheur.rest.archive import write_archive
from cdg62_connect.simulator.iparapheur.rest.folder import Folder, detached, folder_id
from cdg62_connect.simulator.iparapheur.rest.keycloak import Keycloak
from cdg62_connect.simulator.iparapheur.rest.organisation import Named, Organisation, made_id
from cdg62_connect.simulator.iparapheur.rest.premis import Asked, Told, premis_of
from cdg62_connect.simulator.iparapheur.rest.problem import Problem
from cdg62_connect.simulator.iparapheur.state import ParapheurState
from cdg62_connect.simulator.iparapheur.typage import Format, Protocole

Generation = Literal["5.1", "2025"]
"""``5.1``: no visa, seal nor second opinion in the API, no list ``DOWNSTREAM``; ``2025``: all of them."""

_NAME = range(2, 256)
_LISTS = ("DRAFT", "PENDING", "LATE", "DELEGATED", "FINISHED", "REJECTED", "RETRIEVABLE", "DOWNSTREAM")
_XML = ("application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class Trashed:
    """A folder in the trash bin."""

    id: str
    nom: str
    account: str
    archive: Path


class RestState:
    """Folders, tokens and people of a v5.

    Attributes:
        parapheur: where the dossiers are.
        organisation: tenants, desks, types, people.
        keycloak: the tokens.
        generation: what the API has.
        initialisation: how long a new folder has no event, as the workflow engine is late.
    """

    def __init__(self, parapheur: ParapheurState, *, clock: Clock, folder: Path, seed: int = 0) -> None:
        self.parapheur = parapheur
        self.organisation = Organisation(parapheur)
        self.keycloak = Keycloak(clock=clock, known=self.organisation.knows, roles=self.organisation.roles)
        self._clock = clock
        self._folder = folder
        self._seed = seed
        self._lock = threading.RLock()
        self._start()

    def _start(self) -> None:
        self.generation: Generation = "2025"
        self.initialisation = timedelta(0)
        self._trash: dict[str, Trashed] = {}
        self._made: Counter[tuple[str, str]] = Counter()
        shutil.rmtree(self._folder, ignore_errors=True)
        self.reception.mkdir(parents=True)

    def reset(self) -> None:
        """Forget the trash bin, tokens and settings. People stay; the dossiers are the parapheur's to forget."""
        with self._lock:
            self._start()
            self.keycloak.reset()

    @property
    def reception(self) -> Path:
        """Where files may be put before they are handed over with :meth:`creer`, which takes them away."""
        return self._folder / "reception"

    def creer(self, account: Account, asked: Asked, pieces: Sequence[Piece], *, start: bool) -> Folder:
        """Put a new draft on the desk of an account, and start it if asked. The files are moved.

        Raises:
            Problem: 400, 404 or 406.
        """
        if len(asked.nom) not in _NAME:
            raise Problem(400, problem.BAD_NAME)
        type_, sous_type = self.organisation.typed(account, asked.type, asked.sous_type)
        if asked.date_limite and not _is_day(asked.date_limite):
            raise Problem(400, problem.BAD_DATE.format(asked.date_limite))
        principaux, annexes = _arranged(asked, pieces)
        settings = account.types[type_.name]
        if len(principaux) > 1 and not settings.sous_types[sous_type.name].multidoc:
            raise Problem(406, problem.TOO_MANY_MAINS)
        main, *further = principaux
        signature = asked.signatures.get(main.nom)
        pes = main.content_type in _XML and (
            settings.protocole is Protocole.HELIOS or settings.format is Format.XADES
        )
        with self._lock:
            self._made[account.login, asked.nom] += 1
            rank = str(self._made[account.login, asked.nom])
            found = made_id("dossier", str(self._seed), account.login, asked.nom, rank, version=1)
            demande = Demande(
                type=type_.name,
                sous_type=sous_type.name,
                visibilite="SERVICE",
                document=main,
                dossier_id=found,
                titre=asked.nom,
                nom_document=main.nom,
                signature=self._signature(main, signature) if signature else None,
                supplementaires=tuple(further),
                annexes=tuple(annexes),
                date_limite=asked.date_limite[:10],
                metadonnees=asked.metadonnees,
                est_pes=pes,
                xpath="//Bordereau" if pes else "",
            )
            try:
                self.parapheur.creer(account, demande, brouillon=not start)
            except Refus as refused:
                raise Problem(400, str(refused)) from None
            return self.folder(account, found)

    def folder(self, account: Account, folder: str, *, looking: bool = False) -> Folder:
        """A folder of an account; ``looking`` counts as a look at its history.

        Raises:
            Problem: 404, no such folder.
        """
        with self.parapheur.lock:
            dossier = self._dossier(account, folder)
            if looking:
                self.parapheur.historique(account, dossier.dossier_id)
            return self._seen(account, dossier)

    def folders(self, account: Account) -> list[Folder]:
        """All the folders of an account, in the order in which they came."""
        with self.parapheur.lock:
            return [self._seen(account, one) for one in self._dossiers(account)]

    def listed(self, account: Account, desk: Named, etat: str) -> list[Folder]:
        """The folders of a list of a desk.

        Raises:
            Problem: 400, no such list.
        """
        if etat not in _LISTS or (etat == "DOWNSTREAM" and self.generation == "5.1"):
            raise Problem(400, problem.BAD_STATE.format(etat))
        emitter = desk.name == account.nom
        return [folder for folder in self.folders(account) if self._shown(folder, desk.name, etat, emitter)]

    def premis(self, account: Account, folder: Folder) -> bytes:
        """The PREMIS of a folder."""
        with self.parapheur.lock:
            return self._premis(self._dossier(account, folder.id), folder)

    def archive(self, account: Account, folder: Folder, into: Path) -> None:
        """Write the ZIP of a folder as ``into``."""
        with self.parapheur.lock:
            dossier = self._dossier(account, folder.id)
            contenu = self.parapheur.contenu(account, dossier.dossier_id)
            write_archive(
                into,
                titre=folder.nom,
                premis=self._premis(dossier, folder),
                principaux=[one.piece for one in contenu.principaux],
                signatures=detached(dossier),
                annexes=contenu.annexes,
                bordereau=contenu.bordereau,
                moment=self._clock.now(),
            )

    def start(self, account: Account, folder: Folder, annotation: str) -> None:
        """Send a draft into its circuit.

        Raises:
            Problem: 406, it is started, or not ready to be.
        """
        with self.parapheur.lock:
            dossier = self._dossier(account, folder.id)
            if dossier.emis:
                raise Problem(406, problem.NOT_STARTABLE)
            if not folder.evenements:
                raise Problem(406, problem.NOT_READY)
            dossier.demande = replace(dossier.demande, annotation_publique=annotation)
            self.parapheur.emettre(account, dossier.dossier_id)

    def undo(self, account: Account, folder: Folder) -> None:
        """Take a folder back as a draft, when nobody has opened it nor acted on it.

        Raises:
            Problem: 406, too late.
        """
        try:
            self.parapheur.recuperer(account, folder.dossier_id)
        except Refus:
            raise Problem(406, problem.NOT_RETRIEVABLE) from None

    def agir(self, folder: Folder, action: str, *, by: str, annotation: str) -> None:
        """Do what a folder waits for; the signature itself is given elsewhere.

        Raises:
            Problem: 406, it waits for something else, or cannot be signed.
        """
        people = self.parapheur
        act = {
            "VISA": people.viser,
            "SECOND_OPINION": people.donner_avis,
            "SEAL": people.cacheter,
            "SECURE_MAIL": people.lire_mail,
            "EXTERNAL_SIGNATURE": people.signer_dehors,
        }[action]
        try:
            act(folder.dossier_id, by=by, annotation=annotation)
        except (Refus, InvalidFile):
            raise Problem(406, problem.NOT_THIS_ACTION.format(action)) from None

    def delete(self, account: Account, folder: Folder) -> None:
        """Delete a draft, a finished or a rejected folder.

        Raises:
            Problem: 406, it is in its circuit.
        """
        try:
            with self.parapheur.lock:
                if folder.etat == "REJECTED":
                    self.parapheur.effacer_rejete(account, folder.dossier_id)
                    return
                if folder.brouillon:
                    # Over SOAP, only what was taken back may be deleted before its end.
                    self._dossier(account, folder.id).recupere = True
                self.parapheur.archiver(account, folder.dossier_id, effacer=True)
        except Introuvable:
            raise Problem(404, problem.UNKNOWN_FOLDER) from None
        except Refus:
            raise Problem(406, problem.PENDING) from None

    def throw_away(self, account: Account, folder: Folder) -> None:
        """Put a finished folder into the trash bin.

        Raises:
            Problem: 406, it is not finished.
        """
        with self._lock:
            if folder.etat != "FINISHED":
                raise Problem(406, problem.NOT_FINISHED)
            kept = self._folder / f"corbeille-{folder.id}.zip"
            self.archive(account, folder, kept)
            self.parapheur.archiver(account, folder.dossier_id, effacer=False)
            self._trash[folder.id] = Trashed(folder.id, folder.nom, account.login, kept)

    def trash(self, accounts: Sequence[Account]) -> list[Trashed]:
        """What some accounts have in the trash bin."""
        logins = {account.login for account in accounts}
        with self._lock:
            return [one for one in self._trash.values() if one.account in logins]

    def trashed(self, accounts: Sequence[Account], folder: str) -> Trashed:
        """One folder of the trash bin.

        Raises:
            Problem: 404, it is not there.
        """
        for one in self.trash(accounts):
            if one.id == folder:
                return one
        raise Problem(404, problem.UNKNOWN_FOLDER)

    def purge(self, *gone: Trashed) -> None:
        """Take folders out of the trash bin, for good; all of them when none is given."""
        with self._lock:
            for one in gone or tuple(self._trash.values()):
                self._trash.pop(one.id, None)
                one.archive.unlink(missing_ok=True)

    def _shown(self, folder: Folder, bureau: str, etat: str, emitter: bool) -> bool:
        match etat:
            case "DRAFT" | "FINISHED" | "REJECTED":
                return emitter and folder.etat == etat
            case "PENDING":
                return folder.waited_at(bureau)
            case "LATE":
                due = folder.due
                return folder.waited_at(bureau) and due is not None and due < self._clock.now()
            case "DELEGATED":
                return folder.etat == "PENDING" and folder.suppleant == bureau
            case "RETRIEVABLE":
                return emitter and folder.untouched
            case "DOWNSTREAM":
                return folder.etat == "PENDING" and folder.acted_at(bureau) and not folder.waited_at(bureau)
            case _:
                return False

    def _premis(self, dossier: Dossier, folder: Folder) -> bytes:
        annexes = (*dossier.annexes, *(piece for _, piece in dossier.ajoutees))
        return premis_of(
            Told(
                id=folder.id,
                nom=folder.nom,
                type=folder.type,
                sous_type=folder.sous_type,
                date_limite=folder.date_limite,
                metadonnees=folder.metadonnees,
                principaux=[one.piece for one in dossier.principaux],
                annexes=annexes,
                evenements=folder.evenements,
            )
        )

    def _seen(self, account: Account, dossier: Dossier) -> Folder:
        ready = self._clock.now() >= dossier.cree + self.initialisation
        return Folder.of(account, dossier, ready=ready, suppleant=self.parapheur.suppleant(dossier))

    def _dossier(self, account: Account, folder: str) -> Dossier:
        for dossier in self._dossiers(account):
            if folder_id(dossier) == folder:
                return dossier
        raise Problem(404, problem.UNKNOWN_FOLDER)

    def _dossiers(self, account: Account) -> list[Dossier]:
        return [one for one in self.parapheur.en_cours().values() if one.account == account.login]

    def _signature(self, main: Piece, text: str) -> Piece:
        path = main.path.with_name(f"{main.path.name}.p7s")
        path.write_text(text, encoding="utf-8")
        return Piece(f"{main.nom}.p7s", path, "application/pkcs7-signature")


def _arranged(asked: Asked, pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Main documents and annexes, each file under the description that bears its name."""
    sent = {piece.nom: piece for piece in pieces}
    described = dict(asked.documents)
    for nom in described:
        if nom not in sent:
            raise Problem(400, problem.NO_PART.format(nom))
    for nom in sent:
        if nom not in described:
            raise Problem(400, problem.NOT_DESCRIBED.format(nom))
    principaux = [sent[nom] for nom, principal in described.items() if principal]
    if not principaux:
        raise Problem(406, problem.NO_MAIN)
    return principaux, [sent[nom] for nom, principal in described.items() if not principal]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
