"""What stamping did to the signatures of a PDF: it changes the file, and may break what was signed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import read_stamp, verify_pades

BROKEN_BY_THE_STAMP = "Le tampon a rompu la signature de la copie tamponnée : notifiez le PDF signé."


def day_nobody_gave(path: Path) -> str:
    """What to say of the day of publication on a stamp for which none was given: S2LOW prints its own."""
    try:
        stamp = read_stamp(path)
    except InvalidInput:
        return ""
    if stamp is None or stamp.publie is None:
        return ""
    return (
        f"Le tampon porte « Publié le {stamp.publie:%d/%m/%Y} », jour que S2LOW a mis de lui-même : aucune date "
        "d'affichage n'était donnée."
    )


def judge_stamped(path: Path, *, moment: datetime) -> Literal["intacte", "rompue", "aucune"]:
    """Whether the signatures of a stamped copy still hold; ``"aucune"`` when it bears none.

    Who signed was judged when the document came back signed: here only the bytes matter.
    """
    try:
        verdict = verify_pades(path, anchors=(), moment=moment)
    except InvalidInput:
        return "rompue"
    if not verdict.signatures:
        return "aucune"
    return "intacte" if verdict.signed else "rompue"
