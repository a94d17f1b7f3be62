"""What the simulated platforms read of a PES (PES V2, DGFiP): what S2LOW checks and what the trésorerie answers of.

Read on its own account, as a stream; every value is the attribute ``V`` of an empty element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat  # a DTD, hence any entity, is refused below

DEPENSE, RECETTE, MARCHE, FACTURE = "PES_DepenseAller", "PES_RecetteAller", "PES_Marche", "PES_Facture"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig# Signature"
HEADS = ("Enveloppe", "EnTetePES")

_BLOCK = 64 * 1024
_DEEPEST = 100
_HEAD = 50
"""Bytes among which S2LOW looks for the encoding."""


@dataclass(slots=True)
class Champ:
    """An element of the envelope or of the header, whose value is ``V``."""

    name: str
    value: str
    children: list[Champ] = field(default_factory=list["Champ"])

    def walk(self) -> Iterator[Champ]:
        """Itself and all that it holds."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Ligne:
    """A line of a pièce."""

    numero: str
    montant: str = ""


@dataclass(slots=True)
class Piece:
    """A mandat or a titre; ``champs``: IdPce, TypPce, NatPce, Obj…"""

    champs: dict[str, str] = field(default_factory=dict[str, str])
    lignes: list[Ligne] = field(default_factory=list[Ligne])

    @property
    def numero(self) -> str:
        """Its number."""
        return self.champs.get("IdPce", "")


@dataclass(slots=True)
class Bordereau:
    """A bordereau of dépense or recette; ``champs``: Exer, IdBord, TypBord…"""

    domaine: str
    champs: dict[str, str] = field(default_factory=dict[str, str])
    pieces: list[Piece] = field(default_factory=list[Piece])
    signe: bool = False

    @property
    def numero(self) -> str:
        """Its number."""
        return self.champs.get("IdBord", "")

    @property
    def exercice(self) -> str:
        """Its year."""
        return self.champs.get("Exer", "")


@dataclass(slots=True, kw_only=True)
class Pes:
    """A file as it was read; what is absent is empty.

    Attributes:
        lisible: it is well-formed XML.
        annonce_latin1: ISO-8859-1 is written among its first fifty characters.
        tetes: the envelope and the header, by name.
        domaines: the other children of the root, signatures apart.
        dematerialise: what each domaine says of InfoDematerialisee.
        pj: the identifiers of the pieces carried.
        signe: the whole is signed.
        signatures: how many signatures there are.
    """

    lisible: bool = False
    annonce_latin1: bool = False
    racine: str = ""
    tetes: dict[str, Champ] = field(default_factory=dict[str, Champ])
    domaines: list[str] = field(default_factory=list[str])
    dematerialise: dict[str, str] = field(default_factory=dict[str, str])
    bordereaux: list[Bordereau] = field(default_factory=list[Bordereau])
    pj: list[str] = field(default_factory=list[str])
    signe: bool = False
    signatures: int = 0

    def tete(self, name: str) -> str:
        """A value of the envelope or of the header."""
        return next(
            (one.value for head in self.tetes.values() for one in head.walk() if one.name == name), ""
        )

    @property
    def nom_fic(self) -> str:
        """What the acquit is recognised by, together with :attr:`cod_col`."""
        return self.tete("NomFic")

    @property
    def cod_col(self) -> str:
        """The collectivité, for the trésorerie."""
        return self.tete("CodCol")

    @property
    def id_coll(self) -> str:
        """The SIRET of the budget."""
        return self.tete("IdColl")


def read(path: Path) -> Pes:
    """Read a file, whatever it is: what cannot be read is ``lisible=False``."""
    pes = Pes()
    reading = _Reading(pes)
    with path.open("rb") as content:
        pes.annonce_latin1 = b"iso-8859-1" in content.read(_HEAD).lower()
        content.seek(0)
        try:
            while block := content.read(_BLOCK):
                reading.parser.Parse(block)
            reading.parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError):
            return pes
    pes.lisible = True
    return pes


def nom_fic_of(path: Path) -> str:
    """The NomFic of a file, by which faults and scenarios name it; ``""`` when it has none."""
    return read(path).nom_fic


class _Reading:
    """Puts what expat tells where it belongs."""

    def __init__(self, pes: Pes) -> None:
        self._pes = pes
        self._path: list[str] = []
        self._heads: list[Champ] = []
        self._bordereau: Bordereau | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = _refused

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self._path) > _DEEPEST:
            raise ValueError("trop profond")
        self._path.append(name)
        depth, value = len(self._path), attributes.get("V", "")
        if name == SIGNATURE:
            self._signed(depth)
        elif depth == 1:
            self._pes.racine = name.rpartition(" ")[2]
        elif self._path[1] in HEADS:
            self._head(name, value)
        elif depth == 2:
            self._pes.domaines.append(name)
        elif self._path[1] in (DEPENSE, RECETTE):
            self._comptable(name, value)
        elif name == "IdUnique" and self._path[-2] == "PJ":
            self._pes.pj.append(value)

    def _signed(self, depth: int) -> None:
        self._pes.signatures += 1
        if depth == 2:
            self._pes.signe = True
        elif self._bordereau is not None and self._path[-2] == "Bordereau":
            self._bordereau.signe = True

    def _head(self, name: str, value: str) -> None:
        champ = Champ(name, value)
        if self._heads:
            self._heads[-1].children.append(champ)
        else:
            self._pes.tetes.setdefault(name, champ)
        self._heads.append(champ)

    def _comptable(self, name: str, value: str) -> None:
        parent, bordereau = self._path[-2], self._bordereau
        if name == "Bordereau":
            self._bordereau = Bordereau(self._path[1])
            self._pes.bordereaux.append(self._bordereau)
        elif name == "InfoDematerialisee":
            self._pes.dematerialise[self._path[1]] = value
        elif bordereau is None:
            return
        elif name == "Piece":
            bordereau.pieces.append(Piece())
        elif parent == "BlocBordereau":
            bordereau.champs[name] = value
        elif bordereau.pieces:
            self._of_piece(bordereau.pieces[-1], parent, name, value)

    def _of_piece(self, piece: Piece, parent: str, name: str, value: str) -> None:
        if parent in ("InfoPce", "BlocPiece"):
            piece.champs[name] = value
        elif parent in ("InfoLignePce", "InfoLignePiece"):
            if name == "IdLigne":
                piece.lignes.append(Ligne(value))
            elif name == "MtHT" and piece.lignes:
                piece.lignes[-1].montant = value

    def _end(self, name: str) -> None:
        if self._heads and self._heads[-1].name == name and self._path[1] in HEADS:
            self._heads.pop()
        if name == "Bordereau":
            self._bordereau = None
        self._path.pop()


def _refused(*_: object) -> NoReturn:
    raise ValueError("une DTD n'est pas lue")
