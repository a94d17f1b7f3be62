"""Where S2LOW sends for a file: the only redirections that are followed, and never further than its own pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cdg62_connect.s2low.api import ACTES, Api, identifier
from cdg62_connect.s2low.saved import Contents, save
from cdg62_connect.transport import Answer, Download

_PAGE = "actes_download_file.php"


def sent_to(answer: Answer, name: str) -> int | None:
    """The ``name`` (``"file"`` or ``"env"``) that a redirection to actes_download_file gives, else ``None``.

    Only the number is taken from the address: the next call goes where every call goes.
    """
    if not 300 <= answer.status < 400:
        return None
    try:
        target = urlsplit(answer.headers.get("Location", ""))
    except ValueError:
        return None
    number = parse_qs(target.query).get(name, [""])[0]
    if target.path.rpartition("/")[2] != _PAGE or not (number.isascii() and number.isdecimal()):
        return None
    return int(number) if 0 < len(number) <= 18 and int(number) > 0 else None


def download_envelope(api: Api, enveloppe: int, *, into: Path, limit: int) -> Download:
    """A ``.tar.gz`` envelope, in a fresh file of ``into``."""
    return api.get(
        "actes_download_file",
        lambda answer: save(answer, into=into, limit=limit, contents=Contents.ARCHIVE),
        folder=ACTES,
        params=[("env", identifier(enveloppe))],
    )
