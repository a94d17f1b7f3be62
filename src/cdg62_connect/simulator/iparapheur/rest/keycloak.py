"""The Keycloak before the parapheur: tokens that expire, sessions that are renewed, accounts that get locked.

Realm ``api``. The public client ``ipcore-web`` and ``admin-cli`` take passwords; ``ipcore-api`` takes nothing. A
confidential client must be declared (:meth:`Keycloak.add_client`): the default deployment has none.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cdg62_connect.clock import Clock
from cdg62_connect.simulator.iparapheur.rest.organisation import made_id

PUBLIC_CLIENTS = ("ipcore-web", "admin-cli")
ACCESS_LIFE = timedelta(seconds=300)
REFRESH_LIFE = timedelta(seconds=1800)
_FAILURES = 30
_WAIT = timedelta(seconds=60)
_LONGEST_WAIT = timedelta(seconds=900)

Passwords = Callable[[str, str], bool]
Roles = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the token endpoint answers."""

    status: int
    body: Mapping[str, object]


@dataclass(slots=True)
class _Session:
    login: str
    client: str
    until: datetime


@dataclass(slots=True)
class _Failures:
    number: int = 0
    locked_until: datetime | None = None


class Keycloak:
    """The realm.

    Args:
        clock: the simulated hour.
        known: whether a login and a password go together.
        roles: the roles of a login.

    Attributes:
        access_life: how long an access token lasts.
        refresh_life: how long a session lasts without being renewed.
    """

    def __init__(self, *, clock: Clock, known: Passwords, roles: Roles) -> None:
        self._clock = clock
        self._known = known
        self._roles = roles
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[str, str]] = {}
        self.reset()

    def reset(self) -> None:
        """Forget sessions, tokens and failures."""
        self.access_life = ACCESS_LIFE
        self.refresh_life = REFRESH_LIFE
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._sessions: dict[str, _Session] = {}
        self._failures: dict[str, _Failures] = {}

    def add_client(self, client_id: str, secret: str, *, login: str) -> None:
        """Declare a confidential client whose service account is ``login``."""
        with self._lock:
            self._clients[client_id] = (secret, login)

    def revoke(self) -> None:
        """Every access token stops being worth anything; sessions stay."""
        with self._lock:
            self._tokens.clear()

    def close_sessions(self) -> None:
        """Every session ends: nothing can be renewed without its password."""
        with self._lock:
            self._sessions.clear()

    def login_of(self, header: str) -> str | None:
        """Who presents this Authorization header; ``None`` when its token is unknown or has expired."""
        scheme, _, token = header.partition(" ")
        with self._lock:
            found = self._tokens.get(token.strip())
        if scheme.lower() != "bearer" or found is None or found[1] <= self._clock.now():
            return None
        return found[0]

    def token(self, form: Mapping[str, str]) -> Reply:
        """Answer a request for a token."""
        with self._lock:
            match form.get("grant_type"):
                case "password":
                    return self._by_password(form)
                case "refresh_token":
                    return self._by_session(form)
                case "client_credentials":
                    return self._by_client(form)
                case None | "":
                    return _error(400, "invalid_request", "Missing form parameter: grant_type")
                case _:
                    return _error(400, "unsupported_grant_type", "Unsupported grant_type")

    def _by_password(self, form: Mapping[str, str]) -> Reply:
        client = form.get("client_id", "")
        if client not in PUBLIC_CLIENTS:
            return _error(401, "invalid_client", "Invalid client or Invalid client credentials")
        login, password = form.get("username", ""), form.get("password", "")
        failures, now = self._failures.setdefault(login, _Failures()), self._clock.now()
        locked = failures.locked_until is not None and now < failures.locked_until
        if locked or not login or not self._known(login, password):
            if not locked:
                failures.number += 1
                if failures.number >= _FAILURES:
                    wait = min(_LONGEST_WAIT, _WAIT * (failures.number - _FAILURES + 1))
                    failures.locked_until = now + wait
            return _error(401, "invalid_grant", "Invalid user credentials")
        del self._failures[login]
        return self._given(login, client, now)

    def _by_session(self, form: Mapping[str, str]) -> Reply:
        session = self._sessions.pop(form.get("refresh_token", ""), None)
        now = self._clock.now()
        if session is None or session.until <= now:
            return _error(400, "invalid_grant", "Token is not active")
        if session.client != form.get("client_id"):
            return _error(
                400, "invalid_grant", "Invalid refresh token. Token client and authorized client don't match"
            )
        return self._given(session.login, session.client, now)

    def _by_client(self, form: Mapping[str, str]) -> Reply:
        client = form.get("client_id", "")
        secret, login = self._clients.get(client, ("", ""))
        if client in PUBLIC_CLIENTS:
            return _error(401, "unauthorized_client", "Public client not allowed to retrieve service account")
        if not secret or not hmac.compare_digest(secret.encode(), form.get("client_secret", "").encode()):
            return _error(401, "unauthorized_client", "Invalid client or Invalid client credentials")
        return self._given(login, client, self._clock.now(), renewable=False)

    def _given(self, login: str, client: str, now: datetime, *, renewable: bool = True) -> Reply:
        access = self._written(login, client, now + self.access_life)
        self._tokens[access] = (login, now + self.access_life)
        body: dict[str, object] = {
            "access_token": access,
            "expires_in": int(self.access_life.total_seconds()),
            "refresh_expires_in": int(self.refresh_life.total_seconds()) if renewable else 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "session_state": made_id("session", access),
            "scope": "email profile",
        }
        if renewable:
            refresh = secrets.token_urlsafe(48)
            self._sessions[refresh] = _Session(login, client, now + self.refresh_life)
            body["refresh_token"] = refresh
        return Reply(200, body)

    def _written(self, login: str, client: str, until: datetime) -> str:
        payload = {
            "exp": int(until.timestamp()),
            "azp": client,
            "preferred_username": login,
            "realm_access": {"roles": ["default-roles-api", *self._roles(login)]},
        }
        parts = (_coded(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, payload))
        return ".".join((*parts, _coded(secrets.token_bytes(64))))


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _error(status: int, error: str, description: str) -> Reply:
    return Reply(status, {"error": error, "error_description": description})
