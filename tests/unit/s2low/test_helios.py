from __future__ import annotations

import datetime as dt

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.s2low import AlreadySent, NotRgs, StatusNotSaid, TooBig
from cdg62_connect.transport import Payload

PES = b"<?xml version='1.0' encoding='ISO-8859-1'?><n:PES_Aller xmlns:n='urn:x'/>"


def imported(number: object = "", resultat: str = "OK", message: str = "", *, head: bool = True) -> str:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n' if head else ""
    return (
        f"{declaration}<import>\n  <id>{number}</id>\n  <resultat>{resultat}</resultat>\n"
        f"  <message>{message}</message>\n</import>\n"
    )


def post(s2low, nom: str = "PES_2025_0042.xml", **options: object) -> int:
    return s2low.helios.transmettre(Payload.of(PES), nom=nom, **options)


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_a_post_gives_the_number_of_its_transaction_whatever_the_version(s2low, platform, head, encoding):
    answer = imported(5120, message="Téléchargement du fichier réussi.", head=head)
    platform.answers(answer.encode(encoding), Content_Type="text/xml")
    assert post(s2low) == 5120
    assert (platform.last.method, platform.last.path, platform.last.query) == (
        "POST",
        "/modules/helios/api/helios_importer_fichier.php",
        [],
    )
    assert platform.last.parts() == [("enveloppe", "PES_2025_0042.xml", PES)]


def test_the_name_is_made_fit_and_the_wait_for_a_signature_is_asked(s2low, platform):
    platform.answers(imported(1).encode())
    post(s2low, "paie d'août.xml", a_signer=True)
    assert platform.last.parts() == [("must_signed", None, b"1"), ("enveloppe", "paie d_ao_t.xml", PES)]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("doublon détecté. Ce fichier a déjà été posté.", AlreadySent),
        ("Votre certificat n'est pas RGS et ne vous permet donc pas de télétransmettre", NotRgs),
        (
            "Aucune enveloppe trouvée : la taille de l'enveloppe dépasse probablement la taille maximum",
            TooBig,
        ),
        ("Taille de fichier supérieure à la limite autorisée (128 Mo maximum).", TooBig),
        ("Erreur lors du téléchargement du fichier : code 1", TooBig),
        ("Erreur lors du téléchargement du fichier : code 3", Unavailable),
        ("Échec lors du téléchargement du fichier", Unavailable),
        ("Le fichier présenté est vide (0 octet)", InvalidRequest),
        ("Accès refusé", AccessRefused),
        ("Une phrase d'une version future", InvalidRequest),
    ],
)
@pytest.mark.parametrize("spoken", ["utf-8", "iso-8859-1", "twice encoded", "question marks"])
def test_a_refusal_is_told_by_what_the_caller_can_do(s2low, platform, message, error, spoken):
    text = imported(resultat="KO", message=message)
    platform.answers(
        {
            "utf-8": text.encode(),
            "iso-8859-1": text.encode("iso-8859-1"),
            "twice encoded": text.encode().decode("iso-8859-1").encode(),
            "question marks": text.encode("ascii", "replace"),
        }[spoken]
    )
    with pytest.raises(error) as caught:
        post(s2low)
    assert type(caught.value) is error
    if spoken != "question marks":
        assert caught.value.said == message


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Échec de l'authentification", AuthenticationRefused),
        ("Accès refusé", AccessRefused),
        ("Erreur d'initialisation du module", Unavailable),
    ],
)
def test_an_account_is_refused_in_plain_text(s2low, platform, text, error):
    platform.answers(f"KO\n{text}\n".encode())
    for call in (lambda: post(s2low), lambda: s2low.helios.statut(1), s2low.helios.retours):
        with pytest.raises(error):
            call()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        imported(5120).encode()[:-12],
        imported("").encode(),
        imported("0").encode(),
        imported("51 20").encode(),
        imported(5120, "").encode(),
        imported(5120, "PEUT-ETRE").encode(),
        b"<import><id>5120</id><id>5121</id><resultat>OK</resultat></import>",
        b"<import><resultat>OK</resultat></import>",
        b"<!DOCTYPE a [<!ENTITY e '5120'>]><import><id>&e;</id><resultat>OK</resultat></import>",
        b"OK\n5120\n",
        b"<html><body>login</body></html>",
    ],
)
def test_what_proves_nothing_leaves_the_outcome_unknown(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(OutcomeUnknown):
        post(s2low)
    assert len(platform.asked) == 1


def test_nothing_is_sent_of_an_empty_file_or_a_file_without_a_name(s2low, platform):
    with pytest.raises(InvalidInput):
        s2low.helios.transmettre(Payload.of(b""), nom="a.xml")
    with pytest.raises(InvalidInput):
        post(s2low, " ")
    assert platform.asked == []


ACQUIT = (
    b"<?xml version='1.0'?>\n<n:PES_ACQUIT xmlns:n='urn:x'><ACQUIT/>" + b" " * 90_000 + b"</n:PES_ACQUIT>\n"
)


@pytest.mark.parametrize("body", [ACQUIT, b"\xef\xbb\xbf<PES_NonAcquit></PES_NonAcquit ><!-- fin -->"])
def test_the_acquit_is_saved_as_it_came(s2low, platform, tmp_path, body):
    platform.answers(body, Content_Type="text/xml", Content_Disposition='attachment; filename="a.xml"')
    assert s2low.helios.acquit(5120, into=tmp_path).path.read_bytes() == body
    assert platform.last.path == "/modules/helios/helios_download_acquit.php"
    assert platform.last.query == [("id", "5120")]


@pytest.mark.parametrize(
    "body", [ACQUIT[:-5], b"<a>", b"<PES_ACQUIT/>", b"texte", b"<a></b>", ACQUIT + b"suite"]
)
def test_an_acquit_that_is_not_whole_is_not_left_behind(s2low, platform, tmp_path, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.helios.acquit(5120, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 302, "Location": "/modules/helios/index.php"}, "NotReady"),
        ({"body": b"\n"}, "NotReady"),
        ({"status": 302, "Location": "/login.php"}, "AuthenticationRefused"),
        ({"body": b"<html><title>Connexion</title></html>"}, "AuthenticationRefused"),
    ],
)
def test_an_acquit_that_is_not_given_is_not_ready(s2low, platform, tmp_path, answer, error):
    platform.answers(**answer)
    with pytest.raises(Exception) as caught:
        s2low.helios.acquit(5120, into=tmp_path)
    assert type(caught.value).__name__ == error
    assert list(tmp_path.iterdir()) == []


def test_the_file_that_was_posted_comes_back(s2low, platform, tmp_path):
    platform.answers(PES)
    assert s2low.helios.pes(5120, into=tmp_path).path.read_bytes() == PES
    assert platform.last.path == "/modules/helios/helios_download_file.php"


LISTE = """<?xml version="1.0" encoding="UTF-8"?>
<liste><idColl>12</idColl><resultat></resultat><message>liste réussi</message>
<dateDemande>2025-03-14 02:10:00</dateDemande>
<pes_retour><id>77</id><nom>PESRETOUR_062001_77.xml</nom><date>2025-03-14 01:58:11.204+01</date></pes_retour>
<pes_retour><id>78</id><nom>b.xml</nom><date>hier</date><taille>12</taille></pes_retour></liste>"""


def test_the_list_of_returns_succeeds_with_an_empty_result(s2low, platform):
    platform.answers(LISTE.encode())
    first, second = s2low.helios.retours()
    assert (first.id, first.nom, first.champs) == (77, "PESRETOUR_062001_77.xml", {})
    assert first.date == dt.datetime(2025, 3, 14, 0, 58, 11, 204000, tzinfo=dt.UTC)
    assert (second.date, second.champs) == (None, {"date": "hier", "taille": "12"})
    assert platform.last.path == "/modules/helios/api/helios_get_list.php"


def test_a_list_without_returns_is_empty_and_another_document_is_no_list(s2low, platform):
    platform.answers(b"<liste><idColl>12</idColl><resultat/><message/></liste>")
    assert s2low.helios.retours() == ()
    platform.answers(b"<transaction><resultat/></transaction>")
    with pytest.raises(UnreadableAnswer):
        s2low.helios.retours()
    platform.answers("<liste><resultat>KO</resultat><message>Accès refusé</message></liste>".encode())
    with pytest.raises(AccessRefused):
        s2low.helios.retours()


def test_a_return_is_saved_as_it_came(s2low, platform, tmp_path):
    body = b"<?xml version='1.0'?><n:PES_Retour xmlns:n='urn:x'>\xe9</n:PES_Retour>"
    platform.answers(body)
    assert s2low.helios.retour(77, into=tmp_path).path.read_bytes() == body
    assert (platform.last.path, platform.last.query) == (
        "/modules/helios/api/helios_get_retour.php",
        [("id", "77")],
    )


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("retour id n'est pas correcte", NotFound),
        ("Accès refusé", AccessRefused),
        ("Erreur d'envoi du fichier x.xml", Unavailable),
        ("autre chose", NotFound),
    ],
)
def test_a_refusal_in_place_of_a_return_is_not_left_behind(s2low, platform, tmp_path, message, error):
    answer = f"<get_retour><id/><resultat>KO</resultat><message>{message}</message></get_retour>"
    platform.answers(answer.encode())
    with pytest.raises(error) as caught:
        s2low.helios.retour(77, into=tmp_path)
    assert type(caught.value) is error
    assert caught.value.said == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("root", ["transaction", "change"])
@pytest.mark.parametrize("message", ["Le status a été modifié", "reussi de changer status"])
def test_a_return_is_marked_as_read(s2low, platform, root, message):
    answer = f"<{root}><idRetour>77</idRetour><resultat>OK</resultat><message>{message}</message></{root}>"
    platform.answers(answer.encode())
    s2low.helios.marquer_lu(77)
    assert (platform.last.method, platform.last.path) == (
        "GET",
        "/modules/helios/api/helios_change_status.php",
    )


def test_a_mark_that_is_refused_says_so_and_one_that_is_lost_is_unknown(s2low, platform):
    platform.answers(
        "<transaction><resultat>KO</resultat><message>Accès refusé</message></transaction>".encode()
    )
    with pytest.raises(AccessRefused):
        s2low.helios.marquer_lu(77)
    for body, status in ((b"", 200), (b"<transaction><resultat/></transaction>", 200), (b"", 500)):
        platform.answers(body, status=status)
        with pytest.raises(OutcomeUnknown):
            s2low.helios.marquer_lu(77)


def test_an_archivist_lists_the_pes_with_all_they_say(s2low, platform):
    platform.answers(
        b'{"status_id":"4","limit":"2","transactions":[{"id":"5120","filename":"a.xml","sha1":null},{"id":5121}]}'
    )
    page = s2low.helios.lister(4, limit=2, since=dt.date(2025, 3, 1), until=dt.date(2025, 3, 31))
    assert page.transactions == ((5120, {"filename": "a.xml", "sha1": ""}), (5121, {}))
    assert not page.last
    assert platform.last.query == [
        ("status_id", "4"),
        ("offset", "0"),
        ("limit", "2"),
        ("min_date", "2025-03-01"),
        ("max_date", "2025-03-31"),
    ]


def test_whoever_is_not_an_archivist_is_told_so_with_a_400(s2low, platform):
    platform.answers(b'{"error":"Unauthorized role"}', status=400)
    with pytest.raises(AccessRefused, match="Unauthorized role"):
        s2low.helios.lister(4)
    platform.answers(b'{"transactions":[]}', status=400)
    with pytest.raises(UnreadableAnswer):
        s2low.helios.lister(4)


def test_the_status_of_a_cancelled_pes_is_not_said(s2low, platform):
    platform.answers(
        b"<transaction><id/><resultat>KO</resultat><message>Erreur consultation statut</message><status/></transaction>"
    )
    with pytest.raises(StatusNotSaid):
        s2low.helios.statut(5120)
