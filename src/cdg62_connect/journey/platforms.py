"""The clients of one authority, and the rule that a dossier only ever meets its own authority's.

The types carry the rule: a step is given an :class:`Assignment`, which cannot be made of a dossier and of
another authority's clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdg62_connect.clock import Clock
from cdg62_connect.errors import ConfigurationError, WrongAuthority
from cdg62_connect.iparapheur import Parapheur
from cdg62_connect.journey.circuits import OpenedParapheur, open_parapheur
from cdg62_connect.journey.sessions import Sessions
from cdg62_connect.s2low import S2low
from cdg62_connect.transport import HttpSession

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.pastell import Pastell
    from cdg62_connect.settings import Authority, Settings


@dataclass(frozen=True, slots=True)
class AuthorityPlatforms:
    """One authority's clients, each holding that authority's credentials."""

    authority: Authority
    pastell: Pastell | None
    parapheur: Parapheur | None
    tdt: S2low | None

    @property
    def siren(self) -> str:
        """Whose they are."""
        return self.authority.siren

    def require_pastell(self) -> Pastell:
        """The Pastell client.

        Raises:
            ConfigurationError: the configuration gives this authority no Pastell account.
        """
        if self.pastell is None:
            raise ConfigurationError(
                f"{self.authority.name} n'a pas de compte Pastell dans la configuration : ajoutez sa section pastell."
            )
        return self.pastell

    def require_parapheur(self) -> Parapheur:
        """The parapheur, whatever its protocol.

        Raises:
            ConfigurationError: the configuration gives this authority no account in the parapheur.
        """
        if self.parapheur is None:
            self.authority.require_parapheur()
            raise ConfigurationError(
                "La section plateformes.iparapheur manque dans la configuration : ajoutez-la."
            )
        return self.parapheur

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
        self._sessions = Sessions(settings, clock)
        self._made: dict[str, AuthorityPlatforms] = {}
        self._open: list[HttpSession | OpenedParapheur] = []

    def assign(self, dossier: Dossier) -> Assignment:
        """The dossier with its own authority's clients.

        Raises:
            ConfigurationError: the authority is no longer in the configuration.
        """
        authority = self._settings.authority(dossier.siren)
        if authority is None:
            raise ConfigurationError(
                f"Le SIREN {dossier.siren} du dossier {dossier.id_depot} n'est plus dans la configuration : "
                "remettez-le pour que le dossier continue."
            )
        return Assignment(dossier=dossier, platforms=self.of(authority))

    def of(self, authority: Authority) -> AuthorityPlatforms:
        """The clients of one authority."""
        made = self._made.get(authority.siren)
        if made is None:
            made = self._made[authority.siren] = self._make(authority)
        return made

    def close(self) -> None:
        """Close every connection."""
        for opened in self._open:
            opened.close()
        self._open.clear()
        self._made.clear()

    def _make(self, authority: Authority) -> AuthorityPlatforms:
        bus, circuits, legality = authority.pastell, authority.parapheur, authority.s2low
        pastell = parapheur = tdt = None
        if bus is not None:
            from cdg62_connect.pastell import Pastell

            pastell = Pastell(self._kept(self._sessions.pastell(bus)))
        if circuits is not None:
            opened = open_parapheur(self._sessions, authority)
            self._open.append(opened)
            parapheur = opened.parapheur
        if legality is not None:
            tdt = S2low(self._kept(self._sessions.s2low(legality)))
        return AuthorityPlatforms(authority=authority, pastell=pastell, parapheur=parapheur, tdt=tdt)

    def _kept(self, session: HttpSession) -> HttpSession:
        self._open.append(session)
        return session
