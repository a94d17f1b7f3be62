"""The examples of the guide, run one after the other as a reader would."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import HttpSession
from cdg62_connect.simulator import SimClock, Simulator
from support.pes_samples import pes

GUIDE = Path(__file__).parents[2] / "docs" / "s2low.md"


def test_the_examples_of_the_guide_run_as_they_are_given(
    described: Any,
    lot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    horloge: SimClock,
    simulator: Simulator,
) -> None:
    access = described["s2low"]
    account = access["accounts"][0]
    for source, name in (
        (access["ca"], "ac-s2low.pem"),
        (account["cert"], "compte.pem"),
        (account["key"], "compte.key"),
        (lot / "arrete.pdf", "arrete.pdf"),
        (lot / "plan_masse.pdf", "plan.pdf"),
    ):
        shutil.copy(source, tmp_path / name)
    (tmp_path / "PES_2026_0042.xml").write_bytes(pes())
    (tmp_path / "retours").mkdir()
    monkeypatch.chdir(tmp_path)
    examples = re.findall(
        r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(examples) == 8
    assert '"https://s2low.exemple.fr"' in examples[0]

    def here(url: str, **options: Any) -> HttpSession:
        assert url == "https://s2low.exemple.fr"
        return HttpSession(access["url"], clock=horloge, **options)

    names: dict[str, Any] = {"here": here}
    for rank, example in enumerate(examples):
        code = example.replace("session = HttpSession(", "session = here(")
        if "non_lus" in example:
            simulator.s2low.ecrire(names["transaction"], "demande_pieces")
        exec(compile(code, f"docs/s2low.md, exemple {rank + 1}", "exec"), names)
    names["session"].close()

    told = capsys.readouterr().out.splitlines()
    assert "RGS : True" in told
    assert f"transaction {names['transaction']}" in told
    assert {"Acquittement reçu", "arrete.pdf tamponné", "plan.pdf tamponné", "à suivre : Posté"} <= set(told)
    assert f"{names['etat'].code} Information disponible " in told
    assert "Demande de pièces complémentaires - PC62991_26A0012" in told
    assert f"réponse {names['reponse']}" in told
    assert "pas encore lu par ['ana@exemple.fr', 'bruno@exemple.fr']" in told
    kept = {path.suffix for path in (tmp_path / "retours").iterdir()}
    assert kept == {".xml", ".pdf", ".gz"}
    assert len(list((tmp_path / "retours").iterdir())) == 6
