from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats import (
    ActeToSend,
    Classification,
    Nature,
    PieceToSend,
    Totem,
    check_acte,
    check_totem,
    is_totem,
)

FIXTURES = Path(__file__).parents[3] / "fixtures" / "actes"
TODAY = date(2026, 9, 20)
NS = "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
CLASSIFICATION = Classification.read(
    f"""<?xml version="1.0" encoding="UTF-8"?><a:RetourClassification xmlns:a="{NS}">
<a:DateClassification>2026-01-05</a:DateClassification><a:NaturesActes>
<a:NatureActe a:CodeNatureActe="3" a:Libelle="Actes individuels" a:TypeAbrege="AI">
<a:TypePJNatureActe a:CodeTypePJ="41_NC" a:Libelle="Notification"/>
<a:TypePJNatureActe a:CodeTypePJ="22_PN" a:Libelle="Plans"/>
<a:TypePJNatureActe a:CodeTypePJ="99_AI" a:Libelle="Acte individuel"/></a:NatureActe>
<a:NatureActe a:CodeNatureActe="5" a:Libelle="Budget" a:TypeAbrege="BF">
<a:TypePJNatureActe a:CodeTypePJ="99_BU" a:Libelle="Document budgétaire"/></a:NatureActe>
</a:NaturesActes><a:Matieres><a:Matiere1 a:CodeMatiere="2" a:Libelle="Urbanisme">
<a:Matiere2 a:CodeMatiere="2" a:Libelle="Actes relatifs au droit d'occupation ou d'utilisation des sols">
<a:Matiere3 a:CodeMatiere="3" a:Libelle="Permis de construire"/>
<a:Matiere3 a:CodeMatiere="4" a:Libelle="Permis de démolir"/>
</a:Matiere2></a:Matiere1><a:Matiere1 a:CodeMatiere="7" a:Libelle="Finances locales">
<a:Matiere2 a:CodeMatiere="1" a:Libelle="Décisions budgétaires"/></a:Matiere1>
</a:Matieres></a:RetourClassification>""".encode()
)


@pytest.fixture
def acte(tmp_path: Path, make_pdf: Callable[..., bytes]) -> ActeToSend:
    for name in ("arrete.pdf", "plan.pdf"):
        (tmp_path / name).write_bytes(make_pdf())
    return ActeToSend(
        nature=Nature.INDIVIDUEL,
        numero="PC62991_26A0012",
        objet="Permis de construire accordé à la commune",
        date=date(2026, 9, 14),
        matiere="2.2.3",
        document=PieceToSend(path=tmp_path / "arrete.pdf", type_piece="99_AI"),
        annexes=(PieceToSend(path=tmp_path / "plan.pdf", type_piece="22_PN"),),
    )


def codes(acte: ActeToSend, **options: object) -> list[str]:
    found = check_acte(acte, classification=CLASSIFICATION, today=TODAY, **options)  # type: ignore[arg-type]
    assert all(one.message for one in found)
    return [f"{'!' if one.is_error else '?'}{one.code}" for one in found]


def test_a_sound_act_has_no_finding(acte: ActeToSend) -> None:
    assert codes(acte, en_vigueur=date(2026, 1, 5), used_numbers=["PC62991_26A0011"]) == []


def test_a_classification_that_is_no_longer_in_force_is_found(acte: ActeToSend) -> None:
    assert codes(acte, en_vigueur=date(2026, 6, 1)) == ["!CLASSIFICATION"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"numero": "pc 62991"}, ["!NUMERO", "?NUMERO_SANS_ANNEE"]),
        ({"numero": "PC62991_A0012"}, ["?NUMERO_SANS_ANNEE"]),
        ({"objet": "  "}, ["!OBJET"]),
        ({"objet": "a" * 500}, ["!OBJET"]),
        ({"objet": "Un\nobjet"}, ["!OBJET"]),
        ({"objet": "L’objet"}, ["!OBJET"]),
        ({"date": date(2026, 9, 21)}, ["!DATE"]),
        ({"matiere": "2"}, ["!MATIERE"]),
        ({"matiere": "2.2.9"}, ["!MATIERE"]),
        ({"nature": Nature.DELIBERATION}, ["!NATURE"]),
        ({"nature": Nature.BUDGETAIRE}, ["!TYPE_PIECE", "!TYPE_PIECE"]),
    ],
)
def test_each_rule_has_its_finding(acte: ActeToSend, change: dict[str, object], expected: list[str]) -> None:
    assert codes(replace(acte, **change)) == expected  # type: ignore[arg-type]


def test_more_annexes_than_most_servers_take_are_told(acte: ActeToSend) -> None:
    assert codes(replace(acte, annexes=acte.annexes * 19)) == []
    assert codes(replace(acte, annexes=acte.annexes * 20)) == ["?ANNEXES"]


def test_a_number_used_once_is_used_for_ever(acte: ActeToSend) -> None:
    assert codes(acte, used_numbers=[acte.numero]) == ["!NUMERO_UTILISE"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["!FICHIER_VIDE"]),
        (b"PK\x03\x04", ["!FORMAT"]),
        (b"%PDF-1.7", ["!PAS_UN_PDF"]),
        (b"\xff\xd8\xff\xe0", ["!FORMAT"]),
        (b"<?xml version='1.0'?><a/>", ["!FORMAT", "!FORMAT", "!PAS_UN_TOTEM"]),
    ],
)
def test_the_act_itself_is_a_pdf(acte: ActeToSend, content: bytes, expected: list[str]) -> None:
    acte.document.path.write_bytes(content)
    changed = replace(acte, annexes=(replace(acte.annexes[0]),)) if content[:1] != b"<" else acte
    if content[:1] == b"<":
        acte.annexes[0].path.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert codes(changed) == expected


def test_annexes_may_be_images_and_nothing_else(acte: ActeToSend) -> None:
    for head in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"<?xml version='1.0'?><a/>"):
        acte.annexes[0].path.write_bytes(head)
        assert codes(acte) == []
    acte.annexes[0].path.write_bytes(b"PK\x03\x04")
    assert codes(acte) == ["!FORMAT"]


def test_files_too_heavy_together_are_found(acte: ActeToSend) -> None:
    size = acte.document.path.stat().st_size
    assert codes(acte, limit=size + 1) == ["!TAILLE"]


def test_a_sealed_budget_may_be_sent_as_xml(acte: ActeToSend, tmp_path: Path) -> None:
    budget = tmp_path / "budget.xml"
    budget.write_bytes((FIXTURES / "totem.xml").read_bytes())
    sent = replace(
        acte,
        nature=Nature.BUDGETAIRE,
        matiere="7.1",
        document=PieceToSend(path=budget, type_piece="99_BU"),
        annexes=(PieceToSend(path=acte.annexes[0].path, type_piece="99_BU"),),
    )
    assert codes(sent) == []
    assert codes(replace(sent, matiere="2.2")) == ["!FORMAT"]
    budget.write_bytes(budget.read_bytes().replace(b"1200.00", b"1300.00", 1))
    assert codes(sent) == ["!TOTEM_ALTERE"]


def test_a_budget_document_is_recognised_and_told() -> None:
    data = (FIXTURES / "totem.xml").read_bytes()
    assert is_totem(data[:4096])
    assert not is_totem((FIXTURES / "1-1.xml").read_bytes())
    totem = Totem.read(data)
    assert (totem.exercice, totem.siret, totem.nomenclature, totem.scelle, totem.intact) == (
        "2026", "21620991600016", "M57-M57_A", True, True
    )  # fmt: skip


def test_a_budget_document_without_its_seal_is_found(tmp_path: Path) -> None:
    data = (FIXTURES / "totem.xml").read_bytes()
    path = tmp_path / "totem.xml"
    start = data.index(b"<Scellement")
    path.write_bytes(data[:start] + data[data.index(b"/>", start) + 2 :])
    assert [one.code for one in check_totem(path)] == ["TOTEM_NON_SCELLE"]
    path.write_bytes(
        data.replace(b'IdColl V="21620991600016"', b'IdColl V=""').replace(b'Exer V="2026"', b'Exer V=""')
    )
    assert [one.code for one in check_totem(path)] == ["TOTEM_ALTERE", "TOTEM_INCOMPLET", "TOTEM_SIRET"]


def test_another_xml_is_no_budget_document(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as refused:
        Totem.read(b"<DocumentBudgetaire/>")
    assert refused.value.code == "PAS_UN_TOTEM"


def test_a_matiere_is_found_by_its_words_or_its_code() -> None:
    found = CLASSIFICATION.search("demolir")
    assert found == (
        (
            "2.2.4",
            "Urbanisme > Actes relatifs au droit d'occupation ou d'utilisation des sols > Permis de démolir",
        ),
    )
    assert [code for code, _ in CLASSIFICATION.search("PERMIS urbanisme")] == ["2.2.3", "2.2.4"]
    assert [code for code, _ in CLASSIFICATION.search("7")] == ["7", "7.1"]
    assert CLASSIFICATION.search("") == CLASSIFICATION.search("marché public") == ()


def test_types_of_pieces_come_with_the_most_likely_first() -> None:
    assert [code for code, _ in CLASSIFICATION.pieces_for(Nature.INDIVIDUEL, "2.2.3")] == [
        "99_AI",
        "22_PN",
        "41_NC",
    ]
    assert [code for code, _ in CLASSIFICATION.pieces_for(3)] == ["99_AI", "22_PN", "41_NC"]
    assert CLASSIFICATION.pieces_for(Nature.CONTRAT) == ()


def test_a_classification_stays_in_force_until_another_is() -> None:
    assert CLASSIFICATION.is_in_force(None)
    assert CLASSIFICATION.is_in_force(date(2026, 1, 5))
    assert not CLASSIFICATION.is_in_force(date(2026, 1, 6))
