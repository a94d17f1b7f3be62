from __future__ import annotations

import datetime as dt
import json

import pytest

from cdg62_connect.errors import AccessRefused, InvalidInput, NotReady, UnreadableAnswer
from cdg62_connect.s2low import ListedActe, ListedFile

FILE = {
    "id": 9002,
    "name": "99_AI-062-200000000-20250314-P1-AI-1-1_1.pdf",
    "posted_filename": "arrete.pdf",
    "mimetype": "application/pdf",
    "size": 84210,
    "sign": "",
    "code_pj": "99_AI",
}
ACTE = {
    "id": 48211,
    "subject": "Permis de construire accordé",
    "number": "PC62041_25A0012",
    "date": "2025-03-14",
    "nature_descr": "Actes individuels",
    "classification": "2.2",
    "type": "1",
}


def page(*actes: dict[str, object], **changes: object) -> bytes:
    fields = {"status_id": 1, "authority_id": 12, "offset": 0, "limit": 100, "transactions": list(actes)}
    return json.dumps({**fields, **changes}).encode()


def test_the_files_keep_their_order_and_the_fields_nobody_knows(s2low, platform):
    metier = {"id": 9001, "name": "m.xml", "posted_filename": "", "mimetype": "text/xml", "size": 1420}
    platform.answers(json.dumps([metier, {**FILE, "nouveau": ["é", 1]}]).encode())
    assert s2low.actes.fichiers(48211) == (
        ListedFile(9001, "m.xml", "", "text/xml", 1420, ""),
        ListedFile(
            9002,
            "99_AI-062-200000000-20250314-P1-AI-1-1_1.pdf",
            "arrete.pdf",
            "application/pdf",
            84210,
            "99_AI",
            {"sign": "", "nouveau": '["\\u00e9", 1]'},
        ),
    )
    assert platform.last.path == "/modules/actes/actes_transac_get_files_list.php"
    assert platform.last.query == [("transaction", "48211")]


def test_identifiers_and_sizes_may_be_strings(s2low, platform):
    platform.answers(json.dumps([{**FILE, "id": "9002", "size": "84210"}]).encode())
    (file,) = s2low.actes.fichiers(1)
    assert (file.id, file.size) == (9002, 84210)


@pytest.mark.parametrize("size", [None, "", "?", 1.5, True, []])
def test_a_size_that_cannot_be_read_is_unknown(s2low, platform, size):
    platform.answers(json.dumps([{**FILE, "size": size}]).encode())
    assert s2low.actes.fichiers(1)[0].size is None


@pytest.mark.parametrize("body", ["KO\nPas d'acquittement recu\n", "KO\nPas d'acquittement reçu"])
def test_the_files_are_not_ready_before_the_acknowledgement(s2low, platform, body):
    platform.answers(body.encode())
    with pytest.raises(NotReady):
        s2low.actes.fichiers(1)


def test_the_texts_may_be_twice_encoded(s2low, platform):
    twice = "Préfecture à côté, Ébauche".encode().decode("iso-8859-1")
    platform.answers(page({**ACTE, "subject": twice}))
    assert s2low.actes.lister(1).transactions[0].subject == "Préfecture à côté, Ébauche"


def test_half_a_surrogate_pair_does_not_survive(s2low, platform):
    platform.answers(b'[{"id": 1, "name": "a\\ud800b", "\\udfff": "\\udfff"}]')
    (file,) = s2low.actes.fichiers(1)
    assert (file.name, file.champs) == ("a?b", {"?": "?"})


def test_a_page_of_actes_is_read_with_its_limits(s2low, platform):
    platform.answers(page(ACTE, {**ACTE, "id": "48200", "number": "AUTRE", "archive": 1}, limit="2"))
    listed = s2low.actes.lister(1, limit=2)
    assert listed.transactions == (
        ListedActe(
            48211,
            "PC62041_25A0012",
            dt.date(2025, 3, 14),
            "Permis de construire accordé",
            "Actes individuels",
            "2.2",
            "1",
        ),
        ListedActe(
            48200,
            "AUTRE",
            dt.date(2025, 3, 14),
            "Permis de construire accordé",
            "Actes individuels",
            "2.2",
            "1",
            {"archive": "1"},
        ),
    )
    assert [acte.id for acte in listed.numbered("AUTRE")] == [48200]
    assert listed.numbered("autre") == ()
    assert not listed.last
    assert platform.last.path == "/modules/actes/api/list_actes.php"
    assert platform.last.query == [("api", "1"), ("status_id", "1"), ("offset", "0"), ("limit", "2")]


def test_a_page_that_is_not_full_is_the_last(s2low, platform):
    platform.answers(page(ACTE, limit=100))
    assert s2low.actes.lister(1).last


def test_a_platform_that_gives_smaller_pages_than_asked_is_believed(s2low, platform):
    platform.answers(page(ACTE, limit=1))
    assert not s2low.actes.lister(1, limit=500).last


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2025-03-14 00:00:00", dt.date(2025, 3, 14)),
        ("2025-02-30", None),
        ("14/03/2025", None),
        (None, None),
        (20250314, None),
    ],
)
def test_a_date_that_cannot_be_read_is_unknown(s2low, platform, given, read):
    platform.answers(page({**ACTE, "date": given}))
    assert s2low.actes.lister(1).transactions[0].date == read


def test_the_list_of_another_status_is_not_taken_for_the_one_asked(s2low, platform):
    platform.answers(page(status_id=0))
    with pytest.raises(UnreadableAnswer):
        s2low.actes.lister(3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"transactions": {}}',
        b'{"transactions": [1]}',
        page({**ACTE, "id": None}),
        page({**ACTE, "id": "0"}),
        page({**ACTE, "id": True}),
        page({**ACTE, "id": "9" * 30}),
        page(ACTE)[:-3],
        b"[" * 100_000,
        b'{"transactions": [' + b"9" * 5000 + b"]}",
    ],
)
def test_a_list_that_is_not_one_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.actes.lister(1)


def test_a_refusal_said_in_json_is_a_refusal(s2low, platform):
    platform.answers('{"status":"error","error-message":"Accès refusé"}'.encode())
    with pytest.raises(AccessRefused):
        s2low.actes.lister(1)


@pytest.mark.parametrize(("offset", "limit"), [(-1, 10), (0, 0)])
def test_impossible_pages_are_not_asked(s2low, platform, offset, limit):
    with pytest.raises(InvalidInput):
        s2low.actes.lister(1, offset=offset, limit=limit)
    assert platform.asked == []
