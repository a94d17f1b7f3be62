"""A small world: two communes, an EPCI, and lots written as a depositor would."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fpdf import FPDF

from cdg62_connect.operis import CheckedDeposit, DepositRefused, DepositTree, FindingCode, read_lot
from cdg62_connect.settings import DepositMode, Settings

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LOT = "PC0629912600012_ARR_ACCORD_20260914T093000_01"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _pdf(text: str) -> bytes:
    page = FPDF()
    page.set_creation_date(NOW)
    page.add_page()
    page.set_font("Helvetica", size=12)
    page.cell(0, 10, text)
    return bytes(page.output())


ARRETE = _pdf("ARRETE")
PLAN = _pdf("PLAN")


def authority(nom, siren, insee, *, competence="commune", sous_types=None, canal="s2low"):
    return {
        "nom": nom,
        "siren": siren,
        "competence": competence,
        "communes": insee,
        "canal_legalite": canal,
        "parapheur": {
            "identifiant": "ws",
            "mot_de_passe": {"env": "SECRET"},
            "type": "URBANISME",
            "sous_types": {"defaut": "Arrete", "PES": "Bordereau"} if sous_types is None else sous_types,
        },
        "s2low": {"certificat": "client.pem"},
    }


def settings_of(*authorities, max_mebibytes=150, max_files=100):
    return Settings.model_validate(
        {
            "version": 1,
            "depot": {"racine": "depot", "taille_max_mio": max_mebibytes, "fichiers_max": max_files},
            "journal": {"dossier": "journal"},
            "plateformes": {
                "iparapheur": {"environnement": "simulateur", "url": "http://127.0.0.1:1"},
                "s2low": {"environnement": "simulateur", "url": "http://127.0.0.1:2"},
            },
            "autorites": list(authorities),
        },
        context={"folder": Path("/nowhere"), "environ": {"SECRET": "x"}},
    )


VALMONT = authority("Valmont-les-Tilleuls", "216209916", ["62991"])
SAINTE_ALDEGONDE = authority("Sainte-Aldegonde-en-Artois", "216209924", ["62992"])
EPCI = authority("Communauté de communes", "200062990", ["62991", "62992"], competence="epci")


class Lot:
    """A lot being written: a valid one until somebody changes something."""

    def __init__(self, folder: Path, name: str = LOT) -> None:
        self.folder = folder
        self.name = name
        self.files = {"arrete.pdf": ARRETE, "plan.pdf": PLAN}
        self.manifest = {
            "version": "cdg62-depot/1",
            "id_depot": name,
            "depose_le": "2026-09-14T09:30:00+02:00",
            "emetteur": {"logiciel": "OPERIS", "version": "", "utilisateur": "instructeur1"},
            "dossier": {"numero": "PC 062 991 26 00012", "type": "PC", "id_externe": "884213"},
            "commune": {"insee": "62991", "nom": "Valmont-les-Tilleuls"},
            "autorite": {"competence": "commune", "siren": "216209916"},
            "document": {
                "code": "ARR_ACCORD",
                "titre": "Arrêté accordant le PC 062 991 26 00012",
                "fichier": "arrete.pdf",
                "sha256": sha256(ARRETE),
            },
            "annexes": [
                {"fichier": "plan.pdf", "sha256": sha256(PLAN), "libelle": "Plan de masse", "piece": "PC2"}
            ],
            "circuit": {"signature": True, "date_limite": "2026-10-02"},
            "legalite": {"transmettre": True, "nature": 3, "matiere": "2.2", "type_piece": "99_AI"},
            "retour": {"attendu": ["pdf_signe", "bordereau", "ar"]},
        }

    def set(self, path: str, value: object) -> Lot:
        """Change one field by its dotted path."""
        *sections, key = path.split(".")
        target = self.manifest
        for section in sections:
            target = target[section]
        target[key] = copy.deepcopy(value)
        return self

    def drop(self, path: str) -> Lot:
        *sections, key = path.split(".")
        target = self.manifest
        for section in sections:
            target = target[section]
        del target[key]
        return self

    def renamed(self, name: str) -> Lot:
        self.name = name
        self.manifest["id_depot"] = name
        return self

    def declare(self, nom: str, content: bytes, **more: object) -> Lot:
        """Add an annexe."""
        self.files[nom] = content
        self.manifest["annexes"].append({"fichier": nom, "sha256": sha256(content), **more})
        return self

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        for nom, content in self.files.items():
            (self.folder / nom).write_bytes(content)
        return self.write_manifest(json.dumps(self.manifest).encode())

    def write_manifest(self, data: bytes) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "manifeste.json").write_bytes(data)
        return self.folder


class Desk:
    """Reads lots under a configuration that a test may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = settings_of(VALMONT, SAINTE_ALDEGONDE)
        self.now = NOW

    def lot(self, name: str = LOT) -> Lot:
        return Lot(self.folder / "lot", name)

    def read(self, lot: Lot, *, write: bool = True) -> CheckedDeposit:
        folder = lot.write() if write else lot.folder
        return read_lot(folder, lot=lot.name, settings=self.settings, now=self.now)

    def refusal(self, lot: Lot, *, write: bool = True):
        """The report of a lot that must be refused."""
        with pytest.raises(DepositRefused) as refused:
            self.read(lot, write=write)
        return refused.value.report

    def errors(self, lot: Lot, *, write: bool = True) -> list[tuple[str, str]]:
        return [(str(e.code), e.champ) for e in self.refusal(lot, write=write).erreurs]

    def warnings(self, lot: Lot) -> list[FindingCode]:
        return [w.code for w in self.read(lot).warnings]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def world():
    """The names above, for tests that build their own configuration."""

    class World:
        now = NOW
        lot_name = LOT
        arrete = ARRETE
        plan = PLAN
        valmont = VALMONT
        sainte_aldegonde = SAINTE_ALDEGONDE
        epci = EPCI
        authority = staticmethod(authority)
        settings = staticmethod(settings_of)
        sha256 = staticmethod(sha256)
        lot = Lot

    return World


@pytest.fixture
def tree(tmp_path):
    tree = DepositTree(tmp_path / "depot", mode=DepositMode.RENAME)
    tree.prepare()
    return tree


@pytest.fixture
def deposit(tree):
    """Deposits a lot in the tree as mode ``rename`` asks: written aside, then renamed."""

    def put(name: str = LOT, **files: bytes) -> str:
        lot = Lot(tree.root / "entrants" / ".tmp" / name, name)
        folder = lot.write()
        for nom, content in files.items():
            (folder / nom.replace("__", ".")).write_bytes(content)
        folder.rename(tree.root / "entrants" / name)
        return name

    return put
