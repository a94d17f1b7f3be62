"""The part of the journey that happens in the parapheur: open, watch, bring home, release."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cdg62_connect.errors import NotFound
from cdg62_connect.iparapheur import (
    CircuitState,
    Document,
    Evidence,
    Progress,
    RetrievedFile,
    Submission,
    Submitted,
)
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.visuel import pes_as_pdf
from cdg62_connect.journey.keys import parapheur_key
from cdg62_connect.journey.signed_document import judge_signed, unsigned
from cdg62_connect.journey.step import PARIS, Context, Later
from cdg62_connect.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier

_LOOKS_BEFORE_LOST = 12
"""A dossier that the parapheur no longer shows after so many looks is a person's business."""

_SIGN_AGAIN = (
    "Rien n'a été effacé ni transmis. Faites signer le document dans un nouveau dossier du parapheur, "
    "puis adoptez ce dossier."
)

_TRIES_BEFORE_LEFT = 8
"""A dossier that the parapheur keeps refusing to delete is left there."""

_DOWNLOAD_LIMIT = 2 * 1024**3

_LONGEST_TITLE = 255
"""What a DossierTitre holds; the whole objet goes to S2LOW."""


class OpenCircuit:
    """``CreerDossier``: the document enters its circuit, once."""

    name = "ouvrir_circuit"
    platform = "iparapheur"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """Checked, to be signed, not in the circuit."""
        accepted = dossier.accepted
        return accepted is not None and accepted.signer and dossier.circuit is None and dossier.draft is None

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """The key is all that is needed to find the dossier again."""
        dossier = context.dossier
        assert dossier.accepted is not None
        context.verify(dossier.accepted.document, *dossier.accepted.annexes)
        key = parapheur_key(dossier.id_depot, attempt=dossier.attempt)
        return ev.IntentRecorded(step=self.name, key=key)

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Send the document and its annexes."""
        submission = self.submission(context, intent.key)
        submitted = context.assignment.platforms.require_parapheur().submit(submission)
        return (_there(submitted, "created"),)

    def submission(self, context: Context, key: str) -> Submission:
        """What is given to the parapheur."""
        accepted = context.dossier.accepted
        assert accepted is not None
        type_technique, sous_type = _typage(context)
        return Submission(
            key=key,
            titre=accepted.objet[:_LONGEST_TITLE],
            type=type_technique,
            sous_type=sous_type,
            documents=(Document(nom=accepted.document.nom, content=context.payload(accepted.document)),),
            annexes=tuple(
                Document(nom=annexe.nom, content=context.payload(annexe), content_type=_media(annexe.nom))
                for annexe in accepted.annexes
            ),
            annotation_publique=accepted.annotation_publique,
            annotation_privee=accepted.annotation_privee,
            date_limite=accepted.date_limite,
        )

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """The parapheur has the key, or never had it."""
        type_technique, sous_type = _typage(context)
        parapheur = context.assignment.platforms.require_parapheur()
        found = parapheur.find(intent.key, type=type_technique, sous_type=sous_type)
        if found is None:
            return (ev.IntentCleared(step=self.name, why="le parapheur ne connaît pas ce dossier"),)
        return (_there(found, "found"),)


class StartCircuit:
    """A dossier that the parapheur holds back until it is told to go: told once."""

    name = "lancer_circuit"
    platform = "iparapheur"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """Prepared, not in the circuit."""
        return dossier.draft is not None and dossier.circuit is None

    def plan(self, context: Context) -> ev.IntentRecorded:
        """The dossier as the parapheur knows it."""
        draft = context.dossier.draft
        assert draft is not None
        return ev.IntentRecorded(step=self.name, key=draft.key)

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Send it into its circuit."""
        draft, accepted = context.dossier.draft, context.dossier.accepted
        assert draft is not None
        assert accepted is not None
        context.assignment.platforms.require_parapheur().start(
            Submitted(key=intent.key, remote_id=draft.dossier_id, started=False),
            annotation_publique=accepted.annotation_publique,
            annotation_privee=accepted.annotation_privee,
        )
        return (ev.CircuitOpened(dossier_id=draft.dossier_id, how="created"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """A dossier that started is in its circuit; one that did not waits to be told again."""
        type_technique, sous_type = _typage(context)
        parapheur = context.assignment.platforms.require_parapheur()
        found = parapheur.find(intent.key, type=type_technique, sous_type=sous_type)
        if found is not None and found.started:
            return (ev.CircuitOpened(dossier_id=found.remote_id, how="created"),)
        return (ev.IntentCleared(step=self.name, why="le dossier n'est pas encore parti dans son circuit"),)


class WatchCircuit:
    """``GetHistoDossier`` until the circuit ends; then the files are brought home and verified."""

    name = "suivre_circuit"
    platform = "iparapheur"
    signed = ("pdf_signe", "pdf")
    """Nature and suffix of what comes back signed."""

    judge = staticmethod(judge_signed)

    def applies(self, dossier: Dossier) -> bool:
        """In the circuit, without its end."""
        return dossier.circuit is not None and dossier.signed is None and dossier.rejected is None

    def pace(self, settings: Settings, moment: datetime) -> float:
        """The parapheur's rhythm: people sign in office hours, and now and then at other times."""
        rhythm = settings.rhythm
        if rhythm.office_hours(moment.astimezone(PARIS)):
            return rhythm.parapheur_seconds
        return max(rhythm.parapheur_seconds, rhythm.longest_seconds)

    def look(self, context: Context) -> tuple[ev.Fact, ...] | Later:
        """Whether people have signed or refused."""
        circuit = context.dossier.circuit
        assert circuit is not None
        try:
            state = context.assignment.platforms.require_parapheur().progress(circuit.dossier_id)
        except NotFound as unknown:
            if context.same("introuvable") < _LOOKS_BEFORE_LOST:
                return Later("le parapheur ne montre pas (encore) ce dossier", cause="introuvable")
            return (
                ev.Blocked(
                    code="DISPARU_DU_PARAPHEUR",
                    step=self.name,
                    reason=f"Le parapheur ne connaît plus le dossier {circuit.dossier_id}.",
                    who="l'administrateur du parapheur",
                    advice=unknown.advice,
                ),
            )
        match state.progress:
            case Progress.PENDING:
                unknown = f", inconnus de cette version : {', '.join(state.unknown)}" if state.unknown else ""
                return Later(f"au parapheur ({state.status or 'sans statut'}{unknown})")
            case Progress.REJECTED:
                return self._bring_refusal(context, circuit.dossier_id, state)
            case Progress.FINISHED:
                return self._bring_signed(context, circuit.dossier_id, state)

    def _bring_refusal(self, context: Context, dossier_id: str, state: CircuitState) -> tuple[ev.Fact, ...]:
        with context.documents.workplace(context.dossier.id_depot) as folder:
            found = context.assignment.platforms.require_parapheur().collect(
                dossier_id, into=folder, limit=_DOWNLOAD_LIMIT
            )
            files = _evidence(context, found, slip="bordereau.pdf")
        etape = "visa" if "Visa" in state.status else "signature"
        return (
            ev.RejectedInCircuit(
                etape=etape, by=state.by, reason=state.reason, on=state.at, files=tuple(files)
            ),
        )

    def _bring_signed(self, context: Context, dossier_id: str, state: CircuitState) -> tuple[ev.Fact, ...]:
        with context.documents.workplace(context.dossier.id_depot) as folder:
            found = context.assignment.platforms.require_parapheur().collect(
                dossier_id, into=folder, limit=_DOWNLOAD_LIMIT
            )
            if not found.documents:
                return (unsigned(self.name, "Le parapheur ne rend aucun document.", advice=_SIGN_AGAIN),)
            accepted = context.dossier.accepted
            assert accepted is not None
            nature, suffix = self.signed
            signed_name = f"{Path(accepted.document.nom).stem[:80]}_signe.{suffix}"
            files = [
                _kept(context, found.documents[0].file, nature, signed_name),
                *_evidence(context, found, slip="bordereau_signature.pdf"),
            ]
            circuit = context.dossier.circuit
            assert circuit is not None
            unconfirmed = circuit.how != "created" and not circuit.confirmed
            judged = self.judge(
                context,
                context.documents.path(files[0].sha256),
                step=self.name,
                files=tuple(files),
                advice=_SIGN_AGAIN,
                detached=[context.documents.path(one.sha256) for one in found.documents[0].signatures],
                signed_at=state.signed_at,
                adopted=f"Le dossier {dossier_id} du parapheur" if unconfirmed else "",
            )
        return (judged,)


class ReleaseCircuit:
    """``ArchiverDossier`` or ``EffacerDossierRejete``: the parapheur forgets what is safe with us.

    Housekeeping: whatever goes wrong here never stops the rest of the journey.
    """

    name = "liberer_circuit"
    platform = "iparapheur"
    blocks = False

    def applies(self, dossier: Dossier) -> bool:
        """The circuit has ended, and the depositor has what came of it."""
        ended = dossier.signed is not None or dossier.rejected is not None
        return dossier.circuit is not None and ended and not dossier.released and not dossier.pending_returns

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """Every file brought home is read again: nothing is deleted there that is not whole here."""
        circuit = context.dossier.circuit
        assert circuit is not None
        if context.same("refus") >= _TRIES_BEFORE_LEFT:
            return (ev.CircuitReleased(dossier_id=circuit.dossier_id, how="left"),)
        context.verify(*context.dossier.evidence)
        return ev.IntentRecorded(step=self.name, key=circuit.dossier_id)

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Delete there what is saved here."""
        parapheur = context.assignment.platforms.require_parapheur()
        try:
            parapheur.release(intent.key, rejected=context.dossier.rejected is not None)
        except NotFound:
            return (ev.CircuitReleased(dossier_id=intent.key, how="gone"),)
        return (ev.CircuitReleased(dossier_id=intent.key, how="deleted"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Gone means done."""
        try:
            context.assignment.platforms.require_parapheur().progress(intent.key)
        except NotFound:
            return (ev.CircuitReleased(dossier_id=intent.key, how="gone"),)
        return (ev.IntentCleared(step=self.name, why="le dossier est encore au parapheur"),)


def _kept(context: Context, file: RetrievedFile, nature: str, nom: str) -> ev.StoredFile:
    return context.keep(file.path, nature=nature, nom=nom, sha256=file.sha256)


def _evidence(context: Context, found: Evidence, *, slip: str) -> list[ev.StoredFile]:
    """What goes with the document: slip, history, detached signatures, what people or the platform added on the way.

    It is deleted there with the dossier, so it is kept here. What we sent ourselves is not brought back.
    """
    accepted = context.dossier.accepted
    assert accepted is not None
    ours = {file.sha256 for file in (accepted.document, *accepted.annexes)}
    if accepted.pes is not None:
        ours.add(hashlib.sha256(pes_as_pdf(context.documents.path(accepted.document.sha256))).hexdigest())
    added = (*(one.file for one in found.documents[1:]), *found.annexes)
    signatures = (
        *(signature for one in found.documents for signature in one.signatures),
        *(one.signature for one in (*found.annexes, found.bordereau) if one is not None),
    )
    kept: list[ev.StoredFile] = []
    if found.bordereau is not None:
        kept.append(_kept(context, found.bordereau, "bordereau_signature", slip))
    kept += [
        _kept(context, file, "historique_circuit", "historique_circuit.json")
        for file in found.records
        if file.nom == "historique.json"
    ]
    kept += [
        _kept(context, file, "signature_detachee", f"signature_detachee_{rank}{_suffix(file)}")
        for rank, file in enumerate((one for one in signatures if one is not None), start=1)
    ]
    return kept + [
        _kept(context, file, "annexe_circuit", f"annexe_circuit_{rank}{_suffix(file)}")
        for rank, file in enumerate((one for one in added if one.sha256 not in ours), start=1)
    ]


def _typage(context: Context) -> tuple[str, str]:
    """The type and the sous-type under which the dossier goes into the parapheur."""
    accepted = context.dossier.accepted
    assert accepted is not None
    account = context.assignment.platforms.authority.require_parapheur()
    sous_type = accepted.sous_type or account.sous_type(accepted.code_document) or ""
    return accepted.type_technique or account.type_of(accepted.code_document), sous_type


def _there(submitted: Submitted, how: Literal["created", "found"]) -> ev.Fact:
    if submitted.started:
        return ev.CircuitOpened(dossier_id=submitted.remote_id, how=how)
    return ev.CircuitDrafted(key=submitted.key, dossier_id=submitted.remote_id, how=how)


def _suffix(file: RetrievedFile) -> str:
    suffix = Path(file.nom).suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 5 else ".bin"


def _media(nom: str) -> str:
    return {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}.get(
        Path(nom).suffix.lower(), "application/pdf"
    )
