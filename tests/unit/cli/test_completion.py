from __future__ import annotations

import subprocess
import sys

import pytest
import shellingham

from cdg62_connect.cli import completion
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.journey.database import JOURNAL_FILE
from cdg62_connect.settings import loader


def no_shell(_pid: object = None, _depth: int = 10) -> tuple[str, str]:
    raise shellingham.ShellDetectionFailure


def test_the_names_that_are_read_without_the_libraries_are_theirs() -> None:
    assert completion.CONFIG_VARIABLE == loader.CONFIG_VARIABLE
    assert completion.DEFAULT_NAME == loader.DEFAULT_NAME
    assert completion.JOURNAL_FILE == JOURNAL_FILE


@pytest.mark.parametrize(
    ("named", "found"), [("/usr/bin/zsh", "zsh"), ("/bin/bash", "bash"), ("/usr/bin/fish", "fish")]
)
def test_without_a_calling_shell_that_of_the_account_is_taken(
    monkeypatch: pytest.MonkeyPatch, named: str, found: str
) -> None:
    monkeypatch.setattr(shellingham, "detect_shell", no_shell)
    monkeypatch.setenv("SHELL", named)
    assert completion._shell(True) == found


@pytest.mark.parametrize("named", ["", "/bin/sh", "/usr/sbin/nologin"])
def test_a_scheduled_task_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setattr(shellingham, "detect_shell", lambda *_: ("sh", "/bin/sh"))
    monkeypatch.setenv("SHELL", named)
    with pytest.raises(ConfigurationError, match="n'est pas reconnu"):
        completion._shell(True)


def test_the_commands_load_nothing_heavy_before_they_are_run() -> None:
    heavy = ("sqlalchemy", "requests", "zeep", "lxml", "cryptography", "pyhanko", "cdg62_connect.settings")
    code = f"import cdg62_connect.cli.app, sys; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"
