"""What S2LOW keeps of a PES: the file, what was read of it, the statuses it went through, the acquit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdg62_connect.simulator.s2low.accounts import Account, Authority
from cdg62_connect.simulator.s2low.helios import texts
from cdg62_connect.simulator.s2low.helios.pes import Pes

ANSWERED = (4, 6, 8)
"""Statuses that a file from the trésorerie brings about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One status reached, and what is said of it."""

    statut: int
    moment: datetime
    message: str


@dataclass(slots=True, kw_only=True)
class PesTransaction:
    """A PES that was posted.

    Attributes:
        name: the name of the file, as posted.
        problem: why the signature cannot be trusted, ``""`` when all is well.
        sent_as: the name under which it left for the DGFiP, ``""`` before.
        acquit: the file that came back, ``b""`` before.
        retrievable: that file can be downloaded.
        looks: status calls since the last change.
    """

    id: int
    authority: Authority
    emitter: Account
    name: str
    path: Path
    size: int
    sha1: str
    pes: Pes
    steps: list[Step]
    problem: str = ""
    sent_as: str = ""
    acquit: bytes = b""
    retrievable: bool = False
    looks: int = 0
    total_looks: int = 0

    @property
    def statut(self) -> int:
        """The present status."""
        return self.steps[-1].statut

    @property
    def since(self) -> datetime:
        """When the present status began."""
        return self.steps[-1].moment

    @property
    def key(self) -> str:
        """By what faults and scenarios name it."""
        return f"{self.pes.nom_fic} {self.name}"

    def enter(self, statut: int, moment: datetime, message: str) -> None:
        """Reach a status; the message may quote the id."""
        self.steps.append(Step(statut=statut, moment=moment, message=message.replace("{id}", str(self.id))))
        self.looks = 0


@dataclass(slots=True, kw_only=True)
class Retour:
    """A PES retour. ``authority`` is ``None`` when nobody, or too many, have its SIRET."""

    id: int
    nom: str
    siret: str
    content: bytes
    moment: datetime
    authority: Authority | None
    lu: bool = False


def pes_as_json(transaction: PesTransaction) -> dict[str, object]:
    """All that is known of a PES, as JSON can say it."""
    pes = transaction.pes
    return {
        "id": transaction.id,
        "siren": transaction.authority.collectivite.siren,
        "nom": transaction.name,
        "nom_fic": pes.nom_fic,
        "cod_col": pes.cod_col,
        "siret": pes.id_coll,
        "taille": transaction.size,
        "sha1": transaction.sha1,
        "statut": transaction.statut,
        "libelle": texts.STATUS_LABELS[transaction.statut],
        "message": transaction.steps[-1].message,
        "envoye_sous": transaction.sent_as,
        "acquit": bool(transaction.acquit),
        "acquit_disponible": transaction.retrievable,
        "regards": transaction.total_looks,
        "bordereaux": [
            {
                "domaine": one.domaine,
                "exercice": one.exercice,
                "numero": one.numero,
                "pieces": len(one.pieces),
            }
            for one in pes.bordereaux
        ],
        "historique": [
            {"statut": step.statut, "moment": step.moment.isoformat(), "message": step.message}
            for step in transaction.steps
        ],
    }


def retour_as_json(retour: Retour) -> dict[str, object]:
    """All that is known of a PES retour, as JSON can say it."""
    return {
        "id": retour.id,
        "nom": retour.nom,
        "siret": retour.siret,
        "siren": retour.authority.collectivite.siren if retour.authority else None,
        "moment": retour.moment.isoformat(),
        "lu": retour.lu,
    }
