"""Whether two files are the same PES: what it says, its signatures and its typography apart."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cdg62_connect.formats.hardened_expat import LARGEST_FILE, XmlStream

_SIGNATURE = "http://www.w3.org/2000/09/xmldsig# Signature"


def pes_fingerprint(path: Path, *, limit: int = LARGEST_FILE) -> str:
    """The SHA-256 of what a PES says: elements, attributes and texts, in their order.

    Signing adds signatures and may write the file anew. What that changes does not count: signatures, encoding,
    prefixes, order of attributes, blanks between elements, comments. Read as a stream, memory is constant.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``TAILLE`` or ``XML_ILLISIBLE``.
        HostileInput: a DTD, or something beyond reason.
        OSError: the file cannot be read.
    """
    said = _Said()
    stream = XmlStream(
        what="Le PES",
        root=said.start,
        start=said.start,
        end=said.end,
        depth=lambda: said.depth,
        limit=limit,
    )
    stream.text_to(said.text)
    with path.open("rb") as document:
        for _ in stream.blocks(document):
            pass
    return said.digest.hexdigest()


class _Said:
    """What has been told so far, as a digest."""

    def __init__(self) -> None:
        self.depth = 0
        self.digest = hashlib.sha256()
        self._signature = 0  # depth of the signature that is open
        self._blanks = ""
        self._in_text = False

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        self._close_text()
        if self._signature:
            return
        if name == _SIGNATURE:
            self._signature = self.depth
            return
        pairs = sorted(zip(attributes[::2], attributes[1::2], strict=True))
        parts = [name, *(part for pair in pairs for part in pair)]
        self.digest.update(b"<" + "\x01".join(parts).encode())

    def end(self, _name: str) -> None:
        self._close_text()
        if not self._signature:
            self.digest.update(b">")
        elif self._signature == self.depth:
            self._signature = 0
        self.depth -= 1

    def text(self, piece: str) -> None:
        if self._signature:
            return
        if not self._in_text:
            self._blanks += piece if len(self._blanks) < 1024 else ""
            if not piece.strip():
                return
            self._in_text, piece, self._blanks = True, self._blanks, ""
            self.digest.update(b"\x02")
        self.digest.update(piece.encode("utf-8", "surrogatepass"))

    def _close_text(self) -> None:
        self._in_text, self._blanks = False, ""
