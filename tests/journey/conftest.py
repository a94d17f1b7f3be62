"""The journey under test: simulated platforms in a process of their own, driven by their admin desk.

The test process has no thread of its own, so that it can fork children that are killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdg62_connect.journey import Journey
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import deposit, install
from support.lives import Platforms, sample, served_platforms


@pytest.fixture(scope="session")
def running_platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platforms]:
    with served_platforms(tmp_path_factory.mktemp("plateformes")) as platforms:
        yield platforms


@pytest.fixture
def platforms(running_platforms: Platforms) -> Platforms:
    running_platforms.start_again()
    return running_platforms


@pytest.fixture
def settings(platforms: Platforms, tmp_path: Path) -> Settings:
    return install(platforms.described, folder=tmp_path)


@pytest.fixture
def drop(settings: Settings) -> Callable[[str], str]:
    def drop_sample(code: str) -> str:
        with Journey(settings):
            pass
        return deposit(sample(code), root=settings.deposit.root)

    return drop_sample
