"""The classification in force for the authority: natures, types of pièces, matières."""

from __future__ import annotations

from cdg62_connect.s2low.acte_answers import read_number
from cdg62_connect.s2low.answers import content, quote, unusable
from cdg62_connect.s2low.api import ACTES, API, Api
from cdg62_connect.s2low.dialects import decode
from cdg62_connect.s2low.flux import cut_xml
from cdg62_connect.transport import Answer, Kind


class ClassificationResource:
    """The classification that the préfecture gave to the authority."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lire(self) -> bytes:
        """The XML ``RetourClassification``, byte for byte: two versions are compared by their bytes.

        (S2LOW API, actes_classification_fetch.) ``formats.Classification`` reads it.

        Raises:
            NotReady: the authority never received one.
            UnreadableAnswer: the answer is not a whole XML document.
            PlatformError: the exchange failed, or S2LOW refuses.
        """
        return self._api.get("actes_classification_fetch", _read_whole, folder=ACTES, params=API)

    def demander(self) -> int:
        """Ask the ministry for the classification in force, and return the number of this transaction.

        (S2LOW API, actes_classification_request.) The answer comes later: once this transaction is at 4,
        :meth:`lire` gives it.

        Raises:
            AlreadyRequested: it was asked for less than a day ago, which is as good.
            AuthenticationRefused, AccessRefused: the account.
            OutcomeUnknown: it may have been asked; asking again does no harm.
            PlatformError: the exchange failed.
        """
        return self._api.get(
            "actes_classification_request", read_number, folder=ACTES, params=API, kind=Kind.EFFECT
        )


def _read_whole(answer: Answer) -> bytes:
    body = content(answer)
    if cut_xml(body) is None:
        said = quote(decode(body))
        raise unusable(answer, "La classification reçue n'est pas un XML complet.", said=said)
    return body
