"""The doors of what is read elsewhere than in a client: bytes, files, words."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import (
    ActeId,
    AnomalieActe,
    ArActe,
    Classification,
    DossierNumber,
    Nature,
    check_acte_number,
    check_insee,
    check_matiere,
    check_pdf,
    check_siren,
    read_returned_xml,
    read_xml,
    verify_pades,
)
from cdg62_connect.operis import DepositRefused, LotName, manifest_digest, read_lot
from cdg62_connect.operis.findings import Findings
from cdg62_connect.operis.json_text import read_object
from cdg62_connect.operis.manifest import read_manifest
from cdg62_connect.s2low.flux import cut_xml
from cdg62_connect.settings import Secret, load_settings
from cdg62_connect.soap import UnreadableMessage, read_message, read_package
from cdg62_connect.transport.pkcs12 import load_pkcs12
from hostile import answers
from hostile.door import Door, Room, Valid

ENVIRON = {"SECRET": "x"}


class _Discarded:
    """A sink that keeps nothing."""

    def write(self, text: str | bytes) -> None:
        pass

    def take(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


def _sink(path: tuple[str, ...]) -> _Discarded | None:
    return _Discarded() if path[-1:] == ("fichier",) or path[-1:] == ("DocPrincipal",) else None


def _pieces(data: bytes) -> list[bytes]:
    """In two pieces, cut where the length of the data says: any place will do, the same each time."""
    at = len(data) * 7 % (len(data) + 1)
    return [data[:at], data[at:]]


def _words(read: Callable[[str], object]) -> Callable[[bytes, Room], object]:
    return lambda data, _: read(data.decode("utf-8", "surrogateescape"))


def _file(read: Callable[[Path], object], name: str) -> Callable[[bytes, Room], object]:
    def push(data: bytes, room: Room) -> object:
        path = room.given / name
        path.write_bytes(data)
        return read(path)

    return push


def _manifest(data: bytes, _room: Room) -> object:
    return read_manifest(read_object(data), findings=Findings())


def _lot(data: bytes, room: Room) -> object:
    folder = room.given / answers.lot().name
    if not folder.exists():
        folder.mkdir()
        for source in answers.lot().iterdir():
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "manifeste.json").write_bytes(data)
    manifest_digest(folder)
    settings = load_settings(_written(room.given / "c.toml", answers.TOML), environ=ENVIRON)
    return read_lot(folder, lot=folder.name, settings=settings, now=answers.MOMENT)


def _written(path: Path, data: bytes) -> Path:
    if not path.exists():
        path.write_bytes(data)
    return path


def _signed(path: Path) -> object:
    anchor = _written(path.with_name("ac.pem"), answers.signed_pdf()[1])
    return verify_pades(path, anchors=[anchor], moment=answers.MOMENT)


def _anchored(path: Path) -> object:
    signed = _written(path.with_name("signed.pdf"), answers.signed_pdf()[0])
    return verify_pades(signed, anchors=[path], moment=answers.MOMENT)


def _pkcs12(data: bytes, _room: Room) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # cryptography says so when a file is BER rather than DER
        load_pkcs12(context, data, path=Path("c.p12"), passphrase=Secret("phrase"))


def _reader(
    name: str,
    through: str | tuple[str, ...],
    language: str,
    push: Callable[[bytes, Room], object],
    *valid: Valid,
    refusals: tuple[type[Exception], ...],
    slow: int = 1,
) -> Door:
    return Door(
        name=name,
        through=(through,) if isinstance(through, str) else through,
        language=language,
        valid=valid,
        push=push,
        refusals=refusals,
        slow=slow,
    )


MESSAGE = (UnreadableMessage, HostileInput)
FILE = (InvalidFile, HostileInput)
_F = "cdg62_connect.formats."
_O = "cdg62_connect.operis."


READERS: tuple[Door, ...] = (
    _reader(
        "soap.read_message",
        ("cdg62_connect.soap.reader:read_message", "cdg62_connect.soap.message:Fault.read"),
        "xml",
        lambda data, _: read_message(_pieces(data), namespace=answers.NS, divert=_sink),
        answers.GET_DOSSIER,
        answers.FAULT,
        refusals=MESSAGE,
    ),
    _reader(
        "soap.read_package",
        ("cdg62_connect.soap.package:read_package", "cdg62_connect.soap.parts:split"),
        "xml",
        lambda data, _: read_package(
            _pieces(data), content_type=answers.MULTIPART, namespace=answers.NS, divert=_sink
        ),
        answers.GET_DOSSIER_MTOM,
        refusals=MESSAGE,
    ),
    _reader(
        "formats.read_xml",
        _F + "hardened_xml:read_xml",
        "xml",
        lambda data, _: read_xml(data, what="Le document"),
        answers.CLASSIFICATION,
        answers.AR,
        refusals=FILE,
    ),
    _reader(
        "formats.read_returned_xml",
        _F + "hardened_xml:read_returned_xml",
        "xml",
        lambda data, _: read_returned_xml(data, what="Le document"),
        answers.AR,
        refusals=FILE,
    ),
    _reader(
        "formats.ArActe",
        _F + "ar_acte:ArActe.read",
        "xml",
        lambda data, _: ArActe.read(data),
        answers.AR,
        refusals=FILE,
    ),
    _reader(
        "formats.AnomalieActe",
        _F + "anomalie:AnomalieActe.read",
        "xml",
        lambda data, _: AnomalieActe.read(data),
        answers.ANOMALIE,
        refusals=FILE,
    ),
    _reader(
        "formats.Classification",
        _F + "classification:Classification.read",
        "xml",
        lambda data, _: Classification.read(data),
        answers.CLASSIFICATION,
        refusals=FILE,
    ),
    _reader(
        "s2low.cut_xml",
        "cdg62_connect.s2low.flux:cut_xml",
        "xml",
        lambda data, _: cut_xml(data),
        answers.AR + b"suite",
        answers.CLASSIFICATION,
        refusals=(),
    ),
    _reader(
        "formats.check_pdf",
        (_F + "pdf:check_pdf", _F + "pdf_structure:read_trailer"),
        "pdf",
        _file(lambda path: check_pdf(path, limit=64 * 1024 * 1024), "a.pdf"),
        answers.pdf,
        answers.xref_stream_pdf,
        refusals=FILE,
    ),
    _reader(
        "formats.verify_pades",
        _F + "pades:verify_pades",
        "pdf",
        _file(_signed, "a.pdf"),
        lambda: answers.signed_pdf()[0],
        refusals=FILE,
        slow=20,
    ),
    _reader(
        "formats.verify_pades, anchors",
        _F + "pades:verify_pades",
        "binary",
        _file(_anchored, "anchor.pem"),
        lambda: answers.signed_pdf()[1],
        refusals=(ConfigurationError,),
        slow=20,
    ),
    _reader(
        "operis manifest",
        (_O + "json_text:read_object", _O + "manifest:read_manifest"),
        "json",
        _manifest,
        answers.manifest,
        refusals=(InvalidInput,),
    ),
    _reader(
        "operis.read_lot",
        (_O + "deposit:read_lot", _O + "digest:manifest_digest"),
        "json",
        _lot,
        answers.manifest,
        refusals=(DepositRefused,),
        slow=10,
    ),
    _reader(
        "settings.load_settings",
        "cdg62_connect.settings.loader:load_settings",
        "toml",
        _file(lambda path: load_settings(path, environ=ENVIRON), "cdg62-connect.toml"),
        answers.TOML,
        refusals=(ConfigurationError,),
    ),
    _reader(
        "transport.load_pkcs12",
        "cdg62_connect.transport.pkcs12:load_pkcs12",
        "binary",
        _pkcs12,
        answers.pkcs12,
        refusals=(ConfigurationError, ssl.SSLError),
    ),
    _reader(
        "formats.ActeId",
        _F + "acte_id:ActeId.parse",
        "word",
        _words(ActeId.parse),
        b"062-216209916-20260303-PC62991_26A0012-AI",
        refusals=(InvalidInput,),
    ),
    _reader(
        "formats.DossierNumber",
        _F + "dossier_number:DossierNumber.parse",
        "word",
        _words(lambda text: DossierNumber.parse(text, today=date(2026, 11, 22))),
        b"PC 062 991 26 00012 M01",
        b"DP0629912600012",
        refusals=(InvalidInput,),
    ),
    _reader(
        "formats.Nature",
        _F + "natures:Nature.of_abrege",
        "word",
        _words(Nature.of_abrege),
        b"AI",
        refusals=(InvalidInput,),
    ),
    _reader(
        "formats.check_acte_number",
        _F + "acte_number:check_acte_number",
        "word",
        _words(check_acte_number),
        b"PC62991_26A0012",
        refusals=(InvalidInput,),
    ),
    _reader(
        "formats.check_matiere",
        _F + "matieres:check_matiere",
        "word",
        _words(check_matiere),
        b"2.2.3",
        refusals=(InvalidInput,),
    ),
    _reader(
        "formats.check_insee",
        _F + "insee:check_insee",
        "word",
        _words(check_insee),
        b"62991",
        b"2A004",
        refusals=(InvalidInput,),
    ),
    _reader(
        "formats.check_siren",
        _F + "insee:check_siren",
        "word",
        _words(check_siren),
        b"216209916",
        refusals=(InvalidInput,),
    ),
    _reader(
        "operis.LotName",
        _O + "names:LotName.parse",
        "word",
        _words(LotName.parse),
        b"PC0629912600012_ARR_ACCORD_20260914T093000_01",
        refusals=(InvalidInput,),
    ),
)
