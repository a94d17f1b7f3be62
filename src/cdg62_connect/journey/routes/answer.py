"""The route of an answer to the préfecture: signed when that is asked for, then sent against its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey.circuit import OpenCircuit, ReleaseCircuit, StartCircuit, WatchCircuit
from cdg62_connect.journey.prefecture_answer import SendAnswer, WatchAnswer
from cdg62_connect.journey.publication import Close, FileLot, PublishReturn, WriteAcknowledgement

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Step


def answer_route() -> tuple[Step, ...]:
    """The steps, in the order in which they are tried; the lot was checked on the direct route."""
    return (
        WriteAcknowledgement(),
        PublishReturn(),
        OpenCircuit(),
        StartCircuit(),
        WatchCircuit(),
        SendAnswer(),
        ReleaseCircuit(),
        WatchAnswer(),
        FileLot(),
        Close(),
    )
