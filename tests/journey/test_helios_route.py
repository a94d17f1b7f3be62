"""The route of a PES: signed or not, accepted, refused, accepted in part, changed on its way, kept waiting."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import ResolutionRefused
from cdg62_connect.formats import PesAcquit, verify_xades
from cdg62_connect.journey import Journey, Stage
from cdg62_connect.journey.state import Dossier
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import deposit
from support.helios import DUPLICATE, SIGNED, UNSIGNED, pes_lot, returned, sample_pes
from support.lives import Platforms, WalkingClock, live

WHOLE = ["AU_PARAPHEUR", "SIGNE", "TRANSMIS_TDT", "ACQUIT_HELIOS", "TERMINE"]


class Desk:
    """Lots of PES through one installation."""

    def __init__(self, platforms: Platforms, folder: Path, settings: Settings) -> None:
        self.platforms = platforms
        self.folder = folder
        self.settings = settings
        self.root = settings.deposit.root
        with Journey(settings):
            pass

    def drop(self, lot: Path) -> str:
        return deposit(lot, root=self.root)

    def made(self, reference: str, **more: Any) -> str:
        return self.drop(pes_lot(self.folder / "lots", reference, **more))

    def open(self) -> Journey:
        return Journey(self.settings, clock=WalkingClock(self.platforms.now()))

    def dossier(self, lot: str) -> Dossier:
        with self.open() as journey:
            return journey.dossier(lot)

    def live(self, lot: str, *, passes: int = 80) -> Dossier:
        live(self.settings, self.platforms.now(), passes=passes)
        return self.dossier(lot)

    def told(self, lot: str) -> list[dict[str, Any]]:
        return returned(self.root, lot)

    def states(self, lot: str) -> list[str]:
        return [one["etat"] for one in self.told(lot)]

    def scenario(self, contient: str, issue: str, **more: Any) -> None:
        self.platforms.tell("/helios/scenarios", {"contient": contient, "issue": issue, **more})

    @property
    def pes(self) -> list[dict[str, Any]]:
        return self.platforms.ask("/etat")["s2low"]["pes"]

    def blocked(self, lot: str, *, passes: int = 80) -> Any:
        dossier = self.live(lot, passes=passes)
        assert dossier.stage is Stage.BLOCKED
        return dossier.blocked or dossier.waiting


@pytest.fixture
def desk(platforms: Platforms, tmp_path: Path, settings: Settings) -> Desk:
    return Desk(platforms, tmp_path, settings)


def test_a_pes_is_signed_transmitted_and_returned_with_the_verdict_by_bordereau(desk: Desk) -> None:
    lot = desk.drop(sample_pes(SIGNED))
    assert desk.live(lot).stage is Stage.CLOSED
    assert desk.states(lot) == WHOLE
    acquit = desk.told(lot)[3]
    assert acquit["helios"]["verdict"] == "accepte"
    assert [(one["bordereau"], one["sort"]) for one in acquit["helios"]["elements"]] == [
        ("41", "integre"),
        ("42", "integre"),
    ]
    files = {
        file["nature"]: desk.root / "retours" / lot / "004-ACQUIT_HELIOS" / file["nom"]
        for file in acquit["fichiers"]
    }
    assert set(files) == {"pes_signe", "bordereau_signature", "historique_circuit", "acquit_helios"}
    verdict = verify_xades(
        files["pes_signe"], anchors=desk.settings.signature.anchors, moment=desk.platforms.now()
    )
    assert verdict.signed
    assert verdict.trusted
    assert len(verdict.signatures) == 2
    assert PesAcquit.read(files["acquit_helios"].read_bytes()).nom_fic == "VALMONT_DEP_2026_0041"
    [posted] = desk.pes
    assert acquit["plateformes"]["s2low"] == {
        "transaction": posted["id"],
        "nom_fic": "VALMONT_DEP_2026_0041",
        "statut": 8,
    }
    [circuit] = desk.platforms.ask("/etat")["iparapheur"]["dossiers"]
    assert circuit["deleted"]


def test_a_pes_that_needs_no_signature_goes_straight_to_s2low(desk: Desk) -> None:
    lot = desk.drop(sample_pes(UNSIGNED))
    desk.live(lot)
    assert desk.states(lot) == ["TRANSMIS_TDT", "ACQUIT_HELIOS", "TERMINE"]
    assert desk.platforms.ask("/etat")["iparapheur"]["dossiers"] == []


def test_a_pes_refused_in_the_parapheur_never_reaches_s2low(desk: Desk) -> None:
    desk.platforms.start_again(refuse="Montant à revoir")
    lot = desk.drop(sample_pes(SIGNED))
    desk.live(lot)
    assert desk.states(lot) == ["AU_PARAPHEUR", "REFUSE_PARAPHEUR", "TERMINE"]
    assert desk.pes == []


def test_a_duplicate_bordereau_is_told_apart_from_what_is_in_and_nothing_is_to_be_sent_again(
    desk: Desk,
) -> None:
    desk.live(desk.drop(sample_pes(SIGNED)))
    lot = desk.drop(sample_pes(DUPLICATE))
    assert desk.live(lot).stage is Stage.CLOSED
    told = desk.told(lot)[3]
    assert told["etat"] == "ACQUIT_PARTIEL_HELIOS"
    assert {one["bordereau"]: one["sort"] for one in told["helios"]["elements"]} == {
        "42": "deja_integre",
        "43": "integre",
    }
    assert "à ne pas renvoyer : dépense 2026/42" in told["message"]
    assert "à ne pas renvoyer : dépense 2026/43" in told["message"]
    assert "nouveau NomFic" not in told["message"]


def test_what_is_refused_is_to_be_redone_alone_under_a_new_nom_fic(desk: Desk) -> None:
    erreur = {
        "bordereau": "2",
        "piece": "7",
        "code": "ERREUR_AUTRE",
        "libelle": "1971 - Compte fonction présent à tort",
    }
    desk.scenario("ESSAI_A1", "partiel", erreurs=[erreur])
    lot = desk.made("A1", bordereaux=("1", "2", "3"))
    desk.live(lot)
    told = desk.told(lot)[1]
    assert told["etat"] == "ACQUIT_PARTIEL_HELIOS"
    assert {one["bordereau"]: one["sort"] for one in told["helios"]["elements"]} == {
        "1": "integre",
        "2": "a_refaire",
        "3": "integre",
    }
    assert "sous un nouveau NomFic, eux seuls : dépense 2025/2 (pièce 7 : 1971 - Compte" in told["message"]
    assert "à ne pas renvoyer : dépense 2025/1, dépense 2025/3" in told["message"]


def test_a_whole_flow_that_is_refused_says_that_nothing_is_in(desk: Desk) -> None:
    desk.scenario(
        "ESSAI_A2", "rejete", erreurs=[{"code": "ERREUR_CODIQUE", "libelle": "0031 - Poste inconnu"}]
    )
    lot = desk.made("A2", bordereaux=("1", "2"))
    dossier = desk.live(lot)
    told = desk.told(lot)[1]
    assert (dossier.stage, dossier.progress, told["etat"]) == (
        Stage.CLOSED,
        Stage.REFUSED_BY_HELIOS,
        "REFUSE_HELIOS",
    )
    assert told["refus"]["etape"] == "tresorerie"
    assert {one["sort"] for one in told["helios"]["elements"]} == {"a_refaire"}
    assert "Hélios n'a rien intégré de ce PES (0031 - Poste inconnu)." in told["message"]


@pytest.mark.parametrize(
    ("issue", "etat", "statut"),
    [("sans_detail", "ACQUIT_HELIOS", 4), ("non_acquit", "REFUSE_HELIOS", 6)],
)
def test_an_acquit_without_details_says_yes_and_the_old_non_acquit_says_no(
    desk: Desk, issue: str, etat: str, statut: int
) -> None:
    desk.scenario("ESSAI_A3", issue)
    lot = desk.made("A3")
    desk.live(lot)
    told = desk.told(lot)[1]
    assert (told["etat"], told["plateformes"]["s2low"]["statut"]) == (etat, statut)


def test_an_acquit_that_s2low_takes_for_an_error_calls_a_person_with_the_file(desk: Desk) -> None:
    desk.scenario("ESSAI_A4", "acquit_invalide")
    lot = desk.made("A4")
    blocked = desk.blocked(lot)
    assert blocked.code == "ACQUIT_ETRANGER"
    assert [file.nature for file in blocked.files] == ["acquit_helios"]


def test_a_pes_that_s2low_refuses_never_reached_helios(desk: Desk) -> None:
    desk.scenario("ESSAI_A5", "refus_antivirus")
    lot = desk.made("A5")
    desk.live(lot)
    told = desk.told(lot)[1]
    assert (told["etat"], told["refus"]["etape"], told["plateformes"]["s2low"]["statut"]) == (
        "REFUSE_HELIOS",
        "tdt",
        -1,
    )
    assert "virus" in told["refus"]["motif"]
    assert "rien n'est parvenu à Hélios" in told["message"]
    assert "helios" not in told


def test_a_nom_fic_that_another_dossier_transmitted_stops_before_anybody_signs(desk: Desk) -> None:
    desk.live(desk.made("B1", signature=True))
    lot = desk.made("B2", signature=True, nom_fic="ESSAI_B1", bordereaux=("9",))
    blocked = desk.blocked(lot)
    assert blocked.code == "NOM_FIC_UTILISE"
    assert len(desk.platforms.ask("/etat")["iparapheur"]["dossiers"]) == 1
    assert len(desk.pes) == 1


def test_a_pes_is_to_be_corrected_before_anything_leaves(desk: Desk) -> None:
    wrong = pes_lot(desk.folder / "lots", "C1", cod_col="000", id_coll="21620992400019")
    lot = desk.drop(wrong)
    dossier = desk.live(lot)
    assert dossier.stage is Stage.QUARANTINED
    assert dossier.quarantined is not None
    champs = {error["champ"] for error in dossier.quarantined.erreurs}
    assert {"pes.CODCOL", "pes.BUDGET"} <= champs
    assert desk.pes == []


def test_a_signed_pes_that_says_something_else_is_never_transmitted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cdg62_connect.journey.helios import signed_pes

    lot = desk.drop(sample_pes(SIGNED))
    live(desk.settings, desk.platforms.now(), passes=1)
    monkeypatch.setattr(signed_pes, "pes_fingerprint", lambda path, **_: path.name)
    blocked = desk.blocked(lot)
    assert blocked.code == "PES_MODIFIE"
    assert desk.pes == []


# A lost answer


def _lose(desk: Desk, *, fois: int = 1) -> None:
    fault = {
        "plateforme": "s2low",
        "operation": "helios_importer_fichier",
        "effet": "couper",
        "moment": "apres",
    }
    desk.platforms.tell("/pannes", [fault | {"fois": fois}])


def test_a_pes_whose_number_is_lost_is_blocked_once_s2low_says_that_it_has_it(desk: Desk) -> None:
    _lose(desk)
    lot = desk.made("E1")
    blocked = desk.blocked(lot)
    assert blocked.code == "PES_DEJA_SUR_S2LOW"
    assert "Ne le renvoyez pas" in blocked.advice
    assert len(desk.pes) == 1


def test_a_person_gives_the_number_back_and_the_dossier_ends(desk: Desk) -> None:
    other = desk.made("E2")
    desk.live(other)
    _lose(desk)
    lot = desk.made("E3", bordereaux=("8",))
    assert desk.blocked(lot).code == "PES_DEJA_SUR_S2LOW"
    first, second = (one["id"] for one in desk.pes)
    with desk.open() as journey:
        with pytest.raises(ResolutionRefused, match="déjà celui du dossier"):
            journey.adopt(lot, platform="s2low", remote_id=str(first), by="A. Martin", motif="essai")
        with pytest.raises(ResolutionRefused, match="ne connaît pas"):
            journey.adopt(lot, platform="s2low", remote_id="99999", by="A. Martin", motif="essai")
        journey.adopt(lot, platform="s2low", remote_id=str(second), by="A. Martin", motif="vu sur le site")
    assert desk.live(lot).stage is Stage.CLOSED
    assert desk.states(lot)[-2:] == ["ACQUIT_HELIOS", "TERMINE"]
    assert len(desk.pes) == 2


def test_nothing_is_concluded_while_s2low_may_still_be_at_work(desk: Desk) -> None:
    _lose(desk)
    lot = desk.made("E4")
    clock = WalkingClock(desk.platforms.now())
    with Journey(desk.settings, clock=clock) as journey:
        journey.run_pass()
        clock.moment += timedelta(minutes=5)
        journey.run_pass()
        [row] = journey.rows()
        assert "peut-être encore" in row.problem
        assert journey.dossier(lot).intents
