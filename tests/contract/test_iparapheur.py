"""IparapheurSoap and the parapheur: what each operation does, and what each refusal becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import IparapheurSoap, Secret
from cdg62_connect.errors import (
    AlreadyExists,
    AuthenticationRefused,
    InvalidInput,
    InvalidRequest,
    NotFound,
    NotReady,
    UntrustedServer,
)
from cdg62_connect.iparapheur import (
    ArchivageAction,
    Document,
    NewDossier,
    Progress,
    Visibilite,
    progress,
)
from cdg62_connect.simulator import Faults, SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.transport import BasicAuth, HttpSession, Payload

Make = Callable[..., NewDossier]
OpenSession = Callable[..., HttpSession]

AWKWARD = "Éà œ € « l'été » & <b>"


def states(simulator: Simulator) -> dict[str, dict[str, Any]]:
    return {str(row["dossier_id"]): row for row in simulator.iparapheur.dossiers()}


def test_an_echo_proves_the_address_and_the_account(parapheur: IparapheurSoap) -> None:
    assert AWKWARD in parapheur.echo(AWKWARD)


def test_a_dossier_arrives_with_every_field_it_was_given(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, lot: Path, into: Path
) -> None:
    created = parapheur.dossiers.creer(
        new_dossier(
            titre=AWKWARD,
            annexes=(
                Document("plan de masse (été).pdf", Payload.of(lot / "plan_masse.pdf")),
                Document("notice.txt", Payload.of(b"notice"), content_type="text/plain"),
            ),
            email_emetteur="ads@valmont.example",
            annotation_publique=f"publique {AWKWARD}\nsur deux lignes",
            annotation_privee="privée",
            visibilite=Visibilite.CONFIDENTIEL,
            date_limite=date(2031, 5, 4),
            metadonnees={"commune": "Valmont « été »", "urgent": "true"},
        )
    )
    assert created.dossier_id == "contrat-01"
    assert states(simulator)["contrat-01"]["titre"] == AWKWARD

    back = parapheur.dossiers.recuperer("contrat-01", into=into)
    assert (back.type_technique, back.sous_type) == ("URBANISME", "Courrier")
    assert back.document is not None
    assert back.document.nom == "arrêté.pdf"
    assert back.document.path.read_bytes() == (lot / "arrete.pdf").read_bytes()
    assert [(annexe.nom, annexe.content_type) for annexe in back.annexes] == [
        ("plan de masse (été).pdf", "application/pdf"),
        ("notice.txt", "text/plain"),
    ]
    assert back.annexes[0].path.read_bytes() == (lot / "plan_masse.pdf").read_bytes()
    assert back.annexes[1].path.read_bytes() == b"notice"
    assert back.bordereau is not None
    assert back.bordereau.path.read_bytes().startswith(b"%PDF-")
    assert back.metadonnees == {
        "ph:dossierTitre": AWKWARD,
        "commune": "Valmont « été »",
        "urgent": "true",
    }
    assert back.champs["Visibilite"] == "CONFIDENTIEL"
    assert back.champs["DateLimite"] == "2031-05-04"
    assert back.champs["EmailEmetteur"] == "ads@valmont.example"
    assert back.champs["AnnotationPublique"] == f"publique {AWKWARD}\nsur deux lignes"
    assert back.champs["AnnotationPrivee"] == "privée"
    assert {path.name for path in into.iterdir()} == {
        file.path.name for file in (back.document, *back.annexes, back.bordereau)
    }


def test_a_visa_then_a_signature_end_the_circuit(
    parapheur: IparapheurSoap, simulator: Simulator, horloge: SimClock, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier(sous_type="Arrete"))
    before = progress(parapheur.dossiers.historique("contrat-01"))
    assert (before.progress, before.status, before.signed_by) == (Progress.PENDING, "EnCoursVisa", "")

    simulator.iparapheur.viser("contrat-01", annotation="Conforme au PLU")
    between = parapheur.dossiers.historique("contrat-01")
    assert progress(between).progress is Progress.PENDING
    assert "Conforme au PLU" in [entry.annotation for entry in between]

    horloge.advance(timedelta(hours=3))
    simulator.iparapheur.signer("contrat-01", by="Léa Moreau, maire")
    after = progress(parapheur.dossiers.historique("contrat-01"))
    assert after.progress is Progress.FINISHED
    assert after.signed_by == "Léa Moreau, maire"
    assert after.signed_at is not None
    assert abs(after.signed_at - horloge.now()) < timedelta(milliseconds=1)


@pytest.mark.parametrize("visas", [0, 1])
def test_a_refusal_gives_its_reason_and_its_author(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, visas: int
) -> None:
    parapheur.dossiers.creer(new_dossier(sous_type="Arrete"))
    for _ in range(visas):
        simulator.iparapheur.viser("contrat-01")
    simulator.iparapheur.refuser("contrat-01", motif="Pièce « PC2 » manquante", by="Le Maire")

    state = progress(parapheur.dossiers.historique("contrat-01"))
    assert state.progress is Progress.REJECTED
    assert state.status == ("RejetVisa", "RejetSignataire")[visas]
    assert (state.by, state.reason) == ("Le Maire", "Pièce « PC2 » manquante")


def test_a_signature_on_paper_ends_the_circuit_and_leaves_the_document_as_it_was(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, arrete: Path, into: Path
) -> None:
    parapheur.dossiers.creer(new_dossier())
    simulator.iparapheur.signer("contrat-01", papier=True)

    state = progress(parapheur.dossiers.historique("contrat-01"))
    assert (state.progress, state.signed_by) == (Progress.FINISHED, "Le Maire")
    document = parapheur.dossiers.recuperer("contrat-01", into=into).document
    assert document is not None
    assert document.path.read_bytes() == arrete.read_bytes()


@pytest.mark.parametrize("action", list(ArchivageAction))
def test_a_finished_dossier_leaves_the_parapheur(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, action: ArchivageAction
) -> None:
    parapheur.dossiers.creer(new_dossier())
    simulator.iparapheur.signer("contrat-01")
    assert "contrat-01" in parapheur.dossiers.archiver("contrat-01", action=action).message

    gone = states(simulator)["contrat-01"]
    assert (gone["deleted"], gone["archived"]) == (
        action is ArchivageAction.EFFACER,
        action is ArchivageAction.ARCHIVER,
    )
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("contrat-01")


def test_a_dossier_whose_circuit_goes_on_cannot_be_archived(
    parapheur: IparapheurSoap, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier())
    with pytest.raises(NotReady, match="n'est pas archivable"):
        parapheur.dossiers.archiver("contrat-01")
    assert parapheur.dossiers.historique("contrat-01")


def test_a_rejected_dossier_can_be_deleted_and_only_a_rejected_one(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier())
    with pytest.raises(NotReady):
        parapheur.dossiers.effacer_rejete("contrat-01")
    simulator.iparapheur.refuser("contrat-01", motif="Erreur de commune")
    with pytest.raises(NotReady):
        parapheur.dossiers.archiver("contrat-01")
    parapheur.dossiers.effacer_rejete("contrat-01")
    assert states(simulator)["contrat-01"]["deleted"] is True
    with pytest.raises(NotFound):
        parapheur.dossiers.effacer_rejete("contrat-01")


def test_a_key_is_taken_once(parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make) -> None:
    parapheur.dossiers.creer(new_dossier())
    with pytest.raises(AlreadyExists) as refused:
        parapheur.dossiers.creer(new_dossier(titre="Un autre document"))
    assert "déjà présent" in refused.value.said
    assert states(simulator)["contrat-01"]["cree_n"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sous_type": "Inconnu"},
        {"type_technique": "MARCHES"},
        {"document": Document("lettre.pdf", Payload.of(b"Ceci n'est pas un PDF."))},
    ],
    ids=["sous-type inconnu", "type inconnu", "pas un PDF"],
)
def test_what_the_parapheur_does_not_accept_is_an_invalid_request_and_creates_nothing(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parapheur.dossiers.creer(new_dossier(**changes))
    assert refused.value.said
    assert not isinstance(refused.value, AlreadyExists)
    assert states(simulator) == {}


@pytest.mark.parametrize("key", ["", "a/b", "a  b", "été:1", "x" * 601])
def test_a_key_that_the_parapheur_would_refuse_never_leaves(
    parapheur: IparapheurSoap, pannes: Faults, new_dossier: Make, key: str
) -> None:
    with pytest.raises(InvalidInput):
        parapheur.dossiers.creer(new_dossier(key))
    assert pannes.calls == {}


def test_the_longest_and_most_awkward_key_comes_back_as_it_was(
    parapheur: IparapheurSoap, new_dossier: Make, into: Path
) -> None:
    key = "clé d'été (n° 1) – œ€ " + "x" * 500
    parapheur.dossiers.creer(new_dossier(key))
    assert parapheur.dossiers.historique(key)
    assert parapheur.dossiers.recuperer(key, into=into).dossier_id == key


def test_an_unknown_dossier_is_not_found_whatever_is_asked_of_it(
    parapheur: IparapheurSoap, into: Path
) -> None:
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("jamais-vu")
    with pytest.raises(NotFound):
        parapheur.dossiers.recuperer("jamais-vu", into=into)
    with pytest.raises(NotFound):
        parapheur.dossiers.archiver("jamais-vu")
    with pytest.raises(NotFound):
        parapheur.dossiers.effacer_rejete("jamais-vu")
    assert list(into.iterdir()) == []


def test_an_account_does_not_see_the_dossiers_of_another(
    parapheur: IparapheurSoap, described: Any, parapheur_session: OpenSession, new_dossier: Make, into: Path
) -> None:
    parapheur.dossiers.creer(new_dossier())
    other = described["iparapheur_soap"]["accounts"][1]
    neighbour = IparapheurSoap(parapheur_session(auth=BasicAuth(other["login"], Secret(other["password"]))))
    with pytest.raises(NotFound):
        neighbour.dossiers.historique("contrat-01")
    with pytest.raises(NotFound):
        neighbour.dossiers.recuperer("contrat-01", into=into)
    with pytest.raises(AlreadyExists):
        neighbour.dossiers.creer(new_dossier())


def test_a_wrong_password_is_refused_before_anything(
    described: Any, parapheur_session: OpenSession, simulator: Simulator, new_dossier: Make
) -> None:
    stranger = IparapheurSoap(
        parapheur_session(auth=BasicAuth(described["iparapheur_soap"]["login"], Secret("faux")))
    )
    with pytest.raises(AuthenticationRefused):
        stranger.echo("bonjour")
    with pytest.raises(AuthenticationRefused):
        stranger.dossiers.creer(new_dossier())
    assert states(simulator) == {}


def test_an_address_without_account_is_refused(parapheur_session: OpenSession) -> None:
    with pytest.raises(AuthenticationRefused):
        IparapheurSoap(parapheur_session(auth=None)).echo("bonjour")


@pytest.fixture
def over_tls(simulator: Simulator) -> Any:
    with SimulatorServer(simulator, tls=True) as server:
        yield server.describe()["iparapheur_soap"]["url"]


def test_a_parapheur_over_tls_is_trusted_by_its_own_authority_only(
    over_tls: str,
    simulator: Simulator,
    parapheur_session: OpenSession,
    other_authority: TestAuthority,
    new_dossier: Make,
) -> None:
    trusting = IparapheurSoap(parapheur_session(url=over_tls, ca=simulator.authority.ca))
    assert "bonjour" in trusting.echo("bonjour")

    for ca in (other_authority.ca, None):
        wary = IparapheurSoap(parapheur_session(url=over_tls, ca=ca))
        with pytest.raises(UntrustedServer):
            wary.echo("bonjour")
        with pytest.raises(UntrustedServer):
            wary.dossiers.creer(new_dossier())
    assert states(simulator) == {}
