"""How a call to Pastell is read and answered: routes, parameters, JSON, identification, limits."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.simulator import Simulator
from cdg62_connect.simulator.pastell.answers import sniff
from cdg62_connect.simulator.pastell.php_json import Unencodable, encoded
from cdg62_connect.simulator.pastell.requests import integer, parse_str
from cdg62_connect.simulator.pastell.routing import resolve
from cdg62_connect.simulator.pastell.similarity import contains, like
from support.pastell_http import URBANISME, PastellCaller

# -- routes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/api/", 400, "Il faut spécifier une fonction de l'api"),
        ("GET", "/api/v3/version", 400, "Version de l'API incorrecte ou version absente"),
        ("GET", "/api/v2", 400, "Ressource absente"),
        ("GET", "/api/v2/", 400, "Ressource absente"),
        ("GET", "/api/v2/nexistepas", 404, "La ressource Nexistepas n'a pas été trouvée"),
        ("PUT", "/api/v2/version", 405, "Cette méthode n'est pas utilisable sur l'API Pastell"),
        ("OPTIONS", "/api/v2/version", 405, "Cette méthode n'est pas utilisable sur l'API Pastell"),
        ("DELETE", "/api/v2/version", 405, "La méthode delete n'existe pas pour cette ressource"),
        ("GET", "/api/nexistepas.php", 404, "Impossible de trouver le script nexistepas.php"),
    ],
)
def test_a_call_that_leads_nowhere_says_why(
    pastell: PastellCaller, method: str, path: str, status: int, message: str
) -> None:
    assert pastell.refused(status, method, path) == message


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/version",
        "/api//v2/version",
        "/api/v2/Version",
        "/api/v2/version/allo",
        "/api/index.php?api_function=v2%2Fversion",
        "/api/?api_function=/v2/version",
    ],
)
def test_the_version_is_found_by_every_way_in(pastell: PastellCaller, path: str) -> None:
    assert pastell.ok("GET", path)["version"] == "4.0.14"


def test_head_is_no_method_of_the_api(pastell: PastellCaller) -> None:
    answer = pastell.call("HEAD", "version")
    assert (answer.status_code, answer.content) == (405, b"")


def test_the_root_sends_to_the_login_page(pastell: PastellCaller) -> None:
    answer = pastell.call("GET", "/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/Document/index?page_request=")


def test_answers_are_written_as_php_writes_json(pastell: PastellCaller) -> None:
    answer = pastell.call("GET", "version")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.text.startswith('{\n    "version": "4.0.14",\n')
    assert "R\\u00e9vision" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "v2/entite/1/document", "POST document"),
        ("GET", "v2/entite/1/document", "GET documents"),
        ("GET", "v2/entite/1/document/aB3dE6g", "GET document"),
        ("PATCH", "v2/entite/1/document/aB3dE6g", "PATCH document"),
        ("POST", "v2/entite/1/document/aB3dE6g/file/annexe/2", "POST file"),
        ("GET", "v2/entite/1/document/aB3dE6g/file/document", "GET file"),
        ("POST", "v2/entite/1/document/aB3dE6g/action/orientation", "POST action/orientation"),
        ("PATCH", "v2/entite/1/document/aB3dE6g/externalData/type_piece", "PATCH externalData/type_piece"),
        ("POST", "v2/entite/1/document/aB3dE6g/chunk/document/0", "POST chunk"),
        ("GET", "v2/document/count", "GET document/count"),
        ("GET", "v2/journal", "GET journal"),
        ("GET", "v2/journal/12/jeton", "GET journal/jeton"),
        ("POST", "v2/entite/1/connecteur/3/action/test-iparapheur", "POST connecteur/action/test-iparapheur"),
        ("GET", "v2/entite/1/flux", "GET association"),
        ("GET", "v2/flux/ls-actes/action", "GET flux/action"),
        ("POST", "v2/utilisateur/token/1/renew", "POST token"),
        ("GET", "detail-document.php", "GET document"),
    ],
)
def test_each_call_has_one_name_for_faults_and_counters(method: str, path: str, operation: str) -> None:
    from cdg62_connect.simulator.pastell.requests import Parameters

    params = Parameters(values={"id_e": "1", "id_d": "aB3dE6g"})
    assert resolve(method, path, params).operation == operation


# -- version 1 ---------------------------------------------------------------------------------------------------


def test_a_script_of_version_1_gives_texts_only(pastell: PastellCaller) -> None:
    answer = pastell.call("GET", "/api/detail-entite.php?id_e=2")
    assert answer.status_code == 200
    assert answer.text.startswith('{"id_e":"2",')
    assert answer.json()["is_active"] == "1"


def test_a_script_of_version_1_tells_errors_that_are_not_plain_with_their_status(
    pastell: PastellCaller,
) -> None:
    assert pastell.refused(404, "GET", "/api/document-type-info.php?type=inconnu") == (
        "Le flux inconnu n'existe pas sur cette plateforme"
    )


def test_a_script_of_version_1_tells_a_plain_error_in_http_200(pastell_admin: PastellCaller) -> None:
    assert pastell_admin.refused(200, "GET", "/api/detail-connecteur-entite.php?id_e=2&id_ce=999") == (
        "Ce connecteur n'existe pas."
    )


def test_a_script_of_version_1_takes_bytes_for_latin_1(pastell_admin: PastellCaller) -> None:
    body = b"type=collectivite&denomination=Ch%E2teau"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    made = pastell_admin.ok("POST", "/api/create-entite.php", data=body, headers=headers)
    assert made["denomination"] == "Château"


def test_allo_says_the_product(pastell: PastellCaller) -> None:
    assert pastell.ok("GET", "/api/rest/allo") == {"produit": "Pastell", "version": "4.0.14"}


# -- parameters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"a=1&a=2", {"a": "2"}),
        (b"a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
        (b"a[k]=x&a[m][n]=y", {"a": {"k": "x", "m": {"n": "y"}}}),
        (b"a[3]=x&a[]=y", {"a": {"3": "x", "4": "y"}}),
        (b"a.b=1&c d=2", {"a_b": "1", "c_d": "2"}),
        (b"a[b=1", {"a_b": "1"}),
        (b"vide=&=rien&seul", {"vide": "", "seul": ""}),
        ("t=été+là".encode(), {"t": "été là"}),
        (b"t=%E9", {"t": "\udce9"}),
        (b'{"titre": "x"}', {'{"titre":_"x"}': ""}),
    ],
)
def test_parameters_are_read_as_php_reads_them(body: bytes, read: dict[str, object]) -> None:
    assert parse_str(body) == read


@given(st.binary(max_size=200))
def test_no_body_breaks_the_reading(body: bytes) -> None:
    assert isinstance(parse_str(body), dict)


@pytest.mark.parametrize(("text", "number"), [("12", 12), (" -3x", -3), ("x", 0), ("", 0), ("1e3", 1)])
def test_a_number_is_read_as_php_reads_it(text: str, number: int) -> None:
    assert integer(text) == number


def test_a_patch_of_json_or_of_parts_changes_nothing(pastell: PastellCaller) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    path = f"entite/2/document/{id_d}"
    for sent in ({"json": {"titre": "perdu"}}, {"files": {"titre": (None, "perdu")}}):
        told = pastell.ok("PATCH", path, **sent)
        assert told["result"] == "ok"
        assert told["content"]["info"]["titre"] == ""


def test_a_patch_does_not_see_the_query_string(pastell: PastellCaller) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    told = pastell.ok("PATCH", f"entite/2/document/{id_d}?titre=perdu")
    assert told["content"]["info"]["titre"] == ""


def test_a_post_sees_the_query_string(pastell: PastellCaller) -> None:
    assert pastell.call("POST", f"entite/2/document?type={URBANISME}").status_code == 201


# -- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "[]"),
        ({"0": "a", "1": "b"}, '[\n    "a",\n    "b"\n]'),
        ({"0": "a", "2": "b"}, '{\n    "0": "a",\n    "2": "b"\n}'),
        ({"a": {}, "b": None, "c": False}, '{\n    "a": [],\n    "b": null,\n    "c": false\n}'),
        (["é/😀"], '[\n    "\\u00e9\\/\\ud83d\\ude00"\n]'),
    ],
)
def test_arrays_are_written_as_php_writes_them(value: object, text: str) -> None:
    assert encoded(value) == text


def test_a_text_that_is_not_utf_8_cannot_be_encoded() -> None:
    with pytest.raises(Unencodable):
        encoded({"a": ["\udce9"]})


def test_bytes_of_latin_1_are_saved_and_the_answer_says_it_cannot_show_them(pastell: PastellCaller) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    told = pastell.refused(
        200, "PATCH", f"entite/2/document/{id_d}", data=b"titre=Arr%EAt%E9", headers=headers
    )
    assert told.startswith("Impossible d'encoder le résultat en JSON [code 5]")


# -- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b'<?xml version="1.0"?><a/>', "text/xml;charset=UTF-8"),
        (b"PK\x03\x04....", "application/zip"),
        (b"bonjour", "text/plain;charset=UTF-8"),
        (b"x", "application/octet-stream"),
        (b"", "inode/x-empty"),
        (b'{"a": 1}', "application/json;charset=UTF-8"),
        (b"\xff\xfe\x00", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file_is_read_from_its_bytes(content: bytes, kind: str) -> None:
    assert sniff(content) == kind


def test_a_file_comes_back_under_its_raw_name_and_leaves_a_row(pastell: PastellCaller) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    path = f"entite/2/document/{id_d}/file/document"
    sent = pastell.call(
        "POST", path, data={"file_name": 'arrêté "1".pdf'}, files={"file_content": ("autre", b"bonjour")}
    )
    assert sent.status_code == 201
    answer = pastell.call("GET", path)
    assert (answer.content, answer.headers["Content-Type"]) == (b"bonjour", "text/plain;charset=UTF-8")
    disposition = answer.headers["Content-disposition"].encode("latin-1").decode()
    assert disposition == 'attachment; filename="arrêté "1".pdf"'
    row = pastell.get("journal", id_e="2", id_d=id_d)[0]
    assert (row["type"], row["action"]) == ("7", "Consulté")
    assert row["message"].endswith('a consulté le document arrêté "1".pdf')


def test_a_file_may_come_as_a_plain_field(pastell: PastellCaller) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    path = f"entite/2/document/{id_d}/file/annexe/0"
    pastell.post(path, file_name="note.txt", file_content="contenu simple")
    assert pastell.call("GET", path).content == b"contenu simple"


# -- identification ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", [None, ("inconnu", "x"), ("admin", "faux")])
def test_who_is_not_recognised_is_refused(pastell: PastellCaller, auth: tuple[str, str] | None) -> None:
    pastell.session.auth = None
    headers = {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()} if auth else {}
    answer = pastell.call("GET", "version", headers=headers)
    assert (answer.status_code, answer.json()["error-message"]) == (401, "Accès interdit")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="API Pastell"'


def test_a_cookie_identifies_nobody(pastell: PastellCaller) -> None:
    cookie = pastell.call("GET", "version").headers["Set-Cookie"].partition(";")[0]
    pastell.session.auth = None
    assert pastell.call("GET", "version", headers={"Cookie": cookie}).status_code == 401


def test_a_disabled_account_is_told_so(pastell: PastellCaller, pastell_admin: PastellCaller) -> None:
    assert pastell_admin.post("utilisateur/2/deactivate")["active"] is False
    assert pastell.refused(401, "GET", "version") == "Votre compte a été désactivé"
    pastell_admin.post("utilisateur/2/activate")
    assert pastell.get("version")


def test_a_token_identifies_its_owner_until_it_expires(pastell: PastellCaller, simulator: Simulator) -> None:
    day = simulator.pastell.local_now()[:4] + "-12-31"
    made = pastell.post("utilisateur/token", name="ci", expiration=day)
    assert made["expired_at"] == f"{day} 00:00:00"
    pastell.session.auth = None
    pastell.session.headers["Authorization"] = f"Bearer {made['token']}"
    assert [row["id_e"] for row in pastell.get("entite")] == ["2"]
    renewed = pastell.post(f"utilisateur/token/{made['id']}/renew")
    assert renewed["token"] != made["token"]
    assert pastell.refused(401, "GET", "entite") == "Accès interdit"
    pastell.session.headers["Authorization"] = f"Bearer {renewed['token']}"
    assert pastell.get("utilisateur/token")[0]["is_expired"] is False
    simulator.clock.advance(366 * 86400)
    assert pastell.refused(401, "GET", "entite") == "Accès interdit"


def test_a_token_of_another_cannot_be_deleted(pastell: PastellCaller, pastell_admin: PastellCaller) -> None:
    made = pastell_admin.post("utilisateur/token", name="admin")
    path = f"utilisateur/token/{made['id']}"
    assert pastell.refused(403, "DELETE", path) == "Impossible de supprimer ce jeton"
    assert pastell_admin.call("DELETE", path).status_code == 204


# -- limits ------------------------------------------------------------------------------------------------------


Held = Callable[[list[Callable[[], None]]], AbstractContextManager[None]]


def _wrong(pastell: PastellCaller) -> int:
    return pastell.call("GET", "version", auth=(pastell.login, "faux")).status_code


def test_after_five_failures_in_a_minute_even_the_right_password_is_refused(
    pastell: PastellCaller, simulator: Simulator
) -> None:
    assert [_wrong(pastell) for _ in range(6)] == [401] * 5 + [429]
    answer = pastell.call("GET", "version")
    assert (answer.status_code, answer.headers["Retry-after"]) == (429, "60")
    assert answer.json()["error-message"] == "Rate Limit Exceeded"
    simulator.clock.advance(60)
    assert pastell.get("version")


def test_a_success_forgets_the_failures(pastell: PastellCaller) -> None:
    assert [_wrong(pastell) for _ in range(4)] == [401] * 4
    assert pastell.get("version")
    assert [_wrong(pastell) for _ in range(5)] == [401] * 5


def test_a_call_without_credentials_is_no_failure(pastell: PastellCaller) -> None:
    pastell.session.auth = None
    assert {pastell.call("GET", "version").status_code for _ in range(7)} == {401}


@pytest.fixture
def held(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Keeps calls under way, each by a slow answer, and says when all of them are."""
    reached, wait = threading.Semaphore(0), simulator.faults._wait  # pyright: ignore[reportPrivateUsage] - no other sign

    def waiting(seconds: float) -> None:
        reached.release()
        wait(seconds)

    monkeypatch.setattr(simulator.faults, "_wait", waiting)

    @contextmanager
    def hold(calls: list[Callable[[], None]]) -> Iterator[None]:
        rule = {"plateforme": "pastell", "operation": "GET version", "effet": "lenteur", "secondes": 60}
        simulator.faults.add({**rule, "fois": len(calls)})
        threads = [threading.Thread(target=call) for call in calls]
        try:
            for thread in threads:
                thread.start()
            for _ in calls:
                assert reached.acquire(timeout=20)
            yield
        finally:
            simulator.faults.release()
            for thread in threads:
                thread.join(20)

    return hold


def _apart(pastell: PastellCaller, done: list[int]) -> Callable[[], None]:
    def call() -> None:
        other = PastellCaller(pastell.url, pastell.login, pastell.password)
        try:
            done.append(other.call("GET", "version").status_code)
        finally:
            other.session.close()

    return call


def test_the_sixth_call_under_way_is_refused_with_the_right_password_and_does_nothing(
    pastell: PastellCaller, simulator: Simulator, held: Held
) -> None:
    done: list[int] = []
    with held([_apart(pastell, done) for _ in range(5)]):
        answer = pastell.call("POST", "entite/2/document", data={"type": URBANISME})
        assert (answer.status_code, answer.headers["Retry-after"]) == (429, "60")
        assert simulator.pastell.documents.snapshot() == []
    assert done == [200] * 5
    assert pastell.call("POST", "entite/2/document", data={"type": URBANISME}).status_code == 201


def test_five_calls_under_way_are_accepted(pastell: PastellCaller, held: Held) -> None:
    done: list[int] = []
    with held([_apart(pastell, done) for _ in range(4)]):
        assert pastell.get("version")
    assert done == [200] * 4


def test_later_versions_have_no_limit_on_calls_under_way(
    pastell: PastellCaller, simulator: Simulator, held: Held
) -> None:
    simulator.pastell.use_profile("4.1")
    done: list[int] = []
    with held([_apart(pastell, done) for _ in range(6)]):
        assert pastell.get("version")["version"] == "4.1.17"
    assert done == [200] * 6


# -- how texts are compared --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("Arrêté PC 062", "arrete", True),
        ("OPERIS-12", "operis-1", True),
        ("OPERIS-12", "OPERIS_12", True),
        ("OPERIS-12", "O%2", True),
        ("OPERIS-12", "OPERIS-3", False),
        ("", "", True),
    ],
)
def test_texts_are_compared_without_case_nor_accents_and_with_wildcards(
    text: str, pattern: str, found: bool
) -> None:
    assert contains(text, pattern) is found


@given(st.text(max_size=20), st.text(max_size=10))
def test_a_part_of_a_text_is_always_found(text: str, more: str) -> None:
    assert contains(more + text + more, text)
    assert like(text, "%")
