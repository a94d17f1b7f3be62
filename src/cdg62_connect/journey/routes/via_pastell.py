"""The route through Pastell: it has a document, and drives the parapheur and S2LOW for us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey.intake import Check
from cdg62_connect.journey.pastell.act import Act
from cdg62_connect.journey.pastell.draft import CreateDraft, FillDraft
from cdg62_connect.journey.pastell.watch import WatchDocument
from cdg62_connect.journey.publication import Close, FileLot, PublishReturn, WriteAcknowledgement

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.step import Step
    from cdg62_connect.settings import Settings


def via_pastell(settings: Settings, *, clock: Clock) -> tuple[Step, ...]:
    """The steps, in the order in which they are tried."""
    return (
        Check(settings, clock=clock),
        WriteAcknowledgement(),
        PublishReturn(),
        CreateDraft(),
        FillDraft(),
        Act(),
        WatchDocument(),
        FileLot(),
        Close(),
    )
