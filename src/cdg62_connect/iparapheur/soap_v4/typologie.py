"""What the account may create: the types and sous-types of the parapheur, their circuits, their métadonnées."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cdg62_connect.iparapheur.parapheur import CircuitStep
from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.exchange import call, reply_of
from cdg62_connect.iparapheur.soap_v4.leftovers import leftovers
from cdg62_connect.iparapheur.soap_v4.models import Metadonnee, MetadonneeRequise
from cdg62_connect.iparapheur.soap_v4.refusals import refusal
from cdg62_connect.iparapheur.soap_v4.texts import label
from cdg62_connect.iparapheur.statuts import Acte
from cdg62_connect.soap import Node, fill
from cdg62_connect.transport import Answer, HttpSession, Kind

T = TypeVar("T")

_ROLES = {
    "VISEUR": Acte.VISA,
    "VISA": Acte.VISA,
    "SIGNATAIRE": Acte.SIGNATURE,
    "SIGNATURE": Acte.SIGNATURE,
    "CACHET": Acte.CACHET,
    "TDT": Acte.TELETRANSMISSION,
    "ARCHIVAGE": Acte.ARCHIVAGE,
}
"""Roles that have been seen or written down; those of secured mail and of external signature have not."""

_STEP = {("Parapheur",), ("Prenom",), ("Nom",), ("Role",)}
_DEFINITION = {("nomCourt",), ("nomLong",), ("nature",)}


class Typologie:
    """The types and sous-types as the parapheur writes them: case, accents and blanks count.

    None of these operations has a word for a refusal: what is unknown has an empty list. Every method may raise
    any :class:`~cdg62_connect.errors.PlatformError` of a read.
    """

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def types(self) -> tuple[str, ...]:
        """``GetListeTypes``: the types, sorted; empty when the account has none. A read."""
        return self._names("GetListeTypes", bind("GetListeTypes"), element="TypeTechnique")

    def sous_types(self, type_technique: str) -> tuple[str, ...]:
        """``GetListeSousTypes``: the sous-types of a type, sorted; empty when the type is unknown. A read.

        Raises:
            InvalidInput: the name of the type cannot be sent.
        """
        asked = label(type_technique, what="Le type du parapheur")
        return self._names("GetListeSousTypes", bind("GetListeSousTypes", asked), element="SousType")

    def circuit(self, type_technique: str, sous_type: str) -> tuple[CircuitStep, ...]:
        """``GetCircuit``: the steps in their order, the last one being the archiving by the emitter. A read.

        A v5 gives no ``prenom``, and the whole name as ``nom``.

        Raises:
            InvalidInput: a name cannot be sent.
        """
        return self._rows(
            "GetCircuit", _typed("GetCircuit", type_technique, sous_type), "EtapeCircuit", _step
        )

    def metadonnees(self) -> tuple[Metadonnee, ...]:
        """``GetListeMetaDonnees``: the whole dictionary. A read."""
        return self._rows("GetListeMetaDonnees", bind("GetListeMetaDonnees"), "MetaDonnee", _metadonnee)

    def metadonnees_requises(self, type_technique: str, sous_type: str) -> tuple[MetadonneeRequise, ...]:
        """``GetMetaDonneesRequisesPourTypeSoustype``: those that a sous-type knows (v4 and later). A read.

        Raises:
            InvalidInput: a name cannot be sent.
            NoSuchOperation: a v3.
        """
        operation = "GetMetaDonneesRequisesPourTypeSoustype"
        return self._rows(operation, _typed(operation, type_technique, sous_type), "MetaDonnee", _requise)

    def _names(self, operation: str, envelope: bytes, *, element: str) -> tuple[str, ...]:
        names = set(self._rows(operation, envelope, element, lambda node: node.text.strip()))
        return tuple(sorted(names - {""}))

    def _rows(self, operation: str, envelope: bytes, element: str, of: Callable[[Node], T]) -> tuple[T, ...]:
        def read(answer: Answer) -> tuple[T, ...]:
            reply = reply_of(answer)
            code, message = reply.said()
            if code == "KO":
                raise reply.error(refusal(operation, message, dossier_id=""), said=message)
            return tuple(of(node) for node in reply.node.all(element))

        return call(self._session, operation, Kind.READ, fill(envelope, {}), read)


def _typed(operation: str, type_technique: str, sous_type: str) -> bytes:
    return bind(
        operation,
        TypeTechnique=label(type_technique, what="Le type du parapheur"),
        SousType=label(sous_type, what="Le sous-type du parapheur"),
    )


def _step(node: Node) -> CircuitStep:
    role = node.text_of("Role")
    return CircuitStep(
        bureau=node.text_of("Parapheur"),
        role=role,
        prenom=node.text_of("Prenom"),
        nom=node.text_of("Nom"),
        acte=_ROLES.get(role.upper()),
        champs=leftovers(node, told=_STEP),
    )


def _metadonnee(node: Node) -> Metadonnee:
    return Metadonnee(
        node.text_of("nomCourt"),
        node.text_of("nomLong"),
        node.text_of("nature"),
        champs=leftovers(node, told=_DEFINITION),
    )


def _requise(node: Node) -> MetadonneeRequise:
    return MetadonneeRequise(
        nom_court=node.text_of("nomCourt"),
        nom_long=node.text_of("nomLong"),
        nature=node.text_of("nature"),
        obligatoire=node.text_of("obligatoire").lower() in ("true", "1"),
        champs=leftovers(node, told=_DEFINITION | {("obligatoire",)}),
    )
