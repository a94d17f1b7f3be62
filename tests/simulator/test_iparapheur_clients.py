"""Our client against the simulated parapheur, on both endpoints: two readings of one protocol must agree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import (
    AlreadyExists,
    AnswerLost,
    AuthenticationRefused,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import (
    Document,
    IparapheurSoap,
    NewDossier,
    Progress,
    RetrievedFile,
    Visibilite,
    progress,
)
from cdg62_connect.settings.secret import Secret
from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.transport import BasicAuth, HttpSession, Payload, RetryPolicy

SLIP = "iParapheur_impression_dossier.pdf"

Connect = Callable[..., IparapheurSoap]


@pytest.fixture(params=["url", "url_mtom"])
def connect(server: SimulatorServer, request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Opens a client on one endpoint."""
    described: Any = server.describe()["iparapheur_soap"]
    opened: list[HttpSession] = []

    def one(*, password: str = described["password"], attempts: int = 1) -> IparapheurSoap:
        session = HttpSession(
            described[request.param],
            platform="iparapheur",
            auth=BasicAuth(described["login"], Secret(password)),
            retry=RetryPolicy(attempts=attempts),
            clock=SimClock(),
        )
        opened.append(session)
        return IparapheurSoap(session)

    yield one
    for session in opened:
        session.close()


@pytest.fixture
def parapheur(connect: Connect) -> IparapheurSoap:
    return connect()


@pytest.fixture
def new_dossier(document: bytes) -> Callable[..., NewDossier]:
    def build(**changes: Any) -> NewDossier:
        fields: dict[str, Any] = {
            "dossier_id": "ads-01",
            "titre": "Arrêté & permis",
            "type_technique": "URBANISME",
            "sous_type": "Courrier",
            "document": Document("arrêté.pdf", Payload.of(document)),
        }
        return NewDossier(**{**fields, **changes})

    return build


def content(file: RetrievedFile | None) -> bytes:
    assert file is not None
    data = file.path.read_bytes()
    assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return data


def test_a_dossier_lives_its_whole_life(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Any, document: bytes, tmp_path: Path
) -> None:
    traps = b"\r\n--uuid:0\r\n\x00</DocAnnexe>--", b"x" * 300_000, b"\n"
    annexes = tuple(Document(f"{n}.bin", Payload.of(trap), "text/plain") for n, trap in enumerate(traps))
    sent = new_dossier(
        annexes=annexes,
        annotation_publique="à signer\nvite",
        visibilite=Visibilite.CONFIDENTIEL,
        metadonnees={"commune": "Arras"},
    )
    created = parapheur.dossiers.creer(sent)
    assert (created.dossier_id, created.message) == (
        "ads-01",
        "Dossier Arrêté & permis soumis dans le circuit",
    )
    with pytest.raises(AlreadyExists):
        parapheur.dossiers.creer(sent)
    assert progress(parapheur.dossiers.historique("ads-01")).progress is Progress.PENDING
    with pytest.raises(NotReady):
        parapheur.dossiers.archiver("ads-01")

    simulator.iparapheur.signer("ads-01")

    assert progress(parapheur.dossiers.historique("ads-01")).progress is Progress.FINISHED
    back = parapheur.dossiers.recuperer("ads-01", into=tmp_path)
    assert content(back.document).startswith(document)
    assert (back.document.nom, back.document.content_type) == ("arrêté.pdf", "application/pdf")
    assert [(one.nom, one.content_type, content(one)) for one in back.annexes] == [
        (f"{n}.bin", "text/plain", trap) for n, trap in enumerate(traps)
    ]
    assert content(back.bordereau).startswith(b"%PDF")
    assert back.bordereau.nom == SLIP
    assert back.metadonnees == {"ph:dossierTitre": "Arrêté & permis", "commune": "Arras"}
    assert back.champs == {
        "AnnotationPublique": "à signer\nvite",
        "Visibilite": "CONFIDENTIEL",
        "DateLimite": "",
    }
    assert len(list(tmp_path.iterdir())) == 5

    assert parapheur.dossiers.archiver("ads-01").message == "Dossier ads-01 supprimé du Parapheur."
    with pytest.raises(NotFound):
        parapheur.dossiers.archiver("ads-01")
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("ads-01")
    with pytest.raises(NotFound):
        parapheur.dossiers.recuperer("ads-01", into=tmp_path)


def test_a_rejected_dossier_is_cleared(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Any
) -> None:
    parapheur.dossiers.creer(new_dossier())
    with pytest.raises(NotReady):
        parapheur.dossiers.effacer_rejete("ads-01")
    simulator.iparapheur.refuser("ads-01", motif="Pièce manquante")
    state = progress(parapheur.dossiers.historique("ads-01"))
    assert (state.progress, state.reason) == (Progress.REJECTED, "Pièce manquante")
    parapheur.dossiers.effacer_rejete("ads-01")
    with pytest.raises(NotFound):
        parapheur.dossiers.effacer_rejete("ads-01")


def test_the_echo_and_the_refusals_are_understood(
    parapheur: IparapheurSoap, connect: Connect, new_dossier: Any, simulator: Simulator
) -> None:
    assert "cœur & été" in parapheur.echo("cœur & été")
    with pytest.raises(InvalidRequest):
        parapheur.dossiers.creer(new_dossier(sous_type="Inconnu"))
    with pytest.raises(AuthenticationRefused):
        connect(password="faux").echo("a")


@pytest.mark.parametrize(
    ("effet", "on_read", "on_effect"),
    [
        ("couper", AnswerLost, OutcomeUnknown),
        ("tronquer", AnswerLost, OutcomeUnknown),
        ("http_500", Unavailable, OutcomeUnknown),
        ("http_503", Unavailable, OutcomeUnknown),
        ("html", UnreadableAnswer, OutcomeUnknown),
    ],
)
def test_what_breaks_is_told_as_it_is(
    parapheur: IparapheurSoap,
    simulator: Simulator,
    new_dossier: Any,
    tmp_path: Path,
    effet: str,
    on_read: type[Exception],
    on_effect: type[Exception],
) -> None:
    for operation in ("CreerDossier", "GetDossier"):
        simulator.faults.add(
            {"plateforme": "iparapheur", "operation": operation, "effet": effet, "moment": "apres"}
        )
    with pytest.raises(on_effect):
        parapheur.dossiers.creer(new_dossier())
    assert parapheur.dossiers.historique("ads-01")
    with pytest.raises(on_read):
        parapheur.dossiers.recuperer("ads-01", into=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert parapheur.dossiers.recuperer("ads-01", into=tmp_path).document is not None
    assert simulator.faults.unmet() == []


def test_a_read_cut_in_the_middle_is_repeated_and_leaves_no_half_file(
    connect: Connect, simulator: Simulator, new_dossier: Any, tmp_path: Path
) -> None:
    parapheur = connect(attempts=3)
    parapheur.dossiers.creer(new_dossier())
    simulator.faults.add(
        {"plateforme": "iparapheur", "operation": "GetDossier", "effet": "tronquer", "fois": 2}
    )
    parapheur.dossiers.recuperer("ads-01", into=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert simulator.faults.calls["iparapheur"]["GetDossier"] == 3
