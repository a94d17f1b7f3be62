"""The simulated S2LOW understands, as they are, the requests that a real Pastell makes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from conformance.recordings import ABSENT, place
from conformance.s2low_replay import Said, asked_of_s2low, s2low_replay

pytestmark = pytest.mark.skipif(place() is None, reason=ABSENT)

PDF = ("actes_create_pdf", "actes_download_file")
MESSAGE = "{http://www.interieur.gouv.fr/ACTES#v1.1-20040216}"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    """What ours answers to everything that was asked, in order."""
    with s2low_replay(tmp_path_factory.mktemp("s2low")) as replay:
        told = [replay.ask(exchange) for exchange in asked_of_s2low()]
        assert replay.simulator.faults.unmet() == []
    return [one for one in told if one is not None]


def problem(said: Said) -> str:
    """What is wrong with an answer, ``""`` when the request was understood."""
    recorded, body = said.exchange.answer_bytes or b"", said.body
    if recorded.startswith((b"KO", b"<h1>")) or b"<resultat>KO" in recorded:
        return _refused(said)
    if said.status != 200:
        return f"HTTP {said.status}"
    match said.page:
        case "actes_transac_create" | "actes_transac_cancel" | "actes_classification_request":
            return "" if body.startswith(b"OK\n") else repr(body)
        case "actes_transac_get_status":
            wanted = recorded.split(b"\n")[1]
            same = wanted != b"4" or body.startswith((b"OK\n4\n", b"OK\n0\n"))
            return "" if body.startswith(b"OK\n") and same else repr(body)
        case "helios_importer_fichier" | "helios_transac_get_status":
            return "" if etree.fromstring(body).findtext("resultat") == "OK" else repr(body)
        case "helios_download_acquit":
            return "" if body.startswith(b"<?xml") and b"PES_ACQUIT" in body else repr(body)
        case "actes_classification_fetch":
            return "" if etree.fromstring(body).tag == f"{MESSAGE}RetourClassification" else repr(body)
        case page if page in PDF:
            return "" if body.startswith(b"%PDF-") else repr(body[:80])
        case "actes_transac_get_files_list" | "list_document_prefecture":
            return "" if body.startswith(b"[") else repr(body)
        case "helios_get_list":
            return "" if etree.fromstring(body).tag == "liste" else repr(body)
        case "test-connexion":
            return "" if body == b"OK" else repr(body)
        case "api-list-login":
            return "" if body else "personne"
    return f"page inconnue : {said.page}"


def _refused(said: Said) -> str:
    if said.page in ("actes_transac_create", "helios_importer_fichier"):
        refused = said.status == 500 or b"KO" in said.body
        return "" if refused else repr(said.body)
    return ""  # a trouble of the recorded status, or file, which ours does not have


def test_every_request_is_understood(answers: list[Said]) -> None:
    assert [(one.exchange.id, one.page, problem(one)) for one in answers if problem(one)] == []


def test_all_that_was_recorded_is_asked(answers: list[Said]) -> None:
    """Only some files of actes that had annexes in the composed answers, and have none here, are left out."""
    left_out = len(asked_of_s2low()) - len(answers)
    assert left_out <= 4
    pages = Counter(one.page for one in answers)
    assert pages["actes_transac_create"] >= 20
    assert pages["helios_importer_fichier"] >= 10
    assert len(pages) >= 14


def test_the_names_and_the_texts_are_kept_as_pastell_writes_them(tmp_path: Path) -> None:
    with s2low_replay(tmp_path) as replay:
        first = next(one for one in asked_of_s2low() if one.id == "P0434")
        replay.ask(first)
        (acte,) = replay.simulator.s2low.snapshot()["actes"]  # type: ignore[misc, index]
    assert acte["objet"] == "Permis de construire n°2 ? l'été"  # type: ignore[index]
    assert [one["nom_poste"] for one in acte["fichiers"]] == ["", "arr__t__ n__2_signe.pdf", "plan.pdf"]  # type: ignore[index]
