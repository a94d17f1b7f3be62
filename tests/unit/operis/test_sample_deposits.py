"""The sample deposits shipped with the project are what they claim to be."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from cdg62_connect.operis import DepositRefused, read_lot
from cdg62_connect.simulator import population

FIXTURES = Path(__file__).parents[3] / "fixtures"
PES = {
    "216209916M0041_PES_20260916T083000_01": (True, "//Bordereau"),
    "216209916M0042_PES_20260916T090000_01": (True, "//Bordereau"),
    "216209916T0012_PES_20260916T084500_01": (False, "//Bordereau"),
}
MALFORMED = "PC0629912600033_ARR_ACCORD_20261019T111500_01"
GOOD = {
    "PC0629912600012_ARR_ACCORD_20260914T093000_01": (True, True, ["22_PN", "22_NE"], []),
    "PC0629922600007_ARR_REFUS_20260921T141500_01": (True, True, [], []),
    "PC0629912600021_PIECES_20261005T101000_01": (True, False, [], []),
    "DP0629922600031_DP_NON_OPPO_20261012T160500_01": (True, True, ["22_PN"], ["TITRE_RECODE"]),
}


@pytest.fixture
def read(world):
    settings = world.settings(world.valmont, world.sainte_aldegonde)
    return lambda lot: read_lot(FIXTURES / "depots" / lot, lot=lot, settings=settings, now=world.now)


def test_there_are_these_samples_and_no_other():
    assert {p.name for p in (FIXTURES / "depots").iterdir()} == {*GOOD, *PES, MALFORMED}


@pytest.mark.parametrize("lot", PES)
def test_a_sample_of_a_pes_passes_every_check(read, lot):
    deposit = read(lot)
    assert (deposit.signer, deposit.pes.signature_xpath) == PES[lot]
    assert lot.startswith(f"{deposit.authority.siren}{deposit.manifest.id_externe}_PES_")
    assert deposit.warnings == ()


@pytest.mark.parametrize("lot", GOOD)
def test_a_good_sample_passes_every_check(read, lot):
    deposit = read(lot)
    signer, transmettre, pieces, warnings = GOOD[lot]
    assert (deposit.signer, deposit.transmettre) == (signer, transmettre)
    assert [a.type_piece for a in deposit.annexes] == pieces
    assert [w.code for w in deposit.warnings] == warnings


def test_the_malformed_sample_shows_many_faults_at_once(read):
    with pytest.raises(DepositRefused) as refused:
        read(MALFORMED)
    assert {str(e.code) for e in refused.value.report.erreurs} >= {
        "CHAMP_MANQUANT", "CHAMP_INVALIDE", "CHAMP_INTERDIT", "NUMERO_DOSSIER", "INSEE_INCOHERENT",
        "SIREN_INVALIDE", "NATURE", "NUMERO_ACTE_LONG", "DATE_ACTE", "DATE_LIMITE", "EMPREINTE",
        "CHEMIN_INTERDIT", "FICHIER_ABSENT", "FICHIER_NON_DECLARE",
    }  # fmt: skip


def test_the_authorities_are_those_of_the_simulator(read):
    found = {read(lot).authority.siren: read(lot).dossier.insee for lot in GOOD}
    assert found == {c.siren: c.insee for c in (population.VALMONT, population.SAINTE_ALDEGONDE)}


@pytest.fixture
def rebuild(monkeypatch, tmp_path):
    """Runs the script that makes the samples, into a folder of its own."""
    spec = importlib.util.spec_from_file_location("fabriquer", FIXTURES / "fabriquer.py")
    fabriquer = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "fabriquer", fabriquer)
    spec.loader.exec_module(fabriquer)

    def run(name):
        monkeypatch.setattr(fabriquer, "DEPOTS", tmp_path / name)
        fabriquer.main()
        return {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*.*")}

    return run


def test_rebuilding_the_samples_gives_the_same_bytes_each_time(rebuild):
    assert rebuild("un") == rebuild("deux")


def test_the_samples_are_those_that_the_script_makes(rebuild):
    shipped = {
        str(p.relative_to(FIXTURES / "depots")): p.read_bytes() for p in (FIXTURES / "depots").rglob("*.*")
    }
    made = rebuild("un")
    assert made.keys() == shipped.keys()
    for name in made:
        if name.endswith(".json"):  # the PDF bytes depend on the version of the library that writes them
            assert _without_digests(json.loads(made[name])) == _without_digests(json.loads(shipped[name]))


def _without_digests(node):
    if isinstance(node, dict):
        return {key: _without_digests(value) for key, value in node.items() if key != "sha256"}
    return [_without_digests(value) for value in node] if isinstance(node, list) else node
