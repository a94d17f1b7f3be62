"""The access tokens of iParapheur 5, which Keycloak gives: kept, renewed before they end, shown to nobody.

Realm ``api``, public client ``ipcore-web`` and password grant are those of the default deployment; the client
that it keeps for itself (``ipcore-api``) takes no token, so that credentials of a client need one of their own.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode

from cdg62_connect.errors import AuthenticationRefused, ConfigurationError, InvalidInput
from cdg62_connect.iparapheur.rest_v5.answers import json_of, quote, said_by, unusable
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import Answer, BearerAuth, HttpSession, Kind, Request

OPERATION = "token.post"
QUIET_AFTER_REFUSAL = timedelta(seconds=60)
"""Keycloak counts refused logins, and shuts the account out for longer and longer."""

_USED_SHARE = 0.8  # of a token's life, after which it is renewed
_DEFAULT_LIFE = 60.0  # seconds, when the answer does not say
_LONGEST_LIFE = 30 * 86400.0  # seconds
_LIMIT = 256 * 1024  # bytes
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Compte:
    """A user of the parapheur, owner of the desk that sends.

    Attributes:
        login: as in Keycloak.
        password: never shown.
        client_id: the client of Keycloak that takes passwords.
    """

    login: str
    password: Secret
    client_id: str = "ipcore-web"

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields that ask for a token."""
        return [
            ("client_id", self.client_id),
            ("username", self.login),
            ("password", self.password.reveal()),
            ("grant_type", "password"),
        ]


@dataclass(frozen=True, slots=True)
class CompteApplicatif:
    """A confidential client of Keycloak with a service account; the default deployment has none that works."""

    client_id: str
    client_secret: Secret

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields that ask for a token."""
        return [
            ("client_id", self.client_id),
            ("client_secret", self.client_secret.reveal()),
            ("grant_type", "client_credentials"),
        ]


@dataclass(frozen=True, slots=True)
class Jeton:
    """One access token.

    Attributes:
        auth: what proves who we are, for one call.
        renew_at: when it is time for another one.
        refresh: what obtains the next one without the password, if any.
        refresh_until: until when ``refresh`` is worth trying.
    """

    auth: BearerAuth
    renew_at: datetime
    refresh: Secret | None
    refresh_until: datetime


class Jetons:
    """The token in force of one account. Threads that ask at the same time share one renewal.

    A refused login is not tried again for a minute, by whoever asks.

    Args:
        session: to the root of the platform, without any account.
        compte: who we are.
        realm: of Keycloak.
    """

    def __init__(
        self, session: HttpSession, *, compte: Compte | CompteApplicatif, realm: str = "api"
    ) -> None:
        if not realm.replace("-", "").replace("_", "").isalnum():
            raise ConfigurationError(f"Le royaume Keycloak {realm!a} n'est pas un nom valable.")
        self._session = session
        self._compte = compte
        self._path = f"auth/realms/{realm}/protocol/openid-connect/token"
        self._lock = threading.Lock()
        self._jeton: Jeton | None = None
        self._refusal: tuple[datetime, AuthenticationRefused] | None = None

    def courant(self) -> Jeton:
        """The token in force, renewed first when it is near its end. A read.

        Raises:
            AuthenticationRefused: the account is refused, or was less than a minute ago.
            PlatformError: Keycloak could not be asked.
        """
        with self._lock:
            jeton = self._jeton
            if jeton is None or self._session.clock.now() >= jeton.renew_at:
                jeton = self._renewed(jeton)
            return jeton

    def remplacer(self, refused: Jeton) -> Jeton:
        """Another token than ``refused``, which the platform no longer takes. A read.

        Raises:
            AuthenticationRefused, PlatformError: as :meth:`courant`.
        """
        with self._lock:
            jeton = self._jeton
            if jeton is not None and jeton is not refused:
                return jeton
            return self._renewed(None)

    def _renewed(self, former: Jeton | None) -> Jeton:
        now = self._session.clock.now()
        self._check_account(now)
        self._jeton = None
        if former is not None and former.refresh is not None and now < former.refresh_until:
            try:
                self._jeton = self._asked(
                    [
                        *(pair for pair in self._compte.form if pair[0] in {"client_id", "client_secret"}),
                        ("refresh_token", former.refresh.reveal()),
                        ("grant_type", "refresh_token"),
                    ]
                )
            except AuthenticationRefused:
                pass  # the session of Keycloak has ended: the account itself will tell
            else:
                return self._jeton
        try:
            self._jeton = self._asked(self._compte.form)
        except AuthenticationRefused as refused:
            self._refusal = (now, refused)
            raise
        self._refusal = None
        return self._jeton

    def _check_account(self, now: datetime) -> None:
        if self._refusal is None:
            return
        since, refused = self._refusal
        if timedelta(0) <= now - since < QUIET_AFTER_REFUSAL:
            raise AuthenticationRefused(
                "Le parapheur vient de refuser ce compte ; rien n'est envoyé pendant une minute, car Keycloak "
                "bloque un compte de plus en plus longtemps après des échecs répétés.",
                platform=self._session.platform,
                operation=OPERATION,
                said=refused.said,
            )

    def _asked(self, form: list[tuple[str, str]]) -> Jeton:
        asked_at = self._session.clock.now()
        request = Request(
            "POST",
            self._path,
            OPERATION,
            Kind.READ,
            headers={"Content-Type": _FORM, "Accept": "application/json"},
            body=_encoded(form),
        )
        return self._session.exchange(request, lambda answer: _jeton(answer, asked_at))


def _encoded(form: list[tuple[str, str]]) -> bytes:
    try:
        return urlencode(form).encode("ascii")
    except UnicodeEncodeError:
        pass
    # Outside the handler: its exception holds the whole text.
    raise InvalidInput(
        "L'identifiant ou le mot de passe du parapheur contient un caractère qui n'existe pas."
    )


def _jeton(answer: Answer, asked_at: datetime) -> Jeton:
    if answer.status in {400, 403}:
        # Keycloak's own words for a client that may not ask so, or a session that has ended.
        raise AuthenticationRefused(
            platform=answer.platform,
            operation=answer.operation,
            said=quote(said_by(answer)),
            advice="Vérifiez l'identifiant, le mot de passe, et le client Keycloak configuré.",
        )
    value = json_of(answer)
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    token = fields.get("access_token")
    auth = _bearer(token) if isinstance(token, str) else None
    if auth is None:
        raise unusable(answer, "La réponse ne contient pas de jeton d'accès utilisable.")
    refresh = fields.get("refresh_token")
    life = _seconds(fields.get("expires_in"), default=_DEFAULT_LIFE)
    further = _seconds(fields.get("refresh_expires_in"), default=0)
    return Jeton(
        auth=auth,
        renew_at=asked_at + timedelta(seconds=life * _USED_SHARE),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else None,
        refresh_until=asked_at + timedelta(seconds=further * _USED_SHARE),
    )


def _bearer(token: str) -> BearerAuth | None:
    try:
        return BearerAuth(Secret(token))
    except ConfigurationError:
        return None


def _seconds(value: object, *, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return default
    return float(min(value, _LONGEST_LIFE))
