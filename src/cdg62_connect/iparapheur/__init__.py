"""iParapheur: dossiers enter a validation circuit, are signed, and come back."""

from __future__ import annotations

from cdg62_connect.iparapheur.soap_v4 import (
    ArchivageAction,
    Archived,
    CircuitState,
    Created,
    Document,
    Dossiers,
    IparapheurSoap,
    LogEntry,
    NewDossier,
    Progress,
    RetrievedDossier,
    RetrievedFile,
    Typologie,
    Visibilite,
    progress,
)

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
