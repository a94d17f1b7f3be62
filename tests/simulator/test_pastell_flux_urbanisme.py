"""The life of a document of urbanism: step by step by hand, then with the daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pastell_lab import URBANISME, Lab

NEXT = "sélection automatique de l'action suivante"
SENT = "Le document a été envoyé au parapheur électronique"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path).stubs()


def not_from(state: str, action: str = "modification") -> str:
    return (
        f"L'action « {action} »  n'est pas permise : "
        f"Le dernier état du document ({state}) ne permet pas de déclencher cette action"
    )


def test_the_whole_chain_by_hand_and_what_each_state_offers(lab: Lab) -> None:
    id_d = lab.draft(signature=True, actes=True, annexes=1)
    offered: dict[str, list[str]] = {}

    def do(action: str, said: str) -> None:
        assert lab.act(id_d, action) == said
        offered[lab.state(id_d)] = lab.possible(id_d)

    do("orientation", NEXT)
    do("transformation", "Transformation terminée")
    do("orientation", NEXT)
    do("send-iparapheur", SENT)
    do("verif-iparapheur", "La signature a été récupérée")
    do("orientation", NEXT)
    do("send-tdt", "Le document a été envoyé au contrôle de légalité")
    do("verif-tdt", "L'acquittement du contrôle de légalité a été reçu.")
    do("orientation", NEXT)
    assert offered == {
        "preparation-transformation": ["transformation"],
        "transformation": ["modification", "orientation"],
        "preparation-send-iparapheur": ["send-iparapheur"],
        "send-iparapheur": ["verif-iparapheur"],
        "recu-iparapheur": ["modification", "orientation"],
        "pre-send-tdt": ["send-tdt"],
        "send-tdt": ["verif-tdt"],
        "acquiter-tdt": ["modification", "orientation", "annulation-tdt", "tamponner-tdt"],
        "termine": ["modification", "supression", "reouverture", "annulation-tdt", "tamponner-tdt"],
    }
    data = lab.data(id_d)
    assert data["bordereau"] == ["PC1-bordereau-tdt.pdf"]
    assert data["aractes"] == ["PC1-ar-actes.xml"]
    assert data["acte_tamponne"] == ["arrete-tampon.pdf"]
    assert data["signature"] == ["signature.zip"]
    assert data["bordereau_signature"] == ["document.txt"]
    # The stub detaches its signature: the document is not replaced.
    assert "document_original" not in data


def test_what_the_journal_keeps_of_a_life_by_hand(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    for action in ("orientation", "transformation", "orientation", "send-tdt", "verif-tdt"):
        lab.act(id_d, action)
    assert lab.journal(id_d)[-5:] == [
        ("preparation-transformation", "1", NEXT),
        ("transformation", "1", "Transformation terminée"),
        ("pre-send-tdt", "1", NEXT),
        ("send-tdt", "1", "Le document a été envoyé au contrôle de légalité"),
        # What the TdT brings about is nobody's.
        ("acquiter-tdt", "0", "L'acte a été acquitté par le contrôle de légalité"),
    ]


def test_a_check_that_changes_nothing_leaves_no_row(lab: Lab) -> None:
    lab.configure("TdT", tdt_check_status="3")
    id_d = lab.draft(actes=True)
    for action in ("orientation", "transformation", "orientation", "send-tdt"):
        lab.act(id_d, action)
    rows = len(lab.journal(id_d))
    assert lab.act(id_d, "verif-tdt") == "La transaction a comme statut : Transmis"
    assert len(lab.journal(id_d)) == rows


def test_only_the_fields_of_later_steps_may_be_changed_on_the_way(lab: Lab) -> None:
    id_d = lab.draft(signature=True, actes=True)
    lab.act(id_d, "orientation")
    assert lab.refused(lambda: lab.patch(id_d, titre="z")) == (403, not_from("preparation-transformation"))
    assert lab.refused(lambda: lab.put(id_d, "annexe", "z.pdf")) == (
        400,
        "L'action « modification »  n'est pas permise",
    )
    lab.act(id_d, "transformation")
    answer = lab.patch(id_d, titre="z", numero_de_lacte="PC1B", date_limite="2031-01-01")
    assert answer["result"] == "ok"
    data = answer["content"]["data"]
    assert (data["titre"], data["numero_de_lacte"], data["date_limite"]) == ("PC 1", "PC1B", "2031-01-01")
    assert lab.state(id_d) == "transformation"
    assert lab.refused(lambda: lab.put(id_d, "document", "z.pdf")) == (
        403,
        "Le contenu de document n'est pas éditable",
    )
    lab.act(id_d, "orientation")
    lab.act(id_d, "send-iparapheur")
    assert lab.refused(lambda: lab.patch(id_d, titre="z")) == (403, not_from("send-iparapheur"))
    assert lab.refused(lambda: lab.put(id_d, "document", "z.pdf"))[0] == 400
    assert lab.refused(lambda: lab.drop(id_d, "document")) == (403, not_from("send-iparapheur"))
    assert lab.refused(lambda: lab.delete(id_d)) == (400, not_from("send-iparapheur", "supression"))


def test_a_patch_of_the_end_is_a_row_of_the_end(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    lab.act(id_d, "orientation")
    lab.path(id_d)
    answer = lab.patch(id_d, acte_publication_date="2024-06-04", titre="z")
    assert answer["content"]["data"]["acte_publication_date"] == "2024-06-04"
    assert answer["content"]["data"]["titre"] == "PC 1"
    assert lab.journal(id_d)[-1] == ("termine", "1", "Modification du document")
    assert lab.state(id_d) == "termine"


def test_external_data_does_not_look_at_the_state(lab: Lab) -> None:
    id_d = lab.draft(signature=True)
    for action in ("orientation", "transformation", "orientation", "send-iparapheur"):
        lab.act(id_d, action)
        chosen = lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
        assert chosen["data"]["iparapheur_sous_type"] == "Délibération"


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        (
            {"signature": True, "actes": True},
            [
                *("preparation-transformation", "transformation", "preparation-send-iparapheur"),
                *(
                    "send-iparapheur",
                    "recu-iparapheur",
                    "pre-send-tdt",
                    "send-tdt",
                    "acquiter-tdt",
                    "termine",
                ),
            ],
        ),
        (
            {"signature": True},
            [
                *("preparation-transformation", "transformation", "preparation-send-iparapheur"),
                *("send-iparapheur", "recu-iparapheur", "termine"),
            ],
        ),
        (
            {"actes": True},
            [
                *("preparation-transformation", "transformation", "pre-send-tdt", "send-tdt"),
                *("acquiter-tdt", "termine"),
            ],
        ),
        ({}, ["preparation-transformation", "transformation", "termine"]),
    ],
)
def test_the_daemon_goes_through_every_state(lab: Lab, steps: dict[str, bool], path: list[str]) -> None:
    id_d = lab.draft(**steps)
    lab.act(id_d, "orientation")
    assert lab.path(id_d) == path
    assert lab.worker.jobs() == []
    assert {who for action, who, _ in lab.journal(id_d)[-len(path) + 1 :]} == {"0"}


def test_data_of_the_signature_come_before_its_state(lab: Lab) -> None:
    id_d = lab.draft(signature=True)
    lab.act(id_d, "orientation")
    seen: list[tuple[str, bool, bool, bool]] = []
    for _ in range(8):
        lab.tick()
        data = lab.data(id_d)
        seen.append(
            (
                lab.state(id_d),
                "iparapheur_dossier_id" in data,
                "has_historique" in data,
                "signature" in data,
            )
        )
    assert ("preparation-send-iparapheur", True, False, False) in seen
    assert ("send-iparapheur", True, True, False) in seen
    assert ("recu-iparapheur", True, True, True) in seen


def test_the_state_of_the_act_comes_before_its_files_and_the_date_last(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    lab.act(id_d, "orientation")
    results = ("bordereau", "aractes", "acte_tamponne", "date_ar")
    seen: list[tuple[str, ...]] = []
    for _ in range(12):
        lab.tick()
        if lab.state(id_d) == "acquiter-tdt":
            data = lab.data(id_d)
            seen.append(tuple(name for name in results if name in data))
    assert seen == [
        (),
        ("bordereau",),
        ("bordereau", "aractes"),
        ("bordereau", "aractes", "acte_tamponne"),
        results,
    ]


def test_a_rejected_document_can_only_be_deleted(lab: Lab) -> None:
    lab.configure("signature", iparapheur_retour="Rejet")
    id_d = lab.draft(signature=True, actes=True)
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-1] == "rejet-iparapheur"
    detail = lab.detail(id_d)
    assert detail["last_action"]["message"] == "Le document a été rejeté dans le parapheur : [RejetVisa]"
    # Signed, says the flag (fact 41).
    assert detail["data"]["has_signature"] == "1"
    assert detail["data"]["bordereau_signature"] == ["document.txt"]
    assert "signature" not in detail["data"]
    assert detail["action_possible"] == ["supression"]
    assert lab.refused(lambda: lab.patch(id_d, titre="z")) == (403, not_from("rejet-iparapheur"))
    for action in ("orientation", "verif-iparapheur", "send-iparapheur"):
        assert lab.refused(lambda action=action: lab.act(id_d, action)) == (
            400,
            not_from("rejet-iparapheur", action),
        )
    lab.delete(id_d)


def test_extraction_rules_may_replace_anything_the_business_id_included(lab: Lab) -> None:
    lab.put(id_d := lab.draft(), "metadonnees", "m.json", content=b'{"numero": "AUTRE"}')
    lab.rules(id_document_externe="{{ jsonpath('metadonnees','$.numero') }}")
    lab.act(id_d, "orientation")
    before = lab.data(id_d)["id_document_externe"]
    lab.act(id_d, "transformation")
    data = lab.data(id_d)
    assert data["id_document_externe"] != before
    assert data["has_transformation"] == "1"
    assert data["transformation_file"] == ["transformation_file.json"]
    assert lab.listed(f"type={URBANISME}&id_document_externe={before}") == []


def test_reopening_brings_the_state_back_and_no_job_with_it(lab: Lab) -> None:
    id_d = lab.draft(signature=True)
    lab.act(id_d, "orientation")
    lab.path(id_d)
    assert lab.act(id_d, "reouverture") == "Le dossier a été rouvert, l'état terminé a été supprimé."
    assert lab.state(id_d) == "recu-iparapheur"
    assert lab.path(id_d) == ["recu-iparapheur"]
    assert lab.patch(id_d, titre="z")["content"]["data"]["titre"] == "PC 1"
    assert lab.refused(lambda: lab.delete(id_d)) == (400, not_from("recu-iparapheur", "supression"))
    lab.act(id_d, "orientation")
    assert lab.state(id_d) == "termine"


def test_fatal_error_is_never_listed_and_always_accepted(lab: Lab) -> None:
    id_d = lab.draft(signature=True)
    for action in ("orientation", "transformation", "orientation", "send-iparapheur"):
        assert "fatal-error" not in lab.possible(id_d)
        lab.act(id_d, action)
    assert lab.act(id_d, "fatal-error") == "Le document est en erreur fatale."
    assert lab.possible(id_d) == ["supression"]
    # The job that was waiting is of another state: it does nothing.
    assert lab.path(id_d, 4) == ["fatal-error"]
    lab.delete(id_d)


def test_without_a_transformation_connector_the_document_is_stuck(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    id_d = lab.draft()
    lab.act(id_d, "orientation")
    assert lab.path(id_d, 5) == ["preparation-transformation"]
    missing = f"Aucun connecteur de type transformation n'est associé au type de dossier {URBANISME}"
    assert lab.refused(lambda: lab.act(id_d, "transformation")) == (400, missing)
    assert [job["verrouille"] for job in lab.worker.jobs()] == [True]
    assert lab.refused(lambda: lab.patch(id_d, titre="x")) == (403, not_from("preparation-transformation"))
    for delete in (lambda: lab.act(id_d, "supression"), lambda: lab.delete(id_d)):
        assert lab.refused(delete) == (400, not_from("preparation-transformation", "supression"))
    # Even once the connector is there, a locked job stays locked: only a person moves it.
    lab.stubs()
    assert lab.path(id_d, 5) == ["preparation-transformation"]
    lab.act(id_d, "transformation")
    assert lab.path(id_d)[-1] == "termine"


def test_stamping_again_changes_no_state(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    lab.act(id_d, "orientation")
    lab.path(id_d)
    rows = len(lab.journal(id_d))
    assert lab.act(id_d, "tamponner-tdt") == "L'acte et les annexes ont été re-tamponnés"
    assert (lab.state(id_d), len(lab.journal(id_d))) == ("termine", rows)


def test_the_stub_cannot_cancel(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    lab.act(id_d, "orientation")
    lab.path(id_d)
    assert lab.refused(lambda: lab.act(id_d, "annulation-tdt")) == (400, "Not implemented")


def test_nothing_forbids_two_documents_of_one_business_id_or_of_one_act_number(lab: Lab) -> None:
    first, second = (lab.draft("jumeau", actes=True) for _ in range(2))
    rows = lab.listed(f"type={URBANISME}&id_document_externe=OPERIS-jumeau")
    assert {row["id_d"] for row in rows} == {first, second}
