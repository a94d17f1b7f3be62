"""Who may talk to S2LOW, and to whom we agree to talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import S2low, Secret
from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    ConfigurationError,
    NotSent,
    PlatformError,
    UntrustedServer,
)
from cdg62_connect.s2low import NewActe, NewMail, NewReponse, NotRgs
from cdg62_connect.simulator import VALMONT, Simulator, SimulatorServer
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.transport import BasicAuth, ClientCertificate, HttpSession

Make = Callable[..., NewActe]
OpenSession = Callable[..., HttpSession]
Enrol = Callable[..., ClientCertificate]


@pytest.fixture
def enrol(simulator: Simulator, request: pytest.FixtureRequest) -> Enrol:
    """Opens accounts of the first commune on one certificate, new to each test."""

    def open_accounts(*accounts: dict[str, Any]) -> ClientCertificate:
        certificate, key = simulator.authority.client_certificate(f"contrat {request.node.nodeid}")
        for account in accounts:
            simulator.s2low.accounts.add_account(VALMONT.siren, certificate, **account)
        return ClientCertificate(certificate, key)

    return open_accounts


def created(simulator: Simulator) -> Any:
    return simulator.s2low.snapshot()["creations"]


def refusals(s2low: S2low, acte: NewActe, into: Path) -> dict[str, type[Exception]]:
    """What each call to S2LOW ends with."""
    calls: dict[str, Callable[[], object]] = {
        "connexion": s2low.connexion.test,
        "transmettre": lambda: s2low.actes.transmettre(acte),
        "statut": lambda: s2low.actes.statut(48211),
        "ar": lambda: s2low.actes.ar(48211),
        "fichiers": lambda: s2low.actes.fichiers(48211),
        "telecharger": lambda: s2low.actes.telecharger(9001, into=into),
        "bordereau": lambda: s2low.actes.bordereau(48211, into=into),
        "lister": lambda: s2low.actes.lister(1),
        "classification": s2low.classification.lire,
        "demander": s2low.classification.demander,
        "confirmer": lambda: s2low.actes.confirmer(48211),
        "confirmer_plusieurs": lambda: s2low.actes.confirmer_plusieurs([48211]),
        "annuler": lambda: s2low.actes.annuler(48211),
        "compter": lambda: s2low.actes.compter(1),
        "acte_tamponne": lambda: s2low.actes.acte_tamponne(48211, into=into),
        "non_lus": s2low.actes.prefecture.non_lus,
        "liees": lambda: s2low.actes.prefecture.liees(48211),
        "document": lambda: s2low.actes.prefecture.telecharger(48211, into=into),
        "repondre": lambda: s2low.actes.prefecture.repondre(NewReponse(48211, "99_AI", acte.document)),
        "pes": lambda: s2low.helios.transmettre(acte.document.content, nom="a.xml"),
        "statut_pes": lambda: s2low.helios.statut(1),
        "acquit": lambda: s2low.helios.acquit(1, into=into),
        "retours": s2low.helios.retours,
        "retour": lambda: s2low.helios.retour(1, into=into),
        "mails": s2low.mails.lister,
        "mail": lambda: s2low.mails.envoyer(NewMail(destinataires=("a@b.fr",), objet="o", message="m")),
    }
    ended: dict[str, type[Exception]] = {}
    for name, call in calls.items():
        with pytest.raises(Exception) as refused:
            call()
        ended[name] = refused.type
    return ended


@pytest.fixture(params=[False, True], ids=["TLS 1.2", "TLS 1.3"])
def handshake(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """The address of an S2LOW of that generation of TLS, and whether it is the newest."""
    with SimulatorServer(simulator, tls_1_3=request.param) as server:
        described: Any = server.describe()
        yield described["s2low"]["url"], request.param


def test_a_certificate_of_another_authority_is_refused_in_the_handshake(
    handshake: tuple[str, bool],
    simulator: Simulator,
    s2low_session: OpenSession,
    other_authority: TestAuthority,
    new_acte: Make,
    into: Path,
) -> None:
    stranger = ClientCertificate(*other_authority.client_certificate("inconnu"))
    with s2low_session(url=handshake[0], certificate=stranger) as session:
        ended = refusals(S2low(session), new_acte(), into)
    assert set(ended.values()) == {AuthenticationRefused}
    assert created(simulator) == {}
    assert list(into.iterdir()) == []


def test_without_a_certificate_nothing_is_sent(
    handshake: tuple[str, bool], simulator: Simulator, s2low_session: OpenSession, new_acte: Make, into: Path
) -> None:
    url, newest = handshake
    with s2low_session(url=url, certificate=None) as session:
        ended = refusals(S2low(session), new_acte(), into)
        with pytest.raises(PlatformError, match="certificat client"):
            S2low(session).connexion.test()
    # TLS 1.3 says that a certificate is wanted; 1.2 only that the handshake failed.
    assert set(ended.values()) == {AuthenticationRefused if newest else NotSent}
    assert created(simulator) == {}


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
def test_a_certificate_without_account_is_refused_by_every_generation(
    simulator: Simulator,
    s2low_session: OpenSession,
    enrol: Enrol,
    monkeypatch: pytest.MonkeyPatch,
    new_acte: Make,
    into: Path,
    profile: str,
) -> None:
    monkeypatch.setattr(simulator.s2low, "profile", profile)
    s2low = S2low(s2low_session(certificate=enrol()))
    ended = refusals(s2low, new_acte(), into)
    assert set(ended.values()) == {AuthenticationRefused}
    assert created(simulator) == {}
    assert list(into.iterdir()) == []


def test_a_server_of_another_authority_is_told_nothing(
    s2low_session: OpenSession,
    other_authority: TestAuthority,
    new_acte: Make,
    into: Path,
    pannes: Any,
) -> None:
    for ca in (other_authority.ca, None):
        ended = refusals(S2low(s2low_session(ca=ca)), new_acte(), into)
        assert set(ended.values()) == {UntrustedServer}
    assert pannes.calls == {}


def test_a_shared_certificate_needs_the_login_and_the_password_of_one_account(
    simulator: Simulator, s2low_session: OpenSession, enrol: Enrol, new_acte: Make
) -> None:
    certificate = enrol(
        {"login": "alice", "password": "mot-de-passe-a"}, {"login": "bruno", "password": "mot-de-passe-b"}
    )
    with pytest.raises(AuthenticationRefused):
        S2low(s2low_session(certificate=certificate)).connexion.test()
    wrong = BasicAuth("alice", Secret("mot-de-passe-b"))
    with pytest.raises(AuthenticationRefused):
        S2low(s2low_session(certificate=certificate, auth=wrong)).actes.transmettre(new_acte())
    assert created(simulator) == {}

    right = BasicAuth("bruno", Secret("mot-de-passe-b"))
    S2low(s2low_session(certificate=certificate, auth=right)).actes.transmettre(new_acte())
    assert len(created(simulator)) == 1


def test_a_key_behind_a_passphrase_opens_the_connection(
    s2low_session: OpenSession, locked_certificate: Callable[..., ClientCertificate]
) -> None:
    S2low(s2low_session(certificate=locked_certificate("une phrase"))).connexion.test()
    wrong = locked_certificate("une phrase", given="une autre phrase")
    with pytest.raises(ConfigurationError):
        s2low_session(certificate=wrong)


@pytest.mark.parametrize(
    ("account", "error"),
    [
        ({"droits": ()}, AccessRefused),
        ({"module": "RO"}, AccessRefused),
        ({"role": "GADM"}, AccessRefused),
        ({"rgs": False}, NotRgs),
    ],
    ids=["sans droit", "lecture seule", "administrateur de groupe", "certificat non RGS"],
)
def test_an_account_without_the_right_transmits_nothing(
    simulator: Simulator,
    s2low_session: OpenSession,
    enrol: Enrol,
    new_acte: Make,
    account: dict[str, Any],
    error: type[Exception],
) -> None:
    s2low = S2low(s2low_session(certificate=enrol(account)))
    s2low.connexion.test()
    with pytest.raises(error):
        s2low.actes.transmettre(new_acte())
    assert created(simulator) == {}


def test_an_account_that_may_only_deposit_leaves_the_acte_to_an_agent(
    s2low_session: OpenSession, enrol: Enrol, new_acte: Make
) -> None:
    s2low = S2low(s2low_session(certificate=enrol({"droits": ("CS",)})))
    transaction = s2low.actes.transmettre(new_acte())
    assert s2low.actes.statut(transaction).waiting_for_person


def test_an_authority_in_paper_mode_transmits_nothing(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    simulator.s2low.accounts.authority(VALMONT.siren).mode_papier = True
    with pytest.raises(AccessRefused, match="papier"):
        s2low.actes.transmettre(new_acte())


def test_an_authority_does_not_see_the_actes_of_another(
    s2low: S2low, s2low_session: OpenSession, simulator: Simulator, new_acte: Make, into: Path
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    file = s2low.actes.fichiers(transaction)[1]
    neighbour = S2low(s2low_session(rank=1)).actes
    for look in (
        lambda: neighbour.statut(transaction),
        lambda: neighbour.ar(transaction),
        lambda: neighbour.fichiers(transaction),
        lambda: neighbour.telecharger(file.id, into=into),
        lambda: neighbour.bordereau(transaction, into=into),
    ):
        with pytest.raises(AccessRefused):
            look()
    assert neighbour.lister(4).transactions == ()
    assert list(into.iterdir()) == []


def test_a_user_does_not_see_the_actes_of_a_colleague(
    s2low: S2low, s2low_session: OpenSession, enrol: Enrol, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    colleague = S2low(s2low_session(certificate=enrol({})))
    with pytest.raises(AccessRefused):
        colleague.actes.statut(transaction)
