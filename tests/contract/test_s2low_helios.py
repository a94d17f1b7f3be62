"""The PES of S2LOW: one is posted, the trésorerie answers, and what it sends of itself comes home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import S2low
from cdg62_connect.errors import AccessRefused, NotFound, NotReady, OutcomeUnknown, Unavailable
from cdg62_connect.s2low import (
    AlreadySent,
    DamagedFile,
    NomFicAlreadyUsed,
    NotPes,
    NotRgs,
    RefusedByHelios,
    StatusNotSaid,
    WaitingForConfirmation,
)
from cdg62_connect.simulator import VALMONT, Faults, Pas, Simulator
from cdg62_connect.simulator.s2low import RythmePes, ScenarioPes
from cdg62_connect.transport import ClientCertificate, HttpSession, Payload
from support.pes_samples import pes

OpenSession = Callable[..., HttpSession]
Enrol = Callable[..., S2low]


@pytest.fixture(params=["v4", "v5", "next"])
def profile(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    monkeypatch.setattr(simulator.s2low, "profile", request.param)
    return request.param


@pytest.fixture
def enrol(simulator: Simulator, s2low_session: OpenSession, request: pytest.FixtureRequest) -> Enrol:
    """Our client with an account of the first commune, new to each test."""

    def open_account(**account: Any) -> S2low:
        certificate, key = simulator.authority.client_certificate(f"helios {request.node.nodeid}")
        simulator.s2low.accounts.add_account(VALMONT.siren, certificate, **account)
        return S2low(s2low_session(certificate=ClientCertificate(certificate, key)))

    return open_account


def post(s2low: S2low, content: bytes | None = None, nom: str = "PES.xml", **options: Any) -> int:
    return s2low.helios.transmettre(Payload.of(pes() if content is None else content), nom=nom, **options)


def end(s2low: S2low, transaction: int) -> Any:
    """Its status, once it moves no more."""
    status = s2low.helios.statut(transaction)
    for _ in range(10):
        if not status.in_progress:
            break
        status = s2low.helios.statut(transaction)
    return status


def test_a_pes_is_posted_followed_and_its_acquit_comes_home(s2low: S2low, profile: str, into: Path) -> None:
    transaction = post(s2low)
    seen = [s2low.helios.statut(transaction) for _ in range(6)]
    assert [status.code for status in seen] == ([1, 7, 2, 3, 8, 8] if profile == "v4" else [1, 2, 3, 8, 8, 8])
    assert seen[0].message == "Fichier bien reçu par la plate-forme S2low"
    last = seen[-1]
    assert (last.answered, last.details, last.refus) == (True, True, None)
    acquit = s2low.helios.acquit(transaction, into=into)
    assert b"EtatAck" in acquit.path.read_bytes()
    assert s2low.helios.pes(transaction, into=into).path.read_bytes() == pes()


def test_an_acquit_that_is_not_there_yet_is_for_later(s2low: S2low, into: Path) -> None:
    transaction = post(s2low)
    with pytest.raises(NotReady):
        s2low.helios.acquit(transaction, into=into)
    assert list(into.iterdir()) == []


def test_a_status_3_tells_what_the_acquit_will_say(
    s2low: S2low, simulator: Simulator, horloge: Any, into: Path
) -> None:
    simulator.s2low.helios.rythme = RythmePes(
        analyse=Pas.immediat(),
        transmission=Pas.immediat(),
        acquittement=Pas.immediat(),
        mise_a_disposition=Pas.delai(timedelta(hours=1)),
    )
    transaction = post(s2low)
    status = s2low.helios.statut(transaction)
    assert (status.code, status.in_progress, status.annonce) == (3, True, 8)
    with pytest.raises(NotReady):
        s2low.helios.acquit(transaction, into=into)
    horloge.advance(timedelta(hours=1))
    assert s2low.helios.statut(transaction).answered
    assert s2low.helios.acquit(transaction, into=into).size


@pytest.mark.usefixtures("profile")
def test_the_same_bytes_are_refused_whoever_sends_them(s2low: S2low, s2low_session: OpenSession) -> None:
    post(s2low)
    for client in (s2low, S2low(s2low_session(rank=1))):
        with pytest.raises(AlreadySent):
            post(client, nom="AUTRE.xml")


def test_after_a_lost_answer_the_same_file_says_that_it_had_arrived(s2low: S2low, pannes: Faults) -> None:
    pannes.add(
        {
            "plateforme": "s2low",
            "operation": "helios_importer_fichier",
            "effet": "couper",
            "moment": "apres",
            "fois": 1,
        }
    )
    with pytest.raises(OutcomeUnknown):
        post(s2low)
    with pytest.raises(AlreadySent):
        post(s2low)


@pytest.mark.parametrize("effet", ["http_500", "html", "tronquer", "http_502"])
def test_an_answer_that_proves_nothing_leaves_the_outcome_unknown(
    s2low: S2low, pannes: Faults, effet: str
) -> None:
    pannes.add(
        {"plateforme": "s2low", "operation": "helios_importer_fichier", "effet": effet, "moment": "apres"}
    )
    with pytest.raises(OutcomeUnknown):
        post(s2low)


@pytest.mark.parametrize(
    ("issue", "code", "refused"),
    [
        ("sans_detail", 4, None),
        ("non_acquit", 6, RefusedByHelios),
        ("acquit_invalide", -1, RefusedByHelios),
        ("refus_antivirus", -1, DamagedFile),
    ],
)
@pytest.mark.usefixtures("profile")
def test_what_becomes_of_a_pes_is_a_type(
    s2low: S2low, simulator: Simulator, into: Path, issue: Any, code: int, refused: type[Exception] | None
) -> None:
    simulator.s2low.helios.prevoir(ScenarioPes(contient="VALMONT", issue=issue))
    status = end(s2low, post(s2low))
    assert status.code == code
    assert (None if status.refus is None else type(status.refus)) is refused
    if issue != "refus_antivirus":
        assert s2low.helios.acquit(5120, into=into).size


@pytest.mark.usefixtures("profile")
def test_what_s2low_does_not_take_for_a_pes_says_so(s2low: S2low) -> None:
    post(s2low)
    assert type(end(s2low, post(s2low, pes(bordereaux=["2"]))).refus) is NomFicAlreadyUsed
    for content in (
        pes(nom_fic="B").replace(b"</n:PES_Aller>", b""),
        pes(nom_fic=""),
        pes(nom_fic="C", cod_bud=""),
        pes(nom_fic="D", declared="UTF-8"),
        pes(nom_fic="E", bordereaux=[]),
    ):
        assert type(end(s2low, post(s2low, content)).refus) is NotPes


def test_who_may_only_deposit_leaves_the_rest_to_a_person(enrol: Enrol, simulator: Simulator) -> None:
    client = enrol(droits=["CS"])
    transaction = post(client)
    status = client.helios.statut(transaction)
    assert (status.code, status.waiting_for_person) == (14, True)
    assert type(status.refus) is WaitingForConfirmation
    simulator.s2low.helios.poster(transaction)
    assert end(client, transaction).answered


def test_a_pes_to_be_signed_waits_in_s2low(s2low: S2low) -> None:
    status = s2low.helios.statut(post(s2low, a_signer=True))
    assert (status.code, status.waiting_for_person) == (13, True)


def test_a_cancelled_pes_does_not_say_its_status(s2low: S2low, simulator: Simulator) -> None:
    transaction = post(s2low)
    simulator.s2low.helios.annuler(transaction)
    with pytest.raises(StatusNotSaid):
        s2low.helios.statut(transaction)


@pytest.mark.usefixtures("profile")
def test_another_authority_sees_nothing(s2low: S2low, s2low_session: OpenSession, into: Path) -> None:
    transaction = post(s2low)
    other = S2low(s2low_session(rank=1)).helios
    with pytest.raises(AccessRefused):
        other.statut(transaction)
    with pytest.raises(NotFound):
        other.statut(999_999)
    with pytest.raises(NotReady):
        other.acquit(transaction, into=into)
    with pytest.raises(AccessRefused):
        other.pes(transaction, into=into)


def test_a_certificate_that_is_not_rgs_posts_nothing(enrol: Enrol) -> None:
    with pytest.raises(NotRgs):
        post(enrol(rgs=False))


def test_only_an_archivist_lists_the_pes(s2low: S2low, enrol: Enrol) -> None:
    transaction = post(s2low)
    end(s2low, transaction)
    with pytest.raises(AccessRefused):
        s2low.helios.lister(8)
    page = enrol(role="ARCH").helios.lister(8)
    ((number, fields),) = page.transactions
    assert (number, fields["filename"], page.last) == (transaction, "PES.xml", True)


@pytest.mark.usefixtures("profile")
def test_a_pes_retour_is_listed_saved_then_marked_as_read(
    s2low: S2low, s2low_session: OpenSession, simulator: Simulator, horloge: Any, into: Path
) -> None:
    transaction = post(s2low)
    end(s2low, transaction)
    assert s2low.helios.retours() == ()
    simulator.s2low.helios.emettre_retour(transaction)
    (listed,) = s2low.helios.retours()
    assert listed.nom.startswith("PES2R_DEP_P_062001_")
    assert listed.date is not None
    assert abs(listed.date - horloge.now()) < timedelta(seconds=1)
    assert b"PES_Retour" in s2low.helios.retour(listed.id, into=into).path.read_bytes()

    other = S2low(s2low_session(rank=1)).helios
    for call in (lambda: other.retour(listed.id, into=into), lambda: other.marquer_lu(listed.id)):
        with pytest.raises(AccessRefused):
            call()
    with pytest.raises(NotFound):
        s2low.helios.retour(999, into=into)
    assert len(list(into.iterdir())) == 1

    s2low.helios.marquer_lu(listed.id)
    assert s2low.helios.retours() == ()
    s2low.helios.marquer_lu(listed.id)


def test_a_read_is_repeated_while_the_platform_is_away(s2low: S2low, pannes: Faults) -> None:
    transaction = post(s2low)
    for effet in ("couper", "http_503"):
        pannes.add(
            {"plateforme": "s2low", "operation": "helios_transac_get_status", "effet": effet, "fois": 1}
        )
        assert s2low.helios.statut(transaction).code
    pannes.add(
        {"plateforme": "s2low", "operation": "helios_transac_get_status", "effet": "http_503", "fois": 4}
    )
    with pytest.raises(Unavailable):
        s2low.helios.statut(transaction)
