"""What our client makes of each refusal of the parapheur, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import HttpSession, IparapheurSoap
from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import (
    OPERATIONS,
    CodeTransition,
    Document,
    NewDossier,
    NewDossierPES,
    NotEmitted,
)
from cdg62_connect.simulator import Simulator, SimulatorServer
from cdg62_connect.simulator.catalogue import on_demand
from cdg62_connect.transport import ClientCertificate, Payload

OpenSession = Callable[..., HttpSession]
Make = Callable[..., NewDossier]

FRONT: dict[str, type[PlatformError]] = {
    "certificat_absent": AuthenticationRefused,
    "identifiants_faux": AuthenticationRefused,
    "demande_trop_grosse": InvalidRequest,
}
EFFECT: dict[str, type[PlatformError]] = {
    **FRONT,
    "demande_illisible": OutcomeUnknown,
    "faute_soap": OutcomeUnknown,
    "sans_retour": OutcomeUnknown,
    "retour_vide": OutcomeUnknown,
}
READ: dict[str, type[PlatformError]] = {
    **FRONT,
    "demande_illisible": Unavailable,
    "faute_soap": Unavailable,
}
ABOUT: dict[str, type[PlatformError]] = {**READ, "introuvable": NotFound}
GONE: dict[str, type[PlatformError]] = {**EFFECT, "introuvable": NotFound}
UNPROVED: dict[str, type[PlatformError]] = {"sans_retour": UnreadableAnswer, "retour_vide": UnreadableAnswer}
CREATION: dict[str, type[PlatformError]] = {
    **EFFECT,
    "sous_type_inconnu": InvalidRequest,
    "deja_present": AlreadyExists,
    "metadonnee_manquante": InvalidRequest,
    "sans_nom": InvalidRequest,
    "identifiant_invalide": InvalidRequest,
    "visibilite_inconnue": InvalidRequest,
    "date_limite_invalide": InvalidRequest,
    "sans_document": InvalidRequest,
    "document_invalide": InvalidRequest,
    "pes_invalide": InvalidRequest,
}
EXPECTED: dict[str, dict[str, type[PlatformError]]] = {
    "echo": READ,
    "GetListeTypes": READ,
    "GetListeSousTypes": READ,
    "GetCircuit": READ,
    "GetListeMetaDonnees": READ,
    "GetMetaDonneesRequisesPourTypeSoustype": READ,
    "RechercherDossiers": READ,
    "CreerDossier": {**CREATION, "circuit_invalide": InvalidRequest},
    "CreerDossierPES": CREATION,
    "GetHistoDossier": {**ABOUT, "sans_retour": NotFound, "retour_vide": NotFound},
    "GetDossier": {**ABOUT, **UNPROVED},
    "ArchiverDossier": {**GONE, "pas_archivable": NotReady, "action_inconnue": Refused},
    "EffacerDossierRejete": {**GONE, "pas_rejete": NotReady},
    "ExercerDroitRemordDossier": {**GONE, "pas_emis": NotEmitted, "trop_tard": Refused},
    "ForcerEtape": {
        **GONE,
        "pas_sur_le_bureau": AccessRefused,
        "etape_non_forcable": Refused,
        "transition_inconnue": Refused,
    },
    "EnvoyerDossierTdT": {**GONE, "pas_a_teletransmettre": NotReady},
    "EnvoyerDossierPES": {**GONE, "pas_a_teletransmettre": NotReady},
    "GetStatutTdT": {**ABOUT, **UNPROVED, "pas_transmis": NotReady},
    "GetClassificationActesTdt": {**READ, **UNPROVED, "pas_de_classification": NotReady},
    "EnvoyerDossierMailSecurise": {
        **GONE,
        "adresse_invalide": InvalidRequest,
        "mail_sans_objet": InvalidRequest,
    },
}


def calls(parapheur: IparapheurSoap, dossier: NewDossier, into: Path) -> dict[str, Callable[[], object]]:
    return {
        "CreerDossier": lambda: parapheur.dossiers.creer(dossier),
        "GetHistoDossier": lambda: parapheur.dossiers.historique("contrat-01"),
        "GetDossier": lambda: parapheur.dossiers.recuperer("contrat-01", into=into),
        "ArchiverDossier": lambda: parapheur.dossiers.archiver("contrat-01"),
        "EffacerDossierRejete": lambda: parapheur.dossiers.effacer_rejete("contrat-01"),
        "echo": lambda: parapheur.echo("bonjour"),
        "GetListeTypes": parapheur.typologie.types,
        "GetListeSousTypes": lambda: parapheur.typologie.sous_types("URBANISME"),
        "GetCircuit": lambda: parapheur.typologie.circuit("URBANISME", "Arrete"),
        "GetListeMetaDonnees": parapheur.typologie.metadonnees,
        "GetMetaDonneesRequisesPourTypeSoustype": lambda: parapheur.typologie.metadonnees_requises(
            "URBANISME", "Arrete"
        ),
        "RechercherDossiers": lambda: parapheur.dossiers.rechercher(status="Archive"),
        "ExercerDroitRemordDossier": lambda: parapheur.dossiers.exercer_droit_de_remords("contrat-01"),
        "ForcerEtape": lambda: parapheur.dossiers.forcer_etape("contrat-01", CodeTransition.OK),
        "EnvoyerDossierTdT": lambda: parapheur.tdt.envoyer("contrat-01"),
        "EnvoyerDossierPES": lambda: parapheur.tdt.envoyer_pes("contrat-01"),
        "GetStatutTdT": lambda: parapheur.tdt.statut("contrat-01"),
        "GetClassificationActesTdt": lambda: parapheur.tdt.classification(into=into),
        "EnvoyerDossierMailSecurise": lambda: parapheur.mail_securise.envoyer(
            "contrat-01", destinataire="a@b.example", objet="Objet", message="Bonjour"
        ),
        "CreerDossierPES": lambda: parapheur.tdt.creer_pes(
            NewDossierPES(
                dossier_id="contrat-01",
                type_technique="URBANISME",
                sous_type="Courrier",
                email_emetteur="a@b.example",
                pes=Document("pes.xml", Payload.of(b"<PES_Aller/>"), "application/xml"),
                visuel=dossier.document,
                xpath_signature=".",
            )
        ),
    }


def test_the_table_speaks_of_every_refusal_that_can_be_ordered() -> None:
    assert set(EXPECTED) == {name for name, operation in OPERATIONS.items() if operation.method}
    for operation, table in EXPECTED.items():
        assert set(table) == set(on_demand("iparapheur", operation)), operation


@pytest.mark.parametrize("mtom", [False, True], ids=["sans MTOM", "avec MTOM"])
@pytest.mark.parametrize(
    ("operation", "nom"), [(operation, nom) for operation, table in EXPECTED.items() for nom in table]
)
def test_a_refusal_raises_what_it_means(
    parapheur_session: OpenSession,
    described: Any,
    simulator: Simulator,
    pannes: Any,
    new_dossier: Make,
    into: Path,
    operation: str,
    nom: str,
    mtom: bool,
) -> None:
    expected = EXPECTED[operation][nom]
    rule = {"operation": operation, "effet": "refus", "refus": nom}
    pannes.add({"plateforme": "iparapheur", **rule})
    parapheur = IparapheurSoap(
        parapheur_session(url=described["iparapheur_soap"]["url_mtom" if mtom else "url"])
    )

    with pytest.raises(expected) as raised:
        calls(parapheur, new_dossier(), into)[operation]()

    assert raised.type is expected
    assert simulator.iparapheur.dossiers() == []
    assert list(into.iterdir()) == []
    assert raised.value.advice


def test_a_metadata_that_is_demanded_is_a_request_to_correct(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    simulator.iparapheur.exiger_metadonnees("Courrier", "commune")
    with pytest.raises(InvalidRequest, match="mandatory metadata"):
        parapheur.dossiers.creer(new_dossier())
    parapheur.dossiers.creer(new_dossier(metadonnees={"commune": "Arras"}))


def test_a_parapheur_that_wants_a_certificate_says_so_to_who_has_none(
    simulator: Simulator, parapheur_session: OpenSession, new_dossier: Make
) -> None:
    simulator.iparapheur.certificat_exige = True
    with SimulatorServer(simulator, tls=True) as server:
        described: Any = server.describe()
        terms = {"url": described["iparapheur_soap"]["url"], "ca": Path(described["s2low"]["ca"])}
        with pytest.raises(AuthenticationRefused) as refused:
            IparapheurSoap(parapheur_session(**terms)).dossiers.creer(new_dossier())
        assert "certificat" in refused.value.advice

        first = simulator.accesses[0]
        certificate = ClientCertificate(first.certificate, first.key)
        IparapheurSoap(parapheur_session(**terms, certificate=certificate)).dossiers.creer(new_dossier())


@pytest.mark.parametrize("kind", ["inconnu", "expire", "revoque"])
def test_a_certificate_that_the_parapheur_does_not_accept_is_said_to_be_so(
    simulator: Simulator, parapheur_session: OpenSession, new_dossier: Make, kind: str
) -> None:
    presented = getattr(simulator.certificates, kind)
    with SimulatorServer(simulator, tls=True) as server:
        described: Any = server.describe()
        session = parapheur_session(
            url=described["iparapheur_soap"]["url"],
            ca=Path(described["s2low"]["ca"]),
            certificate=ClientCertificate(presented.certificate, presented.key),
        )
        with pytest.raises(AuthenticationRefused, match="certificat client"):
            IparapheurSoap(session).dossiers.creer(new_dossier())
    assert simulator.iparapheur.dossiers() == []
