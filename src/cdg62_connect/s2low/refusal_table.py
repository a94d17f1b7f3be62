"""What the words of a refusal mean: tolerant patterns by operation, then those of every operation.

A KO is an answer of the application itself: the effect did not happen. The texts come with accents in any
state (see ``dialects``). Every pattern starts at the beginning of a line, because the texts may quote the name
of a file, which a depositor chooses: a file called « accès refusé.pdf » must not pass for a refusal of access.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidRequest,
    NotFound,
    NotReady,
    PlatformError,
    Unavailable,
)
from cdg62_connect.s2low.dialects import folded, line
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
)


class _Refusal(NamedTuple):
    pattern: re.Pattern[str]
    error: type[PlatformError]
    advice: str | None = None


def _means(error: type[PlatformError], *patterns: str, advice: str | None = None) -> tuple[_Refusal, ...]:
    return tuple(_Refusal(line(pattern), error, advice) for pattern in patterns)


_SHARED_CERTIFICATE = (
    "Vérifiez le certificat, et l'identifiant et le mot de passe s'il sert à plusieurs comptes S2LOW."
)
_NO_CLASSIFICATION = "Demandez la classification au ministère depuis S2LOW, puis recommencez le lendemain."
_COMES_WITH_THE_NUMBER = "erreur lors de l.enregistrement de la transaction"

_EVERYWHERE = (
    # Who is asking.
    *_means(
        AuthenticationRefused,
        "~chec de l.authentification",
        "la connexion n.a pas pu",
        advice=_SHARED_CERTIFICATE,
    ),
    *_means(NotRgs, "la t~l~transmission n~cessite un certificat rgs", "votre certificat n.est pas rgs"),
    *_means(PaperMode, "mode .{1,4}papier"),
    *_means(AccessRefused, "acc~s (refus|interdit)"),
    *_means(NotOffered, "cette fonctionnalit~ est d~pr~ci"),
    # What is for later.
    *_means(NotReady, "pas d.acquittement re.{1,2}u"),
    # What the platform does not know.
    *_means(NotFound, "num~ro de transaction invalide", r"enveloppe invalide\.?$"),
    # Its own troubles: nothing was kept, and were it otherwise, the next attempt meets its own number.
    *_means(
        Unavailable, r"erreur d.initialisation du module", "erreur syst~me", "erreur consultation statut"
    ),
)

_FILES = (
    *_means(
        TooBig,
        "la taille totale des fichiers",
        "le nombre d.annexes est trop important",
        "la taille d.archive",
        "l.archive g~n~r~e n.est pas conforme",
        "erreur lors de la r~c~ption du fichier.*: la taille du fichier exc~de",
        "la taille du fichier exc~de",
    ),
    *_means(
        Unavailable,
        "erreur lors de la g~n~ration",
        "erreur lors de la r~c~ption du fichier.*n.a ~t~ que partiellement re",
    ),
)

_NUMBER = (
    # On deposit, or at the last moment when two deposits race.
    *_means(
        NumberAlreadyUsed,
        "(un acte portant|une transaction avec) le m~me num~ro",
        f"{_COMES_WITH_THE_NUMBER}.*m~me num~ro",
    ),
    *_means(FutureDate, "la date de d~cision est une date dans le futur"),
    *_means(Unavailable, rf"{_COMES_WITH_THE_NUMBER}\s*[:.]*\s*\Z"),
)

_OF_A_TRANSACTION = _means(
    NotFound, "erreur d.initialisation de la transaction", "pas d.identifiant de transaction"
)

_HELIOS = (
    *_means(AlreadySent, "doublon d~tect~"),
    *_means(
        TooBig,
        "aucune enveloppe trouv~e",
        "taille de fichier sup~rieure",
    ),
    *_means(
        Unavailable,
        "~chec lors du t~l~chargement",
        "erreur lors du t~l~chargement du fichier : code [^12]",
        "erreur d.envoi du fichier",
    ),
    *_means(TooBig, "erreur lors du t~l~chargement du fichier : code [12]"),
    *_means(StatusNotSaid, "erreur consultation statut"),
    *_means(NotFound, "retour id n.est pas correct", "pas de num~ro de transaction"),
)

_MAIL = (
    *_means(
        AddressRefused,
        "le destinataire est obligatoire",
        "l.adresse email est incorrecte",
        "mailb?cc ?:",
    ),
    *_means(TooBig, "les pi~ces jointes sont trop volumineuses", "le corps du message ne peut d~passer"),
    *_means(Unavailable, "~chec lors de l.envoi"),
    *_means(NotFound, "cette transaction n.existe pas"),
)

_ADMINISTRATION = (
    *_means(SirenAlreadyUsed, "ce num~ro de siren"),
    *_means(LoginAlreadyUsed, "ce login est d~j", "un utilisateur avec les m~mes informations"),
)

_BY_OPERATION: Mapping[str, tuple[_Refusal, ...]] = {
    "actes_transac_create": (*_NUMBER, *_FILES),
    "actes_transac_submit": (*_NUMBER, *_FILES),
    "actes_transac_reponse_create": (*_OF_A_TRANSACTION, *_FILES),
    "actes_transac_cancel": (
        *_means(CancellationPending, "une demande d.annulation est d~j~ en cours"),
        *_means(NotAcknowledged, "impossible d.annuler une transaction qui n.est pas"),
        *_OF_A_TRANSACTION,
        *_FILES,
    ),
    "actes_transac_post_confirm_api": (
        *_means(NotWaiting, "la transaction n.est pas dans le statut"),
        *_OF_A_TRANSACTION,
    ),
    "actes_transac_close": _OF_A_TRANSACTION,
    "actes_classification_fetch": _means(
        NotReady, "erreur de r~cup~ration de la derni~re classification", advice=_NO_CLASSIFICATION
    ),
    "actes_classification_request": _means(
        AlreadyRequested, "la derni~re demande de classification date de moins d.un jour"
    ),
    "helios_importer_fichier": _HELIOS,
    "helios_transac_get_status": _HELIOS,
    "helios_get_list": _HELIOS,
    "helios_get_retour": _HELIOS,
    "helios_change_status": _HELIOS,
    "send-mail": _MAIL,
    "detail-mail": _MAIL,
    "delete-mail": _MAIL,
    "admin_authority_edit_handler": _ADMINISTRATION,
    "admin_user_edit_handler": _ADMINISTRATION,
}

_MINISTRY = r"(anomalie signal~e par l|enveloppe rejet~e par l)"
_LATE_ACTES = (
    *_means(
        OutdatedClassification,
        rf"{_MINISTRY}.*classification.*(obsol|p~rim|pas ~ jour|n.est plus|ant~rieure)",
    ),
    *_means(RefusedByMinistry, _MINISTRY),
    *_means(DamagedFile, ".*(virus|corrompu|prot~g~|chiffr~|illisible)"),
    *_means(SignatureRefused, "enveloppe invalide.*(signature|certificat|signataire)"),
    *_means(PieceNotAllowed, "enveloppe invalide.*(typologie|type de pi~ce)"),
)
_OF_ITS_TRANSACTION = r"(transaction [0-9]{1,18} : )?"
_LATE_HELIOS = (
    *_means(NomFicAlreadyUsed, f"{_OF_ITS_TRANSACTION}ce fichier existe d~j"),
    *_means(
        NotPes,
        f"{_OF_ITS_TRANSACTION}ce fichier n.est pas en xml",
        f"{_OF_ITS_TRANSACTION}ce fichier ne contient",
        f"{_OF_ITS_TRANSACTION}la balise",
        f"{_OF_ITS_TRANSACTION}l.encodage du fichier",
    ),
    *_means(SignatureRefused, f"{_OF_ITS_TRANSACTION}la signature du fichier"),
    *_means(DamagedFile, f"{_OF_ITS_TRANSACTION}un virus"),
    *_means(
        RefusedByHelios,
        f"{_OF_ITS_TRANSACTION}erreur retourn~e par helios",
        "transaction [0-9]{1,18} refus~e",
    ),
)


def refusal(
    said: str, *, platform: str, operation: str, default: type[PlatformError] = InvalidRequest
) -> PlatformError:
    """The error that the KO text ``said`` stands for; ``default`` when the table does not know it."""
    return _first(
        said,
        (*_BY_OPERATION.get(operation, ()), *_EVERYWHERE),
        platform=platform,
        operation=operation,
        default=default,
    )


def late_acte_refusal(said: str, *, operation: str) -> PlatformError:
    """The error that the message of an acte at status -1 stands for."""
    return _first(said, _LATE_ACTES, platform="s2low", operation=operation, default=RefusedByPlatform)


def late_helios_refusal(
    said: str, *, operation: str, default: type[PlatformError] = RefusedByPlatform
) -> PlatformError:
    """The error that the message of a PES at status -1 or 6 stands for."""
    return _first(said, _LATE_HELIOS, platform="s2low", operation=operation, default=default)


def _first(
    said: str,
    table: Iterable[_Refusal],
    *,
    platform: str,
    operation: str,
    default: type[PlatformError],
) -> PlatformError:
    text = folded(said)
    for entry in table:
        if entry.pattern.search(text):
            return entry.error(platform=platform, operation=operation, said=said, advice=entry.advice)
    return default(platform=platform, operation=operation, said=said)
