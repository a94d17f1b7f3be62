"""What comes back is verified: whatever the format of the signature, a document is signed when that is proven."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import IparapheurSoap, Secret
from cdg62_connect.formats import SignatureKind
from cdg62_connect.iparapheur import (
    Document,
    DocumentVerdict,
    Evidence,
    Parapheur,
    SoapParapheur,
    Submission,
    verify_evidence,
)
from cdg62_connect.iparapheur.rest_v5 import Compte, IparapheurRest, ParapheurRest
from cdg62_connect.simulator import SimClock, Simulator
from cdg62_connect.simulator.iparapheur import Acte as Geste
from cdg62_connect.simulator.iparapheur import Etape, Format, Protocole, SousType, Type
from cdg62_connect.transport import BasicAuth, Payload

PES = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="PES1">
<PES_DepenseAller><Bordereau Id="B1"><Lib V="D\xe9pense"/></Bordereau><Bordereau Id="B2"/></PES_DepenseAller>
</n:PES_Aller>
"""
MAIRE, CHEF = Etape(Geste.SIGNATURE, "Le Maire"), Etape(Geste.VISA, "Chef du service")
TYPES = (
    Type(
        "URBANISME",
        {
            "Signe": SousType("Signe", (MAIRE,), multidoc=True),
            "Deux": SousType("Deux", (MAIRE, MAIRE)),
            "Vise": SousType("Vise", (CHEF,)),
        },
    ),
    Type("DETACHE", {"Deux": SousType("Deux", (MAIRE, MAIRE), multidoc=True)}, format=Format.CADES),
    Type("PES", {"Mandats": SousType("Mandats", (MAIRE,))}, protocole=Protocole.HELIOS),
)
Judge = Callable[..., tuple[DocumentVerdict, ...]]


@pytest.fixture(params=["soap", "rest"])
def port(
    request: pytest.FixtureRequest, described: Any, simulator: Simulator, open_session: Any
) -> Parapheur:
    """An account that may use each format, through each protocol."""
    simulator.iparapheur.add_account("ads@demo", "secret", types=TYPES, nom="Service ADS")
    if request.param == "soap":
        auth = BasicAuth("ads@demo", Secret("secret"))
        session = open_session(described["iparapheur_soap"]["url"], platform="iparapheur", auth=auth)
        return SoapParapheur(IparapheurSoap(session))

    session = open_session(described["iparapheur_rest"]["url"], platform="iparapheur")
    return ParapheurRest(IparapheurRest(session, compte=Compte("ads@demo", Secret("secret"))))


@pytest.fixture
def through(port: Parapheur, simulator: Simulator, into: Path) -> Callable[..., Evidence]:
    """A dossier through its circuit: submitted, played by its people, collected."""

    def go(
        *documents: Document, type: str, sous_type: str, xpath: str = "", hands: int = 1, key: str = "OP-1"
    ) -> Evidence:
        submitted = port.submit(
            Submission(
                key=key,
                titre="Un dossier",
                type=type,
                sous_type=sous_type,
                documents=documents,
                xpath_signature=xpath,
            )
        )
        port.start(submitted)
        for rank in range(hands):
            simulator.iparapheur.signer(submitted.remote_id, by=f"Signataire {rank + 1}")
        return port.collect(submitted.remote_id, into=into, limit=50_000_000)

    return go


@pytest.fixture
def judged(simulator: Simulator, horloge: SimClock) -> Judge:
    def of(evidence: Evidence, **changes: Any) -> tuple[DocumentVerdict, ...]:
        moment = horloge.now() + timedelta(minutes=1)
        return verify_evidence(evidence, **{"anchors": [simulator.authority.ca], "moment": moment, **changes})

    return of


def odt(nom: str, content: bytes = b"PK\x03\x04 un texte") -> Document:
    return Document(nom, Payload.of(content), "application/vnd.oasis.opendocument.text")


def test_a_signature_within_a_pdf_is_verified(
    through: Callable[..., Evidence], judged: Judge, arrete: Path, simulator: Simulator
) -> None:
    evidence = through(
        Document("arrete.pdf", Payload.of(arrete)), odt("note.odt"), type="URBANISME", sous_type="Signe"
    )
    pdf, note = judged(evidence)
    assert (pdf.nom, pdf.signed, pdf.trusted, pdf.problem) == ("arrete.pdf", True, True, "")
    assert pdf.embedded is not None
    assert pdf.embedded.kind is SignatureKind.PADES
    assert pdf.signers == ("Signataire 1",)
    assert (note.nom, note.trusted, note.embedded) == ("note.odt", True, None)
    assert [one.kind for one in note.detached] == [SignatureKind.CADES]
    nobody = judged(evidence, anchors=[])
    assert [(one.signed, one.trusted) for one in nobody] == [(True, False)] * 2


def test_each_of_several_detached_signatures_is_verified_and_a_changed_byte_is_seen(
    through: Callable[..., Evidence], judged: Judge, arrete: Path
) -> None:
    evidence = through(
        Document("arrete.pdf", Payload.of(arrete)), odt("b.odt"), type="DETACHE", sous_type="Deux", hands=2
    )
    for verdict in judged(evidence):
        assert (verdict.signed, verdict.trusted, verdict.embedded) == (True, True, None)
        assert verdict.signers == ("Signataire 1", "Signataire 2")
        assert [one.signer for one in verdict.signatures] == ["Signataire 1", "Signataire 2"]
    first = evidence.documents[0].file.path
    first.write_bytes(first.read_bytes() + b"\n")
    changed, other = judged(evidence)
    assert not changed.signed
    assert "modifié" in changed.problem
    assert other.signed


def test_the_signatures_within_a_pes_are_verified(
    through: Callable[..., Evidence], judged: Judge, port: Parapheur
) -> None:
    ways = {"//Bordereau": ["B1", "B2"], ".": ["PES1"]}
    if isinstance(port, ParapheurRest):
        del ways["."]  # REST does not say where the signature goes
    for rank, (xpath, targets) in enumerate(ways.items()):
        pes = Document("pes.xml", Payload.of(PES), "application/xml")
        evidence = through(pes, type="PES", sous_type="Mandats", xpath=xpath, key=f"PES-{rank}")
        (verdict,) = judged(evidence)
        assert (verdict.signed, verdict.trusted, verdict.problem) == (True, True, "")
        assert verdict.embedded is not None
        assert verdict.embedded.kind is SignatureKind.XADES
        assert [getattr(one, "target", "") for one in verdict.signatures] == targets
        path = evidence.documents[0].file.path
        path.write_bytes(path.read_bytes().replace(b'V="D\xe9pense"', b'V="Recette"'))
        (altered,) = judged(evidence)
        assert not altered.signed


def test_a_circuit_that_ended_is_no_signature(
    port: Parapheur, simulator: Simulator, judged: Judge, arrete: Path, into: Path
) -> None:
    submitted = port.submit(
        Submission(
            key="OP-1",
            titre="Un avis",
            type="URBANISME",
            sous_type="Vise",
            documents=(Document("avis.pdf", Payload.of(arrete)),),
        )
    )
    port.start(submitted)
    simulator.iparapheur.viser(submitted.remote_id)
    (verdict,) = judged(port.collect(submitted.remote_id, into=into, limit=50_000_000))
    assert (verdict.signed, verdict.problem) == (False, "Le document n'est pas signé.")


def test_what_cannot_be_verified_is_never_taken_for_a_signature(
    through: Callable[..., Evidence], judged: Judge, port: Parapheur, arrete: Path
) -> None:
    evidence = through(Document("arrete.pdf", Payload.of(arrete)), type="DETACHE", sous_type="Deux", hands=2)
    (document,) = evidence.documents
    first = document.signatures[0].path
    with zipfile.ZipFile(first, "w") as archive:
        archive.writestr("../1.p7s", b"0")
    (hostile,) = judged(evidence)
    first.write_bytes(b"<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>")
    (apart,) = judged(evidence)
    first.write_bytes(b"rien")
    (unreadable,) = judged(evidence)
    assert [one.signed for one in (hostile, apart, unreadable)] == [False] * 3
    assert "ZIP" in hostile.problem
    assert "XAdES détachée" in apart.problem
    assert "illisible" in unreadable.problem
