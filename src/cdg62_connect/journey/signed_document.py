"""Is what comes back from a circuit the document that was sent, truly signed by somebody we may trust?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.formats import SignatureKind, SignatureVerdict
from cdg62_connect.iparapheur import DocumentVerdict, verify_document
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.step import PARIS
from cdg62_connect.settings import UnknownSigner

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context

_BLOCK = 1024 * 1024

_REWRITTEN = "Le parapheur a réécrit le PDF avant de le faire signer : comparez-le à celui du dépôt."


def judge_signed(
    context: Context,
    path: Path,
    *,
    step: str,
    files: tuple[ev.StoredFile, ...],
    advice: str,
    detached: Sequence[Path] = (),
    signed_at: datetime | None = None,
    adopted: str = "",
) -> ev.Signed | ev.Blocked:
    """Compare the document with the one that was sent, and verify what was added to it, or beside it.

    Args:
        context: the dossier whose document it is.
        path: what came back.
        detached: the signatures that came beside it; they count when none was added within the document.
        step: the step that a block stops.
        files: what goes with the fact: the document first, then the evidence.
        advice: what to do with a document that is not signed.
        signed_at: when the platform says it was signed, for a signature that does not say it.
        adopted: how people know the element of the platform when it was not made by us and nobody has
            confirmed yet that it holds the right document; ``""`` otherwise.
    """
    accepted = context.dossier.accepted
    assert accepted is not None
    anchors, moment = context.settings.signature.anchors, context.clock.now()
    before = context.documents.path(accepted.document.sha256)
    verdict = verify_document(path, nom=path.name, detached=detached, anchors=anchors, moment=moment)
    sent = verify_document(before, nom=before.name, anchors=anchors, moment=moment)
    continued = continues(path, before)
    if not continued and adopted:
        return ev.Blocked(
            code="DOCUMENT_DIFFERENT",
            step=step,
            reason=f"{adopted} rend un document qui n'est pas la suite de celui déposé.",
            who="l'agent instructeur du dossier",
            advice="Comparez le document joint avec celui du dépôt. Si c'est bien le même acte, adoptez de "
            "nouveau ce dossier ; sinon, adoptez le bon, ou abandonnez.",
            files=files,
        )
    added = _added(verdict, sent)
    if not added and not verdict.unverified:
        reason = "Le circuit s'est terminé sans qu'une signature s'ajoute au document."
        return unsigned(step, reason, advice=advice, files=files)
    if problem := _problem(added, verdict.unverified, context.settings.signature.unknown_signer):
        code, reason = problem
        if code == "PAS_SIGNE":
            return unsigned(step, reason, advice=advice, files=files)
        return ev.Blocked(
            code=code,
            step=step,
            reason=reason,
            who="l'administrateur de cdg62-connect",
            advice="Ajoutez son autorité de certification aux ancres, ou faites signer par un signataire reconnu.",
            files=files,
        )
    signatures = [one for part in added for one in part.detail.signatures]
    when = signatures[-1].signed_at or signed_at or moment
    return ev.Signed(
        files=files,
        signatures=tuple(
            ev.Signature(signer=one.signer, signed_at=one.signed_at, trusted=one.trusted, problem=one.problem)
            for one in signatures
        ),
        signed_on=when.astimezone(PARIS).date(),
        remark="" if continued else _REWRITTEN,
    )


def unsigned(step: str, reason: str, *, advice: str, files: tuple[ev.StoredFile, ...] = ()) -> ev.Blocked:
    """A document that had to be signed and is not."""
    return ev.Blocked(
        code="PAS_SIGNE",
        step=step,
        reason=reason.strip(),
        who="le signataire et l'administrateur du parapheur",
        advice=advice,
        files=files,
    )


def continues(signed: Path, sent: Path) -> bool:
    """Whether the signed PDF is the one that was sent with something added: signing appends to a PDF."""
    with signed.open("rb") as longer, sent.open("rb") as shorter:
        while block := shorter.read(_BLOCK):
            if longer.read(len(block)) != block:
                return False
    return True


def _added(verdict: DocumentVerdict, sent: DocumentVerdict) -> tuple[SignatureVerdict, ...]:
    """The signatures within the document when the circuit put one there, else those beside it."""
    if verdict.embedded and len(verdict.embedded.signers) > len(sent.signers):
        return (verdict.embedded,)
    return verdict.detached


def _problem(
    added: Sequence[SignatureVerdict], unverified: Sequence[str], rule: UnknownSigner
) -> tuple[str, str] | None:
    within = added and all(one.kind is not SignatureKind.CADES for one in added)
    unread = () if within else unverified
    if unread or not all(one.signed for one in added):
        problems = " ".join((*(one.problem for one in added if one.problem), *unread))
        reason = "Le document revient du parapheur sans signature intacte sur tout le document. " + problems
        return "PAS_SIGNE", reason
    if not all(one.trusted for one in added) and rule is UnknownSigner.EXIGER:
        signers = ", ".join(
            signature.signer for one in added for signature in one.detail.signatures if not signature.trusted
        )
        return "SIGNATAIRE_INCONNU", f"Le certificat du signataire n'est pas reconnu : {signers}."
    return None
