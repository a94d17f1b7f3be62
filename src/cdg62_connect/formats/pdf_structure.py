"""The skeleton of a PDF read with pyHanko under a budget: cross-references and trailer, nothing else.

A few hundred bytes can announce a billion cross-references. Whatever opens a PDF from outside goes through
:func:`read_trailer` first; the reader that comes after meets nothing that has not been counted here.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, BinaryIO

from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import process_data_at_eof
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.pdf_utils.xref import TrailerDictionary, XRefBuilder

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.formats.pyhanko_silence import silenced

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024

_READ_BUDGET = 8 * 1024 * 1024
"""Bytes of cross-references read at most: four hundred thousand objects."""

_ENTRIES_BUDGET = 400_000
"""Objects announced at most by compressed cross-references, whose entries may take no byte at all."""


def header_offset(document: BinaryIO) -> int:
    """Where ``%PDF-`` is; the first 1024 bytes may hold something else before it.

    Raises:
        InvalidFile: ``PAS_UN_PDF``.
    """
    document.seek(0)
    offset = document.read(_HEADER_WITHIN + len(_HEADER) - 1).find(_HEADER)
    if offset < 0:
        raise InvalidFile("PAS_UN_PDF", "Le fichier n'est pas un PDF (signature %PDF- absente).")
    return offset


def read_trailer(document: BinaryIO) -> TrailerDictionary:
    """The trailer, all revisions together.

    Raises:
        InvalidFile: ``PAS_UN_PDF``: no end mark, broken cross-references, or beyond the budget.
    """
    start = header_offset(document)
    with broken_pdf_refused(), silenced():
        builder = _BoundedXRefs(_Metered(document, start=start))
        builder.read_xrefs()
        builder.trailer.raw_get("/Root")
        return builder.trailer


@contextmanager
def broken_pdf_refused() -> Generator[None]:
    """Turn whatever a broken PDF makes pyHanko raise into :class:`InvalidFile` (``PAS_UN_PDF``)."""
    try:
        yield
    except InvalidInput:
        raise
    except Exception as error:
        if disk_failure(error):
            raise
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InvalidFile(
            "PAS_UN_PDF",
            f"Le PDF est abîmé ou incomplet ({reason}). Ouvrez-le et enregistrez-le à nouveau, "
            "ou produisez-le à nouveau depuis le logiciel métier.",
        ) from None


def disk_failure(error: Exception) -> bool:
    """Whether the disk is at fault: a place that no file can have (``EINVAL``) is the document's doing."""
    return isinstance(error, OSError) and error.errno != errno.EINVAL


class _BoundedXRefs(XRefBuilder):
    """pyHanko's own reader of cross-references, stopped when a document announces too many of them."""

    def __init__(self, stream: _Metered) -> None:
        stream.seek(-1, os.SEEK_END)
        super().__init__(
            handler=_Skeleton(), stream=stream, strict=False, last_startxref=process_data_at_eof(stream)
        )
        self._entries = 0

    def _read_xref_stream_object(self) -> Any:  # noqa: ANN401 - as the method it completes
        reference, stream = super()._read_xref_stream_object()
        ranges = list(stream.get("/Index", [0, stream["/Size"]]))
        self._entries += sum(max(0, int(count)) for count in ranges[1::2])
        if self._entries > _ENTRIES_BUDGET:
            raise PdfReadError(f"plus de {_ENTRIES_BUDGET} objets annoncés")
        return reference, stream


class _Skeleton(PdfHandler):
    """Stands for a document whose objects are not looked at."""

    strict = False  # pyHanko asks for it when it meets a name written strangely


class _Metered(io.RawIOBase):
    """A view of a document from its header on, that refuses to be read without end."""

    def __init__(self, document: BinaryIO, *, start: int) -> None:
        self._document = document
        self._start = start
        self._left = _READ_BUDGET
        document.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._document.tell() - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        position = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell()}.get(whence)
        if position is None:
            position = self._document.seek(0, os.SEEK_END) - self._start
        if position + offset < 0:
            raise PdfReadError("renvoi avant le début du document")
        self._document.seek(self._start + position + offset)
        return position + offset

    def read(self, size: int = -1, /) -> bytes:
        self._left -= size
        if size < 0 or self._left < 0:
            raise PdfReadError("table de références démesurée")
        return self._document.read(size)
