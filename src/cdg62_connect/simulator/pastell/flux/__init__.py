"""The kinds of documents of Pastell, as data: forms, actions, rules, chains of steps."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.catalogue import Catalogue
from cdg62_connect.simulator.pastell.flux.model import FieldOf, Flux, Step, canonical

__all__ = ["Catalogue", "FieldOf", "Flux", "Step", "canonical"]
