"""The schemas that a user gives, in a folder or a zip: taken as hostile, kept only when nothing leads outside."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_xml import children, local_name

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_XSD = "http://www.w3.org/2001/XMLSchema"
_MOST_FILES = 2_000
_LARGEST = 4 * 1024 * 1024
_LARGEST_IN_ALL = 64 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,100}")
_DEEPEST = 12


def read_schemas(source: Path) -> Mapping[str, bytes]:
    """The XSD of a folder or of a zip, by path inside it, ready to be kept; other files are left aside.

    Their DTD, which the schemas of the W3C still have, is resolved and removed.

    Raises:
        InvalidFile: ``SCHEMA_ILLISIBLE`` (no XSD at all, or one that is not XML), or ``TAILLE``.
        HostileInput: a path, or an inclusion, that leads outside.
        OSError: the source cannot be read.
    """
    found: dict[str, bytes] = {}
    total = 0
    for name, data in _in_folder(source) if source.is_dir() else _in_zip(source):
        total += len(data)
        if len(found) >= _MOST_FILES or total > _LARGEST_IN_ALL:
            raise InvalidFile(
                "TAILLE", f"Plus de {_MOST_FILES} schémas, ou plus de 64 Mo : ce n'est pas un jeu de schémas."
            )
        found[name] = data
    if not found:
        raise InvalidFile("SCHEMA_ILLISIBLE", f"« {source.name} » ne contient aucun fichier .xsd.")
    return {name: _cleaned(name, data) for name, data in found.items()}


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() != ".xsd" or path.is_symlink() or not path.is_file():
            continue
        name = _checked(path.relative_to(folder).as_posix())
        with path.open("rb") as file:
            yield name, _bounded(file.read(_LARGEST + 1), name)


def _in_zip(source: Path) -> Iterator[tuple[str, bytes]]:
    with source.open("rb") as file:
        data = file.read(_LARGEST_IN_ALL + 1)
    if len(data) > _LARGEST_IN_ALL:
        raise InvalidFile("TAILLE", f"« {source.name} » pèse plus de 64 Mo : ce n'est pas un jeu de schémas.")
    try:
        # in memory, where an offset that leads nowhere is an error of the archive and not of the disk
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > 10 * _MOST_FILES:
                raise HostileInput("L'archive a des entrées sans nombre : elle est écartée.")
            for entry in archive.infolist():
                link = (entry.external_attr >> 16) & 0o170000 == 0o120000
                if link or not entry.filename.lower().endswith(".xsd"):
                    continue
                name = _checked(entry.filename)
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise zipfile.BadZipFile(name)
                with archive.open(entry) as member:
                    yield name, _bounded(member.read(_LARGEST + 1), name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise InvalidFile(
            "SCHEMA_ILLISIBLE", f"« {source.name} » n'est ni un dossier ni un zip lisible."
        ) from None


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > _LARGEST:
        raise InvalidFile("TAILLE", f"Le schéma « {name[-60:]} » pèse plus que les {_LARGEST} octets admis.")
    return data


def _checked(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not 0 < len(parts) <= _DEEPEST or name != "/".join(parts) or not all(map(_NAME.fullmatch, parts)):
        raise HostileInput(f"Le jeu de schémas a un chemin inadmissible (« {name[:60]} ») : il est écarté.")
    return name


def _cleaned(name: str, data: bytes) -> bytes:
    """The schema without its DTD; a long serial number, of which libxml2 makes no integer, becomes a text."""
    from lxml import etree

    # entities of the document itself only, and few: the W3C writes its own namespace with one
    parser = etree.XMLParser(
        resolve_entities=cast("Any", "internal"),  # lxml's stubs know only the two others
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidFile(
            "SCHEMA_ILLISIBLE", f"Le schéma « {name[-60:]} » n'est pas lisible ({error})."
        ) from None
    if root.tag != f"{{{_XSD}}}schema":
        raise InvalidFile(
            "SCHEMA_ILLISIBLE", f"« {name[-60:]} » n'est pas un schéma : élément « {local_name(root)[:40]} »."
        )
    for element in root.iter(f"{{{_XSD}}}include", f"{{{_XSD}}}import", f"{{{_XSD}}}redefine"):
        _check_location(name, element)
    for element in root.iter(f"{{{_XSD}}}element"):
        kind = element.get("type") or ""
        if element.get("name") == "X509SerialNumber" and kind.rpartition(":")[2] == "integer":
            element.set("type", kind.replace("integer", "string"))
    for anything in root.iter(f"{{{_XSD}}}any"):
        _leave_to_anything(anything)
    if next(iter(root.iter(etree.Entity)), None) is not None:
        raise HostileInput(f"Le schéma « {name[-60:]} » appelle une entité extérieure : le jeu est écarté.")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _leave_to_anything(anything: Element) -> None:
    """What may come before a place for anything goes to that place: libxml2 refuses to choose between both."""
    around = anything.getparent()
    if (
        around is None
        or anything.get("namespace", "##any") != "##any"
        or anything.get("processContents") != "skip"
    ):
        return
    for sibling in list(around):
        if sibling.tag == f"{{{_XSD}}}element" and sibling.get("minOccurs") == "0":
            around.remove(sibling)


def _check_location(name: str, element: Element) -> None:
    location = element.get("schemaLocation")
    if location is None:
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), location))
    if location.startswith(("http://", "https://")):
        del element.attrib["schemaLocation"]  # a namespace whose schema is elsewhere: nothing is fetched
    elif ":" in location or "\\" in location or "%" in location or target.startswith(("..", "/")):
        raise HostileInput(
            f"Le schéma « {name[-60:]} » renvoie hors du jeu (« {location[:60]} ») : jeu écarté."
        )


def entries_of(schemas: Mapping[str, bytes]) -> dict[tuple[str, str], str]:
    """Which file declares each root that a document may have: by namespace and name."""
    from lxml import etree

    found: dict[tuple[str, str], str] = {}
    for name, data in schemas.items():
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        namespace = root.get("targetNamespace") or ""
        for element in children(root, "element"):
            if namespace and (declared := element.get("name")):
                found.setdefault((namespace, declared), name)
    return found
