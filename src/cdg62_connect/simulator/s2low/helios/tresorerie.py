"""The trésorerie behind S2LOW (Hélios): what it makes of the PES it receives, and what it remembers of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdg62_connect.simulator.s2low.helios import flux
from cdg62_connect.simulator.s2low.helios.flux import Element
from cdg62_connect.simulator.s2low.helios.pes import DEPENSE, FACTURE, MARCHE, RECETTE, Bordereau, Pes
from cdg62_connect.simulator.s2low.helios.scenarios import Erreur, Reponse

_DOMAINES = {DEPENSE: 5, RECETTE: 6, MARCHE: 11, FACTURE: 12}
_TECHNIQUE, _SIGNATURE, _PJ = 0, 3, 4

DOUBLON_BORDEREAU = Erreur(
    code="ERREUR_DOUBLON_BORDEREAU", libelle="1979 - Le bordereau a déjà été intégré dans HELIOS"
)
DOUBLON_PJ = Erreur(
    code="ERREUR_DOUBLON_PJ", libelle="1984 - L'identifiant unique de la PJ a déjà été intégré dans HELIOS"
)
SANS_SIGNATURE = Erreur(
    code="ERREUR_PES_SIGNATURE", libelle="Le flux est annoncé dématérialisé et n'est pas signé"
)
SIGNATURE_DE_TROP = Erreur(
    code="ERREUR_PES_SIGNATURE", libelle="Le flux est signé et n'est pas annoncé dématérialisé"
)
DEFAUT = Erreur()

_Key = tuple[str, ...]


class Tresorerie:
    """Receives PES and answers them. Not safe by itself: whoever owns it holds the lock.

    By itself it refuses a bordereau or a piece that it has already taken in, and a flow whose
    InfoDematerialisee does not say whether it is signed. A scenario has it answer otherwise.
    """

    def __init__(self) -> None:
        self._bordereaux: set[_Key] = set()
        self._pj: set[_Key] = set()

    def juge(
        self, pes: Pes, *, reponse: Reponse | None = None, erreurs: Sequence[Erreur] = ()
    ) -> tuple[int, bytes]:
        """Answer a PES: the status that it leads to in S2LOW (4, 6, 8, or -1), and the file.

        Args:
            pes: what arrived.
            reponse: the answer wanted; what it finds by itself when absent.
            erreurs: the anomalies to tell, for ``partiel`` and ``rejete``.
        """
        if reponse == "non_acquit":
            return 6, flux.non_acquit(pes)
        if reponse == "sans_detail":
            self._take_in(list(_things(pes)), pes)
            return 4, flux.acquit(pes, ())
        if reponse == "rejete":
            elements = [Element(domaine=_TECHNIQUE, erreurs=[next(iter(erreurs), DEFAUT)])]
        elif reponse == "partiel":
            elements = _with(list(_things(pes)), erreurs)
        elif reponse == "accepte":
            elements = list(_things(pes))
        else:
            elements = self._found(pes)
        if reponse == "acquit_invalide":
            return -1, flux.acquit(pes, elements).replace(b"EtatAck V=", b"EtatAck W=")
        self._take_in(elements, pes)
        # A header that the schema of the acquit refuses, which copies it: S2LOW takes the whole file for an error.
        return (-1 if pes.cod_col == "000" else 8), flux.acquit(pes, elements)

    def _found(self, pes: Pes) -> list[Element]:
        whole = _badly_signed(pes)
        if whole:
            return [Element(domaine=_SIGNATURE, erreurs=[whole])]
        elements = list(_things(pes))
        for element in elements:
            if element.bordereau is not None and _bordereau_key(pes, element.bordereau) in self._bordereaux:
                element.erreurs.append(DOUBLON_BORDEREAU)
            elif element.pj and (pes.id_coll, element.pj) in self._pj:
                element.erreurs.append(DOUBLON_PJ)
        return elements

    def _take_in(self, elements: Sequence[Element], pes: Pes) -> None:
        for element in elements:
            if not element.accepte:
                continue
            if element.bordereau is not None:
                self._bordereaux.add(_bordereau_key(pes, element.bordereau))
            elif element.pj:
                self._pj.add((pes.id_coll, element.pj))


def _things(pes: Pes) -> Iterator[Element]:
    """What an acquit speaks of: each bordereau, then each piece, then the domains that have neither."""
    for bordereau in pes.bordereaux:
        yield Element(domaine=_DOMAINES[bordereau.domaine], bordereau=bordereau)
    for identifier in pes.pj:
        yield Element(domaine=_PJ, pj=identifier)
    for domaine in dict.fromkeys(pes.domaines):
        if domaine in (MARCHE, FACTURE):
            yield Element(domaine=_DOMAINES[domaine])
    if not pes.bordereaux and not pes.pj and not {MARCHE, FACTURE} & set(pes.domaines):
        yield Element(domaine=_TECHNIQUE)


def _with(elements: list[Element], erreurs: Sequence[Erreur]) -> list[Element]:
    """Those elements with the anomalies asked for; one that names nothing here is told of the first."""
    for erreur in erreurs or (DEFAUT,):
        found = next((one for one in elements if _speaks_of(erreur, one)), elements[0])
        found.erreurs.append(erreur)
    return elements


def _speaks_of(erreur: Erreur, element: Element) -> bool:
    if erreur.pj:
        return element.pj == erreur.pj
    return element.bordereau is not None and erreur.bordereau in ("", element.bordereau.numero)


def _badly_signed(pes: Pes) -> Erreur | None:
    for bordereau in pes.bordereaux:
        announced, signed = pes.dematerialise.get(bordereau.domaine) == "1", pes.signe or bordereau.signe
        if announced != signed:
            return SANS_SIGNATURE if announced else SIGNATURE_DE_TROP
    return None


def _bordereau_key(pes: Pes, bordereau: Bordereau) -> _Key:
    numbers = (bordereau.exercice, bordereau.champs.get("TypBord", ""), bordereau.numero)
    return (pes.id_coll, pes.cod_col, pes.tete("CodBud"), bordereau.domaine, *numbers)
