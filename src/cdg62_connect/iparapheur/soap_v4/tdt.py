"""A parapheur that transmits by itself, through its own S²LOW connectors: versions 3 and 4 only.

Where Pastell or S2LOW is at hand, leave the transmission to them: these operations are deprecated, the bridge of
version 5 does not carry them out, and what is sent twice is transmitted twice.
"""

from __future__ import annotations

from pathlib import Path

from cdg62_connect.iparapheur.documents import LogEntry, RetrievedFile
from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.deposit import deposit_pes
from cdg62_connect.iparapheur.soap_v4.entries import log_entries
from cdg62_connect.iparapheur.soap_v4.exchange import call, call_about, reply_of
from cdg62_connect.iparapheur.soap_v4.harvest import harvest
from cdg62_connect.iparapheur.soap_v4.leftovers import LINE
from cdg62_connect.iparapheur.soap_v4.models import Created, NewDossierPES, Receipt
from cdg62_connect.iparapheur.soap_v4.retrieval import only_document
from cdg62_connect.iparapheur.soap_v4.texts import label
from cdg62_connect.soap import Limits, fill
from cdg62_connect.transport import Answer, HttpSession, Kind

_CLASSIFICATION_LIMIT = 16 * 1024 * 1024
_TEXTS = 1024 * 1024


class Tdt:
    """Transmission by the parapheur itself. Every method may raise :class:`NoSuchOperation`.

    No refusal of these operations has been seen: an unknown sentence is a plain
    :class:`~cdg62_connect.errors.Refused`.
    """

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def envoyer(self, dossier_id: str) -> Receipt:
        """``EnvoyerDossierTdT``: transmit a dossier that waits for it (``PretTdT``). An effect, never to be repeated.

        Raises:
            NotFound: the parapheur does not know this dossier.
            NotReady: it does not wait for its transmission.
            OutcomeUnknown: it may be transmitted: ask :meth:`statut`.
        """
        return self._send("EnvoyerDossierTdT", dossier_id)

    def envoyer_pes(self, dossier_id: str) -> Receipt:
        """``EnvoyerDossierPES``: the same for a PES; already deprecated in version 3."""
        return self._send("EnvoyerDossierPES", dossier_id)

    def statut(self, dossier_id: str) -> LogEntry | None:
        """``GetStatutTdT``: how the transmission stands; ``None`` when the parapheur has nothing to say. A read.

        Raises:
            NotFound: the parapheur does not know this dossier.
            NotReady: it has not been transmitted.
        """

        def read(answer: Answer) -> LogEntry | None:
            reply = reply_of(answer)
            reply.require_ok(dossier_id=dossier_id)
            return next(iter(log_entries(reply.node)), None)

        return call_about(self._session, "GetStatutTdT", dossier_id, read)

    def classification(
        self, type_technique: str | None = None, *, into: Path, mise_a_jour: bool = False
    ) -> RetrievedFile:
        """``GetClassificationActesTdt``: the classification of @ctes that the parapheur has. A read.

        Args:
            type_technique: the type whose connector is asked; the S²LOW one when ``None``.
            into: an existing folder, where the XML is saved as a fresh file.
            mise_a_jour: ask for a fresh one first, which takes a while: the old one comes meanwhile.

        Raises:
            NotReady: it is not there yet.
        """
        fields: dict[str, object] = {}
        if type_technique is not None:
            fields["TypeTechnique"] = label(type_technique, what="Le type du parapheur")
        if mise_a_jour:
            fields["DemanderMiseAJourTdt"] = "OUI"
        limits = Limits(total=_CLASSIFICATION_LIMIT // 2 * 3 + _TEXTS)

        def read(answer: Answer) -> RetrievedFile:
            with harvest(
                into,
                limit=_CLASSIFICATION_LIMIT,
                operation=answer.operation,
                documents={"classification": "classification"},
            ) as gathering:
                reply = reply_of(answer, divert=gathering.divert, limits=limits)
                reply.require_ok(dossier_id="")
                return only_document(reply, "classification", nom="classification.xml")

        envelope = fill(bind("GetClassificationActesTdt", **fields), {})
        return call(self._session, "GetClassificationActesTdt", Kind.READ, envelope, read)

    def creer_pes(self, dossier: NewDossierPES) -> Created:
        """``CreerDossierPES``: the former way to give a PES. An effect.

        Raises:
            InvalidInput: a field cannot be sent; nothing left.
            AlreadyExists: the parapheur knows this DossierID already.
            InvalidRequest: it refuses the dossier.
            OutcomeUnknown: it may be in the circuit: ask its history.
        """

        def read(answer: Answer) -> Created:
            reply = reply_of(answer)
            message = reply.require_ok(dossier_id=dossier.dossier_id)
            return Created(dossier.dossier_id, message, reply.rest())

        return call(self._session, "CreerDossierPES", Kind.EFFECT, deposit_pes(dossier), read)

    def _send(self, operation: str, dossier_id: str) -> Receipt:
        def read(answer: Answer) -> Receipt:
            reply = reply_of(answer)
            message = reply.require_ok(dossier_id=dossier_id)
            return Receipt(message, next(iter(log_entries(reply.node)), None), reply.rest(told=LINE))

        return call_about(self._session, operation, dossier_id, read)
