from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cdg62_connect.errors import InvalidInput, UnreadableAnswer
from cdg62_connect.pastell import NotInThisVersion, Pastell, Recherche

Build = Callable[..., dict[str, Any]]
Platform = Any

URBA = "document-autorisation-urbanisme"
FIELDS = {
    "titre": {"name": "Titre", "requis": True, "title": True},
    "id_document_externe": {"name": "Identifiant", "type": "text", "index": True},
    "acte_nature": {"name": "Nature", "type": "select", "index": True, "value": {"3": "Actes individuels"}},
    "document": {"name": "Document", "type": "file"},
}


def row(id_d: str, **more: object) -> dict[str, object]:
    return {
        "id_d": id_d,
        "id_e": "7",
        "role": "editeur",
        "last_action": "termine",
        "last_action_date": "2026-06-01 12:00:00",
        "last_action_display": "Traitement terminé",
        "type": URBA,
        "titre": f"Titre {id_d}",
        "creation": "2026-06-01 11:00:00",
        "modification": "2026-06-01 11:30:00",
        "is_active": True,
        "entite": [],
        **more,
    }


@pytest.fixture(autouse=True)
def definition(platform: Platform) -> None:
    platform.on(f"GET flux/{URBA}", FIELDS)


def test_pages_are_read_by_title_until_a_short_one_and_nothing_comes_twice(
    platform: Platform, pastell: Pastell
) -> None:
    platform.on("GET entite/7/document", [row("aaaaaaa"), row("bbbbbbb")])
    platform.on("GET entite/7/document", [row("bbbbbbb"), row("ccccccc")])
    platform.on("GET entite/7/document", [row("ddddddd")])
    found = [one.id_d for one in pastell.documents.lister("7", Recherche(flux=URBA), page=2)]
    assert found == ["aaaaaaa", "bbbbbbb", "ccccccc", "ddddddd"]
    queries = [dict(one.query) for one in platform.asked]
    assert [query["offset"] for query in queries] == ["0", "2", "4"]
    assert {(q["tri"], q["sens_tri"], q["limit"], q["type"]) for q in queries} == {
        ("titre", "ASC", "2", URBA)
    }


def test_a_page_is_only_read_when_it_is_wanted(platform: Platform, pastell: Pastell) -> None:
    platform.on("GET entite/7/document", [row("aaaaaaa"), row("bbbbbbb")])
    next(pastell.documents.lister("7", page=2))
    assert len(platform.asked) == 1


def test_a_row_keeps_what_it_does_not_know(platform: Platform, pastell: Pastell) -> None:
    platform.on(
        "GET entite/7/document", [row("aaaaaaa", action="acquiter-tdt", date="2026-06-01 10:00:00", neuf=1)]
    )
    (found,) = pastell.documents.lister("7")
    assert found.etat_date == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert (found.etat, found.etat_libelle, found.flux, found.entite) == (
        "termine",
        "Traitement terminé",
        URBA,
        "7",
    )
    assert (found.transit, found.transit_date) == ("acquiter-tdt", datetime(2026, 6, 1, 8, tzinfo=UTC))
    assert found.autres == {"role": "editeur", "is_active": True, "entite": [], "neuf": 1}


def test_every_condition_is_written_as_pastell_reads_it(platform: Platform, pastell: Pastell) -> None:
    platform.on("GET entite/7/document", [])
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    search = Recherche(
        flux=URBA,
        etats=("send-iparapheur", "send-tdt"),
        etat_apres=moment,
        etat_avant=moment,
        transit="acquiter-tdt",
        transit_apres=moment,
        transit_avant=moment,
        jamais="termine",
        titre="PC",
        champs={"id_document_externe": "OPERIS-1"},
    )
    assert list(pastell.documents.lister("7", search)) == []
    assert platform.last.query == [
        ("type", URBA),
        ("lastetat", "send-iparapheur,send-tdt"),
        ("last_state_begin", "2026-01-02T04:04:05"),
        ("last_state_end", "2026-01-02T04:04:05"),
        ("etatTransit", "acquiter-tdt"),
        ("state_begin", "2026-01-02T04:04:05"),
        ("state_end", "2026-01-02T04:04:05"),
        ("notEtatTransit", "termine"),
        ("search", "PC"),
        ("id_document_externe", "OPERIS-1"),
        ("tri", "titre"),
        ("sens_tri", "ASC"),
        ("limit", "200"),
        ("offset", "0"),
    ]


def test_in_the_hour_that_comes_twice_a_bound_is_widened(platform: Platform, pastell: Pastell) -> None:
    platform.on("GET entite/7/document", [])
    summer, winter = (
        datetime(2026, 10, 25, 0, 50, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 10, 0, 1, tzinfo=UTC),
    )
    list(pastell.documents.lister("7", Recherche(etat_apres=summer, etat_avant=winter)))
    query = dict(platform.last.query)
    assert query["last_state_begin"] == "2026-10-25T01:50:00"
    assert query["last_state_end"] == "2026-10-25T03:10:01"


@pytest.mark.parametrize(
    "wanted",
    [
        {"etats": ("send-iparapheur, send-tdt",)},
        {"etats": ("send-iparapheur", " send-tdt")},
        {"etats": ("",)},
        {"transit": ""},
        {"jamais": "a b"},
        {"transit_apres": datetime(2026, 1, 1, tzinfo=UTC)},
        {"transit_avant": datetime(2026, 1, 1, tzinfo=UTC)},
        {"flux": ""},
        {"titre": " "},
        {"champs": {"id_document_externe": "x"}},
        {"flux": URBA, "champs": {"id_document_externe": ""}},
        {"flux": URBA, "champs": {"id_document_externe": " 0 "}},
        {"flux": URBA, "champs": {"limit": "5"}},
        {"flux": URBA, "champs": {"lastetat": "termine"}},
        {"flux": URBA, "champs": {"Titre Accentué": "x"}},
    ],
)
def test_a_condition_that_pastell_would_ignore_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Recherche(**wanted)


@pytest.mark.parametrize("field", ["titre", "inconnu"])
def test_a_field_that_is_not_indexed_here_is_refused(
    platform: Platform, pastell: Pastell, field: str
) -> None:
    with pytest.raises(InvalidInput, match="pas indexé"):
        pastell.documents.lister("7", Recherche(flux=URBA, champs={field: "x"}))
    with pytest.raises(InvalidInput, match="pas indexé"):
        pastell.documents.compter_par_champ("7", URBA, {field: "x"})
    assert platform.calls() == [f"GET flux/{URBA}"]  # defined once, and nothing else asked


@pytest.mark.parametrize("moment", ["etat_apres", "etat_avant"])
def test_an_hour_without_zone_is_refused(platform: Platform, pastell: Pastell, moment: str) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(InvalidInput):
        pastell.documents.lister("7", Recherche(**{moment: naive}))


def test_the_root_entity_and_an_empty_page_are_refused(platform: Platform, pastell: Pastell) -> None:
    for entity in ("0", "", "00"):
        with pytest.raises(InvalidInput):
            pastell.documents.lister(entity)
    with pytest.raises(InvalidInput):
        pastell.documents.lister("7", page=0)
    assert platform.asked == []


def test_never_passed_is_unknown_to_2_0(
    platform: Platform, pastell: Pastell, version: Callable[[str], None]
) -> None:
    version("2.0.16")
    with pytest.raises(NotInThisVersion):
        pastell.documents.lister("7", Recherche(jamais="termine"))


@pytest.mark.parametrize("answer", [{"status": "ok"}, 3, "x", [3], [{"titre": "sans id"}], None])
def test_what_is_not_a_list_of_documents_is_unreadable(
    platform: Platform, pastell: Pastell, answer: object
) -> None:
    platform.on("GET entite/7/document", answer)
    with pytest.raises(UnreadableAnswer):
        list(pastell.documents.lister("7"))


class TestFind:
    def test_only_the_exact_value_is_found(self, platform: Platform, pastell: Pastell, detail: Build) -> None:
        platform.on("GET entite/7/document", [row("aaaaaaa"), row("bbbbbbb"), row("ccccccc")])
        platform.on(
            "GET entite/7/document",
            {
                "aaaaaaa": detail({"id_document_externe": "OPERIS-1"}, id_d="aaaaaaa"),
                "bbbbbbb": detail({"id_document_externe": "operis-1"}, id_d="bbbbbbb"),
                "ccccccc": detail({"id_document_externe": "OPERIS-12"}, id_d="ccccccc"),
            },
        )
        found = pastell.documents.trouver("7", URBA, "id_document_externe", "OPERIS-1")
        assert [one.id_d for one in found] == ["aaaaaaa"]
        listed, several = platform.asked[1:]
        assert ("id_document_externe", "OPERIS-1") in listed.query
        assert [name for name, _ in several.query] == ["id_d[]"] * 3

    def test_two_documents_may_have_the_same_key(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        data = {"id_document_externe": "X"}
        platform.on("GET entite/7/document", [row("aaaaaaa"), row("bbbbbbb")])
        platform.on("GET entite/7/document", {one: detail(data, id_d=one) for one in ("aaaaaaa", "bbbbbbb")})
        assert len(pastell.documents.trouver("7", URBA, "id_document_externe", "X")) == 2

    def test_a_long_key_with_a_backslash_is_searched_by_what_pastell_indexes(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        key = "A\\B" + "x" * 200
        platform.on("GET entite/7/document", [row("aaaaaaa")])
        platform.on(
            "GET entite/7/document", {"aaaaaaa": detail({"id_document_externe": key}, id_d="aaaaaaa")}
        )
        assert len(pastell.documents.trouver("7", URBA, "id_document_externe", key)) == 1
        assert dict(platform.asked[1].query)["id_document_externe"] == "A_B" + "x" * 125

    @pytest.mark.parametrize("key", ["", "  ", "0"])
    def test_a_key_that_would_find_everything_is_refused(
        self, platform: Platform, pastell: Pastell, key: str
    ) -> None:
        with pytest.raises(InvalidInput):
            pastell.documents.trouver("7", URBA, "id_document_externe", key)
        assert platform.asked == []

    @pytest.mark.parametrize("field", ["titre", "acte_nature"])
    def test_a_field_that_cannot_be_compared_is_refused(
        self, platform: Platform, pastell: Pastell, field: str
    ) -> None:
        with pytest.raises(InvalidInput):
            pastell.documents.trouver("7", URBA, field, "x")
        assert platform.calls() == [f"GET flux/{URBA}"]


class TestCount:
    def test_documents_are_counted_by_entity_type_and_state(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on(
            "GET document/count",
            {
                "7": {
                    "flux": {URBA: {"modification": 7, "termine": "6"}, "ls-actes": []},
                    "info": {"id_e": "7", "denomination": "Valmont", "siren": "1"},
                }
            },
        )
        counted = pastell.documents.compter("7", URBA)
        assert platform.last.query == [("id_e", "7"), ("type", URBA), ("output", "detail")]
        assert counted["7"].etats == {URBA: {"modification": 7, "termine": 6}, "ls-actes": {}}
        assert (counted["7"].total, counted["7"].denomination, counted["7"].autres) == (
            13,
            "Valmont",
            {"siren": "1"},
        )

    def test_nothing_to_count_is_an_empty_list(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET document/count", [])
        assert pastell.documents.compter() == {}

    def test_what_has_a_key_is_counted(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET document/count", {"count": 2})
        assert pastell.documents.compter_par_champ("7", URBA, {"id_document_externe": "OPERIS"}) == 2
        assert platform.last.query == [
            ("id_e", "7"),
            ("type", URBA),
            ("output", "simple"),
            ("id_document_externe", "OPERIS"),
        ]

    @pytest.mark.parametrize("answer", [{"count": "beaucoup"}, {"count": -1}, {}, {"count": True}])
    def test_a_count_is_a_number(self, platform: Platform, pastell: Pastell, answer: object) -> None:
        platform.on("GET document/count", answer)
        with pytest.raises(UnreadableAnswer):
            pastell.documents.compter_par_champ("7", URBA)

    def test_states_are_counted_in_numbers(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET document/count", {"7": {"flux": {URBA: {"termine": "x"}}, "info": {}}})
        with pytest.raises(UnreadableAnswer):
            pastell.documents.compter()
