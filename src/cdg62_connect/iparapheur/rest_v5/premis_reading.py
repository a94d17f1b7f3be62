"""PREMIS read: any prefix, any order, anything else besides; no DTD, no entity, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.hardened_xml import attribute, children, local_name, read_xml
from cdg62_connect.iparapheur.rest_v5.premis import (
    RESERVED,
    Action,
    Evenement,
    Premis,
    PremisDocument,
    SignatureJointe,
)
from cdg62_connect.iparapheur.rest_v5.records import moment

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

LIMIT = 32 * 1024 * 1024
"""Bytes: a detached signature may stand in it, documents do not."""

_WHAT = "le PREMIS du dossier"
_FOLDER = "intellectualentity"


def read_premis(data: bytes) -> Premis:
    """Read a PREMIS document.

    Raises:
        InvalidFile: not well-formed or too large (``XML_ILLISIBLE``, ``TAILLE``), or not the PREMIS of a folder
            (``PREMIS_ILLISIBLE``).
        HostileInput: a DTD, or shapes beyond reason.
    """
    root = read_xml(data, what=_WHAT, limit=LIMIT)
    objects = list(children(root, "object"))
    folder = next((one for one in objects if _kind(one) == _FOLDER), None)
    if local_name(root) != "premis" or folder is None:
        raise InvalidFile("PREMIS_ILLISIBLE", f"{_WHAT} ne décrit pas de dossier.")
    values = _properties(folder)
    reserved = {name: value for name, value in values.items() if name.startswith(RESERVED)}
    agents = dict(_agents(root))
    return Premis(
        id=_identifier(folder, "object"),
        nom=_text(folder, "originalName"),
        type=reserved.pop(f"{RESERVED}type", ""),
        sous_type=reserved.pop(f"{RESERVED}subtype", ""),
        date_limite=reserved.pop(f"{RESERVED}dueDate", ""),
        metadonnees={name: value for name, value in values.items() if not name.startswith(RESERVED)},
        reserves=reserved,
        documents=tuple(_document(one) for one in objects if _kind(one) == "file"),
        evenements=tuple(_event(one, agents) for one in children(root, "event")),
    )


def _kind(node: Element) -> str:
    """The ``xsi:type`` of an object, without prefix nor case."""
    return attribute(node, "type").rpartition(":")[2].lower()


def _document(node: Element) -> PremisDocument:
    values = _properties(node)
    principal = values.pop(f"{RESERVED}mainDocument", "").strip().lower() == "true"
    size = _text(node, "objectCharacteristics", "size")
    return PremisDocument(
        nom=_text(node, "originalName"),
        principal=principal,
        id=_identifier(node, "object"),
        sha256=_sha256(node),
        taille=int(size) if size.isascii() and size.isdigit() and len(size) <= 15 else None,
        format=_text(node, "objectCharacteristics", "format", "formatDesignation", "formatName"),
        signatures=tuple(
            SignatureJointe(
                methode=_text(signature, "signatureMethod"),
                valeur=_raw(signature, "signatureValue"),
                encodage=_text(signature, "signatureEncoding"),
            )
            for group in children(node, "signatureInformation")
            for signature in children(group, "signature")
        ),
        proprietes=values,
    )


def _event(node: Element, agents: dict[str, str]) -> Evenement:
    written = _text(node, "eventType")
    when = _text(node, "eventDateTime")
    agent = _text(node, "linkingAgentIdentifier", "linkingAgentIdentifierValue")
    return Evenement(
        tache=_identifier(node, "event"),
        action=Action.of(written),
        brut=written,
        fait=bool(when),
        date=moment(when),
        note=_note(node),
        bureau=_text(node, "linkingAgentIdentifier", "linkingAgentRole"),
        acteur=agents.get(agent) or agent,
    )


def _agents(root: Element) -> Iterator[tuple[str, str]]:
    for agent in children(root, "agent"):
        found = _identifier(agent, "agent")
        if found:
            yield found, _text(agent, "agentName")


def _properties(node: Element) -> dict[str, str]:
    """Names and values; of a name written twice, the first."""
    found: dict[str, str] = {}
    for pair in children(node, "significantProperties"):
        name = _text(pair, "significantPropertiesType")
        if name:
            found.setdefault(name, _raw(pair, "significantPropertiesValue").strip())
    return found


def _identifier(node: Element, what: str) -> str:
    return _text(node, f"{what}Identifier", f"{what}IdentifierValue")


def _sha256(node: Element) -> str:
    for characteristics in children(node, "objectCharacteristics"):
        for fixity in children(characteristics, "fixity"):
            algorithm = _text(fixity, "messageDigestAlgorithm").replace("-", "").replace("_", "").upper()
            if algorithm == "SHA256":
                return _text(fixity, "messageDigest").lower()
    return ""


def _note(node: Element) -> str:
    details = [
        _raw(detail, "eventOutcomeDetailNote").strip()
        for information in children(node, "eventOutcomeInformation")
        for detail in children(information, "eventOutcomeDetail")
    ]
    return "\n".join(detail for detail in details if detail)


def _text(node: Element, *path: str) -> str:
    """The text at the end of ``path``, on one line, the first node of each name being followed."""
    for name in path:
        found = next(children(node, name), None)
        if found is None:
            return ""
        node = found
    return " ".join((node.text or "").split())


def _raw(node: Element, name: str) -> str:
    """The text of a child as it is written."""
    found = next(children(node, name), None)
    return (found.text or "") if found is not None else ""
