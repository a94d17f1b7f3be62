"""What Hélios answers to a PES Aller: accepted or refused, by bordereau, pièce, line and justificatif.

S2LOW's status says only that an answer came (8, whether accepted or not): this file says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.hardened_xml import attribute, children, local_name, read_returned_xml

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

LARGEST_ACQUIT = 32 * 1024 * 1024
"""Bytes: some fifty thousand bordereaux."""

_WHAT = "L'acquit"
_NUMBERED = re.compile(r"\s*([0-9]{3,5})\s*-\s*(.*)", re.DOTALL)
_DOMAINES = {
    "0": "technique", "1": "signature technique", "2": "signature globale", "3": "signature du bordereau",
    "4": "PJ", "5": "dépense", "6": "recette", "7": "rôle", "8": "budget", "9": "état actif",
    "10": "état passif", "11": "marché", "12": "facture", "99": "paramétrage",
}  # fmt: skip


class AcquitVerdict(Enum):
    """What became of a flow."""

    ACCEPTE = "accepté"
    PARTIEL = "accepté en partie"
    REFUSE = "refusé"
    VIDE = "sans réponse lisible"


class AcquitRemedy(Enum):
    """What may be done about an anomaly."""

    CORRIGER = "corriger dans le logiciel de gestion financière, puis envoyer sous un nouveau NomFic"
    DEJA_INTEGRE = "déjà intégré par Hélios : ne rien renvoyer sans l'avoir vérifié"
    RENVOYER = "incident chez Hélios : l'envoi peut être refait, sous un nouveau NomFic"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquitAnomalie:
    """A reason given by Hélios.

    Attributes:
        code: the code of the schema (``ERREUR_AUTRE`` most of the time), or ``""``.
        numero: Hélios's own number, at the head of the text, or ``""``.
        texte: the text, without that number.
        piece: the pièce at fault, ``""`` when the whole element is.
        ligne: the line at fault, ``""`` when the whole pièce is.
    """

    code: str
    numero: str
    texte: str
    piece: str
    ligne: str

    @property
    def remedy(self) -> AcquitRemedy:
        """What may be done about it."""
        if self.code.startswith("ERREUR_DOUBLON_"):
            return AcquitRemedy.DEJA_INTEGRE
        if self.code in ("ERREUR_TIMEOUT", "ERREUR_CONNECTION_IMPOSSIBLE_A_LA_BASE"):
            return AcquitRemedy.RENVOYER
        return AcquitRemedy.CORRIGER


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquitElement:
    """What became of one bordereau, justificatif or marché, or of the whole flow.

    Attributes:
        domaine: the code of the domain.
        accepte: ``None`` when the answer does not say.
        exercice: of the bordereau, or ``""``; so are ``bordereau``, ``marche`` and ``id_unique`` (of the PJ).
    """

    domaine: str
    accepte: bool | None
    exercice: str
    bordereau: str
    marche: str
    id_unique: str
    anomalies: tuple[AcquitAnomalie, ...]

    @property
    def libelle_domaine(self) -> str:
        """The domain, for a person."""
        return _DOMAINES.get(self.domaine, f"domaine {self.domaine}")

    @property
    def whole_flow(self) -> bool:
        """It is about the flow itself: nothing of it was integrated when it is refused."""
        return self.domaine in ("0", "1", "2", "99")


@dataclass(frozen=True, slots=True, kw_only=True)
class PesAcquit:
    """An answer of Hélios to a PES Aller (PES_ACQUIT, both namespaces, or the older PES_NonAcquit).

    Attributes:
        nom_fic: with ``cod_col``, what tells which flow it answers.
        elements: in the order of the file.
        non_acquit: it is the older form that refuses a whole flow.
    """

    nom_fic: str
    cod_col: str
    cod_bud: str
    id_post: str
    id_coll: str
    elements: tuple[AcquitElement, ...]
    non_acquit: bool

    @property
    def verdict(self) -> AcquitVerdict:
        """Accepted only when every element is; one bordereau may be integrated while another is refused."""
        said = {element.accepte for element in self.elements}
        if self.non_acquit or (said and True not in said):
            return AcquitVerdict.REFUSE if self.non_acquit or False in said else AcquitVerdict.VIDE
        if not said:
            return AcquitVerdict.VIDE
        if any(element.whole_flow and element.accepte is False for element in self.elements):
            return AcquitVerdict.REFUSE
        return AcquitVerdict.ACCEPTE if said == {True} else AcquitVerdict.PARTIEL

    @property
    def anomalies(self) -> Iterator[tuple[AcquitElement, AcquitAnomalie]]:
        """Every anomaly, with the element that it is about."""
        return ((element, anomalie) for element in self.elements for anomalie in element.anomalies)

    @classmethod
    def read(cls, data: bytes) -> PesAcquit:
        """Read an answer, whatever its real encoding.

        Raises:
            InvalidFile: ``ACQUIT_ILLISIBLE``.
            HostileInput: a DTD, or elements nested beyond reason.
        """
        try:
            root = read_returned_xml(data, what=_WHAT, limit=LARGEST_ACQUIT)
        except InvalidFile as error:
            raise InvalidFile("ACQUIT_ILLISIBLE", str(error)) from None
        name = local_name(root).lower()
        if name not in ("pes_acquit", "pes_nonacquit"):
            raise InvalidFile(
                "ACQUIT_ILLISIBLE",
                f"{_WHAT} n'est pas celui d'un PES : l'élément racine est « {local_name(root)[:60]} ».",
            )
        parametres = [one for group in children(root, "Enveloppe") for one in children(group, "Parametres")]
        header = list(children(root, "EnTetePES"))
        return cls(
            nom_fic=_first(parametres, "NomFic"),
            cod_col=_first(header, "CodCol"),
            cod_bud=_first(header, "CodBud"),
            id_post=_first(header, "IdPost"),
            id_coll=_first(header, "IdColl"),
            elements=tuple(
                _element(element)
                for group in children(root, "ACQUIT")
                for element in children(group, "ElementACQUIT")
            ),
            non_acquit=name == "pes_nonacquit",
        )


def _element(element: Element) -> AcquitElement:
    said = _value(element, "EtatAck").lower()
    return AcquitElement(
        domaine=_value(element, "DomaineAck"),
        accepte={"1": True, "true": True, "0": False, "false": False}.get(said),
        exercice=_value(element, "ExerciceBord"),
        bordereau=_value(element, "NumBord"),
        marche=_value(element, "IdMarche"),
        id_unique=_value(element, "IdUnique"),
        anomalies=tuple(_anomalies(element)),
    )


def _anomalies(element: Element) -> Iterator[AcquitAnomalie]:
    # the older form is flat: one element for each anomaly
    if _value(element, "NumAnoAck") or _value(element, "LibelleAnoAck"):
        yield _anomalie(element, piece=_value(element, "NumPiece"), ligne=_value(element, "NumLigne"))
    for error in children(element, "Erreur"):
        yield _anomalie(error)
    for piece in children(element, "DetailPiece"):
        number = _value(piece, "NumPiece")
        for error in children(piece, "Erreur"):
            yield _anomalie(error, piece=number)
        for ligne in children(piece, "DetailLigne"):
            for error in children(ligne, "Erreur"):
                yield _anomalie(error, piece=number, ligne=_value(ligne, "NumLigne"))


def _anomalie(error: Element, *, piece: str = "", ligne: str = "") -> AcquitAnomalie:
    text = " ".join(_value(error, "LibelleAnoAck").split())
    numbered = _NUMBERED.fullmatch(text)
    return AcquitAnomalie(
        code=_value(error, "NumAnoAck"),
        numero=numbered[1] if numbered else "",
        texte=numbered[2] if numbered else text,
        piece=piece,
        ligne=ligne,
    )


def _first(groups: list[Element], name: str) -> str:
    return next((_value(group, name) for group in groups), "")


def _value(element: Element, name: str) -> str:
    return next((attribute(child, "V") for child in children(element, name)), "")
