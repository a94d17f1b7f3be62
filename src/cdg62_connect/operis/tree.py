"""The deposit tree that the depositor and we share, on a local or mounted folder.

::

    VERSION               the contract
    entrants/<lot>/       a lot appears here, whole
    encours/<lot>/        taken; <lot>~2 when the same name is deposited again meanwhile
    quarantaine/<lot>/    refused, with erreur.json and LISEZMOI.txt
    accuses/<lot>.json    the acknowledgement
    retours/<lot>/<NNN>-<etat>/
    archives/<AAAA>/<MM>/<lot>/

Each operation ends with one rename: a process that dies at any moment leaves the state before or the state
after, and doing it again gives the state after.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from cdg62_connect import system
from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.durable import publish_folder, write_durably
from cdg62_connect.errors import ConfigurationError, InvalidInput
from cdg62_connect.operis.completeness import completeness
from cdg62_connect.operis.disk import on_disk
from cdg62_connect.operis.findings import DepositReport, Resultat
from cdg62_connect.operis.folders import (
    DOOMED,
    PART,
    delete_folder,
    discard,
    in_place,
    lots_of,
    make_folder,
    make_room,
    move_to_free,
    numbered,
    real_folder,
)
from cdg62_connect.operis.names import ERROR_NOTICE, ERROR_REPORT, is_litter
from cdg62_connect.operis.notice import notice_of
from cdg62_connect.operis.returns import (
    TAKEN_BACK,
    ReturnedFile,
    ReturnEvent,
    check_event,
    sequence_of,
    write_return,
)
from cdg62_connect.settings import DepositMode

LAYOUT_VERSION = "cdg62-depot/1.0"

_ENTRANTS, _ENCOURS, _RETOURS = "entrants", "encours", "retours"
_ARCHIVES, _QUARANTAINE, _ACCUSES = "archives", "quarantaine", "accuses"
_FOLDERS = (_ENTRANTS, _ENCOURS, _RETOURS, _ARCHIVES, _QUARANTAINE, _ACCUSES)

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_TAKEN = re.compile(rf"{_SAFE.pattern}(~[1-9][0-9]{{0,5}})?")


class DepositTree:
    """The folders of the contract under ``root``; no path given or found leads outside.

    Every method raises :class:`ConfigurationError` when the disk refuses (rights, space, mount), its subclass
    :class:`StillHeld` when another program holds a file, and :class:`InvalidInput` for a name that is not one
    of a lot. Whatever was refused may be asked for again: it was not done, or is found done.
    """

    def __init__(self, root: Path, *, mode: DepositMode, clock: Clock | None = None) -> None:
        self._root = root = system.long_path(root)
        self._completeness = completeness(
            mode, state=root / _ENCOURS / ".stabilite.json", clock=clock or SystemClock()
        )

    @property
    def root(self) -> Path:
        """Where the tree lies."""
        return self._root

    def prepare(self) -> None:
        """Create what is missing; what is there is left as it is.

        Meant for an installation: over a mount point whose disk is absent, it would make an empty tree.

        Raises:
            ConfigurationError: a folder is a link or lies on another disk, or the tree is of another version.
        """
        with on_disk(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            for name in _FOLDERS:
                make_folder(self._root / name)
            make_folder(self._root / _ENTRANTS / ".tmp")
            devices = {(self._root / name).lstat().st_dev for name in _FOLDERS}
            if len(devices) > 1:
                raise ConfigurationError(
                    f"Les dossiers de {self._root} doivent être sur un même disque : un lot y passe d'un seul geste."
                )
            self._write_version()

    def _write_version(self) -> None:
        path = self._root / "VERSION"
        if not os.path.lexists(path):
            write_durably(path, f"{LAYOUT_VERSION}\n".encode())
        with path.open("rb") as version:
            found = version.read(100).decode("utf-8", "replace").strip()
        if found.split(".")[0] != LAYOUT_VERSION.split(".")[0]:
            raise ConfigurationError(
                f"{path} dit « {found} » : cette version ne connaît que {LAYOUT_VERSION}."
            )

    # Lots coming in

    def waiting_lots(self) -> list[str]:
        """The lots of ``entrants/`` that are complete, sorted."""
        return [lot.name for lot in self._finished()]

    def unfinished_lots(self) -> list[str]:
        """What else lies in ``entrants/``, sorted: lots still being written, archives, links, loose files.

        A name that stays here is a deposit that nobody will take: worth telling a person.
        """
        with on_disk(self._root):
            finished = {lot.name for lot in self._finished()}
            with os.scandir(self._root / _ENTRANTS) as entries:
                names = [entry.name for entry in entries]
        return sorted(name for name in names if name not in finished and not is_litter(name))

    def _finished(self) -> list[Path]:
        with on_disk(self._root):
            return self._completeness.finished(list(lots_of(self._root / _ENTRANTS)))

    def take(self, lot: str) -> Path | None:
        """Move a lot to ``encours/`` by one rename.

        A name that no report could bear (accents, spaces, reserved by Windows, too long…) becomes ``LOT_…``
        there; the checks refuse it then.

        Returns:
            Its folder, or ``None`` when it is no longer there: another worker has it.

        Raises:
            StillHeld: another program holds a file of it; it is where it was, whole.
        """
        if lot in ("", ".", "..") or "/" in lot or "\\" in lot or "\0" in lot:
            raise InvalidInput("Ce n'est pas le nom d'un lot.")
        source = self._root / _ENTRANTS / lot
        with on_disk(source):
            if not in_place(source):
                return None
            try:
                return move_to_free(source, self._root / _ENCOURS, name=_safe_name(lot))
            except FileNotFoundError:
                return None

    def taken_lots(self) -> list[str]:
        """The names in ``encours/``, sorted; ``<lot>~2`` is a second deposit under the name of ``<lot>``."""
        with on_disk(self._root):
            return [folder.name for folder in lots_of(self._root / _ENCOURS)]

    def lot_folder(self, taken: str) -> Path:
        """Where a taken lot lies."""
        return self._root / _ENCOURS / _checked(taken)

    @staticmethod
    def lot_of(taken: str) -> str:
        """The name under which a taken lot was deposited (``<lot>~2`` → ``<lot>``)."""
        return _checked(taken).partition("~")[0]

    # Answers

    def acknowledge(self, report: DepositReport) -> Path:
        """Write ``accuses/<lot>.json``; the same report again changes nothing.

        An acceptance is never replaced by a refusal: when a lot that is in course is deposited again and
        refused, the refusal goes to ``<lot>~2.json``.
        """
        content = report.to_json().encode()
        folder = self._root / _ACCUSES
        with on_disk(folder):
            for name in numbered(self.lot_of(report.id_depot)):
                path = folder / f"{name}.json"
                if report.resultat is Resultat.REFUSE and _says_accepted(path):
                    continue
                if not _holds(path, content):
                    discard(path.with_name(path.name + PART))
                    write_durably(path, content)
                return path
        raise AssertionError("numbered() never ends")

    def quarantine(self, taken: str, report: DepositReport) -> Path:
        """Move a refused lot to ``quarantaine/``, with the report for programs and for people.

        Raises:
            InvalidInput: the lot is neither in course nor in quarantine.
        """
        source = self.lot_folder(taken)
        home = self._root / _QUARANTAINE
        with on_disk(source):
            if not in_place(source):
                return _already(taken, [home])
            for name, content in (
                (ERROR_REPORT, report.to_json().encode()),
                (ERROR_NOTICE, notice_of(report)),
            ):
                make_room(source / name)
                write_durably(source / name, content)
            return move_to_free(source, home, name=taken)

    def publish_return(self, event: ReturnEvent, files: Sequence[ReturnedFile] = ()) -> Path:
        """Make ``retours/<lot>/<NNN>-<etat>/`` appear, whole; nothing is done when it is there.

        Raises:
            InvalidInput: the event or a file name cannot be written.
            InvalidFile: a file is not the one announced; nothing has appeared.
        """
        check_event(event, files)
        home = self._returns_home(event.id_depot)
        target = home / event.folder_name
        part = home / (event.folder_name + PART)
        with on_disk(target):
            if os.path.lexists(target):
                return target
            make_folder(home)
            discard(part)
            part.mkdir()
            try:
                write_return(part, event, files)
                publish_folder(part, target)
            except BaseException:
                with suppress(OSError):  # held: the next attempt begins by it
                    discard(part)
                raise
            return target

    def returns(self, lot: str) -> list[Path]:
        """The return folders of a lot, in the order of their sequences."""
        home = self._returns_home(lot)
        with on_disk(home):
            if not real_folder(home):
                return []
            found = ((sequence_of(folder.name), folder) for folder in lots_of(home))
            return [folder for _, folder in sorted((n, folder) for n, folder in found if n is not None)]

    def taken_back(self, folder: Path) -> bool:
        """Whether the depositor has put ``.repris`` in a return folder: it has what it needs of it."""
        return _taken_back_at(folder) is not None

    def _returns_home(self, lot: str) -> Path:
        return self._root / _RETOURS / self.lot_of(lot)

    # The end

    def archive(self, taken: str, *, moment: datetime) -> Path:
        """Move a finished lot to ``archives/AAAA/MM/``; its folder is dated of ``moment``.

        Raises:
            InvalidInput: the lot is neither in course nor archived.
        """
        source = self.lot_folder(taken)
        with on_disk(source):
            if not in_place(source):
                return _already(taken, sorted((self._root / _ARCHIVES).glob("[0-9]*/[0-9]*"), reverse=True))
            year = self._root / _ARCHIVES / f"{moment:%Y}"
            home = year / f"{moment:%m}"
            make_folder(year)
            make_folder(home)
            system.date_folder(source, moment.timestamp())
            return move_to_free(source, home, name=taken)

    def purge(
        self, *, moment: datetime, keep_days: int, kept: Container[str] = frozenset[str]()
    ) -> list[Path]:
        """Delete what has been kept long enough, and nothing else.

        That is: a return folder whose ``.repris`` is ``keep_days`` old; an archived lot as old, once no
        return of it waits for ``.repris``. Lots in quarantine are for a person to delete. What another
        program holds is left to the next purge. Nothing of the lots of ``kept`` is deleted.

        Returns:
            What was deleted.
        """
        oldest_kept = (moment - timedelta(days=keep_days)).timestamp()
        with on_disk(self._root):
            for doomed in self._doomed():
                _done(discard, doomed)
            old = [
                folder for folder in [*self._old_returns(oldest_kept, kept)] if _done(delete_folder, folder)
            ]
            archived = [
                folder for folder in [*self._old_archives(oldest_kept, kept)] if _done(delete_folder, folder)
            ]
            return [*old, *archived]

    def _old_returns(self, oldest_kept: float, kept: Container[str]) -> Iterator[Path]:
        for home in lots_of(self._root / _RETOURS):
            if not _TAKEN.fullmatch(home.name) or home.name in kept:
                continue
            for folder in self.returns(home.name):
                since = _taken_back_at(folder)
                if since is not None and since <= oldest_kept:
                    yield folder

    def _old_archives(self, oldest_kept: float, kept: Container[str]) -> Iterator[Path]:
        for month in sorted((self._root / _ARCHIVES).glob("[0-9]*/[0-9]*")):
            for folder in lots_of(month):
                if not _TAKEN.fullmatch(folder.name) or folder.lstat().st_mtime > oldest_kept:
                    continue
                lot = self.lot_of(folder.name)
                if lot not in kept and self._all_taken_back(lot):
                    yield folder

    def _all_taken_back(self, lot: str) -> bool:
        home = self._returns_home(lot)
        if not real_folder(home):
            return True
        in_progress = any(child.name.endswith(PART) for child in home.iterdir())
        return not in_progress and all(self.taken_back(folder) for folder in self.returns(lot))

    def _doomed(self) -> list[Path]:
        """What an interrupted purge left half deleted."""
        retours, archives = self._root / _RETOURS, self._root / _ARCHIVES
        return [*retours.glob(f"*/*{DOOMED}"), *archives.glob(f"[0-9]*/[0-9]*/*{DOOMED}")]


def _done(delete: Callable[[Path], None], folder: Path) -> bool:
    """Whether it could be deleted; somebody may be reading it."""
    try:
        delete(folder)
    except OSError as refused:
        if system.is_held(refused):
            return False
        raise
    return True


def _checked(name: str) -> str:
    if not _TAKEN.fullmatch(name) or system.is_reserved(name.partition("~")[0]):
        raise InvalidInput("Ce n'est pas le nom d'un lot.")
    return name


def _safe_name(lot: str) -> str:
    """The name itself when reports and returns can bear it, else a plain one that tells it from others."""
    if _SAFE.fullmatch(lot) and not system.is_reserved(lot):
        return lot
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", lot)[:60]
    return f"LOT_{plain}_{hashlib.sha256(os.fsencode(lot)).hexdigest()[:8]}"


def _already(taken: str, homes: Sequence[Path]) -> Path:
    """Where a lot that has left ``encours/`` is: the last of its name in the first home that has one."""
    base = taken.partition("~")[0]
    for home in homes:
        found = [folder for folder in lots_of(home) if folder.name.partition("~")[0] == base]
        if found:
            return max(found, key=lambda folder: int(folder.name.partition("~")[2] or 1))
    raise InvalidInput(f"Le lot {taken} n'est plus dans {_ENCOURS}/ et n'est pas là où il devait aller.")


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _says_accepted(path: Path) -> bool:
    try:
        found: object = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return isinstance(found, dict) and cast("dict[str, object]", found).get("resultat") == Resultat.ACCEPTE


def _taken_back_at(folder: Path) -> float | None:
    marker = folder / TAKEN_BACK
    with on_disk(marker):
        try:
            return marker.lstat().st_mtime
        except FileNotFoundError:
            return None
