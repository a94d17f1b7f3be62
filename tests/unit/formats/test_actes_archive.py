from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import EnvelopeName, EnveloppeAller, read_archive, write_archive

FIXTURES = Path(__file__).parents[3] / "fixtures" / "actes"
ENVELOPE = EnvelopeName(application="EACT", siren="216209916", date=date(2026, 9, 14), rang=3)
CONTENT = (FIXTURES / "EACT--216209916--20260914-3.xml").read_bytes()
MESSAGE = "062-216209916-20260914-PC62991_26A0012-AI-1-1_0.xml"
ACTE = "99_AI-062-216209916-20260914-PC62991_26A0012-AI-1-1_1.pdf"
ANNEXE = "22_PN-062-216209916-20260914-PC62991_26A0012-AI-1-1_2.xml"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / ACTE, tmp_path / ANNEXE]
    made[0].write_bytes(b"%PDF-1.7 " + bytes(300_000))
    made[1].write_bytes(b"<annexe/>")
    return made


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "sorti"
    folder.mkdir()
    return folder


def test_what_is_put_in_is_taken_out(tmp_path: Path, files: list[Path], into: Path) -> None:
    target = tmp_path / ENVELOPE.archive("SLO")
    messages = {MESSAGE: (FIXTURES / "1-1.xml").read_bytes()}
    write_archive(target, envelope=ENVELOPE, content=CONTENT, messages=messages, files=files)
    read = read_archive(target, into=into)
    assert read.name == str(ENVELOPE)
    assert isinstance(read.enveloppe, EnveloppeAller)
    assert dict(read.messages) == messages
    assert {name: path.read_bytes() for name, path in read.files.items()} == {
        path.name: path.read_bytes() for path in files
    }
    before = target.read_bytes()
    write_archive(target, envelope=ENVELOPE, content=CONTENT, messages=messages, files=files)
    assert target.read_bytes() == before


def test_the_refusal_of_an_envelope_is_a_message(tmp_path: Path, into: Path) -> None:
    name = "ANO_EACT--216209916--20260914-3.xml"
    path = made(tmp_path, {name: (FIXTURES / name).read_bytes()})
    read = read_archive(path, into=into)
    assert read.enveloppe is None
    assert list(read.messages) == [name]


@pytest.mark.parametrize(
    ("messages", "more"),
    [
        ({}, ()),
        ({MESSAGE: b"<a/>", "autre.xml": b"<a/>"}, ()),
        ({MESSAGE: b"<a/>"}, ("été.pdf",)),
        ({MESSAGE: b"<a/>"}, (ACTE,)),
    ],
)
def test_an_archive_that_would_be_refused_is_not_written(
    tmp_path: Path, files: list[Path], messages: dict[str, bytes], more: tuple[str, ...]
) -> None:
    given = [*files, *(tmp_path / name for name in more)]
    for path in given:
        path.touch()
    target = tmp_path / "a.tar.gz"
    with pytest.raises(InvalidInput):
        write_archive(target, envelope=ENVELOPE, content=CONTENT, messages=messages, files=given)
    assert not target.exists()


def made(
    tmp_path: Path, content: dict[str, bytes], change: Callable[[tarfile.TarInfo], None] = lambda _: None
) -> Path:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            change(member)
            archive.addfile(member, io.BytesIO(data))
    return path


RIGHT = {str(ENVELOPE): CONTENT, MESSAGE: b"<a/>", ACTE: b"%PDF-"}


def linked(member: tarfile.TarInfo) -> None:
    if member.name == ACTE:
        member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0


def device(member: tarfile.TarInfo) -> None:
    if member.name == ACTE:
        member.type = tarfile.CHRTYPE


@pytest.mark.parametrize("change", [linked, device])
def test_an_entry_that_is_no_file_is_hostile(
    tmp_path: Path, into: Path, change: Callable[[tarfile.TarInfo], None]
) -> None:
    with pytest.raises(HostileInput):
        read_archive(made(tmp_path, RIGHT, change), into=into)
    assert not list(into.iterdir())


@pytest.mark.parametrize(
    "name", ["../a.pdf", "/etc/a.pdf", "a/b.pdf", ".cache", "a\nb.pdf", "c:\\a.pdf", "é.pdf", "a" * 300]
)
def test_a_name_that_leads_elsewhere_is_hostile(tmp_path: Path, into: Path, name: str) -> None:
    with pytest.raises(HostileInput):
        read_archive(made(tmp_path, {"0.pdf": b"%PDF-", **RIGHT, name: b"a"}), into=into)
    assert not list(into.iterdir())


def test_a_crowd_of_files_is_hostile(tmp_path: Path, into: Path) -> None:
    crowd = {f"a{number}.xml": b"" for number in range(1_100)}
    with pytest.raises(HostileInput):
        read_archive(made(tmp_path, crowd), into=into)


def test_a_bomb_is_hostile_and_leaves_nothing(tmp_path: Path, into: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb") as squeezed, tarfile.open(fileobj=squeezed, mode="w|") as archive:
        member = tarfile.TarInfo("a.pdf")
        member.size = 64 << 20
        archive.addfile(member, io.BytesIO(bytes(64 << 20)))
    with pytest.raises(HostileInput):
        read_archive(path, into=into, limit=1 << 20)
    assert not list(into.iterdir())


@pytest.mark.parametrize(
    "content", [{}, {MESSAGE: b"<a/>"}, {**RIGHT, "EACT--216209916--20260914-4.xml": CONTENT}]
)
def test_an_archive_has_one_envelope(tmp_path: Path, into: Path, content: dict[str, bytes]) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_archive(made(tmp_path, content), into=into)
    assert refused.value.code == "ARCHIVE_ILLISIBLE"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"\x1f\x8b",
        gzip.compress(b"rien", mtime=0),
        gzip.compress(bytes(5_000), mtime=0)[:-9],
    ],
    ids=["empty", "zip", "two bytes", "no tar", "cut"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, into: Path, data: bytes) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(data)
    with pytest.raises(InvalidFile) as refused:
        read_archive(path, into=into)
    assert refused.value.code == "ARCHIVE_ILLISIBLE"


def test_an_archive_cut_short_leaves_nothing(tmp_path: Path, into: Path, files: list[Path]) -> None:
    path = made(
        tmp_path,
        {ACTE: files[0].read_bytes(), **{name: data for name, data in RIGHT.items() if name != ACTE}},
    )
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InvalidFile):
        read_archive(path, into=into)
    assert not list(into.iterdir())


def test_an_archive_above_the_limit_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_archive(made(tmp_path, RIGHT), into=into, limit=100)
    assert refused.value.code == "TAILLE"
