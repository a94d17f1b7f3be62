from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    ConfigurationError,
    InvalidInput,
    InvalidRequest,
    OutcomeUnknown,
    UnreadableAnswer,
)
from cdg62_connect.s2low import (
    Comptage,
    CompteCollectivite,
    LoginAlreadyUsed,
    NewCollectivite,
    NewUtilisateur,
    SirenAlreadyUsed,
    certificate_of,
)
from cdg62_connect.settings import Secret
from cdg62_connect.transport import Payload

OK = b'{"status":"ok","message":"fait","id":"12"}'
PEM = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nREVG\n-----END PRIVATE KEY-----\n"


def user(**changes: object) -> NewUtilisateur:
    fields: dict[str, object] = {
        "name": "Martin",
        "givenname": "Ana",
        "email": "a@b.fr",
        "authority_id": 12,
        "certificate": Payload.of(PEM.encode()),
    }
    return NewUtilisateur(**{**fields, **changes})


def test_an_authority_is_created_then_changed(s2low, platform):
    platform.answers(OK)
    valmont = NewCollectivite(
        name="Valmont-l'Étang", siren="216209916", modules={1: "1"}, champs={"postal_code": "62000"}
    )
    assert s2low.administration.enregistrer_collectivite(valmont) == 12
    assert platform.last.path == "/admin/authorities/admin_authority_edit_handler.php"
    assert platform.last.parts() == [
        ("api", None, b"1"),
        ("name", None, b"Valmont-l'\xc9tang"),
        ("siren", None, b"216209916"),
        ("postal_code", None, b"62000"),
        ("perm_1", None, b"1"),
    ]
    platform.answers(b'{"status":"ok","message":""}')
    changed = NewCollectivite(name="Valmont", siren="216209916", id=12)
    assert s2low.administration.enregistrer_collectivite(changed) == 12
    assert ("id", None, b"12") in platform.last.parts()


def test_an_account_is_created_with_its_certificate(s2low, platform):
    platform.answers(OK)
    s2low.administration.enregistrer_utilisateur(
        user(login="ana", password=Secret("mot"), modules={2: "1"}, champs={"auth_method": "1"})
    )
    assert platform.last.path == "/admin/users/admin_user_edit_handler.php"
    assert platform.last.parts() == [
        ("api", None, b"1"),
        ("name", None, b"Martin"),
        ("givenname", None, b"Ana"),
        ("email", None, b"a@b.fr"),
        ("authority_id", None, b"12"),
        ("role", None, b"USER"),
        ("login", None, b"ana"),
        ("password", None, b"mot"),
        ("auth_method", None, b"1"),
        ("perm_2", None, b"1"),
        ("certificate", "certificate.pem", PEM.encode()),
    ]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Ce numéro de SIREN (216209916) est déjà utilisé par une autre collectivité.", SirenAlreadyUsed),
        ("Le code département ou le code arrondissement sont incorrects", InvalidRequest),
        ("Ce login est déja utilisé", LoginAlreadyUsed),
        (
            "Un utilisateur avec les mêmes informations de connexion et d'identification existe",
            LoginAlreadyUsed,
        ),
        ("Accès refusé", AccessRefused),
    ],
)
def test_a_refusal_is_told_by_what_the_caller_can_do(s2low, platform, message, error):
    platform.answers(f'{{"status":"error","error-message":"{message}"}}'.encode())
    for call in (
        lambda: s2low.administration.enregistrer_collectivite(NewCollectivite(name="V", siren="216209916")),
        lambda: s2low.administration.enregistrer_utilisateur(user()),
    ):
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error


@pytest.mark.parametrize("body", [b"", b"{}", b'{"status":"ok"}', b"[]", b'{"id":12}', b"<html>"])
def test_what_does_not_say_that_it_is_kept_is_unknown(s2low, platform, body):
    platform.answers(body)
    with pytest.raises(OutcomeUnknown):
        s2low.administration.enregistrer_utilisateur(user())


@pytest.mark.parametrize(
    "changes",
    [
        {"certificate": None},
        {"authority_id": 0},
        {"name": " "},
        {"champs": {"login": "x"}},
        {"champs": {"A B": "x"}},
    ],
)
def test_an_impossible_account_never_leaves(changes):
    with pytest.raises(InvalidInput):
        user(**changes)


@pytest.mark.parametrize("changes", [{"siren": "12"}, {"name": ""}, {"champs": {"siren": "1"}}])
def test_an_impossible_authority_never_leaves(changes):
    with pytest.raises(InvalidInput):
        NewCollectivite(**{"name": "V", "siren": "216209916", **changes})


def test_a_private_key_never_leaves(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="clé privée"):
        user(certificate=Payload.of((PEM + KEY).encode()))
    file = tmp_path / "compte.pem"
    file.write_text(KEY + PEM)
    assert certificate_of(file).source == PEM.encode()
    file.write_text(KEY)
    with pytest.raises(ConfigurationError):
        certificate_of(file)
    with pytest.raises(ConfigurationError):
        certificate_of(tmp_path / "absent.pem")


COUNTS = (
    b'{"result":"ok","message":"","authority_group_id":3,"min_date":"2026-03-01","max_date":"2026-03-31",'
    b'"nbTransactionPerAuthorities":[{"authority_id":"12","name":"Valmont","nb_transactions":"5"}]}'
)


def test_a_group_counts_what_its_authorities_transmit(s2low, platform):
    platform.answers(COUNTS)
    expected = Comptage("2026-03-01", "2026-03-31", (CompteCollectivite(12, "Valmont", 5),))
    assert s2low.administration.compter_actes(annee=2026, mois=3, groupe=3) == expected
    assert platform.last.path == "/modules/actes/api/nb_actes_by_authorities_and_date.php"
    assert platform.last.query == [("authority_group_id", "3"), ("month", "3"), ("year", "2026")]
    assert s2low.administration.compter_pes() == expected
    assert platform.last.path == "/modules/helios/api/nb_pes_aller_by_authorities_and_date.php"
    assert platform.last.query == []
    platform.answers('{"result":"ko","message":"Accès refusé"}'.encode())
    with pytest.raises(AccessRefused):
        s2low.administration.compter_actes()
    platform.answers(b'{"result":"ok"}')
    with pytest.raises(UnreadableAnswer):
        s2low.administration.compter_pes()


@pytest.mark.parametrize("period", [{"annee": 2026}, {"mois": 3}, {"annee": 2026, "mois": 13}])
def test_a_month_has_a_year(s2low, platform, period):
    with pytest.raises(InvalidInput):
        s2low.administration.compter_actes(**period)
    assert platform.asked == []
