"""Which kind of disk a folder lies on, from the mount table of Linux (proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from pathlib import Path

NETWORK = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
    }
)
"""Kinds that other machines may write to: SQLite's locks do not hold there."""

VOLATILE = frozenset({"ramfs", "tmpfs"})
"""Kinds that a restart empties."""

_TABLE = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(r"\\([0-7]{3})")


def kind_of_disk(folder: Path) -> str | None:
    """The kind of file system under ``folder``, which exists; ``None`` where the system does not tell."""
    try:
        table = _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return kind_in(table, folder.resolve())


def kind_in(table: str, folder: Path) -> str | None:
    """The kind of file system under an absolute ``folder``, according to a mount table."""
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
    return found[1] if found else None


def is_network(kind: str) -> bool:
    """Whether ``kind`` is shared over a network (``fuse.sshfs`` and its like included)."""
    return kind in NETWORK or kind.startswith("fuse.")
