"""A lot is read entirely: what is accepted, and every refusal that needs no network."""

from __future__ import annotations

from datetime import date, timedelta

import pytest


def test_a_good_lot_gives_all_that_the_journey_needs(desk, world):
    deposit = desk.read(desk.lot())

    assert deposit.id_depot == world.lot_name
    assert deposit.authority.siren == "216209916"
    assert deposit.dossier.canonical == "PC0629912600012"
    assert (deposit.document.nom, deposit.document.sha256) == ("arrete.pdf", world.sha256(world.arrete))
    assert deposit.document.size == len(world.arrete)
    assert deposit.document.path.read_bytes() == world.arrete
    assert [(a.nom, a.libelle, a.type_piece) for a in deposit.annexes] == [
        ("plan.pdf", "Plan de masse", "22_PN")
    ]
    assert deposit.sous_type == "Arrete"
    assert deposit.objet == "Arrêté accordant le PC 062 991 26 00012"
    assert (deposit.transmettre, deposit.signer) == (True, True)
    assert (deposit.nature, deposit.matiere, deposit.type_piece) == (3, "2.2", "99_AI")
    assert (deposit.numero_acte, deposit.date_acte) == (None, None)
    assert deposit.date_limite == date(2026, 10, 2)
    assert deposit.manifest.dossier.id_externe == "884213"
    assert deposit.warnings == ()


def test_the_fingerprint_of_the_manifest_is_that_of_its_bytes(desk, world):
    lot = desk.lot()
    deposit = desk.read(lot)
    assert deposit.manifest_sha256 == world.sha256((lot.folder / "manifeste.json").read_bytes())


def test_the_report_of_an_accepted_deposit_says_so(desk, world):
    report = desk.read(desk.lot()).report(moment=world.now)
    assert (report.resultat, report.erreurs, report.id_depot) == ("ACCEPTE", (), world.lot_name)


def test_an_empty_optional_field_is_an_absent_one(desk):
    deposit = desk.read(desk.lot().set("circuit.sous_type", "").set("legalite.matiere", None))
    assert (deposit.sous_type, deposit.matiere) == ("Arrete", "2.2")


@pytest.mark.parametrize(
    "path",
    [
        "version", "id_depot", "depose_le", "emetteur", "emetteur.logiciel", "dossier", "dossier.numero",
        "dossier.type", "commune", "commune.insee", "autorite", "autorite.competence", "autorite.siren",
        "document", "document.code", "document.titre", "document.fichier", "document.sha256", "circuit",
        "circuit.signature", "legalite", "legalite.transmettre",
    ],
)  # fmt: skip
def test_a_required_field_that_is_missing_is_named(desk, path):
    assert ("CHAMP_MANQUANT", path) in desk.errors(desk.lot().drop(path))


@pytest.mark.parametrize("value", ["", "   ", None])
def test_a_required_field_that_is_empty_is_missing(desk, value):
    assert ("CHAMP_MANQUANT", "document.titre") in desk.errors(desk.lot().set("document.titre", value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("circuit.signature", "true"),
        ("circuit.signature", 1),
        ("legalite.transmettre", "oui"),
        ("legalite.nature", "3"),
        ("legalite.nature", 3.0),
        ("legalite.nature", True),
        ("legalite.document_papier", "false"),
        ("legalite.date_acte", "14/09/2026"),
        ("legalite.date_acte", "20260914"),
        ("legalite.date_acte", "2026-W38-1"),
        ("legalite.date_acte", "2026-02-30"),
        ("legalite.date_acte", 20260914),
        ("legalite.matiere", "3.1"),
        ("legalite.matiere", "2"),
        ("legalite.matiere", "2.2 "),
        ("depose_le", "2026-09-14T09:30:00"),
        ("depose_le", "2026-09-14"),
        ("depose_le", "2026-09-14T25:30:00+02:00"),
        ("depose_le", "2026-09-14T09:30:00+99:00"),
        ("dossier", []),
        ("dossier.type", "PERMIS"),
        ("dossier.type", "pc"),
        ("dossier.sous_dossier", "m01"),
        ("dossier.id_externe", "9" * 65),
        ("dossier.id_externe", 884213),
        ("commune.insee", "6299"),
        ("commune.insee", "٦٢٩٩١"),
        ("autorite.competence", "departement"),
        ("document.titre", "sur deux\nlignes"),
        ("document.titre", "x" * 500),
        ("document.titre", "\ud800"),
        ("document.titre", "\u200b"),
        ("document.sha256", "0" * 63),
        ("circuit.annotation_publique", "x" * 1001),
        ("circuit.annotation_publique", "cloche \x07"),
        ("annexes", {}),
        ("retour.attendu", ["tout"]),
        ("retour.attendu", "ar"),
    ],
)
def test_a_field_of_the_wrong_type_or_shape_is_invalid(desk, path, value):
    found = desk.errors(desk.lot().set(path, value))
    assert any(code == "CHAMP_INVALIDE" and champ.startswith(path) for code, champ in found), found


def test_an_annexe_that_is_not_an_object_is_invalid_and_the_next_one_keeps_its_place(desk):
    lot = desk.lot()
    lot.manifest["annexes"] = ["plan.pdf", {"fichier": "plan.pdf", "sha256": "0" * 64}]
    assert desk.errors(lot) == [("CHAMP_INVALIDE", "annexes[0]"), ("EMPREINTE", "annexes[1].sha256")]


def test_annotations_may_have_several_lines(desk):
    deposit = desk.read(desk.lot().set("circuit.annotation_privee", "un\r\n\tdeux"))
    assert deposit.annotation_privee == "un\r\n\tdeux"


# Version and keys


@pytest.mark.parametrize("version", ["cdg62-depot/1", "cdg62-depot/1.0", "cdg62-depot/1.7"])
def test_every_minor_version_of_1_is_read(desk, version):
    assert desk.read(desk.lot().set("version", version)).manifest.version == version


@pytest.mark.parametrize("version", ["cdg62-depot/2", "cdg62-depot/10", "cdg62-depot/1.", "depot/1", "1"])
def test_another_version_is_refused_and_nothing_else_is_said(desk, version):
    lot = desk.lot().set("version", version).drop("dossier")
    assert desk.errors(lot) == [("VERSION_INCONNUE", "version")]


@pytest.mark.parametrize("path", ["priorite", "dossier.priorite", "circuit.priorite", "legalite.priorite"])
def test_an_unknown_key_is_refused(desk, path):
    assert desk.errors(desk.lot().set(path, 1)) == [("CHAMP_INVALIDE", path)]


def test_an_unknown_key_of_a_later_minor_version_is_ignored_with_a_warning(desk):
    lot = desk.lot().set("version", "cdg62-depot/1.3").set("dossier.priorite", 1)
    assert desk.warnings(lot) == ["CHAMP_IGNORE"]


@pytest.mark.parametrize("path", ["personnes", "dossier.personnes"])
@pytest.mark.parametrize("value", [[], None, [{"nom": "Untel"}]])
@pytest.mark.parametrize("version", ["cdg62-depot/1", "cdg62-depot/1.9"])
def test_persons_are_never_allowed_in_the_manifest(desk, path, value, version):
    report = desk.refusal(desk.lot().set("version", version).set(path, value))
    assert [(e.code, e.champ) for e in report.erreurs] == [("CHAMP_INTERDIT", path)]
    assert "Untel" not in report.to_json()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("dossier.echeance_instruction", "2026-12-01"),
        ("demande", "rappeler"),
        ("demande", "remplacer"),
        ("demande", "annuler_transmission"),
        ("circuit.signature", "manuscrite"),
        ("notification", {"destinataires": ["a@example.org"]}),
        ("publication", {"date": "2026-12-01"}),
    ],
)
def test_what_is_reserved_for_later_is_refused_and_says_so(desk, path, value):
    report = desk.refusal(desk.lot().set(path, value))
    assert [(e.code, e.champ) for e in report.erreurs] == [("CHAMP_INVALIDE", path)]
    assert "pas encore pris en charge" in report.erreurs[0].message


def test_to_deposit_is_what_one_does_by_default(desk):
    assert desk.read(desk.lot().set("demande", "deposer"))


# Names, numbers, commune


@pytest.mark.parametrize(
    "name",
    [
        "depot",
        "PC0629912600012_ARR_ACCORD_20260914T093000",
        "PC0629912600012_ARR_ACCORD_20261314T093000_01",
        "pc0629912600012_ARR_ACCORD_20260914T093000_01",
        "PC0629912600012_ARR_ACCORD_20260914T093000_1",
        "PC0629912600012" + "A" * 60 + "_ARR_ACCORD_20260914T093000_01",
    ],
)
def test_a_lot_name_of_another_shape_is_refused(desk, name):
    assert ("ID_DEPOT_NOM", "lot") in desk.errors(desk.lot().renamed(name))


def test_the_identifier_must_be_the_name_of_the_lot(desk):
    lot = desk.lot().set("id_depot", "PC0629912600012_ARR_ACCORD_20260914T093000_02")
    assert desk.errors(lot) == [("ID_DEPOT_NOM", "id_depot")]


def test_the_name_of_the_lot_carries_the_number_and_the_code_of_the_manifest(desk):
    lot = desk.lot().renamed("PC0629912600013_ARR_REFUS_20260914T093000_01")
    assert desk.errors(lot) == [("ID_DEPOT_NOM", "lot"), ("ID_DEPOT_NOM", "lot")]


def test_a_modificatif_has_its_suffix_in_the_name_and_the_manifest(desk):
    lot = desk.lot("PC0629912600012M01_MODIF_20260914T093000_01")
    lot.set("dossier.numero", "PCMI 062 991 26 00012-M01").set("dossier.sous_dossier", "M01")
    lot.set("dossier.type", "PCMI").set("document.code", "MODIF")
    assert desk.read(lot).dossier.canonical == "PC0629912600012M01"


def test_a_sub_dossier_that_is_not_in_the_number_is_refused(desk):
    lot = desk.lot().set("dossier.sous_dossier", "M01")
    assert desk.errors(lot) == [("NUMERO_DOSSIER", "dossier.sous_dossier")]


@pytest.mark.parametrize(
    "numero", ["PC 062 41 24 123", "PC 062 991 2026 00012", "PC 062 991 27 00012", "24-117"]
)
def test_a_number_that_is_not_one_is_refused(desk, numero):
    assert desk.errors(desk.lot().set("dossier.numero", numero)) == [("NUMERO_DOSSIER", "dossier.numero")]


def test_the_type_must_go_with_the_number(desk):
    assert desk.errors(desk.lot().set("dossier.type", "DP")) == [("NUMERO_DOSSIER", "dossier.type")]


def test_cua_is_not_cub(desk):
    lot = desk.lot("CU0629912600012_CU_B_20260914T093000_01").set("document.code", "CU_B")
    lot.set("dossier.numero", "CUb 062 991 26 00012").set("dossier.type", "CUA")
    assert desk.errors(lot) == [("NUMERO_DOSSIER", "dossier.type")]
    assert desk.read(lot.set("dossier.type", "CUB"))


def test_the_commune_must_be_that_of_the_number(desk):
    lot = desk.lot().set("commune.insee", "62992").set("autorite.siren", "216209924")
    assert desk.errors(lot) == [("INSEE_INCOHERENT", "commune.insee")]


def test_a_dp_of_publicite_is_accepted_with_a_warning(desk):
    lot = desk.lot("DP062991260007_DP_NON_OPPO_20260914T093000_01").set("document.code", "DP_NON_OPPO")
    lot.set("dossier.numero", "DP 062 991 26 0007").set("dossier.type", "DP")
    assert desk.warnings(lot) == ["DP_PUBLICITE"]


# Authority


@pytest.mark.parametrize("siren", ["216209917", "21620991", "2162099160", "216 209 916", "ABCDEFGHI"])
def test_a_siren_that_is_not_one_is_refused(desk, siren):
    assert desk.errors(desk.lot().set("autorite.siren", siren)) == [("SIREN_INVALIDE", "autorite.siren")]


def test_the_siren_of_another_authority_is_refused(desk):
    lot = desk.lot().set("autorite.siren", "216209924")
    assert desk.errors(lot) == [("SIREN_COMMUNE", "autorite.siren")]


def test_the_siren_may_be_left_out_when_nothing_is_transmitted(desk):
    lot = desk.lot().drop("autorite.siren").set("legalite.transmettre", False)
    assert desk.read(lot).authority.siren == "216209916"


def test_a_commune_that_is_not_configured_is_refused(desk, world):
    desk.settings = world.settings(world.sainte_aldegonde)
    assert desk.errors(desk.lot()) == [("SIREN_COMMUNE", "commune.insee")]


def test_the_competence_chooses_between_the_commune_and_the_epci(desk, world):
    desk.settings = world.settings(world.valmont, world.epci)
    lot = desk.lot().set("autorite.competence", "epci").set("autorite.siren", "200062990")
    assert desk.read(lot).authority.siren == "200062990"


def test_an_act_of_the_state_is_never_transmitted(desk):
    lot = desk.lot().set("autorite.competence", "etat")
    assert desk.errors(lot) == [("COMPETENCE_ETAT", "legalite.transmettre")]


def test_an_act_of_the_state_is_signed_in_the_circuit_of_the_commune_and_the_report_says_so(desk):
    lot = desk.lot().set("autorite.competence", "etat").set("legalite.transmettre", False)
    deposit = desk.read(lot)
    assert deposit.authority.siren == "216209916"
    assert [w.code for w in deposit.warnings] == ["COMPETENCE_ETAT"]


# Routing and légalité


def test_an_unknown_document_code_is_refused(desk):
    lot = desk.lot("PC0629912600012_ARRETE_20260914T093000_01").set("document.code", "ARRETE")
    assert desk.errors(lot) == [("CODE_DOCUMENT", "document.code")]


def test_a_signature_without_any_configured_circuit_is_refused(desk, world):
    desk.settings = world.settings(
        world.authority("V", "216209916", ["62991"], sous_types={"PIECES": "Courrier"})
    )
    assert desk.errors(desk.lot()) == [("CIRCUIT_INCONNU", "circuit.sous_type")]
    assert desk.read(desk.lot().set("circuit.sous_type", "URBA")).sous_type == "URBA"


def test_the_type_of_the_parapheur_is_that_of_the_authority(desk):
    assert desk.errors(desk.lot().set("circuit.iparapheur_type", "MARCHES")) == [
        ("CIRCUIT_INCONNU", "circuit.iparapheur_type")
    ]
    assert desk.read(desk.lot().set("circuit.iparapheur_type", "URBANISME"))


def test_a_document_for_which_nothing_is_asked_is_refused(desk):
    lot = desk.lot().set("circuit.signature", False).set("legalite.transmettre", False)
    assert desk.errors(lot) == [("CHAMP_INVALIDE", "circuit.signature")]


@pytest.mark.parametrize("code", ["CERT_TACITE", "PIECES", "RECEP", "AIT", "AT_DECISION"])
def test_a_document_that_is_not_transmissible_is_refused_when_transmission_is_asked(desk, code):
    lot = desk.lot(f"PC0629912600012_{code}_20260914T093000_01").set("document.code", code)
    assert desk.errors(lot) == [("NON_TRANSMISSIBLE", "legalite.transmettre")]
    assert not desk.read(lot.set("legalite.transmettre", False)).transmettre


def test_a_declaration_of_the_petitioner_is_not_transmissible(desk):
    lot = desk.lot("PC0629912600012DAACT_ARR_ACCORD_20260914T093000_01")
    lot.set("dossier.numero", "PC 062 991 26 00012 DAACT")
    assert desk.errors(lot) == [("NON_TRANSMISSIBLE", "legalite.transmettre")]


@pytest.mark.parametrize(("canal", "code"), [("platau", "CANAL_PLATAU"), ("aucun", "NON_TRANSMISSIBLE")])
def test_an_authority_that_transmits_otherwise_is_not_transmitted_twice(desk, world, canal, code):
    desk.settings = world.settings(world.authority("V", "216209916", ["62991"], canal=canal))
    assert desk.errors(desk.lot()) == [(code, "legalite.transmettre")]
    assert desk.read(desk.lot().set("legalite.transmettre", False))


def test_only_individual_acts_are_admitted(desk):
    assert desk.errors(desk.lot().set("legalite.nature", 1)) == [("NATURE", "legalite.nature")]


def test_a_preemption_has_its_own_matiere(desk):
    lot = desk.lot("IA0629912600012_DIA_PREEMP_20260914T093000_01").set("document.code", "DIA_PREEMP")
    lot.set("dossier.numero", "DIA 062 991 26 00012").set("dossier.type", "DIA").drop("legalite.matiere")
    assert desk.read(lot).matiere == "2.3"


@pytest.mark.parametrize("type_piece", ["99AI", "arrêté", "99_ai"])
def test_a_type_de_piece_of_another_shape_is_refused(desk, type_piece):
    assert desk.errors(desk.lot().set("legalite.type_piece", type_piece)) == [
        ("TYPE_PIECE", "legalite.type_piece")
    ]


@pytest.mark.parametrize(
    ("numero", "code"),
    [
        ("URB_2024_0123_AB", "NUMERO_ACTE_LONG"),
        ("_URB2024", "CHAMP_INVALIDE"),
        ("URB-2024", "CHAMP_INVALIDE"),
        ("urb2024", "CHAMP_INVALIDE"),
    ],
)
def test_an_acte_number_that_ctes_would_refuse_is_refused(desk, numero, code):
    assert desk.errors(desk.lot().set("legalite.numero_acte", numero)) == [(code, "legalite.numero_acte")]


def test_the_acte_number_of_the_depositor_is_kept_as_it_is(desk):
    assert desk.read(desk.lot().set("legalite.numero_acte", "URB_2024_0123")).numero_acte == "URB_2024_0123"


def test_the_date_of_the_acte_is_not_in_the_future_for_the_clock_of_paris(desk, world):
    desk.now = world.now.replace(hour=22, minute=59)
    assert desk.errors(desk.lot().set("legalite.date_acte", "2026-11-23")) == [
        ("DATE_ACTE", "legalite.date_acte")
    ]
    desk.now = world.now.replace(hour=23, minute=1)
    assert desk.read(desk.lot().set("legalite.date_acte", "2026-11-23")).date_acte == date(2026, 11, 23)


def test_what_is_transmitted_without_being_signed_here_must_be_dated(desk):
    lot = desk.lot().set("circuit.signature", False)
    assert desk.errors(lot) == [("DATE_ACTE", "legalite.date_acte")]
    deposit = desk.read(lot.set("legalite.date_acte", "2026-09-10"))
    assert (deposit.signer, deposit.sous_type, deposit.date_acte) == (False, None, date(2026, 9, 10))


def test_the_deadline_is_not_before_the_deposit(desk):
    assert desk.errors(desk.lot().set("circuit.date_limite", "2026-09-13")) == [
        ("DATE_LIMITE", "circuit.date_limite")
    ]
    assert desk.read(desk.lot().set("circuit.date_limite", "2026-09-14"))


def test_a_clock_five_minutes_fast_is_tolerated_and_no_more(desk, world):
    soon, later = world.now + timedelta(minutes=5), world.now + timedelta(minutes=6)
    lot = desk.lot().drop("circuit.date_limite")
    assert desk.read(lot.set("depose_le", soon.isoformat()))
    assert desk.errors(lot.set("depose_le", later.isoformat())) == [("CHAMP_INVALIDE", "depose_le")]


# Titles and pieces


def test_a_typographic_title_is_recoded_with_a_warning(desk):
    deposit = desk.read(desk.lot().set("document.titre", "Arrêté – « l’œuvre »…"))
    assert deposit.objet.encode("iso-8859-1") == "Arrêté - « l'oeuvre »...".encode("iso-8859-1")
    assert [w.code for w in deposit.warnings] == ["TITRE_RECODE"]


@pytest.mark.parametrize(
    ("piece", "type_piece", "warned"),
    [
        ("PC2", "22_PN", False),
        ("pcmi 4", "22_NE", False),
        ("22_AV", "22_AV", False),
        ("RE2020", "22_AT", False),
        ("PC99", "99_AI", True),
        (None, "99_AI", True),
    ],
)
def test_each_piece_has_its_type_and_the_default_is_said(desk, piece, type_piece, warned):
    lot = desk.lot()
    lot.manifest["annexes"][0]["piece"] = piece
    deposit = desk.read(lot)
    assert deposit.annexes[0].type_piece == type_piece
    assert [w.code for w in deposit.warnings] == ["PIECE_DEFAUT"] * warned


# The whole report


def test_every_error_is_in_one_report(desk):
    lot = desk.lot().set("document.sha256", "0" * 64).set("autorite.siren", "216209917")
    lot.set("legalite.date_acte", "2099-01-01").set("legalite.nature", 6).drop("document.titre")
    lot.files["brouillon.txt"] = b"x"
    assert {code for code, _ in desk.errors(lot)} == {
        "EMPREINTE", "SIREN_INVALIDE", "DATE_ACTE", "NATURE", "CHAMP_MANQUANT", "FICHIER_NON_DECLARE",
    }  # fmt: skip


def test_a_report_names_fields_in_french_and_shows_no_free_text(desk):
    lot = (
        desk.lot()
        .set("circuit.annotation_privee", "Madame Untel " + "x" * 1000)
        .set("document.titre", "Untel\n")
    )
    report = desk.refusal(lot)
    assert [e.message for e in report.erreurs] == [
        "Titre : un saut de ligne ou un caractère de contrôle n'est pas admis",
        "Annotation privée : 1013 caractères, 1000 au plus",
    ]
    assert "Untel" not in report.to_json()


def test_a_manifest_of_ten_thousand_faults_makes_a_bounded_report(desk):
    lot = desk.lot()
    lot.manifest.update({f"cle{i}": 1 for i in range(10_000)})
    report = desk.refusal(lot)
    assert len(report.erreurs) == 201
    assert report.erreurs[-1].message == "Et 9800 autres anomalies, qui ne sont pas listées."
