"""What is done with an acte of S2LOW once it is deposited: cancelled, counted, found again, stamped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cdg62_connect import S2low
from cdg62_connect.errors import AccessRefused, InvalidRequest, NotFound, OutcomeUnknown
from cdg62_connect.s2low import (
    ActeFile,
    CancellationPending,
    DamagedFile,
    NewActe,
    NotAcknowledged,
    OutdatedClassification,
    PaperMode,
    PieceNotAllowed,
    RefusedByMinistry,
    RefusedByPlatform,
    Statut,
    Tampon,
    WaitingForConfirmation,
)
from cdg62_connect.simulator import VALMONT, Faults, Scenario, Simulator
from cdg62_connect.simulator.s2low import OTHERWISE_NUMBERED
from cdg62_connect.transport import HttpSession, Payload

Make = Callable[..., NewActe]
OpenSession = Callable[..., HttpSession]


@pytest.fixture
def acknowledged(s2low: S2low, simulator: Simulator, new_acte: Make, lot: Path) -> int:
    """An acte with an annexe, acknowledged."""
    annexe = ActeFile("plan.pdf", Payload.of(lot / "plan_masse.pdf"), "22_PN")
    transaction = s2low.actes.transmettre(new_acte(annexes=(annexe,)))
    simulator.s2low.acquitter(transaction)
    return transaction


@pytest.fixture(params=["v4", "v5"])
def profile(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    monkeypatch.setattr(simulator.s2low, "profile", request.param)
    return request.param


@pytest.mark.usefixtures("profile")
def test_a_cancellation_is_followed_by_either_transaction(
    s2low: S2low, simulator: Simulator, acknowledged: int
) -> None:
    cancellation = s2low.actes.annuler(acknowledged)
    assert cancellation != acknowledged
    with pytest.raises(CancellationPending):
        s2low.actes.annuler(acknowledged)
    simulator.s2low.acquitter(cancellation)
    assert s2low.actes.statut(cancellation).acknowledged
    status = s2low.actes.statut(acknowledged)
    assert (status.cancelled, status.refus) == (True, None)
    assert status.flux_retour is not None
    with pytest.raises(NotAcknowledged):
        s2low.actes.annuler(acknowledged)


@pytest.mark.usefixtures("profile")
def test_what_cannot_be_cancelled_says_why(
    s2low: S2low, s2low_session: OpenSession, simulator: Simulator, new_acte: Make, acknowledged: int
) -> None:
    waiting = s2low.actes.transmettre(new_acte("PC62991_26A0099"))
    with pytest.raises(NotAcknowledged):
        s2low.actes.annuler(waiting)
    with pytest.raises(NotFound):
        s2low.actes.annuler(999_999)
    with pytest.raises(AccessRefused):
        S2low(s2low_session(rank=1)).actes.annuler(acknowledged)
    cancellation = s2low.actes.annuler(acknowledged)
    with pytest.raises(InvalidRequest):
        s2low.actes.annuler(cancellation)
    simulator.s2low.accounts.authority(VALMONT.siren).mode_papier = True
    with pytest.raises(PaperMode):
        s2low.actes.annuler(waiting)


def test_a_cancellation_whose_answer_is_lost_is_pending_when_asked_again(
    s2low: S2low, pannes: Faults, acknowledged: int
) -> None:
    pannes.add(
        {
            "plateforme": "s2low",
            "operation": "actes_transac_cancel",
            "effet": "couper",
            "moment": "apres",
            "fois": 1,
        }
    )
    with pytest.raises(OutcomeUnknown):
        s2low.actes.annuler(acknowledged)
    with pytest.raises(CancellationPending):
        s2low.actes.annuler(acknowledged)
    cancellations = [acte for acte in s2low.actes.trouver("PC62991_26A0012") if acte.type == "6"]
    assert len(cancellations) == 1


def test_the_actes_are_counted_and_found_by_their_number(
    s2low: S2low, new_acte: Make, acknowledged: int
) -> None:
    waiting = s2low.actes.transmettre(new_acte("PC62991_26A0099", en_attente=True))
    assert s2low.actes.compter(Statut.ACQUITTEMENT_RECU) == 1
    assert s2low.actes.compter(Statut.EN_ATTENTE_D_ETRE_POSTE) == 1
    assert s2low.actes.compter(Statut.ARCHIVE_PAR_LE_SAE) == 0
    assert [acte.id for acte in s2low.actes.trouver("PC62991_26A0099")] == [waiting]
    assert [acte.id for acte in s2low.actes.trouver("PC62991_26A0012")] == [acknowledged]
    assert s2low.actes.trouver("PC62991_26A0001") == ()
    labels = s2low.actes.statuts()
    assert labels[4] == "Acquittement reçu"
    assert set(labels) >= {int(code) for code in Statut}


def test_an_acte_is_listed_on_the_day_it_entered_its_status(
    s2low: S2low, simulator: Simulator, acknowledged: int
) -> None:
    today = simulator.clock.now().date()
    listed = s2low.actes.lister(Statut.ACQUITTEMENT_RECU, since=date(2000, 1, 1), until=date(2999, 1, 1))
    assert [acte.id for acte in listed.transactions] == [acknowledged]
    later = today.replace(year=today.year + 1, day=1)
    assert s2low.actes.lister(Statut.ACQUITTEMENT_RECU, since=later).transactions == ()


def test_an_acte_is_followed_by_the_identifier_of_its_acknowledgement(
    s2low: S2low, acknowledged: int
) -> None:
    name = s2low.actes.fichiers(acknowledged)[0].name
    acte_id = name.removesuffix("-1-1_0.xml")
    assert s2low.actes.statut_de(acte_id) == s2low.actes.statut(acknowledged)


def test_a_stamp_is_seen_on_the_acte_and_on_its_annexe(
    s2low: S2low, acknowledged: int, arrete: Path, into: Path
) -> None:
    message, acte, annexe = s2low.actes.fichiers(acknowledged)
    stamped = s2low.actes.tamponne(acte.id, into=into)
    assert stamped.tamponne
    assert stamped.original_sha256 == hashlib.sha256(arrete.read_bytes()).hexdigest()
    assert s2low.actes.tamponne(annexe.id, into=into).tamponne
    assert s2low.actes.tamponne(message.id, into=into).tampon is Tampon.SANS_OBJET
    assert len(list(into.iterdir())) == 3


def test_a_stamp_that_fails_in_silence_is_seen(
    s2low: S2low, simulator: Simulator, new_acte: Make, into: Path
) -> None:
    simulator.s2low.prevoir(Scenario(contient="PC62991", issue="tampon_echoue"))
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    acte = s2low.actes.fichiers(transaction)[1]
    for given in ({}, {"original_sha256": s2low.actes.tamponne(acte.id, into=into).original_sha256}):
        assert s2low.actes.tamponne(acte.id, into=into, **given).tampon is Tampon.SANS_TAMPON


def test_what_stands_in_the_way_of_an_acte_is_a_type(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    for rank, (issue, refused) in enumerate(
        {
            "refus_analyse": RefusedByPlatform,
            "refus_antivirus": DamagedFile,
            "refus_ministere": RefusedByMinistry,
            "rejet_enveloppe": RefusedByMinistry,
        }.items()
    ):
        numero = f"PC62991_26B000{rank}"
        simulator.s2low.prevoir(Scenario(contient=numero, issue=issue))
        assert _end(s2low, s2low.actes.transmettre(new_acte(numero))) is refused
    assert (
        _end(s2low, s2low.actes.transmettre(new_acte("PC62991_26C0001", type_acte="99_DE")))
        is PieceNotAllowed
    )
    waiting = s2low.actes.transmettre(new_acte("PC62991_26C0002", en_attente=True))
    assert _end(s2low, waiting) is WaitingForConfirmation
    outdated = s2low.actes.transmettre(new_acte("PC62991_26C0003"))
    simulator.s2low.publier_classification(VALMONT.siren, OTHERWISE_NUMBERED)
    assert _end(s2low, outdated) is OutdatedClassification


def _end(s2low: S2low, transaction: int) -> type[Exception] | None:
    """What stands in the way, once nothing moves."""
    status = s2low.actes.statut(transaction)
    while status.in_progress:
        status = s2low.actes.statut(transaction)
    return None if status.refus is None else type(status.refus)


def test_signatures_arrive_with_what_they_sign(
    s2low: S2low, simulator: Simulator, new_acte: Make, lot: Path
) -> None:
    def signed(nom: str, type_piece: str = "") -> ActeFile:
        signature = Payload.of(f"signature de {nom}\n".encode())
        return ActeFile(nom, Payload.of(lot / "arrete.pdf"), type_piece, signature)

    transaction = s2low.actes.transmettre(
        new_acte(document=signed("arrete.pdf"), annexes=(signed("plan.pdf", "22_PN"),))
    )
    simulator.s2low.acquitter(transaction)
    _, acte, annexe = s2low.actes.fichiers(transaction)
    assert [file.champs["sign"] for file in (acte, annexe)] == [
        "signature de arrete.pdf",
        "signature de plan.pdf",
    ]
