"""The Standard API of iParapheur 5: tenants, desks, types, folders and their tasks, over REST."""

from __future__ import annotations

from cdg62_connect.iparapheur.rest_v5.annuaire import Bureaux, Tenants, Typologie
from cdg62_connect.iparapheur.rest_v5.client import IparapheurRest
from cdg62_connect.iparapheur.rest_v5.dossiers import Corbeille, Dossiers, premis_du
from cdg62_connect.iparapheur.rest_v5.jetons import Compte, CompteApplicatif
from cdg62_connect.iparapheur.rest_v5.models import (
    Annotation,
    Bureau,
    Dossier,
    Etat,
    MailSecurise,
    NouveauDossier,
    Page,
    SignataireExterne,
    SousType,
    Tenant,
    TypeDossier,
)
from cdg62_connect.iparapheur.rest_v5.noms import noms_transmis
from cdg62_connect.iparapheur.rest_v5.port import ParapheurRest
from cdg62_connect.iparapheur.rest_v5.premis import (
    Action,
    Evenement,
    Premis,
    PremisDocument,
    SignatureJointe,
)
from cdg62_connect.iparapheur.rest_v5.premis_reading import read_premis
from cdg62_connect.iparapheur.rest_v5.retrieval import RetrievedFolder, RetrievedMain
from cdg62_connect.iparapheur.rest_v5.situation import Situation, Stade, situation
from cdg62_connect.iparapheur.rest_v5.taches import Lieu, Taches

__all__ = [
    "Action",
    "Annotation",
    "Bureau",
    "Bureaux",
    "Compte",
    "CompteApplicatif",
    "Corbeille",
    "Dossier",
    "Dossiers",
    "Etat",
    "Evenement",
    "IparapheurRest",
    "Lieu",
    "MailSecurise",
    "NouveauDossier",
    "Page",
    "ParapheurRest",
    "Premis",
    "PremisDocument",
    "RetrievedFolder",
    "RetrievedMain",
    "SignataireExterne",
    "SignatureJointe",
    "Situation",
    "SousType",
    "Stade",
    "Taches",
    "Tenant",
    "Tenants",
    "TypeDossier",
    "Typologie",
    "noms_transmis",
    "premis_du",
    "read_premis",
    "situation",
]
