"""What the generations of Pastell do otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.simulator.pastell.peers.ports import FolderRefused
from support.pastell_lab import Lab


def lab_of(tmp_path: Path, profile: str, flux: str = "actes-generique") -> Lab:
    return Lab(tmp_path, profile=profile).scripted(flux)


def test_2_0_stores_no_default_and_says_web_service(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, "2.0")
    made = lab.documents.create(lab.admin, lab.id_e, "actes-generique")
    assert made["data"] == {}
    assert made["last_action"]["message"] == "Création du document [webservice]"


def test_2_0_writes_what_the_state_closes_and_does_not_run_what_a_file_brings_about(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, "2.0")
    id_d = lab.acte(envoi_tdt="1")
    lab.put(id_d, "autre_document_attache", "plan.pdf")
    assert "type_piece" in lab.data(id_d)
    lab.drop(id_d, "autre_document_attache")
    lab.choose(id_d, "type_piece", "type_pj[]=99_AI")
    lab.act(id_d, "send-tdt")
    lab.path(id_d)
    assert lab.patch(id_d, objet="autre")["content"]["data"]["objet"] == "autre"


def test_2_0_refuses_a_change_with_400_where_the_others_say_403(tmp_path: Path) -> None:
    for profile, status in (("2.0", 400), ("3.1", 403), ("4.0", 403)):
        lab = lab_of(tmp_path / profile, profile)
        id_d = lab.acte(envoi_signature="1")
        lab.act(id_d, "send-iparapheur")
        assert lab.refused(lambda lab=lab, id_d=id_d: lab.patch(id_d, objet="x"))[0] == status


def test_2_0_does_not_check_the_sub_type(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, "2.0")
    id_d = lab.create("actes-generique")
    data = lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Inconnu")["data"]
    assert data["iparapheur_sous_type"] == "Inconnu"


def test_before_4_0_an_unknown_document_is_a_missing_right(tmp_path: Path) -> None:
    for profile, status in (("2.0", 403), ("3.1", 403), ("4.0", 404)):
        lab = lab_of(tmp_path / profile, profile)
        assert lab.refused(lambda lab=lab: lab.detail("ABCDEFG"))[0] == status


def test_before_4_0_any_text_may_be_read_as_a_boolean(tmp_path: Path) -> None:
    for profile, complete in (("3.1", 1), ("4.0", 0)):
        lab = lab_of(tmp_path / profile, profile)
        # The tab of the parapheur shows when the flag is true, and « false » is, since 4.0.
        assert lab.patch(lab.acte(), envoi_signature="false")["formulaire_ok"] == complete


def test_a_refused_folder_has_a_state_of_its_own_since_4_0_12(tmp_path: Path) -> None:
    for profile, state in (("3.1", "modification"), ("4.0", "send-signature-error")):
        lab = lab_of(tmp_path / profile, profile)
        lab.signature.sends = [FolderRefused("KO")]
        id_d = lab.acte(envoi_signature="1")
        assert lab.refused(lambda lab=lab, id_d=id_d: lab.act(id_d, "send-iparapheur")) == (400, "KO")
        assert lab.state(id_d) == state


def test_the_signed_file_keeps_its_name_or_takes_that_of_the_parapheur(tmp_path: Path) -> None:
    for profile, name in (("2.0", "courrier_signe.pdf"), ("4.0", "courrier.pdf"), ("4.1", "signe.pdf")):
        lab = lab_of(tmp_path / profile, profile, "document-a-signer")
        id_d = lab.create("document-a-signer")
        lab.patch(id_d, libelle="Courrier", iparapheur_sous_type="Délibération", iparapheur_type="Actes")
        lab.put(id_d, "document", "courrier.pdf")
        lab.act(id_d, "send-iparapheur")
        lab.act(id_d, "verif-iparapheur")
        assert lab.data(id_d)["document"] == [name]


def test_since_4_1_a_flux_does_without_a_missing_transformation(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1")
    id_d = lab.draft()
    lab.act(id_d, "orientation")
    assert lab.state(id_d) == "termine"


def test_since_4_1_a_zero_fills_a_field(tmp_path: Path) -> None:
    for profile, complete in (("4.0", 0), ("4.1", 1)):
        lab = Lab(tmp_path / profile, profile=profile).stubs()
        id_d = lab.draft()
        assert lab.patch(id_d, titre="0")["formulaire_ok"] == complete


def test_since_4_1_a_document_can_be_copied_without_its_results(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1").scripted()
    id_d = lab.draft(actes=True)
    lab.act(id_d, "orientation")
    lab.path(id_d)
    copied = lab.act(id_d, "duplicate").rpartition(" ")[2]
    data = lab.data(copied)
    assert (data["titre"], data["document"], data["numero_de_lacte"]) == ("PC 1", ["arrete.pdf"], "PC1")
    assert not {"aractes", "tedetis_transaction_id", "date_ar"} & set(data)
    assert lab.state(copied) == "creation"


def test_annotations_go_to_the_parapheur_since_4_1(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1").scripted()
    id_d = lab.draft(signature=True, annotation_publique="vu", annotation_privee="pour vous")
    lab.act(id_d, "orientation")
    lab.path(id_d, 8)
    sent = lab.signature.requests[0]
    assert (sent.annotation_publique, sent.annotation_privee) == ("vu", "pour vous")
    assert lab.data(id_d)["parapheur_date_signature"] == "2026-11-22"


def test_recent_versions_let_read_who_may_only_read(tmp_path: Path) -> None:
    for profile, allowed in (("4.0", False), ("4.1", True)):
        lab = Lab(tmp_path / profile, profile=profile).stubs()
        id_d = lab.draft()
        reader = lab.platform.users.add("lecteur")
        rights = frozenset({"entite:lecture", "document-autorisation-urbanisme:lecture"})
        from cdg62_connect.simulator.pastell.accounts import Role

        lab.platform.rights.define(Role("lecteur", "Lecteur", rights))
        lab.platform.rights.grant(reader, "lecteur", lab.id_e)

        def look(lab: Lab = lab, id_d: str = id_d, reader: object = reader) -> object:
            return lab.documents.detail(reader, lab.id_e, id_d)  # type: ignore[arg-type]

        if allowed:
            assert look()
        else:
            assert lab.refused(look)[0] == 403
        assert (
            lab.refused(
                lambda lab=lab, id_d=id_d, reader=reader: lab.documents.modify(
                    reader, lab.id_e, id_d, {"titre": "x"}
                )
            )[0]
            == 403
        )


@pytest.mark.parametrize("profile", ["3.1", "4.0", "4.1", "5.0"])
def test_the_urbanism_flux_lives_on_every_generation_that_has_it(tmp_path: Path, profile: str) -> None:
    lab = Lab(tmp_path, profile=profile).scripted()
    id_d = lab.draft(signature=True, actes=True, annexes=1)
    lab.tdt.stamped_annexes = ["plan_0.pdf"]
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-1] == "termine"
    data = lab.data(id_d)
    assert (data["date_ar"], data["annexes_tamponnees"]) == ("2024-06-01", ["plan-0-tampon.pdf"])
