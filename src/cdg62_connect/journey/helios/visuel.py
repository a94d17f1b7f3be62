"""What the signatory of a PES reads: a PDF of what the file says, bordereau by bordereau.

A parapheur shows no XML, and a v4 wants such a PDF with every PES. It is made for reading only: what is signed is
the PES. Written by hand in the fonts that every reader has, so that nothing needs to be installed.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.durable import write_durably
from cdg62_connect.formats import Domaine, PesBordereau, PesHeader, PesPj, iter_pes

if TYPE_CHECKING:
    from cdg62_connect.journey import events as ev
    from cdg62_connect.journey.step import Context

_LINES_A_PAGE = 52
_LONGEST_LINE = 96
_MOST_LINES = 2000
_NAMES = {Domaine.DEPENSE: "Dépense", Domaine.RECETTE: "Recette"}


def pes_as_pdf(path: Path) -> bytes:
    """The PDF of a PES, the same at each call.

    Raises:
        InvalidFile, HostileInput, OSError: the PES cannot be read.
    """
    lines = list(_lines(path))
    if len(lines) > _MOST_LINES:
        left = len(lines) - _MOST_LINES
        lines = [*lines[:_MOST_LINES], f"… et {left} autres lignes, qui sont dans le fichier."]
    pages = [lines[at : at + _LINES_A_PAGE] for at in range(0, len(lines), _LINES_A_PAGE)]
    return _pdf(pages)


def kept_visuel(context: Context) -> ev.StoredFile:
    """The PDF of the dossier's PES, put into the store."""
    accepted = context.dossier.accepted
    assert accepted is not None
    content = pes_as_pdf(context.documents.path(accepted.document.sha256))
    with context.documents.workplace(context.dossier.id_depot) as folder:
        path = folder / "visuel.pdf"
        write_durably(path, content)
        return context.keep(path, nature="visuel", nom=path.name, sha256=hashlib.sha256(content).hexdigest())


def _lines(path: Path) -> Iterator[str]:
    justificatifs = 0
    for part in iter_pes(path):
        match part:
            case PesHeader():
                yield "FLUX COMPTABLE (PES) À SIGNER"
                yield ""
                yield f"Fichier (NomFic) : {part.nom_fic}"
                yield f"Budget : {part.libelle_col_bud}"
                yield f"SIRET {part.id_coll}   CodCol {part.cod_col}   CodBud {part.cod_bud}"
                yield f"Poste comptable : {part.id_post}   Émis le {part.dte_str}"
                yield ""
            case PesBordereau():
                yield (
                    f"{_NAMES.get(part.domaine, part.domaine.value)} - bordereau {part.exercice}/{part.numero} "
                    f"du {part.date} : {part.pieces} pièce(s), {_euros(part.total_ht)} HT"
                )
            case PesPj():
                justificatifs += 1
            case _:
                pass
    yield ""
    yield f"Justificatifs joints au flux : {justificatifs}"
    yield "Ce document résume le flux ; la signature porte sur le fichier PES lui-même."


def _euros(amount: Decimal) -> str:
    whole = f"{amount:,.2f}"
    return whole.replace(",", " ").replace(".", ",") + " EUR"


def _pdf(pages: Sequence[Sequence[str]]) -> bytes:
    first_page = 4  # after the catalogue, the page tree and the font
    kids = " ".join(f"{first_page + 2 * rank} 0 R" for rank in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for rank, lines in enumerate(pages):
        content = zlib.compress(_page(lines), 9)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {first_page + 2 * rank + 1} 0 R >>".encode()
        )
        head = f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + content + b"\nendstream")
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _page(lines: Sequence[str]) -> bytes:
    shown = b" T* ".join(b"(" + _text(line) + b") Tj" for line in lines)
    return b"BT /F1 8.5 Tf 14 TL 50 790 Td " + shown + b" ET"


def _text(line: str) -> bytes:
    cut = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
    plain = cut.encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
