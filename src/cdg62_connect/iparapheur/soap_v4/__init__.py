"""The SOAP service of iParapheur: versions 3 and 4, and the bridge that version 5 keeps for it."""

from __future__ import annotations

from cdg62_connect.iparapheur.soap_v4.circuit import CircuitState, Progress, progress
from cdg62_connect.iparapheur.soap_v4.client import IparapheurSoap
from cdg62_connect.iparapheur.soap_v4.dossiers import Dossiers
from cdg62_connect.iparapheur.soap_v4.models import (
    ArchivageAction,
    Archived,
    Created,
    Document,
    LogEntry,
    NewDossier,
    RetrievedDossier,
    RetrievedFile,
    Visibilite,
)
from cdg62_connect.iparapheur.soap_v4.typologie import Typologie

__all__ = [
    "ArchivageAction",
    "Archived",
    "CircuitState",
    "Created",
    "Document",
    "Dossiers",
    "IparapheurSoap",
    "LogEntry",
    "NewDossier",
    "Progress",
    "RetrievedDossier",
    "RetrievedFile",
    "Typologie",
    "Visibilite",
    "progress",
]
