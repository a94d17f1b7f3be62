from __future__ import annotations

import datetime as dt
import json

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    UnreadableAnswer,
)
from cdg62_connect.s2low import (
    ActeFile,
    AlreadyRequested,
    CancellationPending,
    Cloture,
    NotAcknowledged,
    NotOffered,
    NumberAlreadyUsed,
    PaperMode,
)
from cdg62_connect.transport import Payload


def ko(text: str) -> bytes:
    escaped = text.replace("&", "&amp;").replace("'", "&#039;")
    return f"KO\n{escaped}\n".encode("iso-8859-1", "replace")


def test_signatures_keep_the_rank_of_what_they_sign(s2low, platform, acte):
    platform.answers(b"OK\n1\n\n")
    signature = Payload.of(b"-----BEGIN PKCS7-----")
    pdf = Payload.of(b"%PDF-")
    s2low.actes.transmettre(
        acte(
            document=ActeFile("a.pdf", pdf, signature=signature),
            annexes=(ActeFile("b.pdf", pdf, "22_PN"), ActeFile("c.pdf", pdf, "22_NE", signature)),
        )
    )
    assert [part for part in platform.last.parts() if "_sign" in part[0]] == [
        ("acte_pdf_file_sign", "a.pdf.p7s", b"-----BEGIN PKCS7-----"),
        ("acte_attachments_sign[]", "", b""),
        ("acte_attachments_sign[]", "c.pdf.p7s", b"-----BEGIN PKCS7-----"),
    ]


def test_no_signature_is_sent_when_there_is_none(s2low, platform, acte):
    platform.answers(b"OK\n1\n\n")
    s2low.actes.transmettre(acte(annexes=(ActeFile("b.pdf", Payload.of(b"%PDF-"), "22_PN"),)))
    assert not [part for part in platform.last.parts() if "_sign" in part[0]]


def test_whom_to_tell_and_the_wait_for_a_signature_are_asked(s2low, platform, acte):
    platform.answers(b"OK\n1\n\n")
    s2low.actes.transmettre(acte(a_signer=True, diffusion=("a@b.fr", "c+d@e.fr"), diffuser_fichiers=True))
    fields = [(name, content) for name, _, content in platform.last.parts()]
    assert fields[-6:-1] == [
        ("must_signed", b"1"),
        ("show_broadcast_email", b"on"),
        ("broadcast_email[]", b"a@b.fr"),
        ("broadcast_email[]", b"c+d@e.fr"),
        ("send_sources", b"on"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"diffusion": ("a@b.fr,c@d.fr",)},
        {"diffusion": ("pas une adresse",)},
        {"diffusion": tuple(f"{rank:03}@{'x' * 100}.fr" for rank in range(10))},
        {"diffuser_fichiers": True},
    ],
)
def test_an_impossible_diffusion_never_leaves(acte, changes):
    with pytest.raises(InvalidInput):
        acte(**changes)


def test_a_signature_without_content_never_leaves():
    with pytest.raises(InvalidInput):
        ActeFile("a.pdf", Payload.of(b"%PDF-"), signature=Payload.of(b""))


def test_a_cancellation_gives_the_number_of_its_transaction(s2low, platform):
    platform.answers(b"OK\n48500\n\n")
    assert s2low.actes.annuler(48211) == 48500
    assert platform.last.path == "/modules/actes/actes_transac_cancel.php"
    assert platform.last.parts() == [("api", None, b"1"), ("id", None, b"48211")]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Une demande d'annulation est déjà en cours pour cette transaction.", CancellationPending),
        (
            "Impossible d'annuler une transaction qui n'est pas en état « Acquittement reçu ».",
            NotAcknowledged,
        ),
        ("Ce type de transaction ne peut pas être annulé.", InvalidRequest),
        ("Erreur d'initialisation de la transaction.", NotFound),
        ("Pas d'identifiant de transaction à annuler spécifié.", NotFound),
        ("Accès refusé.", AccessRefused),
        ("Mode « papier » actif. Accès interdit.", PaperMode),
    ],
)
@pytest.mark.parametrize("spoken", ["escaped iso-8859-1", "utf-8", "twice encoded", "question marks"])
def test_a_cancellation_is_refused_by_what_the_caller_can_do(s2low, platform, text, error, spoken):
    platform.answers(
        {
            "escaped iso-8859-1": ko(text),
            "utf-8": f"KO\n{text}\n".encode(),
            "twice encoded": f"KO\n{text}\n".encode().decode("iso-8859-1").encode(),
            "question marks": f"KO\n{text}\n".encode("ascii", "replace"),
        }[spoken]
    )
    with pytest.raises(error) as caught:
        s2low.actes.annuler(48211)
    assert type(caught.value) is error


@pytest.mark.parametrize(("body", "status"), [(b"OK\n485", 200), (b"", 500), (b"<html>", 200), (b"", 302)])
def test_a_cancellation_whose_answer_proves_nothing_is_unknown(s2low, platform, body, status):
    platform.answers(body, status=status)
    with pytest.raises(OutcomeUnknown):
        s2low.actes.annuler(48211)


def test_the_same_words_mean_something_else_elsewhere(s2low, platform, acte):
    # « même numéro » is a refusal of a deposit only.
    platform.answers(ko("Un acte portant le même numéro interne existe déjà"))
    with pytest.raises(InvalidRequest):
        s2low.actes.annuler(1)
    with pytest.raises(NumberAlreadyUsed):
        s2low.actes.transmettre(acte())


@pytest.mark.parametrize(
    ("transactions", "named"), [([48211], ["id"]), ([48211, 48212], ["liste_id[]", "liste_id[]"])]
)
def test_actes_are_closed_and_what_is_said_of_each_is_given(s2low, platform, transactions, named):
    platform.answers("OK\nTransaction 48211 validée\nL&#039;autre aussi\n\n".encode("iso-8859-1"))
    said = s2low.actes.clore(transactions, Cloture.VALIDE)
    assert said == ("Transaction 48211 validée", "L'autre aussi")
    parts = platform.last.parts()
    assert [name for name, _, _ in parts] == ["api", *named, "status"]
    assert parts[-1][2] == b"valid"


def test_a_closing_is_refused_and_none_is_asked_of_nothing(s2low, platform):
    platform.answers(ko("État incorrect."))
    with pytest.raises(InvalidRequest):
        s2low.actes.clore([1], Cloture.ARCHIVAGE)
    with pytest.raises(InvalidInput):
        s2low.actes.clore([], Cloture.ARCHIVAGE)
    assert len(platform.asked) == 1


ENVELOPE = Payload.of(b"\x1f\x8b envelope")


def test_a_ready_envelope_gives_the_numbers_of_its_transactions(s2low, platform):
    platform.answers(b"OK\n2\n48211\n48212\n\n")
    assert s2low.actes.soumettre(ENVELOPE, nom="abc-062.tar.gz") == (48211, 48212)
    assert platform.last.parts() == [
        ("api", None, b"1"),
        ("enveloppe", "abc-062.tar.gz", b"\x1f\x8b envelope"),
    ]


@pytest.mark.parametrize(
    "body", [b"OK\n2\n48211\n", b"OK\n2\n48211\n4821", b"OK\n0\n\n", b"OK\n1\n0\n", b"OK\n", b"OK\n2\na\nb\n"]
)
def test_an_envelope_whose_numbers_are_not_all_there_is_unknown(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(OutcomeUnknown):
        s2low.actes.soumettre(ENVELOPE, nom="a.tar.gz")


@pytest.mark.parametrize("nom", ["", "a.zip", "../a.tar.gz", "a b.tar.gz", "é.tar.gz"])
def test_an_envelope_keeps_its_name_or_does_not_leave(s2low, platform, nom):
    with pytest.raises(InvalidInput):
        s2low.actes.soumettre(ENVELOPE, nom=nom)
    with pytest.raises(InvalidInput):
        s2low.actes.soumettre(Payload.of(b""), nom="a.tar.gz")
    assert platform.asked == []


def test_a_platform_that_closed_the_way_of_envelopes_says_so(s2low, platform):
    platform.answers(ko("Cette fonctionnalité est déprécié. Vous devez désormais utiliser : '/modules/…'"))
    with pytest.raises(NotOffered):
        s2low.actes.soumettre(ENVELOPE, nom="a.tar.gz")


def test_an_archivist_says_what_became_of_an_acte(s2low, platform):
    platform.answers(b'{"status":"ok"}')
    s2low.actes.changer_statut_sae(48211, 13)
    assert platform.last.path == "/modules/actes/api/actes_sae_status.php"
    assert platform.last.parts() == [("transaction_id", None, b"48211"), ("status_id", None, b"13")]
    platform.answers(b'{"error":"Statut interdit"}', status=400)
    with pytest.raises(AccessRefused, match="Statut interdit"):
        s2low.actes.changer_statut_sae(48211, 4)
    for body, status in ((b"{}", 200), (b"[]", 200), (b"", 400), (b'{"a":1}', 400), (b"", 500)):
        platform.answers(body, status=status)
        with pytest.raises(OutcomeUnknown):
            s2low.actes.changer_statut_sae(48211, 13)


def test_an_acte_is_followed_by_its_identifier(s2low, platform):
    platform.answers(b"OK\n5\n")
    assert s2low.actes.statut_de("062-216209916-20260303-PC62991_26A0012-AI").acknowledged
    assert platform.last.query == [("unique_id", "062-216209916-20260303-PC62991_26A0012-AI")]
    with pytest.raises(InvalidInput):
        s2low.actes.statut_de("48211")


def test_a_list_is_bounded_by_the_entry_into_the_status(s2low, platform):
    platform.answers(b'{"status_id":4,"transactions":[]}')
    s2low.actes.lister(4, since=dt.date(2026, 3, 1), until=dt.date(2026, 3, 31))
    assert platform.last.query[-2:] == [("min_date", "2026-03-01"), ("max_date", "2026-03-31")]


def test_the_actes_of_a_status_are_counted(s2low, platform):
    platform.answers(b'{"status_id":"3","authority_id":12,"nb_transactions":"5"}')
    assert s2low.actes.compter(3) == 5
    for body in (b'{"status_id":3}', b'{"status_id":4,"nb_transactions":1}', b'{"nb_transactions":-1}'):
        platform.answers(body)
        with pytest.raises(UnreadableAnswer):
            s2low.actes.compter(3)


def test_the_platform_gives_its_own_labels(s2low, platform):
    platform.answers('{"-1":"Erreur","4":"Acquittement reçu","x":"?"}'.encode())
    assert s2low.actes.statuts() == {-1: "Erreur", 4: "Acquittement reçu"}


def test_a_number_is_looked_for_in_every_status(s2low, platform):
    acte = {"id": 48211, "number": "A1", "date": "2026-03-01", "type": "1"}
    platform.answers(json.dumps({"transactions": [acte, {**acte, "id": 48300, "number": "A2"}]}).encode())
    assert [found.id for found in s2low.actes.trouver("A1")] == [48211]
    asked = [dict(one.query)["status_id"] for one in platform.asked]
    assert asked[:6] == ["17", "18", "1", "2", "3", "7"]
    assert sorted(map(int, asked)) == list(range(-1, 23))


def test_pages_overlap_so_that_an_acte_that_moves_is_not_missed(s2low, platform):
    def page(*numbers: int) -> bytes:
        return json.dumps({"transactions": [{"id": n, "number": f"A{n}"} for n in numbers]}).encode()

    platform.answers(page(*range(40, 20, -1)))
    platform.then(page(*range(30, 12, -1)))
    platform.then(page(22, 7))
    platform.then(page())
    assert [found.id for found in s2low.actes.trouver("A13")] == [13]
    asked = [dict(one.query) for one in platform.asked[:4]]
    assert [(one["status_id"], one["offset"]) for one in asked] == [
        ("17", "0"),
        ("17", "10"),
        ("17", "18"),
        ("18", "0"),
    ]


def test_a_list_without_end_is_left(s2low, platform):
    actes = [{"id": n, "number": "A1"} for n in range(1, 30)]
    platform.answers(json.dumps({"transactions": actes}).encode())
    with pytest.raises(UnreadableAnswer, match="ne finit pas"):
        s2low.actes.trouver("A1")


def test_the_classification_is_asked_for_once_a_day(s2low, platform):
    platform.answers(b"OK\n48700\n\n")
    assert s2low.classification.demander() == 48700
    assert (platform.last.method, platform.last.path, platform.last.query) == (
        "GET",
        "/modules/actes/actes_classification_request.php",
        [("api", "1")],
    )
    platform.answers(ko("La dernière demande de classification date de moins d'un jour."))
    with pytest.raises(AlreadyRequested):
        s2low.classification.demander()
    platform.answers(ko("Échec de l'authentification"))
    with pytest.raises(AuthenticationRefused):
        s2low.classification.demander()
    platform.answers(b"OK\n48")
    with pytest.raises(OutcomeUnknown):
        s2low.classification.demander()
