"""Other systems put in the place of this one: Windows, and file servers that refuse what a local disk does."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect import system
from cdg62_connect.durable import durable_file, move_folder, publish_folder, write_durably


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_share_that_knows_no_fsync_is_written_to_all_the_same(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.os, "fsync", refusing(code))
    write_durably(tmp_path / "a", b"x")
    (tmp_path / "retour.part").mkdir()
    write_durably(tmp_path / "retour.part" / "f", b"y")
    publish_folder(tmp_path / "retour.part", tmp_path / "retour")
    move_folder(tmp_path / "retour", tmp_path / "ailleurs")
    assert (tmp_path / "a").read_bytes() + (tmp_path / "ailleurs" / "f").read_bytes() == b"xy"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_disk_that_fails_to_force_is_never_believed(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.os, "fsync", refusing(code))
    with pytest.raises(OSError, match=os.strerror(code)):
        write_durably(tmp_path / "a", b"x")
    assert list(tmp_path.iterdir()) == []


def test_windows_opens_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(system.os, "open", lambda path, *_: opened.append(path))
    system.force_folder(tmp_path)
    assert opened == []


def test_a_file_that_is_read_elsewhere_keeps_its_content_until_it_can_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_durably(tmp_path / "a", b"before")
    with monkeypatch.context() as windows:
        windows.setattr(system, "replace", refusing(errno.EACCES))
        with pytest.raises(PermissionError):
            write_durably(tmp_path / "a", b"after")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"before"}
    write_durably(tmp_path / "a", b"after")
    assert (tmp_path / "a").read_bytes() == b"after"


def test_what_went_wrong_is_told_even_if_an_antivirus_holds_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "unlink", refusing(errno.EACCES))
    with pytest.raises(ValueError, match="le vrai motif"), durable_file(tmp_path / "a"):
        raise ValueError("le vrai motif")
    monkeypatch.undo()
    write_durably(tmp_path / "a", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_of_another_owner_takes_the_present_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_to: list[object] = []

    def utime(_path: Path, times: tuple[float, float] | None = None) -> None:
        if times is not None:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        set_to.append(times)

    monkeypatch.setattr(system.os, "utime", utime)
    system.date_folder(tmp_path, 12.0)
    assert set_to == [None]


def test_a_read_only_file_does_not_stop_windows_from_deleting_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lot").mkdir()
    document = tmp_path / "lot" / "arrete.pdf"
    document.write_bytes(b"x")
    document.chmod(stat.S_IREAD)
    unlink = os.unlink

    def windows_unlink(path: Any, *, dir_fd: int | None = None) -> None:
        if not document.stat().st_mode & stat.S_IWRITE:
            raise PermissionError(errno.EACCES, "Access is denied", str(document))
        unlink(document)

    monkeypatch.setattr(system.os, "unlink", windows_unlink)
    with pytest.raises(PermissionError):
        system.delete_tree(tmp_path / "lot")
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(system.shutil, "_use_fd_functions", False)
    system.delete_tree(tmp_path / "lot")
    assert not (tmp_path / "lot").exists()


@pytest.mark.parametrize(
    ("error", "held"),
    [
        (PermissionError(errno.EACCES, "x"), True),
        (OSError(errno.EBUSY, "x"), True),
        (OSError(errno.ETXTBSY, "x"), True),
        (OSError(errno.EAGAIN, "x"), True),
        (OSError(errno.ESTALE, "x"), True),
        (SimpleNamespace(errno=errno.EINVAL, winerror=32), True),
        (SimpleNamespace(errno=errno.EINVAL, winerror=33), True),
        (SimpleNamespace(errno=errno.EINVAL, winerror=1224), True),
        (SimpleNamespace(errno=errno.EINVAL, winerror=112), False),
        (OSError(errno.ENOSPC, "x"), False),
        (OSError(errno.EIO, "x"), False),
        (FileNotFoundError(errno.ENOENT, "x"), False),
    ],
)
def test_what_time_may_cure_is_told_from_what_it_does_not(error: object, held: bool) -> None:
    assert system.is_held(cast("OSError", error)) is held


def seen(mode: int, tag: int) -> os.stat_result:
    return cast("os.stat_result", SimpleNamespace(st_mode=mode, st_reparse_tag=tag))


def test_a_junction_of_windows_is_not_a_folder_and_a_deduplicated_file_is_a_file() -> None:
    junction, dedup, cloud = 0xA0000003, 0x80000013, 0x9000001A
    assert not system.is_folder(seen(stat.S_IFDIR, junction))
    assert system.is_folder(seen(stat.S_IFDIR, cloud))
    assert system.is_file(seen(stat.S_IFREG, dedup))
    assert system.is_folder(seen(stat.S_IFDIR, 0))


@pytest.mark.parametrize(
    "name",
    [
        "CON",
        "nul",
        "Aux.pdf",
        "COM1",
        "lpt9.tar.gz",
        "COM\N{SUPERSCRIPT TWO}",
        "CONIN$",
        "con .txt",
        "lot.",
        "lot ",
    ],
)
def test_names_that_windows_keeps_for_itself_are_known(name: str) -> None:
    assert system.is_reserved(name)


@pytest.mark.parametrize("name", ["CONTRAT", "com", "lpt10", "nulle.pdf", ".con", "x.con", "COM10.pdf"])
def test_names_that_only_look_so_are_free(name: str) -> None:
    assert not system.is_reserved(name)


@pytest.mark.parametrize(
    ("path", "long"),
    [
        ("C:\\depot", "\\\\?\\C:\\depot"),
        ("\\\\nas\\partage\\depot", "\\\\?\\UNC\\nas\\partage\\depot"),
        ("\\\\?\\C:\\depot", "\\\\?\\C:\\depot"),
        ("\\\\?\\UNC\\nas\\partage\\depot", "\\\\?\\UNC\\nas\\partage\\depot"),
        ("depot", "depot"),
    ],
)
def test_paths_of_windows_may_exceed_260_characters(path: str, long: str) -> None:
    assert system.extended(PureWindowsPath(path)) == long
    deep = PureWindowsPath(system.extended(PureWindowsPath(path))) / "retours" / ("L" * 80) / ("f" * 100)
    assert str(deep).startswith(long)


def test_people_read_paths_as_they_write_them(tmp_path: Path) -> None:
    assert system.shown_path("\\\\?\\UNC\\nas\\depot") == "\\\\nas\\depot"
    assert system.shown_path("\\\\?\\C:\\depot") == "C:\\depot"
    assert system.shown_path(tmp_path) == str(tmp_path)
    assert system.long_path(tmp_path) == tmp_path


@given(
    st.sampled_from(["C:\\", "\\\\nas\\p\\"]), st.lists(st.from_regex(r"[a-zA-Z0-9_]{1,20}", fullmatch=True))
)
def test_the_long_form_of_a_path_shows_as_the_path(anchor: str, parts: list[str]) -> None:
    path = PureWindowsPath(anchor, *parts)
    assert system.shown_path(system.extended(path)) == str(path)
