"""The simulated S2LOW: its state, its API, the préfecture and the trésorerie behind it."""

from cdg62_connect.simulator.s2low.accounts import Account, Authority
from cdg62_connect.simulator.s2low.classification import (
    NATIONAL_ONLY,
    OTHERWISE_NUMBERED,
    WITH_PERMITS,
    Classification,
)
from cdg62_connect.simulator.s2low.depot import Limites
from cdg62_connect.simulator.s2low.ground import Profile
from cdg62_connect.simulator.s2low.helios import Erreur, RythmePes, ScenarioPes
from cdg62_connect.simulator.s2low.pace import Rythme
from cdg62_connect.simulator.s2low.state import S2lowState
from cdg62_connect.simulator.s2low.transactions import Scenario

__all__ = [
    "NATIONAL_ONLY",
    "OTHERWISE_NUMBERED",
    "WITH_PERMITS",
    "Account",
    "Authority",
    "Classification",
    "Erreur",
    "Limites",
    "Profile",
    "Rythme",
    "RythmePes",
    "S2lowState",
    "Scenario",
    "ScenarioPes",
]
