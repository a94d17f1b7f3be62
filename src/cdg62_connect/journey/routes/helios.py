"""The route of a PES: its circuit when it is to be signed, S2LOW's module Hélios, the acquit, the return.

The order is the policy, as on the direct route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey.circuit import ReleaseCircuit, StartCircuit
from cdg62_connect.journey.helios.circuit import OpenPesCircuit, WatchPesCircuit
from cdg62_connect.journey.helios.transmission import TransmitPes
from cdg62_connect.journey.helios.watch import WatchPes
from cdg62_connect.journey.intake import Check
from cdg62_connect.journey.publication import Close, FileLot, PublishReturn, WriteAcknowledgement

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.step import Step
    from cdg62_connect.settings import Settings


def helios_route(settings: Settings, *, clock: Clock) -> tuple[Step, ...]:
    """The steps, in the order in which they are tried."""
    return (
        Check(settings, clock=clock),
        WriteAcknowledgement(),
        PublishReturn(),
        OpenPesCircuit(),
        StartCircuit(),
        WatchPesCircuit(),
        TransmitPes(),
        ReleaseCircuit(),
        WatchPes(),
        FileLot(),
        Close(),
    )
