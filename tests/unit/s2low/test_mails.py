from __future__ import annotations

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.s2low import (
    AddressRefused,
    DestinataireMail,
    FichierMail,
    ListedMail,
    MailFile,
    NewMail,
    TooBig,
)
from cdg62_connect.settings import Secret
from cdg62_connect.transport import Payload


def mail(**changes: object) -> NewMail:
    fields: dict[str, object] = {"destinataires": ("a@b.fr",), "objet": "Objet", "message": "Bonjour"}
    return NewMail(**{**fields, **changes})


def test_a_mail_is_a_form_in_iso_8859_1_with_its_files_in_a_row(s2low, platform):
    platform.answers(b"OK:12\n")
    sent = s2low.mails.envoyer(
        mail(
            destinataires=("Ana Martin <a@b.fr>", "voirie (groupe)"),
            copie=("c@d.fr",),
            copie_cachee=("e@f.fr",),
            objet="Convocation à l'été",
            mot_de_passe=Secret("clé"),
            envoyer_mot_de_passe=True,
            fichiers=(
                MailFile("ordre du jour n°1.pdf", Payload.of(b"1")),
                MailFile("b.pdf", Payload.of(b"2")),
            ),
        )
    )
    assert sent == 12
    assert platform.last.path == "/modules/mail/api/send-mail.php"
    assert platform.last.parts() == [
        ("api", None, b"1"),
        ("mailto", None, b"Ana Martin [a@b.fr],voirie (groupe)"),
        ("mailcc", None, b"c@d.fr"),
        ("mailcci", None, b"e@f.fr"),
        ("objet", None, b"Convocation \xe0 l'\xe9t\xe9"),
        ("message", None, b"Bonjour"),
        ("password", None, b"cl\xe9"),
        ("send_password", None, b"1"),
        ("uploadFile1", "ordre du jour n_1.pdf", b"1"),
        ("uploadFile2", "b.pdf", b"2"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"destinataires": ()},
        {"destinataires": ("a@b.fr,c@d.fr",)},
        {"destinataires": (" ",)},
        {"copie": ("a@b.fr\nBcc: c@d.fr",)},
        {"objet": " "},
        {"objet": "a\nb"},
        {"objet": "5 €"},
        {"message": ""},
        {"message": "x" * 2001},
    ],
)
def test_a_mail_that_would_be_refused_never_leaves(changes):
    with pytest.raises(InvalidInput):
        mail(**changes)


@pytest.mark.parametrize(("nom", "content"), [("", b"1"), ("a.pdf", b"")])
def test_a_file_has_a_name_and_a_content(nom, content):
    with pytest.raises(InvalidInput):
        MailFile(nom, Payload.of(content))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Le destinataire est obligatoire", AddressRefused),
        ("L'adresse email est incorrecte ! mailto=x", AddressRefused),
        ("mailCC: Adresse email incorrecte !", AddressRefused),
        ("mailBCC: Adresse email incorrecte !", AddressRefused),
        ("Les pièces jointes sont trop volumineuses (80 Mo maximum)", TooBig),
        ("Le corps du message ne peut dépasser les 2000 caractères : 2001", TooBig),
        ("L'objet du mail est obligatoire", InvalidRequest),
        ("Échec lors de l'envoi.", Unavailable),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_a_refusal_is_told_by_what_the_caller_can_do(s2low, platform, text, error, encoding):
    platform.answers(f"ERROR:{text}\n".encode(encoding))
    with pytest.raises(error) as caught:
        s2low.mails.envoyer(mail())
    assert type(caught.value) is error
    assert caught.value.said == text


def test_an_account_is_refused_as_everywhere(s2low, platform):
    platform.answers("KO\nAccès refusé\n".encode())
    for call in (lambda: s2low.mails.envoyer(mail()), s2low.mails.lister, lambda: s2low.mails.detail(1)):
        with pytest.raises(AccessRefused):
            call()


@pytest.mark.parametrize("body", [b"OK:12", b"OK:\n", b"OK:0\n", b"OK:1\n2\n", b"", b"<html>", b"12\n"])
def test_a_mail_whose_number_is_not_sure_is_unknown(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(OutcomeUnknown):
        s2low.mails.envoyer(mail())


def test_the_dates_of_a_list_hold_the_separator(s2low, platform):
    platform.answers(
        "  12:2026-03-14 10:00:00.123:envoyé:Objet : la suite\n\n13:2026-03-14T11:00:00+01::b\n".encode()
    )
    assert s2low.mails.lister(offset=5, limit=2) == (
        ListedMail(12, "2026-03-14 10:00:00.123", "envoyé", "Objet : la suite"),
        ListedMail(13, "2026-03-14T11:00:00+01", "", "b"),
    )
    assert platform.last.query == [("offset", "5"), ("limit", "2")]
    platform.answers(b"\n")
    assert s2low.mails.lister() == ()
    platform.answers(b"12:hier:e:o\n")
    with pytest.raises(UnreadableAnswer):
        s2low.mails.lister()


DETAIL = """\
id:12
date_envoi:2026-03-14 10:00:00
password:secret
fn_download:abc
status:envoyé
objet:Objet : la suite
file:1234:application/pdf:plan: masse.pdf
file:?:text/plain:b.txt
emis:a@b.fr:mailTo:t:2026-03-15 09:00:00
emis:c@d.fr:mailCC:f:


==message==

Bonjour
id:13
"""


def test_a_mail_says_who_has_read_it(s2low, platform):
    platform.answers(DETAIL.encode())
    detail = s2low.mails.detail(12)
    assert (detail.id, detail.date, detail.statut, detail.objet) == (
        12,
        "2026-03-14 10:00:00",
        "envoyé",
        "Objet : la suite",
    )
    assert detail.message == "Bonjour\nid:13"
    assert detail.mot_de_passe == Secret("secret")
    assert "secret" not in repr(detail)
    assert detail.champs == {"fn_download": "abc"}
    assert detail.fichiers == (
        FichierMail("plan: masse.pdf", 1234, "application/pdf"),
        FichierMail("b.txt", None, "text/plain"),
    )
    assert detail.destinataires == (
        DestinataireMail("a@b.fr", "mailTo", True, "2026-03-15 09:00:00"),
        DestinataireMail("c@d.fr", "mailCC", False, ""),
    )
    assert not detail.lu_par_tous


@pytest.mark.parametrize(
    "body", [b"", b"id:12\n", b"id:x\n==message==\n", b"==message==\n", b"id:1\nemis:a\n==message==\n"]
)
def test_what_does_not_describe_a_mail_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.mails.detail(12)


def test_a_mail_that_is_not_ours_is_not_found(s2low, platform):
    platform.answers(b"ERROR: cette transaction n'existe pas")
    for call in (s2low.mails.detail, s2low.mails.supprimer):
        with pytest.raises(NotFound):
            call(12)


def test_a_mail_is_deleted(s2low, platform):
    platform.answers("OK: Transaction 12 supprimé\n".encode("iso-8859-1"))
    s2low.mails.supprimer(12)
    assert (platform.last.path, platform.last.query) == ("/modules/mail/api/delete-mail.php", [("id", "12")])
    platform.answers(b"peut-etre")
    with pytest.raises(OutcomeUnknown):
        s2low.mails.supprimer(12)
