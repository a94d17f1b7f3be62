"""What goes wrong on the way, and what it leaves: the state is not always where one expects it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from cdg62_connect.simulator.pastell.errors import PhpCrash
from cdg62_connect.simulator.pastell.peers.ports import (
    FolderRefused,
    NeedsCertificate,
    PeerCrashed,
    PeerFailed,
    TdtStatus,
)
from support.pastell_lab import AR, Lab, rejected, waiting

REFUSED = "[ERROR] Le nom de dossier est deja utilise"
KO = "Erreur lors de la transmission, S²low a répondu : KO\nLe numéro interne existe déjà\n"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path).scripted()


def going(lab: Lab, *, signature: bool = False, actes: bool = False, annexes: int = 0) -> str:
    id_d = lab.draft(signature=signature, actes=actes, annexes=annexes)
    lab.act(id_d, "orientation")
    return id_d


# -- signature -------------------------------------------------------------------------------------------------


def test_a_parapheur_that_is_down_leaves_the_document_silent(lab: Lab) -> None:
    lab.signature.sends = [PeerFailed("SOAP-ERROR: Parsing WSDL"), PeerFailed("encore")]
    id_d = going(lab, signature=True)
    assert lab.path(id_d, 8)[-1] == "preparation-send-iparapheur"
    last = lab.detail(id_d)["last_action"]
    assert last["message"] == "sélection automatique de l'action suivante"
    assert lab.signature.said == ["send"]
    # By hand, the reason; then it works (fact 43).
    assert lab.refused(lambda: lab.act(id_d, "send-iparapheur")) == (400, "encore")
    assert lab.state(id_d) == "preparation-send-iparapheur"
    lab.act(id_d, "send-iparapheur")
    assert lab.path(id_d)[-1] == "termine"


def test_the_daemon_tries_again_at_the_pace_of_the_connector(lab: Lab) -> None:
    lab.signature.sends = [PeerFailed("en panne")]
    id_d = going(lab, signature=True)
    lab.path(id_d, 8)
    lab.later(minutes=9, seconds=59)
    lab.tick()
    assert lab.signature.said == ["send"]
    lab.later(seconds=1)
    assert lab.path(id_d)[-1] == "termine"


def test_a_refused_folder_can_be_corrected_and_sent_again(lab: Lab) -> None:
    lab.signature.sends = [FolderRefused(REFUSED)]
    id_d = going(lab, signature=True)
    assert lab.path(id_d, 8)[-1] == "send-signature-error"
    detail = lab.detail(id_d)
    assert detail["last_action"]["message"] == REFUSED
    assert detail["action_possible"] == ["modification", "supression", "send-iparapheur"]
    data = lab.patch(id_d, iparapheur_sous_type="Délibération", titre="z")["content"]["data"]
    assert (data["iparapheur_sous_type"], data["titre"]) == ("Délibération", "PC 1")
    assert lab.state(id_d) == "send-signature-error"
    assert lab.refused(lambda: lab.act(id_d, "orientation"))[0] == 400
    lab.act(id_d, "send-iparapheur")
    assert lab.signature.requests[-1].sous_type == "Délibération"
    assert lab.state(id_d) == "send-iparapheur"


def test_a_failed_check_tells_its_reason_by_hand_only(lab: Lab) -> None:
    lab.signature.statuses = [PeerFailed("panne"), PeerFailed("La connexion avec le iParapheur a échoué")]
    id_d = going(lab, signature=True)
    assert lab.path(id_d, 8)[-1] == "send-iparapheur"
    assert lab.refused(lambda: lab.act(id_d, "verif-iparapheur")) == (
        400,
        "La connexion avec le iParapheur a échoué",
    )
    assert lab.act(id_d, "verif-iparapheur") == "La signature a été récupérée"
    assert lab.path(id_d)[-1] == "termine"


@pytest.mark.parametrize(
    "code", ["NonLu", "Lu", "NonSigne", "Signe", "EnCoursVisa", "RejetTransmission", "X"]
)
def test_a_folder_under_way_stays_and_says_where_it_is(lab: Lab, code: str) -> None:
    lab.signature.statuses = [waiting(code)] * 3
    id_d = going(lab, signature=True)
    assert lab.path(id_d, 8)[-1] == "send-iparapheur"
    assert lab.act(id_d, "verif-iparapheur") == f"31/05/2024 10:00:00 : [{code}] Dossier"
    data = lab.data(id_d)
    assert data["parapheur_last_message"] == f"31/05/2024 10:00:00 : [{code}] Dossier"
    assert data["has_signature"] == "1"
    assert "document_original" not in data


def test_a_signed_file_takes_the_place_of_the_document(lab: Lab) -> None:
    id_d = going(lab, signature=True, annexes=1)
    assert lab.path(id_d)[-1] == "termine"
    data = lab.data(id_d)
    assert (data["document"], data["document_original"]) == (["arrete.pdf"], ["arrete_orig.pdf"])
    assert lab.read(id_d, "document") == b"%PDF-signed"
    assert lab.read(id_d, "document_original").startswith(b"%PDF-1.4")
    assert lab.signature.said[-2:] == ["collect", "release rejected=False acte=False"]
    request = lab.signature.requests[0]
    assert (request.titre, request.sous_type, [one.name for one in request.annexes]) == (
        *("PC 1", "Arrêté individuel"),
        ["plan-0.pdf"],
    )


def test_a_limit_goes_with_the_folder_only_when_it_is_wished(lab: Lab) -> None:
    for wished, sent in (("", ""), ("1", "2030-12-31")):
        id_d = lab.draft(signature=True, has_date_limite=wished, date_limite="2030-12-31")
        lab.act(id_d, "orientation")
        lab.path(id_d, 6)
        assert lab.signature.requests[-1].date_limite == sent


def test_a_rejected_folder_is_deleted_on_the_parapheur(lab: Lab) -> None:
    lab.signature.statuses = [rejected()]
    id_d = going(lab, signature=True)
    assert lab.path(id_d)[-1] == "rejet-iparapheur"
    assert lab.signature.said[-2:] == ["collect", "release rejected=True acte=False"]
    assert lab.detail(id_d)["last_action"]["message"] == (
        "Le document a été rejeté dans le parapheur : 31/05/2024 10:02:00 : [RejetSignataire] Motif"
    )


def test_thirty_days_without_an_answer_are_too_many(lab: Lab) -> None:
    lab.signature.statuses = [waiting(), waiting()]
    id_d = going(lab, signature=True)
    lab.path(id_d, 8)
    lab.later(days=30, hours=1)
    assert lab.path(id_d, 3)[-1] == "erreur-verif-iparapheur"
    said = "Aucune réponse disponible sur le parapheur depuis 30 jours !"
    assert lab.detail(id_d)["last_action"]["message"] == said
    assert lab.worker.jobs() == []
    assert lab.possible(id_d) == ["supression", "verif-iparapheur"]
    lab.act(id_d, "verif-iparapheur")
    assert lab.state(id_d) == "recu-iparapheur"


def test_a_crash_answers_nothing_and_keeps_the_document_for_an_hour(lab: Lab) -> None:
    lab.signature.statuses = [PeerCrashed("fatal")]
    id_d = lab.draft(signature=True)
    for action in ("orientation", "transformation", "orientation", "send-iparapheur"):
        lab.act(id_d, action)
    with pytest.raises(PhpCrash):
        lab.act(id_d, "verif-iparapheur")
    assert lab.state(id_d) == "send-iparapheur"
    busy = (400, "Une action est déjà en cours de réalisation sur ce document")
    for action in ("verif-iparapheur", "fatal-error"):
        assert lab.refused(lambda action=action: lab.act(id_d, action)) == busy
    lab.later(hours=1)
    assert lab.act(id_d, "verif-iparapheur") == "La signature a été récupérée"


# -- TdT -------------------------------------------------------------------------------------------------------


def test_a_failed_sending_of_the_daemon_has_its_state_and_can_be_done_again(lab: Lab) -> None:
    lab.tdt.sends = [PeerFailed(KO), PeerFailed(KO)]
    id_d = going(lab, actes=True)
    assert lab.path(id_d, 8)[-1] == "send-tdt-erreur"
    detail = lab.detail(id_d)
    assert detail["last_action"]["message"] == f"Erreur lors de l'envoi au Tdt : {KO}"
    assert detail["action_possible"] == ["modification", "supression", "send-tdt"]
    # By hand, a new failure says so and changes nothing; then it works, and keeps the signature (fact 46).
    assert lab.refused(lambda: lab.act(id_d, "send-tdt")) == (400, KO)
    assert lab.detail(id_d)["last_action"] == detail["last_action"]
    lab.act(id_d, "send-tdt")
    assert lab.path(id_d)[-1] == "termine"


def test_a_failed_sending_by_hand_leaves_the_state_alone(lab: Lab) -> None:
    lab.tdt.sends = [PeerFailed(KO)]
    id_d = lab.draft(actes=True)
    for action in ("orientation", "transformation", "orientation"):
        lab.act(id_d, action)
    assert lab.refused(lambda: lab.act(id_d, "send-tdt")) == (400, KO)
    assert lab.state(id_d) == "pre-send-tdt"


def test_correcting_the_number_in_send_tdt_erreur_costs_the_signature(lab: Lab) -> None:
    lab.tdt.sends = [PeerFailed(KO)]
    id_d = going(lab, signature=True, actes=True)
    assert lab.path(id_d)[-1] == "send-tdt-erreur"
    data = lab.patch(id_d, numero_de_lacte="PC1BIS", envoi_signature="", titre="z")["content"]["data"]
    assert (data["numero_de_lacte"], data["envoi_signature"], data["titre"]) == ("PC1BIS", "1", "PC 1")
    assert lab.state(id_d) == "modification"
    assert lab.refused(lambda: lab.act(id_d, "send-tdt"))[0] == 400
    # The draft it became is open no wider than the state it came from.
    assert lab.patch(id_d, envoi_signature="")["content"]["data"]["envoi_signature"] == "1"
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[0] == "preparation-transformation"
    assert lab.state(id_d) == "termine"
    assert lab.data(id_d)["iparapheur_dossier_id"] == "DOSSIER-2"
    assert lab.signature.said.count("send") == 2
    # The first original is kept, not the once signed file.
    assert lab.read(id_d, "document_original").startswith(b"%PDF-1.4")


@pytest.mark.parametrize(
    ("code", "label"),
    [
        (0, "Annulé"),
        (1, "Posté"),
        (2, "En attente de transmission"),
        (3, "Transmis"),
        (5, "Validé"),
        (6, "Refusé"),
        (7, "AR non disponible pour le moment"),
        (17, "En attente d'être postée"),
        (99, "Statut inconnu (99)"),
    ],
)
def test_a_transaction_that_is_not_acknowledged_stays_for_ever_the_refused_one_too(
    lab: Lab, code: int, label: str
) -> None:
    lab.tdt.statuses = [TdtStatus(code, "", b"")] * 3
    id_d = going(lab, actes=True)
    assert lab.path(id_d, 10)[-1] == "send-tdt"
    assert lab.act(id_d, "verif-tdt") == f"La transaction a comme statut : {label}"
    last = lab.detail(id_d)["last_action"]
    assert last["message"] == "Le document a été envoyé au contrôle de légalité"
    assert lab.refused(lambda: lab.delete(id_d))[0] == 400


def test_a_transaction_in_error_lets_one_do_nothing_but_look(lab: Lab) -> None:
    lab.tdt.statuses = [TdtStatus(-1, "erreur de la transaction\n", b"")]
    id_d = going(lab, actes=True)
    assert lab.path(id_d)[-1] == "erreur-verif-tdt"
    detail = lab.detail(id_d)
    said = "Transaction en erreur sur le TdT : erreur de la transaction\n"
    assert (detail["last_action"]["message"], detail["action_possible"]) == (said, ["verif-tdt"])
    assert lab.refused(lambda: lab.patch(id_d, numero_de_lacte="X"))[0] == 403
    for action in ("send-tdt", "orientation", "supression"):
        assert lab.refused(lambda action=action: lab.act(id_d, action))[0] == 400
    lab.act(id_d, "verif-tdt")
    assert lab.path(id_d)[-1] == "termine"


def test_a_ko_of_the_status_changes_nothing(lab: Lab) -> None:
    said = "Echec de la récupération des informations : Transaction inconnue"
    lab.tdt.statuses = [PeerFailed(said), PeerFailed(said)]
    id_d = going(lab, actes=True)
    assert lab.path(id_d, 10)[-1] == "send-tdt"
    assert lab.refused(lambda: lab.act(id_d, "verif-tdt")) == (400, said)


def test_a_stamped_annex_of_another_name_is_an_error_of_an_acknowledged_act(lab: Lab) -> None:
    lab.tdt.stamped_annexes = ["plan.pdf"]
    id_d = going(lab, actes=True, annexes=1)
    path = lab.path(id_d)
    assert path[-2:] == ["acquiter-tdt", "tdt-error"]
    detail = lab.detail(id_d)
    assert detail["last_action"]["message"] == (
        "Une erreur est survenue lors de la récupération des annexes tamponnées de S²low "
        "L'annexe tamponée plan.pdf ne correspond pas avec plan_0.pdf"
    )
    assert detail["action_possible"] == ["verif-tdt", "annulation-tdt", "tamponner-tdt"]
    assert {"bordereau", "aractes", "acte_tamponne"} <= set(detail["data"])
    assert "date_ar" not in detail["data"]
    for action in ("send-tdt", "orientation", "supression"):
        assert lab.refused(lambda action=action: lab.act(id_d, action))[0] == 400
    assert lab.refused(lambda: lab.act(id_d, "verif-tdt"))[0] == 400
    lab.tdt.stamped_annexes = ["plan_0.pdf"]
    lab.act(id_d, "verif-tdt")
    assert lab.data(id_d)["annexes_tamponnees"] == ["plan-0-tampon.pdf"]
    assert lab.path(id_d)[-1] == "termine"


def test_an_annex_too_many_corresponds_to_nothing(lab: Lab) -> None:
    lab.tdt.stamped_annexes = ["plan.pdf"]
    id_d = going(lab, actes=True)
    lab.path(id_d)
    assert lab.detail(id_d)["last_action"]["message"].endswith(
        "L'annexe tamponée plan.pdf ne correspond pas avec "
    )


def test_names_of_pieces_and_types_go_to_the_tdt(lab: Lab) -> None:
    id_d = going(lab, actes=True, annexes=1)
    lab.path(id_d)
    request = lab.tdt.requests[0]
    assert (request.numero, request.nature, request.objet, request.type_acte) == ("PC1", 3, "PC 1", "99_AI")
    assert (request.acte.name, [(one.name, code) for one, code in request.annexes]) == (
        "arrete.pdf",
        [("plan-0.pdf", "22_AV")],
    )


def test_a_certificate_is_waited_for_until_somebody_comes(lab: Lab) -> None:
    lab.tdt.sends = [NeedsCertificate("7777")]
    id_d = going(lab, actes=True)
    assert lab.path(id_d, 8)[-1] == "document-transmis-tdt"
    assert lab.data(id_d)["tedetis_transaction_id"] == "7777"
    assert lab.worker.jobs() == []
    assert lab.possible(id_d) == ["teletransmission-tdt", "verif-tdt"]
    lab.act(id_d, "teletransmission-tdt")
    lab.act(id_d, "return-teletransmission-tdt")
    assert lab.path(id_d)[-1] == "termine"


def test_a_cancellation_is_asked_for_once_and_ends_by_an_acknowledgement(lab: Lab) -> None:
    id_d = lab.draft(actes=True)
    for action in ("orientation", "transformation", "orientation", "send-tdt"):
        lab.act(id_d, action)
    assert lab.refused(lambda: lab.act(id_d, "annulation-tdt")) == (
        400,
        "L'action « annulation-tdt »  n'est pas permise : has-action n'est pas vérifiée",
    )
    lab.path(id_d)
    lab.tdt.statuses = [TdtStatus(1, "", b""), TdtStatus(1, "", b"")]
    asked = "Une notification d'annulation a été envoyée au contrôle de légalité"
    assert lab.act(id_d, "annulation-tdt") == asked
    assert lab.data(id_d)["has_annulation"] == "1"
    assert lab.path(id_d, 3) == ["annulation-tdt"]
    assert lab.possible(id_d) == ["tamponner-tdt", "verif-annulation-tdt"]
    assert lab.refused(lambda: lab.act(id_d, "annulation-tdt"))[1].endswith("no-action n'est pas vérifiée")
    assert lab.refused(lambda: lab.delete(id_d))[0] == 400
    assert lab.refused(lambda: lab.patch(id_d, acte_publication_date="2024-07-01"))[0] == 403
    posted = "La transaction d'annulation a comme statut : Posté"
    assert lab.act(id_d, "verif-annulation-tdt") == posted
    lab.tdt.statuses = [TdtStatus(4, "", AR), TdtStatus(4, "", AR)]
    assert lab.act(id_d, "verif-annulation-tdt") == "L'acquittement pour l'annulation de l'acte a été reçu."
    detail = lab.detail(id_d)
    assert (detail["data"]["date_ar_annulation"], detail["data"]["aractes_annulation"]) == (
        *("2024-06-01", ["PC1-ar-annulation.xml"]),
    )
    assert detail["action_possible"] == ["supression", "tamponner-tdt"]
    assert lab.journal(id_d)[-1][1] == "0"
    lab.delete(id_d)


def test_signed_documents_of_one_parapheur_wait_for_each_other(lab: Lab) -> None:
    """Jobs that share a lock id run one after the other: the slow connector delays all of them."""
    instance = lab.platform.connectors.get(lab.connectors["signature"])
    assert instance is not None
    lab.platform.frequencies.put(
        {"id_connecteur": instance.id_connecteur, "expression": "10", "id_verrou": "PARAPHEUR"}
    )
    documents = [going(lab, signature=True) for _ in range(3)]
    sent: list[int] = []
    for _ in range(20):
        lab.tick()
        sent.append(sum("iparapheur_dossier_id" in lab.data(id_d) for id_d in documents))
    assert all(later - earlier <= 1 for earlier, later in pairwise(sent))
    assert sent[-1] == 3


def test_the_daemon_is_breadth_first_and_has_five_hands(lab: Lab) -> None:
    documents = [going(lab) for _ in range(12)]
    seen: list[int] = []
    for _ in range(3):
        lab.tick()
        seen.append(sum(lab.state(id_d) == "transformation" for id_d in documents))
    # Five at a time, and all pass the first step before the first of them goes on to the second.
    assert seen == [5, 10, 9]
    assert sum(lab.state(id_d) == "termine" for id_d in documents) == 3


def test_a_jammed_job_stays_until_it_is_unlocked(lab: Lab) -> None:
    id_d = going(lab)
    lab.worker.jam(id_d)
    assert lab.path(id_d, 5) == ["preparation-transformation"]
    lab.worker.jam(id_d, locked=False)
    assert lab.path(id_d)[-1] == "termine"
