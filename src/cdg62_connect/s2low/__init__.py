"""S2LOW, tiers de télétransmission: the client of its modules Actes, Hélios and Mail sécurisé."""

from __future__ import annotations

from cdg62_connect.s2low.acte_files import ActeFiles
from cdg62_connect.s2low.actes import Actes, Cloture
from cdg62_connect.s2low.administration import Administration
from cdg62_connect.s2low.administration_model import (
    Comptage,
    CompteCollectivite,
    NewCollectivite,
    NewUtilisateur,
    certificate_of,
)
from cdg62_connect.s2low.api import ForwardedIdentity
from cdg62_connect.s2low.classification import ClassificationResource
from cdg62_connect.s2low.client import S2low
from cdg62_connect.s2low.connexion import Connexion, ConnexionInfos
from cdg62_connect.s2low.helios import Helios
from cdg62_connect.s2low.helios_model import HeliosStatus, ListedRetour, PesPage, StatutHelios
from cdg62_connect.s2low.mail_model import (
    DestinataireMail,
    FichierMail,
    ListedMail,
    MailDetail,
    MailFile,
    NewMail,
)
from cdg62_connect.s2low.mails import MailSecurise
from cdg62_connect.s2low.model import ActeFile, ActePage, ActeStatus, ListedActe, ListedFile, NewActe
from cdg62_connect.s2low.nounce import LienPersonnel
from cdg62_connect.s2low.prefecture import (
    DocumentPrefecture,
    DocumentsPrefecture,
    Envoi,
    NewReponse,
    TransactionLiee,
    TypeTransaction,
)
from cdg62_connect.s2low.refusals import (
    AddressRefused,
    AlreadyRequested,
    AlreadySent,
    CancellationPending,
    DamagedFile,
    FutureDate,
    LoginAlreadyUsed,
    NomFicAlreadyUsed,
    NotAcknowledged,
    NotOffered,
    NotPes,
    NotRgs,
    NotWaiting,
    NumberAlreadyUsed,
    OutdatedClassification,
    PaperMode,
    PieceNotAllowed,
    RefusedByHelios,
    RefusedByMinistry,
    RefusedByPlatform,
    SignatureRefused,
    SirenAlreadyUsed,
    StatusNotSaid,
    TooBig,
    WaitingForConfirmation,
)
from cdg62_connect.s2low.stamped import StampedFile, Tampon
from cdg62_connect.s2low.statuses import Statut

__all__ = [
    "ActeFile",
    "ActeFiles",
    "ActePage",
    "ActeStatus",
    "Actes",
    "AddressRefused",
    "Administration",
    "AlreadyRequested",
    "AlreadySent",
    "CancellationPending",
    "ClassificationResource",
    "Cloture",
    "Comptage",
    "CompteCollectivite",
    "Connexion",
    "ConnexionInfos",
    "DamagedFile",
    "DestinataireMail",
    "DocumentPrefecture",
    "DocumentsPrefecture",
    "Envoi",
    "FichierMail",
    "ForwardedIdentity",
    "FutureDate",
    "Helios",
    "HeliosStatus",
    "LienPersonnel",
    "ListedActe",
    "ListedFile",
    "ListedMail",
    "ListedRetour",
    "LoginAlreadyUsed",
    "MailDetail",
    "MailFile",
    "MailSecurise",
    "NewActe",
    "NewCollectivite",
    "NewMail",
    "NewReponse",
    "NewUtilisateur",
    "NomFicAlreadyUsed",
    "NotAcknowledged",
    "NotOffered",
    "NotPes",
    "NotRgs",
    "NotWaiting",
    "NumberAlreadyUsed",
    "OutdatedClassification",
    "PaperMode",
    "PesPage",
    "PieceNotAllowed",
    "RefusedByHelios",
    "RefusedByMinistry",
    "RefusedByPlatform",
    "S2low",
    "SignatureRefused",
    "SirenAlreadyUsed",
    "StampedFile",
    "StatusNotSaid",
    "Statut",
    "StatutHelios",
    "Tampon",
    "TooBig",
    "TransactionLiee",
    "TypeTransaction",
    "WaitingForConfirmation",
    "certificate_of",
]
