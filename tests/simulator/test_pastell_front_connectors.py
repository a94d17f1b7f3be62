"""Connectors, associations and frequencies of the simulated Pastell."""

from __future__ import annotations

from typing import Any

import pytest

from cdg62_connect.simulator import Simulator
from support.pastell_http import URBANISME, PastellCaller

CONNECTORS = "entite/2/connecteur"


def _created(pastell_admin: PastellCaller, id_connecteur: str, libelle: str = "essai") -> str:
    return str(pastell_admin.post(CONNECTORS, id_connecteur=id_connecteur, libelle=libelle)["id_ce"])


# -- those of the installation -----------------------------------------------------------------------------------


def test_each_authority_has_connectors_pointed_at_the_simulated_platforms(
    server: Any, pastell: PastellCaller
) -> None:
    described = server.describe()
    data: dict[str, list[Any]] = {}
    for row in pastell.get(CONNECTORS):
        data.setdefault(row["id_connecteur"], []).append(pastell.get(f"{CONNECTORS}/{row['id_ce']}")["data"])
    assert set(data) == {"iParapheur", "s2low", "transformation-generique"}
    for parapheur in data["iParapheur"]:
        assert parapheur["iparapheur_wsdl"] == described["iparapheur_soap"]["url"] + "?wsdl"
        assert parapheur["iparapheur_password"] == "MOT DE PASSE NON RECUPERABLE"
    assert {one["iparapheur_type"] for one in data["iParapheur"]} == {"URBANISME", "PES"}
    [s2low] = data["s2low"]
    assert s2low["url"] == described["s2low"]["url"]


def test_the_connectors_of_the_installation_answer(pastell_admin: PastellCaller) -> None:
    for row in pastell_admin.get(CONNECTORS):
        test = {"iParapheur": "test-iparapheur", "s2low": "test-tedetis"}.get(row["id_connecteur"])
        if test:
            told = pastell_admin.post(f"{CONNECTORS}/{row['id_ce']}/action/{test}")
            assert told["result"] is True, told


def test_without_served_platforms_the_connectors_are_the_stubs_of_pastell(tmp_path: Any) -> None:
    alone = Simulator(folder=tmp_path)
    kinds = [one.id_connecteur for one in alone.pastell.connectors.of("2")]
    assert kinds == ["fakeIparapheur", "fakeTdt", "transformation-generique"]


def test_platforms_that_move_are_followed_and_documents_stay(
    pastell: PastellCaller, simulator: Simulator
) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    served = simulator.peers
    with simulator.served_at(parapheur="http://ailleurs.invalid", s2low="https://ailleurs.invalid"):
        assert simulator.peers != served
        data = simulator.pastell.connectors.detail(simulator.pastell.connectors.all("iParapheur")[0])["data"]
        assert data["iparapheur_wsdl"].startswith("http://ailleurs.invalid/")
        assert pastell.get(f"entite/2/document/{id_d}")
    assert simulator.peers == served


# -- their life --------------------------------------------------------------------------------------------------


def test_a_new_connector_is_empty(pastell_admin: PastellCaller) -> None:
    answer = pastell_admin.call("POST", CONNECTORS, data={"id_connecteur": "fakeTdt", "libelle": "Bouchon"})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["type"], made["data"], made["action-possible"]) == ("TdT", [], [])
    assert (made["frequence_en_minute"], made["id_verrou"]) == ("1", "")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id_connecteur": "fakeTdt"}, "Le libellé est obligatoire."),
        ({"id_connecteur": "nexistepas", "libelle": "x"}, "Aucun connecteur du type « nexistepas »"),
    ],
)
def test_a_connector_that_does_not_stand_is_refused(
    pastell_admin: PastellCaller, fields: dict[str, str], message: str
) -> None:
    assert pastell_admin.refused(400, "POST", CONNECTORS, data=fields) == message


def test_a_connector_is_renamed(pastell_admin: PastellCaller) -> None:
    path = f"{CONNECTORS}/{_created(pastell_admin, 'fakeTdt')}"
    assert pastell_admin.refused(400, "PATCH", path, data={"id_verrou": "V"}) == "Le libellé est obligatoire."
    told = pastell_admin.patch(path, libelle="renommé", frequence_en_minute="5", id_verrou="V")
    assert (told["libelle"], told["frequence_en_minute"], told["id_verrou"]) == ("renommé", "5", "V")


def test_the_content_takes_the_fields_of_the_form_and_ignores_the_others(
    pastell_admin: PastellCaller,
) -> None:
    path = f"{CONNECTORS}/{_created(pastell_admin, 'fakeTdt')}"
    told = pastell_admin.patch(f"{path}/content", tdt_check_status="4", nexistepas="1")
    assert (told["data"], told["result"]) == ({"tdt_check_status": "4"}, "ok")


def test_the_files_of_a_connector(pastell_admin: PastellCaller) -> None:
    path = f"{CONNECTORS}/{_created(pastell_admin, 'fakeTdt')}/file/classification_file"
    assert pastell_admin.refused(404, "GET", path) == "Ce fichier n'existe pas"
    sent = {"file_name": "classification.xml"}
    pastell_admin.ok("POST", path, data=sent, files={"file_content": ("x", b"<?xml version='1.0'?><a/>")})
    told = pastell_admin.post(path, file_name="autre.xml", file_content="<?xml version='1.0'?><b/>")
    assert told["data"] == {"classification_file": ["autre.xml"]}
    answer = pastell_admin.call("GET", path)
    assert (answer.content, answer.headers["Content-Type"]) == (
        b"<?xml version='1.0'?><b/>",
        "text/xml;charset=UTF-8",
    )
    assert pastell_admin.delete(path) == {"result": "ok"}
    assert pastell_admin.refused(404, "GET", path) == "Ce fichier n'existe pas"


def test_a_connector_belongs_to_one_entity(pastell_admin: PastellCaller) -> None:
    id_ce = _created(pastell_admin, "fakeTdt")
    assert pastell_admin.refused(400, "GET", f"entite/3/connecteur/{id_ce}") == (
        f"Le connecteur {id_ce} n'appartient pas à l'entité 3"
    )
    assert pastell_admin.refused(400, "GET", f"{CONNECTORS}/999") == "Ce connecteur n'existe pas."


def test_a_connector_action_that_fails_answers_201(pastell_admin: PastellCaller) -> None:
    path = f"{CONNECTORS}/{_created(pastell_admin, 'iParapheur')}"
    answer = pastell_admin.call("POST", f"{path}/action/test-iparapheur")
    assert answer.status_code == 201
    assert answer.json() == {"result": False, "last_message": "Le WSDL n'a pas été fourni"}
    assert (
        pastell_admin.refused(404, "POST", f"{path}/action/nexistepas") == "L'action nexistepas n'existe pas"
    )
    assert "n'est pas permise" in pastell_admin.refused(403, "POST", f"{path}/action/iparapheur-type")


def test_connectors_have_rights_of_their_own(pastell: PastellCaller) -> None:
    assert pastell.get(CONNECTORS)
    assert pastell.refused(403, "POST", CONNECTORS, data={"id_connecteur": "fakeTdt", "libelle": "x"}) == (
        "Acces interdit id_e=2, droit=connecteur:edition,id_u=2"
    )
    assert pastell.refused(403, "GET", "connecteur/all") == (
        "Acces interdit id_e=0, droit=connecteur:lecture,id_u=2"
    )


def test_passwords_were_shown_in_2_0(pastell: PastellCaller, simulator: Simulator) -> None:
    simulator.pastell.use_profile("2.0")
    row = next(row for row in pastell.get(CONNECTORS) if row["id_connecteur"] == "iParapheur")
    data = pastell.get(f"{CONNECTORS}/{row['id_ce']}")["data"]
    assert data["iparapheur_password"] == simulator.accesses[0].password


def test_the_families_and_definitions_are_told_to_the_administrator(
    pastell: PastellCaller, pastell_admin: PastellCaller
) -> None:
    assert {"signature", "TdT", "transformation"} <= set(pastell_admin.get("familleConnecteur"))
    assert "iParapheur" in pastell_admin.get("familleConnecteur/signature")
    assert pastell_admin.get("familleConnecteur/nexistepas") == []
    told = pastell_admin.get("familleConnecteur/TdT/s2low")
    assert told["type"] == "TdT"
    assert "url" in told["formulaire"]["page0"]
    assert pastell.refused(403, "GET", "familleConnecteur") == (
        "Acces interdit id_e=0, droit=system:lecture,id_u=2"
    )


# -- associations ------------------------------------------------------------------------------------------------


def test_urbanisme_has_its_three_connectors(pastell: PastellCaller) -> None:
    rows = pastell.get("entite/2/flux", flux=URBANISME)
    assert [row["type"] for row in rows] == ["signature", "TdT", "transformation"]
    assert {type(row["id_fe"]) for row in rows} == {str}
    assert {row["num_same_type"] for row in rows} == {0}


def test_an_association_replaces_that_of_the_same_family(pastell_admin: PastellCaller) -> None:
    id_ce = _created(pastell_admin, "fakeIparapheur")
    made = pastell_admin.post(f"entite/2/flux/{URBANISME}/connecteur/{id_ce}", type="signature")
    rows = pastell_admin.get("entite/2/flux", flux=URBANISME, type="signature")
    assert [(row["id_fe"], row["id_ce"]) for row in rows] == [(made["id_fe"], id_ce)]
    used = pastell_admin.refused(400, "DELETE", f"{CONNECTORS}/{id_ce}")
    assert used == f"Ce connecteur est utilisé par des flux :  {URBANISME}"
    assert pastell_admin.delete("entite/2/flux", id_fe=made["id_fe"]) == {"result": "ok"}
    assert pastell_admin.refused(400, "DELETE", f"entite/2/flux?id_fe={made['id_fe']}") == (
        f"Le connecteur-flux n'existe pas : {{id_fe={made['id_fe']}}}"
    )
    assert pastell_admin.delete(f"{CONNECTORS}/{id_ce}") == {"result": "ok"}


@pytest.mark.parametrize(
    ("flux", "id_ce", "fields", "message"),
    [
        (
            URBANISME,
            None,
            {"type": "TdT"},
            "Le connecteur n'est pas du bon type :  signature présenté, TdT requis",
        ),
        (URBANISME, None, {}, "Le connecteur n'est pas du bon type :  signature présenté,  requis"),
        (
            URBANISME,
            "999",
            {"type": "signature"},
            "Le connecteur n'est pas du bon type :   présenté, signature requis",
        ),
        ("nexistepas", None, {"type": "signature"}, "Le type de dossier « nexistepas » n'existe pas."),
    ],
)
def test_an_association_that_does_not_stand_is_refused(
    pastell_admin: PastellCaller, flux: str, id_ce: str | None, fields: dict[str, str], message: str
) -> None:
    given = id_ce or _created(pastell_admin, "fakeIparapheur")
    path = f"entite/2/flux/{flux}/connecteur/{given}"
    assert pastell_admin.refused(400, "POST", path, data=fields) == message


def test_an_action_through_an_association_fails_as_an_error(pastell_admin: PastellCaller) -> None:
    path = f"entite/2/flux/{URBANISME}/action"
    assert pastell_admin.post(path, type="TdT", action="test-tedetis")["result"] is True
    assert pastell_admin.refused(400, "POST", path, data={"type": "TdT", "action": "x"}) == (
        "L'action x n'existe pas."
    )
    assert pastell_admin.refused(400, "POST", path, data={"type": "SAE", "action": "x"}) == (
        f"Le connecteur de type SAE n'existe pas pour le flux {URBANISME}."
    )


def test_an_entity_may_take_the_associations_of_the_one_above(
    pastell_admin: PastellCaller, simulator: Simulator
) -> None:
    platform = simulator.pastell
    made = pastell_admin.post("entite/1/connecteur", id_connecteur="fakeIparapheur", libelle="mutualisé")
    pastell_admin.post(f"entite/1/flux/{URBANISME}/connecteur/{made['id_ce']}", type="signature")
    own = platform.connector_for("2", URBANISME, "signature")
    assert own is not None
    assert own[0].id == "iParapheur"
    platform.associations.inherit("2", URBANISME)
    inherited = platform.connector_for("2", URBANISME, "signature")
    assert inherited is not None
    assert inherited[1].id_ce == made["id_ce"]
    # The whole flux is inherited, what the one above lacks included.
    assert platform.connector_for("2", URBANISME, "TdT") is None
    other = platform.connector_for("2", "actes-generique", "TdT")
    assert other is not None
    # The list shows the entity's own associations only.
    assert len(pastell_admin.get("entite/2/flux", flux=URBANISME)) == 3


# -- frequencies -------------------------------------------------------------------------------------------------


def test_the_frequency_of_a_connector_is_that_of_the_most_precise_rule(
    pastell_admin: PastellCaller, simulator: Simulator
) -> None:
    rules = simulator.pastell.frequencies
    asked = {"id_ce": "1", "id_connecteur": "iParapheur", "famille": "signature"}
    assert rules.nearest(**asked).id_verrou == "I-PARAPHEUR"
    assert rules.nearest(id_ce="2", id_connecteur="s2low", famille="TdT").expression == "10"
    made = pastell_admin.post(
        "frequenceConnecteur",
        type_connecteur="entite",
        famille_connecteur="signature",
        id_ce="1",
        expression="1",
    )
    assert rules.nearest(**asked).id_cf == made["id_cf"]
    assert pastell_admin.patch(f"frequenceConnecteur/{made['id_cf']}", expression="60")["expression"] == "60"
    assert pastell_admin.delete(f"frequenceConnecteur/{made['id_cf']}") == {"result": "ok"}
    assert pastell_admin.refused(404, "GET", f"frequenceConnecteur/{made['id_cf']}") == (
        "Cette fréquence de connecteur n'existe pas"
    )
