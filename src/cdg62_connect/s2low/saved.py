"""Saving what S2LOW sends: a refusal is never kept under the name of a document."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from cdg62_connect.errors import AccessRefused, PlatformError
from cdg62_connect.s2low.answers import check_ko, check_page, check_status, quote, unusable
from cdg62_connect.s2low.dialects import decode
from cdg62_connect.s2low.flux import after_prolog, root_name
from cdg62_connect.transport import Answer, Download

DOWNLOAD_LIMIT = 512 * 1024 * 1024
"""Bytes. S2LOW takes envelopes of 150 MB at most, PES of 128 MB."""

_HEAD = 16 * 1024
_TAIL = 16 * 1024
# A PDF may be preceded by a few stray bytes; readers look for its mark in the first kilobyte.
_PDF_MARK, _PDF_MARK_WITHIN = b"%PDF-", 1024
_GZIP_MARK = b"\x1f\x8b"


class Contents(Enum):
    """What a file must be: looked at, never believed."""

    ANY = "le fichier annoncé"
    PDF = "un PDF"
    XML = "un XML entier"
    ARCHIVE = "une archive .tar.gz"


def save(
    answer: Answer,
    *,
    into: Path,
    limit: int,
    contents: Contents = Contents.ANY,
    empty: type[PlatformError] | None = None,
    elsewhere: type[PlatformError] = AccessRefused,
) -> Download:
    """The body in a fresh file of ``into``, once it is what it must be; nothing remains there otherwise.

    Args:
        answer: of a download.
        into: an existing folder.
        limit: in bytes.
        contents: what it must be.
        empty: what an empty body means; ``None``: it is unreadable.
        elsewhere: what a redirection to a web page means.

    Raises:
        PlatformError: a refusal, a page, or not what it must be.
        ConfigurationError: ``into`` cannot be written.
    """
    check_status(answer, elsewhere=elsewhere)
    download = answer.save(into, limit=limit)
    try:
        _check(answer, download, contents, empty)
    except BaseException:
        download.path.unlink(missing_ok=True)
        raise
    return download


def head_of(download: Download) -> bytes:
    """The first bytes of a saved file."""
    with download.path.open("rb") as saved:
        return saved.read(_HEAD)


def is_pdf(head: bytes) -> bool:
    """Whether ``head`` begins a PDF."""
    return _PDF_MARK in head[:_PDF_MARK_WITHIN]


def _check(answer: Answer, download: Download, contents: Contents, empty: type[PlatformError] | None) -> None:
    head = head_of(download)
    check_page(answer, head)
    check_ko(answer, head)
    if not head.strip():
        if empty is not None:
            raise empty(platform=answer.platform, operation=answer.operation)
        raise unusable(answer, "Le fichier reçu est vide.")
    if contents is Contents.ANY and _announced_pdf(download):
        contents = Contents.PDF
    if not _is(contents, download, head):
        raise unusable(answer, f"Le fichier reçu n'est pas {contents.value}.", said=quote(decode(head)))


def _is(contents: Contents, download: Download, head: bytes) -> bool:
    match contents:
        case Contents.PDF:
            return is_pdf(head)
        case Contents.ARCHIVE:
            return head.startswith(_GZIP_MARK)
        case Contents.XML:
            return _whole_xml(download, head)
        case Contents.ANY:
            return True


def _whole_xml(download: Download, head: bytes) -> bool:
    """Whether the file begins by a root and ends by its end; what is between is for its reader."""
    root = root_name(head)
    if root is None:
        return False
    with download.path.open("rb") as saved:
        saved.seek(max(0, download.size - _TAIL))
        tail = saved.read()
    start = tail.rfind(b"</" + root)
    name_end = start + len(root) + 2
    end = tail.find(b">", name_end)
    if start < 0 or end < 0 or tail[name_end:end].strip():
        return False
    rest = tail[end + 1 :]
    return after_prolog(rest) == len(rest)


def _announced_pdf(download: Download) -> bool:
    name = download.filename or ""
    return download.content_type == "application/pdf" or name.lower().endswith(".pdf")
