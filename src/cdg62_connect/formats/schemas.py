"""The sets of schemas that a user installed, several versions side by side, and what they say of a document.

The project ships none: the DGFiP and the ministry publish them.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from cdg62_connect.durable import move_folder, write_durably
from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats.hardened_expat import LARGEST_FILE, Ends, XmlStream

if TYPE_CHECKING:
    from lxml.etree import XMLSchema

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")
_IN_NAME = re.compile(r"(?<![0-9])v?([0-9]{1,3}(?:[._][0-9]{1,3}){1,3})(?![0-9])")
_INDEX = "jeu.json"
_MOST_FAULTS = 50
_LINES_UP_TO = 16 * 1024 * 1024
"""Bytes of a file read again, whole, to say at which lines its faults are."""

_WHAT = "Le document"
_DONE_WITH = ("LigneDePiece", "Piece", "Bordereau", "PJ", "FactureIndiv", "Tiers", "Marche", "Concession")
_compiling = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFault:
    """One thing that the schema refuses; ``line`` is 0 in files too large to be read again."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaVerdict:
    """What a set says of a document; ``version`` is that of the set, ``schema`` the file in it."""

    version: str
    schema: str
    faults: tuple[SchemaFault, ...]

    @property
    def valid(self) -> bool:
        """Nothing is refused."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaSet:
    """One set of schemas, installed.

    Attributes:
        version: its label: the version found in the name of what was given, or the one that was said.
        folder: where it lies.
        entries: the file that declares each root, by namespace and name.
        unusable: the files of ``entries`` that cannot be compiled: what they include is missing, or libxml2
            does not take them.
    """

    version: str
    folder: Path
    entries: Mapping[tuple[str, str], str] = field(hash=False)
    unusable: tuple[str, ...] = ()

    def describes(self, namespace: str, name: str) -> bool:
        """Whether it knows documents of that root."""
        return (namespace, name) in self.entries


class SchemaStore:
    """The sets of schemas in a folder.

    Args:
        folder: made when the first set is added.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, source: Path, *, version: str | None = None) -> SchemaSet:
        """Install the schemas of a folder or of a zip, whose content is taken as hostile.

        Args:
            source: the folder or the zip.
            version: its label, unless it is in the name of ``source`` (``schemas_pes_v5.17``).

        Raises:
            InvalidInput: no version can be read in the name, or that version is installed already.
            InvalidFile: ``SCHEMA_ILLISIBLE`` (nor does any of them hold together), or ``TAILLE``.
            HostileInput: a path or an inclusion that leads outside.
            OSError: the source cannot be read, or the disk refuses.
        """
        from cdg62_connect.formats.schema_source import entries_of, read_schemas

        label = version or _version_in(source.name)
        if label is None or not _VERSION.fullmatch(label):
            raise InvalidInput(
                f"Aucune version dans le nom « {source.name[:60]} » : donnez-la, par exemple --version 5.17."
            )
        target = self._folder / label
        if target.exists():
            raise InvalidInput(
                f"La version {label} des schémas est déjà installée, dans {target}. Pour en garder une autre à "
                "côté, donnez-lui son nom : --version."
            )
        schemas = read_schemas(source)
        entries = entries_of(schemas)
        part = self._folder / f"{label}.part"
        shutil.rmtree(part, ignore_errors=True)
        for name, data in schemas.items():
            path = part / "xsd" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, data)
        unusable = _unusable(part / "xsd", entries.values())
        if unusable.keys() >= set(entries.values()):
            shutil.rmtree(part)
            raise InvalidFile(
                "SCHEMA_ILLISIBLE",
                next(iter(unusable.values()), f"« {source.name} » ne décrit aucun document."),
            )
        index = [[namespace, name, file] for (namespace, name), file in sorted(entries.items())]
        said = {"version": label, "racines": index, "inemployables": list(unusable)}
        write_durably(part / _INDEX, json.dumps(said, indent=1).encode())
        move_folder(part, target)
        return SchemaSet(
            version=label, folder=target, entries=MappingProxyType(entries), unusable=tuple(unusable)
        )

    def sets(self) -> tuple[SchemaSet, ...]:
        """The sets installed, the most recent version last.

        Raises:
            ConfigurationError: a set is damaged.
        """
        if not self._folder.is_dir():
            return ()
        folders = [
            path for path in self._folder.iterdir() if (path / _INDEX).is_file() and path.suffix != ".part"
        ]
        return tuple(sorted(map(_installed, folders), key=lambda one: _rank(one.version)))

    def check(
        self, document: Path, *, version: str | None = None, limit: int = LARGEST_FILE
    ) -> SchemaVerdict | None:
        """Validate a document against the most recent set that knows its root; ``None`` when none does.

        The document is read as a stream: memory does not depend on its size, save for the largest
        justificatif of a PES. A schema is compiled once in a process.

        Args:
            document: any XML file.
            version: the set to use rather than the most recent one.
            limit: the largest size accepted, in bytes.

        Raises:
            InvalidFile: ``FICHIER_VIDE``, ``TAILLE`` or ``XML_ILLISIBLE``.
            HostileInput: a DTD, or something beyond reason.
            ConfigurationError: no such version, a set is damaged, or its schema cannot be used.
            OSError: the document cannot be read.
        """
        sets = self.sets()
        if version is not None and version not in {one.version for one in sets}:
            raise ConfigurationError(
                f"Les schémas {version} ne sont pas installés : cdg62-connect schemas add <dossier ou zip>."
            )
        namespace, name = root_of(document)
        for one in reversed(sets):
            if (version is None or one.version == version) and one.describes(namespace, name):
                file = one.entries[namespace, name]
                schema = _compiled(one.folder / "xsd" / file)
                return SchemaVerdict(
                    version=one.version, schema=file, faults=_faults(document, schema, limit=limit)
                )
        return None


def root_of(document: Path) -> tuple[str, str]:
    """The namespace and the name of a document's root; nothing after it is read.

    Raises:
        InvalidFile: ``FICHIER_VIDE`` or ``XML_ILLISIBLE``.
        HostileInput: a DTD.
        OSError: the document cannot be read.
    """
    found: list[str] = []
    stream = XmlStream(
        what=_WHAT,
        root=lambda name, _: found.append(name),
        start=lambda _name, _attributes: None,
        end=lambda _: None,
        depth=lambda: 0,
        limit=LARGEST_FILE,
    )
    with document.open("rb") as file:
        for _ in stream.blocks(file):
            if found:
                break
    namespace, _, name = found[0].rpartition(" ")
    return namespace, name


def _faults(document: Path, schema: XMLSchema, *, limit: int) -> tuple[SchemaFault, ...]:
    """Read the document twice at once: by expat, which refuses what is hostile, and by libxml2's validation."""
    from lxml import etree

    # no Python at all for an element whose name was met before; libxml2 bounds the depth
    names = Ends({}).__getitem__
    stream = XmlStream(
        what=_WHAT, root=lambda _name, _attributes: None, start=None, end=names, depth=None, limit=limit
    )
    pull = etree.XMLPullParser(
        events=("end",),
        tag=_DONE_WITH,
        schema=schema,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    refused = False
    with document.open("rb") as file:
        for block in stream.blocks(file):
            if refused:
                continue  # the rest is only looked at by expat
            try:
                pull.feed(block) if block else pull.close()
            except etree.XMLSyntaxError as why:
                if _beyond_reason(pull.feed_error_log):
                    raise _hostile(why) from None
                refused = True
            finally:
                _clear(pull)
            if refused or len(pull.feed_error_log) >= _MOST_FAULTS:
                refused = True
                stream.count_depth()
    log: Any = pull.feed_error_log
    if not len(log):
        return ()
    return _with_lines(document, schema) or _told(log)


def _hostile(why: Exception) -> HostileInput:
    return HostileInput(
        f"{_WHAT} passe les bornes de l'analyse ({' '.join(str(why).split())[:120]}) : document écarté."
    )


def _beyond_reason(log: Any) -> bool:  # noqa: ANN401 - lxml's log has no useful type
    """Whether libxml2 stopped at a limit of its own: expat has found the same bytes well-formed."""
    from lxml import etree

    return any(one.domain == etree.ErrorDomains.PARSER for one in log)


def _clear(pull: Any) -> None:  # noqa: ANN401 - lxml's pull parser has no useful type
    for _, element in pull.read_events():
        parent = element.getparent()
        element.clear()
        if parent is not None:
            parent.remove(element)


def _with_lines(document: Path, schema: XMLSchema) -> tuple[SchemaFault, ...]:
    from lxml import etree

    if document.stat().st_size > _LINES_UP_TO:
        return ()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        tree = etree.parse(document, parser)
    except etree.XMLSyntaxError as why:
        raise _hostile(why) from None
    with _compiling:  # the errors of a schema are kept in the schema itself
        schema.validate(tree)
        return _told(schema.error_log)


def _told(log: Any) -> tuple[SchemaFault, ...]:  # noqa: ANN401 - as above
    faults = (
        SchemaFault(line=int(one.line), message=" ".join(str(one.message).split())[:300]) for one in log
    )
    return tuple(dict.fromkeys(faults))[:_MOST_FAULTS]


def _unusable(folder: Path, files: Iterable[str]) -> Mapping[str, str]:
    """Those of the files that cannot be compiled, and why; they are compiled here, once."""
    found: dict[str, str] = {}
    for file in sorted(set(files)):
        try:
            _compile(folder / file)
        except ConfigurationError as why:
            found[file] = str(why)
    return found


@lru_cache(maxsize=64)
def _compiled(path: Path) -> XMLSchema:
    return _compile(path)


def _compile(path: Path) -> XMLSchema:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with _compiling:
            return etree.XMLSchema(etree.parse(path, parser))
    except (etree.LxmlError, OSError) as error:
        raise ConfigurationError(
            f"Le schéma « {path.name} » ne peut être employé ({' '.join(str(error).split())[:200]})."
        ) from None


def _installed(folder: Path) -> SchemaSet:
    try:
        index = cast("dict[str, Any]", json.loads((folder / _INDEX).read_bytes()))
        entries = {(str(namespace), str(name)): str(file) for namespace, name, file in index["racines"]}
        return SchemaSet(
            version=str(index["version"]),
            folder=folder,
            entries=MappingProxyType(entries),
            unusable=tuple(map(str, index.get("inemployables", ()))),
        )
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"Le jeu de schémas de {folder} est abîmé : supprimez ce dossier et ajoutez-le à nouveau."
        ) from None


def _version_in(name: str) -> str | None:
    found = _IN_NAME.findall(name)
    return found[-1].replace("_", ".") if found else None


def _rank(version: str) -> tuple[tuple[int, ...], str]:
    return tuple(int(number) for number in re.findall(r"[0-9]{1,9}", version)), version
