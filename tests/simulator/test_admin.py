"""The admin desk, as a test or a demonstration uses it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from cdg62_connect.simulator import Simulator


def test_the_state_tells_what_was_accepted_and_asked(s2low: Any, admin: Any) -> None:
    transaction = s2low.acknowledged()
    s2low.create()
    state = admin.get("/etat")
    assert set(state) == {"horloge", "iparapheur", "s2low", "pastell", "pannes", "appels", "erreurs"}
    assert state["horloge"] == {"heure": "2025-03-14T08:00:00+00:00", "en_marche": False}
    assert state["s2low"]["creations"] == {"216209916/PC62991_25A0012": 1}
    assert state["appels"]["s2low"]["actes_transac_create"] == 2
    (acte,) = state["s2low"]["actes"]
    assert (acte["id"], acte["statut"], acte["libelle"]) == (transaction, 4, "Acquittement reçu")
    assert acte["acte_id"] == "062-216209916-20250310-PC62991_25A0012-AI"
    assert acte["regards"] == 4
    assert [step["statut"] for step in acte["historique"]] == [1, 2, 3, 4]


def test_the_clock_is_moved_forward_or_set(admin: Any, simulator: Simulator) -> None:
    assert admin.post("/horloge", {"avance_s": 90})["heure"] == "2025-03-14T08:01:30+00:00"
    admin.post("/horloge", {"heure": "2026-01-01T01:00:00+01:00"})
    assert simulator.clock.now().isoformat() == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "body", [{}, {"avance_s": -1}, {"heure": "2026-01-01T01:00:00"}, {"heure": "demain"}, {"minutes": 3}, [1]]
)
def test_an_hour_that_is_not_understood_is_refused(admin: Any, body: object) -> None:
    assert admin.post("/horloge", body, status=400)["erreur"]


def test_faults_are_armed_by_one_or_by_many_and_listed_until_met(admin: Any, s2low: Any) -> None:
    admin.post("/pannes", {"plateforme": "s2low", "operation": "list_actes", "effet": "http_502"})
    left = admin.post("/pannes", [{"plateforme": "s2low", "operation": "test-connexion", "effet": "html"}])
    assert [rule["operation"] for rule in left] == ["list_actes", "test-connexion"]
    assert "<form" in s2low.get("/api/test-connexion.php").text
    (unmet,) = admin.get("/pannes")
    assert (unmet["operation"], unmet["restantes"]) == ("list_actes", 1)


def test_a_fault_that_is_not_understood_arms_nothing(admin: Any) -> None:
    assert "effet" in admin.post("/pannes", {"plateforme": "s2low", "effet": "rien"}, status=400)["erreur"]
    assert admin.get("/pannes") == []


def test_the_paces_are_set_together_or_apart(admin: Any, s2low: Any) -> None:
    told = admin.post("/rythme", {"s2low": "immediat"})
    assert told["s2low"] == dict.fromkeys(("analyse", "transmission", "acquittement", "accuse"), "immediat")
    assert s2low.status(s2low.created())[0] == 4
    told = admin.post("/rythme", {"s2low": {"acquittement": {"apres_s": 60}}, "iparapheur": {"apres_s": 30}})
    assert told["s2low"]["acquittement"] == {"apres_s": 60}
    assert told["iparapheur"] == [{"quand": {"apres_s": 30}}]


@pytest.mark.parametrize("body", [{"s2low": "vite"}, {"s2low": {"analyse": 3}}, {"pastell": "main"}])
def test_a_pace_that_is_not_understood_is_refused(admin: Any, body: object) -> None:
    assert admin.post("/rythme", body, status=400)["erreur"]


def test_an_acte_is_posted_acknowledged_closed_by_hand(admin: Any, s2low: Any) -> None:
    transaction = s2low.created(en_attente="1")
    admin.post(f"/s2low/{transaction}/poster", {"agent": "Mme Dupuis"})
    admin.post(f"/s2low/{transaction}/acquitter")
    assert s2low.status(transaction)[0] == 4
    admin.post(f"/s2low/{transaction}/passer", {"statut": 19})
    assert s2low.status(transaction) == (19, b"")
    history = admin.get("/etat")["s2low"]["actes"][0]["historique"]
    assert history[1]["message"] == "La transaction a été postée par l'agent télétransmetteur Mme Dupuis"


def test_an_acte_is_refused_by_hand_by_whoever_has_it(admin: Any, s2low: Any) -> None:
    early, late = s2low.created(number="TOT"), s2low.created(number="TARD")
    admin.post(f"/s2low/{early}/refuser", {"motif": "illisible"})
    admin.post(f"/s2low/{late}/refuser", {"motif": "hors délai", "par": "ministere", "nature": "005"})
    assert s2low.status(early) == (-1, b"Enveloppe invalide : illisible")
    assert s2low.status(late)[1].endswith("005 - hors délai".encode("latin-1"))


def test_scenarios_are_decided_beforehand(admin: Any, s2low: Any) -> None:
    admin.post("/s2low/scenarios", [{"contient": "PC62991", "issue": "bloque_2"}])
    transaction = s2low.created()
    assert [s2low.status(transaction)[0] for _ in range(4)] == [1, 2, 2, 2]
    for wrong in ({}, {"contient": "A"}, {"contient": "A", "issue": "?"}, {"contient": "A", "x": "y"}):
        assert admin.post("/s2low/scenarios", wrong, status=400)["erreur"]


def test_what_is_unknown_or_impossible_is_said(admin: Any, s2low: Any) -> None:
    transaction = s2low.created()
    assert "12" in admin.post("/s2low/12/acquitter", status=404)["erreur"]
    assert "statut 1" in admin.post(f"/s2low/{transaction}/poster", status=409)["erreur"]
    assert admin.post(f"/s2low/{transaction}/passer", {"statut": 2}, status=400)["erreur"]
    assert admin.post(f"/s2low/{transaction}/refuser", {"par": "moi"}, status=400)["erreur"]
    for act in ("signer", "recuperer", "annoter"):
        body = {"texte": "Bonjour"} if act == "annoter" else {}
        assert admin.post(f"/parapheur/INCONNU/{act}", body, status=404)["erreur"]


def test_reset_empties_everything(admin: Any, s2low: Any, simulator: Simulator) -> None:
    s2low.created()
    admin.post("/pannes", {"plateforme": "s2low", "effet": "couper"})
    admin.post("/horloge", {"avance_s": 90})
    admin.post("/rythme", {"s2low": "main"})
    admin.post("/s2low/scenarios", {"contient": "PC", "issue": "bloque_1"})
    admin.post("/reset")
    state = admin.get("/etat")
    assert (state["s2low"]["actes"], state["pannes"], state["appels"]) == ([], [], {})
    assert state["horloge"]["heure"] == "2025-03-14T08:00:00+00:00"
    assert s2low.acknowledged() == 48211


def test_the_settings_of_the_parapheur_are_forgotten_by_a_reset(admin: Any, simulator: Simulator) -> None:
    circuit = [{"acte": "cachet", "bureau": "Mairie"}]
    made = {"nom": "MARCHES", "format": "PKCS7", "sous_types": [{"nom": "Avenant", "circuit": circuit}]}
    admin.post("/parapheur/types", made)
    admin.post("/parapheur/variantes", {"generation": "5", "operis": True, "certificat_exige": True})
    admin.post("/parapheur/delegations", {"bureau": "Le Maire", "a": "L'adjointe"})
    state = simulator.iparapheur
    assert all("MARCHES" in account.types for account in state.accounts)
    assert (state.variantes.operis, state.certificat_exige) == (True, True)
    admin.post("/reset")
    assert not any("MARCHES" in account.types for account in state.accounts)
    assert (state.variantes.operis, state.certificat_exige, state.delegations) == (False, False, ())


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("types", {"nom": "MARCHES", "sous_types": [{"nom": "Avenant"}]}),
        ("types", {"nom": "MARCHES", "format": "PDF"}),
        ("types", {"nom": "MARCHES", "compte": "personne"}),
        ("types", {"nom": "M", "sous_types": [{"nom": "A", "circuit": [{"acte": "x", "bureau": "B"}]}]}),
        ("delegations", {"a": "L'adjointe"}),
        ("delegations", {"bureau": "Le Maire", "a": "L'adjointe", "du": "demain"}),
        ("metadonnees", {"sous_type": "Arrete", "exigees": "commune"}),
        ("variantes", {"generation": "6"}),
        ("variantes", {"visible_apres_s": -1}),
        ("variantes", {"api": "6"}),
        ("ads-01/joindre", {"nom": "a.pdf", "contenu": "é"}),
        ("ads-01/transferer", {}),
    ],
)
def test_what_is_asked_of_the_parapheur_and_makes_no_sense_is_refused(
    admin: Any, route: str, body: object
) -> None:
    assert admin.post(f"/parapheur/{route}", body, status=400)["erreur"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://exemple.fr"},
        {"Origin": "null"},
        {"Host": "exemple.fr"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_open_in_a_browser_is_turned_away(
    admin: Any, browser: requests.Session, s2low: Any, headers: dict[str, str]
) -> None:
    s2low.created()
    answer = browser.post(f"{admin.url}/reset", headers=headers, timeout=10)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert len(admin.get("/etat")["s2low"]["actes"]) == 1


def test_a_body_that_is_not_json_is_refused(admin: Any, browser: requests.Session) -> None:
    assert browser.post(f"{admin.url}/horloge", data=b"avance", timeout=10).status_code == 400


def test_no_secret_is_in_the_state(admin: Any, simulator: Simulator) -> None:
    told = str(admin.get("/etat"))
    for access in simulator.accesses:
        assert access.password not in told
        assert access.password not in repr(access)
