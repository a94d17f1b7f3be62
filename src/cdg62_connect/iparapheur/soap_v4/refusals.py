"""What the parapheur's French sentences mean: it gives no error code, its texts are all there is.

Accents, case, apostrophes and blanks do not count, nor does the key of the dossier when it is quoted.
A sentence that no rule knows keeps the operation's default.
"""

from __future__ import annotations

import re
import unicodedata

from cdg62_connect.errors import (
    AlreadyExists,
    InvalidRequest,
    NotFound,
    NotReady,
    PlatformError,
    Refused,
    Unavailable,
)

Rule = tuple[re.Pattern[str], type[PlatformError]]

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

_RULES: dict[str, tuple[Rule, ...]] = {
    # Seen: "Le nom de dossier est déjà présent dans le Parapheur: dossierID = …"
    "CreerDossier": (
        (re.compile(r"deja (present|existant|utilise)|existe deja|already exist"), AlreadyExists),
    ),
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
        (
            re.compile(r"\b(pas|non)\b.*\brejete|en cours"),
            NotReady,
        ),
    ),
}

_DEFAULTS: dict[str, type[PlatformError]] = {"CreerDossier": InvalidRequest}


def refusal(operation: str, said: str, *, dossier_id: str) -> type[PlatformError]:
    """The error that a KO of ``operation`` about ``dossier_id`` stands for."""
    return recognised(operation, said, dossier_id=dossier_id) or _DEFAULTS.get(operation, Refused)


def recognised(operation: str, said: str, *, dossier_id: str = "") -> type[PlatformError] | None:
    """The same, or ``None`` when no rule knows the sentence."""
    if dossier_id:
        said = re.sub(rf"(?<!\w){re.escape(dossier_id)}(?!\w)", " ", said)
    sentence = _plain(said)
    return next((error for pattern, error in _RULES.get(operation, ()) if pattern.search(sentence)), None)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
