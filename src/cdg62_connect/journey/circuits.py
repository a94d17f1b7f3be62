"""The parapheur of an authority, by the protocol that the configuration names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdg62_connect.iparapheur import IparapheurSoap, Parapheur, SoapParapheur
from cdg62_connect.settings import Protocole

if TYPE_CHECKING:
    from collections.abc import Callable

    from cdg62_connect.journey.sessions import Sessions
    from cdg62_connect.settings import Authority


@dataclass(frozen=True, slots=True)
class OpenedParapheur:
    """A parapheur, and how to close its connections."""

    parapheur: Parapheur
    close: Callable[[], None]


def open_parapheur(sessions: Sessions, authority: Authority) -> OpenedParapheur:
    """The parapheur as ``authority`` sees it.

    Raises:
        ConfigurationError: a file or a value of the configuration cannot be used.
    """
    account = authority.require_parapheur()
    platform = sessions.settings.platforms.iparapheur
    if platform is None or platform.protocol is Protocole.SOAP:
        session = sessions.parapheur(authority)
        return OpenedParapheur(SoapParapheur(IparapheurSoap(session)), session.close)
    from cdg62_connect.iparapheur.rest_v5 import Compte, IparapheurRest, ParapheurRest

    rest = IparapheurRest(
        sessions.parapheur_rest(), compte=Compte(account.login, account.password), realm=platform.realm
    )
    return OpenedParapheur(ParapheurRest(rest, tenant=account.tenant, bureau=account.desk), rest.close)
