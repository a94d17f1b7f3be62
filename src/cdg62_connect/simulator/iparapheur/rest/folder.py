"""A folder as the Standard API sees it: a dossier of the parapheur under another light."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from cdg62_connect.simulator.iparapheur.dossier import Account, Dossier, Piece, Statut
from cdg62_connect.simulator.iparapheur.rest import problem
from cdg62_connect.simulator.iparapheur.rest.parcours import Evenement, parcours
from cdg62_connect.simulator.iparapheur.rest.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder at one moment.

    Attributes:
        dossier_id: how the web service knows it.
        suppleant: the desk that stands in for the one where it waits.
        evenements: none while the workflow engine is not ready.
    """

    id: str
    dossier_id: str
    nom: str
    account: Account
    type: str
    sous_type: str
    date_limite: str
    metadonnees: tuple[tuple[str, str], ...]
    brouillon: bool
    untouched: bool
    suppleant: str | None
    evenements: tuple[Evenement, ...]

    @classmethod
    def of(cls, account: Account, dossier: Dossier, *, ready: bool, suppleant: str | None) -> Folder:
        """The folder of a dossier; ``ready`` tells whether the workflow engine knows it already."""
        found = folder_id(dossier)
        demande = dossier.demande
        known = ready or dossier.emis
        return cls(
            id=found,
            dossier_id=dossier.dossier_id,
            nom=dossier.titre,
            account=account,
            type=demande.type,
            sous_type=demande.sous_type,
            date_limite=demande.date_limite,
            metadonnees=demande.metadonnees,
            brouillon=not dossier.emis,
            untouched=dossier.emis and not dossier.lu and not dossier.faites and bool(dossier.restantes),
            suppleant=suppleant,
            evenements=parcours(found, dossier, emetteur=account.nom) if known else (),
        )

    @property
    def due(self) -> datetime | None:
        """Its last day, as a moment."""
        try:
            day = date.fromisoformat(self.date_limite[:10])
        except ValueError:
            return None
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    @property
    def etat(self) -> str:
        """``DRAFT``, ``PENDING``, ``FINISHED`` or ``REJECTED``."""
        if self.brouillon:
            return "DRAFT"
        waited = {event.action for event in self.evenements if event.en_cours}
        if waited == {"ARCHIVE"}:
            return "FINISHED"
        return "REJECTED" if waited == {"DELETE"} else "PENDING"

    def waited_at(self, bureau: str) -> bool:
        """It waits for that desk, in its circuit."""
        return self.etat == "PENDING" and any(
            event.en_cours and event.bureau == bureau for event in self.evenements
        )

    def acted_at(self, bureau: str) -> bool:
        """That desk has acted."""
        return any(event.date and event.bureau == bureau for event in self.evenements)

    def task(self, task: str) -> Evenement:
        """One of its tasks.

        Raises:
            Problem: 404, no such task.
        """
        for event in self.evenements:
            if event.tache == task:
                return event
        raise Problem(404, problem.UNKNOWN_TASK)


def folder_id(dossier: Dossier) -> str:
    """The id of a folder: that of the dossier when it has the form, else the UUID that nobody chose."""
    try:
        known = str(uuid.UUID(dossier.dossier_id)) == dossier.dossier_id
    except ValueError:
        known = False
    return dossier.dossier_id if known else dossier.identifiant


def detached(dossier: Dossier) -> list[Piece]:
    """The detached signatures of a dossier, under the names that they have in the archive."""
    signers = [entry.acteur for entry in dossier.history if entry.statut in (Statut.SIGNE, Statut.CACHET_OK)]
    found: list[Piece] = []
    for principal in dossier.principaux:
        stem = PurePosixPath(principal.piece.nom).stem.replace(".", "_")
        before = 1 if dossier.demande.signature in principal.signatures else 0
        for rank, piece in enumerate(principal.signatures):
            if rank < before:
                name = f"{stem}-0-signature_externe.p7s"
            else:
                who = signers[rank - before] if rank - before < len(signers) else "inconnu"
                name = f"{stem}-{rank - before + 1}-{who}.p7s"
            found.append(replace(piece, nom=name))
    return found
