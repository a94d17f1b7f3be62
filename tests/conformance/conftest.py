"""Nothing here runs without the recordings, which are no part of the project."""

from __future__ import annotations


import pytest
from conformance.agreement import Report, in_order
from conformance.recordings import ABSENT, place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if place() is None:
        for item in items:
            if "conformance" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason=ABSENT))


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The whole recording replayed once, in its order."""
    return in_order(tmp_path_factory.mktemp("rejeu"))
