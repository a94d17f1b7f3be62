"""The store of documents when its own disk does not do what is asked."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from cdg62_connect import system
from cdg62_connect.errors import JournalError
from cdg62_connect.journey.documents import Documents
from cdg62_connect.operis import StillHeld

CONTENT = b"%PDF-1.7 un document"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "etat")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "arrete.pdf"
    path.write_bytes(CONTENT)
    return path


def refuse(code: int, *paths: Path) -> None:
    raise OSError(code, os.strerror(code), str(paths[0]))


def test_a_content_that_another_dossier_is_sending_need_not_be_replaced(
    documents: Documents, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents.keep(source, sha256=SHA256, id_depot="A")
    monkeypatch.setattr(
        system, "replace", lambda *paths: refuse(errno.EACCES, *paths)
    )  # Windows, while it is read
    documents.adopt(source, sha256=SHA256)
    assert documents.verified(SHA256).read_bytes() == CONTENT


def test_a_damaged_content_that_cannot_be_replaced_is_not_taken_for_the_right_one(
    documents: Documents, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents.keep(source, sha256=SHA256, id_depot="A")
    documents.path(SHA256).write_bytes(b"autre chose")
    monkeypatch.setattr(system, "replace", lambda *paths: refuse(errno.EACCES, *paths))
    with pytest.raises(JournalError, match="prochaine passe"):
        documents.adopt(source, sha256=SHA256)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_what_the_disk_of_the_journal_refuses_is_told_as_such(
    code: int, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.os, "fsync", lambda _descriptor: refuse(code, Path("etat")))
    with (
        pytest.raises(JournalError, match="disque du journal"),
        documents.workplace("A") as folder,
        (folder / "ar.xml").open("wb") as out,
    ):
        system.force(out.fileno())


def test_a_work_folder_that_could_not_be_emptied_is_told(
    documents: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etat" / "travail" / "A").mkdir()
    monkeypatch.setattr(documents, "clear", lambda _id: None)  # an antivirus holds what is in it
    with pytest.raises(JournalError, match="travail"), documents.workplace("A"):
        pass


def test_a_deposited_file_that_is_held_is_not_the_fault_of_the_journals_disk(
    documents: Documents, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(system, "open_for_reading", lambda path: refuse(errno.EBUSY, path))
        with pytest.raises(StillHeld):
            documents.keep(source, sha256=SHA256, id_depot="A")
    documents.keep(source, sha256=SHA256, id_depot="A")
    assert documents.verified(SHA256)


def test_a_content_that_changes_while_it_is_kept_is_not_kept(documents: Documents, source: Path) -> None:
    with pytest.raises(JournalError, match="a changé"):
        documents.keep(source, sha256="0" * 64, id_depot="A")
    assert not documents.path("0" * 64).exists()
