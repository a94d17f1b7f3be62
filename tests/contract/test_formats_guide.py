"""The examples of the guide of the formats, run one after the other as a reader would."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.simulator.iparapheur.xades import sign_xades
from cdg62_connect.simulator.pki import TestAuthority

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "formats.md"
XSD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'targetNamespace="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"><xs:element name="PES_Aller"/></xs:schema>'
)


def test_the_examples_of_the_guide_run_as_they_are_given(
    lot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = TestAuthority(tmp_path / "ac", start=datetime(2026, 9, 20, tzinfo=UTC))
    fixtures = ROOT / "fixtures"
    for source, name in (
        (lot / "arrete.pdf", "arrete.pdf"),
        (lot / "plan_masse.pdf", "plan.pdf"),
        (fixtures / "actes" / "7-2.xml", "classification.xml"),
        (fixtures / "actes" / "totem.xml", "budget.xml"),
        (fixtures / "pes" / "aller_a_signer.xml", "PES_2026_0058.xml"),
        (fixtures / "pes" / "acquit_partiel.xml", "acquit.xml"),
        (fixtures / "pes" / "retour.xml", "retour.xml"),
        (authority.ca, "ac-signataires.pem"),
    ):
        shutil.copy(source, tmp_path / name)
    sign_xades(
        tmp_path / "PES_2026_0058.xml",
        tmp_path / "PES_signe.xml",
        xpath="//Bordereau",
        signer=authority.signer("Camille Martin"),
        moment=datetime(2026, 9, 19, 10, tzinfo=UTC),
    )
    (tmp_path / "schemas_pes_v5.17").mkdir()
    (tmp_path / "schemas_pes_v5.17" / "PES_Aller.xsd").write_text(XSD)
    monkeypatch.chdir(tmp_path)
    examples = re.findall(
        r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names: dict[str, Any] = {}
    for rank, example in enumerate(examples):
        exec(compile(example, f"docs/formats.md, exemple {rank + 1}", "exec"), names)
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("acte :")] == [
        "acte : erreur TYPE_PIECE - « plan.pdf » : le type 99_ZZ n'est pas admis pour la nature 3. "
        "Admis : 99_AI, 22_DD, 22_PN…"
    ]
    assert {
        "message : Permis de construire accordé à la mairie",
        "PES VALMONT_DEP_2026_0058 aucune //Bordereau",
        "bordereau 58 1 pièce(s) 75.25 €",
        "PES : erreur IDCOLL",
        "acquit : accepté en partie",
        "retour : 833 rejetée par le comptable",
        "XAdES enveloppée True True ('Camille Martin', 'Camille Martin') ",
        "budget 2026 Valmont-les-Tilleuls scellé True",
        "schémas 5.17 PES_Aller.xsd conforme",
    } <= set(told)
    assert told[-1] == "[]"
    assert sorted(path.name for path in (tmp_path / "sorti").iterdir()) == [
        "99_AI-062-216209916-20260302-PC62991_26A0012-AI-1-1_1.pdf"
    ]
