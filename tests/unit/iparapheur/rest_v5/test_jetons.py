"""Tokens: obtained once, renewed in time and once for everybody, never asked for again after a refusal, never shown."""

from __future__ import annotations

import logging
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cdg62_connect.errors import (
    AuthenticationRefused,
    ConfigurationError,
    InvalidInput,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur.rest_v5 import Compte, CompteApplicatif, IparapheurRest, Lieu
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import HttpSession
from support.parapheur_rest import PASSWORD, Asked, Platform, Reply, Watch, as_json, error, page

LIEU = Lieu("t", "b", "d", "k")
REFUSED = as_json({"error": "invalid_grant", "error_description": "Invalid user credentials"}, 401)


def authorizations(platform: Platform) -> list[str]:
    return [asked.headers["Authorization"] for asked in platform.asked]


def test_the_first_call_obtains_a_token_with_the_account_and_nothing_else(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(page())
    rest.tenants.lister()
    (token,) = platform.tokens
    assert token.method == "POST"
    assert token.form() == {
        "client_id": "ipcore-web",
        "username": "ws-valmont",
        "password": PASSWORD,
        "grant_type": "password",
    }
    assert "Authorization" not in token.headers
    assert authorizations(platform) == ["Bearer jeton-1"]


def test_a_token_serves_until_four_fifths_of_its_life(
    rest: IparapheurRest, platform: Platform, watch: Watch
) -> None:
    platform.answers(page())
    rest.tenants.lister()
    watch.moment += timedelta(seconds=239)
    rest.tenants.lister()
    assert len(platform.tokens) == 1
    watch.moment += timedelta(seconds=2)
    rest.tenants.lister()
    assert platform.tokens[1].form() == {
        "client_id": "ipcore-web",
        "refresh_token": "suite-1",
        "grant_type": "refresh_token",
    }
    assert authorizations(platform)[-1] == "Bearer jeton-2"


@pytest.mark.parametrize("refusal", [REFUSED, as_json({"error": "invalid_grant"}, 400)])
def test_a_session_that_has_ended_is_opened_again_with_the_password(
    rest: IparapheurRest, platform: Platform, watch: Watch, refusal: Reply
) -> None:
    platform.answers(page())
    rest.tenants.lister()
    usual = platform.keycloak
    platform.keycloak = lambda asked: refusal if "refresh_token" in asked.form() else usual(asked)
    watch.moment += timedelta(seconds=250)
    rest.tenants.lister()
    assert [asked.form()["grant_type"] for asked in platform.tokens] == [
        "password",
        "refresh_token",
        "password",
    ]


def test_a_session_that_is_known_to_have_ended_is_not_asked_for(
    rest: IparapheurRest, platform: Platform, watch: Watch
) -> None:
    platform.answers(page())
    rest.tenants.lister()
    watch.moment += timedelta(hours=2)
    rest.tenants.lister()
    assert [asked.form()["grant_type"] for asked in platform.tokens] == ["password", "password"]


def test_calls_made_at_once_share_one_token(rest: IparapheurRest, platform: Platform) -> None:
    usual, slow = platform.keycloak, threading.Event()

    def keycloak(asked: Asked) -> Reply:
        slow.wait(0.2)
        return usual(asked)

    platform.keycloak = keycloak
    platform.answers(page())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: rest.tenants.lister(), range(16)))
    assert len(platform.tokens) == 1
    assert set(authorizations(platform)) == {"Bearer jeton-1"}


def test_a_token_refused_by_the_api_is_replaced_once_and_the_call_replayed(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.says = lambda asked: (
        error(401, "expired") if asked.headers["Authorization"] == "Bearer jeton-1" else page()
    )
    assert rest.tenants.lister() == ()
    assert authorizations(platform) == ["Bearer jeton-1", "Bearer jeton-2"]


def test_an_effect_refused_for_its_token_was_not_done_and_is_replayed(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.says = lambda asked: error(401, "") if asked.headers["Authorization"].endswith("1") else Reply()
    rest.taches.demarrer(LIEU)
    assert len(platform.asked) == 2


def test_a_call_that_is_always_refused_is_replayed_only_once(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(error(401, "Unauthorized"))
    with pytest.raises(AuthenticationRefused):
        rest.tenants.lister()
    assert len(platform.asked) == 2


def test_a_refused_login_is_neither_retried_nor_tried_again_within_a_minute(
    rest: IparapheurRest, platform: Platform, watch: Watch
) -> None:
    platform.keycloak = lambda _: REFUSED
    for _ in range(3):
        with pytest.raises(AuthenticationRefused):
            rest.tenants.lister()
        watch.moment += timedelta(seconds=25)
    assert len(platform.tokens) == 1
    assert not platform.asked
    platform.gives_tokens()
    platform.answers(page())
    assert rest.tenants.lister() == ()


def test_a_client_that_may_not_ask_for_tokens_is_a_refused_account(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.keycloak = lambda _: as_json(
        {"error": "unauthorized_client", "error_description": "Client not allowed for direct access grants"},
        400,
    )
    with pytest.raises(AuthenticationRefused, match="direct access grants"):
        rest.tenants.lister()


def test_credentials_of_a_client_are_sent_as_such(platform: Platform, watch: Watch) -> None:
    platform.answers(page())
    compte = CompteApplicatif("connect", Secret("clef-du-client"))
    with IparapheurRest(
        HttpSession(platform.address, platform="iparapheur", clock=watch),
        compte=compte,
    ) as rest:
        rest.tenants.lister()
    assert platform.tokens[0].form() == {
        "client_id": "connect",
        "client_secret": "clef-du-client",
        "grant_type": "client_credentials",
    }


def test_keycloak_restarting_is_waited_for(rest: IparapheurRest, platform: Platform, watch: Watch) -> None:
    usual = platform.keycloak
    platform.keycloak = lambda asked: error(503, "restart") if len(platform.tokens) < 3 else usual(asked)
    platform.answers(page())
    assert rest.tenants.lister() == ()
    assert len(watch.waits) == 2


def test_an_effect_is_not_of_unknown_outcome_because_keycloak_is_down(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.keycloak = lambda _: error(503, "restart")
    with pytest.raises(Unavailable):
        rest.taches.demarrer(LIEU)
    assert not platform.asked


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>connexion</html>", 200, {"Content-Type": "text/html"}),
        as_json([]),
        as_json({}),
        as_json({"access_token": 12}),
        as_json({"access_token": "deux mots"}),
        as_json({"access_token": "ligne\r\nX-Autre: oui"}),
        Reply(status=302, headers={"Location": "https://ailleurs.exemple/"}),
    ],
)
def test_what_is_no_token_is_told_so(rest: IparapheurRest, platform: Platform, reply: Reply) -> None:
    platform.keycloak = lambda _: reply
    with pytest.raises(UnreadableAnswer):
        rest.tenants.lister()


@pytest.mark.parametrize("life", [None, "300", -5, True, 1e300, 10**400, 0])
def test_a_life_that_makes_no_sense_is_a_short_one_or_a_bounded_one(
    rest: IparapheurRest, platform: Platform, life: object
) -> None:
    platform.gives_tokens(expires_in=life, refresh_expires_in=life)
    platform.answers(page())
    rest.tenants.lister()
    rest.tenants.lister()
    assert len(platform.tokens) == 1


def test_neither_password_nor_token_is_ever_shown(
    rest: IparapheurRest, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # A platform may repeat what it was given.
    platform.says = lambda asked: error(401, f"token {asked.headers['Authorization']} refused")
    with pytest.raises(AuthenticationRefused) as refused:
        rest.tenants.lister()
    platform.says = lambda _: error(503, "plus tard")
    with pytest.raises(OutcomeUnknown) as unknown:
        rest.taches.demarrer(LIEU)
    compte = Compte("ws-valmont", Secret(PASSWORD))
    shown = [caplog.text, str(refused.value), repr(refused.value.__dict__), str(unknown.value), repr(compte)]
    for text in (*shown, repr(rest)):
        assert PASSWORD not in text
        assert "jeton-" not in text
        assert "suite-" not in text
    with pytest.raises(TypeError):
        pickle.dumps(compte)


def test_a_realm_is_a_name(platform: Platform) -> None:
    with pytest.raises(ConfigurationError):
        IparapheurRest(
            HttpSession(platform.address, platform="iparapheur"),
            compte=Compte("ws", Secret("x")),
            realm="../admin",
        )


def test_a_password_that_cannot_be_written_leaves_nothing(platform: Platform) -> None:
    with (
        IparapheurRest(
            HttpSession(platform.address, platform="iparapheur"),
            compte=Compte("ws", Secret("x\ud800y")),
        ) as rest,
        pytest.raises(InvalidInput) as refused,
    ):
        rest.tenants.lister()
    assert not platform.tokens
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_tokens_and_calls_share_one_connection(platform: Platform, watch: Watch) -> None:
    platform.answers(page())
    with IparapheurRest(
        HttpSession(platform.address, platform="iparapheur", clock=watch),
        compte=Compte("ws", Secret(PASSWORD)),
    ) as rest:
        for _ in range(5):
            rest.tenants.lister()
            watch.moment += timedelta(seconds=300)
    assert (len(platform.tokens), len(platform.asked)) == (5, 5)
    assert len({one.port for one in (*platform.tokens, *platform.asked)}) == 1
