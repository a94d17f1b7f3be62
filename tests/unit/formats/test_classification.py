from __future__ import annotations

from datetime import date

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import Classification, Nature

CLASSIFICATION = """<?xml version="1.0" encoding="ISO-8859-1"?>
<ctes:RetourClassification xmlns:ctes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216">
 <ctes:DateClassification>2024-02-01</ctes:DateClassification>
 <ctes:NaturesActes>
  <ctes:NatureActe ctes:CodeNatureActe="3" ctes:Libelle="Arrêtés individuels" ctes:TypeAbrege="AI">
   <ctes:TypePJNatureActe ctes:CodeTypePJ="99_AI" ctes:Libelle="Acte individuel"/>
   <ctes:TypePJNatureActe ctes:CodeTypePJ="22_PN" ctes:Libelle="Plans"/>
  </ctes:NatureActe>
  <ctes:NatureActe ctes:CodeNatureActe="1" ctes:Libelle="Délibérations" ctes:TypeAbrege="DE"/>
  <ctes:NatureActe ctes:CodeNatureActe="" ctes:Libelle="rien"/>
 </ctes:NaturesActes>
 <ctes:Matieres>
  <ctes:Matiere1 ctes:CodeMatiere="7" ctes:Libelle="Finances locales">
   <ctes:Matiere2 ctes:CodeMatiere="1" ctes:Libelle="Décisions budgétaires"/>
   <ctes:Matiere2 ctes:CodeMatiere="10" ctes:Libelle="Divers"/>
   <ctes:Matiere2 ctes:CodeMatiere="2" ctes:Libelle="Fiscalité"/>
  </ctes:Matiere1>
  <ctes:Matiere1 ctes:CodeMatiere="2" ctes:Libelle="Urbanisme">
   <ctes:Matiere2 ctes:CodeMatiere="2" ctes:Libelle="Droit des sols">
    <ctes:Matiere3 ctes:CodeMatiere="3" ctes:Libelle="Permis de construire">
     <ctes:Matiere4 ctes:CodeMatiere="1" ctes:Libelle=""/>
    </ctes:Matiere3>
   </ctes:Matiere2>
  </ctes:Matiere1>
 </ctes:Matieres>
</ctes:RetourClassification>
"""
RAW = CLASSIFICATION.encode("iso-8859-1")


def test_the_version_the_natures_and_their_pieces_are_read() -> None:
    read = Classification.read(RAW)
    assert read.date == date(2024, 2, 1)
    assert list(read.natures) == [1, 3]
    assert read.natures[3].abrege == "AI"
    assert read.natures[3].libelle == "Arrêtés individuels"
    assert dict(read.natures[3].pieces) == {"99_AI": "Acte individuel", "22_PN": "Plans"}


def test_the_matieres_come_as_dotted_codes_in_numerical_order() -> None:
    read = Classification.read(RAW)
    assert list(read.matieres) == ["2", "2.2", "2.2.3", "2.2.3.1", "7", "7.1", "7.2", "7.10"]
    assert read.libelle("2.2.3") == "Permis de construire"


def test_a_blank_label_is_not_an_absent_code() -> None:
    read = Classification.read(RAW)
    assert read.libelle("2.2.3.1") == ""
    assert read.libelle("2.2.4") is None


def test_a_piece_is_allowed_for_the_natures_that_list_it() -> None:
    read = Classification.read(RAW)
    assert read.allows_piece(Nature.INDIVIDUEL, "22_PN")
    assert read.allows_piece(3, "99_AI")
    assert not read.allows_piece(3, "22_NE")
    assert not read.allows_piece(Nature.DELIBERATION, "22_PN")
    assert not read.allows_piece(9, "22_PN")


def test_two_classifications_are_equal_when_their_bytes_are() -> None:
    assert Classification.read(RAW) == Classification.read(RAW)
    assert hash(Classification.read(RAW)) == hash(Classification.read(RAW))
    assert Classification.read(RAW) != Classification.read(RAW + b"\n")
    assert Classification.read(RAW).raw == RAW


@pytest.mark.parametrize(
    "document",
    [
        CLASSIFICATION.replace("ISO-8859-1", "UTF-8").encode("iso-8859-1"),
        CLASSIFICATION.encode("utf-8"),
        CLASSIFICATION.split("\n", 1)[1].encode("cp1252"),
        CLASSIFICATION.replace("<ctes:", "<").replace("</ctes:", "</").replace("xmlns:ctes", "xmlns")
        .replace("ctes:", "").encode("iso-8859-1"),
        CLASSIFICATION.replace("ctes:", "ns1:").replace("xmlns:ctes", "xmlns:ns1").encode("iso-8859-1"),
    ],
    ids=["declared UTF-8", "declared Latin-1", "undeclared", "no prefix", "another prefix"],
)  # fmt: skip
def test_prefixes_and_wrong_declarations_do_not_matter(document: bytes) -> None:
    read = Classification.read(document)
    assert read.natures[1].libelle == "Délibérations"
    assert read.libelle("7.2") == "Fiscalité"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"KO\nErreur",
        RAW.replace(b"RetourClassification", b"ARActe"),
        RAW.replace(b"2024-02-01", b"hier"),
        RAW.replace(b"2024-02-01", b"2024-02-31"),
        RAW[:-40],
    ],
)
def test_what_is_not_a_classification_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidFile) as refused:
        Classification.read(document)
    assert refused.value.code == "CLASSIFICATION_ILLISIBLE"


def test_a_classification_with_a_dtd_is_put_aside() -> None:
    with pytest.raises(HostileInput):
        Classification.read(b"<!DOCTYPE a>" + RAW.split(b"\n", 1)[1])
