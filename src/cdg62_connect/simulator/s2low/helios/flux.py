"""The files that come back from the trésorerie, from templates of the simulator's own (PES V2, ISO-8859-1).

``PES_ACQUIT`` is in the namespace ``…/Rev0/retour/v2``; ``PES_Retour``, and ``PES_NonAcquit`` of the old schemas,
in ``…/Rev0/retour``. Only the root is in a namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import quoteattr

from cdg62_connect.simulator.s2low.helios.pes import Bordereau, Champ, Pes, Piece
from cdg62_connect.simulator.s2low.helios.scenarios import Erreur

_ROOT = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
_TAKEN_IN = "01"
_ORDER = ("IdPce", "TypPce", "NatPce", "Obj")


@dataclass(slots=True, kw_only=True)
class Element:
    """What an acquit says of one thing sent: a bordereau, a piece carried, or the whole flow.

    ``domaine``: its code (0 technique, 4 PJ, 5 dépense, 6 recette, 11 marché, 12 facture…).
    """

    domaine: int
    bordereau: Bordereau | None = None
    pj: str = ""
    erreurs: list[Erreur] = field(default_factory=list[Erreur])

    @property
    def accepte(self) -> bool:
        """Nothing is wrong with it."""
        return not self.erreurs


def acquit(pes: Pes, elements: Sequence[Element]) -> bytes:
    """What became of a PES, thing by thing; without anything to say, an acquit without detail."""
    lines = list(_heads(pes))
    if elements:
        lines += ["<ACQUIT>", '<EnTeteAcquit><IdVer V="2"/></EnTeteAcquit>']
        for element in elements:
            lines += _element(element)
        lines.append("</ACQUIT>")
    return _document("PES_ACQUIT", f"{_ROOT}/v2", lines)


def non_acquit(pes: Pes) -> bytes:
    """The refusal of the old schemas."""
    return _document("PES_NonAcquit", _ROOT, list(_heads(pes)))


def retour(pes: Pes, bordereaux: Sequence[Bordereau], *, nom: str, day: date) -> bytes:
    """A PES retour: the pièces of those bordereaux of dépense are taken in by the trésorerie that day."""
    lines = [
        "<Enveloppe>",
        f'<Parametres><Version V="2"/><TypFic V="PES2R_DEP"/>{_v("NomFic", nom)}</Parametres>',
        "</Enveloppe>",
        f"<EnTetePES>{_v('DteStr', day.isoformat())}{_v('IdPost', pes.tete('IdPost'))}",
        f"{_v('IdColl', pes.id_coll)}{_v('CodColl', pes.cod_col)}{_v('CodBud', pes.tete('CodBud'))}</EnTetePES>",
        "<PES_DepenseRetour>",
        '<EnTeteDepense><TypRestit V="AA"/><IdVer V="2"/><NatInf V="2"/></EnTeteDepense>',
    ]
    for bordereau in bordereaux:
        names = ("Exer", "IdBord", "TypBord")
        lines.append("<Bordereau>")
        lines.append(
            f"<BlocBordereau>{''.join(_v(n, bordereau.champs.get(n, '')) for n in names)}</BlocBordereau>"
        )
        for piece in bordereau.pieces:
            lines += _taken_in(piece, day)
        lines.append("</Bordereau>")
    return _document("PES_Retour", _ROOT, [*lines, "</PES_DepenseRetour>"])


def _taken_in(piece: Piece, day: date) -> Iterator[str]:
    told = "".join(_v(name, piece.champs[name]) for name in _ORDER if piece.champs.get(name))
    yield f"<Piece><InfoPiece>{told}{_v('DtePcePec', day.isoformat())}{_v('EtatPce', _TAKEN_IN)}</InfoPiece>"
    for ligne in piece.lignes:
        yield (
            f"<LigneDePiece><BlocLignePiece><InfoLignePiece>{_v('IdLigne', ligne.numero)}"
            f"{_v('EtatLigPce', _TAKEN_IN)}{_v('MtHT', ligne.montant)}"
            "</InfoLignePiece></BlocLignePiece></LigneDePiece>"
        )
    yield "</Piece>"


def _heads(pes: Pes) -> Iterator[str]:
    for name in ("Enveloppe", "EnTetePES"):
        head = pes.tetes.get(name)
        if head is not None:
            yield _copied(head)


def _copied(champ: Champ) -> str:
    if champ.children:
        return f"<{champ.name}>{''.join(map(_copied, champ.children))}</{champ.name}>"
    return _v(champ.name, champ.value)


def _element(element: Element) -> Iterator[str]:
    yield f"<ElementACQUIT>{_v('DomaineAck', str(element.domaine))}{_v('EtatAck', str(int(element.accepte)))}"
    if element.bordereau is not None:
        yield f"{_v('NumBord', element.bordereau.numero)}{_v('ExerciceBord', element.bordereau.exercice)}"
    elif element.pj:
        yield _v("IdUnique", element.pj)
    yield from (_erreur(one) for one in element.erreurs if not one.piece)
    for numero in dict.fromkeys(one.piece for one in element.erreurs if one.piece):
        yield from _piece(numero, [one for one in element.erreurs if one.piece == numero])
    yield "</ElementACQUIT>"


def _piece(numero: str, erreurs: Sequence[Erreur]) -> Iterator[str]:
    yield f"<DetailPiece>{_v('NumPiece', numero)}"
    yield from (_erreur(one) for one in erreurs if not one.ligne)
    for ligne in dict.fromkeys(one.ligne for one in erreurs if one.ligne):
        yield f"<DetailLigne>{_v('NumLigne', ligne)}"
        yield from (_erreur(one) for one in erreurs if one.ligne == ligne)
        yield "</DetailLigne>"
    yield "</DetailPiece>"


def _erreur(erreur: Erreur) -> str:
    return f"<Erreur>{_v('NumAnoAck', erreur.code)}{_v('LibelleAnoAck', erreur.libelle)}</Erreur>"


def _v(name: str, value: str) -> str:
    return f"<{name} V={quoteattr(value)}/>"


def _document(root: str, namespace: str, lines: Sequence[str]) -> bytes:
    text = "\n".join(
        [
            '<?xml version="1.0" encoding="ISO-8859-1"?>',
            f'<n:{root} xmlns:n="{namespace}">',
            *lines,
            f"</n:{root}>",
        ]
    )
    return text.encode("iso-8859-1", "xmlcharrefreplace")
