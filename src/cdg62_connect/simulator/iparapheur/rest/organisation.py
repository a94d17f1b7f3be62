"""Who may do what: tenants, desks, types, and the people of the API. Ids are made of names, for ever the same."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass, field
from hashlib import sha256

from cdg62_connect.simulator.iparapheur.dossier import Account
from cdg62_connect.simulator.iparapheur.rest import problem
from cdg62_connect.simulator.iparapheur.rest.problem import Problem
from cdg62_connect.simulator.iparapheur.state import ParapheurState


def made_id(*names: str, version: int = 4) -> str:
    """An id in the form of a UUID, the same for the same names."""
    digest = sha256("\0".join(names).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=version))


@dataclass(frozen=True, slots=True)
class Named:
    """Whatever is an id and a name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is no web service.

    Attributes:
        account: the web service account at whose circuits the person sits; ``""`` for an administrator of every
            tenant.
    """

    login: str
    password: str = field(repr=False)
    nom: str
    account: str = ""

    @property
    def is_admin(self) -> bool:
        """Administrator of every tenant."""
        return not self.account


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call. ``account`` is the one whose folders it sees; an administrator has none."""

    login: str
    nom: str
    account: Account | None
    person: Person | None = None


class Organisation:
    """Tenants, each with the desks, types and sub-types of its web service accounts.

    An account that is put into no tenant has one of its own.
    """

    def __init__(self, parapheur: ParapheurState) -> None:
        self._parapheur = parapheur
        self._names: dict[str, str] = {}
        self._people: dict[str, Person] = {}

    def name_tenant(self, login: str, name: str) -> None:
        """Give a name to the tenant of an account."""
        self._names[login] = name

    def add_agent(self, login: str, password: str, *, account: str, nom: str) -> Person:
        """Someone who sits at every desk of the circuits of ``account``."""
        person = Person(login, password, nom, account)
        self._people[login] = person
        return person

    def add_admin(self, login: str, password: str) -> Person:
        """An administrator of every tenant."""
        person = Person(login, password, "Administrateur")
        self._people[login] = person
        return person

    def knows(self, login: str, password: str) -> bool:
        """Whether a login and a password go together."""
        person = self._people.get(login)
        if person is not None:
            return hmac.compare_digest(person.password.encode(), password.encode())
        return self._parapheur.authenticate(login, password) is not None

    def roles(self, login: str) -> list[str]:
        """The roles that the token of a login shows."""
        caller = self.caller(login)
        suffix = "_admin" if _is_admin(caller) else ""
        return [f"tenant_{tenant.id}{suffix}" for tenant in self.tenants(caller)]

    def caller(self, login: str) -> Caller:
        """Who bears this login.

        Raises:
            Problem: 401, nobody does any more.
        """
        person = self._people.get(login)
        wanted = person.account if person else login
        account = next((one for one in self._parapheur.accounts if one.login == wanted), None)
        if account is None and (person is None or not person.is_admin):
            raise Problem(401, problem.UNAUTHENTICATED)
        return Caller(login, person.nom if person else account.nom if account else login, account, person)

    def tenant_of(self, account: Account) -> Named:
        """The tenant of an account."""
        name = account.tenant or self._names.get(account.login, account.login)
        return Named(made_id("tenant", account.tenant or account.login), name)

    def tenants(self, caller: Caller) -> list[Named]:
        """The tenants that somebody belongs to."""
        accounts = self._parapheur.accounts if caller.account is None else (caller.account,)
        return list(dict.fromkeys(self.tenant_of(account) for account in accounts))

    def check_tenant(self, tenant: str) -> None:
        """Pass when there is such a tenant.

        Raises:
            Problem: 404, there is none.
        """
        if all(self.tenant_of(account).id != tenant for account in self._parapheur.accounts):
            raise Problem(404, problem.UNKNOWN_TENANT)

    def entered(self, caller: Caller, tenant: str) -> Account:
        """The account whose folders the caller sees in a tenant.

        Raises:
            Problem: 404, no such tenant; 403, not a member.
        """
        self.check_tenant(tenant)
        if caller.account is None or self.tenant_of(caller.account).id != tenant:
            raise Problem(403, problem.NOT_MEMBER)
        return caller.account

    def administered(self, caller: Caller, tenant: str) -> list[Account]:
        """The accounts of a tenant that the caller administers.

        Raises:
            Problem: 404, no such tenant; 403, not an administrator.
        """
        self.check_tenant(tenant)
        if not _is_admin(caller):
            raise Problem(403, problem.NOT_ADMIN)
        return [one for one in self._parapheur.accounts if self.tenant_of(one).id == tenant]

    def desks(self, account: Account) -> list[Named]:
        """Every desk that an account deals with, its own first; those that stand in for them last."""
        circuits = (one.circuit for type_ in account.types.values() for one in type_.sous_types.values())
        steps = (etape.bureau for circuit in circuits for etape in circuit)
        standing_in = (one.a for one in self._parapheur.delegations)
        met = self._parapheur.bureaux_de(account)
        names = dict.fromkeys((account.nom, *account.bureaux, *steps, *met, *standing_in))
        return [Named(self.desk_id(account, name), name) for name in names]

    def desk_id(self, account: Account, name: str) -> str:
        """The id of a desk."""
        return made_id("bureau", account.tenant or account.login, name)

    def own_desks(self, caller: Caller, account: Account) -> list[Named]:
        """The desks of the caller."""
        held = (account.nom, *account.bureaux)
        everything = self.desks(account)
        return [one for one in everything if (one.name in held) == (caller.person is None)]

    def desk(self, caller: Caller, account: Account, desk: str) -> Named:
        """A desk of the caller.

        Raises:
            Problem: 404, no such desk; 403, somebody else's.
        """
        if not any(one.id == desk for one in self.desks(account)):
            raise Problem(404, problem.UNKNOWN_DESK)
        for one in self.own_desks(caller, account):
            if one.id == desk:
                return one
        raise Problem(403, problem.NOT_OWNER)

    def types(self, account: Account) -> list[Named]:
        """The types that an account may use."""
        return [Named(made_id("type", account.login, name), name) for name in account.types]

    def sous_types(self, account: Account, type_: str) -> list[Named]:
        """The sub-types of a type, given by its id or its name.

        Raises:
            Problem: 404, no such type.
        """
        found = _among(self.types(account), type_)
        if found is None:
            raise Problem(404, problem.UNKNOWN_TYPE.format(type_))
        names = account.types[found.name].sous_types
        return [Named(made_id("sous-type", account.login, found.name, name), name) for name in names]

    def typed(self, account: Account, type_: str, sous_type: str) -> tuple[Named, Named]:
        """A type and a sub-type, each given by its id or its name.

        Raises:
            Problem: 404, one of them is unknown.
        """
        found = _among(self.sous_types(account, type_), sous_type)
        if found is None:
            raise Problem(404, problem.UNKNOWN_SUBTYPE.format(sous_type))
        known = _among(self.types(account), type_)
        assert known is not None
        return known, found


def _is_admin(caller: Caller) -> bool:
    return caller.person is not None and caller.person.is_admin


def _among(things: list[Named], wanted: str) -> Named | None:
    return next((one for one in things if wanted in (one.id, one.name)), None)
