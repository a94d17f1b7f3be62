"""Driving a journey in a test: the platforms' admin desk, a clock that walks, children that are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from cdg62_connect.journey import Journey
from cdg62_connect.moments import observed
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import sample_deposits

COMMAND = Path(sys.executable).with_name("cdg62-connect")


@contextmanager
def served_platforms(folder: Path) -> Iterator[Platforms]:
    """Simulated platforms in a process of their own: the test process has no thread, and can fork."""
    process = subprocess.Popen(
        [COMMAND, "simulateur", "--json", "--dossier", folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Platforms(json.loads(process.stdout.readline()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()
    assert process.returncode == 0


class WalkingClock:
    """Stands still, and walks when somebody waits on it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Platforms:
    """The simulated platforms and their admin desk."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.described = described
        self._admin = described["admin"]

    def ask(self, path: str) -> Any:
        answer = requests.get(self._admin + path, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def tell(self, path: str, body: object = None) -> Any:
        answer = requests.post(self._admin + path, json=body if body is not None else {}, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def now(self) -> datetime:
        return datetime.fromisoformat(self.ask("/etat")["horloge"]["heure"])

    def start_again(self, *, refuse: str | None = None) -> None:
        """Forget everything; people act after one look, and sign unless ``refuse`` gives their reason."""
        self.tell("/reset")
        rule: dict[str, object] = {"quand": {"apres_regards": 1}}
        if refuse:
            rule["refuser"] = refuse
        self.tell("/rythme", {"iparapheur": [rule], "s2low": {"apres_regards": 1}})


def sample(code: str) -> Path:
    """The sample lot with this document code; the one that is meant to be refused is ``malformed``."""
    lots = sorted(sample_deposits().iterdir())
    malformed = [lot for lot in lots if "00033" in lot.name]
    if code == "malformed":
        return malformed[0]
    return next(lot for lot in lots if f"_{code}_" in lot.name and lot not in malformed)


def live(
    settings: Settings, start: datetime, *, passes: int = 80, platforms: Platforms | None = None
) -> Journey:
    """Pass after pass, jumping from look to look, until nothing is in course.

    ``platforms`` whose own work takes time (Pastell's) have their clock walk along.
    """
    clock = WalkingClock(start)
    journey = Journey(settings, clock=clock)
    try:
        for _ in range(passes):
            report = journey.run_pass()
            assert not report.failed, report.failed
            following = journey.next_due()
            if following is None:
                break
            clock.moment = max(following, clock.moment)
            if platforms is not None:
                platforms.tell("/horloge", {"heure": clock.moment.isoformat()})
    finally:
        journey.close()
    return journey


def in_child(work: Callable[[], object], *, kill_at: int | None = None) -> int:
    """Run ``work`` in a forked child, which kills itself at the ``kill_at``-th moment; its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 70
    try:
        reached = 0

        def die(_name: str) -> None:
            nonlocal reached
            if reached == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            reached += 1

        with observed(die):
            work()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)
