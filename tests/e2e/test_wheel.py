"""The wheel, built from this tree and installed elsewhere, is the whole product: a partner's tests run on it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from email.parser import BytesParser
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]

LIFE = """
    import pytest

    from cdg62_connect import Journey, __file__ as package
    from cdg62_connect.testing.installation import deposit, install, sample_deposits


    @pytest.mark.parametrize("monde", ["simulateur", "plateformes_en_memoire"])
    def test_la_vie_d_un_arrete(monde, request, horloge, tmp_path):
        plateformes = request.getfixturevalue(monde)
        reglages = install(plateformes.describe(), folder=tmp_path)
        with Journey(reglages, clock=horloge) as parcours:
            lot = deposit(next(sample_deposits().glob("PC0629912600012_*")), root=reglages.deposit.root)
            parcours.run_pass()
            plateformes.simulator.iparapheur.viser(lot)
            plateformes.simulator.iparapheur.signer(lot)
            for _ in range(6):
                horloge.advance(86400)
                assert not parcours.run_pass().failed
            assert parcours.tree.returns(lot)[-1].name.endswith("TERMINE")


    def test_c_est_la_roue_qui_sert():
        print("paquet :", package)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run to the end with no variable of ours; what was said."""
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roue")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment: the wheel, and behind it the libraries of this one.

    A folder that a ``.pth`` adds has its own ``.pth`` ignored: the path of the editable install is not there.
    """
    home = tmp_path_factory.mktemp("environnement")
    venv.create(home, with_pip=False, symlinks=True)
    made = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", made)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=home)
    paths = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    (site / "bibliotheques.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def test_the_wheel_holds_what_the_product_needs_and_nothing_of_the_workshop(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        told = BytesParser().parsebytes(archive.read(metadata))
    package = ROOT / "src" / "cdg62_connect"
    sources = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    fixtures = {
        f"cdg62_connect/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "fixtures" / "depots").rglob("*")
        if path.is_file()
    }
    assert sources <= names
    assert fixtures <= names
    kinds = [
        name.rpartition("/")[2]
        for name in sources
        if name.endswith((".wsdl", ".xsd", "/py.typed", "/env.py"))
    ]
    assert {"py.typed", "iparapheur.wsdl", "xmlmime.xsd", "env.py"} <= set(kinds)
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"cdg62_connect"}
    assert [name for name in names if "/test_" in name or "conftest" in name or name.endswith(".pyc")] == []
    assert {"journey", "simulator", "testing", "all"} <= set(told.get_all("Provides-Extra", []))
    assert any(one.startswith("responses") and "testing" in one for one in told.get_all("Requires-Dist", []))


def test_a_partner_lives_the_life_of_an_arrete_on_the_installed_wheel(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_partenaire.py").write_text(dedent(LIFE), encoding="utf-8")
    told = run(
        python, "-W", "error", "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", tmp_path, cwd=tmp_path
    )
    assert "3 passed" in told
    (package,) = (line.partition(" : ")[2] for line in told.splitlines() if "paquet : " in line)
    assert Path(package).is_relative_to(python.parents[1])


def test_the_command_of_the_wheel_answers(python: Path, tmp_path: Path) -> None:
    assert "simulateur" in run(python.with_name("cdg62-connect"), "--help", cwd=tmp_path)
