"""The examples run as they are given, and do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cdg62_connect.formats import ArActe, verify_pades
from cdg62_connect.settings import Settings

PUSH_ONE = Path(__file__).parents[2] / "examples" / "push_one.py"


def push_one(tmp_path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(PUSH_ONE), *map(str, arguments)]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120
    )


def test_push_one_is_short_enough_to_be_read_at_once() -> None:
    assert len(PUSH_ONE.read_text(encoding="utf-8").splitlines()) < 60


def test_push_one_brings_an_arrete_to_its_return_and_tells_it(tmp_path: Path) -> None:
    run = push_one(tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    told = [line for line in run.stdout.splitlines() if not line.startswith("    ")]
    assert told[0].endswith(": ACCEPTE")
    assert [line.split("-")[-1] for line in told[1:]] == [
        "AU_PARAPHEUR",
        "SIGNE",
        "TRANSMIS_TDT",
        "AR_PREFECTURE",
        "TERMINE",
    ]
    (signed,) = {Path(line.strip()) for line in run.stdout.splitlines() if "SIGNE/arrete_signe.pdf" in line}
    (receipt,) = {
        Path(line.strip()) for line in run.stdout.splitlines() if line.endswith("ar_prefecture.xml")
    }
    (authority,) = tmp_path.glob("*/plateformes/pki/ca.pem")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert verify_pades(signed, anchors=[authority], moment=tomorrow).trusted
    assert ArActe.read(receipt.read_bytes()).acte_id.startswith("062-216209916-")


def test_push_one_on_an_installation_tells_why_a_deposit_is_refused(
    installation: Settings, tmp_path: Path
) -> None:
    letter = tmp_path / "lettre.pdf"
    letter.write_text("Ceci n'est pas un PDF.")
    run = push_one(tmp_path, tmp_path / "installation" / "cdg62-connect.toml", letter)
    assert run.returncode == 1
    assert "REFUSE" in run.stdout
    assert "PAS_UN_PDF" in run.stdout
    assert "Une personne doit agir" in run.stderr
    assert [lot.name for lot in (installation.deposit.root / "quarantaine").iterdir()] != []
