"""Thousands of damaged inputs through every door: a result or a documented refusal, and nothing left behind.

``CDG62_MUTATIONS=10000`` makes it more, as before a release; the slowest parsers (PDF signatures, whole lots) get a
share of it.
"""

from __future__ import annotations

import os

import pytest

from hostile.doors import DOORS, Door, Room, judged
from hostile.mutation import mutations

COUNT = int(os.environ.get("CDG62_MUTATIONS", "2000"))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_whatever_is_damaged_a_door_gives_a_result_or_a_documented_refusal(
    door: Door, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        os, "fsync", lambda _: None
    )  # thousands of small files: what reaches the disk is the same
    results = 0
    for data in mutations(door.seeds(), door.language, seed=door.name, count=COUNT // door.slow):
        _, refused = judged(door, data, room)
        if refused is None:
            results += 1
            for path in room.into.iterdir():
                path.unlink()
        else:
            assert not any(room.into.iterdir()), "un refus laisse un fichier derrière lui"
    assert results or not door.accepted, (
        "aucune mutation ne passe : les entrées de départ ne sont pas valables"
    )
