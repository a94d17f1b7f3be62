"""The simulator without any network: one clock, one set of faults, the platforms and who lives on them."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from cdg62_connect.extras import extra
from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.population import (
    COLLECTIVITES,
    SAINTE_ALDEGONDE,
    SOUS_TYPES_PARAPHEUR,
    TILLEULS,
    TYPE_PARAPHEUR,
    VALMONT,
    parapheur_login,
)

with extra("simulator", needed_for="Le simulateur"):
    from cdg62_connect.simulator.iparapheur import ParapheurState
    from cdg62_connect.simulator.iparapheur.routes import ENDPOINT, ENDPOINT_MTOM
    from cdg62_connect.simulator.pki import TestAuthority
    from cdg62_connect.simulator.s2low import (
        NATIONAL_ONLY,
        OTHERWISE_NUMBERED,
        WITH_PERMITS,
        Profile,
        S2lowState,
    )

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


class Simulator:
    """The platforms and their inhabitants, for whoever puts them on a wire.

    Args:
        folder: where everything is kept: certificates, deposits, signed files. One simulator at a time; of
            an earlier one, only the certificates stay.
        clock: the simulated hour; by default, the present moment, standing still.
        seed: decides what is drawn by chance.
        password: that of the parapheur's accounts; drawn at random when absent.
        profile: generation of S2LOW imitated.

    Attributes:
        clock: the one hour of all platforms.
        faults: what shall go wrong.
        authority: the certification authority of test.
        iparapheur: the parapheur.
        s2low: the tiers de télétransmission, and the préfecture behind it.
        accesses: one per authority of the default population, the first commune first.
    """

    def __init__(
        self,
        *,
        folder: Path,
        clock: SimClock | None = None,
        seed: int = 0,
        password: str | None = None,
        profile: Profile = "v5",
    ) -> None:
        self.folder = folder
        self.clock = clock or SimClock()
        self.faults = Faults()
        for leftover in (folder / "iparapheur", folder / "s2low"):
            shutil.rmtree(leftover, ignore_errors=True)
        self.authority = TestAuthority(folder / "pki", start=self.clock.now())
        self.iparapheur = ParapheurState(
            clock=self.clock,
            authority=self.authority,
            folder=folder / "iparapheur",
            faults=self.faults,
            seed=seed,
        )
        self.s2low = S2lowState(clock=self.clock, folder=folder / "s2low", profile=profile)
        self.accesses = self._populate(password)

    def reset(self) -> None:
        """Back to the first moment: no dossier, no acte, no fault. Accounts and certificates stay."""
        self.faults.reset()
        self.clock.reset()
        self.iparapheur.reset()
        self.s2low.reset()

    def describe(self, *, parapheur: str, s2low: str, admin: str) -> dict[str, object]:
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
            "s2low": {
                "url": s2low,
                "ca": str(self.authority.ca),
                "accounts": [
                    {"siren": access.siren, "cert": str(access.certificate), "key": str(access.key)}
                    for access in self.accesses
                ],
            },
            "admin": admin,
        }

    def _populate(self, password: str | None) -> tuple[Access, ...]:
        accesses: list[Access] = []
        for collectivite in COLLECTIVITES:
            siren, login = collectivite.siren, parapheur_login(collectivite)
            secret = password or secrets.token_urlsafe(18)
            certificate, key = self.authority.client_certificate(f"s2low-{siren}")
            self.iparapheur.add_account(login, secret, type=TYPE_PARAPHEUR, sous_types=SOUS_TYPES_PARAPHEUR)
            self.s2low.accounts.add_authority(collectivite, _PREFECTURES[siren])
            self.s2low.accounts.add_account(siren, certificate)
            accesses.append(Access(siren, login, secret, certificate, key))
        return tuple(accesses)
