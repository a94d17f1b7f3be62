"""The route through Pastell: each flux of each generation, what goes wrong without a word, and what a person does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import ResolutionRefused
from cdg62_connect.journey import Journey, Stage
from cdg62_connect.journey.state import Dossier
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import URBANISME, deposit, install
from support.lives import Platforms, WalkingClock, live, sample

SIGNED = ["AU_PARAPHEUR", "SIGNE", "TERMINE"]
WHOLE = ["AU_PARAPHEUR", "SIGNE", "TRANSMIS_TDT", "AR_PREFECTURE", "TERMINE"]


class Rehearsal:
    """One lot through one flux of one generation of Pastell."""

    def __init__(
        self, platforms: Platforms, folder: Path, code: str, *, flux: str = URBANISME, profil: str = "4.0"
    ) -> None:
        self.platforms = platforms
        platforms.tell("/pastell/profil", {"profil": profil})
        installed = install(platforms.described, folder=folder, route="pastell", flux=flux)
        rhythm = installed.rhythm.model_copy(update={"pastell_seconds": 900})
        self.settings: Settings = installed.model_copy(update={"rhythm": rhythm})
        with Journey(self.settings):
            pass
        self.lot = deposit(sample(code), root=self.settings.deposit.root)

    def live(self, *, passes: int = 80) -> Dossier:
        live(self.settings, self.platforms.now(), passes=passes, platforms=self.platforms)
        return self.dossier()

    def dossier(self) -> Dossier:
        with Journey(self.settings) as journey:
            return journey.dossier(self.lot)

    def returned(self) -> list[str]:
        return [one.etat for one in self.dossier().returns]

    def open(self) -> Journey:
        return Journey(self.settings, clock=WalkingClock(self.platforms.now()))

    @property
    def document(self) -> dict[str, Any]:
        [document] = self.platforms.ask("/pastell/documents")
        return document

    def circuits(self) -> list[dict[str, Any]]:
        return self.platforms.ask("/etat")["iparapheur"]["dossiers"]

    def creations(self) -> dict[str, int]:
        return self.platforms.ask("/etat")["s2low"]["creations"]


@pytest.mark.parametrize(
    ("profil", "flux", "code", "returned"),
    [
        ("3.1", URBANISME, "ARR_ACCORD", WHOLE),
        ("4.1", URBANISME, "ARR_ACCORD", WHOLE),
        ("5.0", URBANISME, "ARR_ACCORD", WHOLE),
        ("4.1", "ls-actes", "ARR_ACCORD", WHOLE),
        ("5.0", "ls-actes", "ARR_ACCORD", WHOLE),
        ("4.0", "actes-generique", "ARR_ACCORD", WHOLE),
        ("3.1", "actes-generique", "ARR_ACCORD", WHOLE),
        ("4.0", "actes-automatique", "ARR_ACCORD", WHOLE),
        ("4.0", "ls-document-pdf", "PIECES", SIGNED),
        ("4.1", "ls-document", "PIECES", SIGNED),
        ("4.0", "pdf-generique", "PIECES", SIGNED),
        ("4.0", "document-a-signer", "PIECES", SIGNED),
    ],
)
def test_a_flux_carries_a_document_to_its_end(
    platforms: Platforms, tmp_path: Path, profil: str, flux: str, code: str, returned: list[str]
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, code, flux=flux, profil=profil)
    assert rehearsal.live().stage is Stage.CLOSED
    assert rehearsal.returned() == returned
    assert len(rehearsal.circuits()) == 1
    assert list(rehearsal.creations().values()) == [1] * (code == "ARR_ACCORD")
    assert platforms.ask("/etat")["erreurs"] == []


def test_a_flux_that_rests_once_signed_is_transmitted_only_after_the_signature_was_verified(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "ARR_ACCORD", flux="actes-generique")
    rehearsal.live()
    with rehearsal.open() as journey:
        kinds = [event.fact.kind for event in journey.history(rehearsal.lot)]
    assert kinds.index("signed") < kinds.index("transmitted")
    assert kinds.index("signed") < len(kinds) - 1 - kinds[::-1].index("intent")


def test_an_acte_that_the_prefecture_refuses_is_told_though_pastell_never_says_it(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "ARR_ACCORD")
    scenario = {
        "contient": "PC062991",
        "issue": "refus_ministere",
        "motif": "Acte illisible",
        "nature": "007",
    }
    platforms.tell("/s2low/scenarios", [scenario])
    dossier = rehearsal.live()
    assert dossier.stage is Stage.CLOSED
    assert rehearsal.returned()[-2:] == ["REFUSE_TDT", "TERMINE"]
    assert list(rehearsal.creations().values()) == [1]


def test_a_job_that_is_stuck_is_done_by_hand_and_the_dossier_goes_on(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "PIECES")
    rehearsal.live(passes=1)
    platforms.tell(f"/pastell/{rehearsal.document['id_d']}/verrouiller", {"verrouille": True})
    assert rehearsal.live().stage is Stage.CLOSED
    assert rehearsal.returned() == SIGNED


def test_why_pastell_does_not_send_is_shown_while_a_peer_is_down(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "PIECES")
    fault = {"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "http_503", "fois": 400}
    platforms.tell("/pannes", [fault])
    rehearsal.live(passes=12)
    with rehearsal.open() as journey:
        [row] = journey.rows()
    assert "preparation-send-iparapheur" in row.problem
    assert row.stage is not Stage.BLOCKED


def test_a_folder_that_the_parapheur_does_not_take_stops_the_dossier_before_anything_is_signed(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "PIECES")
    refusal = {
        "plateforme": "iparapheur",
        "operation": "CreerDossier",
        "effet": "refus",
        "refus": "sous_type_inconnu",
        "fois": 50,
    }
    platforms.tell("/pannes", [refusal])
    dossier = rehearsal.live(passes=60)
    assert dossier.stage is Stage.BLOCKED
    assert dossier.blocked is not None
    assert dossier.blocked.code == "ARRETE_DANS_PASTELL"
    assert "send-signature-error" in dossier.blocked.reason
    assert rehearsal.circuits() == []


def test_a_number_that_s2low_knows_already_never_costs_a_second_signature(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "ARR_ACCORD")
    refusal = {
        "plateforme": "s2low",
        "operation": "actes_transac_create",
        "effet": "refus",
        "refus": "numero_deja_pris",
        "fois": 50,
    }
    platforms.tell("/pannes", [refusal])
    dossier = rehearsal.live(passes=60)
    assert dossier.blocked is not None
    assert dossier.blocked.code == "ARRETE_DANS_PASTELL"
    assert "signature" in dossier.blocked.advice
    assert len(rehearsal.circuits()) == 1
    assert rehearsal.document["etat"] == "send-tdt-erreur"


def test_a_blocked_document_that_was_repaired_in_pastell_is_adopted_and_ends(
    platforms: Platforms, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "PIECES")
    refusal = {
        "plateforme": "iparapheur",
        "operation": "CreerDossier",
        "effet": "refus",
        "refus": "sous_type_inconnu",
        "fois": 5,
    }
    platforms.tell("/pannes", [refusal])
    dossier = rehearsal.live(passes=60)
    assert dossier.blocked is not None
    assert dossier.pastell is not None
    with rehearsal.open() as journey:
        journey.adopt(
            rehearsal.lot, platform="pastell", remote_id=dossier.pastell.id_d, by="A. Martin", motif="corrigé"
        )
    assert rehearsal.live().stage is Stage.CLOSED
    assert rehearsal.returned()[-2:] == ["SIGNE", "TERMINE"]
    assert len(rehearsal.circuits()) == 1


def test_a_document_of_another_dossier_is_never_adopted(platforms: Platforms, tmp_path: Path) -> None:
    rehearsal = Rehearsal(platforms, tmp_path, "PIECES")
    other = rehearsal.live()
    assert other.pastell is not None
    refusal = {
        "plateforme": "iparapheur",
        "operation": "CreerDossier",
        "effet": "refus",
        "refus": "sous_type_inconnu",
        "fois": 50,
    }
    platforms.tell("/pannes", [refusal])
    lot = deposit(sample("ARR_ACCORD"), root=rehearsal.settings.deposit.root)
    rehearsal.live(passes=60)
    with rehearsal.open() as journey:
        assert journey.dossier(lot).stage is Stage.BLOCKED
        with pytest.raises(ResolutionRefused, match="autre dossier"):
            journey.adopt(
                lot, platform="pastell", remote_id=other.pastell.id_d, by="A. Martin", motif="essai"
            )
