"""Is what comes back from a circuit the PES that was sent, with signatures and nothing else added?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import PesStage, XadesVerdict, check_pes, pes_fingerprint, verify_xades
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.signed_document import unsigned
from cdg62_connect.journey.step import PARIS
from cdg62_connect.operis import LARGEST_PES
from cdg62_connect.settings import UnknownSigner

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context

_MOST_TOLD = 5


def judge_signed_pes(
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
    """Compare the PES with the one that was sent, and verify its signatures.

    A PES that says anything else than the one deposited is never transmitted, whoever adopted it; a signature
    beside it (``detached``) counts for nothing, Hélios reads those within only.

    Args:
        context: the dossier whose PES it is.
        path: what came back.
        step: the step that a block stops.
        files: what goes with the fact: the PES first, then the evidence.
        advice: what to do with a PES that is not signed.
        detached: signatures that came beside it.
        signed_at: when the platform says it was signed, for signatures that do not say it.
        adopted: how people know the element of the platform, when it was not made by us.
    """
    del detached
    accepted = context.dossier.accepted
    assert accepted is not None
    anchors, moment = context.settings.signature.anchors, context.clock.now()
    try:
        before = pes_fingerprint(context.documents.path(accepted.document.sha256))
        if pes_fingerprint(path, limit=LARGEST_PES) != before:
            return _changed(step, adopted or "Le parapheur", files=files)
        verdict = verify_xades(path, anchors=anchors, moment=moment, limit=LARGEST_PES)
    except (InvalidFile, HostileInput) as unreadable:
        return unsigned(step, f"Le PES qui revient ne se lit pas : {unreadable}", advice=advice, files=files)
    if not verdict.signed:
        reason = (
            f"Le PES revient sans signature intacte sur chaque bordereau ou sur le tout. {verdict.problem}"
        )
        return unsigned(step, reason, advice=advice, files=files)
    if not verdict.trusted and context.settings.signature.unknown_signer is UnknownSigner.EXIGER:
        return _unknown(step, verdict, files=files)
    if wrong := _wrong(path, context=context):
        return _unfit(step, wrong, files=files)
    times = [one.signed_at for one in verdict.signatures if one.signed_at and one.signed_at.tzinfo]
    when = max(times, default=None) or signed_at or moment
    return ev.Signed(
        files=files,
        signatures=_signers(verdict),
        signed_on=when.astimezone(PARIS).date(),
        remark="",
    )


def _signers(verdict: XadesVerdict) -> tuple[ev.Signature, ...]:
    """One line per person, not per bordereau."""
    told: dict[tuple[str, str], ev.Signature] = {}
    for one in verdict.signatures:
        at = one.signed_at if one.signed_at and one.signed_at.tzinfo else None
        signature = ev.Signature(signer=one.signer, signed_at=at, trusted=one.trusted, problem=one.problem)
        told.setdefault((one.signer, one.problem), signature)
    return tuple(told.values())


def _wrong(path: Path, *, context: Context) -> str:
    found = check_pes(path, stage=PesStage.BEFORE_SENDING, today=context.today().date(), limit=LARGEST_PES)
    return " ".join([one.message for one in found if one.is_error][:_MOST_TOLD])


def _changed(step: str, who: str, *, files: tuple[ev.StoredFile, ...]) -> ev.Blocked:
    return ev.Blocked(
        code="PES_MODIFIE",
        step=step,
        reason=f"{who} rend un PES qui ne dit pas la même chose que celui déposé : il n'est pas transmis.",
        who="l'agent des finances, avec l'administrateur du parapheur",
        advice="Comparez le fichier joint avec celui du dépôt. Faites signer le bon PES dans un nouveau dossier du "
        "parapheur, puis adoptez ce dossier ; ou abandonnez et redéposez sous un nouveau NomFic.",
        files=files,
    )


def _unknown(step: str, verdict: XadesVerdict, *, files: tuple[ev.StoredFile, ...]) -> ev.Blocked:
    signers = ", ".join(dict.fromkeys(one.signer for one in verdict.signatures if not one.trusted))
    return ev.Blocked(
        code="SIGNATAIRE_INCONNU",
        step=step,
        reason=f"Le certificat du signataire n'est pas reconnu : {signers}.",
        who="l'administrateur de cdg62-connect",
        advice="Ajoutez son autorité de certification aux ancres, ou faites signer par un signataire reconnu.",
        files=files,
    )


def _unfit(step: str, wrong: str, *, files: tuple[ev.StoredFile, ...]) -> ev.Blocked:
    return ev.Blocked(
        code="PES_SIGNE_A_CORRIGER",
        step=step,
        reason=f"Le PES signé ne passerait pas chez Hélios : {wrong}",
        who="l'agent des finances, avec l'administrateur du parapheur",
        advice="Rien n'est transmis. Faites corriger la cause, puis faites signer le PES dans un nouveau dossier du "
        "parapheur et adoptez-le ; ou abandonnez et redéposez sous un nouveau NomFic.",
        files=files,
    )
