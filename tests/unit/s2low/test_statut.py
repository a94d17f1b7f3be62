from __future__ import annotations

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.s2low import ActeStatus, Statut

AR = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    '<a:ARActe xmlns:a="urn:x" a:IDActe="062-200000000-20250314-P1-AI"><a:Acte a:Objet="accordé"/></a:ARActe>'
).encode("iso-8859-1")
ANOMALY = b'<?xml version="1.0"?><a:AnomalieActe xmlns:a="urn:x"><a:Detail>007</a:Detail></a:AnomalieActe>'


@pytest.mark.parametrize(
    "body", [b"OK\n1\n", b"OK\n1\n\n\n", b"OK\r\n1\r\n", b"OK\n1", b"\xef\xbb\xbfOK\n1\n"]
)
def test_a_status_in_progress_is_a_code_and_its_label(s2low, platform, body):
    platform.answers(body)
    status = s2low.actes.statut(48211)
    assert status == ActeStatus(1, "Posté")
    assert status.in_progress
    assert platform.last.path == "/modules/actes/actes_transac_get_status.php"
    assert platform.last.query == [("transaction", "48211")]


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"", b"\n\n"), (b"\xef\xbb\xbf", b"\r\n"), (b"\n", b"  ")]
)
def test_the_acknowledgement_comes_byte_for_byte(s2low, platform, before, after):
    platform.answers(b"OK\n4\n" + before + AR + after)
    status = s2low.actes.statut(1)
    assert status.acknowledged
    assert status.flux_retour == AR
    assert status.message == ""


def test_a_cut_acknowledgement_is_not_handed_over(s2low, platform):
    platform.answers(b"OK\n4\n" + AR[:-5])
    with pytest.raises(UnreadableAnswer):
        s2low.actes.statut(1)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
@pytest.mark.parametrize("anomaly", [b"", ANOMALY, b"<a:Anomalie xmlns:a='urn:x' a:Nature='a > b'/>"])
def test_a_refusal_is_an_optional_xml_and_a_message_each_in_its_encoding(s2low, platform, encoding, anomaly):
    message = "Anomalie signalée par le MI : 007 - Classification obsolète"
    platform.answers(b"OK\n-1\n" + anomaly + message.encode(encoding) + b"\n")
    status = s2low.actes.statut(1)
    assert status.refused
    assert status.message == message
    assert status.flux_retour == (anomaly or None)


def test_the_xml_of_a_refusal_ends_at_the_last_end_tag_of_its_root(s2low, platform):
    nested = b"<e><e>1</e></e >"
    platform.answers(b"OK\n-1\n" + nested + b"Enveloppe invalide : 2 < 3")
    status = s2low.actes.statut(1)
    assert status.flux_retour == nested
    assert status.message == "Enveloppe invalide : 2 < 3"


def test_a_message_that_only_looks_like_xml_stays_a_message(s2low, platform):
    platform.answers(b"OK\n-1\n<fichier illisible> : signature")
    assert s2low.actes.statut(1) == ActeStatus(-1, "Erreur", message="<fichier illisible> : signature")


@pytest.mark.parametrize("code", [4, 5, 11, 12, 13, 14, 15, 16, 19, 20, 22])
def test_validated_and_archived_actes_were_acknowledged(s2low, platform, code):
    platform.answers(f"OK\n{code}\n".encode())
    assert s2low.actes.statut(1).acknowledged


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (-1, "refused"),
        (0, "cancelled"),
        (1, "in_progress"),
        (2, "in_progress"),
        (3, "in_progress"),
        (4, "acknowledged"),
        (17, "waiting_for_person"),
        (18, "waiting_for_person"),
        (6, None),
        (10, None),
        (77, None),
    ],
)
def test_each_status_means_one_thing_at_most(s2low, platform, code, verdict):
    platform.answers(f"OK\n{code}\n".encode())
    status = s2low.actes.statut(1)
    properties = ("refused", "cancelled", "in_progress", "acknowledged", "waiting_for_person")
    assert [name for name in properties if getattr(status, name)] == ([verdict] if verdict else [])


def test_every_known_status_has_a_label_and_an_unknown_one_is_said_so(s2low, platform):
    for code in Statut:
        platform.answers(f"OK\n{int(code)}\n".encode())
        assert "inconnu" not in s2low.actes.statut(1).libelle
    platform.answers(b"OK\n77\n")
    assert s2low.actes.statut(1).libelle == "Statut inconnu (77)"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Numéro de transaction invalide.", NotFound),
        ("Enveloppe invalide.", NotFound),
        ("Accès refusé", AccessRefused),
        ("Échec de l'authentification", AuthenticationRefused),
        ("Erreur consultation statut.", Unavailable),
        ("Autre chose", InvalidRequest),
    ],
)
@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_a_ko_is_told_by_what_the_caller_can_do(s2low, platform, text, error, encoding):
    platform.answers(f"KO\n{text}\n".encode(encoding))
    with pytest.raises(error) as caught:
        s2low.actes.statut(1)
    assert type(caught.value) is error
    assert caught.value.said == text


@pytest.mark.parametrize("body", [b"", b"OK", b"OK\n", b"OK\nsoon\n", b"OK\n--1\n", b"4", b"{}"])
def test_an_answer_without_a_status_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.actes.statut(1)


@pytest.mark.parametrize("transaction", [0, -1])
def test_an_impossible_identifier_never_leaves(s2low, platform, transaction):
    with pytest.raises(InvalidInput):
        s2low.actes.statut(transaction)
    assert platform.asked == []
