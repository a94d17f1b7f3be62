"""An envelope made elsewhere (``TRI-QUAD--SIREN--AAAAMMJJ-N.tar.gz``), opened without trusting anything in it."""

from __future__ import annotations

import re
import tarfile
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import read_xml
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import Ko
from cdg62_connect.simulator.s2low.actes_xml import ACTES, INSEE
from cdg62_connect.simulator.s2low.archive import Part
from cdg62_connect.simulator.s2low.depot import EXTENSIONS, NUMBER, SUBJECT_LIMIT, Upload
from cdg62_connect.simulator.s2low.transactions import Acte, nature_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage] # lxml's only name for it

_NAME = re.compile(
    r"[A-Za-z0-9]{3,4}-(?P<enveloppe>[A-Za-z0-9]{4}--(?P<siren>[0-9]{9})--[0-9]{8}-[0-9]+)\.tar\.gz"
)
_MEMBER = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_PIECE = re.compile(r"(?P<code>[A-Z0-9_]{5})-")
_MOST_MEMBERS = 200
_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulaire:
    """One acte of an envelope, and the files that go with it."""

    acte: Acte
    parts: Sequence[Part]

    def clean(self) -> None:
        """Delete the files that nobody took."""
        for part in self.parts:
            part.upload.path.unlink(missing_ok=True)


def opened(upload: Upload, *, siren: str, into: Path, limit: int) -> list[Formulaire]:
    """The actes of an envelope; their files lie in ``into``.

    Raises:
        Ko: it is not an envelope of that authority, or something in it is not in order.
    """
    named = _NAME.fullmatch(upload.name)
    if named is None or named["siren"] != siren:
        raise _refusal(f"le nom « {upload.name[:100]} » n'est pas celui d'une enveloppe de la collectivité")
    members = _extracted(upload.path, into=into, limit=limit)
    try:
        forms = [
            _formulaire(members, name) for name in _forms(members, f"{named['enveloppe']}.xml", siren=siren)
        ]
    except BaseException:
        for path in members.values():
            path.unlink(missing_ok=True)
        raise
    taken = {part.upload.path for form in forms for part in form.parts}
    for path in members.values():
        if path not in taken:
            path.unlink(missing_ok=True)
    return forms


def _extracted(archive: Path, *, into: Path, limit: int) -> dict[str, Path]:
    members: dict[str, Path] = {}
    total = 0
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                total += member.size
                wrong = not member.isfile() or not _MEMBER.fullmatch(member.name) or member.name in members
                content = (
                    None
                    if wrong or total > limit or len(members) >= _MOST_MEMBERS
                    else tar.extractfile(member)
                )
                if content is None:
                    raise _refusal("elle contient autre chose que des fichiers nommés selon la norme")
                with tempfile.NamedTemporaryFile(dir=into, delete=False) as place:
                    members[member.name] = Path(place.name)
                    while block := content.read(_BLOCK):
                        place.write(block)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as broken:
        _clean(members)
        raise _refusal("ce n'est pas un fichier .tar.gz") from broken
    except Ko:
        _clean(members)
        raise
    return members


def _clean(members: Mapping[str, Path]) -> None:
    for path in members.values():
        path.unlink(missing_ok=True)


def _forms(members: Mapping[str, Path], name: str, *, siren: str) -> list[str]:
    root = _read(members, name)
    if root.tag != f"{{{ACTES}}}EnveloppeCLMISILL":
        raise _refusal("l'enveloppe n'est pas celle d'une collectivité")
    sender = root.find(f"{{{ACTES}}}Emetteur/{{{ACTES}}}IDCL")
    if sender is None or sender.get(f"{{{INSEE}}}SIREN") != siren:
        raise _refusal("l'enveloppe est celle d'une autre collectivité")
    names = [node.text or "" for node in root.iterfind(f".//{{{ACTES}}}Formulaire/{{{ACTES}}}NomFichier")]
    if not names:
        raise _refusal("l'enveloppe n'annonce aucun formulaire")
    return names


def _formulaire(members: Mapping[str, Path], name: str) -> Formulaire:
    root = _read(members, name)
    if root.tag != f"{{{ACTES}}}Acte":
        raise _refusal(f"{name} n'est pas la transmission d'un acte")
    named = [node.text or "" for node in root.iterfind(f".//{{{ACTES}}}NomFichier")]
    parts = [_part(members, one) for one in named]
    if not parts:
        raise _refusal(f"{name} n'a pas de document")
    return Formulaire(acte=_acte(root, name, type_acte=parts[0].code_pj), parts=parts)


def _part(members: Mapping[str, Path], name: str) -> Part:
    path = members.get(name)
    if path is None:
        raise _refusal(f"{name} n'y est pas")
    upload, code = Upload(name, path), _PIECE.match(name)
    if upload.mimetype not in EXTENSIONS:
        raise _refusal(f"{name} est de type {upload.mimetype}")
    return Part(upload=upload, code_pj=code["code"] if code else "")


def _acte(root: Element, name: str, *, type_acte: str) -> Acte:
    def attribute(node: Element | None, wanted: str) -> str:
        return (node.get(f"{{{ACTES}}}{wanted}") or "") if node is not None else ""

    levels = [attribute(root.find(f"{{{ACTES}}}CodeMatiere{level}"), "CodeMatiere") for level in range(1, 6)]
    nature, number = nature_of(attribute(root, "CodeNatureActe")), attribute(root, "NumeroInterne")
    subject = root.findtext(f"{{{ACTES}}}Objet") or ""
    try:
        acte = Acte(
            nature=nature or nature_of("6"),  # pyright: ignore[reportArgumentType] - an unknown one is refused below
            numero=number,
            objet=subject,
            date=date.fromisoformat(attribute(root, "Date")),
            matiere=tuple(int(level) for level in levels if level),
            type_acte=type_acte,
            document_papier=(root.findtext(f"{{{ACTES}}}DocumentPapier") or "N") == "O",
            classification_version=date.fromisoformat(
                root.findtext(f"{{{ACTES}}}ClassificationDateVersion") or ""
            ),
        )
    except ValueError as malformed:
        raise _refusal(f"{name} n'est pas conforme") from malformed
    if nature is None or not NUMBER.fullmatch(number) or not 0 < len(subject) <= SUBJECT_LIMIT:
        raise _refusal(f"{name} n'est pas conforme")
    if len(acte.matiere) < 2:
        raise Ko(texts.TWO_LEVELS)
    return acte


def _read(members: Mapping[str, Path], name: str) -> Element:
    path = members.get(name)
    if path is None:
        raise _refusal(f"{name} n'y est pas")
    try:
        return read_xml(path.read_bytes(), what=name)
    except InvalidInput as unreadable:
        raise _refusal(f"{name} n'est pas du XML lisible") from unreadable


def _refusal(detail: str) -> Ko:
    return Ko(texts.BAD_ENVELOPE.format(detail=detail))
