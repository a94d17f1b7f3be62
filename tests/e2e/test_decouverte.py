"""The page docs/decouverte.md, run as a newcomer would: every command, in order, in one shell, from a wheel."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "decouverte.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="la page demande curl")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel of the page holds, unpacked: it hides the source tree from the commands below."""
    home = tmp_path_factory.mktemp("roue")
    command = re.search(r"^\$ (hatchling build .* -d) roues$", PAGE, re.MULTILINE)
    assert command is not None
    subprocess.run([BIN / "hatchling", *command[1].split()[1:], home], cwd=ROOT, check=True, timeout=60)
    (built,) = home.glob("*.whl")
    assert f"roues/{built.name}[all]" in PAGE, "le nom de la roue que la page installe"
    with zipfile.ZipFile(built) as archive:
        archive.extractall(home / "contenu")
    return home / "contenu"


@pytest.fixture(scope="module")
def walk(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder that the page leaves, and what each of its blocks printed."""
    folder = tmp_path_factory.mktemp("essai-cdg62")
    told = folder.parent / "sortie"
    told.mkdir(exist_ok=True)
    script = "set -eu\ntrap 'kill ${SIMULATEUR:-} 2>/dev/null || true' EXIT\n" + "".join(
        f"exec > {told}/{rank:02} 2>&1\n{block}" for rank, block in enumerate(BLOCKS)
    )
    environ = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(wheel),
        "COLUMNS": "200",
        "LC_ALL": "C.UTF-8",
    }
    run = subprocess.run(["bash", "-c", script], cwd=folder, env=environ, text=True, timeout=300, check=False)
    printed = [path.read_text("utf-8") for path in sorted(told.iterdir())]
    assert run.returncode == 0, printed[-1]
    assert len(printed) == len(BLOCKS)
    return folder, printed


def after(walk: tuple[Path, list[str]], command: str) -> str:
    """What the first block that has ``command`` printed."""
    return next(text for block, text in zip(BLOCKS, walk[1], strict=True) if command in block)


def test_every_command_of_the_page_runs(walk: tuple[Path, list[str]]) -> None:
    assert "refus" not in after(walk, "viser")
    assert "erreur" not in after(walk, "viser")


def test_the_demonstration_ends_as_the_page_says(walk: tuple[Path, list[str]]) -> None:
    shown = after(walk, "demo --sortie")
    assert shown.count("TERMINE") == 4
    assert shown.count("QUARANTAINE") == 1
    returns = walk[0] / "demo" / "depot" / "retours"
    assert len(list(returns.glob("*/*-AR_PREFECTURE"))) == 3


def test_the_installation_is_found_sound_before_anything_is_sent(walk: tuple[Path, list[str]]) -> None:
    assert "Rien n'a été envoyé" in after(walk, "cdg62-connect controle")


def test_the_deposit_waits_for_a_person_then_is_signed_and_transmitted(walk: tuple[Path, list[str]]) -> None:
    assert "au parapheur" in after(walk, "cdg62-connect passe")
    assert '"resultat": "ACCEPTE"' in after(walk, "cdg62-connect passe")
    block = next(index for index, text in enumerate(BLOCKS) if "cdg62-connect reprendre" in text)
    assert "transmis à S2LOW" in walk[1][block]


def test_the_return_has_the_signed_file_and_the_accuse(walk: tuple[Path, list[str]]) -> None:
    (folder,) = (walk[0] / "depot" / "retours").glob("*/*-AR_PREFECTURE")
    told = json.loads((folder / "retour.json").read_text("utf-8"))
    natures = {file["nature"] for file in told["fichiers"]}
    assert {"pdf_signe", "bordereau_signature", "ar_prefecture", "acte_tamponne"} <= natures
    assert all((folder / file["nom"]).is_file() for file in told["fichiers"])
    assert (folder / ".repris").exists()


def test_the_story_is_told_to_its_end(walk: tuple[Path, list[str]]) -> None:
    story = after(walk, "cdg62-connect dossier")
    assert "terminé" in story
    for fact in ("dépôt reçu", "signé par", "transmis à S2LOW", "AR de la préfecture", "dossier clos"):
        assert fact in story
