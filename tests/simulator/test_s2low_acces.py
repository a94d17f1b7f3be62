"""Who S2LOW lets in, and what the others are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.simulator import Simulator

ACTES = "/modules/actes"
TEST = "/api/test-connexion.php"
SIREN = "216209916"


@pytest.fixture
def certificate(simulator: Simulator, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """A client certificate that only this test uses."""
    return simulator.authority.client_certificate(f"test-{request.node.name}")


def test_a_known_certificate_is_enough_when_it_has_one_account(s2low: Any) -> None:
    answer = s2low.get(TEST)
    assert (answer.status_code, answer.content) == (200, b"OK")


def test_a_certificate_without_account_is_told_in_http_200_or_302(
    caller: Callable[..., Any], certificate: tuple[Path, Path]
) -> None:
    stranger = caller(certificate=certificate)
    assert stranger.get(TEST).status_code == 302
    assert stranger.get(TEST, api=1).content == b"KO\nLa connexion n&#039;a pas pu \xeatre \xe9tablie\n"
    assert stranger.create().content.startswith(b"KO\nLa connexion")


@pytest.fixture
def shared(simulator: Simulator, caller: Callable[..., Any], certificate: tuple[Path, Path]) -> Any:
    """A program whose certificate is that of two accounts."""
    for name in ("un", "deux"):
        simulator.s2low.accounts.add_account(SIREN, certificate[0], login=name, password=f"secret-{name}")
    return caller(certificate=certificate)


def test_several_accounts_on_one_certificate_need_a_login(shared: Any) -> None:
    assert shared.get(TEST, api=1).content.startswith(b"KO\nLa connexion")
    shared.session.auth = ("deux", "secret-deux")
    assert shared.get(TEST).content == b"OK"
    shared.session.auth = ("deux", "secret-un")
    assert shared.get(TEST).status_code == 302


def test_the_next_generation_redirects_and_spoils_its_accents(simulator: Simulator, shared: Any) -> None:
    simulator.s2low.profile = "next"
    assert shared.get(TEST, api=1).content == b"KO\nLa connexion n&#039;a pas pu ?tre ?tablie\n"
    assert shared.get(TEST).headers["Location"] == "/login.php?error=multiple_accounts"
    shared.session.auth = ("un", "faux")
    assert shared.get(TEST).content.startswith(b"KO\n"), "l'adresse contient /api"
    status = shared.get(f"{ACTES}/actes_transac_get_status.php", transaction=1)
    assert status.headers["Location"] == "/login.php?error=bad_credentials"


def test_the_next_generation_always_redirects_an_unknown_certificate(
    simulator: Simulator, caller: Callable[..., Any], certificate: tuple[Path, Path]
) -> None:
    simulator.s2low.profile = "next"
    answer = caller(certificate=certificate).create()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/connexion-status")


def test_who_may_only_deposit_leaves_the_rest_to_a_person(
    simulator: Simulator, caller: Callable[..., Any], certificate: tuple[Path, Path]
) -> None:
    simulator.s2low.accounts.add_account(SIREN, certificate[0], droits=["CS"])
    depositor = caller(certificate=certificate)
    transaction = depositor.created(en_attente="0")
    assert depositor.status(transaction)[0] == 17
    refused = depositor.post(f"{ACTES}/actes_transac_cancel.php", [("api", "1"), ("id", str(transaction))])
    assert refused.content == b"KO\nAcc\xe8s refus\xe9.\n"


@pytest.mark.parametrize(
    "rights",
    [{"droits": []}, {"module": "RO"}, {"module": "NONE"}, {"role": "GADM"}, {"role": "SADM"}],
)
def test_who_lacks_the_right_cannot_deposit(
    simulator: Simulator, caller: Callable[..., Any], certificate: tuple[Path, Path], rights: dict[str, Any]
) -> None:
    simulator.s2low.accounts.add_account(SIREN, certificate[0], **rights)
    assert caller(certificate=certificate).create().content == b"KO\nAcc\xe8s refus\xe9\n"


def test_a_certificate_that_is_not_rgs_cannot_transmit(
    simulator: Simulator, caller: Callable[..., Any], certificate: tuple[Path, Path]
) -> None:
    simulator.s2low.accounts.add_account(SIREN, certificate[0], rgs=False)
    answer = caller(certificate=certificate).create().content
    assert answer.startswith(
        "KO\nLa télétransmission nécessite un certificat RGS&lt;br/&gt;".encode("latin-1")
    )


def test_another_authority_sees_nothing(s2low: Any, caller: Callable[..., Any]) -> None:
    transaction = s2low.acknowledged()
    file = s2low.files(transaction)[1]["id"]
    other = caller(1)
    refused = other.get(f"{ACTES}/actes_transac_get_status.php", transaction=transaction)
    assert refused.content == "KO\nAccès refusé\n".encode()
    assert other.get(f"{ACTES}/actes_transac_get_ARActe.php", id=transaction).status_code == 302
    assert other.get(f"{ACTES}/actes_download_file.php", file=file).status_code == 302
    assert other.get(f"{ACTES}/actes_create_pdf.php", trans_id=transaction).status_code == 302


def test_the_status_is_for_the_owner_the_administrator_and_the_archivist(
    simulator: Simulator, s2low: Any, caller: Callable[..., Any]
) -> None:
    transaction = s2low.created()
    told: dict[str, str] = {}
    for role in ("USER", "ADM", "ARCH"):
        pair = simulator.authority.client_certificate(f"collegue-{role}")
        simulator.s2low.accounts.add_account(SIREN, pair[0], role=role)
        answer = caller(certificate=pair).get(
            f"{ACTES}/actes_transac_get_status.php", transaction=transaction
        )
        told[role] = answer.text.split("\n")[0]
    assert told == {"USER": "KO", "ADM": "OK", "ARCH": "OK"}


def test_who_is_connected_is_told_in_texts_and_without_any_password(s2low: Any, shared: Any) -> None:
    told = s2low.get("/api/info-connexion.php").json()
    assert told["user_info"]["role"] == "USER"
    assert told["authority_info"]["name"] == "Valmont-les-Tilleuls"
    assert told["authority_info"]["id"] == told["user_info"]["authority_id"]
    assert told["authority_info"]["department"] == "062"
    shared.session.auth = ("deux", "secret-deux")
    answer = shared.get("/api/info-connexion.php")
    assert answer.json()["user_info"]["login"] == "deux"
    assert "secret" not in answer.text


def test_the_test_of_rgs_answers_one_word(
    simulator: Simulator, s2low: Any, caller: Callable[..., Any], certificate: tuple[Path, Path]
) -> None:
    assert s2low.get("/api/test-rgs.php").content == b"OK"
    simulator.s2low.accounts.add_account(SIREN, certificate[0], rgs=False)
    assert caller(certificate=certificate).get("/api/test-rgs.php").content == b"KO"
