"""The acquit of a PES, read and judged: is it the one of this PES, and what does it say?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import PesAcquit
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.verdict import verdict_of

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context

ACQUIT = ("acquit_helios", "acquit_helios.xml")
"""Nature and name of the acquit, as the depositor gets it."""

_LARGEST = 32 * 1024 * 1024


def answered_by_helios(said: str) -> bool:
    """Whether S2LOW's error is about the answer that Hélios gave: the PES has reached it (S2LOW, status -1)."""
    plain = said.lower()
    return "retourn" in plain and ("helios" in plain or "hélios" in plain)


def judge_acquit(
    context: Context, path: Path, *, step: str, file: ev.StoredFile, others: tuple[ev.StoredFile, ...] = ()
) -> ev.PesAcquitted | ev.Blocked:
    """The verdict that an acquit holds; a person is called when it cannot be this PES's.

    Args:
        context: the dossier whose PES it answers.
        path: the acquit.
        step: the step that a block stops.
        file: the same, as it is in the store.
        others: what else goes with it.
    """
    accepted = context.dossier.accepted
    assert accepted is not None
    assert accepted.pes is not None
    try:
        if path.stat().st_size > _LARGEST:
            return _foreign(step, "L'acquit est trop gros pour en être un.", file)
        acquit = PesAcquit.read(path.read_bytes())
    except (InvalidFile, HostileInput) as unreadable:
        return _foreign(step, f"L'acquit ne se lit pas : {unreadable}", file)
    ours = (_plain(accepted.pes.nom_fic), accepted.pes.cod_col)
    theirs = (_plain(acquit.nom_fic), acquit.cod_col)
    if any(said and said != expected for said, expected in zip(theirs, ours, strict=True)):
        told = f"NomFic {acquit.nom_fic}, CodCol {acquit.cod_col}"
        return _foreign(step, f"L'acquit est celui d'un autre PES ({told}).", file)
    if acquit.elements and all(one.accepte is None for one in acquit.elements) and not acquit.non_acquit:
        return _foreign(step, "L'acquit ne dit de rien s'il est accepté.", file)
    sent = context.documents.path(accepted.document.sha256)
    return verdict_of(acquit, sent).model_copy(update={"files": (file, *others)})


def _plain(nom_fic: str) -> str:
    return nom_fic.strip().removesuffix(".xml")


def _foreign(step: str, reason: str, file: ev.StoredFile) -> ev.Blocked:
    return ev.Blocked(
        code="ACQUIT_ETRANGER",
        step=step,
        reason=reason,
        who="l'agent des finances et l'administrateur S2LOW",
        advice="Lisez l'acquit joint, et voyez avec la trésorerie ce qu'elle a intégré. Si la transaction n'est pas la "
        "bonne, adoptez la bonne ; sinon abandonnez. Ne renvoyez rien avant.",
        files=(file,),
    )
