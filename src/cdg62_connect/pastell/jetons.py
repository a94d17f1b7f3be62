"""The tokens with which programs log in; the clear text is told once, at creation or renewal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cdg62_connect.errors import InvalidInput
from cdg62_connect.pastell.answers import done, payload, unusable
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.pastell.version import Version, require
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import Answer

_KNOWN = frozenset({"id", "id_u", "name", "created_at", "expired_at", "is_expired", "token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Jeton:
    """A token, without its clear text.

    Attributes:
        id: its id.
        id_u: the user it logs in.
        nom: its name.
        cree_le: when it was created.
        expire_le: when it stops serving, ``None`` for never.
        expire: it serves no more; ``None`` when not said.
        autres: the other fields, as they came.
    """

    id: str
    id_u: str
    nom: str
    cree_le: datetime | None
    expire_le: datetime | None
    expire: bool | None
    autres: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NouveauJeton:
    """A token that has just been made.

    Attributes:
        jeton: the token.
        clair: its clear text: keep it now, it is never told again.
    """

    jeton: Jeton
    clair: Secret


class Jetons:
    """The tokens of this account itself (since 4.0)."""

    def __init__(self, api: Api, *, version: Callable[[], Version]) -> None:
        self._api = api
        self._version = version

    def lister(self) -> tuple[Jeton, ...]:
        """All of them. (GET utilisateur/token)

        Raises:
            NotInThisVersion: the platform is older.
            PlatformError: the exchange failed.
        """
        self._require()
        return self._api.get(
            ["utilisateur", "token"],
            lambda answer: tuple(_jeton(one) for one in fiches(answer, payload(answer), self._api.horaire)),
            operation="utilisateur.token",
        )

    def creer(self, nom: str, *, expiration: dt.date | None = None) -> NouveauJeton:
        """Make one. (POST utilisateur/token)

        Args:
            nom: its name.
            expiration: the day it stops serving, in the future.

        Raises:
            NotInThisVersion: the platform is older.
            OutcomeUnknown: it may exist, and its clear text is lost: list, delete it, and make another.
            PlatformError: refused, or the exchange failed.
        """
        self._require()
        return _create(self._api, ["utilisateur", "token"], nom, expiration)

    def renouveler(self, id: str) -> NouveauJeton:
        """Give it another clear text; the former serves no more. (POST utilisateur/token/{id}/renew)

        Raises:
            NotInThisVersion: the platform is older.
            NotFound: no such token.
            OutcomeUnknown: the former may serve no more, and the new one is lost: renew it again.
            PlatformError: refused, or the exchange failed.
        """
        self._require()
        return _renew(self._api, ["utilisateur", "token", id])

    def supprimer(self, id: str) -> None:
        """Delete one. (DELETE utilisateur/token/{id})

        Raises:
            NotInThisVersion: the platform is older.
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._require()
        self._api.delete(["utilisateur", "token", id], done, operation="utilisateur.token")

    def _require(self) -> None:
        version = self._version()
        require(version.capacites.jetons, "gérer les jetons", version)


class JetonsUtilisateur:
    """The tokens of users that are for programs only (4.1.17, 5.0.3)."""

    def __init__(self, api: Api, *, version: Callable[[], Version]) -> None:
        self._api = api
        self._version = version

    def creer(self, id_u: str, nom: str, *, expiration: dt.date | None = None) -> NouveauJeton:
        """Make one. (POST utilisateur/{u}/token)

        Raises:
            NotInThisVersion: the platform does not have it.
            AccessRefused: the user is not for programs only, or no right on it.
            OutcomeUnknown: it may exist, and its clear text is lost.
            PlatformError: refused, or the exchange failed.
        """
        version = self._version()
        require(version.capacites.jetons_utilisateurs_api, "créer les jetons d'un autre utilisateur", version)
        return _create(self._api, ["utilisateur", id_u, "token"], nom, expiration)

    def renouveler(self, id_u: str, id: str) -> NouveauJeton:
        """Give it another clear text. (POST utilisateur/{u}/token/{id}/renew, 4.1.18, 5.0.4)

        Raises:
            NotInThisVersion: the platform does not have it.
            NotFound: no such token.
            OutcomeUnknown: the former may serve no more, and the new one is lost: renew it again.
            PlatformError: refused, or the exchange failed.
        """
        self._require_renewal()
        return _renew(self._api, ["utilisateur", id_u, "token", id])

    def supprimer(self, id_u: str, id: str) -> None:
        """Delete one. (DELETE utilisateur/{u}/token/{id}, 4.1.18, 5.0.4)

        Raises:
            NotInThisVersion: the platform does not have it.
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._require_renewal()
        self._api.delete(["utilisateur", id_u, "token", id], done, operation="utilisateur.token")

    def _require_renewal(self) -> None:
        version = self._version()
        able = version.capacites.jetons_utilisateurs_api_renouvelables
        require(able, "renouveler ou supprimer les jetons d'un autre utilisateur", version)


def _create(api: Api, path: list[str], nom: str, expiration: dt.date | None) -> NouveauJeton:
    if not nom.strip():
        raise InvalidInput("Un jeton a un nom : donnez celui du programme qui s'en servira.")
    form = [("name", nom)]
    if expiration is not None:
        form.append(("expiration", expiration.isoformat()))
    return api.post(path, lambda answer: _new(api, answer), operation="utilisateur.token", form=form)


def _renew(api: Api, path: list[str]) -> NouveauJeton:
    return api.post([*path, "renew"], lambda answer: _new(api, answer), operation="utilisateur.token.renew")


def _new(api: Api, answer: Answer) -> NouveauJeton:
    fiche = Fiche(answer, payload(answer), api.horaire, what="jeton")
    clear = fiche.value("token")
    if not isinstance(clear, str) or not clear:
        raise unusable(answer, "La réponse ne donne pas le jeton en clair.")
    return NouveauJeton(_jeton(fiche), Secret(clear))


def _jeton(fiche: Fiche) -> Jeton:
    return Jeton(
        id=fiche.identifiant("id"),
        id_u=fiche.texte("id_u"),
        nom=fiche.texte("name"),
        cree_le=fiche.moment("created_at"),
        expire_le=fiche.moment("expired_at"),
        expire=fiche.booleen("is_expired"),
        autres=fiche.autres(_KNOWN),
    )
