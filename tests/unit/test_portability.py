"""What lets the same code run on Linux, macOS and Windows: one module knows the difference."""

from __future__ import annotations

import ast
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

import cdg62_connect
from cdg62_connect import system

SOURCE = Path(cdg62_connect.__file__).parent
ROOT = Path(__file__).parents[2]
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "system.py")

ONE_SYSTEM_ONLY = {
    "ctypes", "fcntl", "grp", "msvcrt", "nt", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty", "winreg",
}  # fmt: skip
OS_EVERYWHERE = {
    "DirEntry", "O_CREAT", "O_EXCL", "O_RDONLY", "O_RDWR", "O_WRONLY", "PathLike", "SEEK_CUR", "SEEK_END", "SEEK_SET",
    "close", "cpu_count", "environ", "fdopen", "fsdecode", "fsencode", "fstat", "fsync", "getpid", "isatty", "linesep",
    "lstat", "name", "open", "path", "pathsep", "read", "replace", "scandir", "sep", "stat", "stat_result", "strerror",
    "terminal_size", "urandom", "walk", "write",
}  # fmt: skip
SIGNALS_EVERYWHERE = {"SIGINT", "SIGTERM", "SIG_DFL", "SIG_IGN", "default_int_handler", "getsignal", "signal"}
ASKED_FOR_FIRST = {
    ("transport/pkcs12.py", "memfd_create"),  # with hasattr; a file elsewhere
    ("transport/pkcs12.py", "MFD_CLOEXEC"),
}


def where(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def used(tree: ast.AST, module: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    } | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_no_other_module_needs_one_system(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert imported(tree) & ONE_SYSTEM_ONLY == set()
    there = {(where(path), name) for name in used(tree, "os") - OS_EVERYWHERE}
    assert there - ASKED_FOR_FIRST == set()
    assert {name for name in used(tree, "signal") if name not in SIGNALS_EVERYWHERE | {"SIGBREAK"}} == set()


def test_every_exception_to_that_rule_is_still_one() -> None:
    for file, name in ASKED_FOR_FIRST:
        assert name in used(ast.parse((SOURCE / file).read_text("utf-8")), "os")


def shipped() -> list[Path]:
    told = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if told.returncode:
        folders = ("src", "fixtures", "docs", "tests", "examples", "benchmarks")
        found = (path for name in folders for path in (ROOT / name).rglob("*"))
        return [path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts]
    return [Path(name.decode()) for name in told.stdout.split(b"\0") if name]


def test_the_project_can_be_copied_to_windows_and_to_a_disk_that_ignores_capitals() -> None:
    paths = {part for path in shipped() for part in (path, *path.parents)}
    folded = Counter(unicodedata.normalize("NFC", path.as_posix()).casefold() for path in paths)
    assert [path for path, times in folded.items() if times > 1] == []
    assert [
        path for path in paths if any(system.is_reserved(part) for part in path.parts if part != ".")
    ] == []
    assert [path for path in paths if set(path.as_posix()) & set('<>:"|?*\\')] == []
    assert [path for path in paths if len(path.as_posix()) > 180] == []


def test_the_folders_of_the_deposit_tree_differ_by_more_than_capitals(tmp_path: Path) -> None:
    from cdg62_connect.operis import DepositTree
    from cdg62_connect.settings import DepositMode

    DepositTree(tmp_path / "depot", mode=DepositMode.RENAME).prepare()
    names = [path.name.casefold() for path in (tmp_path / "depot").iterdir()]
    assert len(names) == len(set(names))
