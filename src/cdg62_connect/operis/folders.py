"""Folders that other people also write to: looked at without following links, moved and deleted whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from cdg62_connect import system
from cdg62_connect.durable import force_directory, move_folder
from cdg62_connect.moments import reach
from cdg62_connect.operis.names import is_litter, is_unfinished

PART = ".part"
"""Ends the name of what is being written; nobody reads it."""

DOOMED = ".purge.part"
"""Ends the name of what is being deleted."""


def real_folder(path: Path) -> bool:
    """Whether ``path`` is a folder itself, not a link to one."""
    try:
        return system.is_folder(path.lstat())
    except FileNotFoundError:
        return False


def in_place(path: Path) -> bool:
    """Like :func:`real_folder`, but a missing parent is an error: the disk is not mounted.

    Raises:
        OSError: the parent is missing.
    """
    path.parent.lstat()
    return real_folder(path)


def make_folder(path: Path) -> None:
    """Create a folder in one that exists, its entry forced to disk.

    Missing parents are not created: they are missing because the disk is not mounted.

    Raises:
        OSError: the parent is missing, or something else bears that name, be it a link to a folder.
    """
    if real_folder(path):
        return
    path.mkdir(exist_ok=True)
    if not real_folder(path):
        raise NotADirectoryError(errno.ENOTDIR, "ce doit être un dossier, pas un lien", str(path))
    force_directory(path.parent)


def discard(path: Path) -> None:
    """Delete a file, a link (never what it points to) or a whole folder, if it is there."""
    if real_folder(path):
        system.delete_tree(path)
    else:
        path.unlink(missing_ok=True)


def numbered(name: str) -> Iterator[str]:
    """``lot``, ``lot~2``, ``lot~3``…: names to try when one is taken. ``lot~2`` goes on with ``lot~3``."""
    yield name
    base, _, number = name.partition("~")
    for rank in count(int(number or 1) + 1):
        yield f"{base}~{rank}"


def lots_of(folder: Path) -> Iterator[Path]:
    """The real folders in a folder, sorted by name; unfinished ones and those of file servers apart."""
    with os.scandir(folder) as entries:
        names = [
            entry.name
            for entry in entries
            if not (is_litter(entry.name) or is_unfinished(entry.name))
            and entry.is_dir(follow_symlinks=False)
            and system.is_folder(entry.stat(follow_symlinks=False))
        ]
    return (folder / name for name in sorted(names))


def move_to_free(source: Path, home: Path, *, name: str) -> Path:
    """Move a folder under the first free name; a name taken meanwhile by another process is skipped.

    Raises:
        FileNotFoundError: ``source`` is no longer there.
    """
    for candidate in numbered(name):
        target = home / candidate
        if os.path.lexists(target):
            continue
        try:
            move_folder(source, target)
        except OSError as refused:
            if refused.errno in (errno.ENOTEMPTY, errno.EEXIST):
                continue
            raise
        return target
    raise AssertionError("numbered() never ends")


def make_room(path: Path) -> None:
    """Free the place of a file of ours in a folder that a depositor filled: never write through a link."""
    for place in (path, path.with_name(path.name + PART)):
        if real_folder(place):
            free = next(name for name in numbered(place.name) if not os.path.lexists(place.with_name(name)))
            system.rename(place, place.with_name(free))
        elif place.name.endswith(PART):
            place.unlink(missing_ok=True)


def delete_folder(folder: Path) -> None:
    """Delete a folder; under a name that no reader looks at, so that nobody sees it half deleted."""
    doomed = folder.with_name(folder.name + DOOMED)
    reach(f"purge.before:{folder.name}")
    system.rename(folder, doomed)
    force_directory(folder.parent)
    reach(f"purge.renamed:{folder.name}")
    discard(doomed)
    reach(f"purge.after:{folder.name}")
