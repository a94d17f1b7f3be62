"""The clients of one authority, and the rule that a dossier only ever meets its own authority's.

The types carry the rule: a step is given an :class:`Assignment`, which cannot be made of a dossier and of
another authority's clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdg62_connect.clock import Clock
from cdg62_connect.errors import ConfigurationError, WrongAuthority
from cdg62_connect.iparapheur import IparapheurSoap
from cdg62_connect.s2low import S2low
from cdg62_connect.transport import (
    FROM_ENVIRONMENT,
    BasicAuth,
    ClientCertificate,
    HttpSession,
    Proxy,
    ProxySource,
    Timeouts,
)

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.settings import Authority, Platform, Settings


@dataclass(frozen=True, slots=True)
class AuthorityPlatforms:
    """One authority's clients, each holding that authority's credentials."""

    authority: Authority
    parapheur: IparapheurSoap
    tdt: S2low | None

    @property
    def siren(self) -> str:
        """Whose they are."""
        return self.authority.siren

    def require_s2low(self) -> S2low:
        """The S2LOW client.

        Raises:
            ConfigurationError: the configuration gives this authority no S2LOW account.
        """
        if self.tdt is None:
            raise ConfigurationError(
                f"{self.authority.name} n'a pas de compte S2LOW dans la configuration : ajoutez sa section s2low."
            )
        return self.tdt


@dataclass(frozen=True, slots=True)
class Assignment:
    """A dossier together with the clients of its own authority.

    Raises:
        WrongAuthority: the clients are another authority's.
    """

    dossier: Dossier
    platforms: AuthorityPlatforms

    def __post_init__(self) -> None:
        if self.dossier.siren != self.platforms.siren:
            raise WrongAuthority(
                f"Le dossier {self.dossier.id_depot} relève du SIREN {self.dossier.siren} : il ne peut pas "
                f"recevoir les accès du SIREN {self.platforms.siren}. Signalez cette erreur."
            )


class PlatformDesk:
    """Makes each authority's clients once, and keeps their connections alive."""

    def __init__(self, settings: Settings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._made: dict[str, AuthorityPlatforms] = {}
        self._sessions: list[HttpSession] = []

    def assign(self, dossier: Dossier) -> Assignment:
        """The dossier with its own authority's clients.

        Raises:
            ConfigurationError: the authority is no longer in the configuration.
        """
        made = self._made.get(dossier.siren)
        if made is None:
            authority = self._settings.authority(dossier.siren)
            if authority is None:
                raise ConfigurationError(
                    f"Le SIREN {dossier.siren} du dossier {dossier.id_depot} n'est plus dans la configuration : "
                    "remettez-le pour que le dossier continue."
                )
            made = self._made[dossier.siren] = self._make(authority)
        return Assignment(dossier=dossier, platforms=made)

    def close(self) -> None:
        """Close every connection."""
        for session in self._sessions:
            session.close()
        self._sessions.clear()
        self._made.clear()

    def _make(self, authority: Authority) -> AuthorityPlatforms:
        platforms = self._settings.platforms
        account = authority.parapheur
        parapheur = HttpSession(
            platforms.iparapheur.url,
            platform="iparapheur",
            auth=BasicAuth(login=account.login, password=account.password),
            ca=platforms.iparapheur.ca,
            timeouts=_timeouts(platforms.iparapheur),
            tls_min=platforms.iparapheur.tls_min,
            tls_max=platforms.iparapheur.tls_max,
            proxy=_proxy(platforms.iparapheur),
            clock=self._clock,
        )
        self._sessions.append(parapheur)
        s2low = None
        if authority.s2low is not None:
            login, password = authority.s2low.login, authority.s2low.password
            s2low = HttpSession(
                platforms.s2low.url,
                platform="s2low",
                auth=BasicAuth(login=login, password=password) if login and password else None,
                certificate=ClientCertificate(
                    certificate=authority.s2low.certificate,
                    key=authority.s2low.key,
                    passphrase=authority.s2low.passphrase,
                ),
                ca=platforms.s2low.ca,
                timeouts=_timeouts(platforms.s2low),
                tls_min=platforms.s2low.tls_min,
                tls_max=platforms.s2low.tls_max,
                proxy=_proxy(platforms.s2low),
                clock=self._clock,
            )
            self._sessions.append(s2low)
        return AuthorityPlatforms(
            authority=authority,
            parapheur=IparapheurSoap(parapheur),
            tdt=S2low(s2low) if s2low else None,
        )


def _proxy(platform: Platform) -> Proxy | ProxySource | None:
    if platform.proxy is None:
        return None
    if platform.proxy == "environnement":
        return FROM_ENVIRONMENT
    login, password = platform.proxy_login, platform.proxy_password
    return Proxy(platform.proxy, BasicAuth(login=login, password=password) if login and password else None)


def _timeouts(platform: Platform) -> Timeouts:
    return Timeouts(
        connect=platform.connect_seconds, read=platform.silence_seconds, total=platform.total_seconds
    )
