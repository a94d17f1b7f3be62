"""The PDFs that the simulated platforms print: slips, and the stamp they draw on an acte.

Nothing here may be taken for a true document: every page says SPÉCIMEN. The pages are not compressed, so
that their text can be found in the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pdf_update import ReproducibleUpdate

SPECIMEN = "SPÉCIMEN"

_PARIS = ZoneInfo("Europe/Paris")
_STAMP_ROW = 11  # points
_STAMP_SIZE = 8  # points
_STAMP_WIDTH = 210  # points
_STAMP_MARGIN = 14  # points from the edges of the page
_A4 = (0, 0, 595, 842)  # points
_TYPOGRAPHY = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "œ": "oe",
        "Œ": "OE",
        "…": "...",
        "\u202f": " ",
    }
)


class HistoryRow(NamedTuple):
    """One line of a signature slip."""

    moment: datetime
    acteur: str
    action: str
    annotation: str


def bordereau_signature(*, dossier_id: str, titre: str, history: Sequence[HistoryRow]) -> bytes:
    """The slip that a parapheur prints of a dossier: who did what, and when."""
    page = _Slip("Bordereau de signature", dated=history[-1].moment if history else None)
    page.facts([("Dossier", dossier_id), ("Titre", titre)])
    page.events((row.moment, _joined(row.acteur, row.action, row.annotation)) for row in history)
    return page.as_bytes()


def bordereau_acquittement(
    *,
    acte_id: str,
    numero: str,
    objet: str,
    date_acte: date,
    emetteur: str,
    history: Sequence[tuple[datetime, str]],
) -> bytes:
    """The slip with which a tiers de télétransmission proves that an acte was acknowledged."""
    page = _Slip("Bordereau d'acquittement de transaction", dated=history[-1][0] if history else None)
    page.facts(
        [
            ("Émetteur", emetteur),
            ("Numéro de l'acte", numero),
            ("Date de l'acte", f"{date_acte:%d/%m/%Y}"),
            ("Objet", objet),
            ("Identifiant unique", acte_id),
        ]
    )
    page.events(history)
    return page.as_bytes()


def lettre(*, titre: str, facts: Sequence[tuple[str, str]], dated: datetime) -> bytes:
    """A letter that an administration attaches to its message."""
    page = _Slip(titre, dated=dated)
    page.facts(facts)
    return page.as_bytes()


def tamponner(source: Path, *, lines: Sequence[str], into: Path, moment: datetime | None = None) -> None:
    """Write as ``into`` the PDF ``source`` with ``lines`` stamped at the top right of its first page.

    It is an incremental update: the bytes of ``source``, and so the signatures in it, stay as they are. ``moment``
    is written as that of the last change.

    Raises:
        InvalidFile: ``source`` is not a PDF that can be completed (broken, encrypted).
    """
    part = into.with_name(into.name + ".part")
    try:
        with source.open("rb") as content, part.open("wb") as out:
            writer = ReproducibleUpdate(content, moment=moment)
            _draw_stamp(writer, [*lines, SPECIMEN], tag=source.stat().st_size)
            writer.write(out)
    except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError) as problem:
        part.unlink(missing_ok=True)
        raise InvalidFile("PAS_UN_PDF", f"{source.name} : ce PDF ne peut pas être tamponné.") from problem
    part.replace(into)


class _Slip(FPDF):
    """A4 pages with the title at the top and SPÉCIMEN across."""

    def __init__(self, title: str, *, dated: datetime | None) -> None:
        super().__init__()
        self._title = title
        self.set_compression(False)
        if dated is not None:
            self.set_creation_date(dated)
        self.set_title(_printable(f"{title} - {SPECIMEN}"))
        self.set_lang("fr-FR")
        self.add_page()

    def header(self) -> None:
        with self.rotation(55, self.w / 2, self.h / 2), self.local_context(text_color=(225, 225, 225)):
            self.set_font("helvetica", "B", 88)
            self.text(self.w / 2 - self.get_string_width(SPECIMEN) / 2, self.h / 2, SPECIMEN)
        self.set_font("helvetica", "B", 16)
        self._line(self._title, height=10)
        self.set_font("helvetica", "", 9)
        self._line(f"{SPECIMEN} : document de test, sans valeur", height=6)
        self.ln(6)

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        for label, value in facts:
            self.set_font("helvetica", "B", 10)
            self._line(f"{label} :", height=5)
            self.set_font("helvetica", "", 10)
            self._line(value or "-", height=5)
            self.ln(2)

    def events(self, events: Iterable[tuple[datetime, str]]) -> None:
        self.set_font("helvetica", "B", 11)
        self._line("Historique", height=9)
        self.set_font("helvetica", "", 10)
        for moment, text in events:
            self._line(f"{moment.astimezone(_PARIS):%d/%m/%Y %H:%M:%S}   {text}", height=6)

    def as_bytes(self) -> bytes:
        return bytes(self.output())

    def _line(self, text: str, *, height: float) -> None:
        self.multi_cell(0, height, _printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _joined(*texts: str) -> str:
    return " - ".join(text for text in texts if text)


def _printable(text: str) -> str:
    """What the standard fonts of PDF can write: ISO-8859-1, typographic characters made plain."""
    return text.translate(_TYPOGRAPHY).encode("iso-8859-1", "replace").decode("iso-8859-1")


def _draw_stamp(writer: IncrementalPdfFileWriter, rows: Sequence[str], *, tag: int) -> None:
    """``tag`` names the resources: it differs at each update, since a stamped file is a longer one."""
    page = _first_page(writer)
    if "/Contents" not in page:
        page[pdf_name("/Contents")] = generic.ArrayObject()
    font = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type1"),
            pdf_name("/BaseFont"): pdf_name("/Helvetica"),
            pdf_name("/Encoding"): pdf_name("/WinAnsiEncoding"),
        }
    )
    font_name = f"/Tampon{tag}"
    resources = generic.DictionaryObject(
        {pdf_name("/Font"): generic.DictionaryObject({pdf_name(font_name): writer.add_object(font)})}
    )

    def add(
        content: bytes, resources: generic.DictionaryObject | None = None, *, first: bool = False
    ) -> None:
        stream = writer.add_object(generic.StreamObject(stream_data=content))
        writer.add_stream_to_page(0, stream, resources, prepend=first)

    add(b"q", first=True)
    add(b"Q")
    add(_stamp_commands(rows, font_name, _placement(page)), resources)


def _stamp_commands(rows: Sequence[str], font_name: str, placement: str) -> bytes:
    height = _STAMP_ROW * len(rows) + 6
    commands = [
        f"q {placement}",
        f"1 1 1 rg 0.8 0 0 RG 0.8 w 0 {-height} {_STAMP_WIDTH} {height} re B",
        "BT 0.1 0.1 0.4 rg",
        f"{font_name} {_STAMP_SIZE} Tf {_STAMP_ROW} TL 6 {-_STAMP_ROW} Td",
    ]
    for row in rows[:-1]:
        commands.append(f"{_literal(row)} Tj T*")
    commands.append(f"0.8 0 0 rg {_literal(rows[-1])} Tj ET Q")
    return "\n".join(commands).encode("cp1252", "replace")


def _literal(text: str) -> str:
    one_line = " ".join(text.split())
    return "(" + one_line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


def _placement(page: generic.DictionaryObject) -> str:
    """The matrix that puts the origin at the top left corner of the stamp, as the reader sees the page."""
    box = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    edges = box if isinstance(box, generic.ArrayObject) else _A4
    x1, y1, x2, y2 = (float(edge) for edge in edges)
    left, right, bottom, top = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    inward = _STAMP_WIDTH + _STAMP_MARGIN
    rotation = _inherited(page, "/Rotate")
    match int(rotation) % 360 if isinstance(rotation, generic.NumberObject) else 0:
        case 90:
            matrix = (0, 1, -1, 0, left + _STAMP_MARGIN, top - inward)
        case 180:
            matrix = (-1, 0, 0, -1, left + inward, bottom + _STAMP_MARGIN)
        case 270:
            matrix = (0, -1, 1, 0, right - _STAMP_MARGIN, bottom + inward)
        case _:
            matrix = (1, 0, 0, 1, right - inward, top - _STAMP_MARGIN)
    return " ".join(f"{number:g}" for number in matrix) + " cm"


def _first_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    page = writer.find_page_for_modification(0)[0].get_object()
    if not isinstance(page, generic.DictionaryObject):
        raise PdfError("the first page is not a dictionary")
    return page


def _inherited(page: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    node: object = page
    for _ in range(64):  # deeper than any page tree that is not a trap
        if not isinstance(node, generic.DictionaryObject):
            return None
        if key in node:
            return node[key]
        node = node["/Parent"] if "/Parent" in node else None  # noqa: SIM401 - get() gives bare references
    return None
