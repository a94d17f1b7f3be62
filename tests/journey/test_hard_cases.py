"""Cases in which a document could be doubled, swapped or forgotten; each was once a defect."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from cdg62_connect.errors import ResolutionRefused
from cdg62_connect.journey import Dossier, Journey, Stage
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import deposit
from support.lives import Platforms, WalkingClock, live, sample
from support.lots import variant


@pytest.fixture
def tree(settings: Settings) -> Path:
    with Journey(settings):
        return settings.deposit.root


def ended(settings: Settings, lot: str) -> Dossier:
    with Journey(settings) as journey:
        return journey.dossier(lot)


def on_paper(platforms: Platforms, settings: Settings, lot: str, clock: WalkingClock) -> None:
    """The circuit of ``lot`` ends without an electronic signature: BLOCKED."""
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        platforms.tell(f"/parapheur/{lot}/signer", {"papier": True})
        clock.moment += timedelta(hours=2)
        journey.run_pass()
        assert journey.dossier(lot).stage is Stage.BLOCKED


@pytest.mark.parametrize("operation", ["actes_transac_create", "CreerDossier", "ArchiverDossier"])
def test_an_effect_whose_answer_is_lost_is_asked_for_never_repeated(
    platforms: Platforms, settings: Settings, tree: Path, operation: str
) -> None:
    platform = "s2low" if operation.startswith("actes") else "iparapheur"
    platforms.tell(
        "/pannes",
        [{"plateforme": platform, "operation": operation, "effet": "couper", "moment": "apres"}],
    )
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    assert ended(settings, lot).stage is Stage.CLOSED
    assert platforms.ask("/etat")["appels"][platform][operation] == 1


def test_a_circuit_of_another_dossier_cannot_be_adopted(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    clock = WalkingClock(platforms.now())
    other = deposit(sample("ARR_ACCORD"), root=tree)
    lot = deposit(sample("PIECES"), root=tree)
    on_paper(platforms, settings, lot, clock)
    with Journey(settings, clock=clock) as journey, pytest.raises(ResolutionRefused, match=other):
        journey.adopt(lot, platform="iparapheur", remote_id=other, by="A. Martin", motif="erreur de ligne")


def test_an_older_circuit_under_the_same_key_is_not_taken_for_this_deposit(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("PIECES"), root=tree)
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
    platforms.tell(f"/parapheur/{lot}/signer")
    # The journal is lost; the same name comes again with another document.
    shutil.rmtree(settings.journal.folder)
    shutil.rmtree(tree / "encours" / lot)
    shutil.rmtree(tree / "retours" / lot)  # the depositor has taken its return and cleaned up
    again = tmp_path / "lots" / lot
    shutil.copytree(sample("PIECES"), again)
    other = sample("ARR_REFUS") / "arrete_refus.pdf"
    shutil.copyfile(other, again / "demande_pieces.pdf")
    manifest = json.loads((again / "manifeste.json").read_text("utf-8"))
    import hashlib

    manifest["document"]["sha256"] = hashlib.sha256(other.read_bytes()).hexdigest()
    (again / "manifeste.json").write_text(json.dumps(manifest), encoding="utf-8")
    deposit(again, root=tree)
    live(settings, platforms.now())
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "DOCUMENT_DIFFERENT"
    [row] = platforms.ask("/etat")["iparapheur"]["dossiers"]
    assert not row["deleted"]
    # A person who has compared may adopt it all the same.
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        journey.adopt(lot, platform="iparapheur", remote_id=lot, by="A. Martin", motif="comparé : le même")
    live(settings, platforms.now() + timedelta(days=1))
    assert ended(settings, lot).stage is Stage.CLOSED


def test_a_stored_document_that_was_damaged_is_never_sent(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        accepted = journey.dossier(lot).accepted
        assert accepted is not None
        damaged = journey.documents.path(accepted.annexes[0].sha256)
        sound = damaged.read_bytes()
        damaged.write_bytes(b"x" * 40 + sound[40:])
        platforms.tell(f"/parapheur/{lot}/viser")
        platforms.tell(f"/parapheur/{lot}/signer")
        for _ in range(4):
            clock.moment += timedelta(hours=2)
            journey.run_pass()
        assert platforms.ask("/etat")["s2low"]["actes"] == []
        [row] = journey.rows()
        assert "n'est plus intacte" in row.problem
        damaged.write_bytes(sound)
    live(settings, clock.moment + timedelta(hours=2))
    assert ended(settings, lot).stage is Stage.CLOSED


def test_odd_names_in_the_tree_are_told_and_stop_no_lot(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    (tree / "entrants" / "a\\b").mkdir()
    lot = deposit(sample("PIECES"), root=tree)
    (tree / "encours" / f"{lot} - Copie").mkdir()
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        report = journey.run_pass()
        assert report.received == [lot]
        assert len(report.failed) == 2


def test_a_clock_that_ran_ahead_once_forgets_no_dossier(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("PIECES"), root=tree)
    start = platforms.now()
    with Journey(settings, clock=WalkingClock(start + timedelta(days=3650))) as journey:
        journey.run_pass()
    platforms.tell(f"/parapheur/{lot}/signer")
    live(settings, start + timedelta(hours=1))
    assert ended(settings, lot).stage is Stage.CLOSED


def test_a_refused_sous_type_goes_on_once_the_configuration_is_corrected(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    authority = settings.authorities[0]
    wrong = authority.parapheur.model_copy(update={"sous_types": {"defaut": "Inconnu"}})
    broken = settings.model_copy(update={"authorities": (authority.model_copy(update={"parapheur": wrong}),)})
    lot = deposit(sample("PIECES"), root=tree)
    live(broken, platforms.now())
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "REFUS_IPARAPHEUR"
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        journey.declare_never_left(lot, by="A. Martin", motif="sous-type corrigé")
    live(settings, platforms.now())
    assert ended(settings, lot).stage is Stage.CLOSED


def test_a_blocked_dossier_can_be_abandoned_and_says_so_to_the_depositor(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("PIECES"), root=tree)
    clock = WalkingClock(platforms.now())
    on_paper(platforms, settings, lot, clock)
    with Journey(settings, clock=clock) as journey:
        journey.abandon(lot, by="A. Martin", motif="redéposé sous un autre numéro")
    live(settings, clock.moment)
    dossier = ended(settings, lot)
    assert (dossier.stage, dossier.progress) == (Stage.CLOSED, Stage.ABANDONED)
    with Journey(settings) as journey:
        last = journey.tree.returns(lot)[-1]
    assert "Abandonné par A. Martin" in json.loads((last / "retour.json").read_text("utf-8"))["message"]
    assert list((tree / "encours").glob("P*")) == []


def test_what_may_have_left_cannot_be_abandoned_before_it_is_cleared_up(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    shutil.rmtree(settings.journal.folder)
    lot = deposit(variant("ARR_ACCORD", tmp_path / "lots", document__titre="Un tout autre arrêté"), root=tree)
    live(settings, platforms.now())
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "NUMERO_ACTE_UTILISE"
    with Journey(settings) as journey, pytest.raises(ResolutionRefused, match="peut-être passé"):
        journey.abandon(lot, by="A. Martin", motif="tant pis")


def test_a_lot_whose_folder_somebody_took_away_still_ends(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("PIECES"), root=tree)
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        journey.run_pass()
    shutil.rmtree(tree / "encours" / lot)
    platforms.tell(f"/parapheur/{lot}/signer")
    live(settings, platforms.now() + timedelta(hours=1))
    assert ended(settings, lot).stage is Stage.CLOSED


def test_an_old_copy_of_the_journal_sends_nothing_again(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    platforms.tell(
        "/pannes", [{"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "http_503"}]
    )
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    start = platforms.now()
    live(settings, start, passes=1)
    shutil.copytree(settings.journal.folder, tmp_path / "sauvegarde")
    live(settings, start + timedelta(hours=1))
    assert ended(settings, lot).stage is Stage.CLOSED
    shutil.rmtree(settings.journal.folder)
    shutil.copytree(tmp_path / "sauvegarde", settings.journal.folder)
    live(settings, start + timedelta(days=2))
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "JOURNAL_ANCIEN"
    state = platforms.ask("/etat")
    assert [row["cree_n"] for row in state["iparapheur"]["dossiers"]] == [1]
    assert len(state["s2low"]["actes"]) == 1
    with Journey(settings, clock=WalkingClock(start + timedelta(days=3))) as journey:
        journey.abandon(lot, by="A. Martin", motif="tout est dans les retours")
    live(settings, start + timedelta(days=3))
    assert ended(settings, lot).stage is Stage.CLOSED
    assert len(platforms.ask("/etat")["s2low"]["actes"]) == 1
