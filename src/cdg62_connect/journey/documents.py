"""The documents of the dossiers, each under the SHA-256 of its content: written once, never changed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cdg62_connect import system
from cdg62_connect.durable import durable_file, force_directory
from cdg62_connect.errors import JournalError
from cdg62_connect.moments import reach
from cdg62_connect.operis import deposited_blocks


class Documents:
    """A content-addressed folder, and beside it one work folder per dossier."""

    def __init__(self, folder: Path) -> None:
        folder = system.long_path(folder)
        self._store = folder / "documents"
        self._work = folder / "travail"
        for place in (self._store, self._work):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a stored document is."""
        return self._store / sha256[:2] / sha256

    def verified(self, sha256: str) -> Path:
        """Where a stored document is, read again from end to end first.

        Raises:
            JournalError: it is no longer there, or no longer what was stored.
        """
        path = self.path(sha256)
        try:
            intact = digest_of(path) == sha256
        except OSError:
            intact = False
        if not intact:
            raise JournalError(
                f"Une pièce gardée ({sha256[:12]}…) n'est plus intacte sur le disque : rien n'est envoyé. "
                "Vérifiez le disque, ou restaurez le dossier documents/."
            )
        return path

    def keep(self, source: Path, *, sha256: str, id_depot: str) -> None:
        """Copy ``source`` into the store, durably, checking that it is what its digest says.

        The copy is made in the dossier's own work folder: two dossiers may keep the same content at once.

        Raises:
            StillHeld, ConfigurationError, HostileInput: ``source`` cannot be read.
            JournalError: the content no longer has that digest, or the disk refuses; nothing was kept.
        """
        if self.path(sha256).exists() and digest_of(self.path(sha256)) == sha256:
            return
        digest = hashlib.sha256()
        with self.workplace(id_depot) as folder:
            copy = folder / sha256
            with durable_file(copy) as out:
                for block in deposited_blocks(source):
                    digest.update(block)
                    out.write(block)
                if digest.hexdigest() != sha256:
                    raise JournalError(f"Le fichier {source.name} a changé pendant sa prise en charge.")
            self.adopt(copy, sha256=sha256)

    def adopt(self, source: Path, *, sha256: str) -> None:
        """Move a finished, forced-to-disk download of the work folder into the store.

        Raises:
            JournalError: the disk refuses.
        """
        with _own_disk(self._store):
            target = self._place(sha256)
            reach(f"file.before:{sha256[:8]}")
            try:
                system.replace(source, target)
            except PermissionError:  # Windows, while another dossier sends the same content
                if not (target.exists() and digest_of(target) == sha256):
                    raise
            force_directory(target.parent)
            reach(f"file.after:{sha256[:8]}")

    @contextmanager
    def workplace(self, id_depot: str) -> Generator[Path]:
        """An empty folder for a dossier's downloads; whatever an interrupted run left there is gone.

        Raises:
            JournalError: the disk refuses, here or within the block.
        """
        folder = self._work / id_depot
        with _own_disk(folder):
            self.clear(id_depot)
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                self.clear(id_depot)

    def clear(self, id_depot: str) -> None:
        """Remove what an interrupted run left in the dossier's work folder."""
        shutil.rmtree(self._work / id_depot, ignore_errors=True)

    def _place(self, sha256: str) -> Path:
        target = self.path(sha256)
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            force_directory(self._store)
        return target


@contextmanager
def _own_disk(folder: Path) -> Generator[None]:
    """Tell what the journal's own disk refuses (space, rights, an antivirus that holds a file)."""
    try:
        yield
    except OSError as refused:
        raise JournalError(
            f"{system.shown_path(refused.filename or folder)} ne peut pas être écrit ({refused.strerror}) : vérifiez "
            "la place et les droits du disque du journal. Rien n'est perdu, la prochaine passe reprendra."
        ) from refused


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, read as a stream."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
