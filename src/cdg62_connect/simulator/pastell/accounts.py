"""Who may do what: users, roles given on entities and inherited by their descendants, tokens."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cdg62_connect.simulator.pastell.errors import right_missing

ROOT = "0"
"""The entity above all of them."""
NO_RIGHT = "aucun droit"
"""The role of who has none."""
ADMIN = "admin"

GENERAL_RIGHTS = (
    "annuaire:edition",
    "annuaire:lecture",
    "connecteur:edition",
    "connecteur:lecture",
    "entite:edition",
    "entite:lecture",
    "journal:lecture",
    "role:edition",
    "role:lecture",
    "system:edition",
    "system:lecture",
    "utilisateur:creation",
    "utilisateur:edition",
    "utilisateur:lecture",
)
"""The rights that belong to no flux."""


@dataclass(frozen=True, slots=True)
class User:
    """A person or a program. ``certificate`` is the fingerprint of a client certificate, or ``""``.

    ``is_api``: for programs only; it has tokens and nothing else.
    """

    id_u: str
    login: str
    nom: str = ""
    prenom: str = ""
    email: str = ""
    id_e: str = ROOT
    active: bool = True
    is_api: bool = False
    certificate: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """First name and name, as the journal writes them."""
        return f"{self.prenom} {self.nom}"


WORKER = User(id_u="0", login="")
"""The daemon: it has no account and every right."""


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights; ``None`` stands for every right there is."""

    role: str
    libelle: str
    droits: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held by a user on an entity."""

    id_u: str
    role: str
    id_e: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a user; ``expired_at`` is local."""

    id: str
    id_u: str
    name: str
    created_at: str
    expired_at: datetime | None
    secret: str = field(repr=False)


class Users:
    """The accounts, by id."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._ids = itertools.count(1)

    def add(
        self,
        login: str,
        *,
        nom: str = "",
        prenom: str = "",
        email: str = "",
        id_e: str = ROOT,
        password: str = "",
        certificate: str = "",
        is_api: bool = False,
    ) -> User:
        """A new account."""
        user = User(
            id_u=str(next(self._ids)),
            login=login,
            nom=nom,
            prenom=prenom,
            email=email,
            id_e=id_e,
            password=password,
            certificate=certificate,
            is_api=is_api,
        )
        self._users[user.id_u] = user
        return user

    def put(self, user: User) -> None:
        """Write an account as it is now."""
        self._users[user.id_u] = user

    def remove(self, id_u: str) -> None:
        """Forget an account."""
        self._users.pop(id_u, None)

    def get(self, id_u: str) -> User | None:
        """The account of that id."""
        return WORKER if id_u == WORKER.id_u else self._users.get(id_u)

    def named(self, login: str) -> User | None:
        """The account of that login."""
        return next((user for user in self._users.values() if user.login == login), None)

    def all(self) -> tuple[User, ...]:
        """Every account, oldest first."""
        return tuple(self._users.values())

    def certified(self, fingerprint: str) -> User | None:
        """The one account of that certificate; none when several share it."""
        owners = [user for user in self._users.values() if fingerprint and user.certificate == fingerprint]
        return owners[0] if len(owners) == 1 else None


class Tokens:
    """The tokens of the accounts."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._ids = itertools.count(1)

    def add(self, id_u: str, name: str, *, created_at: str, expired_at: datetime | None) -> Token:
        """A new token, its secret drawn."""
        token = Token(str(next(self._ids)), id_u, name, created_at, expired_at, secrets.token_urlsafe(32))
        self._tokens[token.id] = token
        return token

    def renew(self, token: Token) -> Token:
        """The same token with another secret."""
        fresh = replace(token, secret=secrets.token_urlsafe(32))
        self._tokens[token.id] = fresh
        return fresh

    def remove(self, token_id: str) -> None:
        """Forget a token."""
        self._tokens.pop(token_id, None)

    def get(self, token_id: str) -> Token | None:
        """The token of that id."""
        return self._tokens.get(token_id)

    def of(self, id_u: str) -> tuple[Token, ...]:
        """The tokens of a user, oldest first."""
        return tuple(token for token in self._tokens.values() if token.id_u == id_u)

    def holding(self, secret: str) -> Token | None:
        """The token of that secret."""
        given = secret.encode("utf-8", "surrogateescape")
        return next(
            (one for one in self._tokens.values() if secrets.compare_digest(one.secret.encode(), given)), None
        )


class Rights:
    """Roles and who holds them where.

    Args:
        ancestors: the ids of an entity and of those above it, the nearest first, :data:`ROOT` last.
        flux: the ids of the flux of this platform.
    """

    def __init__(
        self, *, ancestors: Callable[[str], Iterable[str]], flux: Callable[[], Iterable[str]]
    ) -> None:
        self._ancestors = ancestors
        self._flux = flux
        self.roles: dict[str, Role] = {ADMIN: Role(ADMIN, "Administrateur", None)}
        self._grants: list[Grant] = []

    def define(self, role: Role) -> None:
        """Add or replace a role."""
        self.roles[role.role] = role

    def grant(self, user: User, role: str, id_e: str) -> None:
        """Give a role on an entity; nothing happens when it is held already. It replaces :data:`NO_RIGHT` there."""
        grant = Grant(user.id_u, role, id_e)
        if grant in self._grants:
            return
        self._grants.append(grant)
        nothing = Grant(user.id_u, NO_RIGHT, id_e)
        if role != NO_RIGHT and nothing in self._grants:
            self._grants.remove(nothing)

    def revoke(self, user: User, role: str, id_e: str) -> None:
        """Take a role back; the last one a user holds gives way to :data:`NO_RIGHT`."""
        grant = Grant(user.id_u, role, id_e)
        if grant not in self._grants:
            return
        if len(self.held(user)) == 1:
            self._grants[self._grants.index(grant)] = Grant(user.id_u, NO_RIGHT, id_e)
        else:
            self._grants.remove(grant)

    def revoke_all(self, user: User, id_e: str) -> None:
        """Take back every role held on an entity, and leave :data:`NO_RIGHT`."""
        self._grants = [one for one in self._grants if (one.id_u, one.id_e) != (user.id_u, id_e)]
        self.grant(user, NO_RIGHT, id_e)

    def forget(self, user: User) -> None:
        """Take back everything a user holds."""
        self._grants = [one for one in self._grants if one.id_u != user.id_u]

    def held(self, user: User) -> tuple[Grant, ...]:
        """What a user holds, in the order it was given."""
        return tuple(one for one in self._grants if one.id_u == user.id_u)

    def droits(self, role: str) -> list[str]:
        """The rights of a role, sorted."""
        known = self.roles.get(role)
        if known is None:
            return []
        return sorted(self.everything() if known.droits is None else known.droits)

    def droits_of(self, user: User) -> set[str]:
        """Every right a user has somewhere."""
        return {droit for one in self.held(user) for droit in self.droits(one.role)}

    def everything(self) -> set[str]:
        """Every right there is."""
        of_flux = {f"{flux}:{verb}" for flux in self._flux() for verb in ("lecture", "edition")}
        return {*GENERAL_RIGHTS, *of_flux}

    def has(self, caller: User, id_e: str, droit: str) -> bool:
        """Whether the caller has that right on that entity, by a role held there or above."""
        if caller.id_u == WORKER.id_u:
            return True
        above = set(self._ancestors(id_e))
        return any(
            self._gives(one.role, droit)
            for one in self._grants
            if one.id_u == caller.id_u and one.id_e in above
        )

    def require(self, caller: User, id_e: str, droit: str) -> None:
        """Raises: ApiError 403 when the caller has not that right on that entity."""
        if not self.has(caller, id_e, droit):
            raise right_missing(id_e=id_e, droit=droit, id_u=caller.id_u)

    def somewhere(self, caller: User, droit: str) -> bool:
        """Whether the caller has that right on one entity at least."""
        return caller.id_u == WORKER.id_u or any(
            self._gives(one.role, droit) for one in self._grants if one.id_u == caller.id_u
        )

    def entities(self, caller: User, droit: str) -> list[str]:
        """The entities on which a role held by the caller gives that right; descendants follow by inheritance."""
        return [one.id_e for one in self._grants if one.id_u == caller.id_u and self._gives(one.role, droit)]

    def _gives(self, role: str, droit: str) -> bool:
        known = self.roles.get(role)
        if known is None:
            return False
        return droit in self.everything() if known.droits is None else droit in known.droits


_ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def drawn_id(chance: random.Random, taken: Mapping[str, object]) -> str:
    """A new ``id_d``: seven characters that no document has."""
    while True:
        drawn = "".join(chance.choices(_ID_ALPHABET, k=7))
        if drawn not in taken:
            return drawn
