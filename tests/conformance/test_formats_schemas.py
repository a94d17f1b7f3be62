"""The published schemas, installed as a user would: what they say of the samples, and of what we write."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cdg62_connect.formats import (
    ActeMetier,
    DateClassification,
    Echange,
    EnveloppeAller,
    MessageCode,
    Referent,
    SchemaStore,
    build_actes_message,
)
from cdg62_connect.simulator.iparapheur.xades import sign_xades
from cdg62_connect.simulator.pki import TestAuthority
from conformance.reference_data import ABSENT, data, samples
from support.pes_samples import pes

pytestmark = pytest.mark.skipif(not samples(), reason=ABSENT)

FIXTURES = Path(__file__).parents[2] / "fixtures"
BASE, TYPOLOGIE, MERGED, PES = "1.1-base", "1.1-typologie", "1.1-fondu", "5.17"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SchemaStore:
    folder = data()
    assert folder is not None
    store = SchemaStore(tmp_path_factory.mktemp("schemas"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        for version, source in (
            (BASE, "actes/v1.1-base"),
            (TYPOLOGIE, "actes/v1.1-typologie"),
            (MERGED, "actes/v1.1-merged-derived"),
        ):
            store.add(folder / source, version=version)
        store.add(folder / "pes" / "schemas_pes_v5.17")
    return store


def valid(store: SchemaStore, document: Path | bytes, version: str, tmp_path: Path) -> bool:
    if isinstance(document, bytes):
        path = tmp_path / "document.xml"
        path.write_bytes(document)
    else:
        path = document
    verdict = store.check(path, version=version)
    assert verdict is not None
    assert verdict.version == version
    return verdict.valid


def test_four_sets_stand_side_by_side(store: SchemaStore) -> None:
    assert {one.version: len(one.entries) for one in store.sets()} == {
        BASE: 33, TYPOLOGIE: 34, MERGED: 34, PES: 150
    }  # fmt: skip
    assert [one.unusable for one in store.sets()] == [
        (), (), (), ("PES_V2/RETOUR/NS_CFUComptable/r0/DocumentComptable.xsd",)
    ]  # fmt: skip


NEVER = {"ANO_EACT--214400152--20180925-1.xml", "aracte-faketdt-2013-malformed-sequence.xml"}
"""A nature that the schema has not, and a sequence that no version has."""


def on_paper(content: bytes) -> bool:
    return b"DocumentPapier" in content


@pytest.mark.parametrize(
    "name", [one for one in samples() if one.startswith("actes/") and one.endswith(".xml")]
)
def test_each_set_says_of_an_actes_sample_what_is_known_of_it(
    store: SchemaStore, tmp_path: Path, name: str
) -> None:
    path = samples()[name]
    content, never = path.read_bytes(), path.name in NEVER
    typed, classification = b"TypePJNatureActe" in content, path.name.startswith("classification-")
    said = {version: valid(store, path, version, tmp_path) for version in (BASE, TYPOLOGIE, MERGED)}
    assert said == {
        BASE: not never and not on_paper(content) and not typed,
        TYPOLOGIE: not never and (typed or not classification),
        MERGED: not never,
    }


PES_VALID = {
    "pes-aller-depense-minimal.xml": "",
    "pes-aller-depense-gda-unsigned-anonymised.xml": "",
    "pes-aller-depense-accent-libellecolbud.xml": "",
    "pes-aller-recette-signed-altered.xml": "",
    "pes-acquit-ok-v2.xml": "",
    "pes-acquit-ok-depot.xml": "",
    "pes-retour-HELIOS_SIMU.xml": "",
    "pes-aller-depense-HELIOS_SIMU_unsigned.xml": "PJ",
    "pes-aller-depense-signed-bordereau-sha256.xml": "PJ",
    "pes-aller-depense-signed-bordereau-ordonnateur.xml": "PJ",
    "pes-aller-depense-PESALR1-unsigned-anonymised.xml": "CarteAchatNiveau1",
    "pes-acquit-ko-IDL.xml": "CodCol",
    "pes-acquit-ko-MIX.xml": "CodCol",
    "pes-acquit-ko-SDP.xml": "CodCol",
    "pes-acquit-ko-SEN.xml": "CodCol",
    "pes-acquit-2012-v1-namespace.xml": "NomFic",
}
"""The element at fault, ``""`` for those that are valid."""


@pytest.mark.parametrize("name", [one for one in samples() if one.startswith("helios/")])
def test_the_set_of_the_dgfip_says_of_a_pes_sample_what_is_known_of_it(store: SchemaStore, name: str) -> None:
    path = samples()[name]
    verdict, at_fault = store.check(path), PES_VALID[path.name]
    assert verdict is not None
    assert verdict.version == PES
    assert verdict.valid is not bool(at_fault)
    assert all(f"Element '{at_fault}'" in fault.message and fault.line for fault in verdict.faults)


OURS_INVALID = {"1-2_sequence.xml", "ANO_999.xml", "aller_pj_mal_placee.xml", "acquit_codcol_000.xml"}
"""Those of our own samples that show what comes in spite of the schemas."""


@pytest.mark.parametrize(
    "path", sorted([*FIXTURES.glob("actes/*.xml"), *FIXTURES.glob("pes/*.xml")]), ids=lambda path: path.name
)
def test_our_own_samples_are_valid_unless_they_show_the_contrary(
    store: SchemaStore, tmp_path: Path, path: Path
) -> None:
    version = MERGED if path.parent.name == "actes" and path.name != "totem.xml" else PES
    assert valid(store, path, version, tmp_path) is (path.name not in OURS_INVALID)


ACTE_ID = "062-216209916-20260914-PC62991_26A0012-AI"
ACTE = ActeMetier(
    date=date(2026, 9, 14),
    numero="PC62991_26A0012",
    nature=3,
    matiere="2.2.3.1.1",
    objet="Permis accordé « à l'été » & <à afficher> œ",
    classification=date(2026, 1, 5),
    document=f"99_AI-{ACTE_ID}-1-1_1.pdf",
    annexes=(f"22_PN-{ACTE_ID}-1-1_2.pdf", f"22_DD-{ACTE_ID}-1-1_3.pdf"),
    papier=True,
    precedent="062-216209916-20250403-2025PC014-AI",
)
LETTER = Echange(
    code=MessageCode.AR_LETTRE,
    acte_id=ACTE_ID,
    date_courrier=date(2026, 9, 28),
    documents=(f"{ACTE_ID}-3-4_1.pdf",),
)
BARE = replace(LETTER, documents=())
WRITTEN = {
    "acte": ACTE,
    "acte at its simplest": replace(ACTE, matiere="2.2", annexes=(), papier=False, precedent=""),
    "7-1": DateClassification(code=MessageCode.DEMANDE_CLASSIFICATION, date=date(2025, 1, 6)),
    "7-1 for the first time": DateClassification(code=MessageCode.DEMANDE_CLASSIFICATION, date=None),
    "6-1": Echange(code=MessageCode.ANNULATION, acte_id=ACTE_ID),
    "2-2": replace(LETTER, code=MessageCode.REPONSE_COURRIER),
    "3-2": replace(BARE, code=MessageCode.AR_DEMANDE_PIECES),
    "3-3": replace(LETTER, code=MessageCode.REFUS_PIECES),
    "3-4": replace(
        LETTER, code=MessageCode.PIECES, documents=(f"{ACTE_ID}-3-4_1.pdf", f"{ACTE_ID}-3-4_2.pdf")
    ),
    "4-2": BARE,
    "4-3": replace(LETTER, code=MessageCode.REJET_LETTRE),
    "4-4": replace(LETTER, code=MessageCode.REPONSE_LETTRE),
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("version", [TYPOLOGIE, MERGED])
def test_what_we_write_to_the_ministry_is_valid(
    store: SchemaStore, tmp_path: Path, name: str, version: str
) -> None:
    assert valid(store, build_actes_message(WRITTEN[name]), version, tmp_path)


def test_every_message_that_a_collectivite_writes_is_among_them() -> None:
    codes = {getattr(one, "code", MessageCode.ACTE) for one in WRITTEN.values()}
    assert codes == {code for code in MessageCode if code.sent}


@pytest.mark.parametrize("version", [BASE, TYPOLOGIE, MERGED])
def test_the_envelopes_that_we_write_are_valid(store: SchemaStore, tmp_path: Path, version: str) -> None:
    plain = EnveloppeAller(
        siren="216209916",
        departement="02A",
        arrondissement="1",
        nature="31",
        retours=("retour@valmont.fr", "autre.boite@sous.valmont.fr"),
        formulaires=(f"{ACTE_ID}-1-1_0.xml", f"{ACTE_ID}-6-1_0.xml"),
    )
    whole = replace(
        plain, referent=Referent(nom="Service <urbanisme>", telephone="0300", email="a@valmont.fr")
    )
    for one in (plain, whole, replace(plain, referent=Referent())):
        assert valid(store, one.build(), version, tmp_path)


@pytest.mark.parametrize("xpath", ["//Bordereau", "."])
@pytest.mark.parametrize("version", ["1.1.1", "1.2.2"])
def test_a_pes_that_the_simulated_parapheur_signs_is_still_valid(
    store: SchemaStore, tmp_path: Path, xpath: str, version: str
) -> None:
    authority = TestAuthority(tmp_path / "ac", start=datetime(2026, 9, 20, tzinfo=UTC))
    source, signed = tmp_path / "pes.xml", tmp_path / "signe.xml"
    source.write_bytes(pes(bordereaux=["1", "2"], pieces=["7"], dematerialise="1"))
    sign_xades(
        source, signed, xpath=xpath, signer=authority.signer("Camille Martin"),
        moment=datetime(2026, 9, 20, tzinfo=UTC), xades=version,
    )  # fmt: skip
    assert valid(store, signed, PES, tmp_path)
