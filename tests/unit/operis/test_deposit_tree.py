"""The deposit tree: what is taken, where it goes, what is written, what is deleted."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdg62_connect.errors import ConfigurationError, InvalidInput
from cdg62_connect.moments import observed
from cdg62_connect.operis import (
    DepositReport,
    DepositTree,
    Finding,
    FindingCode,
    Resultat,
    ReturnEvent,
    ReturnState,
)
from cdg62_connect.settings import DepositMode

OTHER = "PC0629912600013_ARR_ACCORD_20260914T093000_01"


def report_of(lot, world, *, resultat=Resultat.REFUSE, empreinte="a" * 64):
    errors = (Finding(FindingCode.EMPREINTE, "document.sha256", "Empreinte : fausse"),)
    return DepositReport(
        id_depot=lot,
        recu_le=world.now,
        resultat=resultat,
        erreurs=errors if resultat is Resultat.REFUSE else (),
        empreinte_manifeste=empreinte,
    )


def event_of(lot, sequence=1, etat=ReturnState.SIGNE):
    return ReturnEvent(
        id_depot=lot,
        sequence=sequence,
        etat=etat,
        date=datetime(2026, 11, 22, tzinfo=UTC),
        dossier_numero="PC0629912600012",
        dossier_id_externe=None,
        document_code="ARR_ACCORD",
    )


def files_under(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


# Preparing


def test_preparing_creates_the_layout_and_may_be_repeated(tree):
    before = (tree.root / "VERSION").stat().st_mtime_ns
    tree.prepare()
    assert sorted(p.name for p in tree.root.iterdir()) == [
        "VERSION", "accuses", "archives", "encours", "entrants", "quarantaine", "retours",
    ]  # fmt: skip
    assert (tree.root / "VERSION").read_text() == "cdg62-depot/1.0\n"
    assert (tree.root / "VERSION").stat().st_mtime_ns == before
    assert (tree.root / "entrants" / ".tmp").is_dir()


def test_a_tree_of_another_version_is_refused(tree):
    (tree.root / "VERSION").write_text("cdg62-depot/2.0\n")
    with pytest.raises(ConfigurationError, match="cdg62-depot/2"):
        tree.prepare()


def test_a_folder_of_the_tree_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "ailleurs").mkdir()
    (tmp_path / "depot").mkdir()
    (tmp_path / "depot" / "encours").symlink_to(tmp_path / "ailleurs")
    with pytest.raises(ConfigurationError, match="encours"):
        DepositTree(tmp_path / "depot", mode=DepositMode.RENAME).prepare()


def test_a_tree_that_is_not_mounted_says_what_to_check(tmp_path):
    with pytest.raises(ConfigurationError, match="montage"):
        DepositTree(tmp_path / "absent", mode=DepositMode.RENAME).waiting_lots()


# Waiting and taking


def test_only_whole_lots_wait_and_the_rest_is_named(tree, deposit, world, tmp_path):
    entrants = tree.root / "entrants"
    deposit(OTHER)
    deposit()
    (entrants / ".cache").mkdir()
    (entrants / "PC1.part").mkdir()
    (entrants / "Thumbs.db").write_bytes(b"x")
    (entrants / "lot.zip").write_bytes(b"x")
    (entrants / "lien").symlink_to(tmp_path)
    assert tree.waiting_lots() == [world.lot_name, OTHER]
    assert tree.unfinished_lots() == ["PC1.part", "lien", "lot.zip"]


def test_taking_a_lot_moves_it_whole(tree, deposit, world):
    folder = tree.take(deposit())
    assert folder == tree.lot_folder(world.lot_name) == tree.root / "encours" / world.lot_name
    assert files_under(folder) == {"manifeste.json", "arrete.pdf", "plan.pdf"}
    assert (tree.waiting_lots(), tree.taken_lots()) == ([], [world.lot_name])


def test_a_lot_is_taken_by_one_worker_only(tree, deposit):
    lot = deposit()
    assert [tree.take(lot) is None, tree.take(lot) is None] == [False, True]


def test_a_link_is_not_taken(tree, tmp_path):
    (tree.root / "entrants" / "lien").symlink_to(tmp_path)
    assert tree.take("lien") is None
    assert (tree.root / "entrants" / "lien").is_symlink()


def test_a_second_deposit_of_the_same_name_overwrites_nothing(tree, deposit, world):
    tree.take(deposit())
    tree.take(deposit(manifeste__json=b"{}"))
    third = tree.take(deposit())
    assert tree.taken_lots() == [world.lot_name, f"{world.lot_name}~2", f"{world.lot_name}~3"]
    assert third == tree.lot_folder(f"{world.lot_name}~3")
    assert (tree.lot_folder(f"{world.lot_name}~2") / "manifeste.json").read_bytes() == b"{}"
    assert tree.lot_of(f"{world.lot_name}~2") == world.lot_name


@pytest.mark.parametrize(
    "name", ["mon dépôt", "~2", "x~2", "-rf", "x" * 250, "a\nb", os.fsdecode(b"\xff\xfe")]
)
def test_a_lot_with_an_unbearable_name_can_still_be_refused(tree, desk, deposit, name):
    taken = tree.take(deposit(name)).name
    assert taken.isascii()
    assert tree.lot_of(taken) == taken
    lot = desk.lot(taken)
    lot.folder = tree.lot_folder(taken)
    report = desk.refusal(lot, write=False)
    assert FindingCode.ID_DEPOT_NOM in [e.code for e in report.erreurs]
    assert tree.acknowledge(report).is_file()
    assert (tree.quarantine(taken, report) / "erreur.json").is_file()


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", "a\0b", "..\\x"])
def test_no_name_leads_outside_the_tree(tree, world, name):
    report = report_of(name, world)
    for attempt in (
        lambda: tree.take(name),
        lambda: tree.lot_folder(name),
        lambda: tree.returns(name),
        lambda: tree.acknowledge(report),
        lambda: tree.quarantine(name, report),
        lambda: tree.archive(name, moment=world.now),
        lambda: tree.publish_return(event_of(name)),
    ):
        with pytest.raises(InvalidInput):
            attempt()


# Acknowledging


def test_the_acknowledgement_has_the_shape_of_the_contract(tree, world):
    path = tree.acknowledge(report_of(world.lot_name, world))
    assert path == tree.root / "accuses" / f"{world.lot_name}.json"
    assert json.loads(path.read_bytes()) == {
        "version": "cdg62-depot/1",
        "id_depot": world.lot_name,
        "recu_le": "2026-11-22T08:00:00+00:00",
        "resultat": "REFUSE",
        "erreurs": [{"code": "EMPREINTE", "champ": "document.sha256", "message": "Empreinte : fausse"}],
        "avertissements": [],
        "empreinte_manifeste": "a" * 64,
    }


def test_the_same_acknowledgement_again_leaves_the_file_untouched(tree, world):
    path = tree.acknowledge(report_of(world.lot_name, world))
    os.utime(path, (1, 1))
    assert tree.acknowledge(report_of(world.lot_name, world)) == path
    assert path.stat().st_mtime == 1


def test_a_refusal_is_replaced_by_a_later_acceptance(tree, world):
    path = tree.acknowledge(report_of(world.lot_name, world))
    assert tree.acknowledge(report_of(world.lot_name, world, resultat=Resultat.ACCEPTE)) == path
    assert json.loads(path.read_bytes())["resultat"] == "ACCEPTE"


def test_an_acceptance_is_never_replaced_by_a_refusal(tree, world):
    accepted = tree.acknowledge(report_of(world.lot_name, world, resultat=Resultat.ACCEPTE))
    for empreinte in ("b" * 64, "c" * 64):
        refused = tree.acknowledge(report_of(world.lot_name, world, empreinte=empreinte))
        assert refused.name == f"{world.lot_name}~2.json"
    assert json.loads(accepted.read_bytes())["resultat"] == "ACCEPTE"
    assert json.loads(refused.read_bytes())["empreinte_manifeste"] == "c" * 64


# Quarantine


def test_a_refused_lot_is_kept_with_the_reasons(tree, deposit, world):
    taken = tree.take(deposit()).name
    report = report_of(taken, world)
    folder = tree.quarantine(taken, report)
    assert folder == tree.root / "quarantaine" / world.lot_name
    assert files_under(folder) == {
        "manifeste.json", "arrete.pdf", "plan.pdf", "erreur.json", "LISEZMOI.txt",
    }  # fmt: skip
    assert (folder / "erreur.json").read_text("utf-8") == report.to_json()
    notice = (folder / "LISEZMOI.txt").read_bytes().decode("utf-8-sig")
    assert "Empreinte : fausse [EMPREINTE]\r\n" in notice
    assert "Reçu le 22/11/2026 à 09:00" in notice
    assert tree.taken_lots() == []


def test_quarantine_again_changes_nothing(tree, deposit, world):
    taken = tree.take(deposit()).name
    first = tree.quarantine(taken, report_of(taken, world))
    assert tree.quarantine(taken, report_of(taken, world)) == first
    assert [p.name for p in (tree.root / "quarantaine").iterdir()] == [world.lot_name]


def test_two_refused_lots_of_one_name_are_both_kept(tree, deposit, world):
    for expected in ("", "~2", "~3"):
        taken = tree.take(deposit()).name
        folder = tree.quarantine(taken, report_of(world.lot_name, world))
        assert folder.name == world.lot_name + expected
        assert tree.quarantine(taken, report_of(world.lot_name, world)) == folder


def test_a_lot_that_is_nowhere_cannot_be_put_away(tree, world):
    with pytest.raises(InvalidInput, match="n'est plus dans encours"):
        tree.quarantine(world.lot_name, report_of(world.lot_name, world))
    with pytest.raises(InvalidInput, match="n'est plus dans encours"):
        tree.archive(world.lot_name, moment=world.now)


def test_a_hostile_lot_cannot_make_us_write_elsewhere(tree, deposit, world, tmp_path):
    folder = tree.take(deposit())
    victim = tmp_path / "victime"
    victim.write_text("intact")
    (folder / "erreur.json").symlink_to(victim)
    (folder / "erreur.json.part").symlink_to(victim)
    (folder / "LISEZMOI.txt").mkdir()
    (folder / "LISEZMOI.txt" / "x").write_text("x")
    (folder / "LISEZMOI.txt.part").mkdir()
    kept = tree.quarantine(folder.name, report_of(folder.name, world))
    assert victim.read_text() == "intact"
    assert json.loads((kept / "erreur.json").read_bytes())["resultat"] == "REFUSE"
    assert (kept / "LISEZMOI.txt").is_file()
    assert (kept / "LISEZMOI.txt~2" / "x").read_text() == "x"


def test_the_report_of_an_interrupted_quarantine_is_not_a_fault_of_the_depositor(tree, deposit, desk, world):
    folder = tree.take(deposit())
    for name in ("erreur.json", "LISEZMOI.txt", "erreur.json.part"):
        (folder / name).write_text("x")
    lot = desk.lot()
    lot.folder = folder
    assert desk.read(lot, write=False)


# Archiving and purging


def test_a_finished_lot_goes_to_the_month_it_ended_in(tree, deposit, world):
    taken = tree.take(deposit()).name
    folder = tree.archive(taken, moment=world.now)
    assert folder == tree.root / "archives" / "2026" / "11" / world.lot_name
    assert "arrete.pdf" in files_under(folder)
    assert tree.archive(taken, moment=world.now + timedelta(days=30)) == folder


def test_two_archived_lots_of_one_name_are_both_kept(tree, deposit, world):
    for expected in ("", "~2"):
        folder = tree.archive(tree.take(deposit()).name, moment=world.now)
        assert folder.name == world.lot_name + expected


def _returned(tree, lot, sequence, *, taken_at=None):
    folder = tree.publish_return(event_of(lot, sequence))
    if taken_at is not None:
        marker = folder / ".repris"
        marker.touch()
        os.utime(marker, (taken_at.timestamp(), taken_at.timestamp()))
    return folder


def test_purging_deletes_only_what_was_taken_back_long_enough_ago(tree, deposit, world):
    old, recent = world.now - timedelta(days=91), world.now - timedelta(days=89)
    gone = _returned(tree, world.lot_name, 1, taken_at=old)
    kept = [
        _returned(tree, world.lot_name, 2, taken_at=recent),
        _returned(tree, world.lot_name, 3),
        tree.archive(tree.take(deposit()).name, moment=old),  # a return of it still waits
        tree.archive(tree.take(deposit(OTHER)).name, moment=recent),
    ]
    waiting = tree.take(deposit())
    refused = tree.quarantine(tree.take(deposit("faux")).name, report_of("faux", world))
    assert tree.purge(moment=world.now, keep_days=90) == [gone]
    assert not gone.exists()
    assert all(folder.is_dir() for folder in (*kept, waiting, refused))


def test_an_old_archive_goes_once_all_its_returns_were_taken(tree, deposit, world):
    old = world.now - timedelta(days=91)
    archived = tree.archive(tree.take(deposit()).name, moment=old)
    _returned(tree, world.lot_name, 1, taken_at=world.now)
    assert tree.purge(moment=world.now, keep_days=90) == [archived]


def test_an_archive_whose_return_is_being_written_is_kept(tree, deposit, world):
    tree.archive(tree.take(deposit()).name, moment=world.now - timedelta(days=91))
    (tree.root / "retours" / world.lot_name / "001-SIGNE.part").mkdir(parents=True)
    assert tree.purge(moment=world.now, keep_days=90) == []


def test_nobody_sees_a_return_half_deleted(tree, world):
    _returned(tree, world.lot_name, 1, taken_at=world.now - timedelta(days=91))
    seen = []
    with observed(lambda moment: seen.append((moment, tree.returns(world.lot_name)))):
        tree.purge(moment=world.now, keep_days=90)
    assert [folders for moment, folders in seen if moment.startswith("purge.renamed")] == [[]]


def test_what_an_interrupted_purge_left_is_deleted(tree, world):
    left = [
        tree.root / "retours" / world.lot_name / "001-SIGNE.purge.part",
        tree.root / "archives" / "2026" / "01" / f"{world.lot_name}.purge.part",
    ]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "arrete.pdf").write_bytes(b"x")
    tree.purge(moment=world.now, keep_days=90)
    assert not any(folder.exists() for folder in left)


def test_purging_touches_nothing_that_it_does_not_know(tree, world, tmp_path):
    old = (world.now - timedelta(days=900)).timestamp()
    strangers = [
        tree.root / "archives" / "divers",
        tree.root / "archives" / "2020" / "notes",
        tree.root / "retours" / "mes notes" / "001-SIGNE",
        tree.root / "retours" / world.lot_name / "divers",
    ]
    for folder in strangers:
        folder.mkdir(parents=True)
        (folder / ".repris").touch()
        os.utime(folder / ".repris", (old, old))
    outside = tmp_path / "dehors"
    outside.mkdir()
    (tree.root / "archives" / "2020" / "lien").symlink_to(outside)
    (tree.root / "retours" / world.lot_name / "009-SIGNE").symlink_to(outside)
    assert tree.purge(moment=world.now, keep_days=1) == []
    assert all(folder.is_dir() for folder in (*strangers, outside))
