"""Base64 text back into documents, as it arrives, straight to the disk."""

from __future__ import annotations

import binascii
import hashlib
import os
from typing import BinaryIO

from cdg62_connect.soap.failures import Flaw, UnreadableMessage

_BLANKS = (b"\n", b"\r", b" ", b"\t")


class Base64Decoder:
    """Decodes base64 text given in pieces of any length.

    XML blanks are tolerated anywhere. Any other character outside the alphabet, text after the padding and
    an incomplete end raise :class:`UnreadableMessage` with :attr:`Flaw.BAD_BASE64`: a document is whole or
    it is not given.
    """

    __slots__ = ("_ended", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._ended = False

    def feed(self, text: str | bytes) -> bytes:
        """The bytes that ``text`` completes."""
        try:
            data = text.encode("ascii") if isinstance(text, str) else text
        except UnicodeEncodeError as problem:
            raise UnreadableMessage(Flaw.BAD_BASE64, "caractère interdit") from problem
        data = _without_blanks(data)
        if not data:
            return b""
        if self._ended:
            raise UnreadableMessage(Flaw.BAD_BASE64, "texte après la fin du document")
        data = self._rest + data
        aligned = len(data) & ~3
        self._rest = data[aligned:]
        if not aligned:
            return b""
        self._ended = data[aligned - 1] == ord("=")
        if self._ended and self._rest:
            raise UnreadableMessage(Flaw.BAD_BASE64, "texte après la fin du document")
        try:
            return binascii.a2b_base64(memoryview(data)[:aligned], strict_mode=True)
        except binascii.Error as problem:
            raise UnreadableMessage(Flaw.BAD_BASE64, "caractère interdit") from problem

    def finish(self) -> None:
        """State that no text follows."""
        if self._rest:
            raise UnreadableMessage(Flaw.BAD_BASE64, "le texte s'arrête trop tôt")


def _without_blanks(data: bytes) -> bytes:
    """``data`` without blanks: mostly there is none, or one kind, which ``replace`` removes four times faster."""
    present = [blank for blank in _BLANKS if blank in data]
    if not present:
        return data
    if len(present) == 1:
        return data.replace(present[0], b"")
    return data.translate(None, b"".join(present))


class Allowance:
    """How many bytes of documents one message may still hold; shared by all its documents."""

    __slots__ = ("_left", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._left = limit

    def spend(self, size: int) -> None:
        """Take ``size`` bytes, or raise :class:`UnreadableMessage` (:attr:`Flaw.TOO_BIG`)."""
        self._left -= size
        if self._left < 0:
            raise UnreadableMessage(Flaw.TOO_BIG, f"limite : {self.limit} octets de documents")


class DecodedFile:
    """The place where the base64 text of one element, or the attachment in its stead, becomes a file.

    The file given is written from where it stands; it is forced to disk and closed by :meth:`close`.
    When anything fails, removing the file is up to whoever opened it.

    Attributes:
        size: bytes written so far.
    """

    __slots__ = ("_allowance", "_decoder", "_digest", "_out", "size")

    def __init__(self, out: BinaryIO, *, allowance: Allowance) -> None:
        self._out = out
        self._allowance = allowance
        self._decoder = Base64Decoder()
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the bytes written so far."""
        return self._digest.hexdigest()

    def write(self, text: str | bytes) -> None:
        """Decode ``text`` to the file."""
        self.take(self._decoder.feed(text))

    def take(self, data: bytes) -> None:
        """Write ``data``, which came as bytes, to the file."""
        self._allowance.spend(len(data))
        self._digest.update(data)
        self._out.write(data)
        self.size += len(data)

    def close(self) -> None:
        """The document has ended: check the end of the text, then force the file to disk."""
        self._decoder.finish()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
