"""The files of a lot: names, links, contents, sizes."""

from __future__ import annotations

import os

import pytest

from cdg62_connect.errors import ConfigurationError

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(("nom", "content"), [("photo.jpg", JPEG), ("vue.jpeg", JPEG), ("plan.v2.png", PNG)])
def test_an_annexe_may_be_an_image(desk, nom, content):
    deposit = desk.read(desk.lot().declare(nom, content, piece="PC7"))
    assert deposit.annexes[1].nom == nom


@pytest.mark.parametrize(
    ("nom", "content"), [("photo.jpg", PNG), ("vue.png", b"%PDF-1.4"), ("note.docx", b"PK")]
)
def test_an_annexe_of_another_format_is_refused(desk, nom, content):
    assert desk.errors(desk.lot().declare(nom, content, piece="PC7")) == [
        ("FORMAT_ANNEXE", "annexes[1].fichier")
    ]


def test_the_main_document_is_a_pdf(desk, world):
    lot = desk.lot().set("document.fichier", "arrete.png").set("document.sha256", world.sha256(PNG))
    lot.files["arrete.png"] = PNG
    del lot.files["arrete.pdf"]
    assert desk.errors(lot) == [("PAS_UN_PDF", "document.fichier")]


def test_a_pdf_that_is_not_one_is_refused(desk, world):
    lot = desk.lot().set("document.sha256", world.sha256(b"PK\x03\x04"))
    lot.files["arrete.pdf"] = b"PK\x03\x04"
    assert desk.errors(lot) == [("PAS_UN_PDF", "document.fichier")]


def test_an_encrypted_pdf_is_refused(desk, world):
    from fpdf import FPDF

    page = FPDF()
    page.add_page()
    page.set_encryption(owner_password="x", user_password="y")
    content = bytes(page.output())
    lot = desk.lot().set("document.sha256", world.sha256(content))
    lot.files["arrete.pdf"] = content
    assert desk.errors(lot) == [("PDF_CHIFFRE", "document.fichier")]


def test_an_empty_file_is_refused(desk):
    lot = desk.lot()
    lot.files["plan.pdf"] = b""
    assert desk.errors(lot) == [("FICHIER_VIDE", "annexes[0].fichier")]


def test_a_file_that_is_not_the_one_announced_is_refused(desk, world):
    lot = desk.lot()
    lot.files["plan.pdf"] = world.plan + b"\n"
    assert desk.errors(lot) == [("EMPREINTE", "annexes[0].sha256")]


def test_a_fingerprint_in_capitals_is_the_same(desk, world):
    assert desk.read(desk.lot().set("document.sha256", world.sha256(world.arrete).upper()))


def test_a_declared_file_that_is_not_there_is_named(desk):
    lot = desk.lot()
    del lot.files["plan.pdf"]
    assert desk.errors(lot) == [("FICHIER_ABSENT", "annexes[0].fichier")]


def test_a_file_that_is_there_and_not_declared_is_named(desk):
    lot = desk.lot()
    lot.files["brouillon.pdf"] = b"%PDF"
    assert desk.errors(lot) == [("FICHIER_NON_DECLARE", "brouillon.pdf")]


@pytest.mark.parametrize(
    "nom", ["Thumbs.db", "desktop.ini", ".DS_Store", "PC0629912600012_ARR_ACCORD_20260914T093000_01.ok"]
)
def test_litter_and_the_marker_are_not_files_of_the_lot(desk, nom):
    lot = desk.lot()
    lot.files[nom] = b"x"
    assert desk.read(lot)


def test_a_file_listed_twice_is_refused(desk, world):
    assert desk.errors(desk.lot().declare("plan.pdf", world.plan)) == [("NOM_FICHIER", "annexes[1].fichier")]


@pytest.mark.parametrize(
    "nom",
    ["../x.pdf", "/etc/passwd", "sous/x.pdf", "..\\x.pdf", "C:\\x.pdf", "C:x.pdf", "..", "\\\\srv\\x.pdf"],
)
def test_a_path_is_never_a_file_name(desk, nom):
    assert ("CHEMIN_INTERDIT", "annexes[0].fichier") in desk.errors(_with_annexe(desk, nom))


@pytest.mark.parametrize(
    "nom",
    [".cache.pdf", "-rf.pdf", "plan masse.pdf", "plan.PDF", "plandemassé.pdf", "con.pdf", "LPT1.x.pdf",
     "plan", "plan.pdf.", "x" * 97 + ".pdf"],
)  # fmt: skip
def test_a_file_name_outside_the_contract_is_refused(desk, nom):
    assert ("NOM_FICHIER", "annexes[0].fichier") in desk.errors(_with_annexe(desk, nom))


@pytest.mark.parametrize("nom", ["plan\n.pdf", "plan\x00.pdf", "plan\u202efdp.pdf"])
def test_a_file_name_with_control_characters_is_refused(desk, nom):
    found = desk.errors(_with_annexe(desk, nom))
    assert any(champ == "annexes[0].fichier" for _, champ in found)


def test_a_link_is_never_followed(desk, tmp_path, world):
    lot = desk.lot()
    lot.write()
    (tmp_path / "secret.pdf").write_bytes(world.plan)
    (lot.folder / "plan.pdf").unlink()
    (lot.folder / "plan.pdf").symlink_to(tmp_path / "secret.pdf")
    assert desk.errors(lot, write=False) == [("CHEMIN_INTERDIT", "plan.pdf")]


def test_a_lot_that_is_itself_a_link_is_not_read(desk, tmp_path):
    lot = desk.lot()
    folder = lot.write()
    lot.folder = tmp_path / "lien"
    lot.folder.symlink_to(folder)
    assert ("CHEMIN_INTERDIT", "lot") in desk.errors(lot, write=False)


def test_a_lot_that_has_vanished_is_not_the_fault_of_the_depositor(desk):
    with pytest.raises(ConfigurationError, match="montage"):
        desk.read(desk.lot(), write=False)


def test_a_sub_folder_is_refused(desk):
    lot = desk.lot()
    (lot.write() / "annexes").mkdir()
    assert desk.errors(lot, write=False) == [("CHEMIN_INTERDIT", "annexes")]


def test_a_pipe_does_not_block_the_reading(desk):
    lot = desk.lot()
    lot.write()
    (lot.folder / "plan.pdf").unlink()
    os.mkfifo(lot.folder / "plan.pdf")
    assert desk.errors(lot, write=False) == [("CHEMIN_INTERDIT", "plan.pdf")]


def test_a_file_name_that_is_not_text_is_shown_without_harm(desk):
    lot = desk.lot()
    folder = lot.write()
    (folder / os.fsdecode(b"\xff\n.pdf")).write_bytes(b"x")
    report = desk.refusal(lot, write=False)
    assert [e.code for e in report.erreurs] == ["FICHIER_NON_DECLARE"]
    assert report.to_json().encode()


def test_one_byte_above_the_total_is_too_much(desk, world):
    lot = desk.lot()
    folder = lot.write()
    with (folder / "plan.pdf").open("r+b") as plan:
        plan.truncate(150 * 1024 * 1024 + 1 - len(world.arrete))
    assert desk.errors(lot, write=False) == [("TAILLE_TOTALE", "lot")]


def test_the_total_itself_is_not_too_much(desk, world):
    lot = desk.lot()
    desk.settings = world.settings(world.valmont, max_mebibytes=1)
    folder = lot.write()
    with (folder / "plan.pdf").open("r+b") as plan:
        plan.truncate(1024 * 1024 - len(world.arrete))
    assert ("TAILLE_TOTALE", "lot") not in desk.errors(lot, write=False)


def test_a_thousand_files_are_too_many_and_said_once(desk):
    lot = desk.lot()
    lot.files |= {f"f{i}.pdf": b"x" for i in range(1000)}
    assert desk.errors(lot) == [("TROP_DE_FICHIERS", "lot")]


def _with_annexe(desk, nom):
    lot = desk.lot()
    lot.manifest["annexes"][0]["fichier"] = nom
    return lot
