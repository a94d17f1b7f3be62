"""What the API tells of the flux: fields, actions, and how the studio puts them together."""

from __future__ import annotations

import pytest

from cdg62_connect.simulator.pastell.errors import ApiError
from cdg62_connect.simulator.pastell.flux import Catalogue, Flux, canonical
from cdg62_connect.simulator.pastell.flux.studio import StepUse, compose
from cdg62_connect.simulator.pastell.flux.studio_send import depot
from cdg62_connect.simulator.pastell.flux.studio_sign import signature
from cdg62_connect.simulator.pastell.profile import PROFILES

V4 = Catalogue(PROFILES["4.0"])


def flux(name: str, profile: str = "4.0") -> Flux:
    found = Catalogue(PROFILES[profile]).get(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("profile", "absent", "present"),
    [
        ("2.0", ("document-autorisation-urbanisme", "ls-document-pdf"), ("actes-generique", "mailsec")),
        ("3.1", ("ls-actes", "ls-document"), ("document-autorisation-urbanisme", "ls-actes-publication")),
        ("4.0", ("ls-actes", "ls-helios", "ls-mailsec"), ("pdf-generique", "ls-document-pdf")),
        ("4.1", (), ("ls-actes", "ls-helios", "ls-mailsec", "ls-document", "document-a-signer")),
        ("5.0", (), ("ls-actes", "actes-generique", "dossier-autorisation-urbanisme")),
    ],
)
def test_each_generation_has_its_flux(
    profile: str, absent: tuple[str, ...], present: tuple[str, ...]
) -> None:
    known = Catalogue(PROFILES[profile]).ids
    assert not set(absent) & set(known)
    assert set(present) <= set(known)


def test_a_caller_sees_the_flux_it_may_read_and_no_other() -> None:
    assert V4.visible(lambda right: right == "mailsec:lecture") == {
        "mailsec": {"type": "Types de dossier génériques", "nom": "Mail sécurisé"}
    }


def test_an_unknown_flux_has_no_definition() -> None:
    for ask in (V4.fields, V4.actions):
        with pytest.raises(ApiError, match="Le flux nexistepas n'existe pas sur cette plateforme") as refused:
            ask("nexistepas")
        assert refused.value.status == 404


def test_every_field_has_a_label_even_when_its_definition_gives_none() -> None:
    for name in V4.ids:
        assert all("name" in props for props in V4.fields(name).values())
    assert V4.fields("actes-generique")["type_pj"]["name"] == "type_pj"


def test_names_in_data_are_lower_case_and_plain() -> None:
    assert canonical("Objet") == "objet"
    assert canonical("Numéro d'acte") == "numero_d_acte"


def test_the_end_of_a_step_opens_the_fields_of_the_later_ones_only() -> None:
    urbanisme = flux("document-autorisation-urbanisme")
    after_transformation, after_signature = (
        urbanisme.editable(state) for state in ("transformation", "recu-iparapheur")
    )
    assert "iparapheur_sous_type" in after_transformation
    assert "iparapheur_sous_type" not in after_signature
    assert "numero_de_lacte" in after_signature
    assert not {"titre", "document", "iparapheur_dossier_id"} & set(after_transformation)
    assert urbanisme.editable("termine") == ("acte_publication_date",)
    assert urbanisme.editable("send-tdt-erreur") == ("numero_de_lacte",)


def test_states_in_which_a_document_of_urbanisme_may_be_deleted() -> None:
    rule = V4.actions("document-autorisation-urbanisme")["supression"]["rule"]["last-action"]
    assert {"termine", "rejet-iparapheur", "send-tdt-erreur", "annuler-tdt", "fatal-error"} <= set(rule)
    assert not {"recu-iparapheur", "acquiter-tdt", "tdt-error", "erreur-verif-tdt", "transformation"} & set(
        rule
    )


def test_without_a_tdt_the_end_can_no_longer_be_changed() -> None:
    assert "termine" not in V4.actions("ls-document-pdf")["modification"]["rule"]["last-action"]
    assert "editable-content" not in V4.actions("ls-document-pdf")["termine"]


def test_a_mandatory_step_is_ticked_and_cannot_be_unticked() -> None:
    box = V4.fields("document-autorisation-urbanisme")["envoi_transformation"]
    assert (box["default"], box["read-only"]) == ("checked", True)


def test_metadata_and_annotations_of_the_parapheur_came_with_versions() -> None:
    def has(profile: str, name: str) -> bool:
        return name in Catalogue(PROFILES[profile]).fields("document-autorisation-urbanisme")

    assert [has(profile, "json_metadata") for profile in ("4.0", "4.1", "5.0")] == [False, True, True]
    assert [has(profile, "annotation_publique") for profile in ("4.0", "4.1")] == [False, True]
    assert "duplicate" in Catalogue(PROFILES["4.1"]).actions("document-autorisation-urbanisme")
    assert "duplicate" not in V4.actions("document-autorisation-urbanisme")


def test_two_steps_of_one_kind_are_numbered() -> None:
    version = (4, 0, 14)
    made = compose(
        "deux-signatures",
        "Deux signatures",
        groupe="Essai",
        own={"titre": {"name": "Titre", "title": True}, "document": {"name": "Document", "type": "file"}},
        uses=(
            StepUse(signature(version), "Visa"),
            StepUse(signature(version), "Signature"),
            StepUse(depot(version), "GED"),
        ),
        roles={"objet": "titre", "document": "document"},
    )
    assert {"envoi_signature_1", "envoi_signature_2", "envoi_depot"} <= set(made.fields)
    assert made.automatic("preparation-send-iparapheur_2") == "send-iparapheur_2"
    assert made.automatic("recu-iparapheur_1") == "orientation"
    assert made.mapped("send-iparapheur_2", "iparapheur_sous_type") == "iparapheur_sous_type_2"
    assert made.mapped("send-iparapheur_2", "document") == "document"
    assert made.property("send-iparapheur_2", "num-same-connecteur") == "1"
    assert made.actions["send-iparapheur_1"]["rule"]["last-action"] == [
        "preparation-send-iparapheur_1",
        "send-signature-error_1",
    ]
    assert made.conditions["iparapheur #2"] == {"envoi_iparapheur_2": True}
    assert [step.first for step in made.steps] == [
        "preparation-send-iparapheur_1",
        "preparation-send-iparapheur_2",
        "preparation-send-ged",
    ]


def test_actes_generique_waits_for_a_call_where_actes_automatique_goes_on() -> None:
    assert flux("actes-generique").automatic("recu-iparapheur") == ""
    assert flux("actes-automatique").automatic("recu-iparapheur") == "orientation"
    assert V4.actions("actes-automatique")["orientation"]["rule"] == {"role_id_e": "no-role"}


def test_states_and_names_are_told_by_their_labels() -> None:
    assert V4.libelle("pdf-generique") == "Document PDF (Générique)"
    assert (
        V4.action_libelle("document-autorisation-urbanisme", "acquiter-tdt") == "Acquitté par la préfecture"
    )
    assert V4.action_libelle("document-autorisation-urbanisme", "fatal-error") == "fatal-error"
