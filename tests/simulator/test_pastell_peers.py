"""The connectors of the simulated Pastell, driven against the simulated parapheur and the simulated S2LOW."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_pem_x509_certificate

from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.pastell.peers.outbound_s2low import compared_name, sent_name
from cdg62_connect.simulator.pastell.peers.ports import (
    ActeRequest,
    Changes,
    Configuration,
    FolderRefused,
    NeedsCertificate,
    PeerCrashed,
    PeerFailed,
    PeerFile,
    SignatureConnector,
    SignatureRequest,
    TdtConnector,
    World,
)
from cdg62_connect.simulator.pastell.peers.types import TYPES

MORNING = datetime(2025, 3, 14, 8, tzinfo=UTC)


def applied(c: Configuration, changes: Changes, folder: Path) -> Configuration:
    """The configuration once the platform has written what a connector asked."""
    files = dict(c.files)
    for field, contents in changes.files.items():
        written: list[PeerFile] = []
        for rank, (name, content) in enumerate(contents):
            path = folder / f"{field}-{rank}"
            path.write_bytes(content)
            written.append(PeerFile(name, path, "application/octet-stream"))
        files[field] = tuple(written)
    return replace(c, values={**c.values, **changes.values}, files=files)


def peer_file(folder: Path, name: str, content: bytes, kind: str = "application/pdf") -> PeerFile:
    path = folder / f"fichier-{len(list(folder.iterdir()))}"
    path.write_bytes(content)
    return PeerFile(name, path, kind)


def signature(kind: str) -> SignatureConnector:
    connector = TYPES[kind].signature
    assert connector is not None
    return connector


def tdt(kind: str) -> TdtConnector:
    connector = TYPES[kind].tdt
    assert connector is not None
    return connector


@pytest.fixture
def world(tmp_path: Path, server: SimulatorServer) -> World:
    return World(
        clock=server.simulator.clock,
        chance=random.Random(62),
        folder=tmp_path / "pairs",
        ca=server.simulator.authority.ca,
    )


@pytest.fixture
def parapheur(server: SimulatorServer, world: World) -> Configuration:
    described: Any = server.describe()["iparapheur_soap"]
    return Configuration(
        values={
            "iparapheur_wsdl": described["url"] + "?wsdl",
            "iparapheur_login": described["login"],
            "iparapheur_password": described["password"],
            "iparapheur_type": described["type"],
            "iparapheur_visibilite": "SERVICE",
        },
        files={},
        id_ce="7",
        world=world,
    )


@pytest.fixture
def s2low(server: SimulatorServer, world: World, tmp_path: Path) -> Configuration:
    """S2LOW with the certificate of the first commune, given as a PKCS#12, and the current classification."""
    described: Any = server.describe()["s2low"]
    account = described["accounts"][0]
    key = load_pem_private_key(Path(account["key"]).read_bytes(), None)
    certificate = load_pem_x509_certificate(Path(account["cert"]).read_bytes())
    bundle = serialize_key_and_certificates(
        b"essai",
        key,  # pyright: ignore[reportArgumentType]
        certificate,
        None,
        BestAvailableEncryption(b"mot-de-passe"),
    )
    given = tmp_path / "p12"
    given.write_bytes(bundle)
    c = Configuration(
        values={"url": described["url"], "user_certificat_password": "mot-de-passe"},
        files={"user_certificat": (PeerFile("commune.p12", given, "application/octet-stream"),)},
        id_ce="8",
        world=world,
    )
    for action in ("update-certificate", "recup-classification"):
        outcome = TYPES["s2low"].actions[action](c, {})
        assert outcome.ok, outcome.message
        c = applied(c, outcome.changes, tmp_path)
    return c


def request_of(folder: Path, document: bytes, **changes: Any) -> SignatureRequest:
    values: dict[str, Any] = {
        "titre": "PC 062 991 25 00012 - l'été & ses « vents »",
        "document": peer_file(folder, "arrêté n°1.pdf", document),
        "annexes": (),
        "type": "URBANISME",
        "sous_type": "Arrete",
        "date_limite": "",
        "annotation_publique": "",
        "annotation_privee": "",
        "metadonnees": {},
        "is_pes": False,
        "visuel": None,
        **changes,
    }
    return SignatureRequest(**values)


def acte_of(folder: Path, document: bytes, **changes: Any) -> ActeRequest:
    values: dict[str, Any] = {
        "numero": "PC62991_25A0012",
        "nature": 3,
        "date": "2025-03-10",
        "objet": "Permis accordé — l'été",
        "classification": "2.2 Actes relatifs au droit d'occupation ou d'utilisation des sols",
        "type_acte": "99_AI",
        "acte": peer_file(folder, "arrêté-final.pdf", document),
        "annexes": (),
        "document_papier": False,
        **changes,
    }
    return ActeRequest(**values)


# -- iParapheur ----------------------------------------------------------------------------------------------


def test_the_connection_is_tested_with_accents(parapheur: Configuration) -> None:
    outcome = TYPES["iParapheur"].actions["test-iparapheur"](parapheur, {})
    assert outcome.ok
    assert outcome.message.startswith("La connexion est réussie : ")
    assert "Dès Noël où un zéphyr haï me vêt de glaçons würmiens" in outcome.message


def test_without_a_wsdl_nothing_is_called(parapheur: Configuration) -> None:
    bare = replace(parapheur, values={})
    outcome = TYPES["iParapheur"].actions["test-iparapheur"](bare, {})
    assert outcome == (False, "Le WSDL n'a pas été fourni", Changes())


def test_types_and_sub_types_come_from_the_parapheur(parapheur: Configuration) -> None:
    kind = TYPES["iParapheur"]
    assert parapheur.values["iparapheur_type"] in list(
        kind.external_data["iparapheur_type"].choices(parapheur)  # pyright: ignore[reportArgumentType]
    )
    sous_types = signature("iParapheur").sous_types(parapheur)
    assert "Arrete" in sous_types
    shown = kind.actions["display-sous-type"](parapheur, {})
    assert shown.message == f"Liste des sous-types pour le type URBANISME : {', '.join(sous_types)}"


def test_a_test_folder_is_really_created(parapheur: Configuration, simulator: Simulator) -> None:
    outcome = TYPES["iParapheur"].actions["test-iparapheur-send"](parapheur, {})
    assert outcome.ok, outcome.message
    assert "DossierID : 20250314090000" in outcome.message
    assert "Titre : Test de dépôt pastell 2025-03-14T09:00:00+0100" in outcome.message
    assert len(simulator.iparapheur.dossiers()) == 1


def test_a_folder_lives_until_it_is_signed_and_released(
    parapheur: Configuration, simulator: Simulator, document: bytes, tmp_path: Path
) -> None:
    connector = signature("iParapheur")
    annexe = peer_file(tmp_path, "plan masse.pdf", document)
    sent = connector.send(
        parapheur, request_of(tmp_path, document, annexes=(annexe,)), folder=tmp_path / "envoi"
    )
    waiting = connector.status(parapheur, sent.dossier_id)
    assert waiting.outcome == "waiting"
    assert "[" in waiting.last_message
    simulator.iparapheur.viser(sent.dossier_id)
    simulator.iparapheur.signer(sent.dossier_id)
    done = connector.status(parapheur, sent.dossier_id)
    assert done.outcome == "signed"
    assert "[Archive]" in done.last_message
    assert done.history.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<iparapheur_historique>')
    result = connector.collect(
        parapheur, sent.dossier_id, rejected=False, folder=tmp_path / "retour", annexes_envoyees=1
    )
    assert result.signed is not None
    assert result.signed.path.read_bytes() != document
    assert result.signed.path.read_bytes().startswith(b"%PDF")
    assert result.bordereau is not None
    assert result.bordereau.name == "iParapheur_impression_dossier.pdf"
    assert result.annexes_sortie == ()
    connector.release(parapheur, sent.dossier_id, rejected=False, is_acte=True)
    with pytest.raises(PeerFailed, match="Le dossier n'a pas été trouvé"):
        connector.status(parapheur, sent.dossier_id)


def test_a_rejected_folder_gives_its_slip_and_is_deleted(
    parapheur: Configuration, simulator: Simulator, document: bytes, tmp_path: Path
) -> None:
    connector = signature("iParapheur")
    sent = connector.send(parapheur, request_of(tmp_path, document), folder=tmp_path)
    simulator.iparapheur.refuser(sent.dossier_id, motif="Pièce manquante")
    status = connector.status(parapheur, sent.dossier_id)
    assert status.outcome == "rejected"
    assert "Pièce manquante" in status.last_message
    result = connector.collect(parapheur, sent.dossier_id, rejected=True, folder=tmp_path / "retour")
    assert result.signed is None
    assert result.bordereau is not None
    connector.release(parapheur, sent.dossier_id, rejected=True, is_acte=True)
    with pytest.raises(PeerFailed, match="Le dossier n'a pas été trouvé"):
        connector.status(parapheur, sent.dossier_id)


def test_a_folder_the_parapheur_refuses_is_told_apart(
    parapheur: Configuration, document: bytes, tmp_path: Path
) -> None:
    connector = signature("iParapheur")
    with pytest.raises(FolderRefused, match=r"^\[ERROR\] "):
        connector.send(parapheur, request_of(tmp_path, document, sous_type="INCONNU"), folder=tmp_path)


def test_a_parapheur_that_is_away_makes_the_sub_types_crash(parapheur: Configuration) -> None:
    away = replace(
        parapheur, values={**parapheur.values, "iparapheur_wsdl": "http://127.0.0.1:1/ws-iparapheur?wsdl"}
    )
    with pytest.raises(PeerCrashed):
        signature("iParapheur").sous_types(away)
    outcome = TYPES["iParapheur"].actions["test-iparapheur"](away, {})
    assert not outcome.ok
    assert outcome.message.startswith(
        "SOAP-ERROR: Parsing WSDL: Couldn't load from 'http://127.0.0.1:1/ws-iparapheur?wsdl' : failed to load"
    )
    assert outcome.message.endswith("Failed to open stream: Connection refused")


def test_fields_of_the_document_become_metadata(
    parapheur: Configuration, simulator: Simulator, document: bytes, tmp_path: Path
) -> None:
    c = replace(parapheur, values={**parapheur.values, "iparapheur_metadata": "libelle:titrePastell,autre:x"})
    request = request_of(tmp_path, document, champs={"libelle": "Un & deux"})
    sent = signature("iParapheur").send(c, request, folder=tmp_path)
    assert sent.dossier_id.startswith("20250314090000")
    assert sent.dossier_id.isdigit()
    assert str(simulator.iparapheur.dossiers()[0]["dossier_id"]) == sent.dossier_id


# -- S2LOW ---------------------------------------------------------------------------------------------------


def test_a_pkcs12_becomes_the_pair_that_s2low_accepts(s2low: Configuration) -> None:
    assert s2low.files["user_certificat_pem"][0].path.read_bytes().startswith(b"-----BEGIN CERTIFICATE")
    assert b"ENCRYPTED" in s2low.files["user_key_pem"][0].path.read_bytes()
    outcome = TYPES["s2low"].actions["test-tedetis"](s2low, {})
    assert outcome[:2] == (True, "La connexion est réussie")


def test_a_wrong_password_empties_the_pair(s2low: Configuration) -> None:
    wrong = replace(s2low, values={**s2low.values, "user_certificat_password": "autre"})
    outcome = TYPES["s2low"].actions["update-certificate"](wrong, {})
    assert outcome.changes.files == {"user_certificat_pem": (), "user_key_pem": ()}


def test_the_classification_is_kept_with_its_date(s2low: Configuration) -> None:
    assert s2low.files["classification_file"][0].name == "classification.xml"
    assert len(s2low.values["classification_date"]) == 10


def test_an_act_lives_until_its_acknowledgement(
    s2low: Configuration, document: bytes, tmp_path: Path
) -> None:
    connector = tdt("s2low")
    annexe = peer_file(tmp_path, "plan-0 é.pdf", document)
    transaction = connector.send_acte(
        s2low, acte_of(tmp_path, document, annexes=((annexe, "22_AV"),)), folder=tmp_path
    )
    codes = [connector.acte_status(s2low, transaction).code for _ in range(4)]
    assert codes == [1, 2, 3, 4]
    status = connector.acte_status(s2low, transaction)
    pieces = list(connector.acte_files(s2low, transaction, folder=tmp_path / "ar", retour=status.retour))
    assert [bool(p.bordereau) for p in pieces] == [True, False, False, False, False]
    assert pieces[1].acte_unique_id.endswith("PC62991_25A0012-AI")
    assert pieces[2].acte_tamponne is not None
    assert pieces[3].annexes_tamponnees[0][0] == compared_name("plan-0 é.pdf")
    assert len(pieces[4].date_ar) == 10


def test_the_refusal_of_s2low_is_told_in_its_words(
    s2low: Configuration, document: bytes, tmp_path: Path
) -> None:
    connector = tdt("s2low")
    connector.send_acte(s2low, acte_of(tmp_path, document), folder=tmp_path)
    with pytest.raises(PeerFailed, match=r"^Erreur lors de la transmission, S²low a répondu : KO\n"):
        connector.send_acte(s2low, acte_of(tmp_path, document), folder=tmp_path)


def test_an_old_classification_stops_the_act_before_it_leaves(
    s2low: Configuration, document: bytes, tmp_path: Path, simulator: Simulator
) -> None:
    held = s2low.files["classification_file"][0]
    held.path.write_bytes(held.path.read_bytes() + b"\n")
    with pytest.raises(PeerFailed, match="La classification utilisée n'est plus à jour"):
        tdt("s2low").send_acte(s2low, acte_of(tmp_path, document), folder=tmp_path)
    assert simulator.s2low.snapshot()["actes"] == []


def test_with_the_certificate_option_the_act_waits_for_a_person(
    s2low: Configuration, document: bytes, tmp_path: Path
) -> None:
    c = replace(s2low, values={**s2low.values, "authentication_for_teletransmisson": "1"})
    with pytest.raises(NeedsCertificate) as waits:
        tdt("s2low").send_acte(c, acte_of(tmp_path, document), folder=tmp_path)
    assert tdt("s2low").acte_status(s2low, waits.value.transaction).code == 17


def test_an_act_is_cancelled_by_a_transaction_of_its_own(
    s2low: Configuration, document: bytes, tmp_path: Path
) -> None:
    connector = tdt("s2low")
    transaction = connector.send_acte(s2low, acte_of(tmp_path, document), folder=tmp_path)
    while connector.acte_status(s2low, transaction).code != 4:
        pass
    cancellation = connector.cancel(s2low, transaction)
    assert cancellation != transaction
    assert cancellation.isdigit()


def test_s2low_away_is_told_as_curl_does(s2low: Configuration) -> None:
    away = replace(s2low, values={**s2low.values, "url": "https://127.0.0.1:1"})
    outcome = TYPES["s2low"].actions["test-tedetis"](away, {})
    assert outcome[:2] == (
        False,
        "Erreur de connexion au serveur : Failed to connect to 127.0.0.1 port 1 after 0 ms: "
        "Couldn't connect to server",
    )


@pytest.mark.parametrize(
    ("name", "leaves"),
    [
        ("arrêté n°2_signe.pdf", "arr__t__ n__2_signe.pdf"),
        ("plan-0.pdf", "plan_0.pdf"),
        ("plan.pdf", "plan.pdf"),
        ("a;b'c.pdf", "a_b_c.pdf"),
    ],
)
def test_file_names_leave_in_plain_letters(name: str, leaves: str) -> None:
    assert sent_name(name) == leaves


# -- the stubs -----------------------------------------------------------------------------------------------


def stub(values: Mapping[str, str], tmp_path: Path) -> Configuration:
    world = World(clock=SimClock(MORNING), chance=random.Random(0), folder=tmp_path)
    return Configuration(values=values, files={}, id_ce="4", world=world)


@pytest.mark.parametrize(
    ("chosen", "offered"),
    [
        ("Actes", ["Arrêté individuel", "Arrêté réglementaire", "Contrat et convention", "Délibération"]),
        ("PES", ["BJ", "Bordereau depense"]),
        ("Document", ["Courrier", "Commande", "Facture"]),
        ("Custom", ["PC", "DP"]),
        ("", []),
    ],
)
def test_the_stub_offers_the_sub_types_of_its_type(chosen: str, offered: list[str], tmp_path: Path) -> None:
    c = stub({"iparapheur_type": chosen, "iparapheur_sous_type": "PC; DP;"}, tmp_path)
    assert signature("fakeIparapheur").sous_types(c) == offered


@pytest.mark.parametrize(
    ("retour", "outcome", "message"),
    [("Archive", "signed", "[Archive]"), ("Rejet", "rejected", "[RejetVisa]"), ("", "signed", "[Archive]")],
)
def test_the_stub_answers_at_once(retour: str, outcome: str, message: str, tmp_path: Path) -> None:
    c = stub({"iparapheur_retour": retour}, tmp_path)
    status = signature("fakeIparapheur").status(c, "x")
    assert (status.outcome, status.last_message) == (outcome, message)
    assert b"14/03/2025 09:00:00 : [" in status.history


def test_the_stub_fails_as_it_is_told(document: bytes, tmp_path: Path) -> None:
    connector = signature("fakeIparapheur")
    with pytest.raises(PeerFailed) as failed:
        connector.send(
            stub({"iparapheur_envoi_status": "error"}, tmp_path),
            request_of(tmp_path, document),
            folder=tmp_path,
        )
    assert not isinstance(failed.value, FolderRefused)
    with pytest.raises(PeerFailed, match="Erreur provoquée par le simulateur du iParapheur"):
        connector.status(stub({"iparapheur_retour": "Erreur"}, tmp_path), "x")
    with pytest.raises(PeerCrashed):
        connector.status(stub({"iparapheur_retour": "Fatal"}, tmp_path), "x")


def test_the_stub_takes_its_time_on_the_simulated_clock(tmp_path: Path) -> None:
    c = stub({"iparapheur_temps_reponse": "90"}, tmp_path)
    signature("fakeIparapheur").status(c, "x")
    assert (c.world.clock.now() - MORNING).total_seconds() == 90


def test_the_stub_signs_beside_the_document(tmp_path: Path) -> None:
    result = signature("fakeIparapheur").collect(
        stub({}, tmp_path), "x", rejected=False, folder=tmp_path / "r"
    )
    assert result.signed is None
    assert result.detached is not None
    assert result.bordereau is not None
    assert (result.detached.name, result.bordereau.name) == ("signature.zip", "document.txt")


@pytest.mark.parametrize("wanted", ["1", "3", "4", "6"])
def test_the_stub_of_a_tdt_has_the_status_it_is_given(wanted: str, tmp_path: Path) -> None:
    c = stub({"tdt_check_status": wanted}, tmp_path)
    connector = tdt("fakeTdt")
    assert connector.acte_status(c, "1").code == int(wanted)
    assert connector.pes_status(c, "1").code == 8
    with pytest.raises(PeerFailed, match=r"^Not implemented$"):
        connector.cancel(c, "1")


def test_the_stub_of_a_tdt_dates_its_acknowledgement_of_today(tmp_path: Path) -> None:
    pieces = list(tdt("fakeTdt").acte_files(stub({}, tmp_path), "1", folder=tmp_path / "r"))
    assert pieces[-1].date_ar == "2025-03-14"
    assert all(not piece.annexes_tamponnees for piece in pieces)


# -- definitions ---------------------------------------------------------------------------------------------


def test_every_offered_action_and_every_choice_can_be_run() -> None:
    for kind in TYPES.values():
        assert set(kind.offered_actions) <= set(kind.actions)
        chosen = {name for name, props in kind.champs.items() if props.get("type") == "externalData"}
        assert chosen == set(kind.external_data), kind.id
        for name, props in kind.champs.items():
            onchange = props.get("onchange")
            assert onchange is None or onchange in kind.actions, name
