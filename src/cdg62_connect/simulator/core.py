"""The simulator without any network: one clock, one set of faults, the platforms and who lives on them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cdg62_connect.extras import extra
from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.population import (
    COLLECTIVITES,
    SAINTE_ALDEGONDE,
    SOUS_TYPES_PARAPHEUR,
    SOUS_TYPES_PES,
    TILLEULS,
    TYPE_PARAPHEUR,
    TYPE_PES,
    VALMONT,
    parapheur_login,
    pastell_login,
)

with extra("simulator", needed_for="Le simulateur"):
    from cdg62_connect.simulator.certificates import ClientCertificates
    from cdg62_connect.simulator.iparapheur import ParapheurState
    from cdg62_connect.simulator.iparapheur.rest import RestState
    from cdg62_connect.simulator.iparapheur.routes import ENDPOINT, ENDPOINT_MTOM
    from cdg62_connect.simulator.iparapheur.typage import Protocole, Type
    from cdg62_connect.simulator.pastell import (
        ADMIN_LOGIN,
        Generation,
        Inhabitant,
        PastellState,
        PeersServed,
        profile_named,
    )
    from cdg62_connect.simulator.pki import TestAuthority
    from cdg62_connect.simulator.s2low import (
        NATIONAL_ONLY,
        OTHERWISE_NUMBERED,
        WITH_PERMITS,
        Profile,
        S2lowState,
    )
    from cdg62_connect.simulator.s2low.prefecture import retour_classification

_PREFECTURES = {
    VALMONT.siren: WITH_PERMITS,
    SAINTE_ALDEGONDE.siren: OTHERWISE_NUMBERED,
    TILLEULS.siren: NATIONAL_ONLY,
}


@dataclass(frozen=True, slots=True)
class Access:
    """What one authority needs to talk to the platforms."""

    siren: str
    login: str
    password: str
    certificate: Path
    key: Path

    def __repr__(self) -> str:
        return f"Access(siren={self.siren!r}, login={self.login!r})"


@dataclass(frozen=True, slots=True)
class PastellAccess:
    """What one authority needs to talk to Pastell."""

    siren: str
    login: str
    password: str
    id_e: str

    def __repr__(self) -> str:
        return f"PastellAccess(siren={self.siren!r}, login={self.login!r}, id_e={self.id_e!r})"


class Simulator:
    """The platforms and their inhabitants, for whoever puts them on a wire.

    Args:
        folder: where everything is kept: certificates, deposits, signed files. One simulator at a time; of
            an earlier one, only the certificates stay.
        clock: the simulated hour; by default, the present moment, standing still.
        seed: decides what the platforms draw by chance: ids of transactions and files, ids of dossiers that came
            without one. Not what must stay a secret or unique in the world: keys, serial numbers of certificates,
            passwords.
        password: that of the parapheur's and Pastell's accounts; drawn at random when absent.
        profile: generation of S2LOW imitated.
        pastell_profile: generation of Pastell imitated.

    Attributes:
        clock: the one hour of all platforms.
        faults: what shall go wrong.
        authority: the certification authority of test.
        certificates: the client certificates that S2LOW judges, good and bad.
        shared_logins: login and password of the accounts that share one certificate, ``certificates.partage``.
        iparapheur: the parapheur.
        iparapheur_rest: the same parapheur as its version 5 shows it, over REST.
        s2low: the tiers de télétransmission, and the préfecture behind it.
        accesses: one per authority of the default population, the first commune first.
        pastell_accesses: the same for Pastell.
        pastell_admin: login and password of the account that may do everything in Pastell.
        parapheur_agents: login and password of somebody at the desks of each authority, over REST.
        parapheur_admin: login and password of the administrator of every tenant, over REST.
    """

    def __init__(
        self,
        *,
        folder: Path,
        clock: SimClock | None = None,
        seed: int = 0,
        password: str | None = None,
        profile: Profile = "v5",
        pastell_profile: Generation = "4.0",
    ) -> None:
        self.folder = folder
        self.clock = clock or SimClock()
        self.faults = Faults()
        self._seed = seed
        self._pastell_profile = profile_named(pastell_profile)
        self._served: list[PeersServed] = []
        for leftover in ("iparapheur", "iparapheur-rest", "s2low", "pastell"):
            shutil.rmtree(folder / leftover, ignore_errors=True)
        start = self.clock.now()
        self.authority = TestAuthority(folder / "pki", start=start)
        self.certificates = ClientCertificates(self.authority, folder / "pki", start=start)
        self.iparapheur = ParapheurState(
            clock=self.clock,
            authority=self.authority,
            folder=folder / "iparapheur",
            faults=self.faults,
            seed=seed,
        )
        self.iparapheur_rest = RestState(
            self.iparapheur, clock=self.clock, folder=folder / "iparapheur-rest", seed=seed
        )
        self.s2low = S2lowState(
            clock=self.clock,
            folder=folder / "s2low",
            profile=profile,
            seed=seed,
            is_rgs=self.certificates.is_rgs,
            signers=self.authority.ca,
        )
        self.accesses = self._populate(password)
        self.parapheur_agents, self.parapheur_admin = self._populate_rest(password)
        self.shared_logins = self._populate_certificates(password)
        # The centre de gestion is Pastell's first entity; the authorities come below it, in order.
        self.pastell_accesses = tuple(
            PastellAccess(
                collectivite.siren,
                pastell_login(collectivite),
                password or secrets.token_urlsafe(18),
                str(rank),
            )
            for rank, collectivite in enumerate(COLLECTIVITES, start=2)
        )
        self.pastell_admin = (ADMIN_LOGIN, password or secrets.token_urlsafe(18))

    @cached_property
    def pastell(self) -> PastellState:
        """The Pastell that these authorities share; made the first time it is asked for."""
        return PastellState(
            clock=self.clock,
            authority=self.authority,
            folder=self.folder / "pastell",
            inhabitants=[
                Inhabitant(
                    collectivite,
                    login=pastell.login,
                    password=pastell.password,
                    parapheur_login=access.login,
                    parapheur_password=access.password,
                    certificate=access.certificate,
                    key=access.key,
                    classification=retour_classification(_PREFECTURES[collectivite.siren]),
                )
                for collectivite, access, pastell in zip(
                    COLLECTIVITES, self.accesses, self.pastell_accesses, strict=True
                )
            ],
            admin_password=self.pastell_admin[1],
            seed=self._seed,
            profile=self._pastell_profile,
            peers=self.peers,
        )

    @property
    def pastell_in_use(self) -> bool:
        """Whether somebody asked for Pastell."""
        return "pastell" in vars(self)

    @property
    def peers(self) -> PeersServed | None:
        """Where the platforms that Pastell drives are served; it is on its own stubs until somebody says it."""
        return self._served[-1] if self._served else None

    @contextmanager
    def served_at(self, *, parapheur: str, s2low: str) -> Generator[None]:
        """Pastell drives the platforms served at these base URLs; afterwards those that are still served."""
        peers = PeersServed(wsdl=f"{parapheur}{ENDPOINT}?wsdl", s2low=s2low)
        self._served.append(peers)
        self._drive()
        try:
            yield
        finally:
            self._served.remove(peers)
            self._drive()

    def _drive(self) -> None:
        if self.peers is not None and self.pastell_in_use:
            self.pastell.use_peers(self.peers)

    def reset(self) -> None:
        """Back to the first moment: no dossier, no acte, no fault. Accounts and certificates stay."""
        self.faults.reset()
        self.clock.reset()
        self.iparapheur.reset()
        self.iparapheur_rest.reset()
        self.s2low.reset()
        if self.pastell_in_use:
            self.pastell.reset()

    def describe(self, *, parapheur: str, s2low: str, pastell: str, admin: str) -> dict[str, object]:
        """What a program needs to use the platforms served at these base URLs, as JSON can say it."""
        first = self.accesses[0]
        return {
            "iparapheur_soap": {
                "url": parapheur + ENDPOINT,
                "url_mtom": parapheur + ENDPOINT_MTOM,
                "login": first.login,
                "password": first.password,
                "type": TYPE_PARAPHEUR,
                "sous_types": list(SOUS_TYPES_PARAPHEUR),
                "accounts": [
                    {"siren": access.siren, "login": access.login, "password": access.password}
                    for access in self.accesses
                ],
            },
            "iparapheur_rest": self._describe_rest(parapheur),
            "s2low": {
                "url": s2low,
                "ca": str(self.authority.ca),
                "accounts": [
                    {"siren": access.siren, "cert": str(access.certificate), "key": str(access.key)}
                    for access in self.accesses
                ],
                "administration": self.certificates.administration.as_json(),
                "certificats": self._describe_certificates(),
            },
            "pastell": self._describe_pastell(pastell),
            "admin": admin,
        }

    def _populate(self, password: str | None) -> tuple[Access, ...]:
        accesses: list[Access] = []
        for collectivite in COLLECTIVITES:
            siren, login = collectivite.siren, parapheur_login(collectivite)
            secret = password or secrets.token_urlsafe(18)
            certificate, key = self.authority.client_certificate(f"s2low-{siren}")
            types = (
                Type.of(TYPE_PARAPHEUR, SOUS_TYPES_PARAPHEUR),
                Type.of(TYPE_PES, SOUS_TYPES_PES, protocole=Protocole.HELIOS),
            )
            self.iparapheur.add_account(login, secret, types=types)
            self.s2low.accounts.add_authority(collectivite, _PREFECTURES[siren])
            self.s2low.accounts.add_account(siren, certificate)
            accesses.append(Access(siren, login, secret, certificate, key))
        return tuple(accesses)

    def _populate_rest(self, password: str | None) -> tuple[tuple[tuple[str, str], ...], tuple[str, str]]:
        """Who works in the parapheur over REST besides the web service accounts."""
        organisation = self.iparapheur_rest.organisation
        agents: list[tuple[str, str]] = []
        for collectivite, access in zip(COLLECTIVITES, self.accesses, strict=True):
            login, secret = f"agent-{collectivite.siren}@demo", password or secrets.token_urlsafe(18)
            organisation.name_tenant(access.login, collectivite.nom)
            organisation.add_agent(login, secret, account=access.login, nom="Camille Specimen")
            agents.append((login, secret))
        admin = ("admin@demo", password or secrets.token_urlsafe(18))
        organisation.add_admin(*admin)
        return tuple(agents), admin

    def _populate_certificates(self, password: str | None) -> tuple[tuple[str, str], ...]:
        """Accounts of the first commune behind each certificate that is refused for another reason than its lack."""
        accounts, made = self.s2low.accounts, self.certificates
        for presented in (made.non_rgs, made.expire, made.revoque):
            accounts.add_account(VALMONT.siren, presented.certificate)
        accounts.add_account(
            VALMONT.siren, made.administration.certificate, nom="Administrateur", role="SADM"
        )
        logins = [(f"agent-{rank}", password or secrets.token_urlsafe(18)) for rank in (1, 2)]
        for login, secret in logins:
            accounts.add_account(VALMONT.siren, made.partage.certificate, login=login, password=secret)
        return tuple(logins)

    def _describe_rest(self, url: str) -> dict[str, object]:
        organisation = self.iparapheur_rest.organisation
        known = {account.login: account for account in self.iparapheur.accounts}
        accounts: list[dict[str, object]] = []
        for access, (login, password) in zip(self.accesses, self.parapheur_agents, strict=True):
            account = known[access.login]
            accounts.append(
                {
                    "siren": access.siren,
                    "login": access.login,
                    "password": access.password,
                    "tenant": organisation.tenant_of(account).id,
                    "bureau": organisation.desk_id(account, account.nom),
                    "agent": {"login": login, "password": password},
                }
            )
        admin, password = self.parapheur_admin
        return {
            "url": url,
            **{name: accounts[0][name] for name in ("login", "password", "tenant", "bureau")},
            "type": TYPE_PARAPHEUR,
            "sous_types": list(SOUS_TYPES_PARAPHEUR),
            **({"ca": str(self.authority.ca)} if url.startswith("https:") else {}),
            "admin": {"login": admin, "password": password},
            "accounts": accounts,
        }

    def _describe_pastell(self, url: str) -> dict[str, object]:
        first, (admin, password) = self.pastell_accesses[0], self.pastell_admin
        return {
            "url": url,
            "login": first.login,
            "password": first.password,
            "id_e": first.id_e,
            **({"ca": str(self.authority.ca)} if url.startswith("https:") else {}),
            "admin": {"login": admin, "password": password},
            "accounts": [
                {"siren": one.siren, "login": one.login, "password": one.password, "id_e": one.id_e}
                for one in self.pastell_accesses
            ],
        }

    def _describe_certificates(self) -> dict[str, object]:
        made, first = self.certificates, self.accesses[0]
        return {
            "rgs": {"cert": str(first.certificate), "key": str(first.key)},
            "non_rgs": made.non_rgs.as_json(),
            "expire": made.expire.as_json(),
            "revoque": made.revoque.as_json(),
            "inconnu": made.inconnu.as_json(),
            "sans_compte": made.sans_compte.as_json(),
            "partage": {
                **made.partage.as_json(),
                "comptes": [{"login": login, "password": secret} for login, secret in self.shared_logins],
            },
        }
