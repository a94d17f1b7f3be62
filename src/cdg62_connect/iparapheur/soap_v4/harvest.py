"""The documents of one answer while it is being read: all of them are kept, or none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cdg62_connect.durable import force_directory
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.moments import reach
from cdg62_connect.soap import Allowance, DecodedFile, Flaw, Sink, UnreadableMessage

_DOCUMENTS_LIMIT = 500
_ANNEXES = {"DocumentsSupplementaires": "supplementaire", "DocumentsAnnexes": "annexe"}
OF_DOSSIER: Mapping[str, str] = {
    "DocPrincipal": "document",
    "SignatureDocPrincipal": "signature",
    "FichierPES": "fichier-pes",
    "VisuelPDF": "visuel",
}
"""The documents right inside an answer of ``GetDossier``: their elements, and the names of their files."""


class GatheredDocument:
    """One document on its way to the disk.

    Attributes:
        path: where it will be once the whole answer is read; until then it lies beside, as ``.part``.
    """

    def __init__(self, path: Path, *, allowance: Allowance) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        handle = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._out: BinaryIO = os.fdopen(handle, "wb")
        self._decoded = DecodedFile(self._out, allowance=allowance)

    @property
    def size(self) -> int:
        """Bytes received."""
        return self._decoded.size

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes received."""
        return self._decoded.sha256

    def write(self, text: str | bytes) -> None:
        """Take the next piece of base64 text."""
        self._decoded.write(text)

    def take(self, data: bytes) -> None:
        """Take the next bytes of its attachment."""
        self._decoded.take(data)

    def close(self) -> None:
        """The document is whole."""
        self._decoded.close()

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):
            self._out.close()
        self.part.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


class Harvest:
    """The documents of one answer, gathered in a folder."""

    def __init__(self, into: Path, *, limit: int, operation: str, documents: Mapping[str, str]) -> None:
        self._into = into
        self._operation = operation
        self._named = documents
        self._allowance = Allowance(limit)
        self._documents: list[GatheredDocument] = []

    def divert(self, path: tuple[str, ...]) -> Sink | None:
        """A fresh file for each element that holds a document."""
        role = self._role(path)
        if role is None:
            return None
        if len(self._documents) >= _DOCUMENTS_LIMIT:
            raise UnreadableMessage(Flaw.TOO_BIG, f"plus de {_DOCUMENTS_LIMIT} documents")
        target = self._into / f"{role}-{secrets.token_hex(8)}"
        document = GatheredDocument(target, allowance=self._allowance)
        self._documents.append(document)
        return document

    def publish(self) -> None:
        """Give every document its final name, durably."""
        reach(f"file.before:{self._operation}")
        for document in self._documents:
            document.part.rename(document.path)
        force_directory(self._into)
        reach(f"file.after:{self._operation}")

    def discard(self) -> None:
        """Remove every document."""
        for document in self._documents:
            document.discard()

    def _role(self, path: tuple[str, ...]) -> str | None:
        match path:
            case (_, name):
                return self._named.get(name)
            case (_, group, "DocAnnexe", "fichier"):
                return _ANNEXES.get(group)
            case (_, group, "DocAnnexe", "signature") if group in _ANNEXES:
                return f"signature-{_ANNEXES[group]}"
            case _:
                return None


@contextmanager
def harvest(
    into: Path, *, limit: int, operation: str = "GetDossier", documents: Mapping[str, str] = OF_DOSSIER
) -> Generator[Harvest]:
    """Gather documents in ``into``: they appear when the block ends, and none of them after an error.

    Args:
        into: an existing folder.
        limit: bytes of documents in all.
        operation: what is answered.
        documents: elements right inside the answer that hold a document, with the name of its file.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    gathering = Harvest(into, limit=limit, operation=operation, documents=documents)
    try:
        yield gathering
        gathering.publish()
    except OSError as problem:
        gathering.discard()
        raise ConfigurationError(
            f"Impossible d'écrire dans « {into} » : {problem.strerror or 'erreur du système'}. "
            "Vérifiez que le dossier existe, ses droits et la place disponible."
        ) from problem
    except BaseException:
        gathering.discard()
        raise
