"""An authority and its accounts prepared through the administration of S2LOW."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.simulator import Simulator

AUTHORITY = "/admin/authorities/admin_authority_edit_handler.php"
USER = "/admin/users/admin_user_edit_handler.php"
TEST = "/api/test-connexion.php"


class Administrator:
    """A program that administers."""

    def __init__(self, program: Any) -> None:
        self.program = program

    def authority(self, **changes: str) -> Any:
        given = {"name": "Essai", "siren": "200069037", "department": "062", "district": "1", **changes}
        return self.post(AUTHORITY, given)

    def user(self, certificate: Path | None = None, **changes: str) -> Any:
        files = [("certificate", "c.pem", certificate.read_bytes())] if certificate else []
        return self.post(USER, {"name": "Service", "givenname": "Web", "role": "USER", **changes}, files)

    def post(self, path: str, fields: dict[str, str], files: Any = ()) -> Any:
        pairs = [("api", "1"), *((name, value) for name, value in fields.items() if value)]
        answer = self.program.post(path, pairs, files)
        assert answer.headers["Content-Type"] == "text/plain"
        return answer.json()


@pytest.fixture
def administrator(simulator: Simulator, caller: Callable[..., Any]) -> Administrator:
    presented = simulator.certificates.administration
    return Administrator(caller(certificate=(presented.certificate, presented.key)))


@pytest.fixture
def pair(simulator: Simulator, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    return simulator.authority.client_certificate(f"administration {request.node.name}")


def test_a_new_authority_with_its_account_can_deposit(
    administrator: Administrator,
    simulator: Simulator,
    caller: Callable[..., Any],
    pair: tuple[Path, Path],
    admin: Any,
) -> None:
    made = administrator.authority()
    assert made["status"] == "ok"
    assert administrator.user(pair[0], authority_id=str(made["id"]))["status"] == "ok"
    program = caller(certificate=pair)
    assert program.get("/api/info-connexion.php").json()["authority_info"]["name"] == "Essai"
    admin.post("/s2low/classification", {"siren": "200069037", "version": "2025-01-01"})
    assert program.created()
    simulator.reset()
    assert program.get(TEST).status_code == 302, "what the administration made does not outlive a reset"
    assert administrator.authority()["status"] == "ok"


def test_an_account_may_take_the_certificate_of_another(
    administrator: Administrator, caller: Callable[..., Any], pair: tuple[Path, Path]
) -> None:
    authority = str(administrator.authority()["id"])
    first = administrator.user(pair[0], authority_id=authority, login="premier-compte", password="secret-1")
    second = administrator.user(
        authority_id=authority, new_id=str(first["id"]), login="second-compte", password="secret-2"
    )
    assert second["status"] == "ok"
    program = caller(certificate=pair)
    assert program.get("/admin/users/api-list-login.php").text == "premier-compte\nsecond-compte\n"
    program.session.auth = ("second-compte", "secret-2")
    assert program.get(TEST).text == "OK"


def test_an_account_is_changed_closed_and_limited(
    administrator: Administrator, caller: Callable[..., Any], pair: tuple[Path, Path]
) -> None:
    authority = str(administrator.authority()["id"])
    made = administrator.user(pair[0], authority_id=authority, perm_1="RO", perm_2="NONE")
    program = caller(certificate=pair)
    assert "Accès refusé" in program.create().content.decode("latin-1")
    assert program.get("/modules/actes/api/list_actes.php").json()["transactions"] == []
    assert administrator.user(id=str(made["id"]), status="0")["status"] == "ok"
    assert "authentification" in program.create().content.decode("latin-1")


def test_an_authority_is_changed_and_given_back_by_a_reset(
    administrator: Administrator, simulator: Simulator
) -> None:
    first = simulator.s2low.accounts.authority("216209916")
    answer = administrator.authority(
        id=str(first.id), siren="", name="Autre nom", helios_ftp_dest="AILLEURS", perm_2="0",
        helios_do_not_verify_nom_fic_unicity="t",
    )  # fmt: skip
    assert answer["id"] == first.id
    assert (first.collectivite.nom, first.helios_dest, first.module_helios) == (
        "Autre nom",
        "AILLEURS",
        False,
    )
    assert first.nom_fic_reutilisable
    simulator.reset()
    assert (first.collectivite.nom, first.module_helios) == ("Valmont-les-Tilleuls", True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"department": "62"}, "Le code département ou le code arrondissement sont incorrects"),
        ({"district": ""}, "Le code département ou le code arrondissement sont incorrects"),
        (
            {"siren": "216209916"},
            "Ce numéro de SIREN (216209916) est déjà utilisé par une autre collectivité.",
        ),
        ({"siren": "12"}, "Le numéro de SIREN est incorrect"),
        ({"name": ""}, "Le nom est obligatoire"),
        ({"id": "999"}, "Accès refusé"),
    ],
)
def test_an_authority_that_is_not_in_order_is_refused(
    administrator: Administrator, changes: dict[str, str], says: str
) -> None:
    assert administrator.authority(**changes) == {"status": "error", "error-message": says}


def test_an_account_that_is_not_in_order_is_refused(
    administrator: Administrator, simulator: Simulator, pair: tuple[Path, Path]
) -> None:
    authority = str(administrator.authority()["id"])
    assert administrator.user(pair[0])["error-message"] == "authority_id est obligatoire"
    assert (
        administrator.user(authority_id=authority)["error-message"]
        == "Le certificat utilisateur est obligatoire"
    )
    not_one = simulator.folder / "rien.pem"
    not_one.write_text("rien")
    assert "certificat" in administrator.user(not_one, authority_id=authority)["error-message"]
    assert (
        administrator.user(pair[0], authority_id=authority, role="ROI")["error-message"]
        == "Le rôle est incorrect"
    )
    assert administrator.user(pair[0], authority_id=authority, login="agent-1")["error-message"] == (
        "Ce login est déja utilisé"
    )
    assert administrator.user(pair[0], authority_id=authority)["status"] == "ok"
    assert "mêmes informations" in administrator.user(pair[0], authority_id=authority)["error-message"]


def test_only_administrators_administer(
    s2low: Any, simulator: Simulator, caller: Callable[..., Any], pair: tuple[Path, Path]
) -> None:
    assert Administrator(s2low).authority()["error-message"] == "Accès refusé"
    assert Administrator(s2low).user()["error-message"] == "Accès refusé"
    simulator.s2low.accounts.add_account("216209916", pair[0], role="ADM")
    local = Administrator(caller(certificate=pair))
    mine, other = (simulator.s2low.accounts.authority(siren).id for siren in ("216209916", "216209924"))
    assert local.authority(id=str(mine), siren="216209916", name="Nous")["status"] == "ok"
    assert local.authority(id=str(other), siren="216209924")["error-message"] == "Accès refusé"
    assert local.user(authority_id=str(other), new_id="1")["error-message"] == "Accès refusé"


def test_without_api_an_administrator_is_sent_to_a_page(administrator: Administrator) -> None:
    assert administrator.program.post(AUTHORITY, [("name", "x")]).status_code == 302


def test_who_administers_does_nothing_else(administrator: Administrator) -> None:
    assert "Accès refusé" in administrator.program.create().content.decode("latin-1")
