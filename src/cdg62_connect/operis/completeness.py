"""How we know that a depositor has finished writing a lot."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from cdg62_connect import system
from cdg62_connect.clock import Clock
from cdg62_connect.durable import write_durably
from cdg62_connect.errors import HostileInput
from cdg62_connect.operis.disk import open_regular, sha256_of
from cdg62_connect.operis.names import MANIFESTS
from cdg62_connect.settings import DepositMode

_STILL = timedelta(seconds=60)
_TIMES = 2
_LONGEST_MARKER = 1024


class Completeness(Protocol):
    """Tells the finished lots among those that are there."""

    def finished(self, lots: Sequence[Path]) -> list[Path]:
        """Those of ``lots`` that may be taken, in the same order."""
        ...


def completeness(mode: DepositMode, *, state: Path, clock: Clock) -> Completeness:
    """The rule of a mode; ``state`` is where ``stabilite`` keeps what it saw."""
    match mode:
        case DepositMode.RENAME:
            return _Renamed()
        case DepositMode.MARQUEUR:
            return _Marked()
        case DepositMode.STABILITE:
            return _Still(state, clock)


class _Renamed:
    """The depositor wrote elsewhere: what has appeared is whole."""

    def finished(self, lots: Sequence[Path]) -> list[Path]:
        return list(lots)


class _Marked:
    """The depositor wrote ``<lot>.ok`` in the lot, last, with the SHA-256 of the manifest."""

    def finished(self, lots: Sequence[Path]) -> list[Path]:
        return [lot for lot in lots if self._marked(lot)]

    def _marked(self, lot: Path) -> bool:
        try:
            with open_regular(lot / f"{lot.name}.ok") as marker:
                words = marker.read(_LONGEST_MARKER).decode("ascii", "replace").split()
            expected = words[0].lower() if words else ""
            return any(sha256_of(lot / name) == expected for name in MANIFESTS if (lot / name).is_file())
        except (FileNotFoundError, HostileInput):
            return False
        except OSError as refused:
            if system.is_held(refused):  # the depositor is still at it
                return False
            raise


class _Seen(BaseModel):
    """What a lot looked like, since when, and how many times it was found unchanged."""

    model_config = ConfigDict(frozen=True)

    empreinte: str
    le: datetime
    fois: int


_SEEN = TypeAdapter(dict[str, _Seen])


class _Still:
    """Nobody says anything: a lot that has not changed for 60 s, twice, is held to be whole.

    What was seen is kept in a small file, so that successive processes go on with the same observation.
    """

    def __init__(self, state: Path, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def finished(self, lots: Sequence[Path]) -> list[Path]:
        before = self._read()
        after = {lot.name: self._look(lot, before.get(lot.name)) for lot in lots}
        if after != before:
            write_durably(self._state, _SEEN.dump_json(after))
        return [lot for lot in lots if after[lot.name].fois >= _TIMES]

    def _look(self, lot: Path, before: _Seen | None) -> _Seen:
        now = self._clock.now().astimezone(UTC)
        try:
            empreinte = _outline(lot)
        except OSError as refused:
            if isinstance(refused, FileNotFoundError) or system.is_held(refused):  # it changes under our eyes
                return _Seen(empreinte="", le=now, fois=0)
            raise
        if before is None or before.empreinte != empreinte or before.le > now:
            return _Seen(empreinte=empreinte, le=now, fois=0)
        if now - before.le < _STILL or before.fois >= _TIMES:
            return before
        return _Seen(empreinte=empreinte, le=now, fois=before.fois + 1)

    def _read(self) -> dict[str, _Seen]:
        try:
            return _SEEN.validate_json(self._state.read_bytes())
        except (FileNotFoundError, ValidationError):
            return {}  # the observation starts again: later, never too early


def _outline(lot: Path) -> str:
    """Names, sizes and times of a lot, as one digest."""
    rows: list[tuple[str, int, int]] = []
    for folder, folders, files in os.walk(lot):
        for name in (*folders, *files):
            path = Path(folder, name)
            facts = path.lstat()
            rows.append((os.fsencode(path.relative_to(lot)).hex(), facts.st_size, facts.st_mtime_ns))
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()
