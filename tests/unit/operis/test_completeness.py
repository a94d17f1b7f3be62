"""When a lot is whole, in each mode of deposit."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from cdg62_connect.operis import DepositTree
from cdg62_connect.settings import DepositMode


class Hour:
    """A clock that stands still until it is moved."""

    def __init__(self, now):
        self._now = now

    def now(self):
        return self._now

    def sleep(self, seconds):
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def marked(tmp_path):
    tree = DepositTree(tmp_path / "depot", mode=DepositMode.MARQUEUR)
    tree.prepare()
    return tree


@pytest.fixture
def incoming(marked, world):
    return world.lot(marked.root / "entrants" / world.lot_name)


def test_a_lot_without_its_marker_is_not_taken(marked, incoming, world):
    incoming.write()
    assert (marked.waiting_lots(), marked.unfinished_lots()) == ([], [world.lot_name])


@pytest.mark.parametrize("form", ["{}", "{}\n", "{}  manifeste.json\r\n"])
def test_a_lot_with_the_right_marker_is_taken(marked, incoming, world, form):
    folder = incoming.write()
    digest = world.sha256((folder / "manifeste.json").read_bytes())
    (folder / f"{world.lot_name}.ok").write_text(form.format(digest.upper()))
    assert (marked.waiting_lots(), marked.unfinished_lots()) == ([world.lot_name], [])


@pytest.mark.parametrize("content", [b"", b"0" * 64, b"\xff\xfe"])
def test_a_marker_that_is_not_that_of_the_manifest_does_not_count(marked, incoming, world, content):
    (incoming.write() / f"{world.lot_name}.ok").write_bytes(content)
    assert marked.waiting_lots() == []


def test_a_marker_without_a_lot_is_ignored(marked, world):
    (marked.root / "entrants" / f"{world.lot_name}.ok").write_text("0" * 64)
    (marked.root / "entrants" / world.lot_name).mkdir()
    (marked.root / "entrants" / world.lot_name / f"{world.lot_name}.ok").write_text("0" * 64)
    assert marked.waiting_lots() == []


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_a_marker_that_is_not_a_file_blocks_nobody(marked, incoming, world, tmp_path, kind):
    folder = incoming.write()
    marker = folder / f"{world.lot_name}.ok"
    if kind == "pipe":
        os.mkfifo(marker)
    elif kind == "link":
        (tmp_path / "ok").write_text(world.sha256((folder / "manifeste.json").read_bytes()))
        marker.symlink_to(tmp_path / "ok")
    else:
        marker.mkdir()
    assert marked.waiting_lots() == []


@pytest.fixture
def hour(world):
    return Hour(world.now)


@pytest.fixture
def still(tmp_path, hour, world):
    """A tree in mode ``stabilite``; each use is a new process."""
    root = tmp_path / "depot"
    DepositTree(root, mode=DepositMode.STABILITE, clock=hour).prepare()
    world.lot(root / "entrants" / world.lot_name).write()
    return lambda: DepositTree(root, mode=DepositMode.STABILITE, clock=hour)


def test_a_lot_that_does_not_change_for_sixty_seconds_twice_is_taken(still, hour, world):
    seen = []
    for _ in range(3):
        seen.append(still().waiting_lots())
        hour.sleep(60)
    assert seen == [[], [], [world.lot_name]]
    assert still().waiting_lots() == [world.lot_name]


def test_looking_often_does_not_make_it_stable_sooner(still, hour):
    for _ in range(11):
        assert still().waiting_lots() == []
        hour.sleep(10)


@pytest.mark.parametrize("change", ["grows", "appears", "is touched"])
def test_a_lot_that_changes_is_observed_from_the_start_again(still, hour, world, change):
    lot = still().root / "entrants" / world.lot_name
    for _ in range(2):
        still().waiting_lots()
        hour.sleep(60)
    if change == "grows":
        (lot / "plan.pdf").write_bytes(world.plan + b"x")
    elif change == "appears":
        (lot / "autre.pdf").touch()
    else:
        os.utime(lot / "plan.pdf", (1, 1))
    for _ in range(2):
        assert still().waiting_lots() == []
        hour.sleep(60)
    assert still().waiting_lots() == [world.lot_name]


def test_a_clock_set_back_only_makes_it_later(still, hour, world):
    still().waiting_lots()
    hour.sleep(-3600)
    for _ in range(2):
        assert still().waiting_lots() == []
        hour.sleep(60)
    assert still().waiting_lots() == [world.lot_name]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"x": 1}'])
def test_a_damaged_observation_starts_again(still, hour, damage):
    for _ in range(2):
        still().waiting_lots()
        hour.sleep(60)
    (still().root / "encours" / ".stabilite.json").write_bytes(damage)
    assert still().waiting_lots() == []
    assert still().taken_lots() == []
