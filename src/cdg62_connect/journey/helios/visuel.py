"""What the signatory of a PES reads: a PDF of what the file says, bordereau by bordereau.

A parapheur shows no XML, and a v4 wants such a PDF with every PES. It is made for reading only: what is signed is
the PES. In a font that every reader has, so that it stays small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.durable import write_durably
from cdg62_connect.formats import Domaine, PesBordereau, PesHeader, PesPj, iter_pes

if TYPE_CHECKING:
    from cdg62_connect.journey import events as ev
    from cdg62_connect.journey.step import Context

_LONGEST_LINE = 96
_MOST_LINES = 2000
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""The same file must give the same PDF, by which it is known again when it comes back."""

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
    return _pdf(lines)


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


def _pdf(lines: Sequence[str]) -> bytes:
    from fpdf import FPDF  # heavy, and seldom needed

    pdf = FPDF()
    pdf.set_creation_date(_ALWAYS)
    pdf.core_fonts_encoding = "cp1252"
    pdf.set_margin(15)
    pdf.set_auto_page_break(auto=True, margin=15)
    pdf.set_title("Flux comptable (PES) à signer")
    pdf.add_page()
    pdf.set_font("Courier", size=8.5)
    for line in lines:
        pdf.cell(0, 5, _shown(line), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _shown(line: str) -> str:
    cut = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
    return cut.encode("cp1252", "replace").decode("cp1252")
