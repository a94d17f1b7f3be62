"""One hostile corpus through every door: documented refusals, nothing written beside, nothing kept too long."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput, PlatformError
from hostile import answers
from hostile.corpus import DTDS, attacks
from hostile.doors import DOORS, Door, Room, judged
from support.breakages import EVERY_ONE

XML = [door for door in DOORS if door.language == "xml" and door.name != "s2low.cut_xml"]
PASSED_ON = {"s2low actes_transac_get_ARActe", "s2low actes_classification_fetch"}
"""Doors that hand an XML document over byte for byte, for ``formats`` to read."""

MARGIN = 160
"""Megabytes that the largest attack (64 MB once inflated, 3 MB as they come) may cost above the idle process."""


SHARES = 1 if EVERY_ONE else 4
"""Dozens of doors have one JSON reader behind them: each takes its share of the attacks, neighbours take the others."""


@pytest.mark.parametrize(("rank", "door"), list(enumerate(DOORS)), ids=[door.name for door in DOORS])
def test_a_door_gives_a_result_or_a_documented_refusal(rank: int, door: Door, room: Room) -> None:
    for number, (_, data) in enumerate(attacks(door.seeds()[0], door.language)):
        if not door.accepted and (len(data) > 300_000 or (number + rank) % SHARES):
            continue
        _, refused = judged(door, data, room)
        left = list(room.into.iterdir())
        assert not (refused and left), "un refus laisse un fichier derrière lui"
        for path in left:
            assert path.is_file()
            assert not path.is_symlink()
            path.unlink()


@pytest.mark.parametrize("door", XML, ids=lambda door: door.name)
def test_a_dtd_never_comes_in(door: Door, room: Room) -> None:
    valid = door.seeds()[0]
    named = {name: data for name, data in attacks(valid, "xml") if name.startswith("dtd")}
    assert len(named) == 2 * len(DTDS)
    for name, data in named.items():
        result, refused = judged(door, data, room)
        if door.name in PASSED_ON:
            assert refused or result == data
        else:
            assert isinstance(refused, HostileInput | PlatformError), name


@pytest.mark.parametrize("read", ["formats.ArActe", "formats.Classification"])
def test_what_is_handed_over_unread_is_refused_by_its_reader(read: str, room: Room) -> None:
    door = next(door for door in DOORS if door.name == read)
    for name, data in attacks(door.seeds()[0], "xml"):
        if name.startswith("dtd"):
            assert isinstance(judged(door, data, room)[1], HostileInput)


def test_a_lot_stays_as_it_was_deposited_whatever_its_manifest_says(room: Room) -> None:
    door = next(door for door in DOORS if door.name == "operis.read_lot")
    judged(door, answers.manifest(), room)
    folder = room.given / answers.lot().name
    before = _content(folder)
    for _, data in attacks(answers.manifest(), "json"):
        judged(door, data, room)
        after = _content(folder)
        assert after.pop("manifeste.json") == hashlib.sha256(data).hexdigest()
        assert after == {name: digest for name, digest in before.items() if name != "manifeste.json"}


def _content(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


CHILD = """
import json, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from hostile.corpus import attacks
from hostile.doors import DOORS, Room, judged

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024

door = next(door for door in DOORS if door.name == sys.argv[2])
room = Room(Path(sys.argv[3]), Path(sys.argv[4]))
corpus = list(attacks(door.seeds()[0], door.language))
judged(door, door.seeds()[0], room)
idle, worst = peak(), ("", 0)
for name, data in corpus:
    before = peak()
    judged(door, data, room)
    for path in room.into.iterdir():
        path.unlink()
    worst = max(worst, (name, peak() - idle), key=lambda one: one[1])
print(json.dumps(worst))
"""
HEAVIEST = [
    "iparapheur GetDossier",
    "iparapheur GetDossier MTOM",
    "s2low actes_transac_get_status",
    "s2low list_actes",
    "s2low actes_download_file",
    "formats.Classification",
    "formats.check_pdf",
    "formats.verify_pades",
    "operis.read_lot",
    "settings.load_settings",
]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="lit la mémoire dans /proc")
@pytest.mark.parametrize("name", HEAVIEST)
def test_no_attack_takes_more_memory_than_its_own_size_explains(name: str, tmp_path: Path) -> None:
    given, into = tmp_path / "recu", tmp_path / "dedans"
    given.mkdir()
    into.mkdir()
    here = str(Path(__file__).parent.parent)
    # A process of its own: the peak of this one is that of all the tests before.
    run = subprocess.run(
        [sys.executable, "-c", CHILD, here, name, str(given), str(into)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    attack, megabytes = json.loads(run.stdout)
    assert megabytes < MARGIN, attack
