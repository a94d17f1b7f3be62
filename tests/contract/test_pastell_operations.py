"""Every operation of Pastell's client on every generation: ``docs/pastell-versions.md`` is written from these tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cdg62_connect import Secret
from cdg62_connect.errors import AccessRefused, AuthenticationRefused, NotFound
from cdg62_connect.pastell import (
    TOUS_LES_ROLES,
    ContentRefused,
    Contenu,
    FichierADeposer,
    NotInThisVersion,
    Pastell,
    Recherche,
    Remplissage,
)
from cdg62_connect.simulator import Simulator
from cdg62_connect.simulator.pastell import PROFILES
from cdg62_connect.transport import Payload
from support.pastell_operations import Seen

Connect = Callable[..., Pastell]
T = TypeVar("T")

FLUX = "document-a-signer"
ACTES = "actes-generique"
PDF = Payload.of(b"%PDF-1.4 x")
XML = Payload.of(b"<?xml version='1.0'?><a/>")
PASSWORD = Secret("Un mot de passe, long et varié : 2026 !")


@pytest.fixture(params=PROFILES)
def generation(request: pytest.FixtureRequest, simulator: Simulator) -> str:
    simulator.pastell.use_profile(request.param)
    return str(request.param)


@pytest.fixture
def admin(connect: Connect, generation: str) -> Pastell:
    return connect(admin=True)


@pytest.fixture
def pastell(connect: Connect, generation: str) -> Pastell:
    return connect()


def unless_refused(call: Callable[[], T]) -> T | None:
    """What a call gives, ``None`` when the client says that this version cannot do it."""
    try:
        return call()
    except NotInThisVersion:
        return None


def test_the_client_itself(pastell: Pastell, generation: str, horloge: Any, operations: Seen) -> None:
    assert pastell.platform == "pastell"
    assert pastell.version.texte == PROFILES[generation].version
    assert pastell.capacites.jetons is PROFILES[generation].bearer
    assert pastell.avertissements == ()
    assert "send-iparapheur" in pastell.comprendre(FLUX).etats
    before = horloge.now()
    pastell.patienter(2)
    assert (horloge.now() - before).total_seconds() == 2
    assert operations.missing("pastell") == []


def test_documents(pastell: Pastell, entity: str, arrete: Path, tmp_path: Path, operations: Seen) -> None:
    documents = pastell.documents
    made = documents.creer(entity, FLUX)
    id_d = made.id_d
    with documents.exclusif(id_d):
        assert documents.modifier(entity, id_d, {"libelle": "Arrêté d'été"}).detail.titre == "Arrêté d'été"
    documents.deposer(entity, id_d, "document", Payload.of(arrete), nom="arrêté.pdf")
    annexe = documents.deposer(entity, id_d, "autre_document_attache", PDF, nom="plan.pdf")
    assert annexe.detail.fichiers("autre_document_attache") == ("plan.pdf",)
    without = unless_refused(lambda: documents.retirer(entity, id_d, "autre_document_attache"))
    assert without is None or without.fichiers("autre_document_attache") == ()
    brought = documents.telecharger(entity, id_d, "document", into=tmp_path)
    assert brought.path.read_bytes() == arrete.read_bytes()
    offered = documents.choix(entity, id_d, "iparapheur_sous_type")
    assert isinstance(offered, list)
    chosen = documents.choisir(
        entity, id_d, "iparapheur_sous_type", [("iparapheur_sous_type", str(offered[0]))]
    )
    assert chosen.texte("iparapheur_sous_type") == offered[0]
    assert documents.agir(entity, id_d, "send-iparapheur").result
    assert documents.detail(entity, id_d).etat == "send-iparapheur"

    draft = documents.creer(entity, ACTES).id_d
    documents.modifier(entity, draft, {"objet": "Permis", "numero_de_lacte": "PC1"})
    assert set(documents.details(entity, [id_d, draft, "inconnu"])) == {id_d, draft}
    assert [row.id_d for row in documents.lister(entity)] == [id_d, draft]
    never = unless_refused(lambda: documents.lister(entity, Recherche(jamais="send-iparapheur")))
    assert never is None or [row.id_d for row in never] == [draft]
    assert [one.id_d for one in documents.trouver(entity, ACTES, "numero_de_lacte", "PC1")] == [draft]
    assert documents.compter(entity)[entity].total == 2
    assert documents.compter_par_champ(entity, ACTES, {"numero_de_lacte": "PC1"}) == 1
    documents.supprimer(entity, draft)
    with pytest.raises(NotFound):
        documents.detail(entity, draft)
    assert operations.missing("pastell.documents") == []


def test_types_of_documents(pastell: Pastell, operations: Seen) -> None:
    assert pastell.flux.lister()[ACTES].famille
    assert pastell.flux.champs(ACTES)["numero_de_lacte"].indexe
    assert pastell.flux.actions(ACTES)["send-iparapheur"].connecteur == "signature"
    assert (pastell.flux.connu(ACTES), pastell.flux.connu("inconnu")) == (True, False)
    pastell.flux.oublier()
    assert pastell.flux.connu(ACTES)
    assert operations.missing("pastell.flux") == []


def test_the_journal(pastell: Pastell, entity: str, tmp_path: Path, operations: Seen) -> None:
    made = pastell.documents.creer(entity, FLUX)
    [row] = pastell.journal.lignes(entity, id_d=made.id_d)
    assert (row.action, row.flux) == ("creation", FLUX)
    proof = pastell.journal.preuve(row.id_j)
    assert (proof.ligne.id_j, proof.jeton) == (row.id_j, pastell.journal.jeton(row.id_j))
    table = pastell.journal.csv(entity, into=tmp_path, id_d=made.id_d)
    assert len(table.path.read_text("utf-8").splitlines()) == 2
    assert operations.missing("pastell.journal") == []


def test_entities(admin: Pastell, entity: str, operations: Seen) -> None:
    made = admin.entites.creer("Commune de Test", siren="000000000", mere=entity)
    assert made.id_e in {one.id_e for one in admin.entites.lister()}
    assert admin.entites.modifier(made.id_e, denomination="Test-sur-Mer").denomination == "Test-sur-Mer"
    assert admin.entites.detail(made.id_e).denomination == "Test-sur-Mer"
    asleep = unless_refused(lambda: admin.entites.desactiver(made.id_e))
    assert asleep is None or asleep.active is False
    idle = unless_refused(lambda: admin.entites.lister(actives=False))
    assert idle is None or [one.id_e for one in idle] == [made.id_e]
    awake = unless_refused(lambda: admin.entites.activer(made.id_e))
    assert awake is None or awake.active is True
    admin.entites.supprimer(made.id_e)
    with pytest.raises(NotFound):
        admin.entites.detail(made.id_e)
    assert operations.missing("pastell.entites") == []


def test_connectors(admin: Pastell, entity: str, tmp_path: Path, operations: Seen) -> None:
    connectors = admin.connecteurs
    [book] = [one for one in connectors.lister(entity) if one.libelle == "i-Parapheur"]
    assert book.id_ce in {one.id_ce for one in connectors.tous("iParapheur")}
    types = connectors.choix(entity, book.id_ce, "iparapheur_type")
    assert types == ["URBANISME", "PES"]
    chosen = connectors.choisir(entity, book.id_ce, "iparapheur_type", [("iparapheur_type", "URBANISME")])
    assert chosen.texte("iparapheur_type") == "URBANISME"
    assert connectors.agir(entity, book.id_ce, "test-iparapheur").result
    stub = connectors.creer(entity, "fakeTdt", "Bouchon")
    assert connectors.renommer(entity, stub.id_ce, "Bouchon TdT").libelle == "Bouchon TdT"
    set_up = connectors.configurer(entity, stub.id_ce, {"tdt_check_status": "4"})
    assert set_up.texte("tdt_check_status") == "4"
    connectors.deposer(entity, stub.id_ce, "classification_file", XML, nom="c.xml")
    brought = connectors.telecharger(entity, stub.id_ce, "classification_file", into=tmp_path)
    assert brought.path.read_bytes() == b"<?xml version='1.0'?><a/>"
    unless_refused(lambda: connectors.retirer(entity, stub.id_ce, "classification_file"))
    kind = connectors.familles.connecteurs("horodateur", global_=True)[0]
    shared = unless_refused(lambda: connectors.creer("0", kind, "Horodatage", global_=True))
    assert shared is None or shared.id_e == "0"
    connectors.supprimer(entity, stub.id_ce)
    with pytest.raises(NotFound):
        connectors.detail(entity, stub.id_ce)
    assert connectors.detail(entity, book.id_ce).libelle == book.libelle
    assert operations.missing("pastell.connecteurs") == []


def test_families_of_connectors(admin: Pastell, operations: Seen) -> None:
    families = admin.connecteurs.familles
    assert {"signature", "TdT"} <= set(families.lister())
    assert "s2low" in families.connecteurs("TdT")
    assert "url" in families.definition("TdT", "s2low").champs
    assert operations.missing("pastell.connecteurs.familles") == []


def test_how_often_connectors_try_again(admin: Pastell, operations: Seen) -> None:
    rules = admin.connecteurs.frequences
    before = rules.lister()
    made = rules.creer(replace(before[0], id_cf="", expression="7", action="verif-tdt"))
    assert rules.modifier(replace(made, expression="8")).expression == "8"
    assert len(rules.lister()) == len(before) + 1
    rules.supprimer(made.id_cf)
    assert rules.lister() == before
    assert operations.missing("pastell.connecteurs.frequences") == []


def test_associations(admin: Pastell, entity: str, operations: Seen) -> None:
    associations = admin.associations
    stub = admin.connecteurs.creer(entity, "fakeTdt", "Bouchon")
    made = associations.creer(entity, ACTES, stub.id_ce, "TdT")
    [held] = associations.lister(entity, flux=ACTES, famille="TdT")
    assert (held.id_fe, held.id_ce, held.rang) == (made, stub.id_ce, 0)
    second = unless_refused(lambda: associations.creer(entity, ACTES, stub.id_ce, "TdT", rang=1))
    assert second is None or second in {
        one.id_fe for one in associations.lister(entity, flux=ACTES) if one.rang == 1
    }
    assert associations.agir(entity, ACTES, "signature", "test-iparapheur").result
    associations.supprimer(entity, made)
    with pytest.raises(NotFound):
        associations.supprimer(entity, made)
    assert operations.missing("pastell.associations") == []


def test_users(admin: Pastell, entity: str, connect: Connect, simulator: Simulator, operations: Seen) -> None:
    users = admin.utilisateurs
    given = {"nom": "Test", "prenom": "WS", "email": "ws@exemple.invalid", "entite": entity}
    user = users.creer("ws-test", mot_de_passe=PASSWORD, **given)
    certificate, _ = simulator.authority.client_certificate("agent")
    tied = unless_refused(
        lambda: users.creer(
            "par-certificat", mot_de_passe=PASSWORD, certificat=Payload.of(certificate), **given
        )
    )
    assert tied is None or tied.autres["certificat"]
    by_mail = unless_refused(lambda: users.creer("par-courriel", **given))
    assert by_mail is None or by_mail.login == "par-courriel"
    program = unless_refused(
        lambda: users.creer("programme", nom="P", prenom="P", entite=entity, est_api=True)
    )
    assert program is None or (program.est_api, program.email) == (True, "")
    assert user.id_u in {one.id_u for one in users.lister(entity)}
    below = unless_refused(lambda: users.lister(descendance=True))
    assert below is None or user.id_u in {one.id_u for one in below}
    assert users.modifier(user.id_u, nom="Autre").nom == "Autre"
    role = admin.roles.lister()[0].role
    users.donner_role(user.id_u, role, entity)
    assert role in {one.role for one in users.roles(user.id_u)}
    assert connect(login="ws-test", password=PASSWORD.reveal()).entites.detail(entity).id_e == entity
    users.retirer_role(user.id_u, TOUS_LES_ROLES, entity)
    assert role not in {one.role for one in users.roles(user.id_u)}
    asleep = unless_refused(lambda: users.desactiver(user.id_u))
    if asleep is not None:
        assert asleep.actif is False
        with pytest.raises(AuthenticationRefused):
            connect(login="ws-test", password=PASSWORD.reveal()).entites.lister()
    awake = unless_refused(lambda: users.activer(user.id_u))
    assert awake is None or awake.actif is True
    users.supprimer(user.id_u)
    with pytest.raises(NotFound):
        users.detail(user.id_u)
    assert users.detail("1").login == "admin"
    assert operations.missing("pastell.utilisateurs") == []


def test_tokens_of_programs(admin: Pastell, entity: str, connect: Connect, operations: Seen) -> None:
    users = admin.utilisateurs
    program = unless_refused(
        lambda: users.creer("programme", nom="P", prenom="P", entite=entity, est_api=True)
    )
    owner = program.id_u if program else "2"
    made = unless_refused(lambda: users.jetons.creer(owner, "ci", expiration=date(2099, 1, 1)))
    assert (made is None) is (program is None)
    if made is not None:
        users.donner_role(owner, admin.roles.lister()[0].role, entity)
        assert connect(token=made.clair).entites.detail(entity).id_e == entity
        with pytest.raises(AccessRefused):
            users.jetons.creer("2", "ci")
    token = made.jeton.id if made else "1"
    assert unless_refused(lambda: users.jetons.renouveler(owner, token)) is None
    assert unless_refused(lambda: users.jetons.supprimer(owner, token)) is None
    assert operations.missing("pastell.utilisateurs.jetons") == []


def test_roles(admin: Pastell, operations: Seen) -> None:
    assert {"admin", "application-metier"} <= {one.role for one in admin.roles.lister()}
    assert operations.missing("pastell.roles") == []


def test_own_tokens(pastell: Pastell, connect: Connect, operations: Seen) -> None:
    made = unless_refused(lambda: pastell.jetons.creer("ci"))
    held = unless_refused(pastell.jetons.lister)
    token = made.jeton.id if made else "1"
    renewed = unless_refused(lambda: pastell.jetons.renouveler(token))
    if made is not None and held is not None and renewed is not None:
        assert [one.nom for one in held] == ["ci"]
        assert connect(token=renewed.clair).version == pastell.version
        with pytest.raises(AuthenticationRefused):
            _ = connect(token=made.clair).version
    unless_refused(lambda: pastell.jetons.supprimer(token))
    assert not unless_refused(pastell.jetons.lister)
    assert operations.missing("pastell.jetons") == []


def test_filling(pastell: Pastell, entity: str, operations: Seen) -> None:
    filling = Remplissage(pastell)
    content = Contenu(
        champs={"libelle": "Arrêté", "iparapheur_sous_type": "Arrete"},
        fichiers={"document": [FichierADeposer("arrêté.pdf", PDF)]},
    )
    filling.verifier(FLUX, content)
    with pytest.raises(ContentRefused):
        filling.verifier(FLUX, Contenu(champs={"nexistepas": "1"}))
    filled = filling.remplir(entity, FLUX, content)
    assert (filled.complet, filled.detail.titre) == (True, "Arrêté")
    assert operations.missing("Remplissage(pastell)") == []
