"""The ZIP of a folder: its PREMIS, its documents as they are signed, its slip."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cdg62_connect.simulator.iparapheur.dossier import Piece

_FILTERED = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
_DEFLATED_BELOW = 8 * 1024 * 1024  # bytes; larger documents are only stored, which is quicker
_EARLIEST = 1980  # year; ZIP knows none before


def write_archive(
    into: Path,
    *,
    titre: str,
    premis: bytes,
    principaux: Sequence[Piece],
    signatures: Sequence[Piece],
    annexes: Sequence[Piece],
    bordereau: bytes,
    moment: datetime,
) -> None:
    """Write the ZIP as ``into``. A document whose name is taken already gets a number."""
    taken: set[str] = set()
    with zipfile.ZipFile(into, "w") as archive:

        def add(name: str, content: bytes | Path) -> None:
            size = content.stat().st_size if isinstance(content, Path) else len(content)
            info = zipfile.ZipInfo(_free(name, taken), _date(moment))
            info.compress_type = zipfile.ZIP_DEFLATED if size < _DEFLATED_BELOW else zipfile.ZIP_STORED
            info.file_size = size
            with archive.open(info, "w") as out:
                if isinstance(content, bytes):
                    out.write(content)
                    return
                with content.open("rb") as source:
                    shutil.copyfileobj(source, out, 1024 * 1024)

        add("i_Parapheur_internal_premis.xml", premis)
        for piece in (*principaux, *signatures):
            add(f"Documents principaux/{_bare(piece.nom)}", piece.path)
        for piece in annexes:
            add(f"Annexes/{_bare(piece.nom)}", piece.path)
        add(f"{_bare(titre)}_bordereau.pdf", bordereau)


def _bare(name: str) -> str:
    return _FILTERED.sub("_", name) or "_"


def _free(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    unique, rank = name, 1
    while unique in taken:
        rank += 1
        unique = f"{stem} ({rank}){dot}{suffix}" if dot else f"{name} ({rank})"
    taken.add(unique)
    return unique


def _date(moment: datetime) -> tuple[int, int, int, int, int, int]:
    return (max(moment.year, _EARLIEST), moment.month, moment.day, moment.hour, moment.minute, moment.second)
