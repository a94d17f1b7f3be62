"""Making a file durable: written beside its place, forced to disk, then put there by one rename.

A reader sees the whole file or none of it, also after a power cut. Names ending in ``.part`` are work
in progress and may be deleted by whoever owns the folder.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cdg62_connect import system
from cdg62_connect.moments import reach


def force_directory(folder: Path) -> None:
    """Force the entries of ``folder`` to disk (a rename is durable only then)."""
    system.force_folder(folder)


@contextmanager
def durable_file(target: Path) -> Generator[BinaryIO]:
    """A file open for writing that becomes ``target`` only when the block ends without an error."""
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            system.force(out.fileno())
        reach(f"file.before:{target.name}")
        system.replace(part, target)
        force_directory(target.parent)
        reach(f"file.after:{target.name}")
    except BaseException:
        with suppress(OSError):  # held by an antivirus: the next attempt writes over it
            part.unlink(missing_ok=True)
        raise


def write_durably(target: Path, content: bytes) -> None:
    """Write ``content`` (small: it is in memory) as ``target``."""
    with durable_file(target) as out:
        out.write(content)


def publish_folder(part: Path, target: Path) -> None:
    """Make the finished folder ``part`` appear as ``target``, all of it forced to disk before.

    Raises:
        OSError: ``target`` exists and is not empty, or the disk refuses.
    """
    for child in part.iterdir():
        with child.open("rb+") as handle:
            system.force(handle.fileno())
    force_directory(part)
    reach(f"folder.before:{target.name}")
    system.rename(part, target)
    force_directory(target.parent)
    reach(f"folder.after:{target.name}")


def move_folder(source: Path, target: Path) -> None:
    """Move a whole folder by one rename, durable at both ends.

    Raises:
        OSError: the rename is refused (``target`` not empty, a file of it open, other file system).
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    reach(f"move.before:{target.name}")
    system.rename(source, target)
    force_directory(source.parent)
    force_directory(target.parent)
    reach(f"move.after:{target.name}")
