"""Files of a document: names, indexes, gaps, downloads, chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pastell_lab import PDF, Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path).stubs("document-a-signer")


@pytest.fixture
def id_d(lab: Lab) -> str:
    return lab.create("document-a-signer")


ANNEXE = "autre_document_attache"


def test_the_name_is_the_one_given_even_when_it_is_none(lab: Lab, id_d: str) -> None:
    assert lab.put(id_d, "document", 'a/b "c".txt')["content"]["data"]["document"] == ['a/b "c".txt']
    assert lab.put(id_d, "document", "")["content"]["data"]["document"] == [""]


def test_empty_contents_and_unknown_fields_are_accepted(lab: Lab, id_d: str) -> None:
    assert lab.put(id_d, "document", "a.pdf", content=b"")["content"]["data"]["document"] == ["a.pdf"]
    assert lab.put(id_d, "nexistepas", "a.pdf")["content"]["data"]["nexistepas"] == ["a.pdf"]
    assert lab.read(id_d, "nexistepas") == PDF


def test_a_new_file_takes_the_place_of_the_former(lab: Lab, id_d: str) -> None:
    lab.put(id_d, "document", "a.pdf", content=b"%PDF-1")
    lab.put(id_d, "document", "b.pdf", content=b"%PDF-2")
    assert (lab.data(id_d)["document"], lab.read(id_d, "document")) == (["b.pdf"], b"%PDF-2")


def test_a_second_file_in_a_field_of_one_is_refused(lab: Lab, id_d: str) -> None:
    assert lab.refused(lambda: lab.put(id_d, "document", "b.pdf", 1)) == (
        400,
        "Le champ document n'est pas multiple",
    )


def test_the_name_of_a_field_is_no_path(lab: Lab, id_d: str) -> None:
    for name in ("..", "../../x", "a/b"):
        assert lab.refused(lambda name=name: lab.put(id_d, name, "a.pdf"))[0] == 400
    assert not list((lab.platform.folder / "documents").rglob("*"))


def test_a_gap_makes_an_object_and_breaks_on_deletion(lab: Lab, id_d: str) -> None:
    lab.put(id_d, ANNEXE, "annexe-0.pdf", 0)
    assert lab.put(id_d, ANNEXE, "annexe-5.pdf", 5)["content"]["data"][ANNEXE] == {
        "0": "annexe-0.pdf",
        "5": "annexe-5.pdf",
    }
    assert lab.read(id_d, ANNEXE, 5) == PDF
    # The name stays, its content is lost (fact 15).
    assert lab.drop(id_d, ANNEXE, 5)["data"][ANNEXE] == ["annexe-0.pdf", "annexe-5.pdf"]
    assert lab.refused(lambda: lab.read(id_d, ANNEXE, 5)) == (404, "Ce fichier n'existe pas")
    assert lab.refused(lambda: lab.read(id_d, ANNEXE, 1)) == (400, "Ce fichier n'existe pas")
    assert lab.drop(id_d, ANNEXE, 0)["data"][ANNEXE] == ["annexe-5.pdf"]


def test_the_following_files_move_down(lab: Lab, id_d: str) -> None:
    for num in range(3):
        lab.put(id_d, ANNEXE, f"annexe-{num}.pdf", num, content=b"%PDF-" + str(num).encode())
    assert lab.drop(id_d, ANNEXE, 1)["data"][ANNEXE] == ["annexe-0.pdf", "annexe-2.pdf"]
    assert lab.read(id_d, ANNEXE, 1) == b"%PDF-2"


def test_removing_a_file_that_is_not_there_does_nothing(lab: Lab, id_d: str) -> None:
    assert lab.drop(id_d, ANNEXE, 9)["data"] == {}
    assert lab.state(id_d) == "creation"


def test_an_index_alone_makes_the_form_complain_of_a_server_path(tmp_path: Path) -> None:
    lab = Lab(tmp_path).stubs()
    id_d = lab.draft()
    answer = lab.put(id_d, "annexe", "seule.pdf", 3)
    assert answer["content"]["data"]["annexe"] == {"3": "seule.pdf"}
    assert answer["formulaire_ok"] == 0
    assert answer["message"] == (
        f"Le fichier 0 du champ «Annexe(s)» (/data/workspace/{id_d[0]}/{id_d[1]}//{id_d}.yml_annexe_0) n'existe pas."
    )


def test_metadata_of_the_parapheur_is_no_field_of_this_flux_and_stays_all_the_same(tmp_path: Path) -> None:
    lab = Lab(tmp_path).stubs()
    answer = lab.put(lab.draft(), "json_metadata", "json_metadata.json", content=b"{}")
    assert (answer["formulaire_ok"], answer["content"]["data"]["json_metadata"]) == (
        1,
        ["json_metadata.json"],
    )


def test_a_missing_file_is_unknown(lab: Lab, id_d: str) -> None:
    for field, num in ((ANNEXE, 9), ("signature", 0)):
        assert lab.refused(lambda field=field, num=num: lab.read(id_d, field, num)) == (
            404,
            "Ce fichier n'existe pas",
        )


def test_each_download_is_a_row_of_the_journal(lab: Lab, id_d: str) -> None:
    lab.put(id_d, "document", "arrêté.pdf")
    lab.read(id_d, "document")
    assert lab.journal(id_d)[-1] == ("Consulté", "1", "admin admin a consulté le document arrêté.pdf")


def test_the_type_announced_is_that_of_the_bytes(lab: Lab, id_d: str) -> None:
    lab.put(id_d, "document", "faux.pdf", content=b"hello")
    file = lab.documents.download(lab.admin, lab.id_e, id_d, "document", 0)
    assert (file.name, file.sniffed_type) == ("faux.pdf", "text/plain;charset=UTF-8")


def test_a_flux_may_want_one_type_of_file(tmp_path: Path) -> None:
    lab = Lab(tmp_path).stubs("ls-document-pdf")
    id_d = lab.create("ls-document-pdf")
    lab.patch(id_d, libelle="Courrier")
    answer = lab.put(id_d, "document", "faux.pdf", content=b"hello")
    assert answer["formulaire_ok"] == 0
    assert answer["message"] == (
        "Le type text/plain du fichier « faux.pdf » du champ « Document pdf » n'est pas conforme à : application/pdf "
    )
    assert lab.put(id_d, "document", "vrai.pdf")["formulaire_ok"] == 1


def test_a_file_in_pieces_is_there_once_the_last_one_came(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1").stubs()
    id_d = lab.create()
    piece = tmp_path / "piece"

    def send(content: bytes, number: int) -> bool:
        piece.write_bytes(content)
        return lab.chunk(
            id_d,
            "document",
            piece,
            file_name="gros.pdf",
            chunk_number=str(number),
            total_chunks="2",
            total_size="10",
        )

    assert send(b"%PDF-", 1) is False
    assert "document" not in lab.data(id_d)
    assert send(b"12345", 2) is True
    assert (lab.data(id_d)["document"], lab.read(id_d, "document")) == (["gros.pdf"], b"%PDF-12345")


def test_a_piece_without_its_parameters_is_refused(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1").stubs()
    id_d = lab.create()
    piece = tmp_path / "piece"
    piece.write_bytes(b"x")
    assert lab.refused(lambda: lab.chunk(id_d, "document", piece, file_name="a.pdf"))[0] == 400
    assert lab.refused(lambda: lab.chunk(id_d, "document", piece, chunk_number="1"))[0] == 400
