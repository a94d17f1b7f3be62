"""Writes ``docs/pastell-versions.md`` from the contract tests: what each operation does on each version of Pastell.

``python docs/_outils/versions_pastell.py`` runs them and writes the page; the same tests then hold it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from support.pastell_operations import PAGE, WRITING, page

TESTS = Path(__file__).parents[2] / "tests" / "contract" / "test_pastell_operations.py"


class Writer:
    """Takes what the tests saw, and keeps them from comparing it with the page that is about to be written."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], str] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        """Called before the tests."""
        config.stash[WRITING] = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called for each phase of each test."""
        for name, value in report.user_properties if report.when == "teardown" else ():
            if name == "pastell":
                self.cells |= {(row, generation): what for row, generation, what in value}


def main() -> int:
    """Run the tests, and write the page if they pass; the exit code of the command."""
    writer = Writer()
    failed = pytest.main([str(TESTS), "-q", "-p", "no:cacheprovider"], plugins=[writer])
    if failed:
        return int(failed)
    PAGE.write_text(page(writer.cells), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
