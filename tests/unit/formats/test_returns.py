"""What the préfecture answers: acknowledgements and refusals."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import AnomalieActe, ArActe, Classification

NAMESPACE = "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"

RECEIVED = """<actes:ActeRecu actes:Date="2025-05-14" actes:NumeroInterne="PC0620412400123" actes:CodeNatureActe="3">
  <actes:CodeMatiere1 actes:CodeMatiere="2"/>
  <actes:CodeMatiere2 actes:CodeMatiere="2"/>
  <actes:Objet>Arrêté accordant un permis</actes:Objet>
 </actes:ActeRecu>"""

AR = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<actes:ARActe xmlns:actes="{NAMESPACE}" actes:DateReception="2025-05-15"
 actes:IDActe="062-216200410-20250514-PC0620412400123-AI">
 {RECEIVED}
 <actes:ClassificationDateVersionEnCours>2024-02-01</actes:ClassificationDateVersionEnCours>
</actes:ARActe>"""

ANOMALY = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<actes:AnomalieActe xmlns:actes="{NAMESPACE}">
 <actes:Date>2025-05-15</actes:Date>
 <actes:Nature>002</actes:Nature>
 <actes:Detail>ODT-VERIF-01 : la classification n'est
   pas à jour</actes:Detail>
 {RECEIVED}
 <actes:ClassificationDateVersionEnCours>2025-05-01</actes:ClassificationDateVersionEnCours>
</actes:AnomalieActe>"""

SIMULATED_2013 = f"""<?xml version="1.0" encoding="windows-1252"?>
<actes:ARActe xmlns:actes="{NAMESPACE}" actes:DateReception="2013-07-02"
 actes:IDActe="062-216200410-20130701-20130701B-AI">
 {RECEIVED.replace("ActeRecu", "Acte").replace("PC0620412400123", "20130701B")}
 <actes:ClassificationDateVersionEnCours/>
 {RECEIVED.replace("PC0620412400123", "20130701B")}
 <actes:ClassificationDateVersionEnCours>2008-12-31</actes:ClassificationDateVersionEnCours>
 {RECEIVED.replace("PC0620412400123", "20130701B")}
</actes:ARActe>"""

EXPECTED = ArActe(
    acte_id="062-216200410-20250514-PC0620412400123-AI",
    date_reception=date(2025, 5, 15),
    numero="PC0620412400123",
    date_acte=date(2025, 5, 14),
    code_nature=3,
    classification_en_cours=date(2024, 2, 1),
)


@pytest.mark.parametrize(
    "document",
    [
        AR.encode("iso-8859-1"),
        AR.encode("utf-8"),
        AR.replace("ISO-8859-1", "UTF-8").encode("utf-8-sig"),
        AR.replace("ISO-8859-1", "UTF-8").encode("cp1252"),
        AR.replace("ISO-8859-1", "windows-1252").replace("Arrêté", "L’arrêté").encode("cp1252"),
        AR.split("\n", 1)[1].encode("iso-8859-1"),
        AR.replace(' encoding="ISO-8859-1"', "").encode("utf-8"),
        AR.replace("actes:", "ns2:").replace("xmlns:actes", "xmlns:ns2").encode("utf-8"),
        AR.replace('"2025-05-15"', '"2025-05-15+02:00"').encode("utf-8"),
        AR.encode("utf-16"),
    ],
    ids=[
        "ISO-8859-1",
        "really UTF-8",
        "UTF-8 with BOM",
        "wrongly UTF-8",
        "windows-1252",
        "no declaration",
        "declaration without encoding",
        "another prefix",
        "date with time zone",
        "UTF-16 with a BOM",
    ],
)
def test_an_acknowledgement_is_read_as_platforms_give_it(document: bytes) -> None:
    assert ArActe.read(document) == EXPECTED


def test_the_simulated_acknowledgements_of_2013_are_read_in_spite_of_their_disorder() -> None:
    read = ArActe.read(SIMULATED_2013.encode("cp1252"))
    assert read.acte_id == "062-216200410-20130701-20130701B-AI"
    assert read.date_reception == date(2013, 7, 2)
    assert read.numero == "20130701B"
    assert read.classification_en_cours == date(2008, 12, 31)


def test_the_roots_attributes_are_enough() -> None:
    bare = f'<ARActe xmlns:a="{NAMESPACE}" a:IDActe="062-216200410-20250514-A-B-AI" a:DateReception="2025-05-15"/>'
    read = ArActe.read(bare.encode())
    assert (read.numero, read.date_acte, read.code_nature, read.classification_en_cours) == (
        "A-B",
        None,
        None,
        None,
    )


def test_an_identifier_of_another_form_is_kept_as_it_is() -> None:
    read = ArActe.read(b'<ARActe IDActe="autre chose" DateReception="2025-05-15"/>')
    assert (read.acte_id, read.numero) == ("autre chose", "")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html></html>",
        ANOMALY.encode("iso-8859-1"),
        AR.replace("IDActe", "Autre").encode("iso-8859-1"),
        AR.replace("2025-05-15", "").encode("iso-8859-1"),
        AR.replace("2025-05-15", "2025-02-30").encode("iso-8859-1"),
        AR.encode("iso-8859-1")[:-30],
    ],
)
def test_what_is_not_an_acknowledgement_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidFile) as refused:
        ArActe.read(document)
    assert refused.value.code == "AR_ILLISIBLE"


def test_a_refusal_is_read() -> None:
    assert AnomalieActe.read(ANOMALY.encode("iso-8859-1")) == AnomalieActe(
        date=date(2025, 5, 15),
        nature="002",
        detail="ODT-VERIF-01 : la classification n'est pas à jour",
        numero="PC0620412400123",
        classification_en_cours=date(2025, 5, 1),
    )


def test_a_refused_envelope_is_read_too() -> None:
    read = AnomalieActe.read(
        b"<AnomalieEnveloppe><Date>hier</Date><Nature>999</Nature><EnveloppeRecue/></AnomalieEnveloppe>"
    )
    assert (read.date, read.nature, read.detail, read.numero) == (None, "999", "", "")


@pytest.mark.parametrize(
    "document", [b"", AR.encode("iso-8859-1"), b"<AnomalieActe><Date>2025-05-15</Date></AnomalieActe>"]
)
def test_what_is_not_a_refusal_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidFile) as refused:
        AnomalieActe.read(document)
    assert refused.value.code == "ANOMALIE_ILLISIBLE"


CLASSIFICATION = f"""<a:RetourClassification xmlns:a="{NAMESPACE}">
<a:DateClassification>2024-02-01</a:DateClassification>
<a:NaturesActes><a:NatureActe a:CodeNatureActe="3" a:Libelle="é" a:TypeAbrege="AI">
<a:TypePJNatureActe a:CodeTypePJ="99_AI" a:Libelle="Acte"/></a:NatureActe></a:NaturesActes>
<a:Matieres><a:Matiere1 a:CodeMatiere="2" a:Libelle="U">
<a:Matiere2 a:CodeMatiere="2" a:Libelle="D"/></a:Matiere1></a:Matieres>
</a:RetourClassification>"""

FRAGMENTS = [
    b"<", b">", b"&", b'"', b"<!DOCTYPE a>", b"<!ENTITY a 'b'>", b"&#0;", b"&#x10FFFF;", b"&lt;", b"<!--", b"]]>",
    b"<![CDATA[", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"xmlns:actes=''", b"<a>" * 120, b"9" * 5000,
    b'<?xml version="1.0" encoding="utf-16"?>', b"<?xml version='1.1'?>", b"--", b"\xed\xa0\x80", b"-0", b"\xd9\xa2",
]  # fmt: skip


@pytest.mark.parametrize(
    ("reader", "document"),
    [(ArActe, AR), (AnomalieActe, ANOMALY), (Classification, CLASSIFICATION)],
    ids=["AR", "anomaly", "classification"],
)
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), encoding=st.sampled_from(["iso-8859-1", "utf-8"]))
def test_a_damaged_document_is_read_refused_or_put_aside_and_nothing_else(
    reader: type[ArActe | AnomalieActe | Classification], document: str, seed: int, encoding: str
) -> None:
    chance = random.Random(seed)
    damaged = bytearray(document.encode(encoding))
    for _ in range(20):
        place, length = chance.randrange(len(damaged) + 1), chance.choice([0, 0, 1, 2, 30])
        damaged[place : place + length] = chance.choice([*FRAGMENTS, b"", chance.randbytes(1)])
        try:
            reader.read(bytes(damaged))
        except (InvalidFile, HostileInput):
            damaged = bytearray(document.encode(encoding)) if chance.random() < 0.7 else damaged
