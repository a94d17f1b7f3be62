"""The port over REST, and the client, against the simulated parapheur 5: the life of a dossier, faults included."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import HttpSession, Secret
from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    ConfigurationError,
    InvalidInput,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    UnreadableAnswer,
)
from cdg62_connect.formats import verify_pades
from cdg62_connect.iparapheur import Document, Parapheur, Progress, Submission, Visibilite
from cdg62_connect.iparapheur.rest_v5 import (
    Annotation,
    Compte,
    Etat,
    IparapheurRest,
    Lieu,
    MailSecurise,
    NouveauDossier,
    ParapheurRest,
    Stade,
    situation,
)
from cdg62_connect.simulator import Faults, SimClock, Simulator
from cdg62_connect.simulator.iparapheur import Format, Type
from cdg62_connect.transport import Payload

LIMIT = 50 * 1024 * 1024
PLACE = {"type": "URBANISME", "sous_type": "Arrete"}
Connect = Callable[..., IparapheurRest]


@pytest.fixture
def connect(described: Any, horloge: SimClock) -> Iterator[Connect]:
    """Clients of the simulated parapheur; by default as the first commune."""
    opened: list[IparapheurRest] = []
    access = described["iparapheur_rest"]

    def one(login: str = access["login"], password: str = access["password"]) -> IparapheurRest:
        session = HttpSession(access["url"], platform="iparapheur", clock=horloge, chance=lambda: 0.5)
        opened.append(IparapheurRest(session, compte=Compte(login, Secret(password))))
        return opened[-1]

    yield one
    for client in opened:
        client.close()


@pytest.fixture
def rest(connect: Connect) -> IparapheurRest:
    return connect()


@pytest.fixture
def port(rest: IparapheurRest) -> Parapheur:
    return ParapheurRest(rest)


@pytest.fixture
def place(described: Any) -> tuple[str, str]:
    access = described["iparapheur_rest"]
    return access["tenant"], access["bureau"]


@pytest.fixture
def submission(arrete: Path) -> Callable[..., Submission]:
    def make(key: str = "OP-0001", **changes: Any) -> Submission:
        fields: dict[str, Any] = {
            "titre": "Arrêté de permis de construire",
            **PLACE,
            "documents": (Document("arrêté.pdf", Payload.of(arrete)),),
            **changes,
        }
        return Submission(key=key, **fields)

    return make


@pytest.fixture
def draft(arrete: Path) -> NouveauDossier:
    return NouveauDossier(nom="Un arrêté", **PLACE, principaux=(Document("arrêté.pdf", Payload.of(arrete)),))


def test_a_dossier_goes_signed_and_comes_back_whole(
    port: Parapheur,
    simulator: Simulator,
    submission: Callable[..., Submission],
    arrete: Path,
    into: Path,
    digest: Callable[[Path], str],
    horloge: SimClock,
) -> None:
    annexe = Document("plan été.pdf", Payload.of(arrete))
    submitted = port.submit(
        submission(annexes=(annexe,), metadonnees={"commune": "Arras & co"}, annotation_publique="Bonjour")
    )
    assert not submitted.started
    assert port.progress(submitted.remote_id).progress is Progress.PENDING
    port.start(submitted)
    assert port.progress(submitted.remote_id).status == "VISA_EN_COURS"
    simulator.iparapheur.viser(submitted.remote_id, by="Ana Martin", annotation="Vu")
    horloge.advance(timedelta(hours=1))
    simulator.iparapheur.signer(submitted.remote_id, by="Le Maire")
    state = port.progress(submitted.remote_id)
    assert (state.progress, state.signed_by) == (Progress.FINISHED, "Le Maire")
    assert state.signed_at is not None
    assert abs(state.signed_at - horloge.now()) < timedelta(seconds=1)

    evidence = port.collect(submitted.remote_id, into=into, limit=LIMIT)
    (document,) = evidence.documents
    assert document.file.nom == "arrete.pdf"
    verdict = verify_pades(
        document.file.path, anchors=[simulator.authority.ca], moment=horloge.now() + timedelta(minutes=1)
    )
    assert verdict.signed
    assert verdict.trusted
    assert [(one.nom, one.sha256) for one in evidence.annexes] == [("plan ete.pdf", digest(arrete))]
    assert evidence.bordereau is not None
    assert evidence.bordereau.path.read_bytes().startswith(b"%PDF")
    assert evidence.metadonnees == {"commune": "Arras & co"}
    assert [(one.status, one.nom, one.annotation) for one in evidence.history] == [
        ("START", "Service Web", ""),
        ("VISA", "Ana Martin", "Vu"),
        ("SIGNATURE", "Le Maire", ""),
        ("ARCHIVE_EN_COURS", "Service Web", ""),
    ]
    assert "empreintes_differentes" not in evidence.details
    assert {one.path for one in evidence.files} == set(into.iterdir())
    assert all(digest(one.path) == one.sha256 for one in evidence.files)

    port.release(submitted.remote_id, rejected=False)
    with pytest.raises(NotFound):
        port.progress(submitted.remote_id)
    with pytest.raises(NotFound):
        port.release(submitted.remote_id, rejected=False)


def test_a_refusal_comes_back_with_who_and_why(
    port: Parapheur, simulator: Simulator, submission: Callable[..., Submission]
) -> None:
    submitted = port.submit(submission())
    port.start(submitted)
    simulator.iparapheur.viser(submitted.remote_id)
    simulator.iparapheur.refuser(submitted.remote_id, motif="Pièce manquante", by="Le Maire")
    state = port.progress(submitted.remote_id)
    assert (state.progress, state.by, state.reason) == (Progress.REJECTED, "Le Maire", "Pièce manquante")
    with pytest.raises(NotReady):
        port.release(submitted.remote_id, rejected=False)
    port.release(submitted.remote_id, rejected=True)
    with pytest.raises(NotFound):
        port.progress(submitted.remote_id)


@pytest.mark.parametrize("effet", ["couper", "http_500", "http_502", "html", "tronquer"])
def test_a_creation_whose_answer_is_lost_is_found_again_and_not_doubled(
    effet: str,
    port: Parapheur,
    rest: IparapheurRest,
    place: tuple[str, str],
    pannes: Faults,
    submission: Callable[..., Submission],
) -> None:
    port.submit(submission("OP-00011"))  # a key that begins like the other one
    pannes.add(
        {
            "plateforme": "iparapheur",
            "operation": "POST folder",
            "effet": effet,
            "moment": "apres",
            "contient": "OP-0001]",
        }
    )
    with pytest.raises(OutcomeUnknown):
        port.submit(submission())
    found = port.find("OP-0001", **PLACE)
    assert found is not None
    assert not found.started
    with pytest.raises(AlreadyExists):
        port.submit(submission())
    port.start(found)
    assert len(rest.dossiers.lister(*place, Etat.BROUILLON)) == 1
    started = port.find("OP-0001", **PLACE)
    assert started is not None
    assert started.started
    assert started.remote_id == found.remote_id


def test_a_creation_that_never_arrived_is_not_found(
    port: Parapheur, pannes: Faults, submission: Callable[..., Submission]
) -> None:
    pannes.add({"plateforme": "iparapheur", "operation": "POST folder", "effet": "couper"})
    with pytest.raises(OutcomeUnknown):
        port.submit(submission())
    assert port.find("OP-0001", **PLACE) is None
    port.submit(submission())


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_a_start_whose_answer_is_lost_is_done_again_by_looking_first(
    moment: str, port: Parapheur, pannes: Faults, submission: Callable[..., Submission]
) -> None:
    submitted = port.submit(submission())
    pannes.add(
        {"plateforme": "iparapheur", "operation": "PUT task/start", "effet": "couper", "moment": moment}
    )
    with pytest.raises(OutcomeUnknown):
        port.start(submitted)
    port.start(submitted)
    assert port.progress(submitted.remote_id).status == "VISA_EN_COURS"
    assert pannes.calls["iparapheur"]["PUT task/start"] == (2 if moment == "avant" else 1)


def test_a_deletion_whose_answer_is_lost_is_a_dossier_that_is_gone(
    port: Parapheur, simulator: Simulator, pannes: Faults, submission: Callable[..., Submission]
) -> None:
    submitted = port.submit(submission(sous_type="Courrier"))
    port.start(submitted)
    simulator.iparapheur.signer(submitted.remote_id)
    pannes.add(
        {"plateforme": "iparapheur", "operation": "DELETE folder", "effet": "couper", "moment": "apres"}
    )
    with pytest.raises(OutcomeUnknown):
        port.release(submitted.remote_id, rejected=False)
    with pytest.raises(NotFound):
        port.release(submitted.remote_id, rejected=False)


def test_a_workflow_engine_that_is_late_is_waited_for(
    port: Parapheur, simulator: Simulator, submission: Callable[..., Submission]
) -> None:
    simulator.iparapheur_rest.initialisation = timedelta(seconds=3)
    submitted = port.submit(submission())
    assert port.progress(submitted.remote_id).progress is Progress.PENDING
    port.start(submitted)
    assert port.progress(submitted.remote_id).status == "VISA_EN_COURS"


def test_a_workflow_engine_that_never_comes_is_to_be_looked_at_later(
    port: Parapheur, simulator: Simulator, submission: Callable[..., Submission]
) -> None:
    simulator.iparapheur_rest.initialisation = timedelta(hours=3)
    submitted = port.submit(submission())
    with pytest.raises(NotReady):
        port.start(submitted)


def test_a_zip_cut_on_the_way_is_read_again_and_leaves_nothing_behind(
    port: Parapheur, pannes: Faults, submission: Callable[..., Submission], into: Path
) -> None:
    submitted = port.submit(submission())
    pannes.add({"plateforme": "iparapheur", "operation": "GET folder/zip", "effet": "tronquer", "fois": 2})
    evidence = port.collect(submitted.remote_id, into=into, limit=LIMIT)
    assert {one.path for one in evidence.files} == set(into.iterdir())


def test_a_limit_on_what_comes_back_is_kept(
    port: Parapheur, submission: Callable[..., Submission], into: Path
) -> None:
    submitted = port.submit(submission())
    with pytest.raises(UnreadableAnswer):
        port.collect(submitted.remote_id, into=into, limit=1000)
    assert not any(into.iterdir())


def test_a_dossier_is_taken_back_until_somebody_has_opened_it(
    port: Parapheur, simulator: Simulator, submission: Callable[..., Submission]
) -> None:
    submitted = port.submit(submission())
    port.start(submitted)
    port.withdraw(submitted.remote_id)
    assert port.find("OP-0001", **PLACE) is None
    draft = port.submit(submission())
    port.withdraw(draft.remote_id)
    with pytest.raises(NotFound):
        port.withdraw(draft.remote_id)
    read = port.submit(submission())
    port.start(read)
    simulator.iparapheur.lire(read.remote_id)
    with pytest.raises(NotReady):
        port.withdraw(read.remote_id)
    with pytest.raises(NotReady):
        port.release(read.remote_id, rejected=False)


def test_what_the_api_cannot_say_is_refused_before_anything_leaves(
    port: Parapheur, pannes: Faults, submission: Callable[..., Submission]
) -> None:
    for refused in (
        submission(visibilite=Visibilite.CONFIDENTIEL),
        submission(key=""),
        submission(key="x" * 200),
        submission(key="a\nb"),
    ):
        with pytest.raises(InvalidInput):
            port.submit(refused)
    assert "POST folder" not in pannes.calls.get("iparapheur", {})


def test_an_unknown_type_is_a_refused_request(port: Parapheur, submission: Callable[..., Submission]) -> None:
    with pytest.raises(InvalidRequest):
        port.submit(submission(sous_type="Inconnu"))
    assert port.sous_types("INCONNU") == ()
    assert port.circuit("INCONNU", "x") == ()


def test_a_missing_metadata_is_a_refused_request(
    port: Parapheur, simulator: Simulator, submission: Callable[..., Submission]
) -> None:
    simulator.iparapheur.exiger_metadonnees("Arrete", "commune")
    with pytest.raises(InvalidRequest):
        port.submit(submission())
    port.submit(submission(metadonnees={"commune": "Arras"}))


def test_typology_circuit_and_account_are_told(
    port: Parapheur, submission: Callable[..., Submission]
) -> None:
    assert port.types() == ("PES", "URBANISME")
    assert port.sous_types("URBANISME") == ("Arrete", "Courrier")
    assert port.circuit(**PLACE) == ()
    port.submit(submission())
    assert [(one.bureau, one.role) for one in port.circuit(**PLACE)] == [
        ("Chef du service ADS", "VISA"),
        ("Le Maire", "SIGNATURE"),
    ]
    assert "Service Web" in port.check()


def test_tenant_and_desk_are_chosen_by_name_and_a_wrong_choice_names_those_there_are(
    rest: IparapheurRest, place: tuple[str, str]
) -> None:
    assert "Service Web" in ParapheurRest(rest, tenant=place[0], bureau="Service Web").check()
    with pytest.raises(ConfigurationError, match="Valmont-les-Tilleuls"):
        ParapheurRest(rest, tenant="Ailleurs").check()
    with pytest.raises(ConfigurationError, match="Service Web"):
        ParapheurRest(rest, bureau="Accueil").check()


def test_a_wrong_password_is_tried_once(connect: Connect, pannes: Faults) -> None:
    client = connect(password="faux")
    for _ in range(3):
        with pytest.raises(AuthenticationRefused, match="Invalid user credentials"):
            client.tenants.lister()
    assert pannes.calls["iparapheur"] == {"POST token": 1}


def test_tokens_end_and_are_renewed_without_anybody_noticing(
    rest: IparapheurRest, simulator: Simulator, horloge: SimClock, pannes: Faults
) -> None:
    rest.tenants.lister()
    horloge.advance(timedelta(minutes=10))
    rest.tenants.lister()
    horloge.advance(timedelta(hours=2))
    rest.tenants.lister()
    simulator.iparapheur_rest.keycloak.revoke()
    rest.tenants.lister()
    assert pannes.calls["iparapheur"]["POST token"] == 4


def test_somebody_elses_desk_and_tenant_are_not_ours(
    rest: IparapheurRest, connect: Connect, described: Any, place: tuple[str, str]
) -> None:
    other = described["iparapheur_rest"]["accounts"][1]
    with pytest.raises(AccessRefused):
        rest.bureaux.lister(other["tenant"])
    agent = described["iparapheur_rest"]["accounts"][0]["agent"]
    with pytest.raises(AccessRefused):
        connect(agent["login"], agent["password"]).dossiers.lister(*place, Etat.BROUILLON)
    with pytest.raises(NotFound):
        rest.bureaux.lister("inconnu")


def test_an_agent_gives_its_visa_through_the_api(
    rest: IparapheurRest, connect: Connect, described: Any, place: tuple[str, str], draft: NouveauDossier
) -> None:
    created = rest.dossiers.creer(*place, draft, demarrer=True)
    found = situation(rest.dossiers.premis(*place, created.id))
    agent = described["iparapheur_rest"]["accounts"][0]["agent"]
    at_desk = connect(agent["login"], agent["password"])
    desk = next(one for one in at_desk.bureaux.lister(place[0]) if one.nom == found.bureaux[0])
    assert [one.id for one in at_desk.dossiers.lister(place[0], desk.id, Etat.A_TRAITER)] == [created.id]
    at_desk.taches.viser(
        Lieu(place[0], desk.id, created.id, found.tache), Annotation(publique="Avis favorable")
    )
    after = situation(rest.dossiers.premis(*place, created.id))
    assert (after.attendues, after.dernier and after.dernier.note) == (("SIGNATURE",), "Avis favorable")
    with pytest.raises(NotReady):
        at_desk.taches.viser(Lieu(place[0], desk.id, created.id, found.tache))


def test_a_folder_that_came_over_soap_is_there_over_rest_and_the_other_way_round(
    rest: IparapheurRest,
    parapheur: Any,
    place: tuple[str, str],
    new_dossier: Callable[..., Any],
    draft: NouveauDossier,
) -> None:
    parapheur.dossiers.creer(new_dossier("soap-01"))
    (seen,) = rest.dossiers.lister(*place, Etat.RECUPERABLE)
    assert seen.nom == "Arrêté de permis de construire"
    assert situation(rest.dossiers.premis(*place, seen.id)).stade is Stade.EN_COURS
    created = rest.dossiers.creer(*place, draft, demarrer=True)
    history = parapheur.dossiers.historique(created.id)
    assert history[-1].status == "EnCoursVisa"


def test_lists_are_read_whole_page_by_page(
    rest: IparapheurRest, place: tuple[str, str], draft: NouveauDossier
) -> None:
    made = {rest.dossiers.creer(*place, draft).id for _ in range(5)}
    first = rest.dossiers.page(*place, Etat.BROUILLON, 0, taille=2)
    last = rest.dossiers.page(*place, Etat.BROUILLON, 2, taille=2)
    assert (first.pages, first.total, first.derniere, len(last.elements), last.derniere) == (
        3,
        5,
        False,
        1,
        True,
    )
    assert {one.id for one in rest.dossiers.lister(*place, Etat.BROUILLON)} == made


def test_the_trash_bin_keeps_a_finished_folder_until_its_administrator_deletes_it(
    rest: IparapheurRest,
    connect: Connect,
    described: Any,
    simulator: Simulator,
    place: tuple[str, str],
    submission: Callable[..., Submission],
    into: Path,
) -> None:
    port = ParapheurRest(rest, corbeille=True)
    submitted = port.submit(submission(sous_type="Courrier"))
    port.start(submitted)
    simulator.iparapheur.signer(submitted.remote_id)
    port.release(submitted.remote_id, rejected=False)
    with pytest.raises(NotFound):
        port.progress(submitted.remote_id)
    with pytest.raises(AccessRefused):
        rest.corbeille.lister(place[0])
    admin = connect(**described["iparapheur_rest"]["admin"])
    (kept,) = admin.corbeille.lister(place[0])
    assert kept.id == submitted.remote_id
    folder = admin.corbeille.telecharger(place[0], kept.id, into=into)
    assert [one.file.nom for one in folder.principaux] == ["arrete.pdf"]
    admin.corbeille.supprimer(place[0], kept.id)
    assert admin.corbeille.lister(place[0]) == ()
    with pytest.raises(NotFound):
        admin.corbeille.supprimer(place[0], kept.id)


def test_a_document_that_is_no_pdf_comes_back_with_its_detached_signatures(
    rest: IparapheurRest, simulator: Simulator, place: tuple[str, str], into: Path
) -> None:
    access = simulator.accesses[0]
    simulator.iparapheur.add_account(
        access.login, access.password, types=(Type.of("COURRIER", ("Courrier",), format=Format.CADES),)
    )
    letter = b"une lettre sans apprets"
    try:
        created = rest.dossiers.creer(
            *place,
            NouveauDossier(
                nom="Une lettre",
                type="COURRIER",
                sous_type="Courrier",
                principaux=(
                    Document(
                        "lettre.txt",
                        Payload.of(letter),
                        "text/plain",
                        signature=Document("avant.p7s", Payload.of(b"-----BEGIN PKCS7-----")),
                    ),
                ),
            ),
            demarrer=True,
        )
        simulator.iparapheur.signer(created.id, by="Le Maire")
        (main,) = rest.dossiers.telecharger(*place, created.id, into=into).principaux
    finally:
        simulator.iparapheur.add_account(access.login, access.password)
    assert main.file.path.read_bytes() == letter
    assert main.file.sha256 == hashlib.sha256(letter).hexdigest()
    assert [one.nom for one in main.signatures] == [
        "lettre-0-signature_externe.p7s",
        "lettre-1-Le Maire.p7s",
    ]
    assert main.signatures[1].size > 500


def test_steps_outside_the_parapheur_are_sent_and_forced(
    rest: IparapheurRest, simulator: Simulator, place: tuple[str, str], arrete: Path
) -> None:
    access = simulator.accesses[0]
    simulator.iparapheur.add_account(access.login, access.password, sous_types=("Notification",))
    try:
        created = rest.dossiers.creer(
            *place,
            NouveauDossier(
                nom="Un arrêté à notifier",
                type="URBANISME",
                sous_type="Notification",
                principaux=(Document("a.pdf", Payload.of(arrete)),),
            ),
            demarrer=True,
        )
        simulator.iparapheur.signer(created.id)
        found = situation(rest.dossiers.premis(*place, created.id))
        assert found.attendues == ("SECURE_MAIL",)
        at = Lieu(*place, created.id, found.tache)
        with pytest.raises(AccessRefused):
            rest.taches.envoyer_par_mail(at, MailSecurise(destinataires=("a@exemple.fr",), objet="Permis"))
        rest.taches.passer_outre(at)
        assert situation(rest.dossiers.premis(*place, created.id)).stade is Stade.TERMINE
    finally:
        simulator.iparapheur.add_account(access.login, access.password)


def test_an_older_generation_has_neither_visa_nor_downstream(
    port: Parapheur, simulator: Simulator, submission: Callable[..., Submission]
) -> None:
    simulator.iparapheur_rest.generation = "5.1"
    submitted = port.submit(submission())
    port.start(submitted)
    assert port.find("OP-0001", **PLACE) is not None
