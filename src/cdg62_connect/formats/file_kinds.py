"""What a file is, by its first bytes: platforms judge by the content, not by the extension."""

from __future__ import annotations

from enum import Enum
from pathlib import Path


class FileKind(Enum):
    """The kinds that @ctes knows, and the others."""

    PDF = "application/pdf"
    XML = "text/xml"
    JPEG = "image/jpeg"
    PNG = "image/png"
    OTHER = "application/octet-stream"


def kind_of(path: Path) -> FileKind:
    """The kind of a file, by its first kilobyte.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as document:
        head = document.read(1024 + 5)
    if b"%PDF-" in head:
        return FileKind.PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return (
        FileKind.XML if text.startswith((b"<?xml", b"<")) and b"<html" not in text.lower() else FileKind.OTHER
    )
