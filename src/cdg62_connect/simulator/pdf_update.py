"""Completing a PDF so that the same work on the same file at the same hour gives the same bytes."""

from __future__ import annotations

import io
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.metadata.model import DocumentMetadata
from pyhanko.pdf_utils.reader import PdfFileReader

_TAIL = 64 * 1024  # bytes


class ReproducibleUpdate(IncrementalPdfFileWriter):
    """An incremental update that draws no identifier (``/ID``) and does not read the machine's clock.

    Args:
        content: the PDF.
        moment: what it says of its last change (``/ModDate``); as before when absent.
    """

    def __init__(self, content: BinaryIO, *, moment: datetime | None) -> None:
        super().__init__(content, strict=False)
        self._meta: DocumentMetadata = _DatedMetadata(moment)

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        identifier = super()._handle_id(prev)
        made = _fingerprint(prev)
        first = identifier[0] if "/ID" in prev.trailer else made
        return generic.ArrayObject([first, made])


class _DatedMetadata(DocumentMetadata):
    """pyHanko says « now » at each writing; this answers with another hour."""

    def __init__(self, moment: datetime | None) -> None:
        object.__setattr__(self, "_moment", moment)
        super().__init__()

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, getattr(self, "_moment", None) if name == "last_modified" else value)


def _fingerprint(prev: PdfFileReader) -> generic.ByteStringObject:
    """Of the length and of the end of a file: a PDF says there where everything is."""
    content = prev.stream
    before = content.tell()
    size = content.seek(0, io.SEEK_END)
    content.seek(max(0, size - _TAIL))
    digest = sha256(str(size).encode() + content.read()).digest()
    content.seek(before)
    return generic.ByteStringObject(digest[:16])
