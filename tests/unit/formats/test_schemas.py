from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from cdg62_connect.cli.app import app
from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import SchemaStore, schemas

XSD = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:essai" targetNamespace="urn:essai"'
ROOT = (
    f'<xs:schema {XSD} elementFormDefault="unqualified"><xs:include schemaLocation="types/{{types}}"/>'
    '<xs:element name="Flux"><xs:complexType><xs:sequence><xs:element name="Piece" type="t:Piece" '
    'maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>'
)
TYPES = (
    f'<xs:schema {XSD}><xs:complexType name="Piece"><xs:attribute name="V" type="xs:{{kind}}" use="required"/>'
    "</xs:complexType></xs:schema>"
)


def xsd(kind: str = "integer") -> dict[str, str]:
    return {
        "flux.xsd": ROOT.format(types="types.xsd"),
        "types/types.xsd": TYPES.format(kind=kind),
        "lisez-moi.txt": "?",
    }


def flux(*values: str) -> str:
    pieces = "".join(f'<Piece V="{one}"/>\n' for one in values)
    return f'<t:Flux xmlns:t="urn:essai">{pieces}</t:Flux>'


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "essai_v1.2", content: dict[str, str] | None = None) -> Path:
        for path, text in (content or xsd()).items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        return tmp_path / name

    return make


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, content: dict[str, str]) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in content.items():
                archive.writestr(member, text)
        return path

    return make


@pytest.fixture
def store(tmp_path: Path) -> SchemaStore:
    return SchemaStore(tmp_path / "schemas")


@pytest.fixture
def document(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "flux.xml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_nothing_is_installed_at_first(store: SchemaStore, document: Callable[[str], Path]) -> None:
    assert store.sets() == ()
    assert store.check(document(flux("1"))) is None


def test_a_set_is_known_by_the_version_in_its_name(store: SchemaStore, folder: Callable[..., Path]) -> None:
    added = store.add(folder())
    assert added.version == "1.2"
    assert added.describes("urn:essai", "Flux")
    assert not added.describes("", "Flux")
    assert store.sets() == (added,)


def test_a_document_is_told_what_is_refused_and_at_which_line(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    store.add(folder())
    right, wrong = store.check(document(flux("1", "2"))), store.check(document(flux("1", "deux")))
    assert right is not None
    assert right.valid
    assert (right.version, right.schema) == ("1.2", "flux.xsd")
    assert wrong is not None
    assert not wrong.valid
    assert wrong.faults[0].line == 2
    assert "deux" in wrong.faults[0].message


def test_several_versions_stand_side_by_side_and_the_last_one_serves(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    store.add(folder("essai_v5.9"))
    store.add(folder("essai_v5.10", xsd("string")))
    assert [one.version for one in store.sets()] == ["5.9", "5.10"]
    letter = document(flux("a"))
    last, former = store.check(letter), store.check(letter, version="5.9")
    assert last is not None
    assert former is not None
    assert (last.version, last.valid, former.version, former.valid) == ("5.10", True, "5.9", False)


def test_a_zip_is_as_good_as_a_folder(
    store: SchemaStore, zipped: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    inside = {f"jeu/{name}": text for name, text in xsd().items()}
    store.add(zipped("essai-2.0.zip", inside))
    verdict = store.check(document(flux("1")))
    assert verdict is not None
    assert verdict.version == "2.0"


def test_a_version_is_wanted_once_and_only_once(store: SchemaStore, folder: Callable[..., Path]) -> None:
    with pytest.raises(InvalidInput, match="--version"):
        store.add(folder("essai"))
    assert store.add(folder("essai"), version="essai").version == "essai"
    with pytest.raises(InvalidInput, match="déjà installée"):
        store.add(folder("essai"), version="essai")
    for wrong in ("../ailleurs", "", "a/b"):
        with pytest.raises(InvalidInput):
            store.add(folder("essai"), version=wrong)


@pytest.mark.parametrize(
    "name",
    ["../a.xsd", "/a.xsd", "a/../../b.xsd", "a\\..\\b.xsd", "é.xsd", "a" * 300 + ".xsd", "a/" * 20 + "b.xsd"],
)
def test_a_path_that_leads_elsewhere_is_hostile(
    store: SchemaStore, zipped: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    with pytest.raises(HostileInput):
        store.add(zipped("v1.0.zip", {**xsd(), name: TYPES.format(kind="string")}))
    assert not (tmp_path / "schemas").exists()


@pytest.mark.parametrize(
    "location",
    [
        "../../ailleurs.xsd",
        "/etc/passwd",
        "file:///etc/passwd",
        "c:\\a.xsd",
        "ftp://a/b",
        "%2e%2e/%2e%2e/a.xsd",
    ],
)
def test_an_inclusion_that_leads_elsewhere_is_hostile(
    store: SchemaStore, folder: Callable[..., Path], location: str
) -> None:
    wrong = xsd()["flux.xsd"].replace("types/types.xsd", location)
    with pytest.raises(HostileInput):
        store.add(folder("v1.0", {**xsd(), "flux.xsd": wrong}))


def test_nothing_is_fetched_for_a_schema_that_is_elsewhere(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    elsewhere = '<xs:import namespace="urn:autre" schemaLocation="http://127.0.0.1:9/autre.xsd"/><xs:include'
    store.add(folder("v1.0", {**xsd(), "flux.xsd": xsd()["flux.xsd"].replace("<xs:include", elsewhere, 1)}))
    verdict = store.check(document(flux("1")))
    assert verdict is not None
    assert verdict.valid


def test_the_dtd_of_a_schema_is_resolved_and_removed(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    dtd = "<!DOCTYPE xs:schema [<!ENTITY essai 'urn:essai'>]>"
    text = dtd + xsd()["flux.xsd"].replace('targetNamespace="urn:essai"', 'targetNamespace="&essai;"')
    added = store.add(folder("v1.0", {**xsd(), "flux.xsd": text}))
    assert b"DOCTYPE" not in (added.folder / "xsd" / "flux.xsd").read_bytes()
    assert added.describes("urn:essai", "Flux")


@pytest.mark.parametrize(
    "dtd",
    [
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:9/'>]>",
        "<!DOCTYPE a [<!ENTITY l 'lol'>"
        + "".join(f"<!ENTITY l{n} '{f'&l{n - 1 or str()};' * 10}'>" for n in range(1, 9))
        + "<!ENTITY x '&l8;'>]>",
    ],
)
def test_an_entity_never_brings_anything_in(
    store: SchemaStore, folder: Callable[..., Path], dtd: str
) -> None:
    documented = "<xs:annotation><xs:documentation>&x;</xs:documentation></xs:annotation><xs:include"
    text = dtd + xsd()["flux.xsd"].replace("<xs:include", documented, 1)
    with pytest.raises((HostileInput, InvalidFile)):
        store.add(folder("v1.0", {**xsd(), "flux.xsd": text}))


@pytest.mark.parametrize("content", [{"a.txt": "?"}, {"a.xsd": "rien"}, {"a.xsd": "<a/>"}])
def test_what_is_no_set_of_schemas_is_refused(
    store: SchemaStore, folder: Callable[..., Path], zipped: Callable[..., Path], content: dict[str, str]
) -> None:
    for source in (folder("v1.0", content), zipped("v1.1.zip", content)):
        with pytest.raises(InvalidFile) as refused:
            store.add(source)
        assert refused.value.code == "SCHEMA_ILLISIBLE"


def test_a_file_that_is_no_zip_is_refused(store: SchemaStore, tmp_path: Path) -> None:
    path = tmp_path / "v1.0.zip"
    for data in (b"", b"rien", b"PK\x03\x04" + bytes(50)):
        path.write_bytes(data)
        with pytest.raises(InvalidFile):
            store.add(path)


def test_a_zip_that_inflates_without_measure_is_refused(
    store: SchemaStore, zipped: Callable[..., Path]
) -> None:
    with pytest.raises(InvalidFile) as refused:
        store.add(zipped("v1.0.zip", {"a.xsd": " " * (5 << 20)}))
    assert refused.value.code == "TAILLE"


def test_a_set_that_does_not_hold_together_is_not_installed(
    store: SchemaStore, folder: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(InvalidFile, match=r"flux\.xsd") as refused:
        store.add(folder("v1.0", {"flux.xsd": ROOT.format(types="absent.xsd")}))
    assert refused.value.code == "SCHEMA_ILLISIBLE"
    assert not any((tmp_path / "schemas").iterdir())


def test_one_schema_that_cannot_serve_does_not_keep_the_others_from_it(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    lame = ROOT.format(types="absent.xsd").replace("urn:essai", "urn:autre").replace("Flux", "Autre")
    added = store.add(folder("v1.0", {**xsd(), "autre.xsd": lame}))
    assert added.unusable == ("autre.xsd",)
    assert store.sets() == (added,)
    verdict = store.check(document(flux("1")))
    assert verdict is not None
    assert verdict.valid
    with pytest.raises(ConfigurationError, match=r"autre\.xsd"):
        store.check(document('<t:Autre xmlns:t="urn:autre"/>'))


def test_a_version_that_is_not_installed_and_a_set_that_is_damaged_are_told(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    added = store.add(folder())
    with pytest.raises(ConfigurationError, match="schemas add"):
        store.check(document(flux("1")), version="9.9")
    (added.folder / "jeu.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="abîmé"):
        store.sets()


def test_a_document_that_is_hostile_or_no_xml_is_refused(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    store.add(folder())
    for text, error in (
        ("", InvalidFile),
        ("rien", InvalidFile),
        (flux("1")[:-3], InvalidFile),
        ("<!DOCTYPE a>" + flux("1"), HostileInput),
        (flux("1").replace("<Piece", "<a>" * 400_000 + "<Piece", 1), HostileInput),
    ):
        with pytest.raises(error):
            store.check(document(text))


def test_what_follows_a_fault_is_looked_at_all_the_same(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    store.add(folder())
    long = flux("deux", *["1"] * 40_000)
    for text, error in (
        (long[:-3], InvalidFile),
        (long.replace("</t:", "<a>" * 150_000 + "</t:"), HostileInput),
    ):
        with pytest.raises(error):
            store.check(document(text))


def test_a_schema_is_compiled_once_in_a_process(
    store: SchemaStore, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    store.add(folder())
    before = schemas._compiled.cache_info()
    for _ in range(3):
        store.check(document(flux("1")))
    after = schemas._compiled.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 2)


MEASURED = """
import sys
from pathlib import Path
from cdg62_connect.formats import SchemaStore
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
store = SchemaStore(Path(sys.argv[1]))
store.check(Path(sys.argv[2]))
idle = peak()
assert store.check(Path(sys.argv[3])).valid
print(peak() - idle)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="lit la mémoire dans /proc")
def test_memory_does_not_depend_on_the_size_of_the_document(
    store: SchemaStore, folder: Callable[..., Path], tmp_path: Path
) -> None:
    added = store.add(folder())
    small, large = tmp_path / "petit.xml", tmp_path / "grand.xml"
    small.write_text(flux("1"))
    large.write_text(flux(*["1"] * 300_000))
    command = [sys.executable, "-c", MEASURED, str(added.folder.parent), str(small), str(large)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert large.stat().st_size > 4_000_000
    assert int(run.stdout) < 12 * 1024


def test_the_commands_add_and_list(tmp_path: Path, folder: Callable[..., Path]) -> None:
    place, run = str(tmp_path / "rangés"), CliRunner()
    none = run.invoke(app, ["schemas", "list", "--dossier", place])
    assert "Aucun schéma" in none.output
    added = run.invoke(app, ["schemas", "add", str(folder()), "--dossier", place])
    assert added.exit_code == 0, added.output
    assert "Schémas 1.2 installés" in added.output
    listed = run.invoke(app, ["schemas", "list", "--dossier", place, "--json"])
    assert '"version": "1.2"' in listed.output


def test_the_command_validates_and_says_where_it_fails(
    tmp_path: Path, folder: Callable[..., Path], document: Callable[[str], Path]
) -> None:
    place, run = ["--dossier", str(tmp_path / "rangés")], CliRunner()
    unknown = run.invoke(app, ["schemas", "check", str(document(flux("1"))), *place])
    assert isinstance(unknown.exception, InvalidFile)
    run.invoke(app, ["schemas", "add", str(folder()), *place])
    right = run.invoke(app, ["schemas", "check", str(document(flux("1"))), *place])
    assert (right.exit_code, right.output) == (0, "flux.xml : conforme, par les schémas 1.2 (flux.xsd).\n")
    wrong = run.invoke(app, ["schemas", "check", str(document(flux("1", "deux"))), *place])
    assert wrong.exit_code == 1
    assert "ligne 2 : Element 'Piece'" in wrong.output
    told = run.invoke(app, ["schemas", "check", str(document(flux("deux"))), *place, "--json"])
    assert '"conforme": false' in told.output


def test_what_the_parser_of_schemas_gives_back_is_a_schema(
    store: SchemaStore, folder: Callable[..., Path]
) -> None:
    added = store.add(folder())
    for path in (added.folder / "xsd").rglob("*.xsd"):
        assert etree.parse(io.BytesIO(path.read_bytes())).getroot().tag.endswith("}schema")
