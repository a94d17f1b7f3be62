"""The fixtures that partners get, in test sessions of their own: strict, and with the plugin as installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cdg62_connect.settings import Environment, Settings, load_settings
from cdg62_connect.simulator import SimulatorServer

Outcomes = dict[str, tuple[str, str]]
"""For each test: what became of it (``"passed"``, ``"failure"``, ``"error"``), and what was said."""

HEAVY = (
    "flask",
    "cheroot",
    "zeep",
    "lxml",
    "sqlalchemy",
    "pyhanko",
    "fpdf",
    "cryptography",
    "requests",
    "responses",
)

PARTNER = """
    import sys
    import urllib.error
    import urllib.request
    from datetime import UTC, datetime, timedelta
    from pathlib import Path

    import pytest


    @pytest.mark.parametrize("turn", range(6))
    def test_empty(simulateur, horloge, worker_id, turn):
        assert abs(datetime.now(UTC) - horloge.now()) < timedelta(minutes=1)
        assert simulateur.simulator.faults.calls == {}
        horloge.advance(timedelta(days=400))
        simulateur.simulator.faults.check("s2low", "test-connexion")
        with Path(__file__).with_name("seen.txt").open("a") as seen:
            seen.write(f"{worker_id} {simulateur.describe()['admin']}\\n")


    def test_forgotten_fault(pannes):
        pannes.add({"plateforme": "s2low", "operation": "actes_transac_create", "effet": "couper"})


    def test_after_the_forgotten_fault(pannes):
        assert pannes.unmet() == []


    def etat(simulateur):
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(simulateur.describe()["admin"] + "/etat", timeout=20).close()


    @pytest.mark.parametrize("turn", range(2))
    def test_broken_simulator(simulateur, monkeypatch, turn):
        monkeypatch.setattr(simulateur.simulator.s2low, "snapshot", lambda: 1 / 0)
        with pytest.raises(urllib.error.HTTPError) as answered:
            etat(simulateur)
        answered.value.close()


    def test_after_the_broken_simulator(simulateur):
        etat(simulateur)


    def test_forgotten_fault_in_memory(plateformes_en_memoire, pannes):
        pannes.add({"plateforme": "s2low", "operation": "test-connexion", "effet": "couper"})


    def test_broken_in_memory(plateformes_en_memoire, monkeypatch):
        import requests

        monkeypatch.setattr(plateformes_en_memoire.simulator.s2low, "snapshot", lambda: 1 / 0)
        answer = requests.get(plateformes_en_memoire.describe()["admin"] + "/etat", timeout=20)
        assert answer.status_code == 500


    def test_after_both_in_memory(plateformes_en_memoire, pannes):
        assert (pannes.unmet(), plateformes_en_memoire.erreurs) == ([], [])


    @pytest.fixture
    def without_responses(monkeypatch):
        monkeypatch.setitem(sys.modules, "responses", None)
        monkeypatch.delitem(sys.modules, "cdg62_connect.testing.mocks", raising=False)


    def test_missing_in_memory(without_responses, plateformes_en_memoire):
        pass

"""
BARE = f"""
    import sys

    def test_light(pytestconfig):
        assert pytestconfig.pluginmanager.hasplugin("cdg62_connect")
        assert [name for name in {HEAVY!r} if name in sys.modules] == []

    def test_missing(simulateur):
        pass
"""
WITHOUT_FLASK = """
    import sys

    def pytest_runtest_setup(item):
        if item.name == "test_missing":
            sys.modules["flask"] = None
"""


def run(folder: Path, content: str, *arguments: str) -> Outcomes:
    """Run a test session of its own in ``folder``."""
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (folder / "test_partenaire.py").write_text(dedent(content))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--junitxml=out.xml",
        *arguments,
    ]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    outcomes: Outcomes = {}
    for case in ET.parse(folder / "out.xml").iter("testcase"):
        problem = next(iter(case), None)
        told = "" if problem is None else problem.text or ""
        outcomes[case.get("name", "")] = ("passed" if problem is None else problem.tag, told)
    return outcomes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("partenaire")


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> Outcomes:
    return run(folder, PARTNER, "-n", "2")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """A session without the complement ``simulator``."""
    folder = tmp_path_factory.mktemp("sans-complement")
    (folder / "conftest.py").write_text(dedent(WITHOUT_FLASK))
    return run(folder, BARE)


def test_each_test_finds_empty_platforms_at_the_present_hour(outcomes: Outcomes) -> None:
    assert {outcomes[f"test_empty[{turn}]"] for turn in range(6)} == {("passed", "")}


def test_each_worker_of_xdist_has_its_own_platforms(outcomes: Outcomes, folder: Path) -> None:
    assert outcomes
    seen = {tuple(line.split()) for line in (folder / "seen.txt").read_text().splitlines()}
    assert {worker for worker, _ in seen} == {"gw0", "gw1"}
    assert len({admin for _, admin in seen}) == len(seen) == 2


def test_a_fault_that_did_not_strike_fails_its_test_and_no_other(outcomes: Outcomes) -> None:
    outcome, told = outcomes["test_forgotten_fault"]
    assert outcome == "error"
    assert "Cette panne n'a pas eu lieu" in told
    assert "actes_transac_create" in told
    assert outcomes["test_after_the_forgotten_fault"] == ("passed", "")


def test_an_error_inside_the_simulator_fails_its_test_and_no_other(outcomes: Outcomes) -> None:
    for turn in range(2):
        outcome, told = outcomes[f"test_broken_simulator[{turn}]"]
        assert outcome == "error"
        assert told.count("ZeroDivisionError: division by zero") == 1
    assert outcomes["test_after_the_broken_simulator"] == ("passed", "")


def test_the_platforms_in_memory_fail_a_test_for_the_same_reasons(outcomes: Outcomes) -> None:
    outcome, told = outcomes["test_forgotten_fault_in_memory"]
    assert outcome == "error"
    assert "Cette panne n'a pas eu lieu" in told
    outcome, told = outcomes["test_broken_in_memory"]
    assert outcome == "error"
    assert told.count("ZeroDivisionError: division by zero") == 1
    assert outcomes["test_after_both_in_memory"] == ("passed", "")


def test_without_responses_the_complement_is_named(outcomes: Outcomes) -> None:
    outcome, told = outcomes["test_missing_in_memory"]
    assert outcome == "error"
    assert 'pip install "cdg62-connect[testing]"' in told


def test_the_installation_is_that_of_the_running_platforms(
    installation: Settings, simulateur: SimulatorServer, tmp_path: Path
) -> None:
    file = tmp_path / "installation" / "cdg62-connect.toml"
    assert load_settings(file, environ={}) == installation
    described: Any = simulateur.describe()
    assert installation.platforms.s2low.url == described["s2low"]["url"]
    assert installation.platforms.iparapheur.environment is Environment.SIMULATEUR
    password = described["iparapheur_soap"]["password"]
    assert installation.authorities[0].parapheur.password.reveal() == password
    assert password not in file.read_text()


def test_a_session_that_asks_for_nothing_loads_nothing_heavy(bare: Outcomes) -> None:
    assert bare["test_light"] == ("passed", "")


def test_a_missing_complement_is_named_with_the_command_that_installs_it(bare: Outcomes) -> None:
    outcome, told = bare["test_missing"]
    assert outcome == "error"
    assert 'pip install "cdg62-connect[simulator]"' in told
    assert "Traceback" not in told


def test_the_plugin_alone_imports_only_the_light_part_of_the_package() -> None:
    code = "import sys, cdg62_connect.testing.plugin; print(*sorted(m for m in sys.modules if 'cdg62' in m))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == {
        "cdg62_connect",
        "cdg62_connect.clock",
        "cdg62_connect.errors",
        "cdg62_connect.testing",
        "cdg62_connect.testing.plugin",
    }
