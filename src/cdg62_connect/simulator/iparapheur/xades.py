"""XAdES signatures within a PES: one per bordereau, or one for the whole, as a parapheur puts them.

Each one is made on the element alone, within what holds it, and put into the bytes of the document, of which
nothing else changes. Memory is that of the document, and of the tree of its largest bordereau (of the whole for
a signature on the whole).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_expat import XmlStream
from cdg62_connect.simulator.pki import Signatory

_DS = "http://www.w3.org/2000/09/xmldsig#"
_LARGEST = 1024 * 1024 * 1024
_TAG = re.compile(rb"""<([^\s/>]+)(?:[^>"']|"[^"]*"|'[^']*')*>""")


def check_signable_xml(source: Path, *, xpath: str) -> None:
    """Look for what :func:`sign_xades` would sign.

    Raises:
        InvalidFile: it is no XML, or ``xpath`` points at nothing that has an ``Id``.
    """
    _Document(source, xpath).check()


def check_xml(source: Path) -> None:
    """Whether ``source`` is XML.

    Raises:
        InvalidFile: it is not.
    """
    _Document(source, ".")


def sign_xades(
    source: Path, into: Path, *, xpath: str, signer: Signatory, moment: datetime, xades: str = "1.1.1"
) -> None:
    """Write as ``into`` the XML ``source`` with a signature in each element that ``xpath`` points at.

    ``//Bordereau`` signs every bordereau, ``.`` the root. An element that is signed already stays as it is.

    Args:
        source: the document.
        into: where it is written.
        xpath: what is signed.
        signer: who signs.
        moment: when, according to the signature.
        xades: the version of the properties: ``"1.1.1"``, or ``"1.2.2"`` as desktop tools write.

    Raises:
        InvalidFile: it is no XML, or ``xpath`` points at nothing that has an ``Id``.
        MissingExtra: xmlsec is not installed.
    """
    from cdg62_connect.simulator.iparapheur.xades_signing import XadesSigning

    document = _Document(source, xpath)
    document.check()
    signing = XadesSigning(signer, moment, version=xades)
    with into.open("wb") as out:
        for part in document.signed_by(signing.signature):
            out.write(part)


@dataclass(slots=True)
class _Place:
    """An element to sign, by positions in the document: its tag, its end tag, and the tags of what holds it."""

    identity: str
    start: int
    holders: tuple[int, ...]
    end: int = 0
    signed: bool = False


class _Document:
    """A document, and where it is to be signed."""

    def __init__(self, source: Path, xpath: str) -> None:
        self._data = _as_bytes_of_ascii(source.read_bytes())
        self._xpath = xpath.strip()
        self._open: list[int] = []
        self._place: _Place | None = None
        self._level = 0
        self._places: list[_Place] = []
        self._stream = XmlStream(
            what=source.name,
            root=self._start,
            start=self._start,
            end=self._end,
            depth=lambda: len(self._open),
            limit=_LARGEST,
        )
        try:
            for _ in self._stream.blocks(io.BytesIO(self._data)):
                pass
        except (InvalidFile, HostileInput) as problem:
            raise InvalidFile(
                "PAS_UN_XML", f"{source.name} : ce n'est pas du XML à signer ({problem})."
            ) from problem

    def _start(self, name: str, attributes: list[str]) -> None:
        at = self._stream.position
        level = len(self._open)
        if self._place is None:
            whole = self._xpath == "." and level == 0
            if whole or (self._xpath == "//Bordereau" and name.rpartition(" ")[2] == "Bordereau"):
                named = dict(zip(attributes[::2], attributes[1::2], strict=True))
                self._place = _Place(named.get("Id", ""), at, tuple(self._open))
                self._level = level
        elif level == self._level + 1 and name == f"{_DS} Signature":
            self._place.signed = True
        self._open.append(at)

    def _end(self, _name: str) -> None:
        self._open.pop()
        if self._place is not None and len(self._open) == self._level:
            self._place.end = self._stream.position
            self._places.append(self._place)
            self._place = None

    def check(self) -> None:
        """Whether there is something to sign, and everything that is to be has an ``Id``.

        Raises:
            InvalidFile: there is not.
        """
        if not self._places or not all(place.identity for place in self._places):
            raise InvalidFile(
                "SANS_ID", f"Rien à signer au chemin « {self._xpath} » : il faut un élément avec un Id."
            )

    def signed_by(self, signature: Any) -> Iterator[bytes]:  # noqa: ANN401 - lxml says nothing of its types
        """The document in pieces, with what ``signature`` makes of each element put at its end."""
        done = 0
        for place in self._places:
            if not place.signed:
                tag, name = self._tag_at(place.start)
                empty = tag.endswith(b"/>")
                yield self._data[done : place.end - 2] + b">" if empty else self._data[done : place.end]
                yield signature(self._alone(place), len(place.holders), place.identity)
                if empty:
                    yield b"</%s>" % name
                done = place.end
        yield self._data[done:]

    def _alone(self, place: _Place) -> bytes:
        """A document of that element and of what holds it, bare."""
        tags = [self._tag_at(at) for at in place.holders]
        empty = self._tag_at(place.start)[0].endswith(b"/>")
        end = place.end if empty else self._data.index(b">", place.end) + 1
        encoding = self._stream.encoding or "UTF-8"
        return b"".join(
            (
                f'<?xml version="1.0" encoding="{encoding}"?>'.encode("ascii"),
                *(tag for tag, _ in tags),
                self._data[place.start : end],
                *(b"</%s>" % name for _, name in reversed(tags)),
            )
        )

    def _tag_at(self, at: int) -> tuple[bytes, bytes]:
        found = _TAG.match(self._data, at)
        assert found is not None, "expat has read a tag there"
        return found[0], found[1]


def _as_bytes_of_ascii(data: bytes) -> bytes:
    """The document itself, or in UTF-8 when its tags are not in bytes of ASCII."""
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" not in data[:4]:
        return data.removeprefix(b"\xef\xbb\xbf")
    text = data.decode("utf-16", "replace")
    return re.sub(r"^<\?xml[^>]*\?>", "", text.removeprefix("\ufeff")).encode("utf-8", "replace")
