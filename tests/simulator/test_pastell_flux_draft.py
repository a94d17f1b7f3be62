"""Drafting a document: what the form asks for, keeps, ignores and refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support.pastell_lab import PDF, URBANISME, Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path).stubs()


def incomplete(label: str) -> str:
    return f"Le formulaire est incomplet : le champ «{label}» est obligatoire."


def test_a_new_document_holds_the_defaults_of_the_tabs_that_show(lab: Lab) -> None:
    made = lab.documents.create(lab.admin, lab.id_e, URBANISME)
    # No default date: the tab of the act does not show yet (fact 31).
    assert made["data"] == {"envoi_transformation": "checked", "envoi_iparapheur": "", "envoi_fast": ""}
    assert made["last_action"] == {
        "action": "creation",
        "message": "Création du document",
        "date": "2026-11-22 10:00:00",
    }
    assert made["action_possible"] == made["action-possible"] == ["modification", "supression"]
    assert made["id_d"] == made["info"]["id_d"]


def test_data_is_empty_until_something_is_written(lab: Lab) -> None:
    assert lab.data(lab.create("document-a-signer")) == {}


def test_a_document_made_on_the_root_has_no_last_action(lab: Lab) -> None:
    made = lab.documents.create(lab.admin, "0", "document-a-signer")
    assert made["last_action"] is False
    assert made["action_possible"] == ["modification", "supression"]


def test_making_or_listing_an_unknown_flux_is_forbidden_not_unknown(lab: Lab) -> None:
    assert lab.refused(lambda: lab.create("nexistepas")) == (
        403,
        f"Acces interdit id_e={lab.id_e}, droit=nexistepas:edition,id_u=1",
    )
    assert lab.refused(lambda: lab.create("")) == (
        403,
        f"Acces interdit id_e={lab.id_e}, droit=:edition,id_u=1",
    )
    assert lab.refused(lambda: lab.listed("type=nexistepas"))[0] == 403


def test_the_form_complains_of_one_thing_at_a_time_in_the_order_of_its_tabs(lab: Lab) -> None:
    id_d = lab.create()
    assert lab.patch(id_d, titre="PC 1")["message"] == incomplete("Document")
    complete = lab.put(id_d, "document", "arrete.pdf")
    assert (complete["formulaire_ok"], complete["message"]) == (1, "")
    assert lab.patch(id_d, envoi_signature="1")["message"] == incomplete("Sous-type iparapheur")
    lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Arrêté individuel")
    for field, value, complaint in (
        ("envoi_tdt_actes", "1", incomplete("Nature de l'acte")),
        ("acte_nature", "3", incomplete("Numéro de l'acte")),
        ("numero_de_lacte", "PC1", incomplete("Date de l'acte")),
        ("date_de_lacte", "2024-05-31", incomplete("Classification en matière et sous-matière")),
        ("classification", "2.2", incomplete("Typologie des pièces")),
    ):
        answer = lab.patch(id_d, **{field: value})
        assert (answer["formulaire_ok"], answer["message"]) == (0, complaint)
    lab.choose(id_d, "type_piece", "type_pj[]=99_AI")
    assert lab.patch(id_d)["formulaire_ok"] == 1
    assert "orientation" in lab.possible(id_d)


@pytest.mark.parametrize("number", ["pc-062", "PC0621192400001A", "PC 1"])
def test_a_bad_act_number_is_kept_and_only_the_form_complains(lab: Lab, number: str) -> None:
    id_d = lab.draft(actes=True)
    answer = lab.patch(id_d, numero_de_lacte=number)
    assert answer["content"]["data"]["numero_de_lacte"] == number
    assert answer["formulaire_ok"] == 0
    assert answer["message"] == (
        "Le champ «Numéro de l'acte» est incorrect (15 caractères maximum (chiffres, lettres en majuscule ou _)) "
    )


def test_a_title_is_not_limited_though_the_database_keeps_256_characters(lab: Lab) -> None:
    answer = lab.patch(lab.draft(), titre="T" * 600)
    assert answer["formulaire_ok"] == 1
    assert len(answer["content"]["data"]["titre"]) == 600
    assert len(answer["content"]["info"]["titre"]) == 256


def test_a_wished_limit_without_a_date_is_accepted(lab: Lab) -> None:
    assert lab.patch(lab.draft(signature=True), has_date_limite="1")["formulaire_ok"] == 1


def test_unknown_fields_are_ignored_and_read_only_ones_written(lab: Lab) -> None:
    id_d = lab.create("document-a-signer")
    assert lab.patch(id_d, nexistepas="x")["content"]["data"] == {}
    # Ignored for good: nothing changed, the state neither.
    assert lab.state(id_d) == "creation"
    assert lab.patch(id_d, iparapheur_dossier_id="HACK")["content"]["data"] == {
        "iparapheur_dossier_id": "HACK"
    }
    assert lab.state(id_d) == "modification"


def test_a_value_outside_the_list_of_a_select_is_accepted(lab: Lab) -> None:
    assert lab.patch(lab.draft(actes=True), acte_nature="99")["content"]["data"]["acte_nature"] == "99"


def test_values_are_kept_as_they_came(lab: Lab) -> None:
    id_d = lab.create("document-a-signer")
    for value in ("true", "0", ""):
        assert lab.patch(id_d, has_date_limite=value)["content"]["data"]["has_date_limite"] == value
    assert lab.patch(id_d, date_limite="31/12/2030")["content"]["data"]["date_limite"] == "31/12/2030"


def test_a_field_of_files_in_a_patch_is_refused_and_nothing_of_the_patch_is_kept(lab: Lab) -> None:
    id_d = lab.create()
    assert lab.refused(lambda: lab.patch(id_d, titre="x", document="arrete.pdf")) == (
        400,
        "Le champ 'document' n'est pas autorisé sur un PATCH",
    )
    assert "titre" not in lab.data(id_d)


def test_asking_for_a_signature_without_a_parapheur_fails_but_has_saved(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    id_d = lab.create()
    missing = f"Aucun connecteur de type signature n'est associé au type de dossier {URBANISME}"
    assert lab.refused(lambda: lab.patch(id_d, envoi_signature="1")) == (400, missing)
    assert lab.data(id_d) == {
        "envoi_transformation": "checked",
        "envoi_iparapheur": "1",
        "envoi_fast": "",
        "envoi_signature": "1",
    }
    assert lab.state(id_d) == "modification"
    # The next ones fail too, until the connector is there (fact 30).
    assert lab.refused(lambda: lab.patch(id_d, envoi_tdt_actes="1"))[1] == missing
    assert lab.data(id_d)["envoi_tdt_actes"] == "1"
    lab.stubs()
    assert lab.patch(id_d, envoi_tdt_actes="1")["result"] == "ok"


def test_the_extraction_cannot_be_refused(lab: Lab) -> None:
    id_d = lab.draft()
    assert lab.patch(id_d, envoi_transformation="0")["content"]["data"]["envoi_transformation"] == "0"
    lab.act(id_d, "orientation")
    assert lab.state(id_d) == "preparation-transformation"


def test_sub_types_are_chosen_by_name_and_bring_the_type(lab: Lab) -> None:
    id_d = lab.create()
    assert lab.choices(id_d, "iparapheur_sous_type") == [
        *("Arrêté individuel", "Arrêté réglementaire", "Contrat et convention", "Délibération")
    ]
    chosen = lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
    assert chosen["result"] == "ok"
    assert "formulaire_ok" not in chosen
    assert (chosen["data"]["iparapheur_type"], chosen["data"]["iparapheur_sous_type"]) == (
        "Actes",
        "Délibération",
    )
    for wrong in ("0", "", "Inconnu"):
        assert lab.refused(
            lambda wrong=wrong: lab.choose(id_d, "iparapheur_sous_type", f"iparapheur_sous_type={wrong}")
        ) == (400, f'Le sous-type "{wrong}" n\'existe pas pour le type configuré')
    assert lab.refused(lambda: lab.choices(id_d, "nexistepas")) == (400, "Type nexistepas introuvable")


def test_the_classification_is_read_from_the_query_string_and_blanked_otherwise(lab: Lab) -> None:
    id_d = lab.create()
    assert lab.choices(id_d, "classification") == {
        "2 Urbanisme": True,
        "2.1 Documents d'urbanisme": True,
        "2.2 Droit des sols": True,
    }
    assert lab.choose(id_d, "classification", query="classif=2.2 Droit des sols")["data"][
        "classification"
    ] == ("2.2 Droit des sols")
    assert lab.choose(id_d, "classification", "classification=2.2")["data"]["classification"] == ""
    assert lab.patch(id_d, classification="2.2")["content"]["data"]["classification"] == "2.2"


def test_pieces_are_typed_all_together_the_act_first(lab: Lab) -> None:
    id_d = lab.create()
    lab.patch(id_d, acte_nature="3")
    assert lab.refused(lambda: lab.choices(id_d, "type_piece")) == (
        400,
        "La pièce principale n'est pas présente",
    )
    lab.put(id_d, "document", "arrete.pdf")
    lab.put(id_d, "annexe", "plan.pdf")
    assert lab.choices(id_d, "type_piece") == {
        "actes_type_pj_list": {"99_AI": "Acte individuel (99_AI)", "22_AV": "Avis (22_AV)"},
        "pieces": ["arrete.pdf", "plan.pdf"],
    }
    for body, said in (
        (
            "type_pj[]=99_AI",
            "Le nombre de type_pj fourni «1» ne correspond pas au nombre de documents (acte et annexes) «2»",
        ),
        (
            "type_pj[]=99_AI&type_pj[]=77_ZZ",
            "Le type_pj «77_ZZ» ne correspond pas pour la nature et la classification sélectionnée",
        ),
        ("", "Aucun tableau type_pj fourni"),
    ):
        assert lab.refused(lambda body=body: lab.choose(id_d, "type_piece", body)) == (400, said)
    data = lab.choose(id_d, "type_piece", "type_pj[]=99_AI&type_pj[]=22_AV")["data"]
    assert (data["type_piece"], data["type_acte"], data["type_pj"], data["type_piece_fichier"]) == (
        *("2 fichier(s) typé(s)", "99_AI", '["22_AV"]'),
        ["type_piece.json"],
    )
    assert lab.read(id_d, "type_piece_fichier") == (
        b'[{"filename":"arrete.pdf","typologie":"Acte individuel (99_AI)"},'
        b'{"filename":"plan.pdf","typologie":"Avis (22_AV)"}]'
    )


@pytest.mark.parametrize("change", ["annexe ajoutée", "annexe retirée", "nature"])
def test_a_change_of_annexes_or_of_nature_wipes_the_types_but_that_of_the_act(lab: Lab, change: str) -> None:
    id_d = lab.draft(actes=True, annexes=2)
    if change == "nature":
        lab.patch(id_d, acte_nature="2")
    elif change == "annexe ajoutée":
        lab.put(id_d, "annexe", "plan-2.pdf", 2)
    else:
        lab.drop(id_d, "annexe", 1)
    data = lab.data(id_d)
    assert not {"type_piece", "type_piece_fichier"} & set(data)
    assert (data["type_pj"], data["type_acte"]) == ("[]", "99_AI")
    assert lab.patch(id_d)["message"] == incomplete("Typologie des pièces")


def test_types_by_patch_work_unless_the_nature_comes_along(lab: Lab) -> None:
    id_d = lab.draft(actes=True, annexes=1)
    lab.patch(id_d, acte_nature="3")
    together = lab.patch(id_d, acte_nature="3", type_acte="99_AI", type_pj='["22_AV"]')
    assert together["formulaire_ok"] == 0
    assert together["content"]["data"]["type_pj"] == '["22_AV"]'
    alone = lab.patch(id_d, type_acte="99_AI", type_pj='["22_AV"]')
    assert alone["formulaire_ok"] == 1
    assert alone["content"]["data"]["type_piece"] == "2 fichier(s) typé(s)"


def test_a_type_by_patch_that_the_nature_does_not_allow_is_refused(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    status, said = lab.refused(lambda: lab.patch(id_d, type_acte="99_XX"))
    assert status == 400
    assert said.startswith("Le type de pièce «99_XX» ne correspond pas")


def test_each_patch_of_one_person_is_a_row_of_the_journal_but_one_passage(lab: Lab) -> None:
    id_d = lab.create()
    for titre in ("A", "B", "C"):
        lab.patch(id_d, titre=titre)
        lab.later(seconds=1)
    assert [row[0] for row in lab.journal(id_d)] == ["creation", *["modification"] * 3]
    rows = lab.listed(f"type={URBANISME}&etatTransit=modification")
    assert [(row["id_d"], row["date"]) for row in rows] == [(id_d, "2026-11-22 10:00:02")]


def test_a_purged_journal_takes_the_message_of_the_state_with_it(lab: Lab) -> None:
    id_d = lab.create()
    lab.platform.journal.purge()
    assert lab.detail(id_d)["last_action"]["message"] is None


def test_an_inactive_entity_makes_no_document(lab: Lab) -> None:
    lab.platform.entities.activate(lab.admin, lab.id_e, active=False)
    assert lab.refused(lab.create) == (403, f"L'entité {lab.id_e} est désactivée")


def test_a_document_is_of_one_entity_only(lab: Lab) -> None:
    id_d = lab.create()
    other = lab.platform.entities.all()[0].id_e
    assert lab.refused(lambda: lab.documents.detail(lab.admin, other, id_d)) == (
        404,
        f"Le document {id_d} n'appartient pas à l'entité {other}",
    )
    assert lab.refused(lambda: lab.patch("ABCDEFG", titre="x")) == (
        404,
        "Le document ABCDEFG n'a pas été trouvé",
    )


def test_a_draft_is_deleted_once(lab: Lab) -> None:
    id_d = lab.draft("sans suite")
    assert lab.act(id_d, "supression") == f"Le document « sans suite » ({id_d}) a été supprimé "
    gone = (404, f"Le document {id_d} n'appartient pas à l'entité {lab.id_e}")
    assert lab.refused(lambda: lab.detail(id_d)) == gone
    assert lab.refused(lambda: lab.delete(id_d)) == gone
    assert not (lab.platform.folder / "documents" / id_d).exists()


def test_an_incomplete_or_unknown_action_is_refused_with_its_reason(lab: Lab) -> None:
    id_d = lab.create()
    assert lab.refused(lambda: lab.act(id_d, "orientation")) == (
        400,
        "L'action « orientation »  n'est pas permise : document_is_valide n'est pas vérifiée",
    )
    assert lab.refused(lambda: lab.act(id_d, "nexistepas")) == (400, "L'action nexistepas n'existe pas.")


def test_no_step_can_be_called_from_the_draft(lab: Lab) -> None:
    id_d = lab.draft(signature=True)
    assert lab.refused(lambda: lab.act(id_d, "send-iparapheur"))[1].endswith(
        "Le dernier état du document (modification) ne permet pas de déclencher cette action"
    )


def test_the_files_of_an_act_may_not_weigh_more_than_the_limit(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_d = lab.draft(annexes=1)
    known = lab.platform.flux.get(URBANISME)
    assert known is not None
    small = replace(known, threshold=20)
    monkeypatch.setattr(lab.platform.flux, "get", lambda _: small)
    said = lab.patch(id_d)["message"]
    assert said.startswith("L'ensemble des fichiers dépasse le poids limite autorisé : 0.00 Mo (20 octets)")
    assert f"({2 * len(PDF)} octets) trouvés" in said
