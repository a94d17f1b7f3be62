"""The simulated S2LOW: its state, the préfecture behind it, and its API for actes."""

from cdg62_connect.simulator.s2low.accounts import Account, Authority
from cdg62_connect.simulator.s2low.classification import (
    NATIONAL_ONLY,
    OTHERWISE_NUMBERED,
    WITH_PERMITS,
    Classification,
)
from cdg62_connect.simulator.s2low.depot import Limites
from cdg62_connect.simulator.s2low.machine import Rythme
from cdg62_connect.simulator.s2low.state import Profile, S2lowState
from cdg62_connect.simulator.s2low.transactions import Scenario

__all__ = [
    "NATIONAL_ONLY",
    "OTHERWISE_NUMBERED",
    "WITH_PERMITS",
    "Account",
    "Authority",
    "Classification",
    "Limites",
    "Profile",
    "Rythme",
    "S2lowState",
    "Scenario",
]
