"""A parapheur (iParapheur) with real state: its web services, its circuits, the people at its desks."""

from __future__ import annotations

from cdg62_connect.simulator.iparapheur.circuits import CIRCUITS, Acte, Circuit, Etape
from cdg62_connect.simulator.iparapheur.conduct import A_LA_MAIN, Regle, Rythme
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, LogEntry, Piece, Statut
from cdg62_connect.simulator.iparapheur.refusal import Introuvable, Refus
from cdg62_connect.simulator.iparapheur.state import Contenu, Cree, Mail, ParapheurState, Trouve
from cdg62_connect.simulator.iparapheur.typage import Format, Metadonnee, Protocole, SousType, Type
from cdg62_connect.simulator.iparapheur.variantes import Generation, Variantes

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
    "Format",
    "Generation",
    "Introuvable",
    "LogEntry",
    "Mail",
    "Metadonnee",
    "ParapheurState",
    "Piece",
    "Protocole",
    "Refus",
    "Regle",
    "Rythme",
    "SousType",
    "Statut",
    "Trouve",
    "Type",
    "Variantes",
]
