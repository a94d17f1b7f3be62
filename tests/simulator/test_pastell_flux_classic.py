"""The other flux: acts, Hélios, documents to sign, with or without a daemon that goes on by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.simulator.pastell.peers.ports import FolderRefused, PeerFailed, SignatureResult, TdtStatus
from support.pastell_lab import Lab, kept, rejected, waiting

PES = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">
 <Enveloppe><Parametres><NomFic V="PES_ESSAI_1"/></Parametres></Enveloppe>
 <EnTetePES><DteStr V="2024-05-31"/><IdColl V="21620000000000"/><CodBud V="00"/></EnTetePES>
 <PES_DepenseAller><Bordereau><BlocBordereau><Exer V="2024"/><IdBord V="42"/></BlocBordereau>
  <Piece><BlocPiece><InfoPce><IdPce V="7"/></InfoPce></BlocPiece>
  <LigneDePiece><InfoLignePce><Nature V="6553"/><Fonction V="113"/></InfoLignePce></LigneDePiece></Piece>
 </Bordereau></PES_DepenseAller>
</n:PES_Aller>
"""


def labs(tmp_path: Path, flux: str) -> Lab:
    return Lab(tmp_path).scripted(flux)


# -- actes-generique -------------------------------------------------------------------------------------------


@pytest.fixture
def actes(tmp_path: Path) -> Lab:
    return labs(tmp_path, "actes-generique")


def test_an_act_is_dated_of_its_day_until_told_otherwise(actes: Lab) -> None:
    assert actes.data(actes.create("actes-generique")) == {"date_de_lacte": "2026-11-22"}


def test_the_first_complaint_is_about_the_first_field(actes: Lab) -> None:
    id_d = actes.create("actes-generique")
    said = actes.patch(id_d, numero_de_lacte="abc-1")["message"]
    assert said == "Le formulaire est incomplet : le champ «Nature de l'acte» est obligatoire."
    assert actes.patch(id_d, acte_nature="99")["message"].startswith(
        "Le champ «Numéro de l'acte» est incorrect"
    )


def test_the_flag_of_the_api_ticks_the_box(actes: Lab) -> None:
    id_d = actes.create("actes-generique")
    data = actes.patch(id_d, envoi_signature="1")["content"]["data"]
    assert data["envoi_signature_check"] == "1"
    assert actes.patch(id_d, envoi_signature="")["content"]["data"]["envoi_signature_check"] == ""


def test_an_act_rests_after_each_step_until_somebody_calls_the_next(actes: Lab) -> None:
    id_d = actes.acte(envoi_signature="1", envoi_tdt="1")
    assert actes.refused(lambda: actes.act(id_d, "send-tdt")) == (
        400,
        "L'action « send-tdt »  n'est pas permise : or_1 n'est pas vérifiée",
    )
    actes.act(id_d, "send-iparapheur")
    assert actes.path(id_d) == ["send-iparapheur", "recu-iparapheur"]
    assert actes.possible(id_d) == ["modification", "supression", "send-tdt"]
    actes.act(id_d, "send-tdt")
    assert actes.path(id_d) == ["send-tdt", "acquiter-tdt"]
    assert actes.possible(id_d) == ["modification", "supression", "annulation-tdt", "tamponner-tdt"]
    data = actes.patch(id_d, acte_publication_date="2024-06-02", objet="autre")["content"]["data"]
    assert (data["acte_publication_date"], data["objet"]) == ("2024-06-02", "Permis de construire")
    assert actes.state(id_d) == "acquiter-tdt"


def test_a_signed_act_lies_beside_the_act_and_is_the_one_transmitted(actes: Lab) -> None:
    id_d = actes.acte(envoi_signature="1", envoi_tdt="1")
    actes.act(id_d, "send-iparapheur")
    actes.act(id_d, "verif-iparapheur")
    data = actes.data(id_d)
    assert (data["arrete"], data["signature"], data["is_pades"]) == (
        *(["arrete.pdf"], ["arrete_signe.pdf"]),
        "1",
    )
    assert data["document_signe"] == ["bordereau.pdf"]
    actes.act(id_d, "send-tdt")
    assert actes.tdt.requests[0].acte.name == "arrete_signe.pdf"
    assert actes.signature.said[-1] == "release rejected=False acte=True"


def test_a_detached_signature_is_kept_as_it_is(actes: Lab) -> None:
    actes.signature.result = lambda folder: SignatureResult(
        None, kept(folder, "signature.zip", b"PK"), kept(folder, "b.pdf", b"%PDF"), (), ()
    )
    id_d = actes.acte(envoi_signature="1")
    actes.act(id_d, "send-iparapheur")
    actes.act(id_d, "verif-iparapheur")
    data = actes.data(id_d)
    assert data["signature"] == ["signature.zip"]
    assert "is_pades" not in data


def test_a_rejected_act_has_no_flag_of_signature(actes: Lab) -> None:
    actes.signature.statuses = [rejected()]
    id_d = actes.acte(envoi_signature="1")
    actes.act(id_d, "send-iparapheur")
    assert actes.act(id_d, "verif-iparapheur").endswith("[RejetSignataire] Motif")
    data = actes.data(id_d)
    assert "has_signature" not in data
    assert data["document_signe"] == ["bordereau.pdf"]
    assert (actes.state(id_d), actes.possible(id_d)) == ("rejet-iparapheur", ["supression"])
    assert actes.signature.said[-1] == "release rejected=True acte=True"


def test_a_refused_folder_of_an_act_can_be_changed_and_sent_again(actes: Lab) -> None:
    refused = "[ERROR] Le nom de dossier est deja utilise"
    actes.signature.sends = [FolderRefused(refused)]
    id_d = actes.acte(envoi_signature="1")
    assert actes.refused(lambda: actes.act(id_d, "send-iparapheur")) == (400, refused)
    assert actes.state(id_d) == "send-signature-error"
    # In the classic flux a change makes a draft of it.
    actes.patch(id_d, iparapheur_sous_type="Délibération")
    assert actes.state(id_d) == "modification"
    actes.act(id_d, "send-iparapheur")


def test_an_act_in_draft_can_go_straight_to_the_tdt(actes: Lab) -> None:
    id_d = actes.acte(envoi_tdt="1")
    assert "send-tdt" in actes.possible(id_d)
    actes.tdt.sends = [PeerFailed("KO")]
    assert actes.refused(lambda: actes.act(id_d, "send-tdt")) == (400, "KO")
    assert actes.state(id_d) == "modification"
    actes.act(id_d, "send-tdt")
    assert actes.path(id_d)[-1] == "acquiter-tdt"


# -- actes-automatique -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "start", "path"),
    [
        (
            {"envoi_signature": "1", "envoi_tdt": "1"},
            "send-iparapheur",
            ["send-iparapheur", "recu-iparapheur", "prepare-tdt", "send-tdt", "acquiter-tdt", "termine"],
        ),
        ({"envoi_signature": "1"}, "send-iparapheur", ["send-iparapheur", "recu-iparapheur", "termine"]),
        ({"envoi_tdt": "1"}, "send-tdt", ["send-tdt", "acquiter-tdt", "termine"]),
    ],
)
def test_actes_automatique_goes_on_by_itself(
    tmp_path: Path, steps: dict[str, str], start: str, path: list[str]
) -> None:
    lab = labs(tmp_path, "actes-automatique")
    id_d = lab.acte("actes-automatique", **steps)
    assert lab.refused(lambda: lab.act(id_d, "orientation")) == (
        400,
        "L'action « orientation »  n'est pas permise : role_id_e n'est pas vérifiée",
    )
    lab.act(id_d, start)
    assert lab.path(id_d) == path
    assert lab.detail(id_d)["last_action"]["message"] == "Préparation de l'envoi suivant"


# -- Hélios ----------------------------------------------------------------------------------------------------


def pes(lab: Lab, flux: str, **fields: str) -> str:
    id_d = lab.create(flux)
    lab.put(id_d, "fichier_pes", "PES_ESSAI_1.xml", content=PES)
    lab.patch(id_d, **fields)
    if fields.get("envoi_signature"):
        lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
    return id_d


def test_a_pes_tells_what_it_is_about(tmp_path: Path) -> None:
    lab = labs(tmp_path, "helios-generique")
    id_d = lab.create("helios-generique")
    answer = lab.put(id_d, "fichier_pes", "PES_ESSAI_1.xml", content=PES)
    assert answer["formulaire_ok"] == 1
    assert answer["content"]["info"]["titre"] == "PES_ESSAI_1"
    assert answer["content"]["data"] == {
        "fichier_pes": ["PES_ESSAI_1.xml"],
        "objet": "PES_ESSAI_1",
        "id_coll": "21620000000000",
        "dte_str": "2024-05-31",
        "cod_bud": "00",
        "exercice": "2024",
        "id_bordereau": "42",
        "id_pj": "",
        "id_pce": "7",
        "id_nature": "6553",
        "id_fonction": "113",
        "etat_ack": "0",
    }
    assert lab.found("type=helios-generique&id_bordereau=42") == ["PES_ESSAI_1"]


def test_a_pes_that_is_no_xml_is_refused_and_kept(tmp_path: Path) -> None:
    lab = labs(tmp_path, "helios-generique")
    id_d = lab.create("helios-generique")
    status, said = lab.refused(lambda: lab.put(id_d, "fichier_pes", "pes.xml", content=b"<pas><fini>"))
    assert status == 400
    assert said.startswith(
        f"Le fichier /data/workspace/{id_d[0]}/{id_d[1]}//{id_d}.yml_fichier_pes_0 n'est pas"
    )
    assert "Premature end of data in tag fini line 1(Lig1,Col12)\n" in said
    assert lab.data(id_d)["fichier_pes"] == ["pes.xml"]


def test_a_signed_pes_lies_beside_the_pes(tmp_path: Path) -> None:
    lab = labs(tmp_path, "helios-generique")
    id_d = pes(lab, "helios-generique", envoi_signature="1", envoi_tdt="1", objet="Bordereau 42")
    data = lab.data(id_d)
    assert [
        data[name] for name in ("envoi_signature_check", "envoi_signature_fast", "has_signature_locale")
    ] == [
        *("1", "", ""),
    ]
    lab.act(id_d, "send-iparapheur")
    assert lab.signature.requests[0].is_pes is True
    lab.act(id_d, "verif-iparapheur")
    assert lab.data(id_d)["fichier_pes_signe"] == ["PES_ESSAI_1_signe.xml"]
    assert lab.possible(id_d) == ["modification", "supression", "send-tdt"]
    assert lab.act(id_d, "send-tdt") == "Le document a été envoyé au TdT"


@pytest.mark.parametrize(
    ("code", "state"), [(4, "4 acquitté"), (6, "6 refusé"), (8, "8 information disponible")]
)
@pytest.mark.parametrize(("etat_ack", "told"), [("1", "1"), ("0", "2")])
def test_only_the_acquit_tells_whether_a_pes_was_accepted(
    tmp_path: Path, code: int, state: str, etat_ack: str, told: str
) -> None:
    lab = labs(tmp_path, "helios-generique")
    lab.tdt.acquit = f"<PES_ACQUIT><EtatAck V='{etat_ack}'/></PES_ACQUIT>".encode()
    lab.tdt.statuses = [TdtStatus(code, "", b"")]
    id_d = pes(lab, "helios-generique", envoi_tdt="1")
    lab.act(id_d, "send-tdt")
    assert lab.data(id_d)["fichier_pes_signe"] == ["PES_ESSAI_1.xml"]
    assert lab.act(id_d, "verif-tdt") == "Une réponse est disponible pour ce fichier PES", state
    data = lab.data(id_d)
    assert (lab.state(id_d), data["etat_ack"], data["has_reponse"]) == ("info-tdt", told, "1")
    assert data["fichier_reponse"] == ["PES_ESSAI_1_ACK.xml"]


@pytest.mark.parametrize(
    ("code", "label"),
    [
        (0, "Annulé (0)"),
        (2, "En attente de transmission. Fichier valide. (2)"),
        (5, "status 5 invalide (5)"),
        (7, "En traitement (7)"),
        (9, "Status 9 inconnu sur Pastell (9)"),
    ],
)
def test_a_pes_under_way_stays(tmp_path: Path, code: int, label: str) -> None:
    lab = labs(tmp_path, "helios-generique")
    lab.tdt.statuses = [TdtStatus(code, "", b"")]
    id_d = pes(lab, "helios-generique", envoi_tdt="1")
    lab.act(id_d, "send-tdt")
    assert lab.act(id_d, "verif-tdt") == f"La transaction est dans l'état : {label} "
    assert lab.state(id_d) == "send-tdt"


def test_a_pes_in_error_and_an_acquit_that_is_no_xml(tmp_path: Path) -> None:
    lab = labs(tmp_path, "helios-generique")
    lab.tdt.acquit = b"pas du XML"
    lab.tdt.statuses = [TdtStatus(8, "", b""), TdtStatus(-1, "", b"")]
    id_d = pes(lab, "helios-generique", envoi_tdt="1")
    lab.act(id_d, "send-tdt")
    status, said = lab.refused(lambda: lab.act(id_d, "verif-tdt"))
    assert status == 400
    assert said == (
        "Impossible d'analyser le fichier PES Acquit : XML incorrect : "
        "Start tag expected, '<' not found(Lig1,Col1)\n"
    )
    assert lab.state(id_d) == "send-tdt"
    assert lab.refused(lambda: lab.act(id_d, "verif-tdt")) == (400, "Transaction en erreur sur le TdT: ")
    assert lab.state(id_d) == "tdt-error"


def test_a_pes_that_waits_in_the_parapheur_answers_as_a_failure(tmp_path: Path) -> None:
    lab = labs(tmp_path, "helios-generique")
    lab.signature.statuses = [waiting()]
    id_d = pes(lab, "helios-generique", envoi_signature="1")
    lab.act(id_d, "send-iparapheur")
    assert lab.refused(lambda: lab.act(id_d, "verif-iparapheur")) == (
        400,
        "31/05/2024 10:00:00 : [NonLu] Dossier",
    )


def test_helios_automatique_offers_nothing_on_its_way(tmp_path: Path) -> None:
    lab = labs(tmp_path, "helios-automatique")
    id_d = pes(lab, "helios-automatique", envoi_signature="1", envoi_tdt="1")
    lab.act(id_d, "send-iparapheur")
    states = [lab.state(id_d)]
    while states[-1] != "prepare-tdt":
        lab.tick()
        states.append(lab.state(id_d))
        assert len(states) < 20
    assert lab.possible(id_d) == []
    assert lab.path(id_d) == ["prepare-tdt", "send-tdt", "info-tdt", "termine"]


def test_a_pes_without_a_tdt_has_been_copied_all_the_same(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    id_d = lab.create("helios-automatique")
    lab.put(id_d, "fichier_pes", "PES_ESSAI_1.xml", content=PES)
    lab.patch(id_d, envoi_tdt="1")
    assert lab.refused(lambda: lab.act(id_d, "send-tdt")) == (
        400,
        "Aucun connecteur de type TdT n'est associé au type de dossier helios-automatique",
    )
    assert lab.data(id_d)["fichier_pes_signe"] == ["PES_ESSAI_1.xml"]


# -- documents to sign -----------------------------------------------------------------------------------------


def to_sign(lab: Lab, flux: str, **fields: str) -> str:
    id_d = lab.create(flux)
    lab.patch(id_d, libelle="Courrier", **fields)
    lab.put(id_d, "document", "courrier.pdf")
    lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
    return id_d


@pytest.mark.parametrize(("fields", "end"), [({}, "recu-iparapheur-etat"), ({"envoi_auto": "1"}, "termine")])
def test_a_document_to_sign_rests_once_signed_unless_it_goes_by_itself(
    tmp_path: Path, fields: dict[str, str], end: str
) -> None:
    lab = labs(tmp_path, "document-a-signer")
    id_d = to_sign(lab, "document-a-signer", **fields)
    lab.act(id_d, "send-iparapheur")
    assert lab.path(id_d) == ["send-iparapheur", "recu-iparapheur", end]
    data = lab.data(id_d)
    # The name of the field is misspelt in Pastell.
    assert (data["document_orignal"], data["bordereau"]) == (["courrier_orig.pdf"], ["bordereau.pdf"])


def test_ls_document_pdf_ends_without_a_way_to_change_it(tmp_path: Path) -> None:
    lab = labs(tmp_path, "ls-document-pdf")
    id_d = to_sign(lab, "ls-document-pdf", envoi_signature="1")
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-1] == "termine"
    assert lab.possible(id_d) == ["supression", "reouverture"]
    assert lab.data(id_d)["bordereau_signature"] == ["bordereau.pdf"]


def test_pdf_generique_tells_both_states_and_cannot_be_reopened(tmp_path: Path) -> None:
    lab = labs(tmp_path, "pdf-generique")
    id_d = to_sign(lab, "pdf-generique", envoi_signature="1")
    lab.put(id_d, "json_metadata", "m.json", content=b'{"ph:priorite": "haute", "n": 3}')
    assert lab.act(id_d, "orientation") == "Changement d'état : modification -> preparation-send-iparapheur"
    assert lab.path(id_d) == [
        *("preparation-send-iparapheur", "send-iparapheur", "recu-iparapheur", "termine"),
    ]
    assert lab.signature.requests[0].metadonnees == {"ph:priorite": "haute", "n": "3"}
    detail = lab.detail(id_d)
    assert detail["last_action"]["message"] == "Changement d'état : recu-iparapheur -> termine"
    assert detail["action_possible"] == ["modification", "supression"]
    assert detail["data"]["bordereau"] == ["bordereau.pdf"]


def test_ls_actes_is_dated_by_its_signature(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1").scripted("ls-actes")
    id_d = lab.create("ls-actes")
    lab.patch(
        id_d,
        objet="Arrêté",
        envoi_signature="1",
        envoi_tdt_actes="1",
        acte_nature="3",
        numero_de_lacte="LS1",
        date_de_lacte="2024-05-31",
        classification="2.2",
    )
    lab.put(id_d, "arrete", "arrete.pdf")
    lab.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Délibération")
    lab.choose(id_d, "type_piece", "type_pj[]=99_AI")
    lab.act(id_d, "orientation")
    path = lab.path(id_d)
    assert path[path.index("recu-iparapheur") : path.index("pre-send-tdt") + 1] == [
        "recu-iparapheur",
        "preparation-transformation-fixe",
        "transformation-fixe",
        "pre-send-tdt",
    ]
    assert path[-1] == "termine"
    assert lab.data(id_d)["date_de_lacte"] == "2026-11-22"


def test_ls_helios_keeps_the_answer_under_its_own_names(tmp_path: Path) -> None:
    lab = Lab(tmp_path, profile="4.1").scripted("ls-helios")
    lab.tdt.statuses = [TdtStatus(8, "", b"")]
    id_d = lab.create("ls-helios")
    lab.put(id_d, "fichier_pes", "PES_ESSAI_1.xml", content=PES)
    lab.patch(id_d, envoi_tdt_helios="1")
    lab.act(id_d, "orientation")
    path = lab.path(id_d)
    assert path[-4:] == ["pre-send-tdt", "send-tdt", "info-tdt", "termine"]
    data = lab.data(id_d)
    assert (data["objet"], data["pes_etat_ack"], data["pes_acquit"]) == (
        *("PES_ESSAI_1", "1"),
        ["PES_ESSAI_1_ACK.xml"],
    )
