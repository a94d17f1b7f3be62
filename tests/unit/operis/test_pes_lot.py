"""A lot that carries a PES: a shorter manifest, its own name, and everything that Hélios would refuse told at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.formats import SchemaStore
from cdg62_connect.operis import CheckedPes, DepositRefused, read_lot
from support.pes_samples import ALLER, pes

SIREN = "216209916"
SIRET = "21620991600016"
NAME = f"{SIREN}M0041_PES_20260914T093000_01"


class PesLot:
    """A good lot until somebody changes it."""

    def __init__(self, folder: Path, world: Any) -> None:
        self.folder, self.world = folder, world
        self.name = NAME
        self.content = pes(id_coll=SIRET)
        self.settings = world.settings(world.valmont, world.sainte_aldegonde)
        self.manifest: dict[str, Any] = {
            "version": "cdg62-depot/1",
            "id_depot": NAME,
            "depose_le": "2026-09-14T09:30:00+02:00",
            "emetteur": {"logiciel": "GESTION FINANCIERE"},
            "dossier": {"id_externe": "M0041"},
            "autorite": {"siren": SIREN},
            "document": {"code": "PES", "titre": "Mandats", "fichier": "pes.xml"},
            "circuit": {"signature": False},
            "retour": {"attendu": ["acquit"]},
        }

    def read(self) -> CheckedPes:
        lot = self.folder / self.name
        lot.mkdir(exist_ok=True)
        (lot / self.manifest["document"]["fichier"]).write_bytes(self.content)
        self.manifest["document"]["sha256"] = hashlib.sha256(self.content).hexdigest()
        (lot / "manifeste.json").write_text(json.dumps(self.manifest), "utf-8")
        found = read_lot(lot, lot=self.name, settings=self.settings, now=self.world.now)
        assert isinstance(found, CheckedPes)
        return found

    def errors(self) -> set[tuple[str, str]]:
        with pytest.raises(DepositRefused) as refused:
            self.read()
        return {(str(one.code), one.champ) for one in refused.value.report.erreurs}


@pytest.fixture
def lot(tmp_path: Path, world: Any) -> PesLot:
    return PesLot(tmp_path, world)


def test_a_pes_needs_neither_commune_nor_dossier_nor_legality(lot: PesLot) -> None:
    found = lot.read()
    assert (found.numero, found.manifest.id_externe, found.authority.siren) == (
        f"{SIREN}M0041",
        "M0041",
        SIREN,
    )
    assert (found.signer, found.sous_type, found.pes.header.id_coll) == (False, None, SIRET)


@pytest.mark.parametrize("key", ["commune", "legalite", "annexes"])
def test_what_is_of_urbanisme_has_no_place_there(lot: PesLot, key: str) -> None:
    lot.manifest[key] = [{}] if key == "annexes" else {"insee": "62991"}
    assert lot.errors() == {("CHAMP_INVALIDE", key)}


def test_the_siren_is_required_and_known(lot: PesLot) -> None:
    del lot.manifest["autorite"]["siren"]
    assert ("CHAMP_MANQUANT", "autorite.siren") in lot.errors()
    lot.manifest["autorite"]["siren"] = "200062990"
    assert ("SIREN_COMMUNE", "autorite.siren") in lot.errors()


def test_the_name_begins_with_the_siren_and_has_the_code(lot: PesLot) -> None:
    lot.name = lot.manifest["id_depot"] = "M0041_PES_20260914T093000_01"
    assert lot.errors() == {("ID_DEPOT_NOM", "lot")}
    lot.name = lot.manifest["id_depot"] = f"{SIREN}_ARR_ACCORD_20260914T093000_01"
    assert lot.errors() == {("ID_DEPOT_NOM", "lot")}


def test_the_document_is_an_xml_file(lot: PesLot) -> None:
    lot.manifest["document"]["fichier"] = "pes.pdf"
    assert lot.errors() == {("PES_A_CORRIGER", "document.fichier")}


def test_every_anomaly_of_the_pes_is_told_under_its_own_name(lot: PesLot) -> None:
    lot.content = pes(id_coll=SIRET, cod_col="000", id_post="1", bordereaux=("1", "1"))
    champs = {champ for _, champ in lot.errors()}
    assert {"pes.CODCOL", "pes.IDPOST", "pes.DOUBLON_BORDEREAU", "pes.ID"} <= champs


def test_a_pes_of_another_collectivite_is_not_sent_under_this_one(lot: PesLot) -> None:
    lot.content = pes(id_coll="21620992400019")
    assert ("PES_A_CORRIGER", "pes.BUDGET") in lot.errors()


def test_the_budgets_of_the_configuration_are_the_only_ones_once_they_are_given(
    lot: PesLot, world: Any
) -> None:
    valmont = {**world.valmont, "helios": {"budgets": {"21620992400019": "124"}}}
    lot.settings = world.settings(valmont)
    assert ("PES_A_CORRIGER", "pes.BUDGET") in lot.errors()
    lot.content = pes(id_coll="21620992400019", cod_col="124")
    assert lot.read().pes.header.cod_col == "124"


def test_a_pes_to_sign_announces_it_and_has_a_circuit(lot: PesLot, world: Any) -> None:
    lot.manifest["circuit"]["signature"] = True
    assert lot.errors() == {("PES_A_CORRIGER", "pes.SIGNATURE")}
    lot.content = pes(id_coll=SIRET, dematerialise="1")
    assert lot.read().sous_type == "Bordereau"
    lot.settings = world.settings(
        world.authority("Valmont", SIREN, ["62991"], sous_types={"defaut": "Arrete"})
    )
    assert lot.errors() == {("CIRCUIT_INCONNU", "circuit.sous_type")}


def test_a_pes_that_announces_a_signature_and_goes_without_is_to_be_corrected(lot: PesLot) -> None:
    lot.content = pes(id_coll=SIRET, dematerialise="1")
    assert lot.errors() == {("PES_A_CORRIGER", "pes.SIGNATURE")}


def test_a_broken_signature_is_told_before_anything_leaves(lot: PesLot) -> None:
    forged = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S"/>'
    lot.content = pes(id_coll=SIRET, dematerialise="1", after=forged)
    assert lot.errors() == {("PES_A_CORRIGER", "pes.SIGNATURE")}


def test_the_schemas_that_the_administrator_installed_are_applied(lot: PesLot, tmp_path: Path) -> None:
    published = tmp_path / "schemas_pes_v5.17"
    published.mkdir()
    (published / "aller.xsd").write_text(
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{ALLER}">'
        '<xs:element name="PES_Aller"><xs:complexType><xs:sequence><xs:element name="Enveloppe"/></xs:sequence>'
        '<xs:attribute name="Id"/></xs:complexType></xs:element></xs:schema>'
    )
    journal = lot.settings.journal.model_copy(update={"folder": tmp_path / "journal"})
    lot.settings = lot.settings.model_copy(update={"journal": journal})
    assert lot.read()
    SchemaStore(tmp_path / "journal" / "schemas").add(published)
    assert lot.errors() == {("PES_A_CORRIGER", "pes.SCHEMA")}


def test_a_hostile_pes_is_to_be_corrected_and_harms_nobody(lot: PesLot) -> None:
    lot.content = b'<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert ("PES_A_CORRIGER", "pes.FICHIER") in lot.errors()
