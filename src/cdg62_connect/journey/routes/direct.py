"""The direct route: we speak to the parapheur and to S2LOW ourselves.

The order is the policy. What the depositor must know comes first, then what leaves, then what is cleaned
up; transmitting never waits for the parapheur to forget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey.circuit import OpenCircuit, ReleaseCircuit, StartCircuit, WatchCircuit
from cdg62_connect.journey.classification import AwaitClassification, RequestClassification
from cdg62_connect.journey.intake import Check
from cdg62_connect.journey.legality import Transmit, WatchActe
from cdg62_connect.journey.publication import Close, FileLot, PublishReturn, WriteAcknowledgement

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.prefecture_desk import AnswerDesk
    from cdg62_connect.journey.step import Step
    from cdg62_connect.settings import Settings


def direct_route(settings: Settings, *, clock: Clock, answers: AnswerDesk | None = None) -> tuple[Step, ...]:
    """The steps, in the order in which they are tried; ``answers`` checks a lot that answers the préfecture."""
    return (
        Check(settings, clock=clock, answers=answers),
        WriteAcknowledgement(),
        PublishReturn(),
        OpenCircuit(),
        StartCircuit(),
        WatchCircuit(),
        RequestClassification(),
        AwaitClassification(),
        Transmit(),
        ReleaseCircuit(),
        WatchActe(),
        FileLot(),
        Close(),
    )
