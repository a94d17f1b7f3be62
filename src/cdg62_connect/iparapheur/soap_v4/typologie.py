"""What the account may create: the types and sous-types of the parapheur."""

from __future__ import annotations

from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.exchange import call, reply_of
from cdg62_connect.iparapheur.soap_v4.refusals import refusal
from cdg62_connect.iparapheur.soap_v4.texts import label
from cdg62_connect.soap import fill
from cdg62_connect.transport import Answer, HttpSession, Kind


class Typologie:
    """The types and sous-types as the parapheur writes them: case, accents and blanks count.

    Every method may raise any :class:`~cdg62_connect.errors.PlatformError` of a read.
    """

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def types(self) -> tuple[str, ...]:
        """``GetListeTypes``: the types, sorted; empty when the account has none. A read."""
        return self._list("GetListeTypes", bind("GetListeTypes"), element="TypeTechnique")

    def sous_types(self, type_technique: str) -> tuple[str, ...]:
        """``GetListeSousTypes``: the sous-types of a type, sorted; empty when the type is unknown. A read.

        Raises:
            InvalidInput: the name of the type cannot be sent.
        """
        asked = label(type_technique, what="Le type du parapheur")
        return self._list("GetListeSousTypes", bind("GetListeSousTypes", asked), element="SousType")

    def _list(self, operation: str, envelope: bytes, *, element: str) -> tuple[str, ...]:
        def read(answer: Answer) -> tuple[str, ...]:
            reply = reply_of(answer)
            code, message = reply.said()
            if code == "KO":
                raise reply.error(refusal(operation, message, dossier_id=""), said=message)
            names = {node.text.strip() for node in reply.node.all(element)}
            return tuple(sorted(names - {""}))

        return call(self._session, operation, Kind.READ, fill(envelope, {}), read)
