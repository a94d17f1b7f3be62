"""The simulated Pastell as it is served: faults, counters, admin desk, TLS, in the process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.s2low.accounts import fingerprint
from cdg62_connect.testing.mocks import simulated_platforms
from support.pastell_http import URBANISME, PastellCaller, pastell_caller

# -- faults and counters -----------------------------------------------------------------------------------------


def _fault(operation: str, effet: str, **more: object) -> dict[str, object]:
    return {"plateforme": "pastell", "operation": operation, "effet": effet, **more}


def test_each_request_counts_once(pastell: PastellCaller, simulator: Simulator) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    pastell.get(f"entite/2/document/{id_d}")
    pastell.get("entite/2/document", type=URBANISME)
    pastell.get("entite/2/document", type=URBANISME)
    pastell.refused(400, "POST", f"entite/2/document/{id_d}/action/orientation")
    pastell.call("GET", "version", auth=("admin", "faux"))
    assert simulator.faults.calls["pastell"] == {
        "POST document": 1,
        "GET document": 1,
        "GET documents": 2,
        "POST action/orientation": 1,
        "GET version": 1,
    }


def test_a_creation_whose_answer_is_lost_did_happen(pastell: PastellCaller, simulator: Simulator) -> None:
    simulator.faults.add(_fault("POST document", "couper", moment="apres"))
    with pytest.raises(requests.ConnectionError):
        pastell.post("entite/2/document", type=URBANISME)
    assert [row["last_action"] for row in pastell.get("entite/2/document")] == ["creation"]


def test_a_call_cut_before_did_nothing(pastell: PastellCaller, simulator: Simulator) -> None:
    simulator.faults.add(_fault("POST document", "http_502"))
    assert pastell.call("POST", "entite/2/document", data={"type": URBANISME}).status_code == 502
    assert pastell.get("entite/2/document") == []


def test_a_fault_may_be_aimed_at_one_document(pastell: PastellCaller, simulator: Simulator) -> None:
    first, second = (str(pastell.post("entite/2/document", type=URBANISME)["id_d"]) for _ in range(2))
    pastell.patch(f"entite/2/document/{second}", titre="Arrêté visé")
    simulator.faults.add(_fault("GET document", "http_503", contient="Arrêté visé"))
    assert pastell.call("GET", f"entite/2/document/{first}").status_code == 200
    assert pastell.call("GET", f"entite/2/document/{second}").status_code == 503


def test_a_download_may_be_cut_in_the_middle(pastell: PastellCaller, simulator: Simulator) -> None:
    id_d = pastell.post("entite/2/document", type=URBANISME)["id_d"]
    path = f"entite/2/document/{id_d}/file/document"
    pastell.post(path, file_name="a.txt", file_content="x" * 1000)
    simulator.faults.add(_fault("GET file", "tronquer"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        pastell.call("GET", path)


@pytest.mark.parametrize(
    "operation", ["POST action/orientation", "PATCH externalData/type_piece", "GET journal"]
)
def test_the_operations_of_pastell_can_be_named(simulator: Simulator, operation: str) -> None:
    simulator.faults.add(_fault(operation, "couper"))
    assert simulator.faults.unmet()[0]["operation"] == operation
    simulator.faults.reset()


# -- admin desk --------------------------------------------------------------------------------------------------


@pytest.fixture
def ready(pastell: PastellCaller, document: bytes, simulator: Simulator) -> str:
    """A document for the signature, complete, with the daemon stopped."""
    simulator.pastell.worker.mode = "main"
    id_d = str(pastell.post("entite/2/document", type=URBANISME)["id_d"])
    path = f"entite/2/document/{id_d}"
    pastell.patch(path, titre="Arrêté", envoi_signature="1")
    parts = {"file_content": ("x", document)}
    pastell.ok("POST", f"{path}/file/document", data={"file_name": "arrete.pdf"}, files=parts)
    told = pastell.patch(f"{path}/externalData/iparapheur_sous_type", iparapheur_sous_type="Arrete")
    assert "orientation" in told["action_possible"]
    return id_d


def _state(pastell: PastellCaller, id_d: str) -> str:
    return str(pastell.get(f"entite/2/document/{id_d}")["last_action"]["action"])


def test_the_daemon_by_hand_moves_only_when_told(pastell: PastellCaller, admin: Any, ready: str) -> None:
    pastell.post(f"entite/2/document/{ready}/action/orientation")
    assert [_state(pastell, ready) for _ in range(3)] == ["preparation-transformation"] * 3
    assert admin.post("/pastell/travail", {"tours": 1})["mode"] == "main"
    assert _state(pastell, ready) == "transformation"
    assert admin.post("/pastell/travail", {"mode": "auto"})["mode"] == "auto"
    seen = [_state(pastell, ready) for _ in range(4)]
    assert seen[-1] == "send-iparapheur"


def test_a_clock_that_moved_lets_the_daemon_catch_up(
    pastell: PastellCaller, simulator: Simulator, ready: str
) -> None:
    pastell.post(f"entite/2/document/{ready}/action/orientation")
    simulator.pastell.worker.mode = "auto"
    simulator.clock.advance(20)
    pastell.get("version")
    assert simulator.pastell.documents.snapshot()[0]["etat"] == "send-iparapheur"


def test_a_jammed_job_keeps_its_document_for_ever(
    pastell: PastellCaller, admin: Any, simulator: Simulator, ready: str
) -> None:
    pastell.post(f"entite/2/document/{ready}/action/orientation")
    admin.post(f"/pastell/{ready}/verrouiller", {"verrouille": True})
    simulator.pastell.worker.mode = "auto"
    simulator.clock.advance(86400)
    assert _state(pastell, ready) == "preparation-transformation"
    admin.post(f"/pastell/{ready}/verrouiller", {"verrouille": False})
    simulator.clock.advance(86400)
    assert _state(pastell, ready) == "send-iparapheur"
    assert admin.post("/pastell/inconnu/verrouiller", {}, status=404)["erreur"]


def test_the_desk_shows_the_documents_and_changes_the_generation(
    pastell: PastellCaller, admin: Any, ready: str
) -> None:
    assert [one["id_d"] for one in admin.get("/pastell/documents")] == [ready]
    assert admin.get("/etat")["pastell"]["profil"] == "4.0"
    admin.post("/pastell/profil", {"profil": "5.0"})
    assert pastell.get("version")["version"] == "5.0.3"
    assert admin.get("/pastell/documents") == []
    assert "possibles" in admin.post("/pastell/profil", {"profil": "9.9"}, status=400)["erreur"]


@pytest.mark.parametrize("body", [{}, {"mode": "vite"}, {"tours": 0}, {"tours": 1, "mode": "auto"}])
def test_an_order_to_the_daemon_that_is_not_understood_is_refused(admin: Any, body: object) -> None:
    assert admin.post("/pastell/travail", body, status=400)["erreur"]


# -- the whole chain ---------------------------------------------------------------------------------------------


def _lived(caller: PastellCaller, simulator: Simulator, document: bytes) -> dict[str, Any]:
    """A document from its creation to its end: signed in the parapheur, acknowledged by the préfecture."""
    id_d = str(caller.post("entite/2/document", type=URBANISME)["id_d"])
    path = f"entite/2/document/{id_d}"
    acte = {
        "acte_nature": "3",
        "numero_de_lacte": "PC001",
        "date_de_lacte": "2025-03-13",
        "classification": "2.2.3",
    }
    caller.patch(path, titre="Arrêté PC 1", envoi_signature="1", envoi_tdt_actes="1", **acte)
    parts = {"file_content": ("x", document)}
    caller.ok("POST", f"{path}/file/document", data={"file_name": "arrete.pdf"}, files=parts)
    choices = caller.get(f"{path}/externalData/iparapheur_sous_type")
    caller.patch(f"{path}/externalData/iparapheur_sous_type", iparapheur_sous_type=choices[0])
    caller.patch(f"{path}/externalData/type_piece", **{"type_pj[]": "99_AI"})
    caller.post(f"{path}/action/orientation")
    signed = False
    for _ in range(20):
        simulator.clock.advance(601)
        told = caller.get(path)
        state = told["last_action"]["action"]
        if state == "termine":
            return dict(told)
        if state == "send-iparapheur" and not signed:
            folder = told["data"]["iparapheur_dossier_id"]
            simulator.iparapheur.viser(folder)
            simulator.iparapheur.signer(folder)
            signed = True
    raise AssertionError(told["last_action"])


def test_the_platforms_work_together_over_the_network(
    pastell: PastellCaller, simulator: Simulator, document: bytes
) -> None:
    told = _lived(pastell, simulator, document)
    assert told["data"]["date_ar"] == "2025-03-14"
    id_d = told["info"]["id_d"]
    signed = pastell.call("GET", f"entite/2/document/{id_d}/file/document").content
    assert signed.startswith(b"%PDF")
    assert len(signed) > len(document)


def test_the_platforms_work_together_in_the_process(tmp_path: Path, document: bytes) -> None:
    simulator = Simulator(folder=tmp_path, clock=SimClock())
    with simulated_platforms(simulator) as platforms:
        described: Any = platforms.describe()["pastell"]
        with pastell_caller(described) as caller:
            assert _lived(caller, simulator, document)["data"]["acte_tamponne"] == ["arrete-tampon.pdf"]
        assert platforms.erreurs == []


def test_a_simulator_served_and_then_in_the_process_drives_each_time_the_right_platforms(
    simulator: Simulator,
) -> None:
    served = simulator.peers
    with simulated_platforms(simulator):
        assert simulator.peers != served
    assert simulator.peers == served


# -- TLS ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def over_tls(tmp_path: Path) -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(folder=tmp_path), tls=True) as server:
        yield server
        assert server.erreurs == []


def test_pastell_speaks_tls_and_a_certificate_is_not_needed(over_tls: SimulatorServer) -> None:
    described: Any = over_tls.describe()["pastell"]
    assert described["url"].startswith("https:")
    with pastell_caller(described) as caller:
        assert caller.get("version")


def test_until_3_1_a_certificate_identifies_its_owner_who_needs_it_ever_after(
    over_tls: SimulatorServer,
) -> None:
    simulator = over_tls.simulator
    simulator.pastell.use_profile("3.1")
    access = simulator.accesses[0]
    described: Any = over_tls.describe()["pastell"]
    with pastell_caller(described, admin=True) as chief:
        parts = {"certificat": ("c.pem", access.certificate.read_bytes())}
        made = chief.ok(
            "POST",
            "utilisateur",
            data={"login": "cert", "nom": "C", "prenom": "C", "email": "c@exemple.fr", "password": "secret"},
            files=parts,
        )
        assert made["certificat"] == fingerprint(access.certificate.read_text())
        chief.post(f"utilisateur/{made['id_u']}/role", role="application-metier", id_e="3")
    with pastell_caller(
        {**described, "admin": {"login": "cert", "password": "secret"}}, admin=True
    ) as caller:
        assert caller.refused(401, "GET", "version") == "Accès interdit"
        caller.session.cert = (str(access.certificate), str(access.key))
        caller.session.auth = None
        assert [row["id_e"] for row in caller.get("entite")] == ["3"]
        simulator.pastell.use_profile("5.0")
        assert caller.refused(401, "GET", "entite") == "Accès interdit"
