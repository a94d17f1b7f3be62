"""The door to one parapheur, through its SOAP service."""

from __future__ import annotations

from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.dossiers import Dossiers
from cdg62_connect.iparapheur.soap_v4.exchange import call, reply_of
from cdg62_connect.iparapheur.soap_v4.mail_securise import MailSecurise
from cdg62_connect.iparapheur.soap_v4.tdt import Tdt
from cdg62_connect.iparapheur.soap_v4.texts import free_text
from cdg62_connect.iparapheur.soap_v4.typologie import Typologie
from cdg62_connect.soap import fill
from cdg62_connect.transport import Answer, HttpSession, Kind


class IparapheurSoap:
    """The SOAP service of an iParapheur. :data:`OPERATIONS` says which versions have which operation.

    Args:
        session: its base URL is the address of the service, ``https://…/ws-iparapheur-no-mtom`` or
            ``https://…/ws-iparapheur``: the answers of the latter are in MTOM, and each answer says which it
            is. Documents leave inline to both. Closing the session is up to whoever opened it.

    Attributes:
        dossiers: the dossiers of the account.
        typologie: the types and sous-types it may create, their circuits and métadonnées.
        tdt: transmission by the parapheur itself (v3 and v4).
        mail_securise: its secured mail (v3 and v4).
    """

    def __init__(self, session: HttpSession) -> None:
        self._session = session
        self.dossiers = Dossiers(session)
        self.typologie = Typologie(session)
        self.tdt = Tdt(session)
        self.mail_securise = MailSecurise(session)

    def echo(self, text: str) -> str:
        """``echo``: prove the address, the certificate and the account. A read without any trace.

        Returns:
            The sentence of the parapheur, which quotes ``text`` in words that depend on its version.

        Raises:
            UnreadableAnswer: the sentence does not contain ``text``.
        """
        sent = free_text(text)

        def read(answer: Answer) -> str:
            reply = reply_of(answer)
            sentence = reply.node.text
            if " ".join(sent.split()) not in " ".join(sentence.split()):
                raise reply.unusable("l'écho ne rend pas le texte envoyé", said=sentence.strip()[:200])
            return sentence

        return call(self._session, "echo", Kind.READ, fill(bind("echo", sent), {}), read)
