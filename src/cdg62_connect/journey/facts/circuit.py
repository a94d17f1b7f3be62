"""What happened in the parapheur."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from cdg62_connect.journey.facts.lot import StoredFile
from cdg62_connect.journey.facts.shape import FactShape


class CircuitDrafted(FactShape):
    """The parapheur has the dossier, which is not in its circuit yet."""

    kind: Literal["circuit_drafted"] = "circuit_drafted"
    key: str
    dossier_id: str
    how: Literal["created", "found"]


class CircuitOpened(FactShape):
    """The dossier is in the parapheur's circuit."""

    kind: Literal["circuit_opened"] = "circuit_opened"
    dossier_id: str
    how: Literal["created", "found", "adopted"]
    confirmed: bool = False


class Signature(FactShape):
    """One signature of the document, as verified here."""

    signer: str
    signed_at: AwareDatetime | None
    trusted: bool
    problem: str = ""


class Signed(FactShape):
    """The signed document is verified and in the store."""

    kind: Literal["signed"] = "signed"
    files: tuple[StoredFile, ...]
    signatures: tuple[Signature, ...]
    signed_on: date
    remark: str = ""


class RejectedInCircuit(FactShape):
    """A person of the circuit refused the document."""

    kind: Literal["rejected_in_circuit"] = "rejected_in_circuit"
    etape: Literal["visa", "signature"]
    by: str
    reason: str
    on: AwareDatetime | None
    files: tuple[StoredFile, ...] = ()


class CircuitReleased(FactShape):
    """The parapheur no longer holds the dossier."""

    kind: Literal["circuit_released"] = "circuit_released"
    dossier_id: str
    how: Literal["deleted", "gone", "left"]
