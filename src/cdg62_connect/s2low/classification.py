"""The classification in force for the authority: natures, types of pièces, matières."""

from __future__ import annotations

from cdg62_connect.s2low.answers import content, decode, quote, unusable
from cdg62_connect.s2low.flux import cut_xml
from cdg62_connect.transport import Answer, HttpSession, Kind, Request


class ClassificationResource:
    """The classification that the préfecture gave to the authority."""

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def lire(self) -> bytes:
        """The XML ``RetourClassification``, byte for byte: two versions are compared by their bytes.

        (S2LOW API, actes_classification_fetch.) ``formats.Classification`` reads it.

        Raises:
            NotReady: the authority never received one.
            UnreadableAnswer: the answer is not a whole XML document.
            PlatformError: the exchange failed, or S2LOW refuses.
        """

        def read(answer: Answer) -> bytes:
            body = content(answer)
            if cut_xml(body) is None:
                said = quote(decode(body))
                raise unusable(answer, "La classification reçue n'est pas un XML complet.", said=said)
            return body

        request = Request(
            "GET",
            "/modules/actes/actes_classification_fetch.php",
            operation="actes_classification_fetch",
            kind=Kind.READ,
            params=(("api", "1"),),
        )
        return self._session.exchange(request, read)
