"""What the parapheur's French sentences mean: it gives no error code, its texts are all there is.

Accents, case, apostrophes and blanks do not count, nor does the key of the dossier when it is quoted.
A sentence that no rule knows keeps the operation's default.
"""

from __future__ import annotations

import re
import unicodedata

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    InvalidRequest,
    NotFound,
    NotReady,
    PlatformError,
    Refused,
    Unavailable,
)
from cdg62_connect.iparapheur.soap_v4.operations import NoSuchOperation

Rule = tuple[re.Pattern[str], type[PlatformError]]


class NotEmitted(Refused):
    """Le dossier n'est pas dans son circuit : il a déjà été récupéré."""

    default_advice = "Le dossier est sur le bureau de l'émetteur : supprimez-le, ou renvoyez-le au parapheur."


_UNKNOWN_DOSSIER: Rule = (
    re.compile(
        r"introuvable|non trouve|pas (ete )?trouve|n'existe (pas|plus)|inexistant|inconnu"
        r"|not found|does not exist"
    ),
    NotFound,
)
_OUT_OF_ORDER: Rule = (
    re.compile(r"erreur (interne|technique|inattendue)|internal error|exception|indisponible|timeout"),
    Unavailable,
)
_NO_SUCH_OPERATION: Rule = (
    re.compile(
        r"cannot find dispatch method|no endpoint mapping found|operation not (found|supported)"
        r"|unsupported operation|(operation|methode) .{0,60}(inconnue|non supportee|plus supportee|obsolete)"
    ),
    NoSuchOperation,
)
_NOT_ALLOWED: Rule = (
    re.compile(
        r"\b(pas|aucun)\b.{0,20}\b(le droit|les droits|autorise|habilite|proprietaire)|droits? insuffisant"
        r"|acces (refuse|interdit)|pas (present )?(sur|dans) (le|un de vos|votre) (bureau|corbeille)"
    ),
    AccessRefused,
)
_DUPLICATE: Rule = (re.compile(r"deja (present|existant|utilise)|existe deja|already exist"), AlreadyExists)

_RULES: dict[str, tuple[Rule, ...]] = {
    # Seen: "Le nom de dossier est déjà présent dans le Parapheur: dossierID = …",
    # "Le sous-type … n'existe pas pour le type '…'" (the default).
    "CreerDossier": (_DUPLICATE,),
    "CreerDossierPES": (_DUPLICATE,),
    # No refusal of these two reads has been seen.
    "GetHistoDossier": (_UNKNOWN_DOSSIER, _OUT_OF_ORDER),
    "GetDossier": (_UNKNOWN_DOSSIER, _OUT_OF_ORDER),
    # Seen: "Dossier … introuvable.", "Le dossierID '…' n'est pas archivable."
    "ArchiverDossier": (
        _UNKNOWN_DOSSIER,
        (re.compile(r"(pas|non) (encore )?archivable|pas (encore )?termine|en cours"), NotReady),
    ),
    # No refusal of this operation has been seen; the words are those of its neighbours.
    "EffacerDossierRejete": (
        _UNKNOWN_DOSSIER,
        (re.compile(r"\b(pas|non)\b.*\brejete|en cours"), NotReady),
    ),
    # Seen: "Le dossierID '…' n'a pas été émis." on the second call.
    "ExercerDroitRemordDossier": (
        _UNKNOWN_DOSSIER,
        (re.compile(r"pas (encore )?(ete )?emis|deja (ete )?recupere"), NotEmitted),
        _NOT_ALLOWED,
    ),
    # No refusal of the operations below has been seen.
    "ForcerEtape": (_UNKNOWN_DOSSIER, _NOT_ALLOWED),
    "EnvoyerDossierTdT": (
        _UNKNOWN_DOSSIER,
        _NOT_ALLOWED,
        (re.compile(r"pas (encore )?(pret|en attente|a l'etape|signe)|n'est pas .{0,20}etape"), NotReady),
    ),
    "EnvoyerDossierPES": (
        _UNKNOWN_DOSSIER,
        _NOT_ALLOWED,
        (re.compile(r"pas (encore )?(pret|en attente|a l'etape|signe)|n'est pas .{0,20}etape"), NotReady),
    ),
    "GetStatutTdT": (
        _UNKNOWN_DOSSIER,
        (re.compile(r"pas (encore )?(ete )?(envoye|transmis|teletransmis)"), NotReady),
        _OUT_OF_ORDER,
    ),
    "GetClassificationActesTdt": (
        (re.compile(r"pas (encore )?(disponible|recue?)|en cours"), NotReady),
        _OUT_OF_ORDER,
    ),
    "EnvoyerDossierMailSecurise": (
        _UNKNOWN_DOSSIER,
        _NOT_ALLOWED,
        (re.compile(r"adresse|destinataire|mot de passe|objet|obligatoire"), InvalidRequest),
    ),
}

_DEFAULTS: dict[str, type[PlatformError]] = {
    "CreerDossier": InvalidRequest,
    "CreerDossierPES": InvalidRequest,
}


def refusal(operation: str, said: str, *, dossier_id: str) -> type[PlatformError]:
    """The error that a KO of ``operation`` about ``dossier_id`` stands for."""
    return recognised(operation, said, dossier_id=dossier_id) or _DEFAULTS.get(operation, Refused)


def recognised(operation: str, said: str, *, dossier_id: str = "") -> type[PlatformError] | None:
    """The same, or ``None`` when no rule knows the sentence."""
    if dossier_id:
        said = re.sub(rf"(?<!\w){re.escape(dossier_id)}(?!\w)", " ", said)
    sentence = _plain(said)
    rules = (_NO_SUCH_OPERATION, *_RULES.get(operation, ()))
    return next((error for pattern, error in rules if pattern.search(sentence)), None)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
