"""The client of S2LOW: one object per account, its resources as attributes."""

from __future__ import annotations

from cdg62_connect.s2low.actes import Actes
from cdg62_connect.s2low.administration import Administration
from cdg62_connect.s2low.api import Api, ForwardedIdentity
from cdg62_connect.s2low.classification import ClassificationResource
from cdg62_connect.s2low.connexion import Connexion
from cdg62_connect.s2low.helios import Helios
from cdg62_connect.s2low.mails import MailSecurise
from cdg62_connect.transport import HttpSession


class S2low:
    """S2LOW as one account sees it.

    Args:
        session: its base URL is the root of the platform; it holds the client certificate and, when this
            certificate serves several accounts, the login and password (ASCII: the platform's versions
            disagree on the encoding of others). One session per account; whoever made it closes it.
        identite: the certificate of the person on whose behalf the application calls, if there is one.

    Attributes:
        connexion: who we are, and links for people.
        actes: the module Actes, and in it what the préfecture sends.
        classification: natures, types of pièces, matières.
        helios: the module Hélios.
        mails: the module Mail sécurisé.
        administration: authorities, accounts, counters.
    """

    def __init__(self, session: HttpSession, *, identite: ForwardedIdentity | None = None) -> None:
        api = Api(session, identite=identite)
        self.connexion = Connexion(api)
        self.actes = Actes(api)
        self.classification = ClassificationResource(api)
        self.helios = Helios(api)
        self.mails = MailSecurise(api)
        self.administration = Administration(api)
