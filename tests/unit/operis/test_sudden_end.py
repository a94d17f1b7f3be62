"""A process that dies at any moment leaves nothing half done, and doing it again completes it.

Each operation runs in a child that ends itself at the first announced moment, then at the second, and so on
until one child survives: then every moment has been tried. After each death the operation is repeated.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdg62_connect.moments import observed
from cdg62_connect.operis import (
    DepositReport,
    Finding,
    FindingCode,
    Resultat,
    ReturnedFile,
    ReturnEvent,
    ReturnState,
)

DIED = 77


def run_and_die(operation: Callable[[], object], *, at: int) -> bool:
    """Run in a child that ends at its ``at``-th moment; whether it died of that."""
    child = os.fork()
    if child == 0:
        reached = 0

        def die(_moment: str) -> None:
            nonlocal reached
            reached += 1
            if reached == at:
                os._exit(DIED)

        status = 1
        try:
            with observed(die):
                operation()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, DIED)
    return code == DIED


def at_every_moment(tree, operation, check_between, check_after, *, least: int) -> None:
    """Kill ``operation`` at each moment from one same start, checking before and after the repetition."""
    start = tree.root.with_name("depart")
    shutil.copytree(tree.root, start, symlinks=True)
    deaths = 0
    while run_and_die(operation, at=deaths + 1):
        deaths += 1
        check_between()
        first = operation()
        check_after()
        assert operation() == first
        check_after()
        shutil.rmtree(tree.root)
        shutil.copytree(start, tree.root, symlinks=True)
    assert deaths >= least


@pytest.fixture
def report(world):
    return DepositReport(
        id_depot=world.lot_name,
        recu_le=world.now,
        resultat=Resultat.REFUSE,
        erreurs=(Finding(FindingCode.EMPREINTE, "document.sha256", "Empreinte : fausse"),),
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_publishing_a_return(tree, world, tmp_path):
    sources = {"a.pdf": b"a" * 3_000_000, "b.xml": b"<b/>"}
    files = []
    for nom, content in sources.items():
        (tmp_path / nom).write_bytes(content)
        files.append(
            ReturnedFile(nature="pdf_signe", nom=nom, path=tmp_path / nom, sha256=world.sha256(content))
        )
    event = ReturnEvent(
        id_depot=world.lot_name,
        sequence=1,
        etat=ReturnState.SIGNE,
        date=datetime(2026, 11, 22, tzinfo=UTC),
        dossier_numero="PC0629912600012",
        dossier_id_externe=None,
        document_code="ARR_ACCORD",
    )

    def whole_or_absent():
        for folder in tree.returns(world.lot_name):
            found = contents(folder)
            assert json.loads(found.pop("retour.json"))["sequence"] == 1
            assert found == sources

    def one_whole():
        assert [p.name for p in (tree.root / "retours" / world.lot_name).iterdir()] == ["001-SIGNE"]
        whole_or_absent()

    at_every_moment(tree, lambda: tree.publish_return(event, files), whole_or_absent, one_whole, least=8)


def test_quarantining(tree, deposit, world, report):
    tree.quarantine(tree.take(deposit()).name, report)  # an older lot of the same name is there already
    tree.take(deposit())
    home = tree.root / "quarantaine"

    def nothing_lost():
        places = [*(tree.root / "encours").iterdir(), *home.iterdir()]
        assert len(places) == 2
        for folder in places:
            assert contents(folder)["arrete.pdf"] == world.arrete
        for folder in home.iterdir():
            assert {"erreur.json", "LISEZMOI.txt"} <= contents(folder).keys()

    def both_in_quarantine():
        assert sorted(p.name for p in home.iterdir()) == [world.lot_name, f"{world.lot_name}~2"]
        for folder in home.iterdir():
            assert contents(folder).keys() == {
                "manifeste.json", "arrete.pdf", "plan.pdf", "erreur.json", "LISEZMOI.txt",
            }  # fmt: skip

    at_every_moment(
        tree, lambda: tree.quarantine(world.lot_name, report), nothing_lost, both_in_quarantine, least=6
    )


def test_acknowledging(tree, world, report):
    def readable_or_absent():
        for path in (tree.root / "accuses").glob("*.json"):
            assert path.read_text("utf-8") == report.to_json()

    def one():
        assert [p.name for p in (tree.root / "accuses").iterdir()] == [f"{world.lot_name}.json"]
        readable_or_absent()

    at_every_moment(tree, lambda: tree.acknowledge(report), readable_or_absent, one, least=2)


def test_archiving(tree, deposit, world):
    tree.take(deposit())

    def somewhere():
        found = list(tree.root.rglob("arrete.pdf"))
        assert [p.read_bytes() for p in found] == [world.arrete]

    def archived():
        somewhere()
        assert tree.taken_lots() == []

    at_every_moment(
        tree, lambda: tree.archive(world.lot_name, moment=world.now), somewhere, archived, least=2
    )


def test_taking(tree, deposit, world):
    deposit()

    def somewhere():
        assert [*tree.waiting_lots(), *tree.taken_lots()] == [world.lot_name]

    def take_what_waits():
        for lot in tree.waiting_lots():
            tree.take(lot)
        return tree.taken_lots()

    at_every_moment(tree, take_what_waits, somewhere, somewhere, least=2)


def test_purging(tree, deposit, world):
    old = world.now - timedelta(days=91)
    tree.archive(tree.take(deposit()).name, moment=old)
    event = ReturnEvent(
        id_depot=world.lot_name,
        sequence=1,
        etat=ReturnState.SIGNE,
        date=old,
        dossier_numero="PC0629912600012",
        dossier_id_externe=None,
        document_code="ARR_ACCORD",
    )
    marker = tree.publish_return(event) / ".repris"
    marker.touch()
    os.utime(marker, (old.timestamp(), old.timestamp()))

    def whole_or_absent():
        for folder in tree.returns(world.lot_name):
            assert contents(folder).keys() == {"retour.json", ".repris"}

    def gone():
        left = [p for p in tree.root.rglob("*") if p.is_file()]
        assert [p.name for p in left] == ["VERSION"]

    def purge():
        tree.purge(moment=world.now, keep_days=90)

    at_every_moment(tree, purge, whole_or_absent, gone, least=6)


def test_two_workers_never_take_the_same_lot(tree, deposit):
    lots = [deposit(f"PC06299126{n:05}_ARR_ACCORD_20260914T093000_01") for n in range(20)]
    reading, writing = os.pipe()
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            taken = [lot for lot in lots if tree.take(lot) is not None]
            os.write(writing, "".join(f"{lot}\n" for lot in taken).encode())
            os._exit(0)
        children.append(child)
    os.close(writing)
    for child in children:
        os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        assert sorted(told.read().split()) == lots
    assert tree.taken_lots() == lots
