"""Is what comes back from a circuit the document that was sent, truly signed by somebody we may trust?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.formats import PadesVerdict, verify_pades
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
    signed_at: datetime | None = None,
    adopted: str = "",
) -> ev.Signed | ev.Blocked:
    """Compare the document with the one that was sent, and verify what was added to it.

    Args:
        context: the dossier whose document it is.
        path: what came back.
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
    verdict = verify_pades(path, anchors=anchors, moment=moment)
    sent = verify_pades(before, anchors=anchors, moment=moment)
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
    if len(verdict.signatures) <= len(sent.signatures):
        reason = "Le circuit s'est terminé sans qu'une signature s'ajoute au document."
        return unsigned(step, reason, advice=advice, files=files)
    if problem := _problem(verdict, context.settings.signature.unknown_signer):
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
    when = verdict.signatures[-1].signed_at or signed_at or moment
    return ev.Signed(
        files=files,
        signatures=tuple(
            ev.Signature(signer=one.signer, signed_at=one.signed_at, trusted=one.trusted, problem=one.problem)
            for one in verdict.signatures
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


def _problem(verdict: PadesVerdict, rule: UnknownSigner) -> tuple[str, str] | None:
    if not verdict.signed:
        problems = " ".join(one.problem for one in verdict.signatures if one.problem)
        reason = "Le document revient du parapheur sans signature intacte sur tout le document. " + problems
        return "PAS_SIGNE", reason
    if not verdict.trusted and rule is UnknownSigner.EXIGER:
        signers = ", ".join(one.signer for one in verdict.signatures if not one.trusted)
        return "SIGNATAIRE_INCONNU", f"Le certificat du signataire n'est pas reconnu : {signers}."
    return None
