"""PREMIS 3 as the v5 takes it at the creation of a folder, and as it gives it back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_xml import attribute, child_text, children, local_name, read_xml
from cdg62_connect.simulator.iparapheur.dossier import Piece
from cdg62_connect.simulator.iparapheur.rest import problem
from cdg62_connect.simulator.iparapheur.rest.organisation import made_id
from cdg62_connect.simulator.iparapheur.rest.parcours import Evenement
from cdg62_connect.simulator.iparapheur.rest.problem import Problem

_LIMIT = 8 * 1024 * 1024
_NAMESPACE = "http://www.loc.gov/premis/v3"
_RESERVED = "i_Parapheur_reserved_"
_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the PREMIS of a creation asks for.

    Attributes:
        type: id or name.
        sous_type: id or name.
        metadonnees: everything else that is said of the folder, reserved names included.
        documents: name of each document, and whether it is a main one.
        signatures: the detached signatures that documents bear already, by the names of these.
    """

    nom: str
    type: str
    sous_type: str
    date_limite: str
    metadonnees: tuple[tuple[str, str], ...]
    documents: tuple[tuple[str, bool], ...]
    signatures: Mapping[str, str]


def read_asked(data: bytes) -> Asked:
    """Read the PREMIS of a creation.

    Raises:
        Problem: 400, it is none.
    """
    try:
        root = read_xml(data, what="le PREMIS", limit=_LIMIT)
    except (InvalidFile, HostileInput):
        raise Problem(400, problem.BAD_PREMIS) from None
    objects = list(children(root, "object"))
    folders = [one for one in objects if attribute(one, "type").endswith("intellectualEntity")]
    if local_name(root) != "premis" or root.tag != f"{{{_NAMESPACE}}}premis" or len(folders) != 1:
        raise Problem(400, problem.BAD_PREMIS)
    said = [
        (child_text(one, "significantPropertiesType"), child_text(one, "significantPropertiesValue"))
        for one in children(folders[0], "significantProperties")
    ]
    values = dict(said)
    own = {f"{_RESERVED}{name}" for name in ("type", "subtype", "dueDate")}
    documents: list[tuple[str, bool]] = []
    signatures: dict[str, str] = {}
    for one in objects:
        if attribute(one, "type").endswith("file"):
            marks = {
                child_text(pair, "significantPropertiesType"): child_text(pair, "significantPropertiesValue")
                for pair in children(one, "significantProperties")
            }
            nom = child_text(one, "originalName")
            documents.append((nom, marks.get(f"{_RESERVED}mainDocument") == "true"))
            for group in children(one, "signatureInformation"):
                for signature in children(group, "signature"):
                    for value in children(signature, "signatureValue"):
                        signatures[nom] = value.text or ""
    return Asked(
        nom=child_text(folders[0], "originalName"),
        type=values.get(f"{_RESERVED}type", ""),
        sous_type=values.get(f"{_RESERVED}subtype", ""),
        date_limite=values.get(f"{_RESERVED}dueDate", ""),
        metadonnees=tuple((name, value) for name, value in said if name and name not in own),
        documents=tuple(documents),
        signatures=signatures,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What there is to tell of a folder."""

    id: str
    nom: str
    type: str
    sous_type: str
    date_limite: str
    metadonnees: Sequence[tuple[str, str]]
    principaux: Sequence[Piece]
    annexes: Sequence[Piece]
    evenements: Sequence[Evenement]


def premis_of(told: Told) -> bytes:
    """The PREMIS of a folder."""
    return "".join(_lines(told)).encode()


def _lines(told: Told) -> Iterator[str]:
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?><premis xmlns="{_NAMESPACE}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0" '
        f'xsi:schemaLocation="{_NAMESPACE} http://www.loc.gov/standards/premis/v3/premis.xsd">'
    )
    yield '<object xsi:type="intellectualEntity">'
    yield _identifier("object", "folderId", told.id)
    yield _property(f"{_RESERVED}type", told.type)
    yield _property(f"{_RESERVED}subtype", told.sous_type)
    if told.date_limite:
        yield _property(f"{_RESERVED}dueDate", told.date_limite)
    for name, value in told.metadonnees:
        yield _property(name, value)
    yield f"<originalName>{escape(told.nom)}</originalName></object>"
    for rank, piece in enumerate((*told.principaux, *told.annexes)):
        yield _file(told.id, rank, piece, principal=rank < len(told.principaux))
    for event in told.evenements:
        yield _event(event)
    for acteur in dict.fromkeys(event.acteur for event in told.evenements if event.acteur):
        yield f"<agent>{_identifier('agent', 'userId', made_id('utilisateur', acteur))}"
        yield f"<agentName>{escape(acteur)}</agentName></agent>"
    yield "</premis>"


def _file(folder: str, rank: int, piece: Piece, *, principal: bool) -> str:
    size, digest = _measured(piece.path, piece.path.stat().st_mtime_ns)
    return (
        f'<object xsi:type="file">{_identifier("object", "documentId", made_id("document", folder, str(rank)))}'
        + _property(f"{_RESERVED}mainDocument", "true" if principal else "false")
        + "<objectCharacteristics><fixity><messageDigestAlgorithm>SHA-256</messageDigestAlgorithm>"
        f"<messageDigest>{digest}</messageDigest></fixity><size>{size}</size><format><formatDesignation>"
        f"<formatName>{escape(piece.content_type)}</formatName><formatVersion></formatVersion>"
        f"</formatDesignation></format></objectCharacteristics>"
        f"<originalName>{escape(piece.nom)}</originalName></object>"
    )


def _event(event: Evenement) -> str:
    note = agent = ""
    if event.note:
        note = (
            "<eventOutcomeInformation><eventOutcomeDetail><eventOutcomeDetailNote>"
            f"{escape(event.note)}</eventOutcomeDetailNote></eventOutcomeDetail></eventOutcomeInformation>"
        )
    user = made_id("utilisateur", event.acteur) if event.acteur else ""
    agent = (
        "<linkingAgentIdentifier><linkingAgentIdentifierType>userId</linkingAgentIdentifierType>"
        f"<linkingAgentIdentifierValue>{user}</linkingAgentIdentifierValue>"
        f"<linkingAgentRole>{escape(event.bureau)}</linkingAgentRole></linkingAgentIdentifier>"
    )
    return (
        f"<event>{_identifier('event', 'taskId', event.tache)}<eventType>{event.action}</eventType>"
        f"<eventDateTime>{written(event.date) if event.date else ''}</eventDateTime>{note}{agent}</event>"
    )


def written(moment: datetime) -> str:
    """A moment as PREMIS writes it: an offset without a colon."""
    local = moment.astimezone(_PARIS)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"


def _identifier(what: str, kind: str, value: str) -> str:
    return (
        f"<{what}Identifier><{what}IdentifierType>{kind}</{what}IdentifierType>"
        f"<{what}IdentifierValue>{escape(value)}</{what}IdentifierValue></{what}Identifier>"
    )


def _property(name: str, value: str) -> str:
    return (
        f"<significantProperties><significantPropertiesType>{escape(name)}</significantPropertiesType>"
        f"<significantPropertiesValue>{escape(value)}</significantPropertiesValue></significantProperties>"
    )


@lru_cache(maxsize=1024)
def _measured(path: Path, _changed: int) -> tuple[int, str]:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return path.stat().st_size, digest
