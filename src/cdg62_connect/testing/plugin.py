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
    from cdg62_connect.simulator import Faults, SimClock, Simulator, SimulatorServer
    from cdg62_connect.testing.mocks import SimulatedPlatforms


@pytest.fixture(scope="session")
def simulation_session(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    """L'état des plateformes simulées, un par processus de tests.

    Prenez plutôt ``simulateur`` ou ``plateformes_en_memoire``, qui le rendent vide à chaque test.
    """
    try:
        from cdg62_connect.simulator import Simulator

        return Simulator(folder=tmp_path_factory.mktemp("simulateur"))
    except MissingExtra as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def simulateur_session(simulation_session: Simulator) -> Iterator[SimulatorServer]:
    """Le serveur des plateformes simulées, sur des ports libres, un par processus de tests.

    Prenez plutôt ``simulateur``, qui le rend vide à chaque test.
    """
    try:
        from cdg62_connect.simulator import SimulatorServer

        server = SimulatorServer(simulation_session).start()
    except MissingExtra as missing:
        pytest.fail(str(missing), pytrace=False)
    yield server
    server.stop()


@pytest.fixture
def simulation(simulation_session: Simulator) -> Iterator[Simulator]:
    """L'état des plateformes simulées, vide, à l'heure présente.

    Le test échoue si une panne demandée n'a pas eu lieu.
    """
    simulation_session.reset()
    simulation_session.clock.set(SystemClock().now())
    yield simulation_session
    faults = simulation_session.faults
    problems = [
        f"Cette panne n'a pas eu lieu : {json.dumps(rule, ensure_ascii=False)}" for rule in faults.unmet()
    ]
    faults.reset()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def simulateur(
    simulation: Simulator,  # noqa: ARG001 - asked for what it does before and after the test
    simulateur_session: SimulatorServer,
) -> Iterator[SimulatorServer]:
    """Les plateformes simulées, vides, à l'heure présente ; ``describe()`` donne adresses et accès.

    Le test échoue si une panne demandée n'a pas eu lieu, ou si le simulateur lui-même s'est trompé.
    """
    before = simulateur_session.erreurs
    yield simulateur_session
    _check(_newer(simulateur_session, before))


@pytest.fixture
def plateformes_en_memoire(simulation: Simulator) -> Iterator[SimulatedPlatforms]:
    """Les mêmes plateformes sans aucun réseau : elles répondent à tout appel de ``requests``.

    ``describe()`` donne adresses et accès. Le test échoue si une panne demandée n'a pas eu lieu, ou si le
    simulateur lui-même s'est trompé.
    """
    try:
        from cdg62_connect.testing.mocks import simulated_platforms
    except MissingExtra as missing:
        pytest.fail(str(missing), pytrace=False)
    with simulated_platforms(simulation) as platforms:
        yield platforms
    _check(platforms.erreurs)


def _check(errors: list[str]) -> None:
    if errors:
        pytest.fail(
            "\n".join(f"Erreur inattendue du simulateur :\n{error}" for error in errors), pytrace=False
        )


def _newer(server: SimulatorServer, before: list[str]) -> list[str]:
    """The errors since ``before``; all of them when the test emptied the list through the admin desk."""
    seen = server.erreurs
    return seen[len(before) :] if seen[: len(before)] == before else seen


@pytest.fixture
def horloge(simulation: Simulator) -> SimClock:
    """L'heure des plateformes simulées : arrêtée, sauf ``advance(…)`` et ``set(…)``."""
    return simulation.clock


@pytest.fixture
def pannes(simulation: Simulator) -> Faults:
    """Les pannes : ``add({…})`` en demande une, et le test échoue si elle n'a pas eu lieu."""
    return simulation.faults


@pytest.fixture
def installation(simulateur: SimulatorServer, tmp_path: Path) -> Settings:
    """Une installation complète branchée sur les plateformes simulées, prête pour ``Journey``.

    Son fichier est ``tmp_path / "installation" / "cdg62-connect.toml"``.
    """
    from cdg62_connect.testing.installation import install

    return install(simulateur.describe(), folder=tmp_path / "installation")
