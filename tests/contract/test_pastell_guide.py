"""The examples of the guide, run one after the other as a reader would."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import HttpSession, Secret
from cdg62_connect.pastell import Pastell
from cdg62_connect.simulator import SimClock
from cdg62_connect.transport import BasicAuth

GUIDE = Path(__file__).parents[2] / "docs" / "pastell.md"


def test_the_examples_of_the_guide_run_as_they_are_given(
    described: Any,
    lot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    horloge: SimClock,
) -> None:
    access = described["pastell"]
    shutil.copy(lot / "arrete.pdf", tmp_path / "arrete.pdf")
    shutil.copy(lot / "plan_masse.pdf", tmp_path / "plan.pdf")
    (tmp_path / "retours").mkdir()
    monkeypatch.chdir(tmp_path)
    here = {
        "https://pastell.exemple.fr": access["url"],
        "ws-operis": access["login"],
        "mot de passe du compte": access["password"],
        'entite = "7"': f'entite = "{access["id_e"]}"',
    }
    examples = re.findall(
        r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(examples) == 5
    auth = BasicAuth(access["admin"]["login"], Secret(access["admin"]["password"]))
    with HttpSession(access["url"], platform="pastell", auth=auth) as session:
        names: dict[str, Any] = {"pastell_admin": Pastell(session)}
        for rank, example in enumerate(examples):
            code = example
            for given, there in here.items():
                assert rank or given in code
                code = code.replace(given, there)
            exec(compile(code, f"docs/pastell.md, exemple {rank + 1}", "exec"), names)
        names["session"].close()
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("4.0.14 ")
    assert any(line.startswith(f"{names['id_d']} ") for line in told)
