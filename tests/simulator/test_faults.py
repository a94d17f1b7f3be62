from __future__ import annotations

from typing import Any

import pytest

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator import Fault, Faults


def strikes(faults: Faults, *calls: str, operation: str = "CreerDossier") -> list[str | None]:
    found = [faults.check("iparapheur", operation, key) for key in calls]
    return [fault.effet if fault else None for fault in found]


def test_a_rule_strikes_once_by_default() -> None:
    faults = Faults()
    faults.add({"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "couper"})
    assert strikes(faults, "a", "b") == ["couper", None]


def test_a_rule_strikes_from_a_rank_and_so_many_times() -> None:
    faults = Faults()
    faults.add(Fault(plateforme="iparapheur", effet="http_500", a_partir_de=3, fois=2))
    assert strikes(faults, *"abcde") == [None, None, "http_500", "http_500", None]


def test_a_rule_looks_only_at_its_platform_its_operation_and_its_keys() -> None:
    faults = Faults()
    faults.add({"plateforme": "s2low", "effet": "couper", "contient": "PC62991"})
    faults.add({"plateforme": "iparapheur", "operation": "GetDossier", "effet": "html"})
    assert strikes(faults, "PC62991_1") == [None]
    assert faults.check("s2low", "actes_transac_create", "DP62991_1") is None
    assert faults.check("s2low", "actes_transac_create", "PC62991_1") is not None
    assert strikes(faults, "x", operation="GetDossier") == ["html"]


def test_the_first_rule_that_is_due_strikes_alone() -> None:
    faults = Faults()
    faults.add({"plateforme": "iparapheur", "effet": "couper"})
    faults.add({"plateforme": "iparapheur", "effet": "http_502"})
    assert strikes(faults, *"abc") == ["couper", "http_502", None]


def test_unmet_lists_what_has_not_struck_as_often_as_asked() -> None:
    faults = Faults()
    faults.add({"plateforme": "iparapheur", "effet": "couper", "fois": 3})
    faults.add({"plateforme": "iparapheur", "operation": "GetDossier", "effet": "html"})
    strikes(faults, "a")
    assert [(rule["effet"], rule["restantes"]) for rule in faults.unmet()] == [("couper", 2), ("html", 1)]


def test_calls_are_counted_by_operation_with_or_without_rules() -> None:
    faults = Faults()
    strikes(faults, "a", "b")
    strikes(faults, "a", operation="GetDossier")
    assert faults.calls == {"iparapheur": {"CreerDossier": 2, "GetDossier": 1}}


def test_reset_forgets_rules_and_counts() -> None:
    faults = Faults()
    faults.add({"plateforme": "iparapheur", "effet": "couper"})
    faults.reset()
    assert strikes(faults, "a") == [None]
    assert faults.unmet() == []


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"effet": "couper"}, "plateforme"),
        ({"plateforme": "iparapheur"}, "effet"),
        ({"plateforme": "pastell", "effet": "couper"}, "plateforme"),
        ({"plateforme": "s2low", "effet": "exploser"}, "effet"),
        ({"plateforme": "s2low", "effet": "couper", "moment": "pendant"}, "moment"),
        ({"plateforme": "s2low", "effet": "couper", "fois": 0}, "fois"),
        ({"plateforme": "s2low", "effet": "couper", "a_partir_de": "2"}, "a_partir_de"),
        ({"plateforme": "s2low", "effet": "couper", "quand": "demain"}, "quand"),
        ({"plateforme": "s2low", "effet": "lenteur"}, "secondes"),
        ({"plateforme": "s2low", "effet": "lenteur", "secondes": 6000}, "secondes"),
    ],
)
def test_a_rule_that_is_not_understood_names_what_is_wrong(rule: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=f"« {says} »"):
        Faults().add(rule)
