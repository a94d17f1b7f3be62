from __future__ import annotations

import pytest

from cdg62_connect.errors import NotFound, UnreadableAnswer
from cdg62_connect.s2low import (
    DamagedFile,
    HeliosStatus,
    NomFicAlreadyUsed,
    NotPes,
    RefusedByHelios,
    RefusedByPlatform,
    SignatureRefused,
    StatutHelios,
    WaitingForConfirmation,
)

PROPERTIES = ("answered", "refused", "waiting_for_person", "in_progress")


def said(code: object, message: str, *, encoding: str = "iso-8859-1", more: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<transaction >\n\t<id>5120</id><resultat>OK</resultat>'
        f"<message>{message}</message><status>{code}</status>{more}\n</transaction>\n"
    ).encode(encoding)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_a_status_is_a_code_its_label_and_a_sentence_whatever_the_encoding_declared(
    s2low, platform, encoding
):
    message = "Transaction 5120 dans la file d&#039;attente reçue"
    platform.answers(said(2, message, encoding=encoding, more="<nouveau>é</nouveau>"))
    status = s2low.helios.statut(5120)
    assert status == HeliosStatus(
        2,
        "En attente de transmission",
        "Transaction 5120 dans la file d'attente reçue",
        {"nouveau": "é"},
    )
    assert platform.last.path == "/modules/helios/api/helios_transac_get_status.php"
    assert platform.last.query == [("transaction", "5120")]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (-1, ["refused"]),
        (0, []),
        (1, ["in_progress"]),
        (2, ["in_progress"]),
        (3, ["in_progress"]),
        (4, ["answered"]),
        (5, ["answered"]),
        (6, ["answered", "refused"]),
        (7, ["in_progress"]),
        (8, ["answered"]),
        *((code, ["answered"]) for code in (9, 10, 11, 19, 20, 21, 22)),
        (13, ["waiting_for_person"]),
        (14, ["waiting_for_person"]),
        (24, []),
        (77, []),
    ],
)
def test_what_a_status_means(s2low, platform, code, verdict):
    platform.answers(said(code, ""))
    status = s2low.helios.statut(5120)
    assert [name for name in PROPERTIES if getattr(status, name)] == verdict
    assert (status.accepted, status.details) == (code == 4, code == 8)
    assert (status.refus is not None) == (code in (-1, 6, 13, 14))


def test_every_known_status_has_a_label_and_an_unknown_one_is_said_so(s2low, platform):
    for code in StatutHelios:
        platform.answers(said(int(code), ""))
        assert "inconnu" not in s2low.helios.statut(1).libelle
    platform.answers(said(77, ""))
    assert s2low.helios.statut(1).libelle == "Statut inconnu (77)"


@pytest.mark.parametrize(
    ("code", "message", "announced"),
    [
        (3, "Transaction 5120 acceptee", 4),
        (3, "Transaction 5120 acceptée", 4),
        (3, "Transaction 5120 refusée", 6),
        (3, "Transaction 5120 : information disponible", 8),
        (3, "Transaction 5120 transmise au serveur.", None),
        (4, "Transaction 5120 acceptee", None),
    ],
)
def test_a_status_3_may_tell_what_its_acquit_will_say(s2low, platform, code, message, announced):
    platform.answers(said(code, message))
    assert s2low.helios.statut(5120).annonce == announced


@pytest.mark.parametrize(
    ("code", "message", "refused"),
    [
        (-1, "Transaction 5122 : ce fichier existe déjà sur la plateforme", NomFicAlreadyUsed),
        (-1, "ce fichier existe déjà sur la plateforme", NomFicAlreadyUsed),
        (-1, "Transaction 5122 : ce fichier n'est pas en XML", NotPes),
        (
            -1,
            "Transaction 5122 : La balise Enveloppe/Parametre/NomFic n'est pas présente ou est vide",
            NotPes,
        ),
        (-1, "Transaction 5122 : l'encodage du fichier n'est pas ISO-8859-1", NotPes),
        (-1, "Transaction 5122 : La signature du fichier est invalide : périmée", SignatureRefused),
        (-1, "Transaction 5122 : un virus a été détecté", DamagedFile),
        (-1, "Transaction 5122 : erreur retournée par Helios", RefusedByHelios),
        (-1, "Transaction 5122 : le schéma n'est pas respecté", RefusedByPlatform),
        (6, "Transaction 5121 refusée", RefusedByHelios),
        (6, "", RefusedByHelios),
        (13, "", WaitingForConfirmation),
        (14, "", WaitingForConfirmation),
    ],
)
@pytest.mark.parametrize("spoken", ["utf-8", "question marks", "twice encoded"])
def test_what_stands_in_the_way_is_a_type(s2low, platform, code, message, refused, spoken):
    text = {
        "utf-8": message,
        "question marks": message.encode("ascii", "replace").decode(),
        "twice encoded": message.encode().decode("iso-8859-1"),
    }[spoken]
    platform.answers(said(code, text, encoding="utf-8"))
    status = s2low.helios.statut(5122)
    assert type(status.refus) is refused
    assert status.refus.said == status.message


def test_an_unknown_transaction_is_not_found(s2low, platform):
    platform.answers(
        b"<transaction><id/><resultat>KO</resultat><message>Num\xe9ro de transaction invalide</message>"
        b"<status/></transaction>"
    )
    with pytest.raises(NotFound):
        s2low.helios.statut(5120)


@pytest.mark.parametrize("body", [said("", ""), said("trois", ""), said(3, "")[:-8], b"", b"OK\n3\n", b"{}"])
def test_an_answer_without_a_status_is_unreadable(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(UnreadableAnswer):
        s2low.helios.statut(5120)
