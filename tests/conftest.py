"""What concerns every test. The fixtures of the simulated platforms are those of the plugin that we ship."""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the journey first: they fork, which wants a process where no server runs yet."""
    items.sort(key=lambda item: item.path.parent.name != "journey")


@pytest.fixture(scope="session", autouse=True)
def no_power_failure() -> None:
    """Nothing waits for the disk: here a process dies by a signal, and what it had written outlives it."""
    os.fsync = lambda _descriptor: None
