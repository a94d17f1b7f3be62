"""What needs the recordings of a real Pastell is skipped without them: they are no part of the project."""

from __future__ import annotations

import pytest

from conformance.agreement import Report, in_order
from conformance.recordings import ABSENT, place

_NEED_THEM = {"test_client.py", "test_pairs.py", "test_simulateur.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if place() is None:
        for item in items:
            if item.path.parent.name == "conformance" and item.path.name in _NEED_THEM:
                item.add_marker(pytest.mark.skip(reason=ABSENT))


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The whole recording replayed once, in its order."""
    return in_order(tmp_path_factory.mktemp("rejeu"))
