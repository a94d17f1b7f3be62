"""The files of one lot: what lies in its folder, and whether each declared one is what it must be."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cdg62_connect import system
from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import check_pdf
from cdg62_connect.operis.disk import blocks, open_regular
from cdg62_connect.operis.findings import FindingCode, Findings
from cdg62_connect.operis.json_text import LARGEST_MANIFEST
from cdg62_connect.operis.names import MANIFESTS, file_name_problem, ignored, shown

_MEBIBYTE = 1024 * 1024

_IMAGES = {
    ".jpg": ("JPEG", b"\xff\xd8\xff"),
    ".jpeg": ("JPEG", b"\xff\xd8\xff"),
    ".png": ("PNG", b"\x89PNG\r\n\x1a\n"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file of the lot whose content is the one that the manifest announces. ``size`` is in bytes."""

    path: Path
    nom: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A file as the manifest declares it; ``champ`` is where (``"document"``, ``"annexes[0]"``).

    ``extension`` is the only one that it may have, ``""`` for an annexe.
    """

    champ: str
    nom: str
    sha256: str
    extension: str = ""


class LotFiles:
    """The folder of a lot, listed once without following any link.

    Args:
        max_mebibytes: greatest total size of the documents.
        max_files: greatest number of documents.

    Raises:
        OSError: the folder is missing or cannot be listed, a file cannot be read: the lot is not in question.
    """

    def __init__(
        self, folder: Path, *, lot: str, max_mebibytes: int, max_files: int, findings: Findings
    ) -> None:
        self._folder = folder
        self._findings = findings
        self._limit = max_mebibytes * _MEBIBYTE
        self._sizes: dict[str, int] = {}
        self._refused: set[str] = set()
        self.manifests: tuple[str, ...] = ()
        self._readable = self._list(lot, max_mebibytes=max_mebibytes, max_files=max_files)

    def _list(self, lot: str, *, max_mebibytes: int, max_files: int) -> bool:
        """Sort the entries out; ``False`` when there is too much of it to be read."""
        if not system.is_folder(self._folder.lstat()):
            self._error(FindingCode.CHEMIN_INTERDIT, "lot", "un lot est un dossier, pas un lien")
            return False
        manifests: list[str] = []
        documents = 0
        with os.scandir(self._folder) as entries:
            for entry in entries:
                regular = entry.is_file(follow_symlinks=False)
                if regular and entry.name in MANIFESTS:
                    manifests.append(entry.name)
                elif ignored(entry.name, lot=lot) and not entry.is_symlink():
                    continue
                else:
                    documents += 1
                    if documents <= max_files:  # what is above is counted, not kept
                        self._keep(entry, regular=regular)
        self.manifests = tuple(sorted(manifests))
        if documents > max_files:
            self._error(
                FindingCode.TROP_DE_FICHIERS, "lot", f"{documents} fichiers, {max_files} au plus sont admis"
            )
            return False
        if sum(self._sizes.values()) > self._limit:
            self._error(
                FindingCode.TAILLE_TOTALE,
                "lot",
                f"{max_mebibytes} Mio au plus sont admis pour tous les fichiers",
            )
            return False
        return True

    def _keep(self, entry: os.DirEntry[str], *, regular: bool) -> None:
        if regular:
            # Asked of the file: the listing of a share or of Windows may still tell the size it had before.
            self._sizes[entry.name] = (self._folder / entry.name).lstat().st_size
            return
        self._refused.add(entry.name)
        if entry.is_symlink():
            problem = "un lien n'est pas admis : déposez le fichier lui-même"
        elif entry.is_dir():
            problem = "un sous-dossier n'est pas admis : déposez les fichiers à plat"
        else:
            problem = "ce n'est pas un fichier ordinaire"
        self._error(FindingCode.CHEMIN_INTERDIT, shown(entry.name), problem)

    def manifest_bytes(self, name: str) -> bytes:
        """The manifest, of which at most one byte more than is allowed is read.

        Raises:
            HostileInput: it has become something else than a file.
            OSError: it cannot be read.
        """
        with open_regular(self._folder / name) as source:
            return source.read(LARGEST_MANIFEST + 1)

    def check(self, declared: Iterable[Declared]) -> dict[str, CheckedFile]:
        """Check every declared file, and that there is no other one.

        Returns:
            The good ones, by where they are declared.
        """
        seen: set[str] = set()
        exact: set[str] = set()
        good: dict[str, CheckedFile] = {}
        for one in declared:
            if not self._findings.clean(f"{one.champ}.fichier"):
                continue
            champ = f"{one.champ}.fichier"
            if problem := file_name_problem(one.nom):
                self._error(problem[0], champ, problem[1])
            elif one.nom.lower() in seen:
                self._error(FindingCode.NOM_FICHIER, champ, f"« {one.nom} » est cité deux fois")
            elif one.nom not in self._refused and self._readable:
                checked = self._check_one(one, champ)
                if checked is not None:
                    good[one.champ] = checked
            seen.add(one.nom.lower())
            exact.add(one.nom)
        if self._readable:
            self._check_undeclared(exact)
        return good

    def _check_undeclared(self, declared: set[str]) -> None:
        """Every file that is not declared; one whose name differs by its capitals from a missing one goes with it."""
        missing = {name.lower() for name in declared if name not in self._sizes}
        for name in sorted(self._sizes):
            if name in declared or name.lower() in missing:
                continue
            twin = name.lower() in {one.lower() for one in declared}
            self._error(
                FindingCode.FICHIER_NON_DECLARE,
                shown(name),
                "un autre fichier porte ce nom, aux majuscules près : Windows les confondrait"
                if twin
                else "ce fichier n'est pas cité dans le manifeste",
            )

    def _check_one(self, one: Declared, champ: str) -> CheckedFile | None:
        extension = one.nom[one.nom.rindex(".") :]
        if one.extension and extension != one.extension:
            code = FindingCode.PAS_UN_PDF if one.extension == ".pdf" else FindingCode.PES_A_CORRIGER
            self._error(code, champ, f"« {one.nom} » : le document principal est un fichier {one.extension}")
            return None
        if not one.extension and extension != ".pdf" and extension not in _IMAGES:
            self._error(
                FindingCode.FORMAT_ANNEXE,
                champ,
                f"« {one.nom} » : une annexe est un fichier .pdf, .jpg ou .png",
            )
            return None
        if one.nom not in self._sizes:
            self._error(FindingCode.FICHIER_ABSENT, champ, f"« {one.nom} » n'est pas dans le lot")
            return None
        try:
            return self._check_content(one, champ, extension)
        except HostileInput:
            self._error(FindingCode.CHEMIN_INTERDIT, champ, f"« {one.nom} » n'est pas un fichier ordinaire")
        return None

    def _check_content(self, one: Declared, champ: str, extension: str) -> CheckedFile | None:
        path = self._folder / one.nom
        digest, size, head = hashlib.sha256(), 0, b""
        with open_regular(path) as source:
            for block in blocks(source):
                head = head or block[:16]
                digest.update(block)
                size += len(block)
        if size == 0:
            self._error(FindingCode.FICHIER_VIDE, champ, f"« {one.nom} » est vide")
            return None
        sound = self._check_format(one, champ, head, extension, path)
        announced = self._findings.clean(f"{one.champ}.sha256")
        if announced and digest.hexdigest() != one.sha256:
            self._error(
                FindingCode.EMPREINTE,
                f"{one.champ}.sha256",
                f"« {one.nom} » n'est pas le fichier annoncé (son empreinte est {digest.hexdigest()})",
            )
            return None
        if not sound or not announced:
            return None
        return CheckedFile(path=path, nom=one.nom, sha256=digest.hexdigest(), size=size)

    def _check_format(self, one: Declared, champ: str, head: bytes, extension: str, path: Path) -> bool:
        if extension == ".xml":  # a PES: what is in it is checked by its own rules
            return True
        if extension in _IMAGES:
            format_name, magic = _IMAGES[extension]
            if not head.startswith(magic):
                self._error(
                    FindingCode.FORMAT_ANNEXE, champ, f"« {one.nom} » n'est pas une image {format_name}"
                )
                return False
            return True
        try:
            check_pdf(path, limit=self._limit)
        except InvalidFile as refusal:
            self._error(_file_code(refusal.code), champ, f"« {one.nom} » : {refusal}")
            return False
        return True

    def _error(self, code: FindingCode, champ: str, problem: str) -> None:
        self._findings.error(code, champ, problem)


def _file_code(code: str) -> FindingCode:
    if code == "TAILLE":
        return FindingCode.TAILLE_TOTALE
    return FindingCode(code) if code in FindingCode.__members__ else FindingCode.PAS_UN_PDF
