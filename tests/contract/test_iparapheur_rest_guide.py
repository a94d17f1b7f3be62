"""The examples of the guide of the REST API, run one after the other as a reader would."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "parapheur-rest.md"


def test_the_examples_of_the_guide_run_as_they_are_given(
    described: Any,
    lot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    access = described["iparapheur_rest"]
    shutil.copy(lot / "arrete.pdf", tmp_path / "arrete.pdf")
    shutil.copy(lot / "plan_masse.pdf", tmp_path / "plan.pdf")
    (tmp_path / "retours").mkdir()
    monkeypatch.chdir(tmp_path)
    here = {
        "https://parapheur.exemple.fr": access["url"],
        "ws-valmont": access["login"],
        "mot de passe du compte": access["password"],
    }
    examples = re.findall(
        r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(examples) == 5
    names: dict[str, Any] = {}
    for rank, example in enumerate(examples):
        code = example
        for given, there in here.items():
            assert rank or given in code
            code = code.replace(given, there)
        exec(compile(code, f"docs/parapheur-rest.md, exemple {rank + 1}", "exec"), names)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "compte reconnu, entité « Valmont-les-Tilleuls », bureau « Service Web »"
    assert told[1] == "en cours VISA_EN_COURS"
    assert told[2].startswith("arrete.pdf ")
    assert len(told) == 3
