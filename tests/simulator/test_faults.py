from __future__ import annotations

from typing import Any

import pytest

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator import Fault, Faults, Simulator
from cdg62_connect.simulator.faults import OPERATIONS
from cdg62_connect.simulator.s2low.routes import blueprint
from cdg62_connect.simulator.web import Mishaps, application


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
        ({"plateforme": "idelibre", "effet": "couper"}, "plateforme"),
        ({"plateforme": "s2low", "effet": "exploser"}, "effet"),
        ({"plateforme": "s2low", "effet": "couper", "moment": "pendant"}, "moment"),
        ({"plateforme": "s2low", "effet": "couper", "fois": 0}, "fois"),
        ({"plateforme": "s2low", "effet": "couper", "a_partir_de": "2"}, "a_partir_de"),
        ({"plateforme": "s2low", "effet": "couper", "quand": "demain"}, "quand"),
        ({"plateforme": "s2low", "effet": "lenteur"}, "secondes"),
        ({"plateforme": "s2low", "effet": "lenteur", "secondes": 6000}, "secondes"),
        ({"plateforme": "s2low", "effet": "lenteur", "secondes": "20"}, "secondes"),
        ({"plateforme": "s2low", "effet": "lenteur", "secondes": True}, "secondes"),
        ({"plateforme": "s2low", "effet": "lenteur", "secondes": float("nan")}, "secondes"),
        ({"plateforme": "s2low", "effet": ["couper"]}, "effet"),
        ({"plateforme": "s2low", "effet": "couper", "fois": True}, "fois"),
        ({"plateforme": "s2low", "effet": "couper", "contient": 12}, "contient"),
        ({"plateforme": "s2low", "effet": "couper", "operation": None}, "operation"),
        ({"plateforme": "iparapheur", "effet": "couper", "operation": "CreeDossier"}, "operation"),
        ({"plateforme": "s2low", "effet": "couper", "operation": "CreerDossier"}, "operation"),
        ({"plateforme": "s2low", "effet": "refus"}, "refus"),
        ({"plateforme": "s2low", "effet": "couper", "refus": "numero_deja_pris"}, "refus"),
        ({"plateforme": "s2low", "effet": "refus", "refus": "imaginaire"}, "refus"),
        ({"plateforme": "iparapheur", "effet": "refus", "refus": "numero_deja_pris"}, "refus"),
        ({"plateforme": "s2low", "effet": "refus", "refus": "certificat_expire"}, "refus"),
        (
            {"plateforme": "s2low", "operation": "list_actes", "effet": "refus", "refus": "mode_papier"},
            "refus",
        ),
        ({"plateforme": "s2low", "effet": "refus", "refus": "mode_papier", "moment": "apres"}, "moment"),
    ],
)
def test_a_rule_that_is_not_understood_names_what_is_wrong(rule: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=f"^Panne : .*« {says} »"):
        Faults().add(rule)


@pytest.mark.parametrize("rule", ["couper", None, ["couper"], 3])
def test_what_is_no_rule_at_all_is_said_to_be_so(rule: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^Panne : une règle est un objet"):
        Faults().add(rule)


def test_a_refusal_strikes_only_the_operations_that_know_it() -> None:
    faults = Faults()
    faults.add({"plateforme": "s2low", "effet": "refus", "refus": "numero_deja_pris"})
    assert faults.check("s2low", "list_actes") is None
    assert faults.check("s2low", "actes_transac_create", "A") is not None


def test_the_operations_that_a_rule_may_name_are_those_that_the_platforms_have(simulator: Simulator) -> None:
    served = {
        rule.endpoint.rpartition(".")[2]: rule.rule.rpartition("/")[2].removesuffix(".php")
        for rule in application("s2low", blueprint(simulator), mishaps=Mishaps()).url_map.iter_rules()
    }
    assert sorted(served.values()) == sorted(OPERATIONS["s2low"])
