"""Somebody else's SOAP client, bound to the contract that the simulator serves, and ours, on the same dossiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
import zeep.exceptions
from zeep.transports import Transport

from cdg62_connect import IparapheurSoap
from cdg62_connect.iparapheur import NewDossier
from cdg62_connect.simulator import Simulator


@pytest.fixture(params=["url", "url_mtom"])
def service(described: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    access = described["iparapheur_soap"]
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (access["login"], access["password"])
        transport = Transport(session=session, timeout=20, operation_timeout=20)
        yield zeep.Client(access[request.param] + "?wsdl", transport=transport).service


def whole(document: Any) -> bytes:
    """The bytes of a document, but for its last line end, which zeep drops from an attachment."""
    return bytes(document["_value_1"]).rstrip()


def test_zeep_creates_and_follows_a_dossier_that_our_client_sees_too(
    service: Any, parapheur: IparapheurSoap, simulator: Simulator, arrete: Path, into: Path
) -> None:
    created = service.CreerDossier(
        TypeTechnique="URBANISME",
        SousType="Arrete",
        DossierID="tiers-01",
        DossierTitre="Arrêté d'un tiers",
        DocumentPrincipal={"_value_1": arrete.read_bytes(), "contentType": "application/pdf"},
        NomDocPrincipal="arrêté.pdf",
        Visibilite="SERVICE",
    )
    assert created.MessageRetour.codeRetour == "OK"

    simulator.iparapheur.viser("tiers-01")
    simulator.iparapheur.signer("tiers-01")
    theirs = service.GetHistoDossier("tiers-01").LogDossier
    ours = parapheur.dossiers.historique("tiers-01")
    assert [(one.timestamp, one.nom, one.status, one.annotation or "") for one in theirs] == [
        (one.timestamp, one.nom, one.status, one.annotation) for one in ours
    ]
    document = parapheur.dossiers.recuperer("tiers-01", into=into).document
    assert document is not None
    assert whole(service.GetDossier("tiers-01").DocPrincipal) == document.path.read_bytes().rstrip()

    assert (
        service.ArchiverDossier(DossierID="tiers-01", ArchivageAction="EFFACER").MessageRetour.codeRetour
        == "OK"
    )
    assert (
        service.ArchiverDossier(DossierID="tiers-01", ArchivageAction="EFFACER").MessageRetour.codeRetour
        == "KO"
    )


def test_zeep_sees_what_our_client_created(
    service: Any, parapheur: IparapheurSoap, new_dossier: Callable[..., NewDossier], arrete: Path
) -> None:
    parapheur.dossiers.creer(new_dossier(titre="Arrêté « d'été »", metadonnees={"commune": "Valmont"}))
    seen = service.GetDossier("contrat-01")
    assert whole(seen.DocPrincipal) == arrete.read_bytes().rstrip()
    assert seen.NomDocPrincipal == "arrêté.pdf"
    assert {one.nom: one.valeur for one in seen.MetaDonnees.MetaDonnee} == {
        "ph:dossierTitre": "Arrêté « d'été »",
        "commune": "Valmont",
    }
    refused = service.CreerDossier(
        TypeTechnique="URBANISME",
        SousType="Courrier",
        DossierID="contrat-01",
        DocumentPrincipal={"_value_1": arrete.read_bytes(), "contentType": "application/pdf"},
        Visibilite="SERVICE",
    )
    assert refused.MessageRetour.codeRetour == "KO"
    assert "déjà présent" in refused.MessageRetour.message


def test_the_contract_lists_types_sous_types_and_circuits(service: Any) -> None:
    assert service.GetListeTypes() == ["URBANISME", "PES"]
    assert service.GetListeSousTypes("URBANISME") == ["Arrete", "Courrier"]
    circuit = service.GetCircuit(TypeTechnique="URBANISME", SousType="Arrete")
    steps = circuit if isinstance(circuit, list) else circuit.EtapeCircuit
    assert [step.Role for step in steps] == ["VISEUR", "SIGNATAIRE", "ARCHIVAGE"]
