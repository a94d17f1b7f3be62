"""The journal is opened on a disk of this machine, and nowhere else."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest

from cdg62_connect import system
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.journey import file_systems
from cdg62_connect.journey.file_systems import (
    is_network,
    kind_in,
    kind_in_list,
    kind_of_disk,
    kind_on_windows,
    require_local_disk,
)
from cdg62_connect.journey.store import Store

TABLE = """\
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:40 / /srv/partage\\040commun rw - cifs //nas/partage rw
31 27 0:41 / /srv rw - xfs /dev/vdb rw
32 27 0:42 / /var/lib rw - nfs4 nas:/lib rw
33 27 0:43 / /var/lib rw - ext4 /dev/vdc rw
malformé
"""

MOUNTED = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect)
//agent@nas.local/depot (1) on /Volumes/depot (1) (smbfs, nodev, nosuid, mounted by agent)
nas:/export on /Volumes/nfs (nfs, nodev, nosuid)
malformé
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/x", "ext4"),
        ("/srv/operis", "xfs"),
        ("/srv/partage commun/depot", "cifs"),
        ("/srv/partage", "xfs"),
        ("/var/lib/cdg62", "ext4"),
    ],
)
def test_the_deepest_and_latest_mount_tells_the_kind_of_disk(folder: str, kind: str) -> None:
    assert kind_in(TABLE, Path(folder)) == kind


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/Users/x", "apfs"),
        ("/System/Volumes/Data/x", "apfs"),
        ("/Volumes/depot (1)/etat", "smbfs"),
        ("/Volumes/nfs", "nfs"),
        ("/Volumes/nfs2", "apfs"),
    ],
)
def test_so_does_what_mount_prints_on_macos(folder: str, kind: str) -> None:
    assert kind_in_list(MOUNTED, Path(folder)) == kind
    assert kind_in_list("", Path(folder)) is None


@pytest.mark.parametrize(
    ("folder", "answer", "kind"),
    [
        ("C:\\etat", "local", "local"),
        ("\\\\?\\C:\\etat", "local", "local"),
        ("Z:\\etat", "réseau", "réseau"),
        ("\\\\nas\\partage\\etat", "local", "UNC"),
        ("\\\\?\\UNC\\nas\\partage\\etat", "local", "UNC"),
        ("R:\\etat", "mémoire", "mémoire"),
    ],
)
def test_windows_is_asked_about_the_drive_and_a_share_shows_by_its_name(
    folder: str, answer: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(system, "windows_disk", lambda anchor: asked.append(anchor) or answer)
    assert kind_on_windows(PureWindowsPath(folder)) == kind
    assert asked in ([], [PureWindowsPath(system.shown_path(folder)).anchor])


@pytest.mark.parametrize(
    "kind",
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "vboxsf",
        "UNC",
        "réseau",
    ],
)
def test_shares_are_known(kind: str) -> None:
    assert is_network(kind)


@pytest.mark.parametrize(
    "kind",
    [
        "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "overlay", "tmpfs", "ecryptfs", "apfs", "hfs", "ntfs3",
        "fuseblk", "fuse", "fuse.mergerfs", "fuse.gocryptfs", "fuse.fuse-overlayfs", "fuse.bindfs", "virtiofs",
        "local", "mémoire", "un-disque-de-demain",
    ],
)  # fmt: skip
def test_a_local_disk_is_never_taken_for_a_share(kind: str) -> None:
    assert not is_network(kind)


def test_a_sandbox_that_has_no_other_disk_than_9p_is_not_refused() -> None:
    assert is_network(kind_in("1 0 0:1 / /mnt/c rw - 9p C:\\134 rw", Path("/mnt/c/etat")) or "")
    assert not is_network(kind_in("1 0 0:1 / / rw - 9p none rw", Path("/etat")) or "")


def on(kind: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "kind_of_disk", lambda _folder: kind)


def test_a_journal_on_a_share_is_refused_before_anything_is_made_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on("cifs", monkeypatch)
    with pytest.raises(
        ConfigurationError, match=r"partage réseau.*cifs.*\[journal\] dossier.*rester sur le partage"
    ):
        Store(tmp_path / "etat")
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_was_put_on_a_share_is_refused_and_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path).close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    on("nfs4", monkeypatch)
    with pytest.raises(ConfigurationError, match="nfs4"):
        Store(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("kind", [None, "tmpfs", "overlay", "fuse.mergerfs", "inconnu"])
def test_where_the_system_does_not_tell_nothing_is_refused(
    kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(kind, monkeypatch)
    require_local_disk(tmp_path)
    Store(tmp_path).close()


def test_a_folder_not_made_yet_is_on_the_disk_of_what_will_hold_it(tmp_path: Path) -> None:
    assert kind_of_disk(tmp_path / "a" / "b" / "c") == kind_of_disk(tmp_path)


def test_a_system_without_mount_table_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "_TABLE", tmp_path / "absente")
    assert kind_of_disk(tmp_path) is None
