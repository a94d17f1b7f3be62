"""Simulated platforms: Pastell, a parapheur, S2LOW and its préfecture, with real state and faults on demand.

::

    with SimulatorServer(Simulator(folder=folder)) as server:
        print(server.describe())
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.extras import extra
from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import CutConnection, Fault, Faults
from cdg62_connect.simulator.population import (
    COLLECTIVITES,
    SAINTE_ALDEGONDE,
    TILLEULS,
    VALMONT,
    Collectivite,
)
from cdg62_connect.simulator.rythme import Pas
from cdg62_connect.simulator.server import SimulatorServer

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Access, PastellAccess, Simulator
    from cdg62_connect.simulator.iparapheur import ParapheurState
    from cdg62_connect.simulator.pastell import PastellState
    from cdg62_connect.simulator.s2low import S2lowState, Scenario

__all__ = [
    "COLLECTIVITES",
    "SAINTE_ALDEGONDE",
    "TILLEULS",
    "VALMONT",
    "Access",
    "Collectivite",
    "CutConnection",
    "Fault",
    "Faults",
    "ParapheurState",
    "Pas",
    "PastellAccess",
    "PastellState",
    "S2lowState",
    "Scenario",
    "SimClock",
    "Simulator",
    "SimulatorServer",
]

_NEEDING_THE_EXTRA = {
    "Access": "core",
    "Simulator": "core",
    "ParapheurState": "iparapheur",
    "PastellAccess": "core",
    "PastellState": "pastell",
    "S2lowState": "s2low",
    "Scenario": "s2low",
}


def __getattr__(name: str) -> object:
    """Load what needs the complement ``simulator`` the first time it is asked for."""
    module = _NEEDING_THE_EXTRA.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    with extra("simulator", needed_for="Le simulateur"):
        return getattr(import_module(f"{__name__}.{module}"), name)
