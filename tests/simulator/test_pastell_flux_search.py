"""Lists, searches and counts, with every filter that is ignored and every order that is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pastell_lab import URBANISME, Lab

TYPE = f"type={URBANISME}"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = Lab(tmp_path).stubs()
    for number, business in (("s1", "OPERIS-S-1"), ("s10", "OPERIS-S-10"), ("acc", "OPÉRIS_É-É")):
        id_d = lab.create()
        lab.patch(id_d, titre=f"Recherche {number}", id_document_externe=business)
        lab.later(seconds=1)
    return lab


@pytest.mark.parametrize(
    ("business", "found"),
    [
        ("OPERIS-S-10", ["s10"]),
        ("OPERIS-S-1", ["s10", "s1"]),
        ("S-1", ["s10", "s1"]),
        ("operis-s-10", ["s10"]),
        ("operis_e-e", ["acc"]),
        ("OPERIS%2510", ["s10"]),
        ("OPERIS_S_10", ["s10"]),
        ("OPERIS-NEANT", []),
    ],
)
def test_the_business_id_is_looked_for_anywhere_without_case_nor_accent_and_with_wildcards(
    lab: Lab, business: str, found: list[str]
) -> None:
    assert lab.found(f"{TYPE}&id_document_externe={business}") == [f"Recherche {one}" for one in found]


@pytest.mark.parametrize(
    "query",
    [
        "id_document_externe=OPERIS-S-10",
        f"{TYPE}&id_document_externe=",
        f"{TYPE}&id_document_externe=0",
        f"{TYPE}&titre=Recherche+s1",
        f"{TYPE}&nexistepas=x",
        f"{TYPE}&last_state_begin=nimporte",
        f"{TYPE}&state_begin=2030-01-01",
    ],
)
def test_a_filter_that_pastell_does_not_understand_lets_everything_through(lab: Lab, query: str) -> None:
    assert len(lab.found(query)) == 3


def test_the_title_is_searched_too(lab: Lab) -> None:
    assert lab.found(f"{TYPE}&search=RECHERCHE s1") == ["Recherche s10", "Recherche s1"]
    assert lab.found(f"{TYPE}&search=s1&id_document_externe=S-10") == ["Recherche s10"]


def test_a_row_of_the_list(lab: Lab) -> None:
    row = lab.listed(f"{TYPE}&search=acc")[0]
    entity = lab.platform.entities.get(lab.id_e)
    assert entity is not None
    assert row == {
        "id_d": row["id_d"],
        "id_e": lab.id_e,
        "role": "editeur",
        "last_action": "modification",
        "last_action_date": "2026-11-22 10:00:02",
        "last_type": URBANISME,
        "type": URBANISME,
        "titre": "Recherche acc",
        "creation": "2026-11-22 10:00:02",
        "modification": "2026-11-22 10:00:02",
        "denomination": entity.denomination,
        "siren": entity.siren,
        "date_inscription": entity.date_inscription,
        "entite_mere": entity.entite_mere,
        "centre_de_gestion": entity.centre_de_gestion,
        "is_active": True,
        "entite_base": entity.denomination,
        "entite": [],
        "last_action_display": "modification",
    }


def test_states_are_a_list_without_blanks(lab: Lab) -> None:
    id_d = lab.draft("Fini")
    lab.act(id_d, "orientation")
    lab.path(id_d)
    assert lab.found(f"{TYPE}&lastetat=termine") == ["Fini"]
    assert len(lab.found(f"{TYPE}&lastetat=termine,modification")) == 4
    # With a blank after the comma, only the first one counts.
    assert lab.found(f"{TYPE}&lastetat=termine, modification") == ["Fini"]
    assert lab.found(f"{TYPE}&lastetat=nexistepas") == []


@pytest.mark.parametrize(
    ("bounds", "count"),
    [
        ("last_state_begin=2026-11-22 10:00:01", 1),
        ("last_state_begin=2026-11-22 10:00:00", 2),
        ("last_state_begin=2026-11-22T10:00:00", 2),
        ("last_state_end=2026-11-22 10:00:01", 1),
        ("last_state_begin=2026-11-22", 3),
        ("last_state_end=2026-11-22", 0),
        ("last_state_begin=22/11/2026&date_in_fr=1", 3),
        ("last_state_begin=23/11/2026&date_in_fr=1", 0),
    ],
)
def test_bounds_are_strict_and_a_day_is_its_midnight(lab: Lab, bounds: str, count: int) -> None:
    assert len(lab.found(f"{TYPE}&{bounds}")) == count


def test_passages_are_looked_for_and_come_once_each(lab: Lab) -> None:
    lab.scripted()
    twice, once = (lab.draft(titre, signature=True) for titre in ("deux fois", "une fois"))
    for id_d in (once, twice, twice):
        lab.act(id_d, "orientation")
        lab.path(id_d)
        if id_d == twice and len(lab.listed(f"{TYPE}&etatTransit=recu-iparapheur")) == 2:
            # Back to the first step by the only way there is.
            lab.act(id_d, "reouverture")
            document = lab.platform.documents._documents[id_d]
            document.passages.append(document.passages[0])
    rows = lab.found(f"{TYPE}&etatTransit=recu-iparapheur")
    assert sorted(rows) == ["deux fois", "deux fois", "une fois"]
    assert len(lab.found(f"{TYPE}&notEtatTransit=recu-iparapheur")) == 3
    assert lab.found(f"{TYPE}&etatTransit=recu-iparapheur&state_begin=2030-01-01") == []
    row = lab.listed(f"{TYPE}&etatTransit=termine")[0]
    assert (row["action"], row["id_u"]) == ("termine", 0)


def test_pages_are_offset_and_limit_and_nothing_else(lab: Lab) -> None:
    assert lab.found("limit=0") == []
    assert lab.found("limit=1&offset=1") == ["Recherche s10"]
    status, said = lab.refused(lambda: lab.listed("offset=-1"))
    assert status == 400
    assert "near '-1,100'" in said


def test_pages_of_a_fleet_at_rest_overlap_unless_they_are_sorted_by_title(tmp_path: Path) -> None:
    lab = Lab(tmp_path).stubs()
    for number in range(40):
        lab.patch(lab.create(), titre=f"Masse {number:02}")

    def pages(sort: str) -> list[str]:
        return [titre for start in range(0, 40, 10) for titre in lab.found(f"limit=10&offset={start}{sort}")]

    by_title = pages("&tri=titre&sens_tri=ASC")
    assert by_title == [f"Masse {number:02}" for number in range(40)]
    by_date = pages("")
    assert len(by_date) == 40
    assert len(set(by_date)) < 40
    # One page of everything misses nothing.
    assert len(set(lab.found("limit=100"))) == 40


def test_the_default_order_is_that_of_the_last_state_newest_first(lab: Lab) -> None:
    assert lab.found() == ["Recherche acc", "Recherche s10", "Recherche s1"]
    assert lab.found("tri=date_dernier_etat&sens_tri=ASC")[0] == "Recherche s1"
    assert lab.found(f"{TYPE}&tri=id_document_externe&sens_tri=ASC")[0] == "Recherche s1"


def test_several_details_at_once_are_all_known_or_none_is_told(lab: Lab) -> None:
    ids = [row["id_d"] for row in lab.listed(TYPE)]
    several = lab.listed("&".join(f"id_d[]={one}" for one in ids[:2]))
    assert list(several) == ids[:2]
    assert lab.refused(lambda: lab.listed(f"id_d[]={ids[0]}&id_d[]=XXXXXXX")) == (
        404,
        f"Le document XXXXXXX n'appartient pas à l'entité {lab.id_e}",
    )
    assert lab.refused(lambda: lab.listed(f"id_d={ids[0]}")) == (
        400,
        "Le paramètre id_d[] ne semble pas valide",
    )


def test_the_count_is_per_entity_flux_and_state(lab: Lab) -> None:
    found = lab.count(f"id_e={lab.id_e}&{TYPE}")
    assert found[lab.id_e]["flux"] == {URBANISME: {"modification": 3}}
    assert found[lab.id_e]["info"]["id_e"] == lab.id_e
    everywhere = lab.count("")
    assert everywhere[lab.id_e]["flux"]["mailsec"] == {}
    assert set(everywhere[lab.id_e]["flux"]) == set(lab.platform.flux.ids)


def test_the_simple_count_takes_indexed_fields_only(lab: Lab) -> None:
    def simple(query: str = "") -> int:
        return lab.count(f"id_e={lab.id_e}&{TYPE}&output=simple{query}")["count"]

    assert simple() == 3
    assert simple("&id_document_externe=OPERIS-S-1") == 2
    assert simple("&id_document_externe=NEANT") == 0
    # A state is taken for an indexed field of that name: none (fact 58).
    assert simple("&lastetat=modification") == 0
    assert lab.refused(lambda: lab.count("output=simple"))[0] == 400


def test_a_select_is_searched_by_its_label(tmp_path: Path) -> None:
    lab = Lab(tmp_path).stubs("helios-generique")
    id_d = lab.create("helios-generique")
    lab.patch(id_d, objet="PES", etat_ack="1")
    assert lab.found("type=helios-generique&etat_ack=Acquittement OK") == ["PES"]
    assert lab.found("type=helios-generique&etat_ack=KO") == []
