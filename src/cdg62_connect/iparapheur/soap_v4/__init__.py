"""The SOAP service of iParapheur: versions 3 and 4, and the bridge that version 5 keeps for it."""

from __future__ import annotations

from cdg62_connect.iparapheur.soap_v4.circuit import CircuitState, Progress, progress
from cdg62_connect.iparapheur.soap_v4.client import IparapheurSoap
from cdg62_connect.iparapheur.soap_v4.dossiers import Dossiers
from cdg62_connect.iparapheur.soap_v4.mail_securise import MailSecurise
from cdg62_connect.iparapheur.soap_v4.models import (
    ArchivageAction,
    Archived,
    CodeTransition,
    Created,
    Document,
    DossierTrouve,
    LogEntry,
    Metadonnee,
    MetadonneeRequise,
    MetadonneesActes,
    NewDossier,
    NewDossierPES,
    Receipt,
    RetrievedDossier,
    RetrievedFile,
    Visibilite,
)
from cdg62_connect.iparapheur.soap_v4.operations import OPERATIONS, NoSuchOperation, Operation, Version
from cdg62_connect.iparapheur.soap_v4.port import SoapParapheur
from cdg62_connect.iparapheur.soap_v4.refusals import NotEmitted
from cdg62_connect.iparapheur.soap_v4.tdt import Tdt
from cdg62_connect.iparapheur.soap_v4.typologie import Typologie

__all__ = [
    "OPERATIONS",
    "ArchivageAction",
    "Archived",
    "CircuitState",
    "CodeTransition",
    "Created",
    "Document",
    "DossierTrouve",
    "Dossiers",
    "IparapheurSoap",
    "LogEntry",
    "MailSecurise",
    "Metadonnee",
    "MetadonneeRequise",
    "MetadonneesActes",
    "NewDossier",
    "NewDossierPES",
    "NoSuchOperation",
    "NotEmitted",
    "Operation",
    "Progress",
    "Receipt",
    "RetrievedDossier",
    "RetrievedFile",
    "SoapParapheur",
    "Tdt",
    "Typologie",
    "Version",
    "Visibilite",
    "progress",
]
