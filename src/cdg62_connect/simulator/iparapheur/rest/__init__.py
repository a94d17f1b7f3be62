"""The Standard API of the simulated parapheur (v5), over the same dossiers as its web service."""

from __future__ import annotations

from cdg62_connect.simulator.iparapheur.rest.keycloak import Keycloak
from cdg62_connect.simulator.iparapheur.rest.state import Generation, RestState

__all__ = ["Generation", "Keycloak", "RestState"]
