"""Which kind of disk a folder lies on, and that the journal is not opened on one that machines share.

SQLite in WAL mode needs memory shared by its processes and locks that hold: neither exists across machines.
A file system is refused when it is known to be a share, never because it is unknown: local ones are too many
to name (ext4, xfs, btrfs, zfs, apfs, NTFS, overlay, tmpfs, most of fuse).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PureWindowsPath

from cdg62_connect import system
from cdg62_connect.errors import ConfigurationError

NETWORK = frozenset(
    {
        "9p",
        "acfs",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "gfs",
        "gfs2",
        "glusterfs",
        "gpfs",
    }
    | {
        "lustre",
        "ncpfs",
        "nfs",
        "nfs3",
        "nfs4",
        "ocfs2",
        "orangefs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
        "webdav",
    }
    | {"prl_fs", "vboxsf", "vmhgfs"}  # a folder of the host of a virtual machine
    | {"réseau", "UNC"}  # what Windows says
)
"""Kinds that other machines may write to."""

_FUSE = frozenset(
    {
        "afp",
        "blobfuse",
        "blobfuse2",
        "ceph",
        "ceph-fuse",
        "curlftpfs",
        "davfs",
        "davfs2",
        "gcsfuse",
        "glusterfs",
    }
    | {"goofys", "google-drive-ocamlfuse", "gvfsd-fuse", "httpdirfs", "hdfs", "juicefs", "lizardfs", "mfs"}
    | {
        "moosefs",
        "mount.cifs",
        "nfs",
        "onedriver",
        "rclone",
        "s3fs",
        "s3ql",
        "seaweedfs",
        "smbnetfs",
        "sshfs",
    }
    | {"vmhgfs-fuse"}
)
"""Of the kinds that are called ``fuse.<something>``, those that lie elsewhere; the others are local."""

VOLATILE = frozenset({"ramfs", "tmpfs", "mémoire"})
"""Kinds that a restart empties."""

_TABLE = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(r"\\([0-7]{3})")
_MOUNTED = re.compile(r".+? on (?P<point>/.*) \((?P<kind>[^,()]+)[^()]*\)")


def require_local_disk(folder: Path) -> None:
    """Refuse a journal on a share, before anything is opened or made there.

    ``folder`` need not exist yet. Where the system does not tell, nothing is refused.

    Raises:
        ConfigurationError: it lies on a share.
    """
    kind = kind_of_disk(folder)
    if kind is not None and is_network(kind):
        raise ConfigurationError(
            f"Le journal ne peut pas être sur un partage réseau : {folder} est sur « {kind} », où les verrous et la "
            "base SQLite ne tiennent pas. Donnez à [journal] dossier un dossier d'un disque de cette machine ; "
            "l'arborescence de dépôt, elle, peut rester sur le partage."
        )


def kind_of_disk(folder: Path) -> str | None:
    """The kind of file system under ``folder``, or under what will hold it; ``None`` where the system does not tell."""
    place = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    place = place.resolve()  # through links, drives that are folders elsewhere, and automounts
    if isinstance(place, PureWindowsPath):
        return kind_on_windows(place)
    if sys.platform == "darwin":
        return kind_in_list(_mounted(), place)
    try:
        table = _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return kind_in(table, place)


def kind_in(table: str, folder: Path) -> str | None:
    """The kind of file system under an absolute ``folder``, by a mount table of Linux (proc_pid_mountinfo(5))."""
    found: tuple[int, str] | None = None
    for line in table.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = Path(_ESCAPE.sub(lambda code: chr(int(code[1], 8)), fields[4]))
        depth = len(point.parts)
        # Of two mounts on one point, the later hides the earlier.
        if folder.is_relative_to(point) and (found is None or depth >= found[0]):
            found = depth, after.split(" ")[0]
    if found == (1, "9p"):  # "/" itself: the whole machine is a sandbox of this kind, and has no other disk
        return "9p (racine)"
    return found[1] if found else None


def kind_in_list(mounted: str, folder: Path) -> str | None:
    """The same, by what ``mount`` prints on macOS: ``//user@nas/share on /Volumes/share (smbfs, nodev)``."""
    found: tuple[int, str] | None = None
    for line in mounted.splitlines():
        one = _MOUNTED.fullmatch(line)
        if one is None or not folder.is_relative_to(one["point"]):
            continue
        depth = len(Path(one["point"]).parts)
        if found is None or depth >= found[0]:
            found = depth, one["kind"].strip()
    return found[1] if found else None


def kind_on_windows(folder: PureWindowsPath) -> str | None:
    r"""``"UNC"`` for ``\\server\share``, else what the system says of the drive."""
    drive = system.shown_path(folder.drive)
    if drive.startswith("\\\\"):
        return "UNC"
    return system.windows_disk(drive + "\\")


def is_network(kind: str) -> bool:
    """Whether ``kind`` is shared by several machines."""
    if kind.startswith("fuse."):
        return kind.removeprefix("fuse.") in _FUSE
    return kind in NETWORK


def _mounted() -> str:
    try:
        done = subprocess.run(
            ["/sbin/mount"], capture_output=True, text=True, errors="surrogateescape", timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
