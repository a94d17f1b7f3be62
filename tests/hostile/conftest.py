"""A room for each test, in which a door may write in one place only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile.doors import Room


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Two folders; anything that appears beside them, or in the current folder, fails the test."""
    outside, current = tmp_path / "dehors", tmp_path / "courant"
    made = Room(given=tmp_path / "recu", into=outside / "dedans")
    for folder in (made.given, made.into, current):
        folder.mkdir(parents=True)
    (outside / "temoin.pdf").write_bytes(b"rien ne me touche")
    monkeypatch.chdir(current)
    yield made
    assert sorted(path.name for path in outside.iterdir()) == ["dedans", "temoin.pdf"]
    assert (outside / "temoin.pdf").read_bytes() == b"rien ne me touche"
    assert not any(current.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["courant", "dehors", "recu"]
