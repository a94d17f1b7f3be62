"""The way in for XML files that are too large for a tree: expat with everything dangerous shut.

No DTD, hence no entity; depth, distinct names, single tokens and the whole file are bounded. What stays in
memory is what the reader keeps: text comes in pieces, and only when it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, NoReturn
from xml.parsers import expat  # every construct that makes it unsafe is refused below

from cdg62_connect.errors import HostileInput, InvalidFile

DEEPEST = 100
"""Levels of elements. The deepest document of the field (PES) has about fifteen, its signatures as many."""

LARGEST_FILE = 1024 * 1024 * 1024
"""Bytes of a file, unless told otherwise."""

_BLOCK = 256 * 1024
_TOKEN_LIMIT = 256 * 1024
_UNCOUNTED = 2 * 1024 * 1024
_MOST_NAMES = 4_000
_LONGEST_NAMES = 1_000_000
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "cp1252"})

Start = Callable[[str, list[str]], None]
"""Given an element's name (``namespace name`` when it has a namespace) and its attributes, name then value."""

End = Callable[[str], None]


class XmlStream:
    """One file being read, block by block; ``start`` and ``end`` are called by expat itself, for speed.

    Args:
        what: what the document is, in French, for the messages.
        root: told the first element.
        start: told every other one; ``None`` when nobody is.
        end: told the end of each of them.
        depth: how many elements are open, counted by ``start`` and ``end``; looked at after each block. ``None``:
            something else that reads the same bytes bounds it.
        limit: the largest size accepted, in bytes.

    Attributes:
        encoding: the one that the document declares, or ``""``.
    """

    def __init__(
        self,
        *,
        what: str,
        root: Start,
        start: Start | None,
        end: End,
        depth: Callable[[], int] | None,
        limit: int,
    ) -> None:
        self.encoding = ""
        self._what = what
        self._limit = limit
        self._root = root
        self._start = start
        self._end = end
        self._depth = depth
        self._bytes = 0
        self._given = 0
        self._lines_aside = 0
        self._sift: Callable[[bytes, bool], Iterator[bytes]] | None = None
        self._cdata = False
        self._names = 0
        self._uncounted: tuple[Start | None, End] | None = None
        self._uncounted_since = 0
        self._counted: int | None = None
        self._intern: dict[str, str] = {}
        parser = expat.ParserCreate(namespace_separator=" ", intern=self._intern)
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.buffer_size = 64 * 1024
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartCdataSectionHandler = self._cdata_met
        parser.EntityDeclHandler = self._doctype
        parser.ExternalEntityRefHandler = self._doctype
        parser.StartElementHandler = self._started_root
        parser.EndElementHandler = end
        self._parser = parser

    def sift(self, through: Callable[[bytes, bool], Iterator[bytes]]) -> None:
        """From now on, give each block to ``through`` (and whether it is the last, which is empty).

        It yields what expat is to read, in order; what it yields has been told when it is asked for the next.
        """
        self._sift = through

    @property
    def settled(self) -> bool:
        """All that expat was given has been told: what comes next stands between two tags, or is text.

        Never so once a CDATA section was met, since expat tells nothing of where those are.
        """
        return self._parser.CurrentByteIndex == self._given and not self._cdata

    def put_aside(self, text: bytes) -> None:
        """What expat will not see: its lines are counted."""
        self._lines_aside += text.count(b"\n")

    @property
    def position(self) -> int:
        """Where what is being told begins, in bytes from the start: the tag of an element, or its end tag."""
        return self._parser.CurrentByteIndex

    def text_to(self, sink: Callable[[str], None] | None) -> None:
        """Give the text that follows to ``sink``, in pieces; ``None`` stops it."""
        self._parser.CharacterDataHandler = sink

    def listen(self, start: Start | None, end: End) -> None:
        """From now on, tell ``start`` and ``end``, which do not count the depth; the stream sees to it.

        They may be methods written in C, which is the fastest there is; ``None`` hears no start.
        """
        if not self._uncounted:
            self._uncounted_since = self._parser.CurrentByteIndex
        self._uncounted = (start, end)
        if self._counted is None:
            self._parser.StartElementHandler = start
            self._parser.EndElementHandler = end

    def listen_as_before(self) -> None:
        """Tell again the two functions that count, now that every element open since has ended."""
        self._uncounted = self._counted = None
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def blocks(self, document: BinaryIO) -> Iterator[bytes]:
        """Read ``document``, and give back each block once its events have been told; an empty one ends it.

        Raises:
            InvalidFile: ``FICHIER_VIDE``, ``TAILLE`` or ``XML_ILLISIBLE``.
            HostileInput: a DTD, or something beyond reason.
        """
        while block := document.read(_BLOCK):
            self._bytes += len(block)
            if self._bytes > self._limit:
                raise InvalidFile("TAILLE", f"{self._what} dépasse la taille admise ({self._limit} octets).")
            if self._sift is None:
                self._parse(block)
            else:
                for part in self._sift(block, False):
                    self._parse(part)
            self._check_measure()
            yield block
        if not self._bytes:
            raise InvalidFile("FICHIER_VIDE", f"{self._what} est vide.")
        if self._sift is not None:
            for part in self._sift(b"", True):
                self._parse(part)
        self._parse(b"", final=True)
        yield b""

    def _parse(self, block: bytes, *, final: bool = False) -> None:
        self._given += len(block)
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as problem:
            raise InvalidFile(
                "XML_ILLISIBLE",
                f"{self._what} n'est pas du XML lisible "
                f"(ligne {problem.lineno + self._lines_aside} : {expat.ErrorString(problem.code)}).",
            ) from None

    def _check_measure(self) -> None:
        # what expat has not told yet is one unfinished token, that it holds in memory
        if self._given - self._parser.CurrentByteIndex > _TOKEN_LIMIT:
            raise HostileInput(f"{self._what} a une balise ou un commentaire sans fin : document écarté.")
        if self._uncounted and self._counted is None and self._given - self._uncounted_since > _UNCOUNTED:
            self.count_depth()
        if max(self._depth() if self._depth else 0, self._counted or 0) > DEEPEST:
            raise HostileInput(f"{self._what} imbrique plus de {DEEPEST} éléments : document écarté.")
        if len(self._intern) > self._names:  # names are kept by expat and by Python until the end
            self._names = len(self._intern)
            if self._names > _MOST_NAMES or sum(map(len, self._intern)) > _LONGEST_NAMES:
                raise HostileInput(f"{self._what} emploie des noms sans mesure : document écarté.")

    def _started_root(self, name: str, attributes: list[str]) -> None:
        self._parser.StartElementHandler = self._start
        self._root(name, attributes)

    def count_depth(self) -> None:
        """Count what is open from now on, in the stead of functions that do not."""
        self._counted = 0
        self._parser.StartElementHandler = self._started_counted
        self._parser.EndElementHandler = self._ended_counted

    def _started_counted(self, name: str, attributes: list[str]) -> None:
        self._counted = (self._counted or 0) + 1
        if self._uncounted and self._uncounted[0]:
            self._uncounted[0](name, attributes)

    def _ended_counted(self, name: str) -> None:
        self._counted = (self._counted or 0) - 1
        if self._uncounted:
            self._uncounted[1](name)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = encoding or ""
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise InvalidFile("XML_ILLISIBLE", f"{self._what} annonce un encodage inconnu.")

    def _cdata_met(self) -> None:
        self._cdata = True

    def _doctype(self, *_: object) -> NoReturn:
        raise HostileInput(
            f"{self._what} contient une DTD, ce qui est interdit : document écarté sans être lu."
        )


class Ends(dict[str, None]):
    """Hears the ends of elements by its ``__getitem__``: no Python at all for those that mean nothing."""

    def __init__(self, endings: Mapping[str, Callable[[], None]]) -> None:
        super().__init__()
        self._ending = endings.get

    def __missing__(self, name: str) -> None:
        ending = self._ending(name)
        if ending is None:
            self[name] = None
        else:
            ending()
