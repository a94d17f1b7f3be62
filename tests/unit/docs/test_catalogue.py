from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cdg62_connect import errors
from cdg62_connect.operis import FindingCode

Outil = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def erreurs(outil: Outil) -> ModuleType:
    return outil("erreurs")


@pytest.fixture(scope="module")
def page(erreurs: ModuleType) -> str:
    return erreurs.page()


def test_the_committed_page_is_what_the_code_gives(docs: Path, page: str) -> None:
    assert (docs / "erreurs.md").read_text("utf-8") == page, "lancez : python docs/_outils/erreurs.py"


def test_every_exception_of_the_tree_is_told_under_its_parent(page: str) -> None:
    rows = re.findall(r"^\| (└*) ?`(\w+)` \|.*\| (oui|non) \|", page, re.MULTILINE)
    depths = {name: len(depth) for depth, name, _ in rows}
    for name, cls in vars(errors).items():
        if isinstance(cls, type) and issubclass(cls, errors.Cdg62Error):
            assert depths[name] == len([one for one in cls.__mro__ if one.__name__ in depths]) - 1
    assert {name for _, name, again in rows if again == "oui"} >= {"NotSent", "AnswerLost", "Unavailable"}
    assert "oui" not in {again for _, name, again in rows if name in ("OutcomeUnknown", "AlreadyExists")}


def test_the_subclasses_of_the_rooms_are_told_too_and_the_internal_ones_are_not(page: str) -> None:
    assert {"NumberAlreadyUsed", "DepositRefused", "Busy"} <= set(re.findall(r"└ `(\w+)`", page))
    assert "UnreadableManifest" not in page


def test_who_raises_an_error_is_read_from_the_code(page: str) -> None:
    raisers = dict(re.findall(r"└ `(\w+)` \|.*\| (.*?) \|$", page, re.MULTILINE))
    assert raisers["ReleaseRefused"] == "`journey`"
    assert {"`iparapheur`", "`s2low`", "`transport`"} <= set(raisers["OutcomeUnknown"].split(", "))
    assert raisers["PlatformError"] == "ses cas particuliers"


def test_every_code_that_blocks_a_dossier_is_found_in_the_code(erreurs: ModuleType) -> None:
    codes = set(erreurs.blocking_codes())
    assert {"PAS_SIGNE", "NUMERO_ACTE_UTILISE", "CLE_DEJA_PRISE", "REFUS_S2LOW", "REFUS_IPARAPHEUR"} <= codes
    assert not [code for code in codes if not re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)*", code)]


def test_every_code_of_the_deposit_contract_is_told_with_its_effect(page: str) -> None:
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| (erreur|avertissement) \|", page, re.MULTILINE))
    assert set(told) == {code.value for code in FindingCode}
    assert told["EMPREINTE"] == "erreur"
    assert told["CHAMP_IGNORE"] == "avertissement"


def test_a_code_without_its_french_text_stops_the_page(
    erreurs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(erreurs.BLOCAGES, "PAS_SIGNE")
    with pytest.raises(erreurs.CatalogueIncomplete, match="PAS_SIGNE"):
        erreurs.page()
