"""Where a dossier stands: the same for every protocol, under its former name."""

from __future__ import annotations

from cdg62_connect.iparapheur.circuit import CircuitState, Progress, progress

__all__ = ["CircuitState", "Progress", "progress"]
