"""The command as a user runs it: in a process of its own, with nothing but its arguments."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdg62_connect.operis import DepositTree
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import install
from support.lives import COMMAND, Platforms, served_platforms


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "COLUMNS": "200", "PYTHONWARNINGS": "error", **environ},
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def running_platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platforms]:
    with served_platforms(tmp_path_factory.mktemp("plateformes")) as platforms:
        yield platforms


@pytest.fixture
def platforms(running_platforms: Platforms) -> Platforms:
    """People and platforms act at once: one pass is a whole life."""
    running_platforms.tell("/reset")
    running_platforms.tell("/rythme", {"iparapheur": "immediat", "s2low": "immediat"})
    return running_platforms


@pytest.fixture
def settings(platforms: Platforms, tmp_path: Path) -> Settings:
    made = install(platforms.described, folder=tmp_path)
    DepositTree(made.deposit.root, mode=made.deposit.mode).prepare()
    return made
