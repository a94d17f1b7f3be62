from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cdg62_connect

BASE = {"requests", "zeep", "lxml", "tenacity", "pydantic"}
EXTRAS = {
    "sqlalchemy": "journey",
    "alembic": "journey",
    "filelock": "journey",
    "flask": "simulator",
    "cheroot": "simulator",
    "fpdf": "simulator",
}


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, timeout=60
    )


def without(*modules: str) -> str:
    return "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in modules)


def test_the_facade_gives_the_names_that_scripts_need() -> None:
    assert cdg62_connect.__all__ == [
        "Cdg62Error",
        "DepositTree",
        "HttpSession",
        "IparapheurSoap",
        "Journey",
        "OutcomeUnknown",
        "S2low",
        "Secret",
        "Settings",
        "__version__",
        "load_settings",
    ]
    for name in cdg62_connect.__all__:
        assert getattr(cdg62_connect, name) is not None
    with pytest.raises(AttributeError):
        cdg62_connect.nothing  # noqa: B018 - the access is what is tested


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("zeep", "lxml", "sqlalchemy", "pyhanko", "flask", "requests", "pydantic")
    run = python(f"import cdg62_connect, sys; print([m for m in {heavy} if m in sys.modules])")
    assert run.stdout.strip() == "[]", run.stderr


def test_the_typed_clients_work_with_the_base_install_alone() -> None:
    others = (*EXTRAS, "pyhanko", "typer", "rich", "cryptography", "jinja2", "werkzeug", "tzdata")
    run = python(
        without(*others)
        + "from cdg62_connect import IparapheurSoap, S2low, HttpSession, load_settings\n"
        + "from cdg62_connect.iparapheur import NewDossier, Document\n"
        + "from cdg62_connect.transport import Payload\n"
        + "from cdg62_connect.errors import NotSent\n"
        + "from cdg62_connect.transport import RetryPolicy\n"
        + "session = HttpSession('http://127.0.0.1:9', platform='iparapheur', retry=RetryPolicy(attempts=1))\n"
        + "document = Document(nom='a.pdf', content=Payload.of(b'%PDF-'))\n"
        + "dossier = NewDossier(dossier_id='A', titre='A', type_technique='T', sous_type='S', document=document)\n"
        + "try:\n    IparapheurSoap(session).dossiers.creer(dossier)\nexcept NotSent:\n    print('bound, not sent')\n"
    )
    assert run.stdout.strip() == "bound, not sent", run.stderr


@pytest.mark.parametrize(("module", "extra"), EXTRAS.items())
def test_a_missing_extra_is_named_by_the_error(module: str, extra: str) -> None:
    wanted = {
        "journey": "import pathlib, tempfile\n"
        "from cdg62_connect import Journey\n"
        "from cdg62_connect.journey.store import Store\n"
        "Store(pathlib.Path(tempfile.mkdtemp()))",
        "simulator": "from cdg62_connect.simulator import Simulator, SimulatorServer\n"
        "import pathlib, tempfile\n"
        "SimulatorServer(Simulator(folder=pathlib.Path(tempfile.mkdtemp()))).start()",
    }[extra]
    run = python(without(module) + wanted)
    assert "MissingExtra" in run.stderr
    assert f'pip install "cdg62-connect[{extra}]"' in run.stderr


def test_the_simulator_command_needs_its_own_extra_only() -> None:
    blocked = without("sqlalchemy", "alembic", "filelock")
    run = python(blocked + "from cdg62_connect.cli.app import app; app(['simulateur', '--help'])")
    assert run.returncode == 0, run.stderr
    served = python(
        blocked
        + "import pathlib, tempfile\n"
        + "from cdg62_connect.simulator import Simulator, SimulatorServer\n"
        + "with SimulatorServer(Simulator(folder=pathlib.Path(tempfile.mkdtemp()))) as server:\n"
        + "    print(server.describe()['admin'])"
    )
    assert served.stdout.startswith("http://127.0.0.1"), served.stderr
    other = python(
        blocked + "import sys; sys.argv = ['x', 'etat']; from cdg62_connect.cli import main; main()"
    )
    assert other.returncode == 2
    assert "cdg62-connect[journey]" in other.stderr


def test_every_package_has_a_door_that_names_what_it_gives() -> None:
    root = Path(cdg62_connect.__file__).parent
    for room in (
        "transport",
        "soap",
        "formats",
        "pastell",
        "iparapheur",
        "s2low",
        "operis",
        "journey",
        "settings",
    ):
        code = (
            f"import importlib; m = importlib.import_module('cdg62_connect.{room}'); "
            "assert all(hasattr(m, n) for n in m.__all__); print(len(m.__all__))"
        )
        run = python(code)
        assert int(run.stdout) > 0, (root / room, run.stderr)
