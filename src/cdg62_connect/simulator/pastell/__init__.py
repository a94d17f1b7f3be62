"""A simulated Pastell: its API v2 (and the scripts of version 1), its flux, its daemon, its connectors."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.platform import PastellState
from cdg62_connect.simulator.pastell.population import ADMIN_LOGIN, Inhabitant, PeersServed
from cdg62_connect.simulator.pastell.profile import PROFILES, Generation, Profile, profile_named

__all__ = [
    "ADMIN_LOGIN",
    "PROFILES",
    "Generation",
    "Inhabitant",
    "PastellState",
    "PeersServed",
    "Profile",
    "profile_named",
]
