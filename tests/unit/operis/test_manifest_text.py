"""The bytes of a manifest: strict JSON in UTF-8, bounded."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def read_bytes(desk):
    """Reads a lot whose manifest is these bytes."""

    def read(data: bytes):
        lot = desk.lot()
        lot.write()
        lot.write_manifest(data)
        return desk.errors(lot, write=False)

    return read


def test_a_byte_order_mark_is_accepted(desk):
    lot = desk.lot()
    lot.write()
    lot.write_manifest(b"\xef\xbb\xbf" + json.dumps(lot.manifest).encode())
    assert desk.read(lot, write=False)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused(desk, read_bytes, encoding):
    data = json.dumps(desk.lot().manifest, ensure_ascii=False).encode(encoding)
    assert read_bytes(data) == [("ENCODAGE", "manifeste")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'"cdg62-depot/1"',
        b"null",
        b"<depot/>",
        b'{"version": "cdg62-depot/1", "version": "cdg62-depot/1"}',
        b'{"legalite": {"nature": 3, "nature": 1}}',
        b'{"version": NaN}',
        b'{"version": -Infinity}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"a": "' + b"x" * (1024 * 1024) + b'"}',
    ],
    ids=lambda data: repr(data[:30]),
)
def test_what_is_not_one_plain_object_is_unreadable(read_bytes, data):
    assert read_bytes(data) == [("MANIFESTE_ILLISIBLE", "manifeste")]


def test_a_number_too_big_for_a_float_is_only_of_the_wrong_type(desk):
    lot = desk.lot()
    lot.write()
    lot.write_manifest(json.dumps(lot.manifest).replace('"nature": 3', '"nature": 1e999').encode())
    assert desk.errors(lot, write=False) == [("CHAMP_INVALIDE", "legalite.nature")]


def test_without_a_manifest_only_that_is_said(desk):
    lot = desk.lot()
    lot.write()
    (lot.folder / "manifeste.json").unlink()
    assert desk.errors(lot, write=False) == [("MANIFESTE_ABSENT", "manifeste")]


def test_two_manifests_are_refused(desk):
    lot = desk.lot()
    lot.files["manifeste.xml"] = b"<depot/>"
    assert desk.errors(lot) == [("MANIFESTE_MULTIPLE", "manifeste")]


@pytest.mark.parametrize("name", ["manifeste.xml", "manifeste.csv"])
def test_the_other_forms_are_said_to_come_later(desk, name):
    lot = desk.lot()
    lot.files[name] = b""
    lot.write()
    (lot.folder / "manifeste.json").unlink()
    report = desk.refusal(lot, write=False)
    assert [e.code for e in report.erreurs] == ["MANIFESTE_ILLISIBLE"]
    assert "pas encore pris en charge" in report.erreurs[0].message


def test_a_manifest_that_is_a_link_is_not_read(desk, tmp_path):
    lot = desk.lot()
    lot.write()
    (lot.folder / "manifeste.json").rename(tmp_path / "ailleurs.json")
    (lot.folder / "manifeste.json").symlink_to(tmp_path / "ailleurs.json")
    assert desk.errors(lot, write=False) == [
        ("CHEMIN_INTERDIT", "manifeste.json"),
        ("MANIFESTE_ABSENT", "manifeste"),
    ]
