"""The ZIP of a folder once unpacked: which file is which.

::

    i_Parapheur_internal_premis.xml
    Documents principaux/<name>              signed within, or as it was sent beside its detached signatures
    Documents principaux/<signature>         <name or stem>-<rank>-<person>.p7s or .xml
    Annexes/<name>
    <title>_bordereau.pdf
"""

from __future__ import annotations

import mimetypes
import os
import secrets
import unicodedata
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cdg62_connect import system
from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile
from cdg62_connect.iparapheur.documents import RetrievedFile
from cdg62_connect.iparapheur.rest_v5.answers import check_success, unusable
from cdg62_connect.iparapheur.rest_v5.premis import Premis, PremisDocument
from cdg62_connect.iparapheur.rest_v5.premis_reading import LIMIT as PREMIS_LIMIT
from cdg62_connect.iparapheur.rest_v5.premis_reading import read_premis
from cdg62_connect.iparapheur.unpacking import BadArchive, Member, Unpacked
from cdg62_connect.moments import reach
from cdg62_connect.transport import Answer

PREMIS_NAME = "i_Parapheur_internal_premis.xml"

_MAIN = "documents principaux"
_ANNEXES = "annexes"
_BORDEREAU = "_bordereau.pdf"
_SIGNATURES = (".p7s", ".p7m", ".sig", ".xml", ".asc", ".pem")
_ROOM = 16 * 1024 * 1024  # bytes that an archive may have besides its documents
_BLOCK = 512 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class RetrievedMain:
    """A main document as the parapheur keeps it.

    Attributes:
        file: the document; a PAdES or XAdES signature is within it.
        signatures: its detached signatures.
    """

    file: RetrievedFile
    signatures: tuple[RetrievedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievedFolder:
    """All the files of a folder, whole and forced to disk.

    Attributes:
        premis: what the parapheur says of it; ``None`` when the archive has none.
        premis_file: the same, as it came.
        principaux: the main documents, in the order of the archive.
        annexes: one that PREMIS lists may be missing.
        bordereau: the slip.
        autres: anything else that the archive holds.
        alteres: names of the documents whose SHA-256 is not the one that PREMIS gives.
    """

    premis: Premis | None
    premis_file: RetrievedFile | None
    principaux: tuple[RetrievedMain, ...]
    annexes: tuple[RetrievedFile, ...]
    bordereau: RetrievedFile | None
    autres: tuple[RetrievedFile, ...]
    alteres: tuple[str, ...]

    @property
    def files(self) -> tuple[RetrievedFile, ...]:
        """Every file, each once."""
        mains = (file for one in self.principaux for file in (one.file, *one.signatures))
        single = (one for one in (self.premis_file, self.bordereau) if one)
        return (*mains, *self.annexes, *single, *self.autres)


def retrieved_folder(answer: Answer, *, into: Path, limit: int) -> RetrievedFolder:
    """Take the archive of ``answer`` apart into ``into``; everything appears there, or nothing.

    Raises:
        PlatformError: a refusal, or an answer that is not such an archive.
        ConfigurationError: the folder cannot be written.
    """
    check_success(answer)
    try:
        with _downloaded(answer, into, limit=limit + _ROOM) as archive:
            unpacked = Unpacked(into, limit=limit)
            try:
                members = list(unpacked.members(archive))
                # Read before the names are final: what is not a folder of the parapheur leaves nothing.
                told = _told(members)
                reach(f"file.before:{answer.operation}")
                unpacked.publish()
                reach(f"file.after:{answer.operation}")
            except BaseException:
                unpacked.discard()
                raise
    except (BadArchive, InvalidFile, HostileInput) as problem:
        raise unusable(answer, f"Le ZIP du dossier ne peut pas être lu : {problem}.") from None
    except OSError as problem:
        raise ConfigurationError(
            f"Impossible d'écrire dans « {into} » : {problem.strerror or 'erreur du système'}. "
            "Vérifiez que le dossier existe, ses droits et la place disponible."
        ) from problem
    return _sorted(members, told)


@contextmanager
def _downloaded(answer: Answer, into: Path, *, limit: int) -> Generator[Path]:
    """The archive as a file of ``into`` for the time of the block."""
    archive = into / f"archive-{secrets.token_hex(8)}.part"
    descriptor = system.create(archive)
    try:
        left = limit
        with os.fdopen(descriptor, "wb", buffering=0) as out:
            for block in answer.blocks(_BLOCK):
                if left == limit and not block.startswith(_ZIP):
                    raise BadArchive("ce n'est pas un ZIP")
                left -= len(block)
                if left < 0:
                    raise BadArchive(f"il dépasse la taille admise de {limit} octets")
                view = memoryview(block)
                while view:
                    view = view[out.write(view) :]
        if left == limit:
            raise BadArchive("il est vide")
        yield archive
    finally:
        archive.unlink(missing_ok=True)


def _told(members: Sequence[Member]) -> Premis | None:
    found = next((member for member in members if member.name == PREMIS_NAME), None)
    if found is None:
        return None
    if found.size > PREMIS_LIMIT:
        raise BadArchive("son PREMIS est démesuré")
    return read_premis(found.path.with_name(found.path.name + ".part").read_bytes())


def _sorted(members: Sequence[Member], premis: Premis | None) -> RetrievedFolder:
    formats = {one.nom: one.format for one in premis.documents if one.format} if premis else {}
    mains: list[RetrievedFile] = []
    annexes: list[RetrievedFile] = []
    others: list[RetrievedFile] = []
    slip = told = None
    for member in members:
        path = PurePosixPath(member.name)
        place = _plain(path.parts[0]) if len(path.parts) > 1 else ""
        file = _file(member, path.name, formats)
        if place == _MAIN:
            mains.append(file)
        elif place == _ANNEXES:
            annexes.append(file)
        elif member.name == PREMIS_NAME:
            told = file
        elif not place and slip is None and path.name.endswith(_BORDEREAU):
            slip = file
        else:
            others.append(file)
    documents, signatures = _apart(mains, premis)
    principaux, orphans = _joined(documents, signatures)
    return RetrievedFolder(
        premis=premis,
        premis_file=told,
        principaux=principaux,
        annexes=tuple(annexes),
        bordereau=slip,
        autres=(*orphans, *others),
        alteres=tuple(
            _altered(documents, premis.principaux) + _altered(annexes, premis.annexes) if premis else ()
        ),
    )


def _file(member: Member, name: str, formats: dict[str, str]) -> RetrievedFile:
    guessed = formats.get(name) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return RetrievedFile(name, member.path, member.size, member.sha256, guessed)


def _apart(
    mains: Sequence[RetrievedFile], premis: Premis | None
) -> tuple[list[RetrievedFile], list[RetrievedFile]]:
    """Documents, and detached signatures: what PREMIS does not list and looks like one."""
    listed = {_plain(one.nom) for one in premis.principaux} if premis else set[str]()
    documents: list[RetrievedFile] = []
    signatures: list[RetrievedFile] = []
    for file in mains:
        suspect = _plain(file.nom).endswith(_SIGNATURES) and len(mains) > 1
        (signatures if suspect and listed and _plain(file.nom) not in listed else documents).append(file)
    return (documents, signatures) if documents else (signatures, [])


def _joined(
    documents: Sequence[RetrievedFile], signatures: Iterable[RetrievedFile]
) -> tuple[tuple[RetrievedMain, ...], list[RetrievedFile]]:
    """Each signature with the document whose name, or stem, begins its own; those of nobody apart."""
    held: list[list[RetrievedFile]] = [[] for _ in documents]
    orphans: list[RetrievedFile] = []
    for signature in signatures:
        ranks = [rank for rank, one in enumerate(documents) if _signs(signature.nom, one.nom)]
        if ranks:
            held[max(ranks, key=lambda rank: _likeness(signature.nom, documents[rank].nom))].append(signature)
        elif len(documents) == 1:
            held[0].append(signature)
        else:
            orphans.append(signature)
    return tuple(RetrievedMain(one, tuple(own)) for one, own in zip(documents, held, strict=True)), orphans


def _signs(signature: str, document: str) -> bool:
    return _likeness(signature, document) > 0


def _likeness(signature: str, document: str) -> int:
    """How much of its name a signature has from a document; 0 when it does not begin by it."""
    name, whole = _plain(signature), _plain(document)
    begun = [one for one in (whole, PurePosixPath(whole).stem) if name.startswith((f"{one}-", f"{one}."))]
    return max(map(len, begun), default=0)


def _altered(files: Iterable[RetrievedFile], described: Iterable[PremisDocument]) -> list[str]:
    expected: dict[str, set[str]] = {}
    for one in described:
        if one.sha256:
            expected.setdefault(_plain(one.nom), set()).add(one.sha256)
    return [file.nom for file in files if file.sha256 not in expected.get(_plain(file.nom), {file.sha256})]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
