"""The ZIP of a folder: which file is which, and everything that no parapheur would put into it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from cdg62_connect.errors import ConfigurationError, NotFound, UnreadableAnswer
from cdg62_connect.iparapheur import unpacking
from cdg62_connect.iparapheur.rest_v5 import IparapheurRest, RetrievedFolder
from support.parapheur_rest import Platform, Reply, error, premis, zipped

PDF = b"%PDF-1.7 " + os.urandom(5000)
BINARY = {"Content-Type": "application/octet-stream"}


def described(*documents: tuple[str, bool, bytes]) -> bytes:
    return premis(
        documents="".join(
            '<object xsi:type="file"><significantProperties><significantPropertiesType>'
            "i_Parapheur_reserved_mainDocument</significantPropertiesType><significantPropertiesValue>"
            f"{str(principal).lower()}</significantPropertiesValue></significantProperties><objectCharacteristics>"
            "<fixity><messageDigestAlgorithm>SHA-256</messageDigestAlgorithm><messageDigest>"
            f"{hashlib.sha256(content).hexdigest()}</messageDigest></fixity></objectCharacteristics>"
            f"<originalName>{name}</originalName></object>"
            for name, principal, content in documents
        )
    )


FOLDER = {
    "i_Parapheur_internal_premis.xml": described(("arrêté.pdf", True, PDF), ("plan.pdf", False, b"plan")),
    "Documents principaux/arrêté.pdf": PDF,
    "Annexes/plan.pdf": b"plan",
    "Arrêté PC_12_bordereau.pdf": b"%PDF bordereau",
}


@pytest.fixture
def fetch(rest: IparapheurRest, platform: Platform, into: Path):
    def one(data: bytes, **options: int) -> RetrievedFolder:
        platform.answers(Reply(data, 200, BINARY))
        return rest.dossiers.telecharger("t", "b", "d", into=into, **options)

    return one


def test_every_file_is_found_by_its_place(fetch, into: Path) -> None:
    found = fetch(zipped(FOLDER))
    (main,) = found.principaux
    assert main.file.nom == "arrêté.pdf"
    assert main.file.path.read_bytes() == PDF
    assert main.file.sha256 == hashlib.sha256(PDF).hexdigest()
    assert [one.nom for one in found.annexes] == ["plan.pdf"]
    assert found.bordereau is not None
    assert found.bordereau.nom == "Arrêté PC_12_bordereau.pdf"
    assert found.premis is not None
    assert found.premis.nom == "Arrêté 12"
    assert not found.autres
    assert not found.alteres
    assert set(into.iterdir()) == {file.path for file in found.files}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in into.iterdir())


def test_a_document_that_is_not_the_one_described_is_told(fetch) -> None:
    altered = {**FOLDER, "Documents principaux/arrêté.pdf": PDF + b"!"}
    assert fetch(zipped(altered)).alteres == ("arrêté.pdf",)


def test_detached_signatures_go_with_the_document_whose_name_begins_theirs(fetch) -> None:
    found = fetch(
        zipped(
            {
                "i_Parapheur_internal_premis.xml": described(
                    ("lettre.rtf", True, b"a"), ("lettre-2.rtf", True, b"b"), ("pes.xml", True, b"c")
                ),
                "Documents principaux/lettre.rtf": b"a",
                "Documents principaux/lettre-2.rtf": b"b",
                "Documents principaux/pes.xml": b"c",
                "Documents principaux/lettre-1-Ana Martin.p7s": b"s1",
                "Documents principaux/lettre-2.rtf-1-Ana Martin.p7s": b"s2",
                "Documents principaux/lettre-2-0-signature_externe.p7s": b"s3",
                "Documents principaux/pes-1-Ana Martin.xml": b"s4",
                "Documents principaux/inconnu.p7s": b"s5",
            }
        )
    )
    assert [(one.file.nom, [s.path.read_bytes() for s in one.signatures]) for one in found.principaux] == [
        ("lettre.rtf", [b"s1"]),
        ("lettre-2.rtf", [b"s2", b"s3"]),
        ("pes.xml", [b"s4"]),
    ]
    assert [one.nom for one in found.autres] == ["inconnu.p7s"]


def test_an_archive_without_premis_still_gives_its_documents(fetch) -> None:
    found = fetch(zipped({"Documents principaux/a.xml": b"<a/>", "notes/x.txt": b"n"}))
    assert found.premis is None
    assert [one.file.nom for one in found.principaux] == ["a.xml"]
    assert [one.nom for one in found.autres] == ["x.txt"]


def test_names_that_are_utf_8_without_saying_so_are_read_all_the_same(fetch) -> None:
    data = bytearray(zipped({"Documents principaux/été.pdf": PDF}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flag = data.index(mark) + at
        data[flag : flag + 2] = b"\x00\x00"
    assert fetch(bytes(data)).principaux[0].file.nom == "été.pdf"


def refused(fetch, into: Path, data: bytes, **options: int) -> str:
    with pytest.raises(UnreadableAnswer) as problem:
        fetch(data, **options)
    assert not any(into.iterdir())
    return str(problem.value)


@pytest.mark.parametrize(
    "name",
    [
        "../evasion.pdf",
        "Annexes/../../evasion.pdf",
        "/etc/passwd",
        "C:/Windows/x.dll",
        "Annexes\\..\\x.pdf",
        "Annexes//x.pdf",
        "Annexes/./x.pdf",
        "Annexes/\u202epdf.exe",
        "A" * 2000,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_with_all_the_rest(name: str, fetch, into: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("Documents principaux/a.pdf", PDF)
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, b"x")
    assert "mène ailleurs" in refused(fetch, into, data.getvalue())


def test_a_name_with_a_nul_is_not_cut_short(fetch, into: Path) -> None:
    data = zipped({"Annexes/x.pdf?.exe": b"x"}).replace(b"x.pdf?.exe", b"x.pdf\x00.exe")
    assert "mène ailleurs" in refused(fetch, into, data)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_what_is_no_file_is_refused(kind: int, fetch, into: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo("Annexes/lien")
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, b"/etc/passwd")
    assert "autre chose que des fichiers" in refused(fetch, into, data.getvalue())


def test_the_same_name_twice_is_refused(fetch, into: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("Documents principaux/a.pdf", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("Documents principaux/a.pdf", b"2")
    assert "deux fois" in refused(fetch, into, data.getvalue())


def test_a_bomb_is_stopped_by_what_it_inflates_to(fetch, into: Path) -> None:
    data = zipped({"Annexes/zero.bin": b"\0" * (64 * 1024 * 1024)})
    assert "au-delà du raisonnable" in refused(fetch, into, data)


def test_a_bomb_that_lies_about_its_size_is_stopped_all_the_same(fetch, into: Path) -> None:
    data = bytearray(zipped({"Annexes/zero.bin": b"\0" * (64 * 1024 * 1024)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = data.index(mark) + at
        data[where : where + 4] = (1000).to_bytes(4, "little")
    refused(fetch, into, bytes(data))


def test_all_documents_together_have_a_limit(fetch, into: Path) -> None:
    data = zipped({f"Annexes/{rank}": os.urandom(1000) for rank in range(10)})
    assert "9999 octets" in refused(fetch, into, data, limit=9999)
    assert len(fetch(data, limit=10_000).annexes) == 10


def test_too_many_documents_are_refused(fetch, into: Path) -> None:
    data = zipped({f"Annexes/{rank}": b"" for rank in range(unpacking.MOST_MEMBERS + 1)})
    assert "plus de" in refused(fetch, into, data)


def test_members_that_share_their_bytes_are_refused(fetch, into: Path) -> None:
    body = os.urandom(4000)
    data = bytearray(zipped({"a": body, "b": body}, method=zipfile.ZIP_STORED))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (0).to_bytes(
        4, "little"
    )  # the second member is said to be where the first is
    refused(fetch, into, bytes(data))


def test_an_encrypted_document_is_refused(fetch, into: Path) -> None:
    data = bytearray(zipped({"Annexes/a": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert "chiffré" in refused(fetch, into, bytes(data))


def test_an_archive_compressed_in_another_way_is_refused(fetch, into: Path) -> None:
    assert "chiffré" in refused(fetch, into, zipped({"Annexes/a": PDF}, method=zipfile.ZIP_LZMA))


@pytest.mark.parametrize(
    "damage", [b"", b"<html></html>", b"PK\x03\x04 mais rien d'autre", b"PK\x05\x06" + b"\xff" * 40]
)
def test_what_is_no_zip_is_refused(damage: bytes, fetch, into: Path) -> None:
    refused(fetch, into, damage)


def test_a_zip_cut_or_changed_on_the_way_leaves_nothing(fetch, into: Path) -> None:
    data = zipped(FOLDER, method=zipfile.ZIP_STORED)
    refused(fetch, into, data[:-30])
    at = data.index(PDF) + 100
    assert "abîmée" in refused(fetch, into, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def test_a_premis_that_cannot_be_read_refuses_the_whole(fetch, into: Path) -> None:
    hostile = b"<!DOCTYPE premis [<!ENTITY a 'b'>]><premis/>"
    refused(fetch, into, zipped({**FOLDER, "i_Parapheur_internal_premis.xml": hostile}))


def test_a_folder_that_is_gone_is_not_found(rest: IparapheurRest, platform: Platform, into: Path) -> None:
    platform.answers(error(404, "L'id de dossier donné n'existe pas"))
    with pytest.raises(NotFound):
        rest.dossiers.telecharger("t", "b", "d", into=into)
    assert not any(into.iterdir())


def test_a_folder_that_cannot_be_written_is_told(
    rest: IparapheurRest, platform: Platform, into: Path
) -> None:
    platform.answers(Reply(zipped(FOLDER), 200, BINARY))
    with pytest.raises(ConfigurationError):
        rest.dossiers.telecharger("t", "b", "d", into=into / "absent")
