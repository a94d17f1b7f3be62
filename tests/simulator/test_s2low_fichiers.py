"""The files that S2LOW gives back, and its lists."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader

from cdg62_connect.simulator import Scenario, Simulator
from cdg62_connect.simulator.s2low import NATIONAL_ONLY, OTHERWISE_NUMBERED, WITH_PERMITS

ACTES = "/modules/actes"
NS = "{http://www.interieur.gouv.fr/ACTES#v1.1-20040216}"
IDENTIFIER = "062-216209916-20250310-PC62991_25A0012-AI"


def download(s2low: Any, file: object, **params: object) -> Any:
    return s2low.get(f"{ACTES}/actes_download_file.php", file=file, **params)


def test_the_list_waits_until_a_status_other_than_1_2_3_was_reached(s2low: Any) -> None:
    path = f"{ACTES}/actes_transac_get_files_list.php"
    transaction = s2low.created()
    for _ in range(3):
        s2low.status(transaction)
        assert s2low.get(path, transaction=transaction).content == b"KO\nPas d'acquittement recu\n"
    s2low.status(transaction)
    assert s2low.get(path, transaction=transaction).json()


def test_an_acte_that_waited_for_a_person_lists_its_files_early(s2low: Any) -> None:
    assert len(s2low.files(s2low.created(en_attente="1"))) == 2


def test_the_list_names_the_files_by_the_norm_message_first(s2low: Any) -> None:
    transaction = s2low.acknowledged(annexes=[("plan masse.pdf", s2low.document, "22_PN")])
    answer = s2low.get(f"{ACTES}/actes_transac_get_files_list.php", transaction=transaction)
    files = answer.json()
    assert [file["name"] for file in files] == [
        f"{IDENTIFIER}-1-1_0.xml",
        f"99_AI-{IDENTIFIER}-1-1_1.pdf",
        f"22_PN-{IDENTIFIER}-1-1_2.pdf",
    ]
    assert [file["posted_filename"] for file in files] == ["", "arrete.pdf", "plan masse.pdf"]
    assert [file["code_pj"] for file in files] == ["", "99_AI", "22_PN"]
    assert [file["size"] for file in files][1:] == [len(s2low.document)] * 2
    assert b'"mimetype":"text\\/xml"' in answer.content
    assert answer.content.isascii()


def test_a_file_comes_back_as_it_was_posted(s2low: Any) -> None:
    file = s2low.files(s2low.acknowledged())[1]
    answer = download(s2low, file["id"])
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(s2low.document).digest()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{file["name"]}"'
    assert "Last-Modified" not in answer.headers


def test_the_message_to_the_ministry_can_be_read(s2low: Any) -> None:
    file = s2low.files(s2low.acknowledged(document_papier="1"))[0]
    answer = download(s2low, file["id"], tampon="true")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{NS}Acte"
    assert root.findtext(f"{NS}DocumentPapier") == "O"
    assert root.findtext(f"{NS}Document/{NS}NomFichier") == f"99_AI-{IDENTIFIER}-1-1_1.pdf"


def test_the_stamp_says_when_and_under_which_identifier(s2low: Any) -> None:
    file = s2low.files(s2low.acknowledged())[1]
    stamped = download(s2low, file["id"], tampon="true", date_affichage="2025-03-17").content
    assert stamped != s2low.document
    assert stamped.startswith(s2low.document), "une mise à jour incrémentale garde l'original"
    page = page_content(stamped)
    assert "Envoi simulé le 14/03/2025" in page
    assert "Reception simulée le 14/03/2025" in page
    assert "Publication simulée le 17/03/2025" in page
    assert f"ID : {IDENTIFIER}" in page
    assert "SPÉCIMEN" in page


def test_a_date_of_publication_not_given_prints_as_today(simulator: Simulator, s2low: Any) -> None:
    file = s2low.files(s2low.acknowledged())[1]
    simulator.clock.advance(2 * 24 * 3600)
    assert "Publication simulée le 16/03/2025" in page_content(
        download(s2low, file["id"], tampon="true").content
    )


def test_a_stamp_that_fails_gives_the_original_without_a_word(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.prevoir(Scenario(contient="PC62991", issue="tampon_echoue"))
    file = s2low.files(s2low.acknowledged())[1]
    assert download(s2low, file["id"], tampon="true").content == s2low.document


def test_the_slip_is_a_pdf_once_the_acte_is_acknowledged(s2low: Any) -> None:
    early = s2low.created(number="TROP_TOT")
    assert s2low.get(f"{ACTES}/actes_create_pdf.php", trans_id=early).status_code == 302
    answer = s2low.get(f"{ACTES}/actes_create_pdf.php", trans_id=s2low.acknowledged())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acquittement.pdf"'
    text = page_content(answer.content)
    assert IDENTIFIER in text
    assert "SPÉCIMEN" in text


@pytest.mark.parametrize("file", ["1", "", "abc"])
def test_a_file_nobody_knows_redirects_to_a_web_page(s2low: Any, file: str) -> None:
    answer = download(s2low, file)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_list_gives_the_actes_of_one_status_newest_first_by_pages(s2low: Any) -> None:
    for n in range(5):
        s2low.created(number=f"N{n}", subject="Été", classif3="3")
    page = s2low.get(f"{ACTES}/api/list_actes.php", status_id=1, offset=1, limit=2).json()
    numbers = [one.pop("number") for one in page["transactions"]]
    assert numbers == ["N3", "N2"]
    assert page == {
        "status_id": 1,
        "authority_id": 12,
        "offset": 1,
        "limit": 2,
        "transactions": [
            {
                "id": number,
                "subject": "Été",
                "date": "2025-03-10",
                "nature_descr": "Actes individuels",
                "classification": "2.2.3",
                "type": "1",
            }
            for number in (48214, 48213)
        ],
    }


def test_a_list_is_of_ones_own_authority_and_of_cancelled_actes_by_default(s2low: Any, caller: Any) -> None:
    s2low.created()
    assert caller(1).get(f"{ACTES}/api/list_actes.php", status_id=1).json()["transactions"] == []
    default = s2low.get(f"{ACTES}/api/list_actes.php").json()
    assert (default["status_id"], default["limit"], default["transactions"]) == (0, 100, [])


def test_a_list_may_be_bounded_by_the_day_of_entry_into_the_status(simulator: Simulator, s2low: Any) -> None:
    s2low.created(number="VENDREDI")
    simulator.clock.advance(3 * 24 * 3600)
    s2low.created(number="LUNDI")

    def numbers(**bounds: str) -> list[str]:
        page = s2low.get(f"{ACTES}/api/list_actes.php", status_id=1, **bounds).json()
        return [one["number"] for one in page["transactions"]]

    assert numbers(min_date="2025-03-15") == ["LUNDI"]
    assert numbers(max_date="2025-03-14") == ["VENDREDI"]
    assert numbers(min_date="2025-03-14", max_date="2025-03-17") == ["LUNDI", "VENDREDI"]


def test_looking_at_a_list_is_not_looking_at_an_acte(s2low: Any) -> None:
    transaction = s2low.created()
    s2low.status(transaction)
    for _ in range(3):
        assert s2low.get(f"{ACTES}/api/number_actes.php", status_id=1).json() == {
            "status_id": 1,
            "authority_id": 12,
            "nb_transactions": 1,
        }
    assert s2low.status(transaction)[0] == 2


def test_the_labels_of_the_statuses_are_given(s2low: Any) -> None:
    labels = s2low.get(f"{ACTES}/api/actes_status.php").json()
    assert (labels["-1"], labels["4"], labels["17"]) == (
        "Erreur",
        "Acquittement reçu",
        "En attente d'être postée",
    )


def classification(caller: Any, rank: int) -> Any:
    answer = caller(rank).get(f"{ACTES}/actes_classification_fetch.php", api=1)
    return etree.fromstring(answer.content)


def labels_below(root: Any, *codes: str) -> dict[str, str]:
    node = root.find(f"{NS}Matieres")
    for level, code in enumerate(codes, start=1):
        (node,) = [one for one in node.findall(f"{NS}Matiere{level}") if one.get(f"{NS}CodeMatiere") == code]
    return {one.get(f"{NS}CodeMatiere"): one.get(f"{NS}Libelle") for one in node}


def test_the_classification_gives_natures_with_their_pieces(caller: Any) -> None:
    root = classification(caller, 0)
    natures = {n.get(f"{NS}CodeNatureActe"): n for n in root.iter(f"{NS}NatureActe")}
    assert {code: n.get(f"{NS}TypeAbrege") for code, n in natures.items()} == {
        "1": "DE",
        "2": "AR",
        "3": "AI",
        "4": "CC",
        "5": "BF",
        "6": "AU",
    }
    pieces = {p.get(f"{NS}CodeTypePJ") for p in natures["3"]}
    assert {"99_AI", "22_DD", "22_PN", "99_SE"} <= pieces
    assert "21_RP" not in pieces


def test_the_same_code_means_different_things_in_two_prefectures(caller: Any) -> None:
    first, second, epci = (classification(caller, rank) for rank in range(3))
    assert labels_below(first, "2", "2")["3"] == "Permis de construire"
    assert labels_below(first, "2", "2")["4"] == "Permis de démolir"
    assert labels_below(second, "2", "2")["3"] == "Permis de démolir"
    assert labels_below(second, "2", "2")["5"] == "Permis de construire"
    assert labels_below(epci, "2", "2") == {}
    dates = [root.findtext(f"{NS}DateClassification") for root in (first, second, epci)]
    assert dates == [str(one.version) for one in (WITH_PERMITS, OTHERWISE_NUMBERED, NATIONAL_ONLY)]


def test_the_levels_are_in_textual_order(caller: Any) -> None:
    assert list(labels_below(classification(caller, 0), "7"))[:3] == ["1", "10", "2"]


def test_an_authority_that_never_received_a_classification_is_told_so(
    simulator: Simulator, s2low: Any
) -> None:
    simulator.s2low.publier_classification("216209916", None)
    answer = s2low.get(f"{ACTES}/actes_classification_fetch.php", api=1)
    assert answer.content.decode("latin-1") == "KO\nErreur de récupération de la dernière classification.\n"


def page_content(content: bytes) -> str:
    """The drawing commands of the first page, as text."""
    page = PdfFileReader(io.BytesIO(content)).root["/Pages"]["/Kids"][0]
    streams = page["/Contents"]
    parts = [one.get_object() for one in streams] if isinstance(streams, list) else [streams]
    return "\n".join(part.data.decode("cp1252") for part in parts)
