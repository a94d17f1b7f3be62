"""The client of Pastell: one object per account, its resources as attributes."""

from __future__ import annotations

import logging
import threading

from cdg62_connect.errors import AccessRefused, NotFound
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.apprentissage import comprendre
from cdg62_connect.pastell.associations import Associations
from cdg62_connect.pastell.connecteurs import Connecteurs
from cdg62_connect.pastell.documents import Documents
from cdg62_connect.pastell.entites import Entites
from cdg62_connect.pastell.etats import FluxConnu
from cdg62_connect.pastell.flux import FluxCatalogue
from cdg62_connect.pastell.flux_connus import FLUX_CONNUS
from cdg62_connect.pastell.horaire import Horaire
from cdg62_connect.pastell.jetons import Jetons
from cdg62_connect.pastell.journal import Journal
from cdg62_connect.pastell.roles import Roles
from cdg62_connect.pastell.utilisateurs import Utilisateurs
from cdg62_connect.pastell.version import Capacites, CertificatClient, Version, read_version
from cdg62_connect.transport import HttpSession

_LOGGER = logging.getLogger("cdg62_connect.pastell")


class Pastell:
    """Pastell as one account sees it, through its API v2.

    One client may serve several threads. In the whole process, at most four calls to one address are in flight,
    and never two on one document.

    Args:
        session: its base URL is the root of the platform (``https://machine``); it holds the account and
            password, or the token. Whoever made it closes it.
        fuseau: the time zone of the platform, which writes local hours without saying so.

    Attributes:
        documents: the documents.
        flux: their types.
        journal: who did what.
        entites: the entities.
        connecteurs: their connectors.
        associations: which connector serves which type.
        utilisateurs: the users, and the roles they hold.
        roles: the roles that may be given.
        jetons: the tokens of this account.

    Raises:
        ConfigurationError: the zone is not known to this machine.
    """

    def __init__(self, session: HttpSession, *, fuseau: str = "Europe/Paris") -> None:
        self._api = Api(session, Horaire(fuseau))
        self._lock = threading.Lock()
        self._version: Version | None = None
        self.flux = FluxCatalogue(self._api)
        self.documents = Documents(self._api, version=self._read_version, flux=self.flux)
        self.journal = Journal(self._api)
        self.entites = Entites(self._api, version=self._read_version)
        self.utilisateurs = Utilisateurs(self._api, version=self._read_version)
        self.roles = Roles(self._api)
        self.jetons = Jetons(self._api, version=self._read_version)
        self.connecteurs = Connecteurs(self._api, version=self._read_version)
        self.associations = Associations(self._api, version=self._read_version)

    @property
    def platform(self) -> str:
        """The name of the platform in errors and logs."""
        return self._api.platform

    @property
    def version(self) -> Version:
        """The version of the platform, read once.

        Raises:
            AuthenticationRefused: the account is not recognised.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._read_version()

    @property
    def capacites(self) -> Capacites:
        """What this version can do.

        Raises:
            AuthenticationRefused: the account is not recognised.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._read_version().capacites

    @property
    def avertissements(self) -> tuple[str, ...]:
        """What the configuration asks for and this version does not do, one sentence each.

        Raises:
            AuthenticationRefused: the account is not recognised.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return _warnings(self._read_version(), presents_certificate=self._api.session.presents_certificate)

    def comprendre(self, flux: str) -> FluxConnu:
        """What the states of a type of documents mean, completed by the platform's own definition.

        Raises:
            NotFound: neither the platform nor this software knows it.
            AccessRefused: this software does not know it, and the account may not read it.
            PlatformError: an exchange failed.
        """
        try:
            champs, actions = self.flux.champs(flux), self.flux.actions(flux)
        except (NotFound, AccessRefused):
            if flux in FLUX_CONNUS:
                return FLUX_CONNUS[flux]
            raise
        return comprendre(flux, champs, actions)

    def patienter(self, secondes: float) -> None:
        """Wait, on the clock of the session."""
        self._api.session.clock.sleep(secondes)

    def _read_version(self) -> Version:
        with self._lock:
            if self._version is None:
                self._version = read_version(self._api)
                for warning in _warnings(
                    self._version, presents_certificate=self._api.session.presents_certificate
                ):
                    _LOGGER.warning("%s", warning)
            return self._version

    def __repr__(self) -> str:
        return f"<Pastell {self._api.session.base_url}>"


def _warnings(version: Version, *, presents_certificate: bool) -> tuple[str, ...]:
    if presents_certificate and version.capacites.certificat_client is CertificatClient.ABSENT:
        return (
            f"Un certificat client est configuré, mais Pastell {version.texte} ne connecte plus par certificat : "
            "utilisez un jeton, ou un identifiant et un mot de passe.",
        )
    return ()
