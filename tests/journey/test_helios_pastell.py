"""PES that Pastell carries: each flux to its acquit and verdict, what S2LOW refuses, a flux that does not suit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.journey import Journey, Stage
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import deposit, install
from support.helios import SIGNED, UNSIGNED, pes_lot, returned, sample_pes
from support.lives import Platforms, live


class Rehearsal:
    """Lots of PES through one flux of one generation of Pastell."""

    def __init__(self, platforms: Platforms, folder: Path, *, flux: str, profil: str) -> None:
        self.platforms, self.folder = platforms, folder
        platforms.tell("/pastell/profil", {"profil": profil})
        installed = install(platforms.described, folder=folder, route="pastell", flux_pes=flux)
        rhythm = installed.rhythm.model_copy(update={"pastell_seconds": 900})
        self.settings: Settings = installed.model_copy(update={"rhythm": rhythm})
        with Journey(self.settings):
            pass

    def drop(self, lot: Path) -> str:
        return deposit(lot, root=self.settings.deposit.root)

    def live(self, lot: str) -> Any:
        live(self.settings, self.platforms.now(), platforms=self.platforms)
        with Journey(self.settings) as journey:
            return journey.dossier(lot)

    def told(self, lot: str) -> list[dict[str, Any]]:
        return returned(self.settings.deposit.root, lot)

    @property
    def pes(self) -> list[dict[str, Any]]:
        return self.platforms.ask("/etat")["s2low"]["pes"]


@pytest.mark.parametrize(
    ("profil", "flux"),
    [("4.1", "ls-helios"), ("5.0", "ls-helios"), ("3.1", "helios-generique"), ("4.0", "helios-automatique")],
)
def test_a_flux_carries_a_signed_pes_to_its_acquit_and_verdict(
    platforms: Platforms, tmp_path: Path, profil: str, flux: str
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, flux=flux, profil=profil)
    lot = rehearsal.drop(sample_pes(SIGNED))
    assert rehearsal.live(lot).stage is Stage.CLOSED
    told = rehearsal.told(lot)
    assert [one["etat"] for one in told] == [
        *("AU_PARAPHEUR", "SIGNE", "TRANSMIS_TDT", "ACQUIT_HELIOS", "TERMINE")
    ]
    assert [one["sort"] for one in told[3]["helios"]["elements"]] == ["integre", "integre"]
    assert {"pes_signe", "bordereau_signature", "acquit_helios"} <= {
        one["nature"] for one in told[3]["fichiers"]
    }
    [posted] = rehearsal.pes
    assert told[3]["plateformes"]["s2low"]["transaction"] == posted["id"]
    assert platforms.ask("/etat")["erreurs"] == []


@pytest.mark.parametrize(("profil", "flux"), [("4.1", "ls-helios"), ("4.0", "helios-generique")])
def test_a_pes_without_signature_goes_straight_on(
    platforms: Platforms, tmp_path: Path, profil: str, flux: str
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, flux=flux, profil=profil)
    lot = rehearsal.drop(sample_pes(UNSIGNED))
    rehearsal.live(lot)
    assert [one["etat"] for one in rehearsal.told(lot)] == ["TRANSMIS_TDT", "ACQUIT_HELIOS", "TERMINE"]
    assert platforms.ask("/etat")["iparapheur"]["dossiers"] == []


def test_what_helios_accepts_in_part_is_told_by_bordereau_though_pastell_says_only_no(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, flux="helios-generique", profil="4.0")
    erreur = {"bordereau": "2", "libelle": "1971 - Compte fonction présent à tort"}
    platforms.tell("/helios/scenarios", {"contient": "ESSAI_P1", "issue": "partiel", "erreurs": [erreur]})
    lot = rehearsal.drop(pes_lot(tmp_path / "lots", "P1", bordereaux=("1", "2")))
    rehearsal.live(lot)
    told = rehearsal.told(lot)[1]
    assert told["etat"] == "ACQUIT_PARTIEL_HELIOS"
    assert {one["bordereau"]: one["sort"] for one in told["helios"]["elements"]} == {
        "1": "integre",
        "2": "a_refaire",
    }


def test_a_pes_that_s2low_refuses_is_told_though_it_has_no_acquit(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, flux="helios-generique", profil="4.0")
    platforms.tell(
        "/helios/scenarios",
        {"contient": "ESSAI_P2", "issue": "refus_analyse", "motif": "structure inattendue"},
    )
    lot = rehearsal.drop(pes_lot(tmp_path / "lots", "P2"))
    rehearsal.live(lot)
    told = rehearsal.told(lot)[1]
    assert (told["etat"], told["refus"]["etape"]) == ("REFUSE_HELIOS", "tdt")
    assert "structure inattendue" in told["refus"]["motif"]


def test_an_answer_that_s2low_could_not_read_is_never_told_as_a_refusal(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, flux="helios-generique", profil="4.0")
    platforms.tell("/helios/scenarios", {"contient": "ESSAI_P3", "issue": "acquit_invalide"})
    lot = rehearsal.drop(pes_lot(tmp_path / "lots", "P3"))
    dossier = rehearsal.live(lot)
    assert dossier.blocked is not None
    assert dossier.blocked.code == "ACQUIT_ABSENT"
    assert "ne renvoyez rien" in dossier.blocked.advice


def test_a_flux_of_urbanisme_never_carries_a_pes(platforms: Platforms, tmp_path: Path) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, flux="pdf-generique", profil="4.0")
    lot = rehearsal.drop(sample_pes(UNSIGNED))
    dossier = rehearsal.live(lot)
    assert dossier.blocked is not None
    assert dossier.blocked.code == "FLUX_INADAPTE"
    assert rehearsal.pes == []
