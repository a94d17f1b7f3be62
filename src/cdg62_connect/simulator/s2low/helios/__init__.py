"""The module of PES of the simulated S2LOW, and the trésorerie behind it."""

from cdg62_connect.simulator.s2low.helios.machine import RythmePes
from cdg62_connect.simulator.s2low.helios.room import Helios
from cdg62_connect.simulator.s2low.helios.scenarios import Erreur, ScenarioPes

__all__ = ["Erreur", "Helios", "RythmePes", "ScenarioPes"]
