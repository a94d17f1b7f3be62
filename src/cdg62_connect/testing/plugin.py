"""The pytest plugin: the simulated platforms as fixtures.

::

    def test_un_arrete_signe_revient(simulateur, horloge, pannes):
        acces = simulateur.describe()["iparapheur_soap"]  # url, login, password…
        pannes.add({"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "couper", "moment": "apres"})
        ...

pytest loads this module at each start, wherever the distribution is installed: nothing heavy is imported
before a test asks for a fixture.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cdg62_connect.clock import SystemClock
from cdg62_connect.errors import MissingExtra

if TYPE_CHECKING:
    from cdg62_connect.settings import Settings
    from cdg62_connect.simulator import Faults, SimClock, SimulatorServer


@pytest.fixture(scope="session")
def simulateur_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorServer]:
    """Le serveur des plateformes simulées, sur des ports libres, un par processus de tests.

    Prenez plutôt ``simulateur``, qui le rend vide à chaque test.
    """
    try:
        from cdg62_connect.simulator import Simulator, SimulatorServer

        server = SimulatorServer(Simulator(folder=tmp_path_factory.mktemp("simulateur"))).start()
    except MissingExtra as missing:
        pytest.fail(str(missing), pytrace=False)
    yield server
    server.stop()


@pytest.fixture
def simulateur(simulateur_session: SimulatorServer) -> Iterator[SimulatorServer]:
    """Les plateformes simulées, vides, à l'heure présente ; ``describe()`` donne adresses et accès.

    Le test échoue si une panne demandée n'a pas eu lieu, ou si le simulateur lui-même s'est trompé.
    """
    simulator = simulateur_session.simulator
    simulator.reset()
    simulator.clock.set(SystemClock().now())
    before = simulateur_session.erreurs
    yield simulateur_session
    problems = [
        f"Cette panne n'a pas eu lieu : {json.dumps(rule, ensure_ascii=False)}"
        for rule in simulator.faults.unmet()
    ]
    problems += [
        f"Erreur inattendue du simulateur :\n{error}" for error in _newer(simulateur_session, before)
    ]
    simulator.faults.reset()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def _newer(server: SimulatorServer, before: list[str]) -> list[str]:
    """The errors since ``before``; all of them when the test emptied the list through the admin desk."""
    seen = server.erreurs
    return seen[len(before) :] if seen[: len(before)] == before else seen


@pytest.fixture
def horloge(simulateur: SimulatorServer) -> SimClock:
    """L'heure des plateformes simulées : arrêtée, sauf ``advance(…)`` et ``set(…)``."""
    return simulateur.simulator.clock


@pytest.fixture
def pannes(simulateur: SimulatorServer) -> Faults:
    """Les pannes : ``add({…})`` en demande une, et le test échoue si elle n'a pas eu lieu."""
    return simulateur.simulator.faults


@pytest.fixture
def installation(simulateur: SimulatorServer, tmp_path: Path) -> Settings:
    """Une installation complète branchée sur les plateformes simulées, prête pour ``Journey``.

    Son fichier est ``tmp_path / "installation" / "cdg62-connect.toml"``.
    """
    from cdg62_connect.testing.installation import install

    return install(simulateur.describe(), folder=tmp_path / "installation")
