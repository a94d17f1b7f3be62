"""The dossiers of the parapheur."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cdg62_connect.errors import NotFound
from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.deposit import deposit
from cdg62_connect.iparapheur.soap_v4.exchange import call, reply_of
from cdg62_connect.iparapheur.soap_v4.harvest import harvest
from cdg62_connect.iparapheur.soap_v4.leftovers import leftovers
from cdg62_connect.iparapheur.soap_v4.models import (
    ArchivageAction,
    Archived,
    Created,
    LogEntry,
    NewDossier,
    RetrievedDossier,
)
from cdg62_connect.iparapheur.soap_v4.refusals import recognised
from cdg62_connect.iparapheur.soap_v4.retrieval import retrieved_dossier
from cdg62_connect.iparapheur.soap_v4.texts import known_key
from cdg62_connect.soap import Limits, Node, fill
from cdg62_connect.transport import Answer, HttpSession, Kind

T = TypeVar("T")

_RETRIEVAL_LIMIT = 2 * 1024**3
_TOLD_OF_ENTRY = {("timestamp",), ("nom",), ("status",), ("annotation",)}
_TEXTS = 16 * 1024 * 1024


class Dossiers:
    """Create, follow, retrieve and clear dossiers.

    A dossier is known by its ``DossierID``, chosen by whoever creates it. Every method may raise any
    :class:`~cdg62_connect.errors.PlatformError` of its kind of call; what it adds is listed under it.
    """

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def creer(self, dossier: NewDossier) -> Created:
        """``CreerDossier``: put a dossier into its circuit. An effect.

        Raises:
            InvalidInput: a field cannot be sent; nothing left.
            AlreadyExists: the parapheur knows this DossierID already.
            InvalidRequest: it refuses the dossier (type, sub-type, metadata…).
            OutcomeUnknown: it may be in the circuit: ask :meth:`historique` before anything else.
        """

        def read(answer: Answer) -> Created:
            reply = reply_of(answer)
            message = reply.require_ok(dossier_id=dossier.dossier_id)
            return Created(reply.node.text_of("DossierID") or dossier.dossier_id, message)

        return call(self._session, "CreerDossier", Kind.EFFECT, deposit(dossier), read)

    def historique(self, dossier_id: str) -> tuple[LogEntry, ...]:
        """``GetHistoDossier``: what happened to the dossier, oldest first, never empty. A read.

        A dossier just created may take a few seconds to appear.

        Raises:
            NotFound: the parapheur does not know this dossier: an empty history means just that.
        """

        def read(answer: Answer) -> tuple[LogEntry, ...]:
            reply = reply_of(answer)
            entries = tuple(_entry(node) for node in reply.node.all("LogDossier"))
            if not entries:
                _, said = reply.said()
                raise reply.error(
                    recognised(answer.operation, said, dossier_id=dossier_id) or NotFound, said=said
                )
            reply.require_ok(dossier_id=dossier_id)
            return entries

        return self._about("GetHistoDossier", Kind.READ, dossier_id, read)

    def recuperer(self, dossier_id: str, *, into: Path, limit: int = _RETRIEVAL_LIMIT) -> RetrievedDossier:
        """``GetDossier``: the dossier with its documents, at any stage of the circuit. A read.

        Args:
            dossier_id: which one.
            into: an existing folder; each document becomes a fresh file there, forced to disk, readable by
                its owner only. After an error none of them is left.
            limit: bytes of documents in all.

        Raises:
            NotFound: the parapheur does not know this dossier.
            UnreadableAnswer: it gave another dossier, a damaged document, or more than ``limit``.
            ConfigurationError: ``into`` cannot be written.
        """
        # base64 adds a third, its line breaks a little more
        limits = Limits(total=limit // 2 * 3 + _TEXTS)

        def read(answer: Answer) -> RetrievedDossier:
            with harvest(into, limit=limit) as gathering:
                reply = reply_of(answer, divert=gathering.divert, limits=limits)
                return retrieved_dossier(reply, asked=dossier_id)

        return self._about("GetDossier", Kind.READ, dossier_id, read)

    def archiver(self, dossier_id: str, *, action: ArchivageAction = ArchivageAction.EFFACER) -> Archived:
        """``ArchiverDossier``: take a finished dossier out of the parapheur. An effect, and no way back.

        Raises:
            NotFound: the parapheur does not know this dossier (any more).
            NotReady: its circuit is not finished.
            OutcomeUnknown: it may be gone: ask :meth:`historique`.
        """
        key = known_key(dossier_id)
        envelope = fill(bind("ArchiverDossier", DossierID=key, ArchivageAction=action.value), {})

        def read(answer: Answer) -> Archived:
            reply = reply_of(answer)
            return Archived(message=reply.require_ok(dossier_id=key), url=reply.node.text_of("URL"))

        return call(self._session, "ArchiverDossier", Kind.EFFECT, envelope, read)

    def effacer_rejete(self, dossier_id: str) -> None:
        """``EffacerDossierRejete``: delete a rejected dossier. An effect, and no way back.

        Raises:
            NotFound: the parapheur does not know this dossier (any more).
            NotReady: it is not a rejected one.
            OutcomeUnknown: it may be gone: ask :meth:`historique`.
        """

        def read(answer: Answer) -> None:
            reply_of(answer).require_ok(dossier_id=dossier_id)

        self._about("EffacerDossierRejete", Kind.EFFECT, dossier_id, read)

    def _about(self, operation: str, kind: Kind, dossier_id: str, read: Callable[[Answer], T]) -> T:
        """Call an operation whose request is a mere DossierID."""
        return call(self._session, operation, kind, fill(bind(operation, known_key(dossier_id)), {}), read)


def _entry(node: Node) -> LogEntry:
    return LogEntry(
        timestamp=_moment(node.text_of("timestamp")),
        nom=node.text_of("nom"),
        status=node.text_of("status"),
        annotation=node.text_of("annotation"),
        champs=leftovers(node, told=_TOLD_OF_ENTRY),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)  # the first and last hours that exist are not moments everywhere
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
