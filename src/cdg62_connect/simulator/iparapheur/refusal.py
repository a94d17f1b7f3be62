"""What the parapheur says when it declines."""

from __future__ import annotations

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.iparapheur import texts


class Refus(InvalidInput):
    """Le parapheur refuse.

    Over SOAP it is a ``KO`` in an HTTP 200; for a hand action it is the reason why nothing was done.
    """


class Introuvable(Refus):
    """Le parapheur ne connaît pas ce dossier (ou plus, ou pas pour ce compte)."""

    def __init__(self, dossier_id: str) -> None:
        super().__init__(texts.UNKNOWN.format(dossier_id=dossier_id))
