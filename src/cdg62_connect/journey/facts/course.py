"""What was about to be tried, and what a person decided."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cdg62_connect.journey.facts.lot import StoredFile
from cdg62_connect.journey.facts.shape import FactShape


class IntentRecorded(FactShape):
    """An effect on a platform is about to be attempted, under this key."""

    kind: Literal["intent"] = "intent"
    step: str
    key: str
    plan: dict[str, object] = Field(default_factory=dict)


class IntentCleared(FactShape):
    """The intended effect provably did not happen."""

    kind: Literal["intent_cleared"] = "intent_cleared"
    step: str
    why: str


class Blocked(FactShape):
    """A person must act before anything else is done with this dossier."""

    kind: Literal["blocked"] = "blocked"
    code: str
    reason: str
    who: str
    advice: str
    step: str = ""
    files: tuple[StoredFile, ...] = ()


class Resolved(FactShape):
    """A person decided, and the platform agreed."""

    kind: Literal["resolved"] = "resolved"
    by: str
    motif: str
    decision: str


class Abandoned(FactShape):
    """A person ended the dossier without its outcome; what the platforms have of it stays there."""

    kind: Literal["abandoned"] = "abandoned"
    by: str
    motif: str
