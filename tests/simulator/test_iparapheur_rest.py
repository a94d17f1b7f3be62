"""The Standard API of the simulated parapheur, asked by plain requests: statuses, rights, pages, PREMIS, ZIP."""

from __future__ import annotations

import base64
import io
import json
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from cdg62_connect.simulator import Faults, SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.iparapheur.rest.keycloak import Keycloak
from cdg62_connect.testing.installation import sample_deposits

NS = {"p": "http://www.loc.gov/premis/v3"}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
PDF = next(sample_deposits().glob("*_ACCORD_*/arrete.pdf"))
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Rest:
    """Calls of one account, with what it was told in ``describe()``."""

    def __init__(self, access: dict[str, Any], login: str = "", password: str = "") -> None:
        self.access = access
        self.api = f"{access['url']}/api/standard/v1"
        self.desk = f"{self.api}/tenant/{access['tenant']}/desk/{access['bureau']}"
        self.login, self.password = login or access["login"], password or access["password"]
        self._headers: dict[str, str] = {}

    def token(self, **form: str) -> requests.Response:
        asked = {
            "client_id": "ipcore-web",
            "username": self.login,
            "password": self.password,
            "grant_type": "password",
            **form,
        }
        url = f"{self.access['url']}/auth/realms/api/protocol/openid-connect/token"
        return requests.post(url, data=asked, timeout=30)

    def __call__(self, method: str, url: str, **options: Any) -> requests.Response:
        if not self._headers:
            self._headers = {"Authorization": f"Bearer {self.token().json()['access_token']}"}
        return requests.request(method, url, headers=self._headers, timeout=30, **options)

    def create(self, nom: str = "Un arrêté", **changes: Any) -> requests.Response:
        described = changes.pop("premis", None) or premis(nom, **changes.pop("told", {}))
        files = [("folder", ("premis.xml", described, "application/xml"))]
        for name, content in changes.pop("files", [("arrete.pdf", PDF.read_bytes())]):
            files.append(("documents", (name, content, "application/pdf")))
        query = {"autoStart": changes.pop("auto_start", "false")}
        return self("POST", f"{self.desk}/folder", params=query, files=files)

    def events(self, folder: str) -> list[tuple[str, bool, bool]]:
        """Of each event: its action, whether it has a task, whether it is dated."""
        root = ET.fromstring(self("GET", f"{self.desk}/folder/{folder}/premis").content)
        return [
            (
                one.findtext("p:eventType", "", NS),
                bool(one.findtext("p:eventIdentifier/p:eventIdentifierValue", "", NS)),
                bool(one.findtext("p:eventDateTime", "", NS)),
            )
            for one in root.findall("p:event", NS)
        ]

    def listed(self, state: str) -> list[str]:
        return [one["id"] for one in self("GET", f"{self.desk}/{state}").json()["content"]]


def premis(
    nom: str,
    *,
    type_: str = "URBANISME",
    sous_type: str = "Arrete",
    documents: tuple[tuple[str, bool], ...] = (("arrete.pdf", True),),
    more: str = "",
) -> str:
    def said(name: str, value: str) -> str:
        return (
            f"<significantProperties><significantPropertiesType>{name}</significantPropertiesType>"
            f"<significantPropertiesValue>{value}</significantPropertiesValue></significantProperties>"
        )

    files = "".join(
        f'<object xsi:type="file">{said("i_Parapheur_reserved_mainDocument", str(main).lower())}'
        f"<originalName>{name}</originalName></object>"
        for name, main in documents
    )
    return (
        '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'version="3.0"><object xsi:type="intellectualEntity">{said("i_Parapheur_reserved_type", type_)}'
        f"{said('i_Parapheur_reserved_subtype', sous_type)}{more}<originalName>{nom}</originalName></object>"
        f"{files}</premis>"
    )


@pytest.fixture
def simulator(simulateur: SimulatorServer) -> Simulator:
    return simulateur.simulator


@pytest.fixture
def access(simulateur: SimulatorServer) -> Any:
    return simulateur.describe()["iparapheur_rest"]


@pytest.fixture
def rest(access: Any) -> Rest:
    return Rest(access)


@pytest.fixture
def agent(access: Any) -> Rest:
    known = access["accounts"][0]["agent"]
    return Rest(access, known["login"], known["password"])


@pytest.fixture
def admin(access: Any) -> Rest:
    return Rest(access, access["admin"]["login"], access["admin"]["password"])


def test_a_token_is_a_jwt_that_says_the_tenant(rest: Rest, access: Any) -> None:
    answer = rest.token()
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {
        "access_token",
        "expires_in",
        "refresh_expires_in",
        "refresh_token",
        "token_type",
        "not-before-policy",
        "session_state",
        "scope",
    }
    payload = body["access_token"].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert told["azp"] == "ipcore-web"
    assert f"tenant_{access['tenant']}" in told["realm_access"]["roles"]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"password": "faux"}, 401, "invalid_grant"),
        ({"username": ""}, 401, "invalid_grant"),
        ({"client_id": "ipcore-api"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "unauthorized_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        ({"grant_type": "carrier_pigeon"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_a_token_is_refused_in_the_words_of_keycloak(
    form: dict[str, str], status: int, error: str, rest: Rest
) -> None:
    answer = rest.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_token_ends_and_its_session_gives_another(rest: Rest, horloge: SimClock) -> None:
    refresh = rest.token().json()["refresh_token"]
    assert rest("GET", f"{rest.api}/tenant").status_code == 200
    horloge.advance(timedelta(seconds=301))
    refused = rest("GET", f"{rest.api}/tenant")
    assert (refused.status_code, refused.json()["status"]) == (401, 401)
    again = rest.token(grant_type="refresh_token", refresh_token=refresh)
    assert again.status_code == 200
    horloge.advance(timedelta(hours=1))
    assert (
        rest.token(grant_type="refresh_token", refresh_token=again.json()["refresh_token"]).status_code == 400
    )


def test_an_account_is_locked_after_thirty_failures_and_for_longer_each_time() -> None:
    clock = SimClock()
    keycloak = Keycloak(clock=clock, known=lambda _, password: password == "bon", roles=lambda _: [])
    good = {"client_id": "ipcore-web", "grant_type": "password", "username": "ws", "password": "bon"}
    for _ in range(30):
        assert keycloak.token({**good, "password": "faux"}).status == 401
    assert keycloak.token(good).status == 401
    clock.advance(timedelta(seconds=61))
    assert keycloak.token({**good, "password": "faux"}).status == 401
    clock.advance(timedelta(seconds=61))
    assert keycloak.token(good).status == 401
    clock.advance(timedelta(seconds=60))
    assert keycloak.token(good).status == 200


def test_a_confidential_client_must_be_declared(rest: Rest, simulator: Simulator) -> None:
    asked = {"grant_type": "client_credentials", "client_id": "connect", "client_secret": "clef"}
    assert rest.token(**asked).status_code == 401
    simulator.iparapheur_rest.keycloak.add_client("connect", "clef", login=rest.login)
    assert rest.token(**asked).status_code == 200
    assert rest.token(**{**asked, "client_secret": "autre"}).status_code == 401


def test_without_a_token_nothing_is_told_but_whether_a_tenant_exists(rest: Rest) -> None:
    for path in ("/tenant", f"/tenant/{rest.access['tenant']}/desk"):
        answer = requests.get(rest.api + path, timeout=30)
        assert answer.status_code == 401
        assert set(answer.json()) == {"timestamp", "status", "error", "message", "path"}
    admin = f"{rest.api}/admin/tenant"
    assert requests.get(f"{admin}/{UNKNOWN}/trash-bin", timeout=30).status_code == 404
    assert requests.get(f"{admin}/{rest.access['tenant']}/trash-bin", timeout=30).status_code == 401


def test_rights_are_those_of_the_tenant_of_the_desk_and_of_the_administrator(
    rest: Rest, agent: Rest, access: Any
) -> None:
    other = access["accounts"][1]["tenant"]
    assert rest("GET", f"{rest.api}/tenant/{other}/desk").status_code == 403
    assert rest("GET", f"{rest.api}/tenant/{UNKNOWN}/desk").status_code == 404
    assert rest("GET", f"{rest.api}/tenant/{access['tenant']}/desk/{UNKNOWN}/DRAFT").status_code == 404
    assert agent("GET", f"{rest.desk}/DRAFT").status_code == 403
    assert rest("GET", f"{rest.api}/admin/tenant/{access['tenant']}/trash-bin").status_code == 403
    names = [
        one["name"] for one in agent("GET", f"{rest.api}/tenant/{access['tenant']}/desk").json()["content"]
    ]
    assert names == ["Chef du service ADS", "Le Maire"]


def test_a_page_is_whole_and_refuses_what_it_does_not_know(rest: Rest) -> None:
    for _ in range(3):
        rest.create()
    body = rest("GET", f"{rest.desk}/DRAFT", params={"page": "1", "size": "2"}).json()
    assert (body["number"], body["totalPages"], body["totalElements"], body["last"]) == (1, 2, 3, True)
    assert body["pageable"]["pageNumber"] == 1
    assert rest("GET", f"{rest.desk}/DRAFT").json()["size"] == 10
    for query in ({"sort": "COULEUR,ASC"}, {"page": "-1"}, {"size": "0"}, {"size": "x"}):
        assert rest("GET", f"{rest.desk}/DRAFT", params=query).status_code == 400
    assert rest("GET", f"{rest.desk}/INCONNU").status_code == 400
    assert rest("GET", f"{rest.desk}/draft").status_code == 200


def test_types_are_listed_by_id_and_only_for_the_desk_that_may_create(
    rest: Rest, agent: Rest, access: Any
) -> None:
    tenant = f"{rest.api}/tenant/{access['tenant']}"
    types = rest("GET", f"{tenant}/types").json()["content"]
    assert [one["name"] for one in types] == ["URBANISME", "PES"]
    type_ = types[0]
    below = rest("GET", f"{tenant}/types/{type_['id']}/subtypes").json()["content"]
    assert [one["name"] for one in below] == ["Arrete", "Courrier"]
    assert rest("GET", f"{rest.desk}/types/creation-allowed").json()["content"] == types
    allowed = rest("GET", f"{rest.desk}/types/{type_['id']}/subtypes/creation-allowed").json()["content"]
    assert allowed == below
    assert rest("GET", f"{tenant}/types/{UNKNOWN}/subtypes").status_code == 404
    desk = agent("GET", f"{tenant}/desk").json()["content"][0]["id"]
    assert agent("GET", f"{tenant}/desk/{desk}/types/creation-allowed").json()["content"] == []


def test_a_creation_answers_the_folder_and_nothing_of_its_state(rest: Rest) -> None:
    answer = rest.create("Délibération")
    assert answer.status_code == 201
    body = answer.json()
    assert {name: body[name] for name in ("name", "dueDate", "metadata")} == {
        "name": "Délibération",
        "dueDate": None,
        "metadata": {},
    }
    assert set(body) == {"id", "name", "dueDate", "metadata"}
    assert uuid.UUID(body["id"]).version == 1
    assert rest.listed("DRAFT") == [body["id"]]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"premis": "<html/>"}, 400),
        ({"premis": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, 400),
        ({"nom": "x"}, 400),
        ({"told": {"type_": "INCONNU"}}, 404),
        ({"told": {"sous_type": "Inconnu"}}, 404),
        ({"told": {"documents": (("arrete.pdf", False),)}}, 406),
        ({"told": {"documents": (("autre.pdf", True),)}}, 400),
        ({"told": {"documents": (("arrete.pdf", True), ("absent.pdf", False))}}, 400),
        (
            {
                "told": {"documents": (("a.pdf", True), ("b.pdf", True))},
                "files": [("a.pdf", PDF.read_bytes()), ("b.pdf", PDF.read_bytes())],
            },
            406,
        ),
        ({"files": [("arrete.pdf", b"pas un PDF")]}, 400),
    ],
)
def test_a_creation_is_refused_for_a_reason(changes: dict[str, Any], status: int, rest: Rest) -> None:
    answer = rest.create(**changes)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["message"]
    assert rest.listed("DRAFT") == []


def test_the_life_of_a_folder_is_told_by_its_premis_and_by_the_lists(
    rest: Rest, simulator: Simulator
) -> None:
    simulator.iparapheur_rest.initialisation = timedelta(seconds=2)
    folder = rest.create().json()["id"]
    assert rest.events(folder) == []
    start = f"{rest.desk}/folder/{folder}/task/unusedTaskId/start"
    assert rest("PUT", start, json={}).status_code == 406
    simulator.clock.advance(timedelta(seconds=2))
    later = [("SIGNATURE", False, False), ("ARCHIVE", False, False)]
    assert rest.events(folder) == [("START", True, False), ("VISA", False, False), *later]
    answer = rest("PUT", start, json={"publicAnnotation": "Bonjour"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert rest("PUT", start, json={}).status_code == 406
    assert rest.events(folder) == [("START", True, True), ("VISA", True, False), *later]
    assert (rest.listed("RETRIEVABLE"), rest.listed("DOWNSTREAM")) == ([folder], [folder])
    assert rest("DELETE", f"{rest.desk}/folder/{folder}").status_code == 406
    simulator.iparapheur.lire(folder)
    assert ("READ", False, True) in rest.events(folder)
    assert rest.listed("RETRIEVABLE") == []
    simulator.iparapheur.viser(folder)
    simulator.iparapheur.signer(folder)
    assert [one for one in rest.events(folder) if one[0] != "READ"] == [
        ("START", True, True),
        ("VISA", True, True),
        ("SIGNATURE", True, True),
        ("ARCHIVE", True, False),
    ]
    assert rest.listed("FINISHED") == [folder]
    assert rest("DELETE", f"{rest.desk}/folder/{folder}").status_code == 204
    assert rest("DELETE", f"{rest.desk}/folder/{folder}").status_code == 404


def test_a_rejected_folder_says_why_and_waits_to_be_deleted(rest: Rest, simulator: Simulator) -> None:
    folder = rest.create(auto_start="true").json()["id"]
    simulator.iparapheur.viser(folder)
    simulator.iparapheur.refuser(folder, motif="Illisible", by="Mme le Maire")
    assert rest.events(folder)[-2:] == [("REJECT", True, True), ("DELETE", True, False)]
    told = rest("GET", f"{rest.desk}/folder/{folder}/premis").text
    assert "Illisible" in told
    assert "<linkingAgentRole>Le Maire</linkingAgentRole>" in told
    assert "<agentName>Mme le Maire</agentName>" in told
    assert rest.listed("REJECTED") == [folder]
    assert rest("DELETE", f"{rest.desk}/folder/{folder}").status_code == 204


def test_a_folder_is_late_after_its_day(rest: Rest, agent: Rest, simulator: Simulator) -> None:
    due = (simulator.clock.now() + timedelta(days=2)).date().isoformat()
    more = (
        "<significantProperties><significantPropertiesType>i_Parapheur_reserved_dueDate</significantPropertiesType>"
        f"<significantPropertiesValue>{due}</significantPropertiesValue></significantProperties>"
    )
    folder = rest.create(auto_start="true", told={"more": more}).json()
    assert folder["dueDate"].startswith(due)
    desk = agent("GET", f"{rest.api}/tenant/{rest.access['tenant']}/desk").json()["content"][0]["id"]
    place = f"{rest.api}/tenant/{rest.access['tenant']}/desk/{desk}"
    assert agent("GET", f"{place}/LATE").json()["content"] == []
    simulator.clock.advance(timedelta(days=3))
    again = Rest(rest.access, agent.login, agent.password)
    assert [one["id"] for one in again("GET", f"{place}/LATE").json()["content"]] == [folder["id"]]


def test_the_zip_has_the_places_and_the_digests_of_the_parapheur(rest: Rest, simulator: Simulator) -> None:
    folder = rest.create(
        "Arrêté 12/26 : accord",
        auto_start="true",
        told={"documents": (("arrete.pdf", True), ("plan.pdf", False)), "sous_type": "Courrier"},
        files=[("arrete.pdf", PDF.read_bytes()), ("plan.pdf", b"un plan")],
    ).json()["id"]
    simulator.iparapheur.signer(folder)
    answer = rest("GET", f"{rest.desk}/folder/{folder}/zip")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [
            "i_Parapheur_internal_premis.xml",
            "Documents principaux/arrete.pdf",
            "Annexes/plan.pdf",
            "Arrêté 12_26 _ accord_bordereau.pdf",
        ]
        signed = archive.read("Documents principaux/arrete.pdf")
        told = archive.read("i_Parapheur_internal_premis.xml")
    assert b"ETSI.CAdES.detached" in signed
    assert told == rest("GET", f"{rest.desk}/folder/{folder}/premis").content
    root = ET.fromstring(told)
    (first, _) = [one for one in root.findall("p:object", NS) if one.get(XSI) == "file"]
    assert first.findtext("p:objectCharacteristics/p:size", "", NS) == str(len(signed))


def test_an_undone_folder_is_a_draft_again(rest: Rest, simulator: Simulator) -> None:
    folder = rest.create(auto_start="true").json()["id"]
    undo = f"{rest.desk}/folder/{folder}/task/x/undo"
    assert rest("PUT", undo).status_code == 200
    assert rest.listed("DRAFT") == [folder]
    assert rest.events(folder)[0] == ("START", True, False)
    assert rest("PUT", undo).status_code == 406


@pytest.mark.parametrize("action", ["seal", "second_opinion", "secure_mail", "send_to_trash_bin", "bypass"])
def test_an_action_that_the_step_does_not_ask_is_refused(action: str, rest: Rest) -> None:
    folder = rest.create(auto_start="true").json()["id"]
    told = rest("GET", f"{rest.desk}/folder/{folder}/premis").text
    root = ET.fromstring(told)
    task = root.findall("p:event", NS)[1].findtext("p:eventIdentifier/p:eventIdentifierValue", "", NS)
    answer = rest("PUT", f"{rest.desk}/folder/{folder}/task/{task}/{action}", json={})
    assert answer.status_code in (403, 406)
    assert rest("PUT", f"{rest.desk}/folder/{folder}/task/inconnue/{action}", json={}).status_code == 404


def test_an_opinion_and_a_delegation_are_acted_on_by_those_who_are_asked(
    rest: Rest, agent: Rest, simulator: Simulator
) -> None:
    folder = rest.create(auto_start="true", told={"sous_type": "Courrier"}).json()["id"]
    simulator.iparapheur.demander_avis(folder, a="Service juridique")
    simulator.iparapheur.deleguer("Service juridique", "La remplaçante")
    tenant = f"{agent.api}/tenant/{agent.access['tenant']}"
    desks = {one["name"]: one["id"] for one in agent("GET", f"{tenant}/desk?size=50").json()["content"]}
    asked, stand_in = (f"{tenant}/desk/{desks[name]}" for name in ("Service juridique", "La remplaçante"))

    def shown(state: str) -> list[list[str]]:
        places = (asked, stand_in)
        return [[one["id"] for one in agent("GET", f"{place}/{state}").json()["content"]] for place in places]

    assert (shown("PENDING"), shown("DELEGATED")) == ([[folder], []], [[], [folder]])
    assert [one for one, _, dated in rest.events(folder) if dated] == ["START", "ASK_SECOND_OPINION"]
    root = ET.fromstring(rest("GET", f"{rest.desk}/folder/{folder}/premis").content)
    (task,) = [
        one.findtext("p:eventIdentifier/p:eventIdentifierValue", "", NS)
        for one in root.findall("p:event", NS)
        if one.findtext("p:eventType", "", NS) == "SECOND_OPINION"
    ]
    given = f"{stand_in}/folder/{folder}/task/{task}/second_opinion"
    assert agent("PUT", given, json={"publicAnnotation": "Favorable"}).status_code == 200
    assert shown("DELEGATED") == [[], []]
    assert [one for one, _, dated in rest.events(folder) if dated][-1] == "SECOND_OPINION"
    simulator.iparapheur.transferer(folder, vers="Le doyen")
    simulator.iparapheur.refuser(folder, motif="Non")
    assert [one for one, _, _ in rest.events(folder)][2:] == [
        "SECOND_OPINION",
        "TRANSFER",
        "REJECT",
        "DELETE",
    ]


def test_an_annotation_too_long_or_a_body_that_is_no_json_is_refused(rest: Rest) -> None:
    folder = rest.create().json()["id"]
    start = f"{rest.desk}/folder/{folder}/task/x/start"
    assert rest("PUT", start, json={"publicAnnotation": "x" * 513}).status_code == 400
    assert rest("PUT", start, data=b"{").status_code == 400
    assert rest("PUT", start, data=b"[]").status_code == 400


def test_the_older_generation_lacks_what_came_in_2025(rest: Rest, simulator: Simulator) -> None:
    simulator.iparapheur_rest.generation = "5.1"
    folder = rest.create().json()["id"]
    assert rest("PUT", f"{rest.desk}/folder/{folder}/task/x/visa", json={}).status_code == 404
    assert rest("GET", f"{rest.desk}/DOWNSTREAM").status_code == 400


def test_the_trash_bin_is_for_the_administrator(rest: Rest, admin: Rest, simulator: Simulator) -> None:
    folder = rest.create(auto_start="true", told={"sous_type": "Courrier"}).json()["id"]
    simulator.iparapheur.signer(folder)
    root = ET.fromstring(rest("GET", f"{rest.desk}/folder/{folder}/premis").content)
    task = root.findall("p:event", NS)[-1].findtext("p:eventIdentifier/p:eventIdentifierValue", "", NS)
    thrown = rest("PUT", f"{rest.desk}/folder/{folder}/task/{task}/send_to_trash_bin")
    assert thrown.status_code == 200
    assert rest("GET", f"{rest.desk}/folder/{folder}/premis").status_code == 404
    bin_ = f"{rest.api}/admin/tenant/{rest.access['tenant']}/trash-bin"
    assert [one["id"] for one in admin("GET", bin_).json()["content"]] == [folder]
    assert zipfile.is_zipfile(io.BytesIO(admin("GET", f"{bin_}/{folder}/zip").content))
    assert admin("DELETE", f"{bin_}/{folder}").status_code == 204
    assert admin("DELETE", f"{bin_}/{folder}").status_code == 404


def test_a_fault_strikes_the_folder_that_it_names(rest: Rest, pannes: Faults) -> None:
    pannes.add(
        {"plateforme": "iparapheur", "operation": "POST folder", "effet": "http_503", "contient": "frappé"}
    )
    assert rest.create("Un autre").status_code == 201
    assert rest.create("Le frappé").status_code == 503
    assert rest.create("Le frappé").status_code == 201


def test_a_refusal_of_the_catalogue_is_told_in_the_words_of_the_api(rest: Rest, pannes: Faults) -> None:
    pannes.add(
        {
            "plateforme": "iparapheur",
            "operation": "GET tenant",
            "effet": "refus",
            "refus": "identifiants_faux",
        }
    )
    answer = rest("GET", f"{rest.api}/tenant")
    assert (answer.status_code, answer.json()["status"]) == (401, 401)


def test_everything_is_forgotten_at_a_reset_but_people(rest: Rest, simulator: Simulator, agent: Rest) -> None:
    rest.create()
    simulator.reset()
    assert rest("GET", f"{rest.api}/tenant").status_code == 401
    again = Rest(rest.access)
    assert again.listed("DRAFT") == []
    assert agent.token().status_code == 200


def test_nothing_is_left_of_what_was_received(rest: Rest, simulator: Simulator, tmp_path: Path) -> None:
    rest.create("x")
    rest.create()
    assert list(simulator.iparapheur_rest.reception.iterdir()) == []


def test_what_is_described_is_all_that_a_program_needs(access: Any) -> None:
    assert {"url", "login", "password", "tenant"} <= set(access)
    assert len(access["accounts"]) == 3
    assert {"siren", "login", "password", "tenant", "bureau", "agent"} == set(access["accounts"][0])
