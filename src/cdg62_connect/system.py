"""The one module that knows that operating systems and file servers differ.

Everything else uses what Linux, macOS and Windows have in common, on a local disk or on a share (SMB, NFS).
What is asked of the system here is small on purpose: tests put another system in its place.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

WINDOWS = os.name == "nt"

_NO_FSYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""A file server that has no way to force (a folder above all) says one of these."""

_HELD = frozenset(
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EBUSY", "ETXTBSY", "EAGAIN", "EWOULDBLOCK", "ESTALE", "EDEADLK")
    if hasattr(errno, name)
)
_HELD_ON_WINDOWS = frozenset({5, 32, 33, 170, 303, 1224})
"""Access denied, sharing violation, lock violation, busy, delete pending, file mapped in memory."""

_DEVICES = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}\N{SUPERSCRIPT THREE}])"
    r" *(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
_NAME_SURROGATE = 0x20000000  # of a reparse tag: it stands for another place (symbolic link, junction)
_DRIVE_REMOTE, _DRIVE_RAMDISK = 4, 6


# Writing


def force(descriptor: int) -> None:
    """Force an open file to disk, as far as its file system can.

    A share that knows no fsync is written through when the file is closed: nothing more can be asked of it.
    Every other refusal (disk full, input/output error) is an error: the content may not be there.
    """
    try:
        os.fsync(descriptor)
    except OSError as refused:
        if refused.errno not in _NO_FSYNC:
            raise


def force_folder(folder: Path) -> None:
    """Force the entries of ``folder`` to disk: a rename is durable only then.

    Windows has no handle on a folder to flush, and NTFS journals the rename; a share may refuse too.
    """
    if WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        force(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Give a folder another name.

    Raises:
        OSError: ``target`` exists (Windows), or exists and is not empty (elsewhere); a file in it is open
            (Windows and SMB).
    """
    source.rename(target)


def replace(source: Path, target: Path) -> None:
    """Put a file in the place of another, or where there is none.

    Raises:
        OSError: somebody reads ``target`` (Windows and SMB).
    """
    source.replace(target)


def create(path: Path) -> int:
    """A descriptor open for writing on a file that did not exist, readable by its owner only.

    Raises:
        FileExistsError: there is one.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def date_folder(folder: Path, timestamp: float) -> None:
    """Give a folder this date, or the present one where only its owner may choose.

    The depositor often owns it: a system account may write there and still not set any date it likes.
    """
    try:
        os.utime(folder, (timestamp, timestamp))
    except PermissionError:
        os.utime(folder)


def delete_tree(folder: Path) -> None:
    """Delete a folder and all it holds, files marked read-only included (Windows refuses those otherwise)."""
    if sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=_delete_read_only)
    else:
        shutil.rmtree(
            folder, onerror=lambda function, path, facts: _delete_read_only(function, path, facts[1])
        )


def _delete_read_only(function: Callable[[str], object], path: str, refused: BaseException) -> None:
    if not (WINDOWS and isinstance(refused, PermissionError) and function in (os.unlink, os.rmdir)):
        raise refused
    Path(path).chmod(stat.S_IWRITE)
    function(path)


# Reading


def open_for_reading(path: Path) -> int:
    """A descriptor open for reading, on ``path`` itself: neither what a link shows, nor waiting on a pipe.

    Windows has neither of the two flags; whoever asks has looked at what ``path`` is.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return os.open(path, flags)


def is_folder(facts: os.stat_result) -> bool:
    """Whether ``lstat`` has seen a folder itself: neither a link to one nor a junction of Windows."""
    return stat.S_ISDIR(facts.st_mode) and not _stands_for_another(facts)


def is_file(facts: os.stat_result) -> bool:
    """Whether ``lstat`` has seen an ordinary file itself."""
    return stat.S_ISREG(facts.st_mode) and not _stands_for_another(facts)


def _stands_for_another(facts: os.stat_result) -> bool:
    """What Windows calls a reparse point may also be a deduplicated or a cloud file, which is a real one."""
    return bool(getattr(facts, "st_reparse_tag", 0) & _NAME_SURROGATE)


def is_held(refused: OSError) -> bool:
    """Whether another program may be holding the file: an antivirus, a copy that goes on, a stale handle.

    A right that is missing looks the same (Windows says "access denied" for both): whoever waits for the
    file must in the end tell a person.
    """
    return refused.errno in _HELD or getattr(refused, "winerror", None) in _HELD_ON_WINDOWS


# Names and paths


def is_reserved(name: str) -> bool:
    """Whether Windows would take this name for a device, or cut its end: no file server can bear it then."""
    return _DEVICES.fullmatch(name) is not None or name.endswith((".", " "))


def long_path(path: Path) -> Path:
    r"""``path`` in the form that Windows does not limit to 260 characters (``\\?\``); elsewhere, itself."""
    if not isinstance(path, PureWindowsPath):
        return path
    return type(path)(extended(PureWindowsPath(os.path.abspath(path))))  # noqa: PTH100 - resolve() follows links


def extended(path: PureWindowsPath) -> str:
    r"""``C:\depot`` as ``\\?\C:\depot``, ``\\nas\depot`` as ``\\?\UNC\nas\depot``."""
    text = str(path)
    if text.startswith(("\\\\?\\", "\\\\.\\")) or not path.is_absolute():
        return text
    return "\\\\?\\UNC\\" + text[2:] if text.startswith("\\\\") else "\\\\?\\" + text


def shown_path(path: object) -> str:
    r"""A path as people write it, without the ``\\?\`` of :func:`long_path`."""
    text = str(path)
    if text.startswith("\\\\?\\UNC\\"):
        return "\\\\" + text[8:]
    return text.removeprefix("\\\\?\\")


# Disks


def windows_disk(anchor: str) -> str | None:
    r"""What Windows says of a drive (``C:\``): ``"réseau"``, ``"mémoire"``, ``"local"``; elsewhere ``None``."""
    if sys.platform != "win32":
        return None
    import ctypes

    kind = ctypes.windll.kernel32.GetDriveTypeW(anchor)
    return {_DRIVE_REMOTE: "réseau", _DRIVE_RAMDISK: "mémoire"}.get(kind, "local")
