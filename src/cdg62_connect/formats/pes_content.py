"""The content of a justificatif carried by a PES: base64 of a gzip, read as it comes and thrown away."""

from __future__ import annotations

import binascii
import zlib

from cdg62_connect.formats.pes_open import Content

_LARGEST = 512 * 1024 * 1024
"""Bytes of one justificatif once inflated; a gzip of one megabyte can announce a thousand."""

_BLANKS = str.maketrans("", "", " \t\r\n")


class GzippedContent(Content):
    """Reads the text of a justificatif as far as its first defect."""

    def __init__(self) -> None:
        super().__init__()
        self._inflating = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self._left = ""
        self._inflated = 0
        self._problem = ""

    def take(self, text: str) -> None:
        """One more piece of text."""
        dense = text.translate(_BLANKS)
        self.encoded += len(dense)
        if self._problem or not dense:
            return
        dense = self._left + dense
        whole = len(dense) - len(dense) % 4
        self._left = dense[whole:]
        self._inflate(dense[:whole])

    def _inflate(self, encoded: str) -> None:
        try:
            data = binascii.a2b_base64(encoded, strict_mode=True)
        except (binascii.Error, ValueError):
            self._problem = "il n'est pas du base64"
            return
        try:
            while data and not self._inflating.eof:
                self._inflated += len(self._inflating.decompress(data, 1024 * 1024))
                data = self._inflating.unconsumed_tail
                if self._inflated > _LARGEST:
                    self._problem = f"il pèse plus de {_LARGEST // 1024 // 1024} Mo une fois décompressé"
                    return
        except zlib.error:
            self._problem = "il n'est pas compressé en gzip, ou il est abîmé"

    def problem(self) -> str:
        """What is wrong with it, in French, or ``""``."""
        if not self.encoded:
            return "il est vide"
        if self._problem:
            return self._problem
        if self._left:
            return "il n'est pas du base64"
        if not self._inflating.eof:
            return "il est incomplet"
        return "" if self._inflated else "le fichier compressé est vide"
