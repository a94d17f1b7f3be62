"""A PES Aller being understood, event by event: what its reader and its checks share.

Pièces of a shape already met are read without expat (:mod:`~cdg62_connect.formats.pes_shapes`). For all the rest
expat calls two small functions for each element. The start of one that means nothing by itself only files its
attributes under its name; what they mean is decided when the element that holds them ends. What is never read
(addresses and accounts of third parties) is passed over altogether.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_expat import LARGEST_FILE, End, Ends, Start, XmlStream
from cdg62_connect.formats.pes_facts import (
    ALLER_NAMESPACE,
    Domaine,
    PesDomaine,
    PesHeader,
    PesLigne,
    PesPart,
    PesPjRef,
    PesSignature,
    RefCompta,
)
from cdg62_connect.formats.pes_open import (
    Content,
    Fields,
    OpenBordereau,
    OpenPiece,
    OpenPj,
    amount,
    value,
)
from cdg62_connect.formats.pes_shapes import PieceShapes, Sieve

WHAT = "Le PES"

_ROOT = f"{ALLER_NAMESPACE} PES_Aller"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig# Signature"
_MOST_KEPT = 200_000
"""Lines or references of one pièce: they are told together."""

_DOMAINES = {one.value: one for one in Domaine}
_HEADER = (
    "Version", "TypFic", "NomFic", "DteStr", "IdPost", "IdColl", "CodCol", "CodBud", "LibelleColBud"
)  # fmt: skip
_HEADER_TOO = ("Sigle", "Adresse", "LibellePoste", "FinJur")

_CODECS = {
    "": "utf-8", "utf-8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "iso-8859-1", "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip

Opening = Callable[[list[str], int], None]
Ending = Callable[[int], None]


class PesReading:
    """One PES Aller being read; what is understood waits in :meth:`told`.

    Args:
        limit: the largest size accepted, in bytes.
        content: what is given the text of each justificatif.
        identifier: called with each ``Id`` that a signature may name.
    """

    def __init__(
        self,
        *,
        limit: int = LARGEST_FILE,
        content: Callable[[], Content] = Content,
        identifier: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._told: list[PesPart] = []
        self._content = content
        self._identifier = identifier
        self._fields: Fields = {}
        self._header: dict[str, str] = {}
        self._header_told = False
        self._root_id = ""
        self._domaine: Domaine | None = None
        self._domaine_header = ("", "")
        self._bordereau: OpenBordereau | None = None
        self._piece: OpenPiece | None = None
        self._refs: list[PesPjRef] = []
        self._pj: OpenPj | None = None
        self._file = self._fields.__setitem__
        self._ends_in_piece = Ends(
            {
                "BlocPiece": self._end_piece_header,
                "BlocLignePiece": self._end_ligne_header,
                "LigneDePiece": self._end_ligne,
                "PJRef": self._end_reference,
                "Piece": self._end_piece,
            }
        ).__getitem__
        self._depth, start, self._ended = self._handlers()
        self.stream = XmlStream(
            what=WHAT,
            root=self._start_root,
            start=start,
            end=self._ended,
            depth=self._depth,
            limit=limit,
        )
        self._shapes = PieceShapes()
        self.stream.sift(Sieve(self._take, aside=self.stream.put_aside))

    def told(self) -> list[PesPart]:
        """What has been understood since the last call; to be called after each block."""
        kept = (self._fields, self._refs, self._piece.lignes if self._piece else ())
        if max(map(len, kept)) > _MOST_KEPT:
            raise HostileInput(f"{WHAT} a un bloc aux éléments sans nombre : document écarté.")
        told, self._told = self._told, []
        return told

    def _handlers(self) -> tuple[Callable[[], int], Start, End]:
        """What counts the depth, and the two functions that expat calls."""
        fields = self._fields
        opening_of, ending_of = self._openings().get, self._endings().get
        depth = 1

        def start(name: str, attributes: list[str]) -> None:
            nonlocal depth
            depth += 1
            opening = opening_of(name)
            if opening is None:
                fields[name] = attributes
            else:
                opening(attributes, depth)

        def end(name: str) -> None:
            nonlocal depth
            ending = ending_of(name)
            if ending is not None:
                ending(depth)
            depth -= 1

        return lambda: depth, start, end

    def _openings(self) -> dict[str, Opening]:
        return {
            **{name: partial(self._start_domaine, one) for name, one in _DOMAINES.items()},
            "Bordereau": self._start_bordereau,
            "Piece": self._start_piece,
            "PJ": self._start_pj,
            "Fichier": self._start_content,
            _SIGNATURE: self._start_signature,
        }

    def _endings(self) -> dict[str, Ending]:
        return {
            **dict.fromkeys(_DOMAINES, self._end_domaine),
            **dict.fromkeys(("Parametres", "Emetteur", "EnTetePES"), self._end_header),
            **dict.fromkeys(
                ("EnTeteDepense", "EnTeteRecette", "EnTeteMarche", "EnTetePES_PJ"), self._end_domaine_header
            ),
            **dict.fromkeys(("Recepteur", _SIGNATURE), self._forget),
            "BlocBordereau": self._end_bordereau_header,
            "Bordereau": self._end_bordereau,
            "PJ": self._end_pj,
            "Fichier": self._end_content,
            "RefCompta": self._end_ref_compta,
            _ROOT: self._end_root,
        }

    def _forget(self, _depth: int) -> None:
        self._fields.clear()

    # the header

    def _start_root(self, name: str, attributes: list[str]) -> None:
        if name != _ROOT:
            namespace, _, local = name.rpartition(" ")
            raise InvalidFile(
                "PAS_UN_PES_ALLER",
                f"Le fichier n'est pas un PES Aller : son élément racine est « {local[:60]} » "
                f"(espace de noms « {namespace[:80]} »).",
            )
        self._root_id = self._identified(attributes)

    def _identified(self, attributes: list[str]) -> str:
        for at in range(0, len(attributes), 2):
            if attributes[at] == "Id":
                self._identifier(attributes[at + 1])
                return attributes[at + 1]
        return ""

    def _end_header(self, depth: int) -> None:
        if depth <= 3 and not self._header_told:
            for name in (*_HEADER, *_HEADER_TOO):
                if name in self._fields:
                    self._header[name] = value(self._fields, name)
        self._fields.clear()

    def _tell_header(self) -> None:
        if self._header_told:
            return
        self._header_told = True
        said = {name: self._header.get(name, "") for name in _HEADER}
        self._told.append(
            PesHeader(
                root_id=self._root_id,
                version=said["Version"],
                typ_fic=said["TypFic"],
                nom_fic=said["NomFic"],
                dte_str=said["DteStr"],
                id_post=said["IdPost"],
                id_coll=said["IdColl"],
                cod_col=said["CodCol"],
                cod_bud=said["CodBud"],
                libelle_col_bud=said["LibelleColBud"],
                others=MappingProxyType(
                    {name: self._header[name] for name in _HEADER_TOO if name in self._header}
                ),
            )
        )

    def _end_root(self, depth: int) -> None:
        if depth != 1 or self._bordereau is not None:
            raise InvalidFile(
                "PES_MAL_CONSTRUIT", f"{WHAT} imbrique une pièce ou un bordereau dans un autre."
            )
        self._tell_header()

    # the parts of the flow

    def _start_domaine(self, domaine: Domaine, _attributes: list[str], depth: int) -> None:
        if depth == 2:
            self._tell_header()
            self._domaine = domaine
            self._domaine_header = ("", "")

    def _end_domaine_header(self, depth: int) -> None:
        if depth == 3:
            self._domaine_header = (value(self._fields, "IdVer"), value(self._fields, "InfoDematerialisee"))
        self._fields.clear()

    def _end_domaine(self, depth: int) -> None:
        if depth == 2 and self._domaine is not None:
            version, dematerialisee = self._domaine_header
            self._told.append(
                PesDomaine(domaine=self._domaine, id_ver=version, info_dematerialisee=dematerialisee)
            )
            self._domaine = None
        self._fields.clear()

    def _start_bordereau(self, attributes: list[str], depth: int) -> None:
        if depth == 3 and self._domaine in (Domaine.DEPENSE, Domaine.RECETTE):
            self._bordereau = OpenBordereau(
                self._domaine,
                self._identified(attributes),
                dematerialise=self._domaine_header[1] in ("1", "true"),
            )

    def _end_bordereau_header(self, _depth: int) -> None:
        if self._bordereau is not None:
            self._bordereau.read(self._fields)
        self._fields.clear()

    def _end_bordereau(self, depth: int) -> None:
        if self._bordereau is not None and depth == 3:
            self._told.append(self._bordereau.closed())
            self._bordereau = None

    # pièces of a shape already met, which expat does not see

    def _take(self, piece: bytes) -> bool:
        """Tell a pièce that stands in its bordereau, if its shape is known; whether it was told."""
        bordereau = self._bordereau
        if bordereau is None or self._piece is not None or self._depth() != 3 or not self.stream.settled:
            return False
        codec = _CODECS.get(self.stream.encoding.lower())
        if codec is None:
            return False
        try:
            read = self._shapes.read(piece.decode(codec))
        except UnicodeDecodeError:
            return False
        if read is None:
            return False
        for ligne in read.lignes:
            bordereau.count(ligne)
        bordereau.pieces += 1
        self._told.append(read)
        self._fields.clear()
        self.stream.put_aside(piece)
        return True

    # the others, heard without counting

    def _start_piece(self, _attributes: list[str], depth: int) -> None:
        if self._bordereau is not None and depth == 4:
            self._fields.clear()
            self._piece = OpenPiece()
            self._refs = []
            self.stream.listen(self._file, self._ends_in_piece)

    def _end_piece_header(self) -> None:
        if self._piece is not None:
            self._piece.read(self._fields, self._refs)
            self._refs = []
        self._fields.clear()

    def _end_ligne_header(self) -> None:
        piece, bordereau, fields = self._piece, self._bordereau, self._fields
        if piece is None or bordereau is None:
            return
        refs, self._refs = tuple(self._refs), []
        ligne = PesLigne(
            value(fields, "IdLigne"),
            value(fields, "Nature"),
            value(fields, "Fonction"),
            amount(value(fields, "MtHT")),
            amount(value(fields, "MtTVA")),
            refs,
        )
        piece.lignes.append(ligne)
        bordereau.count(ligne)
        fields.clear()
        self.stream.listen(None, self._ends_in_piece)  # third parties are not read

    def _end_ligne(self) -> None:
        self.stream.listen(self._file, self._ends_in_piece)

    def _end_reference(self) -> None:
        fields = self._fields
        self._refs.append(PesPjRef(value(fields, "Support"), value(fields, "IdUnique")))
        for name in ("Support", "IdUnique", "NomPJ", "TypePJ"):
            fields.pop(name, None)

    def _end_piece(self) -> None:
        if self._piece is not None and self._bordereau is not None:
            self._bordereau.pieces += 1
            self._told.append(self._piece.closed())
        self._piece = None
        self._fields.clear()
        self.stream.listen_as_before()
        self._ended("Piece")

    # justificatifs

    def _start_pj(self, _attributes: list[str], depth: int) -> None:
        if self._bordereau is None and self._pj is None:
            self._tell_header()
            self._fields.clear()
            self._pj = OpenPj(self._content(), depth=depth)

    def _start_content(self, attributes: list[str], _depth: int) -> None:
        if self._pj is not None:
            self._pj.mime = attributes[1] if attributes and attributes[0] == "MIMEType" else ""
            self.stream.text_to(self._pj.content.take)

    def _end_content(self, _depth: int) -> None:
        self.stream.text_to(None)

    def _end_ref_compta(self, _depth: int) -> None:
        fields = self._fields
        if self._pj is not None:
            self._pj.add(
                RefCompta(
                    domaine=value(fields, "Domaine"),
                    exercice=value(fields, "Exercice"),
                    type_objet=value(fields, "TypeObjet"),
                    identifiant=value(fields, "Identifiant"),
                )
            )
        for name in ("Domaine", "Exercice", "TypeObjet", "Identifiant"):
            fields.pop(name, None)

    def _end_pj(self, depth: int) -> None:
        if self._pj is not None and depth == self._pj.depth:
            self._told.append(self._pj.closed(self._fields, misplaced=self._domaine is not Domaine.PJ))
            self._fields.clear()
            self._pj = None

    # signatures

    def _start_signature(self, attributes: list[str], depth: int) -> None:
        if depth == 2:
            self._tell_header()
            self._told.append(PesSignature(id=self._identified(attributes), bordereau=None))
        elif depth == 4 and self._bordereau is not None:
            self._bordereau.signed = True
            self._told.append(PesSignature(id=self._identified(attributes), bordereau=self._bordereau.id))
