from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import BaseFileLock, FileLock, SoftFileLock

from cdg62_connect.errors import JournalError
from cdg62_connect.journey import events as ev
from cdg62_connect.journey import locks
from cdg62_connect.journey.locks import Taken, locked
from cdg62_connect.journey.store import Busy, Store


def test_a_lock_is_had_by_one_and_never_waited_for(tmp_path: Path) -> None:
    with locked(tmp_path / "a"):
        with pytest.raises(Taken), locked(tmp_path / "a"):
            pass
        with locked(tmp_path / "b"):
            pass
    with locked(tmp_path / "a"):
        pass


def test_a_lock_file_that_a_dead_process_left_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("4242\n")
    with locked(tmp_path / "a"):
        pass


@pytest.mark.parametrize(
    "refused", [OSError(errno.ENOLCK, "No locks available"), NotImplementedError("no flock")]
)
def test_a_disk_without_locks_is_told(
    refused: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise refused

    monkeypatch.setattr(BaseFileLock, "acquire", refuse)
    with pytest.raises(JournalError, match="disque de cette machine"), locked(tmp_path / "a"):
        pass


def test_a_lock_that_would_outlive_its_process_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def soft(path: Path, **how: Any) -> BaseFileLock:
        return SoftFileLock(path, **how)

    monkeypatch.setattr(locks, "FileLock", soft)
    with pytest.raises(JournalError, match="ne connaît pas les verrous"), locked(tmp_path / "a"):
        pass
    monkeypatch.setattr(locks, "FileLock", FileLock)
    with locked(tmp_path / "b"):
        pass


def test_who_holds_a_dossier_is_recorded_and_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.hold("A") as hold:
        hold.append(ev.Received(taken="A", empreinte_manifeste="0" * 64))
        with pytest.raises(Busy, match=f"processus {os.getpid()}"), store.hold("A"):
            pass
    store.close()
