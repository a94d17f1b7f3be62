"""What the préfecture writes about an acte, and what the authority answers."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import S2low
from cdg62_connect.errors import AccessRefused, InvalidRequest, NotFound, OutcomeUnknown
from cdg62_connect.s2low import (
    ActeFile,
    Envoi,
    NewActe,
    NewReponse,
    PaperMode,
    TransactionLiee,
    TypeTransaction,
)
from cdg62_connect.simulator import VALMONT, Faults, Simulator
from cdg62_connect.transport import HttpSession, Payload

Make = Callable[..., NewActe]
OpenSession = Callable[..., HttpSession]

pytestmark = pytest.mark.usefixtures("profile")


@pytest.fixture(params=["v4", "v5", "next"])
def profile(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    monkeypatch.setattr(simulator.s2low, "profile", request.param)
    return request.param


@pytest.fixture
def acte(s2low: S2low, simulator: Simulator, new_acte: Make) -> int:
    """An acknowledged acte."""
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    return transaction


@pytest.fixture
def document(arrete: Path) -> ActeFile:
    return ActeFile("réponse.pdf", Payload.of(arrete))


def test_a_request_for_pieces_is_read_then_answered(
    s2low: S2low, simulator: Simulator, acte: int, document: ActeFile, lot: Path, into: Path
) -> None:
    assert s2low.actes.prefecture.non_lus() == ()
    assert s2low.actes.prefecture.liees(acte) == ()
    simulator.s2low.ecrire(acte, "demande_pieces", texte="Envoyez le plan")

    (message,) = s2low.actes.prefecture.non_lus()
    assert (message.type, message.acte, message.number) == (
        TypeTransaction.DEMANDE_DE_PIECES,
        acte,
        "PC62991_26A0012",
    )
    assert message.unique_id.endswith("-PC62991_26A0012-AI")
    (related,) = s2low.actes.prefecture.liees(acte)
    assert (related.type, related.id) == (3, message.id)

    archive = s2low.actes.prefecture.telecharger(message.id, into=into)
    with tarfile.open(archive.path) as members:
        names = members.getnames()
    assert any(name.endswith(".pdf") for name in names)
    assert sum(name.endswith(".xml") for name in names) == 2

    s2low.actes.prefecture.marquer_lu(message.id)
    assert s2low.actes.prefecture.non_lus() == ()

    plan = ActeFile("plan.pdf", Payload.of(lot / "plan_masse.pdf"), "22_PN")
    answer = s2low.actes.prefecture.repondre(NewReponse(message.id, "99_AI", document, Envoi.ENVOI, (plan,)))
    assert [one.id for one in s2low.actes.prefecture.liees(acte)] == [answer]
    simulator.s2low.acquitter(answer)
    assert s2low.actes.statut(answer).acknowledged
    assert [file.code_pj for file in s2low.actes.fichiers(answer)[1:]] == ["99_AI", "22_PN"]


@pytest.mark.parametrize(
    ("sorte", "kind", "envoi"),
    [
        ("courrier_simple", TypeTransaction.COURRIER_SIMPLE, None),
        ("lettre_observations", TypeTransaction.LETTRE_D_OBSERVATION, Envoi.REFUS),
        ("demande_pieces", TypeTransaction.DEMANDE_DE_PIECES, Envoi.REFUS),
    ],
)
def test_each_sort_of_letter_has_its_answer(
    s2low: S2low,
    simulator: Simulator,
    acte: int,
    document: ActeFile,
    sorte: Any,
    kind: int,
    envoi: Envoi | None,
) -> None:
    simulator.s2low.ecrire(acte, sorte)
    (message,) = s2low.actes.prefecture.non_lus()
    assert message.type == kind
    answer = s2low.actes.prefecture.repondre(NewReponse(message.id, "99_AI", document, envoi))
    assert TransactionLiee(kind, s2low.actes.statut(answer).code, answer).type == kind


def test_a_defere_is_not_answered_and_a_request_is_answered_in_some_way(
    s2low: S2low, simulator: Simulator, acte: int, document: ActeFile
) -> None:
    defere = simulator.s2low.ecrire(acte, "defere").id
    asked = simulator.s2low.ecrire(acte, "demande_pieces").id
    for message in (defere, asked):
        with pytest.raises(InvalidRequest):
            s2low.actes.prefecture.repondre(NewReponse(message, "99_AI", document))
    assert {one.libelle for one in s2low.actes.prefecture.non_lus()} == {
        "Déféré au tribunal administratif",
        "Demande de pièces complémentaires",
    }


def test_what_is_not_a_message_is_neither_fetched_nor_answered(
    s2low: S2low, simulator: Simulator, acte: int, document: ActeFile, into: Path
) -> None:
    with pytest.raises(NotFound):
        s2low.actes.prefecture.telecharger(acte, into=into)
    with pytest.raises(NotFound):
        s2low.actes.prefecture.telecharger(999_999, into=into)
    with pytest.raises(NotFound):
        s2low.actes.prefecture.repondre(NewReponse(acte, "99_AI", document))
    message = simulator.s2low.ecrire(acte, "courrier_simple").id
    with pytest.raises(NotFound):
        s2low.actes.prefecture.liees(message)
    s2low.actes.prefecture.marquer_lu(999_999)
    assert list(into.iterdir()) == []


def test_another_authority_reads_nothing(
    s2low_session: OpenSession, simulator: Simulator, acte: int, document: ActeFile, into: Path
) -> None:
    message = simulator.s2low.ecrire(acte, "demande_pieces").id
    other = S2low(s2low_session(rank=1)).actes.prefecture
    assert other.non_lus() == ()
    for call in (
        lambda: other.liees(acte),
        lambda: other.telecharger(message, into=into),
        lambda: other.repondre(NewReponse(message, "99_AI", document, Envoi.ENVOI)),
    ):
        with pytest.raises(AccessRefused):
            call()


def test_an_answer_that_is_lost_is_seen_among_what_is_related(
    s2low: S2low, simulator: Simulator, pannes: Faults, acte: int, document: ActeFile
) -> None:
    message = simulator.s2low.ecrire(acte, "demande_pieces").id
    pannes.add(
        {
            "plateforme": "s2low",
            "operation": "actes_transac_reponse_create",
            "effet": "couper",
            "moment": "apres",
            "fois": 1,
        }
    )
    with pytest.raises(OutcomeUnknown):
        s2low.actes.prefecture.repondre(NewReponse(message, "99_AI", document, Envoi.ENVOI))
    (related,) = s2low.actes.prefecture.liees(acte)
    assert related.type == 3
    assert related.id != message


def test_an_authority_on_paper_answers_nothing(
    s2low: S2low, simulator: Simulator, acte: int, document: ActeFile, profile: str
) -> None:
    message = simulator.s2low.ecrire(acte, "courrier_simple").id
    simulator.s2low.accounts.authority(VALMONT.siren).mode_papier = True
    answer = NewReponse(message, "99_AI", document)
    if profile == "next":
        assert s2low.actes.prefecture.repondre(answer)
    else:
        with pytest.raises(PaperMode):
            s2low.actes.prefecture.repondre(answer)


def test_a_cancellation_is_among_what_is_related(s2low: S2low, acte: int) -> None:
    cancellation = s2low.actes.annuler(acte)
    (related,) = s2low.actes.prefecture.liees(acte)
    assert (related.type, related.id) == (TypeTransaction.ANNULATION, cancellation)
