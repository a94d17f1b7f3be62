"""Writing SOAP answers: text in memory, documents read from their files as they leave."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from cdg62_connect.simulator.iparapheur.dossier import LogEntry
from cdg62_connect.simulator.iparapheur.reading import PARAPHEUR, SOAP, XMIME, XSI

CONTENT_TYPE = "text/xml;charset=utf-8"

_PARIS = ZoneInfo("Europe/Paris")
_BLOCK = 3 * 64 * 1024  # bytes; a multiple of 3, so that only the last block is padded
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Held:
    """The content of a document, which the endpoint carries in its own way."""

    content: Path | bytes
    content_type: str


Part = str | Held
"""A piece of the answer."""


def escaped(text: str) -> str:
    """A text as XML carries it, without the characters that it cannot carry."""
    return escape(_clean(text))


def element(name: str, text: str = "") -> str:
    """A simple element of the answer."""
    return f"<{name}>{escaped(text)}</{name}>" if text else f"<{name}/>"


def nil(name: str) -> str:
    """An element without a value."""
    return f'<{name} xmlns:xsi="{XSI}" xsi:nil="true"/>'


def message_retour(*, ok: bool | None, message: str = "", severite: bool = True) -> str:
    """What the parapheur says of a request: OK / INFO, or KO / ERROR; nothing when ``None``."""
    code, level = ("OK", "INFO") if ok else ("KO", "ERROR")
    if ok is None:
        code = level = ""
    return (
        "<MessageRetour>"
        + element("codeRetour", code)
        + element("message", message)
        + (element("severite", level) if severite else "")
        + "</MessageRetour>"
    )


def log_dossier(entry: LogEntry, *, nom: str = "", annotation: str = "", accessible: str = "") -> str:
    """A line of the history; the hour of Paris, to the millisecond.

    In a search, ``nom`` is that of the dossier and ``accessible`` says what may be done with it.
    """
    return (
        "<LogDossier>"
        + element("timestamp", _timestamp(entry.moment))
        + element("nom", nom or entry.acteur)
        + element("status", entry.statut.value)
        + element("annotation", annotation or entry.annotation)
        + (element("accessible", accessible) if accessible else "")
        + "</LogDossier>"
    )


def document(name: str, content: Path | bytes, content_type: str) -> list[Part]:
    """An element that holds a document."""
    start = f"<{name} xmlns:xmime={quoteattr(XMIME)} xmime:contentType={quoteattr(_clean(content_type))}>"
    return [start, Held(content, content_type), f"</{name}>"]


def doc_annexe(
    nom: str, content: Path | bytes, content_type: str, *, signature: Sequence[Part] = ()
) -> list[Part]:
    """One annexe, or one of several main documents, with its detached signature if it has one."""
    return [
        "<DocAnnexe>" + element("nom", nom),
        *document("fichier", content, content_type),
        element("mimetype", content_type) + element("encoding", "UTF-8"),
        *signature,
        "</DocAnnexe>",
    ]


class Stream:
    """An answer of exactly :attr:`length` bytes.

    Its files are open from the start: they may be deleted while it leaves. To be closed.
    """

    def __init__(self, content_type: str) -> None:
        self.content_type = content_type
        self.length = 0
        self._files = ExitStack()
        self._pieces: list[bytes | Iterator[bytes]] = []

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the answer, once."""
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece

    def close(self) -> None:
        """Close the files."""
        self._files.close()

    def add(self, data: bytes) -> None:
        """Go on with ``data``."""
        self._pieces.append(data)
        self.length += len(data)

    def text(self, text: str) -> None:
        """Go on with ``text``."""
        self.add(text.encode())

    def binary(self, content: Path | bytes) -> None:
        """Go on with a document as it is."""
        if isinstance(content, bytes):
            self.add(content)
        else:
            self._pieces.append(self._read(content))
            self.length += content.stat().st_size

    def encoded(self, content: Path | bytes) -> None:
        """Go on with a document in base64."""
        if isinstance(content, bytes):
            self.add(base64.b64encode(content))
        else:
            self._pieces.append(base64.b64encode(block) for block in self._read(content))
            self.length += 4 * -(-content.stat().st_size // 3)

    def _read(self, path: Path) -> Iterator[bytes]:
        handle = self._files.enter_context(path.open("rb"))
        return iter(lambda: handle.read(_BLOCK), b"")


def envelope(operation: str, parts: Sequence[Part], *, prefix: str) -> Stream:
    """The answer to ``operation``, its documents inside, in base64."""
    out = Stream(CONTENT_TYPE)
    for part in (opening(operation, prefix=prefix), *parts, ending(operation, prefix=prefix)):
        if isinstance(part, str):
            out.text(part)
        else:
            out.encoded(part.content)
    return out


def opening(operation: str, *, prefix: str) -> str:
    """What comes before the parts of an answer."""
    return f'{_start(prefix)}<{operation}Response xmlns="{PARAPHEUR}">'


def ending(operation: str, *, prefix: str) -> str:
    """What comes after them."""
    return f"</{operation}Response></{prefix}:Body></{prefix}:Envelope>"


def fault(code: str, text: str, *, prefix: str) -> bytes:
    """A SOAP Fault; ``code`` is Client or Server."""
    return (
        f"{_start(prefix)}<{prefix}:Fault>"
        f"<faultcode>{prefix}:{code}</faultcode><faultstring>{escaped(text)}</faultstring>"
        f"</{prefix}:Fault></{prefix}:Body></{prefix}:Envelope>"
    ).encode()


def _start(prefix: str) -> str:
    declaration = '<?xml version="1.0" encoding="utf-8"?>'
    return f'{declaration}<{prefix}:Envelope xmlns:{prefix}="{SOAP}"><{prefix}:Body>'


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(_PARIS).isoformat(timespec="milliseconds")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
