"""The door to one parapheur 5, through its Standard API."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from cdg62_connect.iparapheur.rest_v5.annuaire import Bureaux, Tenants, Typologie
from cdg62_connect.iparapheur.rest_v5.api import Api
from cdg62_connect.iparapheur.rest_v5.dossiers import Corbeille, Dossiers
from cdg62_connect.iparapheur.rest_v5.jetons import Compte, CompteApplicatif, Jetons
from cdg62_connect.iparapheur.rest_v5.taches import Taches
from cdg62_connect.transport import HttpSession


class IparapheurRest:
    """The Standard API of an iParapheur 5, as one account sees it. It may serve several threads.

    ::

        parapheur = IparapheurRest(
            HttpSession("https://parapheur.exemple.fr", platform="iparapheur"),
            compte=Compte("ws-valmont", Secret("…")),
        )

    Args:
        session: to the root of the platform, without any account: tokens are asked and presented through it. It is
            closed with this object.
        compte: who we are.
        realm: of Keycloak.

    Attributes:
        tenants: the entities of the account.
        bureaux: its desks.
        typologie: types and sub-types.
        dossiers: the folders.
        taches: the actions on them.
        corbeille: the trash bin, for an administrator.
    """

    def __init__(
        self, session: HttpSession, *, compte: Compte | CompteApplicatif, realm: str = "api"
    ) -> None:
        self._session = session
        api = Api(session, jetons=Jetons(session, compte=compte, realm=realm))
        self.tenants = Tenants(api)
        self.bureaux = Bureaux(api)
        self.typologie = Typologie(api)
        self.dossiers = Dossiers(api)
        self.taches = Taches(api)
        self.corbeille = Corbeille(api)

    @property
    def platform(self) -> str:
        """The name of the platform in errors and logs."""
        return self._session.platform

    def patienter(self, secondes: float) -> None:
        """Wait, on the clock of the session."""
        self._session.clock.sleep(secondes)

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<IparapheurRest {self._session.base_url}>"
