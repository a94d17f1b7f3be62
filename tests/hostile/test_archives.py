"""The tricks of archives: those of @ctes (tar.gz) and the sets of schemas (zip) let none of them through."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import SchemaSet, SchemaStore
from hostile.doors import BY_NAME, Door, Room, judged

TAR, ZIP = BY_NAME["formats.read_archive"], BY_NAME["formats.SchemaStore.add, zip"]
OUTSIDE = (
    "../a.xsd", "/tmp/a.xsd", "a/../../b.xsd", "..", "a\\..\\b.xsd", "C:\\a.xsd", "a\n.xsd", "~/a.xsd", ".a.xsd"
)  # fmt: skip
FETCHED = "http://127.0.0.1:9/a.xsd"
HARMLESS = {"a bomb after the end", *(f"{what} of {FETCHED}" for what in ("import", "include", "redefine"))}
"""What follows the end is never inflated; nothing is fetched: such a schema is installed without it."""


def tar(member: tarfile.TarInfo, content: bytes = b"") -> bytes:
    """A sound archive with one entry more, at its end."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(TAR.seeds()[0]), mode="r:gz") as sound,
        tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive,
    ):
        for one in sound:
            archive.addfile(one, sound.extractfile(one))
        if member.isreg():
            member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", **pax: str) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.pax_headers = kind, target, pax
    return made


def tars() -> Iterator[tuple[str, bytes]]:
    for name in OUTSIDE:
        yield f"named {name!r}", tar(entry(name), b"x")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        for target in (
            "/etc/passwd",
            "../../temoin.pdf",
            "99_AI-062-216209916-20260914-PC62991_26A0012-AI-1-1_1.pdf",
        ):
            yield f"link {kind!r} to {target}", tar(entry("lien.pdf", kind, target))
    for kind in (tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"Z"):
        yield f"kind {kind!r}", tar(entry("chose", kind))
    yield "the same name twice", tar(entry("EACT--216209916--20260914-3.xml"), b"<a/>")
    yield "a path in a header of its own", tar(entry("a.pdf", path="../../temoin.pdf"), b"x")
    yield "a size in a header of its own", tar(entry("a.pdf", size="99999999999"), b"x")
    yield "sparse", tar(entry("a.pdf", **{"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}), b"1\n0\n512\n")
    yield "a bomb", tar(entry("a.pdf"), bytes(64 << 20))
    yield "a bomb in a message", tar(entry("a.xml"), bytes(6 << 20))
    yield "a bomb after the end", TAR.seeds()[0] + gzip.compress(bytes(64 << 20))
    yield "a header longer than everything", tar(entry("a.pdf", comment="x" * (8 << 20)), b"x")


def zipped(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO(ZIP.seeds()[0])
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for info, content in entries:
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def named(name: str, *, mode: int = stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("a")
    info.filename = name
    info.external_attr = (mode | 0o644) << 16
    return info


XSD = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s</xs:schema>'


def zips() -> Iterator[tuple[str, bytes]]:
    for name in OUTSIDE:
        if name.endswith(".xsd"):
            yield f"named {name!r}", zipped((named(name), XSD % b""))
    yield "a bomb", zipped((named("a.xsd"), bytes(64 << 20)))
    yield "a crowd of small bombs", zipped(*((named(f"a{rank}.xsd"), bytes(3 << 20)) for rank in range(30)))
    yield "a crowd", zipped(*((named(f"a{rank}.xsd"), XSD % b"") for rank in range(2_100)))
    yield "no deflate", ZIP.seeds()[0].replace(b"\x08\x00", b"\x0e\x00")
    yield "ciphered", ZIP.seeds()[0].replace(b"\x14\x00\x00\x00", b"\x14\x00\x01\x00")
    yield "a directory that lies", ZIP.seeds()[0][:-12] + struct.pack("<LLH", 0xFFFF, 0xFFFFFF, 0)[:12]
    for what in ("import", "include", "redefine"):
        for place in (FETCHED, "file:///etc/passwd", "/etc/passwd", "../../recu/v1.0.zip", "%2e%2e/a.xsd"):
            inside = f'<xs:{what} schemaLocation="{place}"/>'.encode()
            yield f"{what} of {place}", zipped((named("a.xsd"), XSD % inside))


@pytest.mark.parametrize(("door", "tricks"), [(TAR, tars), (ZIP, zips)], ids=["tar", "zip"])
def test_no_trick_goes_through(
    door: Door, tricks: Callable[[], Iterator[tuple[str, bytes]]], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    seen = 0
    for name, data in tricks():
        result, refused = judged(door, data, room)
        assert isinstance(refused, HostileInput | InvalidFile) or name in HARMLESS, (name, result)
        assert refused is None or not any(room.into.iterdir()), name
        for path in room.into.iterdir():
            path.unlink()
        seen += 1
    assert seen > 20


def test_a_link_in_a_zip_or_in_a_folder_is_left_aside(room: Room, tmp_path: Path) -> None:
    linked = zipped((named("lien.xsd", mode=stat.S_IFLNK), b"../../dehors/temoin.pdf"))
    installed, refused = judged(ZIP, linked, room)
    assert refused is None
    assert isinstance(installed, SchemaSet)
    assert sorted(path.name for path in (installed.folder / "xsd").iterdir()) == ["flux.xsd"]
    given = room.given / "v2.0"
    given.mkdir()
    (given / "flux.xsd").write_bytes((installed.folder / "xsd" / "flux.xsd").read_bytes())
    (given / "lien.xsd").symlink_to(room.into.parent / "temoin.pdf")
    (given / "dossier").symlink_to(room.into.parent, target_is_directory=True)
    added = SchemaStore(room.given / "schemas").add(given)
    assert sorted(path.name for path in (added.folder / "xsd").rglob("*")) == ["flux.xsd"]
