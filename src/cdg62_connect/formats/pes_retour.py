"""What Hélios reports by itself: the state of pièces and lines, and what third parties still owe (PES Retour).

Read as a stream: these files may be as large as the year's accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_expat import LARGEST_FILE, XmlStream
from cdg62_connect.formats.pes_open import Fields, amount, value

_WHAT = "Le PES Retour"
_ROOT = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour PES_Retour"
_MOST_OF_A_PIECE = 100_000
_HEADER = (
    "Version", "TypFic", "NomFic", "DteStr", "IdPost", "LibellePoste", "IdColl", "CodColl", "CodBud", "LibelleColBud"
)  # fmt: skip
_ETATS_PIECE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "PES_DepenseRetour": MappingProxyType(
            {"01": "en instance", "02": "prise en charge", "04": "rejetée par le comptable", "05": "soldée"}
        ),
        "PES_RecetteRetour": MappingProxyType(
            {
                "01": "en instance",
                "02": "prise en charge",
                "03": "prise en charge partielle",
                "04": "rejetée par le comptable",
                "05": "annulée par le comptable",
            }
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourHeader:
    """Whose report it is; ``cod_coll`` is what the other flows call CodCol. What is absent is ``""``."""

    nom_fic: str
    typ_fic: str
    dte_str: str
    id_post: str
    id_coll: str
    cod_coll: str
    cod_bud: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourLigne:
    """The state of a line; ``observation`` holds the codes of the reasons, as written."""

    id_ligne: str
    etat: str
    observation: str
    commentaire: str
    ht: Decimal | None
    tva: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourPiece:
    """The state of a mandat or a titre.

    Attributes:
        domaine: the element of the part (``"PES_DepenseRetour"``, ``"PES_RecetteRetour"``).
        etat: the code of its state; see :attr:`libelle_etat`.
        observation: the codes of the reasons of a refusal or a wait, as written.
        fields: the other fields of the pièce (dates of acceptance, of refusal…), by element name.
    """

    domaine: str
    exercice: str
    bordereau: str
    type_bordereau: str
    id_pce: str
    typ_pce: str
    nat_pce: str
    objet: str
    etat: str
    observation: str
    commentaire: str
    fields: Mapping[str, str]
    lignes: tuple[RetourLigne, ...]

    @property
    def libelle_etat(self) -> str:
        """The state, for a person."""
        return _ETATS_PIECE.get(self.domaine, {}).get(self.etat, f"état {self.etat}")

    @property
    def rejetee(self) -> bool:
        """Hélios refused it."""
        return self.etat == "04"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourClient:
    """What a third party still owes for one product."""

    ref_tiers: str
    produit: str
    reste: Decimal | None
    frais: Decimal | None


RetourPart = RetourHeader | RetourPiece | RetourClient


def iter_retour(path: Path, *, limit: int = LARGEST_FILE) -> Iterator[RetourPart]:
    """Tell what a PES Retour holds, as it is read; the header comes first.

    Args:
        path: the file.
        limit: the largest size accepted, in bytes.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``TAILLE``, ``XML_ILLISIBLE``, or ``PAS_UN_PES_RETOUR``; perhaps after
            the first parts have been told.
        HostileInput: a DTD, or something beyond reason.
        OSError: the file cannot be read.
    """
    reading = _Reading(limit=limit)
    with path.open("rb") as document:
        for _ in reading.stream.blocks(document):
            yield from reading.told()


class _Reading:
    """One PES Retour being read."""

    def __init__(self, *, limit: int) -> None:
        self._told: list[RetourPart] = []
        self._path: list[str] = []
        self._fields: Fields = {}
        self._header: dict[str, str] = {}
        self._header_told = False
        self._bordereau = ("", "", "")
        self._piece: dict[str, str] = {}
        self._lignes: list[RetourLigne] = []
        self._tiers = ""
        self.stream = XmlStream(
            what=_WHAT,
            root=self._start_root,
            start=self._start,
            end=self._end,
            depth=lambda: len(self._path),
            limit=limit,
        )
        self._endings = {
            "Parametres": self._end_header,
            "EnTetePES": self._end_header,
            "BlocBordereau": self._end_bordereau_header,
            "InfoPiece": self._end_piece_header,
            "BlocPiece": self._end_piece_header,
            "InfoLignePiece": self._end_ligne,
            "Piece": self._end_piece,
            "ResteARecouvrer": self._end_reste,
            **dict.fromkeys(
                ("Tiers", "EnTeteDepense", "EnTeteRecette", "EnTeteClient", "LigneDePiece", "Bordereau", "Client"),
                self._fields.clear,
            ),
            _ROOT: self._tell_header,
        }  # fmt: skip

    def told(self) -> list[RetourPart]:
        if max(len(self._fields), len(self._lignes)) > _MOST_OF_A_PIECE:
            raise HostileInput(f"{_WHAT} a une pièce aux éléments sans nombre : document écarté.")
        told, self._told = self._told, []
        return told

    def _start_root(self, name: str, _attributes: list[str]) -> None:
        if name != _ROOT:
            namespace, _, local = name.rpartition(" ")
            raise InvalidFile(
                "PAS_UN_PES_RETOUR",
                f"Le fichier n'est pas un PES Retour : son élément racine est « {local[:60]} » "
                f"(espace de noms « {namespace[:80]} »).",
            )
        self._path.append(name)

    def _start(self, name: str, attributes: list[str]) -> None:
        self._path.append(name)
        if attributes:
            self._fields[name] = attributes
            if name == "RefTiers":
                self._tiers = value(self._fields, name)

    def _end(self, name: str) -> None:
        ending = self._endings.get(name)
        if ending is not None:
            ending()
        self._path.pop()

    def _end_header(self) -> None:
        if not self._header_told:
            for name in _HEADER:
                if name in self._fields:
                    self._header[name] = value(self._fields, name)
        if self._path[-1] == "EnTetePES":
            self._tell_header()
        self._fields.clear()

    def _tell_header(self) -> None:
        if self._header_told:
            return
        self._header_told = True
        get = self._header.get
        self._told.append(
            RetourHeader(
                nom_fic=get("NomFic", ""),
                typ_fic=get("TypFic", ""),
                dte_str=get("DteStr", ""),
                id_post=get("IdPost", ""),
                id_coll=get("IdColl", ""),
                cod_coll=get("CodColl", ""),
                cod_bud=get("CodBud", ""),
            )
        )

    def _end_bordereau_header(self) -> None:
        fields = self._fields
        self._bordereau = (value(fields, "Exer"), value(fields, "IdBord"), value(fields, "TypBord"))
        fields.clear()

    def _end_piece_header(self) -> None:
        if "IdPce" in self._fields:
            self._piece = {name: value(self._fields, name) for name in self._fields}
        self._fields.clear()

    def _end_ligne(self) -> None:
        fields = self._fields
        self._lignes.append(
            RetourLigne(
                id_ligne=value(fields, "IdLigne"),
                etat=value(fields, "EtatLigPce"),
                observation=value(fields, "ObsEtat"),
                commentaire=value(fields, "Commentaire"),
                ht=amount(value(fields, "MtHT")),
                tva=amount(value(fields, "MtTVA")),
            )
        )
        fields.clear()

    def _end_piece(self) -> None:
        known, self._piece = self._piece, {}
        lignes, self._lignes = tuple(self._lignes), []
        self._fields.clear()
        self._told.append(
            RetourPiece(
                domaine=self._path[1] if len(self._path) > 1 else "",
                exercice=self._bordereau[0],
                bordereau=self._bordereau[1],
                type_bordereau=self._bordereau[2],
                id_pce=known.pop("IdPce", ""),
                typ_pce=known.pop("TypPce", ""),
                nat_pce=known.pop("NatPce", ""),
                objet=known.pop("Obj", ""),
                etat=known.pop("EtatPce", ""),
                observation=known.pop("ObsEtat", ""),
                commentaire=known.pop("Commentaire", ""),
                fields=MappingProxyType(known),
                lignes=lignes,
            )
        )

    def _end_reste(self) -> None:
        fields = self._fields
        self._told.append(
            RetourClient(
                ref_tiers=self._tiers,
                produit=value(fields, "CodProdLoc"),
                reste=amount(value(fields, "Rar")),
                frais=amount(value(fields, "RarFrais")),
            )
        )
        fields.clear()
