from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput
from cdg62_connect.formats import Finding, PesStage, SchemaStore, check_pes, pes_content

FIXTURES = Path(__file__).parents[3] / "fixtures" / "pes"

Check = Callable[..., list[str]]


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [f"{'!' if one.is_error else '?'}{one.code}" for one in found]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """What is found in a sample once some of its text has been replaced."""

    def of(name: str, *changes: tuple[str, str], **options: object) -> list[str]:
        text = (FIXTURES / f"{name}.xml").read_text("iso-8859-1")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "pes.xml"
        path.write_bytes(text.encode("iso-8859-1"))
        found = check_pes(path, **options)  # type: ignore[arg-type]
        assert all(one.message for one in found)
        return codes(found)

    return of


@pytest.mark.parametrize("name", ["aller_depense", "aller_recette", "aller_pj"])
def test_a_sound_file_has_no_finding(check: Check, name: str) -> None:
    assert check(name, today=date(2026, 9, 20)) == []


def test_a_file_to_be_signed_is_sound_before_its_circuit_and_not_before_its_sending(check: Check) -> None:
    assert check("aller_a_signer", stage=PesStage.BEFORE_SIGNATURE) == []
    assert check("aller_a_signer") == ["!SIGNATURE"]


def test_a_file_that_does_not_announce_its_signature_is_told_before_it_is_signed(check: Check) -> None:
    assert check("aller_depense", stage=PesStage.BEFORE_SIGNATURE) == ["?SIGNATURE"]


SIGNATURE = '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#" Id="{}"/>'


def test_signatures_and_their_announcement_agree(check: Check) -> None:
    every = ("</Bordereau>", SIGNATURE.format("S1") + "</Bordereau>")
    whole = ("</n:PES_Aller>", SIGNATURE.format("S1") + "</n:PES_Aller>")
    only_one = (
        '</Bordereau>\n<Bordereau Id="BORD59">',
        SIGNATURE.format("S1") + '</Bordereau>\n<Bordereau Id="BORD59">',
    )
    assert check("aller_depense", every) == ["!SIGNATURE"]
    assert check("aller_a_signer", whole) == []
    assert check("aller_a_signer", only_one) == ["!SIGNATURE"]
    nameless = ("</n:PES_Aller>", SIGNATURE.replace(' Id="{}"', "") + "</n:PES_Aller>")
    assert check("aller_a_signer", nameless) == ["!SIGNATURE"]


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"siret": "21620991600016", "id_post": "062099", "cod_col": "123", "cod_bud": "00"}, []),
        ({"siret": "21620991600024"}, ["!IDCOLL"]),
        ({"id_post": "062098"}, ["!IDPOST"]),
        ({"cod_col": "124"}, ["!CODCOL"]),
        ({"cod_bud": "01"}, ["!CODBUD"]),
    ],
)
def test_the_header_is_that_of_the_budget_when_it_is_known(
    check: Check, known: dict[str, str], code: list[str]
) -> None:
    assert check("aller_depense", **known) == code


def test_another_encoding_under_the_declaration_of_latin_1_is_told(check: Check, tmp_path: Path) -> None:
    assert check("aller_depense", ("Réfection", "L\x92\x9cuvre")) == ["?ENCODAGE"]
    assert check("aller_depense", ("Réfection", "Été".encode().decode("latin-1"))) == ["?ENCODAGE"]


FLUX_XSD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'targetNamespace="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"><xs:element name="PES_Aller">'
    '<xs:complexType><xs:sequence><xs:element name="Enveloppe"/></xs:sequence></xs:complexType></xs:element>'
    "</xs:schema>"
)


def test_the_schemas_installed_have_their_say(check: Check, tmp_path: Path) -> None:
    store = SchemaStore(tmp_path / "schemas")
    assert check("aller_depense", schemas=store) == []
    (tmp_path / "v5.1").mkdir()
    (tmp_path / "v5.1" / "aller.xsd").write_text(FLUX_XSD)
    store.add(tmp_path / "v5.1")
    assert set(check("aller_depense", schemas=store)) == {"!SCHEMA"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('encoding="ISO-8859-1"', 'encoding="UTF-8"', "!ENCODAGE"),
        ('<?xml version="1.0"', '<?xml version="1.0"' + " " * 40, "!ENCODAGE"),
        ('<NomFic V="VALMONT_DEP_2026_0057"/>', "", "!NOMFIC"),
        ("VALMONT_DEP_2026_0057", "V" * 101, "!NOMFIC"),
        ('<Version V="2"/>', '<Version V="1"/>', "!VERSION"),
        ("PESALR2", "PESALR9", "?TYPFIC"),
        ('DteStr V="2026-09-14"', 'DteStr V="14/09/2026"', "!DTESTR"),
        ('DteStr V="2026-09-14"', 'DteStr V="2027-09-14"', "?DTESTR"),
        ("062099", "0620991", "!IDPOST"),
        ('CodCol V="123"', 'CodCol V="000"', "!CODCOL"),
        ('CodBud V="00"', 'CodBud V="0A"', "!CODBUD"),
        ('IdColl V="2162', 'IdColl V="9162', "?IDCOLL"),
        ('IdColl V="', 'IdColl V="00', "!IDCOLL"),
        ('Exer V="2026"', 'Exer V="26"', "!EXERCICE"),
        ('IdBord V="57"', 'IdBord V="0"', "!IDBORD"),
        ('IdBord V="57"', 'IdBord V="12345678"', "!IDBORD"),
        ('TypBord V="01"', 'TypBord V="04"', "!TYPBORD"),
        ('DteBordEm V="2026-09-14"', 'DteBordEm V="2026-02-30"', "!DTEBORDEM"),
        ('NbrPce V="2"', 'NbrPce V="3"', "!NBRPCE"),
        ('MtBordHT V="1200.00"', 'MtBordHT V="1200,00"', "!MTBORD"),
        ('MtBordHT V="1200.00"', 'MtBordHT V="1300.00"', "?MTBORD"),
        ('<MtTVA V="200.00"/>', "", "!TVA"),
        ('IdPce V="833"', 'IdPce V="832"', "!DOUBLON_PIECE"),
        ('IdLigne V="2"', 'IdLigne V="1"', "!DOUBLON_LIGNE"),
        ('Id="PES1"', 'Id="1PES"', "!ID"),
        ('Id="PES1"', 'Id="BORD57"', "!ID"),
        ('NomPJ V="facture.pdf"/><TypePJ', 'NomPJ V="facture"/><TypePJ', "!PJ_NOM"),
        ('TypePJ V="003"', 'TypePJ V="099"', "!PJ_TYPE"),
        ('TypePJ V="003"', 'TypePJ V="012"', "!PJ_TYPE"),
        ("H4sI", "SDRz", "!PJ_CONTENU"),
        ("H4sI", "H4s*", "!PJ_CONTENU"),
        (' MIMEType="application/pdf"', "", "!PJ_MIME"),
        ('<Description V="Facture"/>', "", "!PJ_DESCRIPTION"),
        ("FAC2026000833", "FAC_2026_833", "!PJ_IDUNIQUE"),
        ('<IdUnique V="FAC2026000833"/><NomPJ V="facture.pdf"/></PJRef>',
         '<IdUnique V="FAC2026000899"/><NomPJ V="facture.pdf"/></PJRef>', "?PJ_ABSENTE"),
        ('<PJRef><Support V="01"/><IdUnique V="FAC2026000833"/>',
         '<PJRef><Support V="02"/><IdUnique V="FAC2026000833"/>', "!PJ_SUPPORT"),
        ("</n:PES_Aller>", "<PJ/></n:PES_Aller>", "!PJ_MAL_PLACEE"),
        ("</n:PES_Aller>", "</n:PES_Alle>", "!XML_ILLISIBLE"),
    ],
)  # fmt: skip
def test_each_cause_of_refusal_is_found(check: Check, old: str, new: str, code: str) -> None:
    found = check("aller_depense", (old, new), today=date(2026, 9, 20))
    assert code in found


def test_the_cumulative_amount_is_wanted_when_dematerialised(check: Check) -> None:
    without = ('<MtCumulAnnuel V="48250.75"/>', "")
    assert check("aller_depense", without) == []
    assert check("aller_a_signer", without, stage=PesStage.BEFORE_SIGNATURE) == ["!MTCUMULANNUEL"] * 2


def test_two_bordereaux_of_one_number_and_type_are_one_too_many(check: Check) -> None:
    found = check("aller_a_signer", ('IdBord V="59"', 'IdBord V="58"'), stage=PesStage.BEFORE_SIGNATURE)
    assert found == ["!DOUBLON_BORDEREAU"]


def test_a_justificatif_sent_twice_in_one_file_is_found(check: Check) -> None:
    assert "!DOUBLON_PJ" in check("aller_depense", ("FAC2026000833", "FAC2026000832"))


def test_bordereaux_that_cannot_be_signed_are_found_before_the_circuit(check: Check) -> None:
    changes = ((' Id="BORD58"', ""), (' Id="PES1"', ""))
    assert check("aller_a_signer", *changes, stage=PesStage.BEFORE_SIGNATURE) == ["!ID"]


def test_the_siret_of_another_budget_is_found(check: Check) -> None:
    assert check("aller_depense", siret="21620992400014") == ["!IDCOLL"]


def test_an_empty_flow_would_never_be_answered(tmp_path: Path) -> None:
    text = (FIXTURES / "aller_depense.xml").read_text("iso-8859-1")
    start, end = text.index("<PES_DepenseAller>"), text.index("</n:PES_Aller>")
    path = tmp_path / "pes.xml"
    path.write_bytes((text[:start] + text[end:]).encode("iso-8859-1"))
    assert codes(check_pes(path)) == ["!FLUX_VIDE"]


def test_a_file_above_the_limit_is_found(check: Check) -> None:
    assert check("aller_depense", limit=1_000) == ["!TAILLE"]


def test_of_one_anomaly_repeated_the_first_ones_are_told_and_the_others_counted(tmp_path: Path) -> None:
    text = (FIXTURES / "aller_depense.xml").read_text("iso-8859-1")
    piece = text[text.index("<Piece>") : text.index("</Bordereau>")]
    path = tmp_path / "pes.xml"
    path.write_bytes(text.replace(piece, piece * 100).encode("iso-8859-1"))
    found = [one for one in check_pes(path) if one.code == "DOUBLON_PIECE"]
    assert len(found) == 21
    assert "178 autre" in found[-1].message


def test_a_dtd_is_not_a_finding_but_a_refusal(check: Check) -> None:
    with pytest.raises(HostileInput):
        check("aller_depense", ("<n:PES_Aller", "<!DOCTYPE a><n:PES_Aller"))


def test_a_justificatif_that_inflates_without_end_stops_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pes_content, "_LARGEST", 8 << 20)
    squeezer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(10)) + squeezer.flush()
    text = (FIXTURES / "aller_pj.xml").read_text("iso-8859-1")
    start, end = text.index('application/pdf">') + 17, text.index("</Fichier>")
    path = tmp_path / "pes.xml"
    path.write_bytes((text[:start] + base64.b64encode(bomb).decode() + text[end:]).encode("iso-8859-1"))
    assert codes(check_pes(path)) == ["!PJ_CONTENU"]
