"""Does S2LOW know us?"""

from __future__ import annotations

from cdg62_connect.errors import AuthenticationRefused
from cdg62_connect.s2low.answers import ok_payload
from cdg62_connect.transport import Answer, HttpSession, Kind, Request


class Connexion:
    """The test of the connection."""

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def test(self) -> None:
        """Pass when S2LOW recognises the certificate, and the login when it serves several accounts.

        (S2LOW API, test-connexion.) It tells neither whether the certificate is RGS nor what the account may
        do.

        Raises:
            AuthenticationRefused: it does not.
            AccessRefused: it does, and forbids this.
            UnreadableAnswer: what answers is not S2LOW.
            PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> None:
            ok_payload(answer, default=AuthenticationRefused)

        request = Request("GET", "/api/test-connexion.php", operation="test-connexion", kind=Kind.READ)
        self._session.exchange(request, read)
