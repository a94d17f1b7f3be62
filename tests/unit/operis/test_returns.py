"""What the depositor gets back: whole folders, verified files, nothing twice."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import pytest

from cdg62_connect.errors import ConfigurationError, InvalidFile, InvalidInput
from cdg62_connect.operis import ReturnedFile, ReturnEvent, ReturnState


@pytest.fixture
def event(world):
    def make(sequence=4, etat=ReturnState.AR_PREFECTURE, **more):
        facts = {
            "id_depot": world.lot_name,
            "sequence": sequence,
            "etat": etat,
            "date": datetime(2026, 3, 20, 8, 12, tzinfo=UTC),
            "dossier_numero": "PC0629912600012",
            "dossier_id_externe": "884213",
            "document_code": "ARR_ACCORD",
            "plateformes": {"s2low": {"transaction": 45213, "statut": 4}},
        }
        return ReturnEvent(**(facts | more))

    return make


@pytest.fixture
def file(tmp_path, world):
    def make(nom="arrete_signe.pdf", content=b"signed", nature="pdf_signe", announced=None):
        path = tmp_path / f"source-{abs(hash((nom, content)))}"
        path.write_bytes(content)
        return ReturnedFile(nature=nature, nom=nom, path=path, sha256=announced or world.sha256(content))

    return make


def test_a_return_holds_its_files_and_says_what_happened(tree, event, file, world):
    folder = tree.publish_return(event(), [file(), file("ar.xml", b"<ar/>", "ar_prefecture")])
    assert folder == tree.root / "retours" / world.lot_name / "004-AR_PREFECTURE"
    assert (folder / "arrete_signe.pdf").read_bytes() == b"signed"
    assert json.loads((folder / "retour.json").read_bytes()) == {
        "version": "cdg62-depot/1",
        "id_depot": world.lot_name,
        "sequence": 4,
        "etat": "AR_PREFECTURE",
        "date": "2026-03-20T08:12:00+00:00",
        "dossier": {"numero": "PC0629912600012", "id_externe": "884213"},
        "document": {"code": "ARR_ACCORD"},
        "plateformes": {"s2low": {"transaction": 45213, "statut": 4}},
        "fichiers": [
            {"nature": "pdf_signe", "nom": "arrete_signe.pdf", "sha256": world.sha256(b"signed")},
            {"nature": "ar_prefecture", "nom": "ar.xml", "sha256": world.sha256(b"<ar/>")},
        ],
        "refus": None,
        "message": "",
    }


def test_a_refusal_is_told_with_its_reason(tree, event):
    refus = {"etape": "signature", "motif": "Adresse erronée", "date": "2026-03-19T10:00:00+01:00"}
    folder = tree.publish_return(event(2, ReturnState.REFUSE_PARAPHEUR, refus=refus))
    assert json.loads((folder / "retour.json").read_bytes())["refus"] == refus


def test_returns_come_in_the_order_of_their_sequence(tree, event, world):
    for sequence in (1000, 2, 999, 10):
        tree.publish_return(event(sequence))
    (tree.root / "retours" / world.lot_name / "003-SIGNE.part").mkdir()
    assert [p.name.split("-")[0] for p in tree.returns(world.lot_name)] == ["002", "010", "999", "1000"]
    assert tree.returns("INCONNU") == []


def test_a_return_is_taken_back_when_its_mark_is_there(tree, event):
    folder = tree.publish_return(event())
    assert not tree.taken_back(folder)
    (folder / ".repris").touch()
    assert tree.taken_back(folder)


def test_publishing_again_changes_nothing(tree, event, file):
    folder = tree.publish_return(event(), [file()])
    (folder / ".repris").touch()
    os.utime(folder / "retour.json", (1, 1))
    assert tree.publish_return(event(message="autre"), [file()]) == folder
    assert (folder / "retour.json").stat().st_mtime == 1
    assert tree.taken_back(folder)


def test_a_file_that_is_no_longer_the_recorded_one_is_not_given_back(tree, event, file, world):
    with pytest.raises(InvalidFile) as refused:
        tree.publish_return(event(), [file(), file("ar.xml", announced="0" * 64)])
    assert refused.value.code == "EMPREINTE"
    assert list((tree.root / "retours" / world.lot_name).iterdir()) == []


def test_a_missing_file_leaves_nothing_behind(tree, event, file, world):
    missing = file()
    missing.path.unlink()
    with pytest.raises(ConfigurationError):
        tree.publish_return(event(), [missing])
    assert tree.returns(world.lot_name) == []


@pytest.mark.parametrize("nom", ["../x.pdf", "retour.json", ".repris", "a b.pdf", "con.pdf", ""])
def test_a_returned_file_has_a_plain_name_of_its_own(tree, event, file, nom):
    with pytest.raises(InvalidInput):
        tree.publish_return(event(), [file(nom)])


def test_what_an_interrupted_return_left_is_not_given_back(tree, event, file, world):
    left = tree.root / "retours" / world.lot_name / "004-AR_PREFECTURE.part"
    left.mkdir(parents=True)
    (left / "ancien.pdf").write_bytes(b"x")
    folder = tree.publish_return(event(), [file()])
    assert {p.name for p in folder.iterdir()} == {"retour.json", "arrete_signe.pdf"}


def test_two_returned_files_have_two_names(tree, event, file):
    with pytest.raises(InvalidInput, match="déjà pris"):
        tree.publish_return(event(), [file("a.pdf"), file("A.pdf")])


@pytest.mark.parametrize(
    "wrong", [{"sequence": 0}, {"date": datetime(2026, 3, 20, tzinfo=UTC).replace(tzinfo=None)}]
)
def test_an_event_that_could_not_be_read_back_is_refused(tree, event, wrong):
    with pytest.raises(InvalidInput):
        tree.publish_return(event(**wrong))


def test_a_planted_link_does_not_receive_the_return(tree, event, world, tmp_path):
    outside = tmp_path / "dehors"
    outside.mkdir()
    (tree.root / "retours" / world.lot_name).symlink_to(outside)
    with pytest.raises(ConfigurationError):
        tree.publish_return(event())
    assert list(outside.iterdir()) == []


def test_nothing_is_given_back_beside_a_disk_that_is_not_mounted(tree, event, world):
    tree.root.rename(tree.root.with_name("demonte"))
    tree.root.mkdir()
    with pytest.raises(ConfigurationError, match="montage"):
        tree.publish_return(event())
    with pytest.raises(ConfigurationError):
        tree.archive(world.lot_name, moment=world.now)
    assert list(tree.root.iterdir()) == []
