from __future__ import annotations

import pytest

from cdg62_connect.errors import InvalidInput, Refused, Unavailable

NAMES = "<TypeTechnique>URBANISME</TypeTechnique><TypeTechnique> Actes généraux\n</TypeTechnique>"


def test_the_types_come_sorted_as_the_parapheur_writes_them(parapheur, canned, answer):
    canned.will(answer("GetListeTypesResponse", NAMES + "<TypeTechnique>URBANISME</TypeTechnique>"))
    assert parapheur.typologie.types() == ("Actes généraux", "URBANISME")
    assert canned.asked[-1].root.tag.endswith("}GetListeTypesRequest")
    assert len(canned.asked[-1].root) == 0


def test_the_sous_types_are_those_of_the_type_asked_for(parapheur, canned, answer):
    canned.will(
        answer("GetListeSousTypesResponse", "<SousType>Courrier</SousType><SousType>Arrêté</SousType>")
    )
    assert parapheur.typologie.sous_types("Actes généraux") == ("Arrêté", "Courrier")
    assert canned.asked[-1].root.tag.endswith("}GetListeSousTypesRequest")
    assert canned.asked[-1].root.text == "Actes généraux"


def test_a_type_that_the_parapheur_does_not_know_has_no_sous_types(parapheur, canned, answer):
    canned.will(answer("GetListeSousTypesResponse"))
    assert parapheur.typologie.sous_types("Inconnu") == ()


def test_a_name_that_would_change_on_the_way_is_not_sent(parapheur, canned):
    with pytest.raises(InvalidInput):
        parapheur.typologie.sous_types("deux  espaces")
    assert canned.asked == []


def test_a_refusal_is_not_an_empty_list(parapheur, canned, answer, retour):
    canned.will(answer("GetListeTypesResponse", retour("KO", "Utilisateur sans bureau")))
    with pytest.raises(Refused) as caught:
        parapheur.typologie.types()
    assert caught.value.said == "Utilisateur sans bureau"


def test_a_fault_is_not_an_empty_list(parapheur, canned, fault):
    canned.will(fault("boom"))
    with pytest.raises(Unavailable):
        parapheur.typologie.types()
