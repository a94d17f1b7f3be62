"""What a KO of S2LOW means to its caller: one table of texts, the first that matches decides.

A KO is an answer of the application itself: the effect did not happen. The texts come with accents in any
state (UTF-8, ISO-8859-1, ``?``, twice encoded), so accented letters of the patterns are wildcards. Every
pattern starts at the beginning of a line, because the texts may quote the name of a file, which a depositor
chooses: a file called « accès refusé.pdf » must not pass for a refusal of access.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    InvalidRequest,
    NotFound,
    NotReady,
    PlatformError,
    Unavailable,
)


class NumberAlreadyUsed(AlreadyExists):
    """Ce numéro d'acte est déjà pris dans cette collectivité, et le reste pour toujours.

    S2LOW keeps a number whatever becomes of the transaction (refused, cancelled): it is the idempotency key
    of an acte.
    """

    default_advice = "Cherchez l'acte qui porte ce numéro ; s'il n'est pas le vôtre, prenez un autre numéro."


class FutureDate(InvalidRequest):
    """La date de décision est dans le futur pour la plateforme."""

    default_advice = "Attendez la date de décision, ou corrigez-la."


class TooBig(InvalidRequest):
    """Les fichiers dépassent la taille ou le nombre que la plateforme accepte."""

    default_advice = "Réduisez le poids ou le nombre des fichiers."


class NotRgs(AuthenticationRefused):
    """Le certificat présenté n'est pas un certificat RGS ; la télétransmission en exige un."""

    default_advice = "Configurez un certificat RGS reconnu par cette plateforme S2LOW."


class _Refusal(NamedTuple):
    pattern: re.Pattern[str]
    error: type[PlatformError]
    advice: str | None = None


def _line(pattern: str) -> re.Pattern[str]:
    """``pattern`` at the start of a line; ``~`` stands for one accented letter, however it arrived."""
    return re.compile("^" + pattern.replace("~", ".{1,2}"), re.MULTILINE)


_SHARED_CERTIFICATE = (
    "Vérifiez le certificat, et l'identifiant et le mot de passe s'il sert à plusieurs comptes S2LOW."
)

_REFUSALS = (
    # Who is asking.
    _Refusal(_line("~chec de l.authentification"), AuthenticationRefused, _SHARED_CERTIFICATE),
    _Refusal(_line("la connexion n.a pas pu"), AuthenticationRefused, _SHARED_CERTIFICATE),
    _Refusal(_line("la t~l~transmission n~cessite un certificat rgs"), NotRgs),
    _Refusal(_line("votre certificat n.est pas rgs"), NotRgs),
    _Refusal(
        _line("mode .{1,4}papier"),
        AccessRefused,
        "La collectivité est en mode « papier » dans S2LOW : demandez à l'administrateur de l'en sortir.",
    ),
    _Refusal(_line("acc~s (refus|interdit)"), AccessRefused),
    # The number, on deposit or at the last moment when two deposits race.
    _Refusal(_line("(un acte portant|une transaction avec) le m~me num~ro"), NumberAlreadyUsed),
    _Refusal(_line(r"erreur lors de l.enregistrement de la transaction.*m~me num~ro"), NumberAlreadyUsed),
    # What the sender can correct.
    _Refusal(_line("la date de d~cision est une date dans le futur"), FutureDate),
    _Refusal(_line("la taille totale des fichiers"), TooBig),
    _Refusal(_line("le nombre d.annexes est trop important"), TooBig),
    _Refusal(_line("la taille d.archive"), TooBig),
    _Refusal(_line("erreur lors de la r~c~ption du fichier.*: la taille du fichier exc~de"), TooBig),
    _Refusal(_line("la taille du fichier exc~de"), TooBig),
    # What is for later.
    _Refusal(_line("pas d.acquittement re.{1,2}u"), NotReady),
    _Refusal(
        _line("erreur de r~cup~ration de la derni~re classification"),
        NotReady,
        "Demandez la classification au ministère depuis S2LOW, puis recommencez le lendemain.",
    ),
    # What the platform does not know.
    _Refusal(_line(r"num~ro de transaction invalide"), NotFound),
    _Refusal(_line(r"enveloppe invalide\.?$"), NotFound),
    # Its own troubles: nothing was kept, and were it otherwise, the next attempt meets its own number.
    _Refusal(_line("erreur d.initialisation du module"), Unavailable),
    _Refusal(_line("erreur syst~me"), Unavailable),
    _Refusal(_line("erreur consultation statut"), Unavailable),
    _Refusal(_line("erreur lors de la g~n~ration"), Unavailable),
    _Refusal(_line(r"erreur lors de l.enregistrement de la transaction\s*[:.]*\s*\Z"), Unavailable),
    _Refusal(_line("erreur lors de la r~c~ption du fichier.*n.a ~t~ que partiellement re"), Unavailable),
)


def refusal(
    said: str, *, platform: str, operation: str, default: type[PlatformError] = InvalidRequest
) -> PlatformError:
    """The error that the KO text ``said`` stands for; ``default`` when the table does not know it."""
    folded = _fold(said)
    for entry in _REFUSALS:
        if entry.pattern.search(folded):
            return entry.error(platform=platform, operation=operation, said=said, advice=entry.advice)
    return default(platform=platform, operation=operation, said=said)


def _fold(text: str) -> str:
    text = text.replace("<br/>", "\n").replace("<br />", "\n")
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "\n".join(" ".join(line.split()) for line in bare.lower().splitlines()).strip()
