"""A parapheur v4 (iParapheur) with real state: its web service, its circuits, the people at its desks."""

from __future__ import annotations

from cdg62_connect.simulator.iparapheur.circuits import CIRCUITS, Acte, Circuit, Etape
from cdg62_connect.simulator.iparapheur.conduct import A_LA_MAIN, Regle, Rythme
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, LogEntry, Piece, Statut
from cdg62_connect.simulator.iparapheur.refusal import Introuvable, Refus
from cdg62_connect.simulator.iparapheur.state import Contenu, Cree, ParapheurState

__all__ = [
    "A_LA_MAIN",
    "CIRCUITS",
    "Account",
    "Acte",
    "Circuit",
    "Contenu",
    "Cree",
    "Demande",
    "Etape",
    "Introuvable",
    "LogEntry",
    "ParapheurState",
    "Piece",
    "Refus",
    "Regle",
    "Rythme",
    "Statut",
]
