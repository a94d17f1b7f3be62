"""The doors of the large formats: PES, answers of Hélios, messages of @ctes, signatures, schemas."""

from __future__ import annotations

import importlib.util
import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path

from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import (
    ActeFileName,
    ActeToSend,
    Classification,
    EnvelopeName,
    Nature,
    PesAcquit,
    PieceToSend,
    SchemaStore,
    Totem,
    check_acte,
    check_pes,
    check_totem,
    iter_pes,
    iter_retour,
    pes_fingerprint,
    read_actes_message,
    read_archive,
    read_enveloppe,
    read_pes,
    read_stamp,
    verify_cades,
    verify_signatures,
    verify_xades,
)
from hostile import answers
from hostile.door import Door, Room
from support.pes_samples import pes
from unit.formats.cms_signer import cms
from unit.formats.conftest import new_authority
from unit.formats.xml_signer import XmlAuthority

FILE = (InvalidFile, HostileInput)
_F = "cdg62_connect.formats."
_FIXTURES = Path(__file__).parents[2] / "fixtures"
_XSD = (
    b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:essai"><xs:element name="Flux">'
    b'<xs:complexType><xs:sequence><xs:element name="Piece" type="xs:integer" maxOccurs="unbounded"/></xs:sequence>'
    b"</xs:complexType></xs:element></xs:schema>"
)
_FLUX = b'<t:Flux xmlns:t="urn:essai"><Piece>1</Piece><Piece>2</Piece></t:Flux>'


def _pes(name: str) -> Callable[[], bytes]:
    return lambda: (_FIXTURES / "pes" / f"{name}.xml").read_bytes()


def _acte(name: str) -> Callable[[], bytes]:
    return lambda: (_FIXTURES / "actes" / f"{name}.xml").read_bytes()


def _file(read: Callable[[Path], object], name: str = "a.xml") -> Callable[[bytes, Room], object]:
    def push(data: bytes, room: Room) -> object:
        path = room.given / name
        path.write_bytes(data)
        return read(path)

    return push


def _words(read: Callable[[str], object]) -> Callable[[bytes, Room], object]:
    return lambda data, _: read(data.decode("utf-8", "surrogateescape"))


def _both(path: Path) -> object:
    return read_pes(path), list(iter_pes(path)), pes_fingerprint(path)


@lru_cache(maxsize=1)
def _authority() -> XmlAuthority:
    return XmlAuthority()


@lru_cache(maxsize=1)
def _signed_pes() -> bytes:
    signer = _authority().signer("Camille Martin")
    return signer.sign(signer.sign(_pes("aller_a_signer")(), "BORD58"), "BORD59")


def _xades(path: Path) -> object:
    anchor = path.with_name("ac.pem")
    if not anchor.exists():
        anchor.write_bytes(_authority().pem())
    verdict = verify_xades(path, anchors=[anchor], moment=answers.MOMENT, allow_sha1=True)
    return verdict.signed, verdict.trusted, verdict.problem


@lru_cache(maxsize=1)
def _cms() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return cms(new_authority(Path(folder), "AC").signer("Camille Martin"), b"document")


def _cades(data: bytes, room: Room) -> object:
    document = room.given / "document"
    document.write_bytes(b"document")
    verdict = verify_cades(document, data, anchors=[], moment=answers.MOMENT, allow_sha1=True)
    return verdict.signed, verdict.trusted, verdict.problem


def _one_door(data: bytes, room: Room) -> object:
    document = room.given / "document"
    document.write_bytes(data)
    verdict = verify_signatures(document, anchors=[], moment=answers.MOMENT)
    return verdict.signed, verdict.trusted, verdict.weak, verdict.problem


@lru_cache(maxsize=1)
def _archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in (
            ("EACT--216209916--20260914-3.xml", _acte("EACT--216209916--20260914-3")()),
            ("062-216209916-20260914-PC62991_26A0012-AI-1-1_0.xml", _acte("1-1")()),
            ("99_AI-062-216209916-20260914-PC62991_26A0012-AI-1-1_1.pdf", b"%PDF-1.7"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _taken_out(data: bytes, room: Room) -> object:
    path = room.given / "a.tar.gz"
    path.write_bytes(data)
    return read_archive(path, into=room.into, limit=1024 * 1024)


@lru_cache(maxsize=1)
def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flux.xsd", _XSD)
    return out.getvalue()


def _installed(data: bytes, room: Room) -> object:
    source = room.given / "v1.0.zip"
    source.write_bytes(data)
    place = room.given / "schemas"
    shutil.rmtree(place, ignore_errors=True)
    return SchemaStore(place).add(source)


def _installed_xsd(data: bytes, room: Room) -> object:
    source = room.given / "v1.0"
    source.mkdir(exist_ok=True)
    (source / "flux.xsd").write_bytes(data)
    place = room.given / "schemas"
    shutil.rmtree(place, ignore_errors=True)
    return SchemaStore(place).add(source)


def _validated(data: bytes, room: Room) -> object:
    place, path = room.given / "schemas", room.given / "flux.xml"
    if not place.exists():
        _installed(_zip(), room)
    path.write_bytes(data)
    return SchemaStore(place).check(path)


@lru_cache(maxsize=1)
def _classification() -> Classification:
    return Classification.read(answers.CLASSIFICATION)


def _checked(data: bytes, room: Room) -> object:
    document = room.given / "acte"
    document.write_bytes(data)
    acte = ActeToSend(
        nature=Nature.BUDGETAIRE,
        numero="PC62991_26A0012",
        objet="Objet",
        date=date(2026, 9, 14),
        matiere="7.1",
        document=PieceToSend(path=document, type_piece="99_BU"),
    )
    return check_acte(acte, classification=_classification(), today=date(2026, 9, 20))


_SIGNXML: tuple[Door, ...] = (
    Door(
        name="formats.verify_xades",
        through=(_F + "xades:verify_xades", _F + "xades_properties:read_properties"),
        language="xml",
        valid=(_signed_pes,),
        push=_file(_xades),
        refusals=FILE,
        slow=20,
    ),
)

FORMATS: tuple[Door, ...] = (
    Door(
        name="formats.read_pes",
        through=(
            _F + "pes:read_pes",
            _F + "pes:iter_pes",
            _F + "pes_shapes:PieceShapes.read",
            _F + "pes_identity:pes_fingerprint",
        ),
        language="xml",
        valid=(
            _pes("aller_depense"),
            _pes("aller_recette"),
            _pes("aller_pj"),
            lambda: pes(pieces=["7", "8", "9"]),
        ),
        push=_file(_both),
        refusals=FILE,
        slow=2,
    ),
    Door(
        name="formats.check_pes",
        through=(_F + "pes_check:check_pes",),
        language="xml",
        valid=(_pes("aller_depense"), _pes("aller_a_signer"), _pes("aller_pj")),
        push=_file(check_pes),
        refusals=(HostileInput,),
        slow=2,
    ),
    Door(
        name="formats.PesAcquit",
        through=(_F + "pes_acquit:PesAcquit.read",),
        language="xml",
        valid=(_pes("acquit_partiel"), _pes("acquit_ancien")),
        push=lambda data, _: (read := PesAcquit.read(data), read.verdict, list(read.anomalies)),
        refusals=FILE,
    ),
    Door(
        name="formats.iter_retour",
        through=(_F + "pes_retour:iter_retour",),
        language="xml",
        valid=(_pes("retour"),),
        push=_file(lambda path: [getattr(part, "libelle_etat", "") for part in iter_retour(path)]),
        refusals=FILE,
    ),
    Door(
        name="formats.read_actes_message",
        through=(_F + "messages_actes:read_actes_message",),
        language="xml",
        valid=tuple(map(_acte, ("1-1", "1-2", "1-3", "3-1", "3-4", "3-5", "5-1", "6-2", "7-3"))),
        push=lambda data, _: read_actes_message(data),
        refusals=FILE,
    ),
    Door(
        name="formats.read_enveloppe",
        through=(_F + "enveloppe:read_enveloppe",),
        language="xml",
        valid=(_acte("EACT--216209916--20260914-3"), _acte("EACT--SPREF0621-216209916-20260915-7")),
        push=lambda data, _: read_enveloppe(data),
        refusals=FILE,
    ),
    Door(
        name="formats.read_archive",
        through=(_F + "actes_archive:read_archive",),
        language="binary",
        valid=(_archive,),
        push=_taken_out,
        refusals=FILE,
        slow=5,
    ),
    Door(
        name="formats.Totem",
        through=(_F + "totem:Totem.read", _F + "totem:check_totem"),
        language="xml",
        valid=(_acte("totem"),),
        push=_file(lambda path: (Totem.read(path.read_bytes()), check_totem(path))),
        refusals=FILE,
        slow=2,
    ),
    Door(
        name="formats.check_acte",
        through=(_F + "actes_check:check_acte",),
        language="xml",
        valid=(_acte("totem"),),
        push=_checked,
        refusals=(HostileInput,),
        slow=5,
    ),
    Door(
        name="formats.read_stamp",
        through=(_F + "stamp:read_stamp",),
        language="pdf",
        valid=(answers.pdf, answers.xref_stream_pdf),
        push=_file(read_stamp, "a.pdf"),
        refusals=FILE,
        slow=5,
    ),
    Door(
        name="formats.ActeFileName",
        through=(_F + "actes_files:ActeFileName.parse",),
        language="word",
        valid=(b"99_AI-062-216209916-20260914-PC62991_26A0012-AI-1-1_1.pdf",),
        push=_words(ActeFileName.parse),
        refusals=(InvalidInput,),
    ),
    Door(
        name="formats.EnvelopeName",
        through=(_F + "actes_files:EnvelopeName.parse",),
        language="word",
        valid=(b"EACT--216209916--20260914-3.xml", b"EACT--SPREF0621-216209916-20260915-7.xml"),
        push=_words(EnvelopeName.parse),
        refusals=(InvalidInput,),
    ),
    Door(
        name="formats.verify_cades",
        through=(_F + "cades:verify_cades",),
        language="binary",
        valid=(_cms,),
        push=_cades,
        refusals=(InvalidFile,),
        slow=20,
    ),
    Door(
        name="formats.verify_signatures",
        through=(_F + "signatures:verify_signatures",),
        language="pdf",
        valid=(lambda: answers.signed_pdf()[0],),
        push=_one_door,
        refusals=(*FILE, ConfigurationError),  # without signxml, an XML needs an extra
        slow=50,
    ),
    Door(
        name="formats.SchemaStore.add, zip",
        through=(_F + "schema_source:read_schemas",),
        language="binary",
        valid=(_zip,),
        push=_installed,
        refusals=FILE,
        slow=5,
    ),
    Door(
        name="formats.SchemaStore.add, xsd",
        through=(_F + "schema_source:read_schemas",),
        language="text",  # a DTD is allowed there, and removed
        valid=(_XSD,),
        push=_installed_xsd,
        refusals=FILE,
        slow=5,
    ),
    Door(
        name="formats.SchemaStore.check",
        through=(_F + "schemas:SchemaStore.check",),
        language="xml",
        valid=(_FLUX,),
        push=_validated,
        refusals=FILE,
        slow=2,
    ),
    *(_SIGNXML if importlib.util.find_spec("signxml") else ()),
)
