"""The examples of the guide, run one after the other as a reader would."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.iparapheur import OPERATIONS
from cdg62_connect.simulator import Simulator

GUIDE = Path(__file__).parents[2] / "docs" / "parapheur.md"


def test_the_examples_of_the_guide_run_as_they_are_given(
    described: Any,
    simulator: Simulator,
    lot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    access = described["iparapheur_soap"]
    shutil.copy(lot / "arrete.pdf", tmp_path / "arrete.pdf")
    shutil.copy(lot / "plan_masse.pdf", tmp_path / "plan.pdf")
    shutil.copy(simulator.authority.ca, tmp_path / "ac-signataires.pem")
    (tmp_path / "retours").mkdir()
    monkeypatch.chdir(tmp_path)
    here = {
        "https://secure-parapheur.exemple.fr/ws-iparapheur-no-mtom": access["url"],
        "ws@valmont": access["login"],
        "mot de passe du compte": access["password"],
    }
    examples = re.findall(
        r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(examples) == 10
    names: dict[str, Any] = {}
    for rank, example in enumerate(examples):
        code = example
        for given, there in here.items():
            assert rank or given in code
            code = code.replace(given, there)
        if rank == 3:  # the people have done their part by then
            simulator.iparapheur.viser("ads-PC0629912600012-01")
            simulator.iparapheur.signer("ads-PC0629912600012-01", by="Léa Moreau, maire")
        if rank == 9:
            simulator.iparapheur.signer("ads-PC0629912600014-01", by="Léa Moreau, maire")
        exec(compile(code, f"docs/parapheur.md, exemple {rank + 1}", "exec"), names)
    names["session"].close()

    told = capsys.readouterr().out
    assert "terminé - circuit terminé - archivage" in told
    assert "Dossier ads-PC0629912600012-01 supprimé du Parapheur." in told
    assert "GetHistoDossier READ ['3', '4', '5'] dossiers.historique" in told
    assert told.count("\n") > len(OPERATIONS)
    assert "courrier.pdf signé ('Léa Moreau, maire',)" in told
    assert [row["deleted"] for row in simulator.iparapheur.dossiers()] == [True, True, True]
