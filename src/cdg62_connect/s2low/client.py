"""The client of S2LOW: one object per account, its resources as attributes."""

from __future__ import annotations

from cdg62_connect.s2low.actes import Actes
from cdg62_connect.s2low.classification import ClassificationResource
from cdg62_connect.s2low.connexion import Connexion
from cdg62_connect.transport import HttpSession


class S2low:
    """S2LOW as one account sees it.

    Args:
        session: its base URL is the root of the platform; it holds the client certificate and, when this
            certificate serves several accounts, the login and password (ASCII: the platform's versions
            disagree on the encoding of others). One session per account; whoever made it closes it.
    """

    def __init__(self, session: HttpSession) -> None:
        self.connexion = Connexion(session)
        self.actes = Actes(session)
        self.classification = ClassificationResource(session)
