from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import (
    ActeFileName,
    ActeId,
    ActeMetier,
    AnomalieActe,
    ArActe,
    DateClassification,
    Echange,
    EnvelopeName,
    EnveloppeAller,
    EnveloppeRetour,
    MessageCode,
    Nature,
    Referent,
    acte_file_name,
    build_actes_message,
    read_actes_message,
    read_enveloppe,
    read_xml,
)

FIXTURES = Path(__file__).parents[3] / "fixtures" / "actes"
ACTE = ActeId.parse("062-216209916-20260914-PC62991_26A0012-AI")
LETTER = date(2026, 9, 28)


def sample(name: str) -> bytes:
    return (FIXTURES / f"{name}.xml").read_bytes()


@pytest.mark.parametrize("code", [one for one in MessageCode if one is not MessageCode.CLASSIFICATION])
def test_every_message_is_known_by_its_root_and_about_its_act(code: MessageCode) -> None:
    read = read_actes_message(sample(code.code))
    match read:
        case Echange():
            assert (read.code, read.acte_id) == (code, str(ACTE))
        case ArActe():
            assert (code, read.acte_id) == (MessageCode.AR_ACTE, str(ACTE))
        case ActeMetier():
            assert (code, read.numero) == (MessageCode.ACTE, ACTE.numero)
        case AnomalieActe():
            assert (code, read.nature) == (MessageCode.ANOMALIE, "002")
        case DateClassification():
            assert read.code is code
            assert read.date is not None
        case _:
            pytest.fail(f"{code} : {read}")


def test_what_the_prefecture_asks_for_is_told_in_its_words() -> None:
    asked = read_actes_message(sample("3-1"))
    assert isinstance(asked, Echange)
    assert (asked.texte, asked.date_courrier) == ("Le plan de masse manque", LETTER)
    sued = read_actes_message(sample("5-1"))
    assert isinstance(sued, Echange)
    assert (sued.texte, sued.date) == ("Incompétence", date(2026, 11, 2))
    answered = read_actes_message(sample("3-5"))
    assert isinstance(answered, Echange)
    assert (answered.date_courrier, answered.date) == (LETTER, date(2026, 10, 5))


def test_each_letter_has_its_own_answers() -> None:
    assert MessageCode.LETTRE_OBSERVATIONS.answers == (MessageCode.REJET_LETTRE, MessageCode.REPONSE_LETTRE)
    assert MessageCode.DEMANDE_PIECES.answers == (MessageCode.REFUS_PIECES, MessageCode.PIECES)
    assert MessageCode.DEFERE.answers == ()
    assert all(answer.sent for code in MessageCode for answer in code.answers)


@pytest.mark.parametrize("code", [one for one in MessageCode if one.sent])
def test_what_is_built_is_read_again_the_same(code: MessageCode) -> None:
    message = read_actes_message(sample(code.code))
    assert isinstance(message, ActeMetier | Echange | DateClassification)
    built = build_actes_message(message)
    assert built.startswith(b"<?xml version='1.0' encoding='ISO-8859-1'?>")
    assert read_actes_message(built) == message


@given(st.text(max_size=80))
def test_any_objet_is_written_so_that_it_is_read_or_refused(objet: str) -> None:
    message = read_actes_message(sample("1-1"))
    assert isinstance(message, ActeMetier)
    changed = ActeMetier(
        date=message.date, numero=message.numero, nature=3, matiere="2.2", objet=objet,
        classification=message.classification, document="a.pdf", papier=True, precedent=str(ACTE),
    )  # fmt: skip
    try:
        built = build_actes_message(changed)
    except InvalidInput:
        return
    root = read_xml(built, what="L'acte")  # as it is declared: what comes back may lie about its encoding
    said = next(child.text or "" for child in root if child.tag.endswith("}Objet"))
    assert said.splitlines() == objet.splitlines()
    read = read_actes_message(built)
    assert isinstance(read, ActeMetier)
    assert (read.papier, read.precedent, read.annexes) == (True, str(ACTE), ())


@pytest.mark.parametrize(
    "message",
    [
        Echange(code=MessageCode.COURRIER, acte_id=str(ACTE), date_courrier=LETTER, documents=("a.pdf",)),
        Echange(code=MessageCode.REPONSE_COURRIER, acte_id=str(ACTE), documents=("a.pdf",)),
        Echange(code=MessageCode.REPONSE_COURRIER, acte_id=str(ACTE), date_courrier=LETTER),
        Echange(code=MessageCode.REFUS_PIECES, acte_id=str(ACTE), date_courrier=LETTER, documents=("a", "b")),
        Echange(code=MessageCode.PIECES, acte_id=str(ACTE), date_courrier=LETTER),
        Echange(code=MessageCode.AR_LETTRE, acte_id=str(ACTE), date_courrier=LETTER, documents=("a.pdf",)),
        Echange(code=MessageCode.ANNULATION, acte_id=str(ACTE), documents=("a.pdf",)),
        Echange(code=MessageCode.ANNULATION, acte_id="PC 1"),
        DateClassification(code=MessageCode.CLASSIFICATION_INCHANGEE, date=LETTER),
    ],
)
def test_a_message_that_is_not_ours_or_lacks_something_is_not_built(
    message: Echange | DateClassification,
) -> None:
    with pytest.raises(InvalidInput):
        build_actes_message(message)


@pytest.mark.parametrize("matiere", ["2", "2.2.1.1.1.1", "2.x", ""])
def test_an_act_has_two_to_five_levels_of_matiere(matiere: str) -> None:
    message = read_actes_message(sample("1-1"))
    assert isinstance(message, ActeMetier)
    changed = ActeMetier(
        date=message.date, numero=message.numero, nature=3, matiere=matiere, objet="Objet",
        classification=message.classification, document="a.pdf",
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="niveaux"):
        build_actes_message(changed)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "MESSAGE_ILLISIBLE"),
        (b"<a/>", "MESSAGE_ILLISIBLE"),
        (b"<Annulation/>", "MESSAGE_ILLISIBLE"),
        (b"<Acte/>", "ACTE_ILLISIBLE"),
        (b"<ARActe/>", "AR_ILLISIBLE"),
        (b"<AnomalieActe/>", "ANOMALIE_ILLISIBLE"),
        (b"<RetourClassification/>", "CLASSIFICATION_ILLISIBLE"),
    ],
)
def test_what_is_not_a_message_is_refused_by_the_code_of_what_it_claims_to_be(data: bytes, code: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_actes_message(data)
    assert refused.value.code == code


def test_a_message_with_a_dtd_is_hostile() -> None:
    with pytest.raises(HostileInput):
        read_actes_message(b"<!DOCTYPE a>" + sample("6-2").partition(b"?>")[2])


def test_an_unknown_code_is_refused() -> None:
    assert MessageCode.of_code("4-1") is MessageCode.LETTRE_OBSERVATIONS
    with pytest.raises(InvalidInput):
        MessageCode.of_code("8-1")


def test_envelopes_of_both_directions_are_read() -> None:
    sent, returned = (
        read_enveloppe(sample("EACT--216209916--20260914-3")),
        read_enveloppe(sample("EACT--SPREF0621-216209916-20260915-7")),
    )
    assert isinstance(sent, EnveloppeAller)
    assert (sent.siren, sent.departement, sent.arrondissement, sent.nature) == ("216209916", "062", "1", "31")
    assert sent.retours == ("retour@valmont.fr",)
    assert sent.referent == Referent(nom="Service urbanisme", email="actes@valmont.fr")
    assert isinstance(returned, EnveloppeRetour)
    assert (returned.service, returned.departement, returned.siren) == ("SousPref", "062", "216209916")


def test_an_envelope_that_is_built_is_read_again_the_same() -> None:
    sent = read_enveloppe(sample("EACT--216209916--20260914-3"))
    assert isinstance(sent, EnveloppeAller)
    assert read_enveloppe(sent.build()) == sent


@pytest.mark.parametrize(
    "change",
    [
        {"siren": "1"},
        {"departement": "62"},
        {"arrondissement": "12"},
        {"nature": "3"},
        {"retours": ()},
        {"formulaires": ()},
        {"retours": ("retour@valmont.collectivite",)},
        {"retours": ("été@valmont.fr",)},
        {"referent": Referent(email="@")},
    ],
)
def test_an_envelope_that_the_ministry_would_refuse_is_not_built(change: dict[str, object]) -> None:
    right: dict[str, object] = {
        "siren": "216209916", "departement": "062", "arrondissement": "1", "nature": "31",
        "retours": ("a@valmont.fr",), "formulaires": ("a.xml",),
    }  # fmt: skip
    EnveloppeAller(**right).build()  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        EnveloppeAller(**{**right, **change}).build()  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<EnveloppeCLMISILL/>", (FIXTURES / "1-1.xml").read_bytes()])
def test_what_is_not_an_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_enveloppe(data)
    assert refused.value.code == "ENVELOPPE_ILLISIBLE"


def test_a_file_of_an_archive_is_named_after_its_act_and_its_message() -> None:
    name = acte_file_name(ACTE, code=MessageCode.ACTE, rang=1, extension="pdf", piece="99_AI")
    assert name == "99_AI-062-216209916-20260914-PC62991_26A0012-AI-1-1_1.pdf"
    read = ActeFileName.parse(name)
    assert (read.piece, read.numero, read.code, read.rang, read.nature) == (
        "99_AI", "PC62991_26A0012", "1-1", 1, Nature.INDIVIDUEL.abrege
    )  # fmt: skip
    with pytest.raises(InvalidInput):
        acte_file_name(ACTE, code=MessageCode.ACTE, rang=1, piece="99AI")


@pytest.mark.parametrize(
    "name",
    [
        "062-216209916----7-1_0.xml",
        "999-1234----7-2_1.xml",
        "062-216209916-20260914-A-B-C-AI-1-2_5279.xml",
        "02A-216209916-20260914-2026_1-DE-6-1_0.xml",
    ],
)
def test_names_that_really_come_are_read_and_written_the_same(name: str) -> None:
    assert str(ActeFileName.parse(name)) == name


def test_an_envelope_and_its_archive_are_named_after_the_day() -> None:
    name = EnvelopeName(application="EACT", siren="216209916", date=date(2026, 9, 14), rang=3)
    assert str(name) == "EACT--216209916--20260914-3.xml"
    assert name.archive("SLO") == "SLO-EACT--216209916--20260914-3.tar.gz"
    for said in (
        str(name),
        "ANO_EACT--216209916--20260914-3.xml",
        "TACT--SPREF0011-216209916-20260915-7.xml",
    ):
        assert str(EnvelopeName.parse(said)) == said


@pytest.mark.parametrize("name", ["", "a.xml", "EACT--1--20260914-3.xml", "EACT--216209916--20269914-3.xml"])
def test_other_names_are_refused(name: str) -> None:
    for read in (ActeFileName.parse, EnvelopeName.parse):
        with pytest.raises(InvalidInput):
            read(name)
