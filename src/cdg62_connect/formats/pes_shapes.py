"""Pièces whose shape was met before, read without a parser: a PES repeats a few shapes hundreds of thousands of times.

The shape of a unit (the header of a pièce, one of its lines) is its text without what stands between double quotes.
Expat reads the first unit of each shape, and so tells where each value is. Any other unit of the same shape, with
values that hold neither ``<``, ``>`` nor a control character, and no reference but the plainest, is just as
well-formed and means the same: its values are picked by their rank. Whatever could make that false (comments, CDATA,
prefixes, single quotes…) is left to expat, as is every pièce that is not made of such units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import cast
from xml.parsers import expat  # given nothing that holds a DTD: see _LEFT_TO_EXPAT

from cdg62_connect.formats.pes_facts import PesLigne, PesPiece, PesPjRef
from cdg62_connect.formats.pes_open import is_amount

_LEFT_TO_EXPAT = ("'", ":", "<!", "<?", "&", "xmlns")
_OPENING, _CLOSING = b"<Piece>", b"</Piece>"
_LARGEST_WAITING = 1024 * 1024
"""Bytes of a pièce that are waited for; a larger one goes as it comes."""

_MANY_LEFT = 500

_MOST_SHAPES = 1_000
_MOST_TEXT = 4 * 1024 * 1024
_LARGEST_UNIT = 64 * 1024
_DEEPEST = 50
_ABSENT = -1

_HEADER = ("IdPce", "TypPce", "NatPce", "Obj", "ObjPce")
_LINE = ("IdLigne", "Nature", "Fonction", "MtHT", "MtTVA")

_new_ligne: Callable[[Iterable[object]], PesLigne] = partial(tuple.__new__, PesLigne)

_REFERENCE = re.compile(
    r"&(?:(amp|lt|gt|quot|apos)|#0{0,3}(3[2-9]|[4-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]));"
)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def _referred(found: re.Match[str]) -> str:
    return _NAMED[found[1]] if found[1] else chr(int(found[2]))


@dataclass(frozen=True, slots=True)
class _Plan:
    """At which rank each field is among the values of a unit, and each reference (support, identifier)."""

    fields: tuple[int, ...]
    refs: tuple[tuple[int, int], ...]


class Sieve:
    """Cuts the blocks of a document at its pièces: those that ``take`` takes go no further.

    Args:
        take: given a pièce, from ``<Piece>`` to ``</Piece>``; whether it has been read.
        aside: given the blanks between two pièces, which nobody reads.
    """

    def __init__(self, take: Callable[[bytes], bool], *, aside: Callable[[bytes], None]) -> None:
        self._take = take
        self._aside = aside
        self._waiting = b""
        self._taken = self._left = 0

    def __call__(self, block: bytes, last: bool) -> Iterator[bytes]:
        """What is left of what waited and of ``block``, in order."""
        data, self._waiting, at = self._waiting + block, b"", 0
        while self._worth_it and (start := data.find(_OPENING, at)) >= 0:
            between = data[at:start]
            if between.strip(b" \t\r\n"):
                yield between
            else:
                self._aside(between)
            at = start
            end = data.find(_CLOSING, start)
            if end < 0:
                break
            at = end + len(_CLOSING)
            piece = data[start:at]
            if self._take(piece):
                self._taken += 1
            else:
                self._left += 1
                yield piece
        rest = data[at:]
        if last or not self._worth_it or not rest.startswith(_OPENING) or len(rest) > _LARGEST_WAITING:
            yield rest
        else:
            self._waiting = rest

    @property
    def _worth_it(self) -> bool:
        """Enough pièces are taken: cutting those that are not costs more than it spares."""
        return self._left < _MANY_LEFT or self._left < self._taken


class PieceShapes:
    """The shapes of one document."""

    def __init__(self) -> None:
        self._headers: dict[str, _Plan | None] = {}
        self._lines: dict[str, _Plan | None] = {}
        self._kept = 0

    def read(self, text: str) -> PesPiece | None:
        """A pièce, from ``<Piece>`` to its ``</Piece>``; ``None`` when expat is to read it."""
        head, closed, rest = text.partition("</BlocPiece>")
        units = rest.split("</LigneDePiece>")
        if not closed or units.pop().strip(" \t\r\n") != "</Piece>":
            return None
        found = self._values(head, self._headers, _header_plan)
        if found is None:
            return None
        values, plan = found
        identifier, kind, nature, objet, other = plan.fields
        refs = _refs(values, plan)
        lignes: list[PesLigne] = []
        for unit in units:
            found = self._values(unit, self._lines, _line_plan)
            if found is None:
                return None
            lignes.append(_ligne(*found))
        return PesPiece(
            values[identifier],
            values[kind],
            values[nature],
            values[objet] or values[other],
            tuple(lignes),
            refs,
        )

    def _values(
        self, unit: str, known: dict[str, _Plan | None], plan_of: Callable[[list[str]], _Plan | None]
    ) -> tuple[list[str], _Plan] | None:
        if len(unit) > _LARGEST_UNIT:
            return None
        parts = unit.split('"')
        values = parts[1::2]
        said = '"'.join(values)
        if not said.isprintable() or "<" in said or ">" in said or not len(parts) & 1:
            return None
        if "&" in said:
            if len(_REFERENCE.findall(said)) != said.count("&"):
                return None
            values = [_REFERENCE.sub(_referred, value) for value in values]
        shape = '"'.join(parts[::2])
        plan = known.get(shape)
        if plan is None:
            if shape in known or len(known) >= _MOST_SHAPES or self._kept > _MOST_TEXT:
                return None
            plan = known[shape] = plan_of(parts)
            self._kept += len(shape)
            if plan is None:
                return None
        values.append("")  # what an absent field says, at the rank -1
        return values, plan


def _ligne(values: list[str], plan: _Plan) -> PesLigne:
    number, nature, fonction, ht, tva = plan.fields
    amount, tax = values[ht], values[tva]
    return _new_ligne(
        (
            values[number],
            values[nature],
            values[fonction],
            Decimal(amount) if is_amount(amount) else None,
            Decimal(tax) if is_amount(tax) else None,
            _refs(values, plan) if plan.refs else (),
        )
    )


def _refs(values: list[str], plan: _Plan) -> tuple[PesPjRef, ...]:
    return tuple(PesPjRef(values[support], values[identifier]) for support, identifier in plan.refs)


def _header_plan(parts: list[str]) -> _Plan | None:
    return _plan(parts, "{}</BlocPiece></Piece>", "BlocPiece", _HEADER)


def _line_plan(parts: list[str]) -> _Plan | None:
    return _plan(parts, "<Piece>{}</LigneDePiece></Piece>", "BlocLignePiece", _LINE)


_ENDS = {"BlocPiece", "BlocLignePiece", "LigneDePiece", "Piece"}
_ENDS_OF = {
    "BlocPiece": ["BlocPiece", "Piece"],
    "BlocLignePiece": ["BlocLignePiece", "LigneDePiece", "Piece"],
}


def _plan(parts: list[str], whole: str, header: str, wanted: tuple[str, ...]) -> _Plan | None:
    """What expat makes of a unit whose values have been replaced by their ranks."""
    if any(left in part for part in parts[::2] for left in _LEFT_TO_EXPAT):
        return None
    ranked = "".join(part if rank % 2 == 0 else f'"{rank // 2}"' for rank, part in enumerate(parts))
    reading = _Unit(header)
    if not reading.read(whole.replace("{}", ranked)) or reading.ends != _ENDS_OF[header]:
        return None
    at = reading.fields_at_the_end
    return _Plan(tuple(at.get(name, _ABSENT) for name in wanted), tuple(reading.refs))


class _Unit:
    """One unit read by expat, as the reader of a whole document would."""

    def __init__(self, header: str) -> None:
        self.ends: list[str] = []
        self.refs: list[tuple[int, int]] = []
        self.fields_at_the_end: dict[str, int] = {}
        self._header = header
        self._fields: dict[str, int] = {}
        self._depth = self._deepest = 0
        self._stray = False

    def read(self, document: str) -> bool:
        """Whether it can be read at all."""
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            parser.Parse(document.encode("utf-8"), True)
        except (expat.ExpatError, UnicodeEncodeError):
            return False
        return self._deepest <= _DEEPEST and not self._stray

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        if self._header not in self.ends:
            self._fields[name] = int(attributes[1]) if attributes and attributes[0] == "V" else _ABSENT

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name in _ENDS:
            self.ends.append(name)
            if name == self._header:
                self.fields_at_the_end, self._fields = self._fields, {}
        elif name == "PJRef":
            self._stray = self._stray or self._header in self.ends
            found = cast(
                "tuple[int, int]", tuple(self._fields.get(one, _ABSENT) for one in ("Support", "IdUnique"))
            )
            self.refs.append(found)
            for field in ("Support", "IdUnique", "NomPJ", "TypePJ"):
                self._fields.pop(field, None)
