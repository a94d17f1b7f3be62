"""What a PES Aller says, as data: header, bordereaux, pièces, lines, justificatifs (PES V2, DGFiP).

Pièces, lines and references are named tuples, which cost a sixth of a frozen dataclass to make: a file holds
hundreds of thousands of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

ALLER_NAMESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"


class Domaine(Enum):
    """The parts that a PES Aller may hold, under the name of their element."""

    DEPENSE = "PES_DepenseAller"
    RECETTE = "PES_RecetteAller"
    FACTURE = "PES_Facture"
    MARCHE = "PES_Marche"
    PJ = "PES_PJ"


class SignaturePlacement(Enum):
    """Where the signatures of a PES Aller are."""

    NONE = "aucune"
    BORDEREAU = "par bordereau"
    GLOBAL = "globale"
    MIXED = "globale et par bordereau"


@dataclass(frozen=True, slots=True, kw_only=True)
class PesHeader:
    """Envelope and header; what is absent is ``""``.

    Attributes:
        root_id: the root's ``Id``, which a global signature needs.
        nom_fic: the business key: unique on the whole platform together with ``cod_col``.
        dte_str: the day of issue, as written.
        id_post: the accounting post (codique).
        id_coll: the SIRET of the budget.
        others: the other fields, by element name.
    """

    root_id: str
    version: str
    typ_fic: str
    nom_fic: str
    dte_str: str
    id_post: str
    id_coll: str
    cod_col: str
    cod_bud: str
    libelle_col_bud: str
    others: Mapping[str, str] = field(hash=False)


class PesPjRef(NamedTuple):
    """A reference from a pièce or a line to a justificatif; ``support`` is 01 (électronique), 02 or 03."""

    support: str
    id_unique: str


class PesLigne(NamedTuple):
    """A line of a pièce; amounts in euros, ``None`` when absent or not an amount."""

    id_ligne: str
    nature: str
    fonction: str
    ht: Decimal | None
    tva: Decimal | None
    pj_refs: tuple[PesPjRef, ...]


class PesPiece(NamedTuple):
    """A mandat or a titre, with its lines."""

    id_pce: str
    typ_pce: str
    nat_pce: str
    objet: str
    lignes: tuple[PesLigne, ...]
    pj_refs: tuple[PesPjRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PesBordereau:
    """A bordereau, told once its pièces have been.

    Attributes:
        id: its ``Id``, which a signature of bordereau needs; ``""`` when absent.
        nbr_pce: the number of pièces that it announces, as written.
        pieces: the number of pièces that it holds.
        total_ht: the sum of its lines.
        signed: a signature is directly in it.
        tva_on_lines: a line carries an amount of TVA above zero.
        dematerialise: the part that holds it announces ``InfoDematerialisee`` = 1.
    """

    domaine: Domaine
    id: str
    exercice: str
    numero: str
    type: str
    date: str
    nbr_pce: str
    cumul: Decimal | None
    ht: Decimal | None
    tva: Decimal | None
    pieces: int
    lignes: int
    total_ht: Decimal
    signed: bool
    tva_on_lines: bool
    dematerialise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefCompta:
    """What a justificatif that travels alone is attached to."""

    domaine: str
    exercice: str
    type_objet: str
    identifiant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PesPj:
    """A justificatif carried in the flow; its content itself is not kept.

    Attributes:
        id_unique: unique for the collectivité for ever.
        encoded: characters of base64, blanks apart.
        problem: why the content cannot be read (empty, not base64, not gzip), in French, or ``""``; looked at
            only by the checks.
        misplaced: it is not inside PES_PJ.
    """

    id_unique: str
    nom: str
    type: str
    mime: str
    description: str
    references: tuple[RefCompta, ...]
    encoded: int
    problem: str
    misplaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PesDomaine:
    """The end of a part of the flow: its element, its version and whether it announces dematerialisation."""

    domaine: Domaine
    id_ver: str
    info_dematerialisee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PesSignature:
    """A signature met; ``bordereau`` is the Id of the bordereau that holds it, ``None`` for a global one."""

    id: str
    bordereau: str | None


PesPart = PesHeader | PesPiece | PesBordereau | PesPj | PesDomaine | PesSignature
"""What reading a PES Aller gives, in the order of the file; a bordereau comes after its pièces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomaineSummary:
    """The totals of one part of the flow."""

    domaine: Domaine
    dematerialise: bool
    bordereaux: int
    bordereaux_with_id: int
    signed: int
    pieces: int
    lignes: int
    ht: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PesSummary:
    """A PES Aller in brief.

    Attributes:
        domaines: the parts present, in the order of the file.
        pj: justificatifs carried.
        signature: where the signatures are.
        size: bytes of the file.
        sha1: of the file: how S2LOW knows it again.
        sha256: of the file.
        encoding: the one declared, or ``""``.
    """

    header: PesHeader
    domaines: tuple[DomaineSummary, ...]
    pj: int
    signature: SignaturePlacement
    size: int
    sha1: str
    sha256: str
    encoding: str

    @property
    def signature_xpath(self) -> str | None:
        """Where the parapheur is to sign: ``//Bordereau``, ``.`` (the whole), ``None`` when it cannot.

        The rule of Pastell's best method: the bordereaux of dépense (of recette when there is none) when they
        all have an Id, else the root when it has one.
        """
        for wanted in (Domaine.DEPENSE, Domaine.RECETTE):
            for one in self.domaines:
                if one.domaine is wanted and one.bordereaux:
                    if one.bordereaux == one.bordereaux_with_id:
                        return "//Bordereau"
                    return "." if self.header.root_id else None
        return None
