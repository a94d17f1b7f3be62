from __future__ import annotations

import json

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    UnreadableAnswer,
)
from cdg62_connect.s2low import (
    ActeFile,
    DocumentPrefecture,
    Envoi,
    NewReponse,
    PaperMode,
    TransactionLiee,
    TypeTransaction,
)
from cdg62_connect.transport import Payload

MESSAGE = {
    "id": 48600,
    "type": "3",
    "related_transaction_id": 48211,
    "number": "PC62041_25A0012",
    "unique_id": "062-216200411-20250314-PC62041_25A0012-AI",
    "last_status_id": "8",
}
DOCUMENT = ActeFile("réponse.pdf", Payload.of(b"%PDF- r"))
PLAN = ActeFile("plan.pdf", Payload.of(b"%PDF- p"), "22_PN")


def test_what_is_not_read_is_listed_with_all_it_says(s2low, platform):
    platform.answers(json.dumps([{**MESSAGE, "nouveau": 1}]).encode())
    (message,) = s2low.actes.prefecture.non_lus()
    assert message == DocumentPrefecture(
        48600,
        3,
        48211,
        "PC62041_25A0012",
        "062-216200411-20250314-PC62041_25A0012-AI",
        8,
        {"nouveau": "1"},
    )
    assert message.libelle == "Demande de pièces complémentaires"
    assert platform.last.path == "/modules/actes/api/list_document_prefecture.php"
    platform.answers(b"[]")
    assert s2low.actes.prefecture.non_lus() == ()


def test_every_type_has_a_label_and_an_unknown_one_is_said_so():
    assert all("inconnu" not in TransactionLiee(kind, 4, 1).libelle for kind in TypeTransaction)
    assert TransactionLiee(9, 4, 1).libelle == "Type inconnu (9)"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_what_is_related_to_an_acte_is_one_line_each(s2low, platform, end):
    platform.answers(b"3-8-48600\n6--1-48601" + end)
    assert s2low.actes.prefecture.liees(48211) == (
        TransactionLiee(TypeTransaction.DEMANDE_DE_PIECES, 8, 48600),
        TransactionLiee(TypeTransaction.ANNULATION, -1, 48601),
    )
    assert platform.last.query == [("id", "48211")]
    platform.answers(b"")
    assert s2low.actes.prefecture.liees(48211) == ()


@pytest.mark.parametrize("body", [b"3-8", b"3-8-48600\nsuite", b"3-8-0", b"{}", b"3-8-48600 4-8-1"])
def test_a_line_of_another_form_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.actes.prefecture.liees(48211)


@pytest.mark.parametrize(
    "location",
    [
        "actes_download_file.php?env=33120",
        "/modules/actes/actes_download_file.php?env=33120",
        "https://s2low.example/modules/actes/actes_download_file.php?x=1&env=33120",
        "https://ailleurs.example/actes_download_file.php?env=33120",
    ],
)
def test_a_message_comes_by_one_redirection_that_stays_on_the_platform(s2low, platform, tmp_path, location):
    platform.answers(status=302, Location=location)
    platform.then(b"\x1f\x8b archive", Content_Disposition='attachment; filename="a.tar.gz"')
    download = s2low.actes.prefecture.telecharger(48600, into=tmp_path)
    assert download.path.read_bytes() == b"\x1f\x8b archive"
    assert [(one.path, one.query) for one in platform.asked] == [
        ("/modules/actes/actes_transac_get_document.php", [("id", "48600")]),
        ("/modules/actes/actes_download_file.php", [("env", "33120")]),
    ]


@pytest.mark.parametrize(
    "location",
    ["/", "/modules/actes/actes_download_file.php?env=0", "actes_download_file.php?env=a", "x?env=1"],
)
def test_another_redirection_is_not_followed(s2low, platform, tmp_path, location):
    platform.answers(status=302, Location=location)
    with pytest.raises(AccessRefused):
        s2low.actes.prefecture.telecharger(48600, into=tmp_path)
    assert len(platform.asked) == 1


def test_an_envelope_that_is_not_an_archive_is_not_left_behind(s2low, platform, tmp_path):
    platform.answers(status=302, Location="actes_download_file.php?env=33120")
    platform.then(b"%PDF-")
    with pytest.raises(UnreadableAnswer):
        s2low.actes.prefecture.telecharger(48600, into=tmp_path)
    platform.answers(b"")
    with pytest.raises(UnreadableAnswer):
        s2low.actes.enveloppe(33120, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_acte_is_not_a_message_and_a_message_not_an_acte(s2low, platform, tmp_path):
    platform.answers(b"3-8-48600\n")
    with pytest.raises(NotFound):
        s2low.actes.prefecture.telecharger(48211, into=tmp_path)
    platform.answers(status=302, Location="actes_download_file.php?env=33120")
    with pytest.raises(NotFound):
        s2low.actes.prefecture.liees(48600)
    assert len(platform.asked) == 2
    platform.answers("KO\nNuméro de transaction invalide.\n".encode())
    with pytest.raises(NotFound):
        s2low.actes.prefecture.liees(1)


def test_a_message_is_marked_as_read(s2low, platform):
    platform.answers(b'{"result":"ok"}')
    s2low.actes.prefecture.marquer_lu(48600)
    assert platform.last.path == "/modules/actes/api/document_prefecture_mark_as_read.php"
    assert platform.last.query == [("transaction_id", "48600")]
    for body, status in ((b"{}", 200), (b"", 200), (b'{"result":"ok"}', 500), (b"", 302)):
        platform.answers(body, status=status)
        with pytest.raises(OutcomeUnknown):
            s2low.actes.prefecture.marquer_lu(48600)


def test_an_answer_is_a_form_whose_api_is_in_the_body_alone(s2low, platform):
    platform.answers(b"OK\n48601\n\n")
    answer = NewReponse(48600, "99_AI", DOCUMENT, Envoi.ENVOI, (PLAN,))
    assert s2low.actes.prefecture.repondre(answer) == 48601
    assert (platform.last.path, platform.last.query) == (
        "/modules/actes/actes_transac_reponse_create.php",
        [],
    )
    assert platform.last.parts() == [
        ("api", None, b"1"),
        ("id", None, b"48600"),
        ("type_envoie", None, b"4"),
        ("type_acte", None, b"99_AI"),
        ("type_pj[]", None, b"22_PN"),
        ("acte_pdf_file", "r_ponse.pdf", b"%PDF- r"),
        ("acte_attachments[]", "plan.pdf", b"%PDF- p"),
    ]


@pytest.mark.parametrize(("envoi", "sent"), [(None, []), (Envoi.REFUS, [b"3"]), (Envoi.ENVOI, [b"4"])])
def test_a_letter_is_answered_without_saying_of_which_sort(s2low, platform, envoi, sent):
    platform.answers(b"OK\n48601\n\n")
    s2low.actes.prefecture.repondre(NewReponse(48600, "99_AI", DOCUMENT, envoi))
    assert [content for name, _, content in platform.last.parts() if name == "type_envoie"] == sent


@pytest.mark.parametrize(
    ("envoi", "annexes", "type_acte"),
    [
        (Envoi.REFUS, (PLAN,), "99_AI"),
        (None, (PLAN,), "99_AI"),
        (Envoi.ENVOI, (DOCUMENT,), "99_AI"),
        (Envoi.ENVOI, (), "AI"),
    ],
)
def test_what_s2low_would_drop_or_refuse_never_leaves(envoi, annexes, type_acte):
    with pytest.raises(InvalidInput):
        NewReponse(48600, type_acte, DOCUMENT, envoi, annexes)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Vous devez choisir un type de réponse", InvalidRequest),
        ("Envoi de fichier illégal.", InvalidRequest),
        ("Mode « papier » actif. Accès interdit.", PaperMode),
        ("Erreur d'initialisation de la transaction.", NotFound),
    ],
)
def test_an_answer_that_is_refused_is_told_by_what_the_caller_can_do(s2low, platform, text, error):
    platform.answers(f"KO\n{text}\n".encode("iso-8859-1"))
    with pytest.raises(error) as caught:
        s2low.actes.prefecture.repondre(NewReponse(48600, "99_AI", DOCUMENT))
    assert type(caught.value) is error


@pytest.mark.parametrize("body", [b"OK\n4860", "OK : id généré : 48601".encode(), b"", b"<html>"])
def test_an_answer_that_proves_nothing_is_unknown(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(OutcomeUnknown):
        s2low.actes.prefecture.repondre(NewReponse(48600, "99_AI", DOCUMENT))
