"""The dossiers of the parapheur."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cdg62_connect.errors import NotFound
from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.deposit import deposit
from cdg62_connect.iparapheur.soap_v4.entries import log_entries
from cdg62_connect.iparapheur.soap_v4.exchange import call, call_about, reply_of
from cdg62_connect.iparapheur.soap_v4.harvest import harvest
from cdg62_connect.iparapheur.soap_v4.leftovers import LINE
from cdg62_connect.iparapheur.soap_v4.models import (
    ArchivageAction,
    Archived,
    CodeTransition,
    Created,
    DossierTrouve,
    LogEntry,
    NewDossier,
    Receipt,
    RetrievedDossier,
)
from cdg62_connect.iparapheur.soap_v4.refusals import recognised, refusal
from cdg62_connect.iparapheur.soap_v4.retrieval import retrieved_dossier
from cdg62_connect.iparapheur.soap_v4.texts import free_text, known_key, label
from cdg62_connect.soap import Limits, fill
from cdg62_connect.transport import Answer, HttpSession, Kind

_RETRIEVAL_LIMIT = 2 * 1024**3
_TEXTS = 16 * 1024 * 1024


class Dossiers:
    """Create, find, follow, retrieve, force and clear dossiers.

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
            given = reply.node.text_of("DossierID") or dossier.dossier_id
            return Created(given, message, reply.rest(told={("DossierID",)}))

        return call(self._session, "CreerDossier", Kind.EFFECT, deposit(dossier), read)

    def historique(self, dossier_id: str) -> tuple[LogEntry, ...]:
        """``GetHistoDossier``: what happened to the dossier, oldest first, never empty. A read.

        A dossier just created may take a few seconds to appear.

        Raises:
            NotFound: the parapheur does not know this dossier: an empty history means just that.
        """

        def read(answer: Answer) -> tuple[LogEntry, ...]:
            reply = reply_of(answer)
            entries = log_entries(reply.node)
            if not entries:
                _, said = reply.said()
                raise reply.error(
                    recognised(answer.operation, said, dossier_id=dossier_id) or NotFound, said=said
                )
            reply.require_ok(dossier_id=dossier_id)
            return entries

        return call_about(self._session, "GetHistoDossier", dossier_id, read)

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

        return call_about(self._session, "GetDossier", dossier_id, read)

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
            message = reply.require_ok(dossier_id=key)
            return Archived(message, reply.node.text_of("URL"), reply.rest(told={("URL",)}))

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

        call_about(self._session, "EffacerDossierRejete", dossier_id, read)

    def rechercher(
        self,
        *,
        type_technique: str = "",
        sous_type: str = "",
        status: str = "",
        nombre: int | None = None,
        dossier_ids: Sequence[str] = (),
    ) -> tuple[DossierTrouve, ...]:
        """``RechercherDossiers``: the dossiers that fit every filter given, in the parapheur's order. A read.

        Args:
            type_technique: exactly as the parapheur writes it.
            sous_type: the same.
            status: one exact status code; wildcards (``Rejet*``) work nowhere any more.
            nombre: at most so many; what the parapheur gives without it is not known.
            dossier_ids: only these. A v5 before 5.0.28 or 5.1.6 gets them wrong beyond 200 dossiers.

        Returns:
            What fits; empty also when a filter names something unknown.

        Raises:
            InvalidInput: a filter cannot be sent.
        """
        fields: dict[str, object] = {
            name: label(value, what="Un critère de recherche")
            for name, value in (
                ("TypeTechnique", type_technique),
                ("SousType", sous_type),
                ("Status", status),
            )
            if value
        }
        if nombre is not None:
            fields["NombreDossiers"] = nombre
        if dossier_ids:
            fields["DossierID"] = [known_key(one) for one in dossier_ids]

        def read(answer: Answer) -> tuple[DossierTrouve, ...]:
            reply = reply_of(answer)
            code, message = reply.said()
            if code == "KO":
                raise reply.error(refusal(answer.operation, message, dossier_id=""), said=message)
            return tuple(
                DossierTrouve(
                    dossier_id=entry.nom,
                    status=entry.status,
                    annotation=entry.annotation,
                    accessible=entry.champs.get("accessible", ""),
                    entry=entry,
                )
                for entry in log_entries(reply.node)
            )

        envelope = fill(bind("RechercherDossiers", **fields), {})
        return call(self._session, "RechercherDossiers", Kind.READ, envelope, read)

    def exercer_droit_de_remords(self, dossier_id: str) -> Receipt:
        """``ExercerDroitRemordDossier``: take back a dossier that nobody has opened yet. An effect.

        It then lies on the emitter's desk; :meth:`archiver` deletes it there.

        Raises:
            NotFound: the parapheur does not know this dossier.
            NotEmitted: it has been taken back already.
            Refused: too late, somebody has opened it or acted on it.
            OutcomeUnknown: it may be taken back.
        """

        def read(answer: Answer) -> Receipt:
            reply = reply_of(answer)
            return Receipt(reply.require_ok(dossier_id=dossier_id), champs=reply.rest())

        return call_about(self._session, "ExercerDroitRemordDossier", dossier_id, read)

    def forcer_etape(
        self,
        dossier_id: str,
        transition: CodeTransition,
        *,
        annotation_publique: str | None = None,
        annotation_privee: str | None = None,
    ) -> Receipt:
        """``ForcerEtape``: pass, or refuse, the present step of a dossier. An effect, never to be repeated blindly:
        it would act on the next step.

        Only for the account that holds the dossier, on a step of visa or of transmission: no signature can be
        forced.

        Raises:
            NotFound: the parapheur does not know this dossier.
            AccessRefused: another desk holds it.
            Refused: this step cannot be forced.
            OutcomeUnknown: the step may be passed: ask :meth:`historique`.
        """
        key = known_key(dossier_id)
        fields: dict[str, object] = {"DossierID": key, "CodeTransition": transition.value}
        if annotation_publique is not None:
            fields["AnnotationPublique"] = free_text(annotation_publique)
        if annotation_privee is not None:
            fields["AnnotationPrivee"] = free_text(annotation_privee)

        def read(answer: Answer) -> Receipt:
            reply = reply_of(answer)
            message = reply.require_ok(dossier_id=key)
            return Receipt(message, next(iter(log_entries(reply.node)), None), reply.rest(told=LINE))

        return call(self._session, "ForcerEtape", Kind.EFFECT, fill(bind("ForcerEtape", **fields), {}), read)
