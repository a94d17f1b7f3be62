"""Entities, accounts, roles and tokens of the simulated Pastell."""

from __future__ import annotations

from typing import Any

import pytest

from cdg62_connect.simulator import SAINTE_ALDEGONDE, TILLEULS, VALMONT, Simulator
from cdg62_connect.simulator.pastell import PROFILES
from cdg62_connect.simulator.s2low.accounts import fingerprint
from support.pastell_http import URBANISME, PastellCaller

STRONG = "Bg8-un-mot-de-passe-assez-long"


# -- who is there at first ---------------------------------------------------------------------------------------


def test_the_authorities_are_below_their_centre_de_gestion(pastell_admin: PastellCaller) -> None:
    centre = pastell_admin.get("entite/1")
    assert (centre["type"], centre["entite_mere"]) == ("centre_de_gestion", "0")
    assert sorted(one["id_e"] for one in centre["entite_fille"]) == ["2", "3", "4"]
    for rank, collectivite in enumerate((VALMONT, SAINTE_ALDEGONDE, TILLEULS), start=2):
        entity = pastell_admin.get(f"entite/{rank}")
        assert (entity["denomination"], entity["siren"]) == (collectivite.nom, collectivite.siren)
        assert (entity["centre_de_gestion"], entity["is_active"]) == ("1", True)


def test_the_description_gives_the_entity_and_account_of_each_authority(
    server: Any, simulator: Simulator
) -> None:
    described = server.describe()["pastell"]
    assert described["login"] == described["accounts"][0]["login"]
    for account in described["accounts"]:
        entity = simulator.pastell.entities.get(account["id_e"])
        user = simulator.pastell.users.named(account["login"])
        assert entity is not None
        assert user is not None
        assert (entity.siren, user.id_e) == (account["siren"], account["id_e"])
    assert described["admin"]["login"] == "admin"


def test_an_account_sees_its_entity_and_nothing_else(pastell: PastellCaller) -> None:
    assert [row["id_e"] for row in pastell.get("entite")] == ["2"]
    for other in ("1", "3"):
        assert pastell.refused(403, "GET", f"entite/{other}") == (
            f"Acces interdit id_e={other}, droit=entite:lecture,id_u=2"
        )
    assert pastell.refused(403, "GET", "entite/3/document") == (
        "Acces interdit id_e=3, droit=entite:lecture,id_u=2"
    )


def test_the_urbanisme_flux_is_offered(pastell: PastellCaller) -> None:
    assert pastell.get("flux")[URBANISME]["nom"] == "Document d'autorisation d'urbanisme"
    assert pastell.get(f"flux/{URBANISME}")["titre"]["requis"] is True
    assert "orientation" in pastell.get(f"flux/{URBANISME}/action")
    assert (
        pastell.refused(404, "GET", "flux/nexistepas")
        == "Le flux nexistepas n'existe pas sur cette plateforme"
    )


# -- entities ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Le nom (denomination) est obligatoire"),
        ({"denomination": "X", "siren": "123456789"}, "Le siren « 123456789 » ne semble pas valide"),
        (
            {"denomination": "X", "type": "mairie"},
            "Le type d'entité doit être renseigné. Les valeurs possibles sont collectivite ou centre_de_gestion.",
        ),
        (
            {"denomination": "X", "type": "collectivite", "centre_de_gestion": "2"},
            "L'entité 2 ne peut pas être utilisée comme centre de gestion",
        ),
        (
            {"denomination": "X", "type": "collectivite", "entite_mere": "77"},
            "L'entité id_e=77 est désactivée, il n'est pas possible de créer une entité fille",
        ),
    ],
)
def test_an_entity_that_does_not_stand_is_refused(
    pastell_admin: PastellCaller, fields: dict[str, str], message: str
) -> None:
    assert pastell_admin.refused(400, "POST", "entite", data=fields) == message


def test_the_life_of_an_entity(pastell_admin: PastellCaller) -> None:
    made = pastell_admin.post("entite", type="collectivite", denomination="Commune d'essai", entite_mere="1")
    assert made == {
        "id_e": "5",
        "denomination": "Commune d'essai",
        "siren": "",
        "type": "collectivite",
        "entite_mere": "1",
        "entite_fille": [],
        "centre_de_gestion": "0",
        "is_active": True,
    }
    renamed = pastell_admin.patch("entite/5", denomination="Commune renommée")
    assert (renamed["denomination"], renamed["result"]) == ("Commune renommée", "ok")
    answer = pastell_admin.call("POST", "entite/5/deactivate")
    assert (answer.status_code, answer.json()["is_active"]) == (201, False)
    assert [row["id_e"] for row in pastell_admin.get("entite", is_active="0")] == ["5"]
    # PHP takes the text "false" for true.
    assert "5" not in {row["id_e"] for row in pastell_admin.get("entite", is_active="false")}
    assert pastell_admin.refused(400, "POST", "entite/5/explode") == "Cette action n'existe pas."
    assert pastell_admin.delete("entite/5") == {"result": "ok"}
    assert pastell_admin.refused(400, "DELETE", "entite/5") == (
        "L'identifiant de l'entite n'existe pas : {id_e=5}"
    )
    assert pastell_admin.refused(404, "GET", "entite/5") == "L'entité 5 n'a pas été trouvée"
    assert pastell_admin.refused(404, "GET", "entite/5/document") == "L'entité 5 n'existe pas"


@pytest.mark.parametrize(
    ("id_e", "message"),
    [
        ("1", "Suppression impossible : l'entité {id_e=1} possède des entités filles"),
        ("2", "Suppression impossible : des utilisateurs sont définis sur l'entité {id_e=2}"),
    ],
)
def test_an_entity_that_is_used_cannot_be_deleted(
    pastell_admin: PastellCaller, id_e: str, message: str
) -> None:
    assert pastell_admin.refused(400, "DELETE", f"entite/{id_e}") == message


def test_an_entity_with_documents_cannot_be_deleted(
    pastell: PastellCaller, pastell_admin: PastellCaller
) -> None:
    pastell.post("entite/2/document", type=URBANISME)
    assert "des documents sont définis" in pastell_admin.refused(400, "DELETE", "entite/2")


def test_no_document_is_created_on_an_inactive_entity(
    pastell: PastellCaller, pastell_admin: PastellCaller
) -> None:
    pastell_admin.post("entite/2/deactivate")
    assert "désactivée" in pastell.refused(403, "POST", "entite/2/document", data={"type": URBANISME})


# -- accounts ----------------------------------------------------------------------------------------------------


def test_the_life_of_an_account(pastell_admin: PastellCaller) -> None:
    given = {"login": "ws", "nom": "Web", "prenom": "Service", "email": "ws@exemple.fr", "id_e": "3"}
    made = pastell_admin.post("utilisateur", **given, password=STRONG)
    assert made == {**given, "id_u": "5", "certificat": "", "active": True}
    assert pastell_admin.get("utilisateur/5/role") == [
        {"id_u": "5", "role": "aucun droit", "id_e": "3", "droits": []}
    ]
    assert pastell_admin.refused(409, "POST", "utilisateur", data={**given, "password": STRONG}) == (
        "Un utilisateur avec le même login existe déjà."
    )
    changed = pastell_admin.patch("utilisateur/5", nom="Autre")
    assert (changed["nom"], changed["prenom"], changed["result"]) == ("Autre", "Service", "ok")
    assert {row["login"] for row in pastell_admin.get("utilisateur", id_e="3")} == {"ws", "api-216209924"}
    assert pastell_admin.delete("utilisateur/5") == {"result": "ok"}
    assert pastell_admin.refused(404, "GET", "utilisateur/5") == "L'utilisateur n'existe pas : {id_u=5}"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"login": ""}, "Le login est obligatoire"),
        ({"nom": ""}, "Le nom est obligatoire"),
        ({"prenom": ""}, "Le prénom est obligatoire"),
        ({"email": "x"}, "Votre adresse email ne semble pas valide"),
        ({"id_e": "77"}, "L'entité 77 n'existe pas"),
        (
            {"password": "court"},
            "Le mot de passe n'est pas assez fort. (trop court ou pas assez de caractères différents)",
        ),
    ],
)
def test_an_account_that_does_not_stand_is_refused(
    pastell_admin: PastellCaller, changed: dict[str, str], message: str
) -> None:
    given = {"login": "ws", "nom": "W", "prenom": "S", "email": "ws@exemple.fr", "password": STRONG}
    assert pastell_admin.refused(400, "POST", "utilisateur", data={**given, **changed}) == message


def test_nobody_disables_himself(pastell_admin: PastellCaller) -> None:
    assert pastell_admin.refused(400, "POST", "utilisateur/1/deactivate") == (
        "Vous ne pouvez pas désactiver votre compte utilisateur."
    )


# -- roles -------------------------------------------------------------------------------------------------------


def test_a_role_is_inherited_by_the_entities_below(
    pastell: PastellCaller, pastell_admin: PastellCaller
) -> None:
    pastell_admin.post("utilisateur/2/role", role="application-metier", id_e="1")
    assert {row["id_e"] for row in pastell.get("entite")} == {"1", "2", "3", "4"}
    assert pastell.call("POST", "entite/4/document", data={"type": URBANISME}).status_code == 201
    pastell_admin.delete("utilisateur/2/role", role="application-metier", id_e="1")
    assert {row["id_e"] for row in pastell.get("entite")} == {"2"}


def test_the_last_role_gives_way_to_none(pastell: PastellCaller, pastell_admin: PastellCaller) -> None:
    pastell_admin.delete("utilisateur/2/role", role="application-metier", id_e="2")
    assert pastell_admin.get("utilisateur/2/role")[0]["role"] == "aucun droit"
    assert pastell.get("entite") == []
    assert pastell.get("flux") == []
    assert pastell.get("version")


def test_all_roles_are_taken_at_once(pastell_admin: PastellCaller) -> None:
    pastell_admin.post("utilisateur/2/role", role="admin", id_e="2")
    pastell_admin.delete("utilisateur/2/role", role="ALL_ROLES", id_e="2")
    assert [one["role"] for one in pastell_admin.get("utilisateur/2/role")] == ["aucun droit"]


def test_an_unknown_role_is_not_given(pastell_admin: PastellCaller) -> None:
    assert pastell_admin.refused(404, "POST", "utilisateur/2/role", data={"role": "x", "id_e": "2"}) == (
        "Le role spécifié n'existe pas {role=x}"
    )


def test_roles_are_listed_for_who_may_delegate_them(
    pastell: PastellCaller, pastell_admin: PastellCaller
) -> None:
    assert {one["role"] for one in pastell_admin.get("role")} == {"admin", "application-metier"}
    assert pastell.refused(403, "GET", "role") == (
        "Vous devez avoir le droit role:lecture pour accéder à la ressource."
    )


def test_the_rights_of_a_role_are_listed(pastell_admin: PastellCaller) -> None:
    droits = pastell_admin.get("utilisateur/2/role")[0]["droits"]
    assert {f"{URBANISME}:lecture", f"{URBANISME}:edition", "entite:lecture", "journal:lecture"} <= set(
        droits
    )
    assert "entite:edition" not in droits


# -- generations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_each_generation_announces_itself(pastell: PastellCaller, simulator: Simulator, name: str) -> None:
    simulator.pastell.use_profile(name)
    assert pastell.get("version")["version"].startswith(f"{name}.")


def test_before_4_0_accounts_have_no_switch_and_there_is_no_token(
    pastell_admin: PastellCaller, simulator: Simulator
) -> None:
    simulator.pastell.use_profile("3.1")
    assert "active" not in pastell_admin.get("utilisateur/2")
    assert "is_active" not in pastell_admin.get("entite/2")
    assert (
        pastell_admin.refused(404, "GET", "utilisateur/token") == "L'utilisateur n'existe pas : {id_u=token}"
    )


def test_before_4_0_a_siren_is_needed(pastell_admin: PastellCaller, simulator: Simulator) -> None:
    simulator.pastell.use_profile("2.0")
    fields = {"type": "collectivite", "denomination": "Sans numéro"}
    assert pastell_admin.refused(400, "POST", "entite", data=fields) == "Le siren «  » ne semble pas valide"


def test_2_0_never_limits_the_failures(pastell: PastellCaller, simulator: Simulator) -> None:
    simulator.pastell.use_profile("2.0")
    wrong = {pastell.call("GET", "version", auth=("admin", "faux")).status_code for _ in range(8)}
    assert wrong == {401}


def test_the_parent_of_an_entity_is_fixed_from_4_1_8_on(
    pastell_admin: PastellCaller, simulator: Simulator
) -> None:
    simulator.pastell.use_profile("4.1")
    assert pastell_admin.patch("entite/2", entite_mere="4")["entite_mere"] == "1"


def test_a_certificate_registered_for_two_accounts_identifies_nobody(simulator: Simulator) -> None:
    users = simulator.pastell.users
    mark = fingerprint(simulator.accesses[0].certificate.read_text())
    one = users.add("un", certificate=mark)
    assert users.certified(mark) == one
    users.add("deux", certificate=mark)
    assert users.certified(mark) is None
