"""The resources of Pastell through the client, on every generation that can be imitated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import HttpSession, Secret
from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
)
from cdg62_connect.pastell import (
    TOUS_LES_ROLES,
    CertificatClient,
    FieldsNotKept,
    NotInThisVersion,
    Pastell,
    SavedThenRefused,
)
from cdg62_connect.simulator import SimClock, Simulator
from cdg62_connect.transport import BasicAuth, ClientCertificate, Payload

pytestmark = pytest.mark.usefixtures("operations")

OpenSession = Callable[..., HttpSession]
Connect = Callable[..., Pastell]

GENERATIONS = ("2.0", "3.1", "4.0", "4.1", "5.0")
URBA = "document-autorisation-urbanisme"
PDF = Payload.of(b"%PDF-1.4 x")


@pytest.fixture
def simulator(simulator: Simulator) -> Iterator[Simulator]:
    yield simulator
    simulator.pastell.use_profile("4.0")


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest, simulator: Simulator) -> str:
    simulator.pastell.use_profile(request.param)
    return str(request.param)


def test_the_version_decides_what_can_be_done(generation: str, connect: Connect) -> None:
    pastell = connect()
    assert pastell.version.texte.startswith(generation)
    able = pastell.capacites
    assert able.jetons is (generation >= "4.0")
    assert able.depot_par_morceaux is (generation >= "4.1")
    assert (able.certificat_client is CertificatClient.ABSENT) is (generation >= "5.0")


def test_entities_are_administered(generation: str, connect: Connect, entity: str) -> None:
    admin = connect(admin=True)
    assert entity in {one.id_e for one in admin.entites.lister()}
    mine = connect().entites.lister()
    assert [one.id_e for one in mine] == [entity]
    created = admin.entites.creer("Commune de Test", siren="000000000", mere=entity)
    assert admin.entites.detail(entity).filles == (created.id_e,)
    assert admin.entites.modifier(created.id_e, denomination="Test-sur-Mer").denomination == "Test-sur-Mer"
    if generation >= "4.0":
        assert admin.entites.desactiver(created.id_e).active is False
        assert created.id_e in {one.id_e for one in admin.entites.lister(actives=False)}
        with pytest.raises(AccessRefused):
            admin.documents.creer(created.id_e, "actes-generique")
        assert admin.entites.activer(created.id_e).active is True
    else:
        with pytest.raises(NotInThisVersion):
            admin.entites.desactiver(created.id_e)
    admin.entites.supprimer(created.id_e)
    with pytest.raises(NotFound):
        admin.entites.detail(created.id_e)
    with pytest.raises(InvalidRequest):
        admin.entites.creer("x", siren="123456789")
    with pytest.raises(AccessRefused):
        connect().entites.detail("1")


def test_users_and_their_roles_are_administered(generation: str, connect: Connect, entity: str) -> None:
    admin = connect(admin=True)
    password = Secret("Un mot de passe, long et varié : 2026 !")
    user = admin.utilisateurs.creer(
        "ws-test", nom="Test", prenom="WS", email="ws@exemple.invalid", mot_de_passe=password, entite=entity
    )
    with pytest.raises(AlreadyExists):
        admin.utilisateurs.creer(
            "ws-test", nom="Test", prenom="WS", email="ws@exemple.invalid", mot_de_passe=password
        )
    assert user.id_u in {one.id_u for one in admin.utilisateurs.lister(entity)}
    assert admin.utilisateurs.modifier(user.id_u, nom="Autre").nom == "Autre"
    role = admin.roles.lister()[0].role
    admin.utilisateurs.donner_role(user.id_u, role, entity)
    admin.utilisateurs.donner_role(user.id_u, role, entity)
    (given,) = [one for one in admin.utilisateurs.roles(user.id_u) if one.role == role]
    assert (given.id_e, bool(given.droits)) == (entity, True)
    as_user = connect(login="ws-test", password=password.reveal())
    assert as_user.entites.detail(entity).id_e == entity
    admin.utilisateurs.retirer_role(user.id_u, TOUS_LES_ROLES, entity)
    assert role not in {one.role for one in admin.utilisateurs.roles(user.id_u)}
    if generation >= "4.0":
        assert admin.utilisateurs.desactiver(user.id_u).actif is False
        with pytest.raises(AuthenticationRefused):
            _ = connect(login="ws-test", password=password.reveal()).version
        assert admin.utilisateurs.activer(user.id_u).actif is True
    admin.utilisateurs.supprimer(user.id_u)
    with pytest.raises(NotFound):
        admin.utilisateurs.detail(user.id_u)


def test_a_token_logs_in_until_it_is_deleted(generation: str, connect: Connect) -> None:
    pastell = connect()
    if generation < "4.0":
        with pytest.raises(NotInThisVersion):
            pastell.jetons.lister()
        return
    new = pastell.jetons.creer("ci", expiration=date(2099, 1, 1))
    assert connect(token=new.clair).version == pastell.version
    assert [one.nom for one in pastell.jetons.lister()] == ["ci"]
    renewed = pastell.jetons.renouveler(new.jeton.id)
    with pytest.raises(AuthenticationRefused):
        _ = connect(token=new.clair).version
    assert connect(token=renewed.clair).version == pastell.version
    pastell.jetons.supprimer(new.jeton.id)
    assert pastell.jetons.lister() == ()


def test_connectors_and_associations_are_administered(
    generation: str, connect: Connect, entity: str, tmp_path: Path
) -> None:
    admin = connect(admin=True)
    stub = admin.connecteurs.creer(entity, "fakeTdt", "Bouchon")
    assert (stub.famille, stub.champs) == ("TdT", {})
    assert admin.connecteurs.renommer(entity, stub.id_ce, "Bouchon TdT", frequence=5).libelle == "Bouchon TdT"
    with pytest.raises(FieldsNotKept):
        admin.connecteurs.configurer(entity, stub.id_ce, {"nexistepas": "1"})
    xml = Payload.of(b"<?xml version='1.0'?><a/>")
    admin.connecteurs.deposer(entity, stub.id_ce, "classification_file", xml, nom="classification.xml")
    brought = admin.connecteurs.telecharger(entity, stub.id_ce, "classification_file", into=tmp_path)
    assert brought.path.read_bytes() == b"<?xml version='1.0'?><a/>"
    book = admin.connecteurs.creer(entity, "iParapheur", "Parapheur injoignable")
    secret = {
        "iparapheur_wsdl": "http://127.0.0.1:9/x?wsdl",
        "iparapheur_login": "l",
        "iparapheur_password": "p",
    }
    held = admin.connecteurs.configurer(entity, book.id_ce, secret)
    assert "iparapheur_password" not in held.champs
    tried = admin.connecteurs.agir(entity, book.id_ce, "test-iparapheur")
    assert (tried.result, bool(tried.message)) == (False, True)
    first = admin.associations.creer(entity, "actes-generique", stub.id_ce, "TdT")
    assert [
        one.id_ce for one in admin.associations.lister(entity, flux="actes-generique", famille="TdT")
    ] == [stub.id_ce]
    with pytest.raises(InvalidRequest):
        admin.connecteurs.supprimer(entity, stub.id_ce)
    with pytest.raises(InvalidRequest):
        admin.associations.creer(entity, "actes-generique", stub.id_ce, "signature")
    admin.associations.supprimer(entity, first)
    with pytest.raises(NotFound):
        admin.associations.supprimer(entity, first)
    admin.connecteurs.supprimer(entity, stub.id_ce)
    with pytest.raises(NotFound):
        admin.connecteurs.detail(entity, stub.id_ce)


def test_families_and_frequencies_are_read(generation: str, connect: Connect) -> None:
    admin = connect(admin=True)
    assert {"signature", "TdT"} <= set(admin.connecteurs.familles.lister())
    assert "s2low" in admin.connecteurs.familles.connecteurs("TdT")
    assert "url" in admin.connecteurs.familles.definition("TdT", "s2low").champs
    rules = admin.connecteurs.frequences
    before = len(rules.lister())
    created = rules.creer(replace(rules.lister()[0], id_cf="", expression="7", action="verif-tdt"))
    assert rules.modifier(replace(created, expression="8")).expression == "8"
    rules.supprimer(created.id_cf)
    assert len(rules.lister()) == before


def test_what_a_document_does_not_keep_is_seen(generation: str, connect: Connect, entity: str) -> None:
    pastell = connect()
    made = pastell.documents.creer(entity, "document-a-signer")
    kept = pastell.documents.modifier(
        entity, made.id_d, {"libelle": "Arrêté « d'été » 😀 n° 1", "has_date_limite": "1"}
    )
    assert (kept.complet, kept.detail.coche("has_date_limite")) == (False, True)
    assert "obligatoire" in kept.message
    with pytest.raises(FieldsNotKept, match="nexistepas"):
        pastell.documents.modifier(entity, made.id_d, {"nexistepas": "x", "libelle": "y"})


def test_files_go_up_in_order_come_back_and_go(
    generation: str, connect: Connect, entity: str, tmp_path: Path
) -> None:
    pastell = connect()
    made = pastell.documents.creer(entity, "document-a-signer")
    for rank, name in enumerate(("plan.pdf", "notice.pdf", 'été "n°1".pdf')):
        pastell.documents.deposer(
            entity, made.id_d, "autre_document_attache", Payload.of(name.encode()), nom=name, rang=rank
        )
    detail = pastell.documents.detail(entity, made.id_d)
    assert detail.fichiers("autre_document_attache") == ("plan.pdf", "notice.pdf", 'été "n°1".pdf')
    brought = pastell.documents.telecharger(
        entity, made.id_d, "autre_document_attache", rang=2, into=tmp_path
    )
    assert brought.path.read_bytes().decode() == 'été "n°1".pdf'
    assert brought.path.name.startswith("été")
    if generation == "2.0":
        with pytest.raises(NotInThisVersion):
            pastell.documents.retirer(entity, made.id_d, "autre_document_attache", 0)
    else:
        left = pastell.documents.retirer(entity, made.id_d, "autre_document_attache", 0)
        assert left.fichiers("autre_document_attache") == ("notice.pdf", 'été "n°1".pdf')
    with pytest.raises(NotFound):
        pastell.documents.telecharger(entity, made.id_d, "signature", into=tmp_path)


def test_a_file_with_a_gap_keeps_its_rank(connect: Connect, entity: str) -> None:
    pastell = connect()
    made = pastell.documents.creer(entity, "document-a-signer")
    for rank in (0, 5):
        pastell.documents.deposer(
            entity, made.id_d, "autre_document_attache", PDF, nom=f"{rank}.pdf", rang=rank
        )
    detail = pastell.documents.detail(entity, made.id_d)
    assert (detail.fichiers("autre_document_attache"), detail.rangs("autre_document_attache")) == (
        ("0.pdf", "5.pdf"),
        (0, 5),
    )


def test_a_big_file_goes_up_in_chunks(
    simulator: Simulator, connect: Connect, entity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.pastell.use_profile("4.1")
    monkeypatch.setattr("cdg62_connect.pastell.depot.USUAL_UPLOAD", 1000)
    monkeypatch.setattr("cdg62_connect.pastell.depot.CHUNK", 700)
    pastell = connect()
    made = pastell.documents.creer(entity, "ls-document")
    content = bytes(range(256)) * 9
    sent = pastell.documents.deposer(entity, made.id_d, "document", Payload.of(content), nom="gros.pdf")
    assert sent.detail.fichiers("document") == ("gros.pdf",)
    brought = pastell.documents.telecharger(entity, made.id_d, "document", into=tmp_path)
    assert brought.path.read_bytes() == content


def test_a_signature_without_connector_saves_then_refuses(
    simulator: Simulator, connect: Connect, entity: str
) -> None:
    admin, pastell = connect(admin=True), connect()
    for one in admin.associations.lister(entity, flux=URBA, famille="signature"):
        admin.associations.supprimer(entity, one.id_fe)
    made = pastell.documents.creer(entity, URBA)
    with pytest.raises(SavedThenRefused, match="signature"):
        pastell.documents.modifier(entity, made.id_d, {"envoi_signature": "1"})
    assert pastell.documents.detail(entity, made.id_d).coche("envoi_signature")


def test_several_threads_on_one_document_lose_nothing(connect: Connect, entity: str) -> None:
    one, other = connect(), connect()
    made = one.documents.creer(entity, URBA)
    failures: list[BaseException] = []

    def write(client: Pastell, field: str, values: range) -> None:
        try:
            for value in values:
                client.documents.modifier(entity, made.id_d, {field: f"v{value}"})
        except BaseException as failure:
            failures.append(failure)

    threads = [
        threading.Thread(target=write, args=(one, "titre", range(8))),
        threading.Thread(target=write, args=(other, "id_document_externe", range(8))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    detail = one.documents.detail(entity, made.id_d)
    assert (detail.texte("titre"), detail.texte("id_document_externe")) == ("v7", "v7")


def test_many_threads_meet_no_refusal_of_the_limiter(
    simulator: Simulator, connect: Connect, monkeypatch: pytest.MonkeyPatch, horloge: SimClock
) -> None:
    monkeypatch.setattr(simulator.pastell, "profile", replace(simulator.pastell.profile, calls_in_flight=5))
    pastell = connect()
    before = horloge.now()
    threads = [threading.Thread(target=pastell.flux.lister) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert horloge.now() == before  # nobody was told to wait


def test_a_wrong_password_does_not_shut_the_address_out(
    connect: Connect, entity: str, horloge: SimClock
) -> None:
    wrong = connect(password="faux")
    for _ in range(20):
        with pytest.raises(AuthenticationRefused):
            wrong.documents.detail(entity, "aB3dE7g")
    before = horloge.now()
    assert connect().entites.detail(entity).id_e == entity
    assert horloge.now() == before


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_a_lost_answer_to_a_creation_leaves_it_unknown(
    simulator: Simulator, connect: Connect, entity: str, moment: str
) -> None:
    pastell = connect()
    _ = pastell.version
    simulator.faults.add(
        {"plateforme": "pastell", "operation": "*", "effet": "couper", "moment": moment, "fois": 1}
    )
    with pytest.raises(OutcomeUnknown):
        pastell.documents.creer(entity, URBA)
    assert simulator.faults.unmet() == []
    created = list(pastell.documents.lister(entity))
    assert len(created) == (1 if moment == "apres" else 0)


def test_a_lost_answer_to_a_reading_is_asked_for_again(
    simulator: Simulator, connect: Connect, entity: str
) -> None:
    pastell = connect()
    simulator.faults.add(
        {"plateforme": "pastell", "operation": "*", "effet": "couper", "moment": "apres", "fois": 1}
    )
    assert pastell.entites.detail(entity).id_e == entity
    assert simulator.faults.unmet() == []


def test_a_certificate_that_no_longer_logs_in_is_told_from_5_0_on(
    simulator: Simulator, described: Any, open_session: OpenSession
) -> None:
    certificate, key = simulator.authority.client_certificate("agent")
    session = open_session(
        "https://127.0.0.1:9", platform="pastell", certificate=ClientCertificate(certificate, key)
    )
    assert session.presents_certificate
    assert session.base_url == "https://127.0.0.1:9"
    assert session.platform == "pastell"
    simulator.pastell.use_profile("5.0")
    access = described["pastell"]
    plain = open_session(
        access["url"], platform="pastell", auth=BasicAuth(access["login"], Secret(access["password"]))
    )
    assert not plain.presents_certificate
    assert Pastell(plain).avertissements == ()
