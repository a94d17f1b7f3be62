"""A file that another program holds (antivirus, copy, share): asked for again later, never refused, never lost."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdg62_connect import system
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.operis import (
    DepositReport,
    Resultat,
    ReturnedFile,
    ReturnEvent,
    ReturnState,
    StillHeld,
    manifest_digest,
)

HELD = [errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY, errno.EAGAIN, errno.ESTALE]


class Holder:
    """Another program, which holds what ``held`` names until it lets go."""

    def __init__(self, monkeypatch, function, *, held, code=errno.EACCES):
        self.holding = True
        real = getattr(system, function)

        def call(*paths):
            if self.holding and any(held in path.name for path in paths):
                raise OSError(code, os.strerror(code), str(paths[0]))
            return real(*paths)

        monkeypatch.setattr(system, function, call)

    def lets_go(self):
        self.holding = False


def event_of(lot, etat=ReturnState.SIGNE, sequence=1):
    return ReturnEvent(
        id_depot=lot,
        sequence=sequence,
        etat=etat,
        date=datetime(2026, 11, 22, tzinfo=UTC),
        dossier_numero="PC0629912600012",
        dossier_id_externe=None,
        document_code="ARR_ACCORD",
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["manifeste.json", "arrete.pdf", "plan.pdf"])
@pytest.mark.parametrize("code", HELD)
def test_a_lot_with_a_held_file_is_not_refused_and_reads_well_later(desk, monkeypatch, name, code):
    lot = desk.lot()
    holder = Holder(monkeypatch, "open_for_reading", held=name, code=code)
    with pytest.raises(StillHeld, match="prochaine passe"):
        desk.read(lot)
    holder.lets_go()
    assert desk.read(lot)


def test_so_is_a_pdf_that_becomes_held_while_it_is_checked(desk, monkeypatch):
    def held(*_, **__):
        raise PermissionError(errno.EACCES, "The process cannot access the file")

    with monkeypatch.context() as busy:
        busy.setattr("cdg62_connect.operis.lot_files.check_pdf", held)
        with pytest.raises(StillHeld):
            desk.read(desk.lot())
    assert desk.read(desk.lot())


def test_a_disk_that_fails_is_not_a_file_that_is_held(desk, monkeypatch):
    Holder(monkeypatch, "open_for_reading", held="plan.pdf", code=errno.EIO)
    with pytest.raises(ConfigurationError, match="montage") as refused:
        desk.read(desk.lot())
    assert not isinstance(refused.value, StillHeld)


def test_a_held_manifest_has_no_digest_rather_than_a_wrong_one(desk, monkeypatch):
    folder = desk.lot().write()
    before = manifest_digest(folder)
    holder = Holder(monkeypatch, "open_for_reading", held="manifeste.json")
    with pytest.raises(StillHeld):
        manifest_digest(folder)
    holder.lets_go()
    assert manifest_digest(folder) == before


@pytest.mark.parametrize("code", HELD)
def test_a_held_lot_stays_whole_where_it_was_deposited(tree, deposit, world, monkeypatch, code):
    lot = deposit()
    holder = Holder(monkeypatch, "rename", held=lot, code=code)
    with pytest.raises(StillHeld):
        tree.take(lot)
    assert (tree.waiting_lots(), tree.taken_lots()) == ([lot], [])
    assert contents(tree.root / "entrants" / lot)["arrete.pdf"] == world.arrete
    holder.lets_go()
    assert tree.take(lot).name == lot


@pytest.mark.parametrize("function", ["open_for_reading", "replace", "rename"])
@pytest.mark.parametrize("code", HELD)
def test_a_return_that_cannot_be_published_appears_whole_later_and_once(
    tree, world, tmp_path, monkeypatch, function, code
):
    source = tmp_path / "signe"
    source.write_bytes(world.arrete)
    file = ReturnedFile(nature="pdf_signe", nom="signe.pdf", path=source, sha256=world.sha256(world.arrete))
    event = event_of(world.lot_name)
    holder = Holder(monkeypatch, function, held="signe" if function != "rename" else "001-SIGNE", code=code)
    for _ in range(3):
        with pytest.raises(StillHeld):
            tree.publish_return(event, [file])
        assert tree.returns(world.lot_name) == []
    holder.lets_go()
    folder = tree.publish_return(event, [file])
    assert tree.publish_return(event, [file]) == folder
    assert [path.name for path in folder.parent.iterdir()] == ["001-SIGNE"]
    assert contents(folder)["signe.pdf"] == world.arrete


def test_what_a_failed_return_left_because_it_was_held_is_written_over(tree, world, monkeypatch):
    with monkeypatch.context() as busy:
        Holder(busy, "rename", held="001-SIGNE")
        Holder(busy, "delete_tree", held="001-SIGNE")
        with pytest.raises(StillHeld):
            tree.publish_return(event_of(world.lot_name))
    assert tree.returns(world.lot_name) == []
    folder = tree.publish_return(event_of(world.lot_name))
    assert [path.name for path in folder.parent.iterdir()] == ["001-SIGNE"]


def test_a_lot_that_cannot_be_put_away_yet_stays_in_course(tree, deposit, world, monkeypatch):
    taken = tree.take(deposit()).name
    report = DepositReport(id_depot=taken, recu_le=world.now, resultat=Resultat.REFUSE)
    holder = Holder(monkeypatch, "rename", held=taken)
    for attempt in (
        lambda: tree.archive(taken, moment=world.now),
        lambda: tree.quarantine(taken, report),
    ):
        with pytest.raises(StillHeld):
            attempt()
        assert tree.taken_lots() == [taken]
        assert contents(tree.lot_folder(taken))["arrete.pdf"] == world.arrete
    holder.lets_go()
    assert tree.quarantine(taken, report).parent.name == "quarantaine"


def test_an_acknowledgement_that_is_being_read_is_replaced_later(tree, world, monkeypatch):
    refused = DepositReport(id_depot=world.lot_name, recu_le=world.now, resultat=Resultat.REFUSE)
    accepted = DepositReport(id_depot=world.lot_name, recu_le=world.now, resultat=Resultat.ACCEPTE)
    path = tree.acknowledge(refused)
    holder = Holder(monkeypatch, "replace", held=path.name)
    with pytest.raises(StillHeld):
        tree.acknowledge(accepted)
    assert contents(path.parent) == {path.name: refused.to_json().encode()}
    holder.lets_go()
    assert tree.acknowledge(accepted).read_bytes() == accepted.to_json().encode()


def test_what_somebody_reads_is_purged_another_day_and_holds_up_nothing_else(tree, world, monkeypatch):
    old = (world.now - timedelta(days=91)).timestamp()
    folders = [tree.publish_return(event_of(world.lot_name, sequence=n)) for n in (1, 2, 3)]
    for folder in folders:
        (folder / ".repris").touch()
        os.utime(folder / ".repris", (old, old))
    holder = Holder(monkeypatch, "rename", held="001-SIGNE")
    assert tree.purge(moment=world.now, keep_days=90) == folders[1:]
    holder.lets_go()
    assert tree.purge(moment=world.now, keep_days=90) == folders[:1]


def test_a_purge_that_was_held_half_way_ends_another_day(tree, world, monkeypatch):
    old = (world.now - timedelta(days=91)).timestamp()
    folder = tree.publish_return(event_of(world.lot_name))
    (folder / ".repris").touch()
    os.utime(folder / ".repris", (old, old))
    holder = Holder(monkeypatch, "delete_tree", held="001-SIGNE")
    assert tree.purge(moment=world.now, keep_days=90) == []
    assert tree.returns(world.lot_name) == []
    holder.lets_go()
    tree.purge(moment=world.now, keep_days=90)
    assert list((tree.root / "retours" / world.lot_name).iterdir()) == []


def test_a_lot_of_another_owner_is_archived_with_the_date_that_the_share_gives(
    tree, deposit, world, monkeypatch
):
    taken = tree.take(deposit()).name
    utime = os.utime

    def of_another_owner(path, times=None):
        if times is not None:
            raise PermissionError(errno.EPERM, "Operation not permitted", str(path))
        utime(path)

    monkeypatch.setattr(system.os, "utime", of_another_owner)
    assert tree.archive(taken, moment=world.now).is_dir()


# Names


@pytest.mark.parametrize("name", ["CON", "nul", "lpt1.2026", "PC1.", "COM3"])
def test_a_lot_that_windows_could_not_hold_gets_a_name_that_it_can(tree, deposit, name):
    taken = tree.take(deposit(name)).name
    assert taken.startswith("LOT_")
    assert not system.is_reserved(taken)


@pytest.mark.parametrize(
    "nom",
    [
        "ehthumbs.db", "Thumbs.db:encryptable", "._arrete.pdf", ".~lock.arrete.odt#", "~$arrete.docx", "a.tmp",
        "a.PART", "arrete.pdf.filepart", "arrete.pdf.crdownload", ".nfs0000000001", ".smbdelete1", ".arrete.pdf.X3d2f",
        "Icon\r",
    ],
)  # fmt: skip
def test_what_desktops_copying_tools_and_file_servers_leave_is_not_of_the_lot(desk, nom):
    lot = desk.lot()
    lot.files[nom] = b"x"
    assert desk.read(lot)


@pytest.mark.parametrize(
    "folder", ["@eaDir", "__MACOSX", ".AppleDouble", ".@__thumb", "~snapshot", "#recycle"]
)
def test_folders_of_file_servers_are_neither_of_a_lot_nor_lots(tree, desk, deposit, world, folder):
    lot = desk.lot()
    (lot.write() / folder).mkdir()
    assert desk.read(lot, write=False)
    (tree.root / "entrants" / folder).mkdir()
    assert (tree.waiting_lots(), tree.unfinished_lots()) == ([], [])


@pytest.mark.parametrize("name", ["PC1.part", "PC1.tmp", "PC1.filepart"])
def test_what_is_still_being_copied_is_not_a_lot_and_is_told(tree, name):
    (tree.root / "entrants" / name).mkdir()
    assert (tree.waiting_lots(), tree.unfinished_lots()) == ([], [name])


def test_two_files_whose_names_differ_by_capitals_are_one_too_many(desk, world):
    lot = desk.lot()
    lot.files["PLAN.pdf"] = world.plan
    report = desk.refusal(lot)
    assert [(str(e.code), e.champ) for e in report.erreurs] == [("FICHIER_NON_DECLARE", "PLAN.pdf")]
    assert "majuscules" in report.erreurs[0].message


def test_a_file_deposited_with_other_capitals_is_named_once(desk):
    lot = desk.lot()
    lot.files["Plan.pdf"] = lot.files.pop("plan.pdf")
    assert desk.errors(lot) == [("FICHIER_ABSENT", "annexes[0].fichier")]


def test_lots_whose_names_differ_by_capitals_or_by_the_form_of_an_accent_stay_apart(tree, deposit):
    names = ["dépôt", "de\u0301po\u0302t", "DÉPÔT"]
    taken = [tree.take(deposit(name)).name for name in names]
    assert len({name.casefold() for name in taken}) == len(names)
    assert all(name.isascii() for name in taken)
