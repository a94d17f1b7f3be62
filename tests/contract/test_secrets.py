"""Passwords, passphrases, keys and documents appear in no log, no repr and no traceback, whatever happens."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import IparapheurSoap, S2low, Secret
from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AnswerLost,
    AuthenticationRefused,
    Cdg62Error,
    ConfigurationError,
    InvalidInput,
    InvalidRequest,
    NotFound,
    NotReady,
    NotSent,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
    UntrustedServer,
)
from cdg62_connect.iparapheur import Document, NewDossier
from cdg62_connect.s2low import ActeFile, NewActe
from cdg62_connect.simulator import VALMONT, Faults, Simulator
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.transport import BasicAuth, ClientCertificate, HttpSession, Payload

PARAPHEUR_PASSWORD = "canari-du-parapheur-é7Qw"
PASSPHRASE = "canari-de-la-cle-9Xk2"
S2LOW_PASSWORD = "canari-de-s2low-4Tz8"
CONTENT = b"canari-du-document-1Lm5"
LOGIN = "ws-canari@demo"


def coded(secret: bytes) -> list[str]:
    """``secret`` as it shows inside base64, whichever of three bytes it begins at."""
    return [
        base64.b64encode(b"\0" * shift + secret).decode()[4 if shift else 0 : -4].rstrip("=")
        for shift in range(3)
    ]


def forbidden(key: Path) -> list[str]:
    """What must be seen nowhere: each secret as it is, as bytes are written, and in base64."""
    plain = [PARAPHEUR_PASSWORD, PASSPHRASE, S2LOW_PASSWORD, CONTENT.decode()]
    headers = [
        base64.b64encode(f"{login}:{password}".encode()).decode()
        for login, password in ((LOGIN, PARAPHEUR_PASSWORD), ("canari", S2LOW_PASSWORD))
    ]
    key_lines = key.read_text().splitlines()[1:-1]
    escaped = [ascii(secret)[1:-1] for secret in plain] + [repr(secret.encode())[2:-1] for secret in plain]
    return [*plain, *headers, *key_lines, *escaped, *coded(CONTENT), *coded(PARAPHEUR_PASSWORD.encode())]


class Ears(logging.Handler):
    """Everything that any logger says, with its arguments and its tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []
        self.names: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.names.add(record.name)
        self.heard += [self.format(record), repr(record.args), repr(vars(record))]


@pytest.fixture
def ears() -> Iterator[Ears]:
    ears = Ears()
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(logger, logger.level) for logger in loggers]
    on = [logger for logger in loggers if logger is logging.root or not logger.propagate]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    for logger in on:
        logger.addHandler(ears)
    yield ears
    for logger in on:
        logger.removeHandler(ears)
    for logger, level in before:
        logger.setLevel(level)


@dataclass
class Bench:
    """Accounts full of canaries on both platforms, and what they send."""

    parapheur: IparapheurSoap
    s2low: S2low
    dossier: NewDossier
    acte: NewActe
    into: Path
    pannes: Faults
    simulator: Simulator
    open_parapheur: Callable[..., HttpSession]
    open_s2low: Callable[..., HttpSession]
    auth: BasicAuth
    certificate: ClientCertificate
    other_ca: Path
    closed_port: int
    plain_key: Path

    def arm(self, plateforme: str, operation: str, effet: str, **more: Any) -> None:
        self.pannes.add({"plateforme": plateforme, "operation": operation, "effet": effet, **more})


@pytest.fixture
def bench(
    simulator: Simulator,
    pannes: Faults,
    parapheur_session: Callable[..., HttpSession],
    s2low_session: Callable[..., HttpSession],
    locked_certificate: Callable[..., ClientCertificate],
    other_authority: TestAuthority,
    new_dossier: Callable[..., NewDossier],
    new_acte: Callable[..., NewActe],
    arrete: Path,
    into: Path,
    closed_port: int,
    request: pytest.FixtureRequest,
) -> Bench:
    simulator.iparapheur.add_account(LOGIN, PARAPHEUR_PASSWORD)
    auth = BasicAuth(LOGIN, Secret(PARAPHEUR_PASSWORD))
    name = f"canari {request.node.nodeid}"  # accounts stay from one test to the next
    own = locked_certificate(PASSPHRASE, name=name)
    for login in ("canari", "autre"):
        simulator.s2low.accounts.add_account(
            VALMONT.siren, own.certificate, login=login, password=S2LOW_PASSWORD
        )
    content = Payload.of(arrete.read_bytes() + b"\n% " + CONTENT + b"\n")
    return Bench(
        parapheur=IparapheurSoap(parapheur_session(auth=auth)),
        s2low=S2low(s2low_session(certificate=own, auth=BasicAuth("canari", Secret(S2LOW_PASSWORD)))),
        dossier=new_dossier(document=Document("arrete.pdf", content), annexes=(Document("b.pdf", content),)),
        acte=new_acte(
            document=ActeFile("arrete.pdf", content), annexes=(ActeFile("b.pdf", content, "22_PN"),)
        ),
        into=into,
        pannes=pannes,
        simulator=simulator,
        open_parapheur=parapheur_session,
        open_s2low=s2low_session,
        auth=auth,
        certificate=own,
        other_ca=other_authority.ca,
        closed_port=closed_port,
        plain_key=simulator.authority.client_certificate(name)[1],
    )


def all_goes_well(bench: Bench) -> None:
    bench.parapheur.echo("bonjour")
    bench.parapheur.dossiers.creer(bench.dossier)
    bench.parapheur.dossiers.historique("contrat-01")
    bench.simulator.iparapheur.signer("contrat-01")
    document = bench.parapheur.dossiers.recuperer("contrat-01", into=bench.into).document
    assert document is not None
    assert CONTENT in document.path.read_bytes()
    bench.parapheur.dossiers.archiver("contrat-01")
    bench.s2low.connexion.test()
    transaction = bench.s2low.actes.transmettre(bench.acte)
    bench.simulator.s2low.acquitter(transaction)
    bench.s2low.actes.statut(transaction)
    file = bench.s2low.actes.fichiers(transaction)[1]
    assert CONTENT in bench.s2low.actes.telecharger(file.id, into=bench.into).path.read_bytes()


def parapheur_off(bench: Bench) -> None:
    url = f"http://127.0.0.1:{bench.closed_port}"
    IparapheurSoap(bench.open_parapheur(url=url, auth=bench.auth)).dossiers.creer(bench.dossier)


def s2low_untrusted(bench: Bench) -> None:
    S2low(bench.open_s2low(certificate=bench.certificate, ca=bench.other_ca)).actes.transmettre(bench.acte)


def parapheur_wrong_password(bench: Bench) -> None:
    auth = BasicAuth("ws-inconnu@demo", Secret(PARAPHEUR_PASSWORD))
    IparapheurSoap(bench.open_parapheur(auth=auth)).dossiers.creer(bench.dossier)


def s2low_wrong_password(bench: Bench) -> None:
    auth = BasicAuth("inconnu", Secret(S2LOW_PASSWORD))
    S2low(bench.open_s2low(certificate=bench.certificate, auth=auth)).actes.transmettre(bench.acte)


def key_wrong_passphrase(bench: Bench) -> None:
    wrong = ClientCertificate(
        bench.certificate.certificate, bench.certificate.key, Secret(PASSPHRASE + S2LOW_PASSWORD)
    )
    bench.open_s2low(certificate=wrong)


def login_with_a_colon(bench: Bench) -> None:
    BasicAuth(f"ws:{LOGIN}", Secret(PARAPHEUR_PASSWORD))


def account_in_the_address(bench: Bench) -> None:
    bench.open_parapheur(url=f"http://ws:{PARAPHEUR_PASSWORD}@127.0.0.1:{bench.closed_port}/")


def s2low_paper_mode(bench: Bench) -> None:
    bench.simulator.s2low.accounts.authority(VALMONT.siren).mode_papier = True
    bench.s2low.actes.transmettre(bench.acte)


def parapheur_wrong_document(bench: Bench) -> None:
    document = Document("lettre.pdf", Payload.of(CONTENT))
    fields = {name: getattr(bench.dossier, name) for name in bench.dossier.__dataclass_fields__}
    bench.parapheur.dossiers.creer(NewDossier(**{**fields, "document": document}))


def parapheur_twice(bench: Bench) -> None:
    bench.parapheur.dossiers.creer(bench.dossier)
    bench.parapheur.dossiers.creer(bench.dossier)


def s2low_twice(bench: Bench) -> None:
    bench.s2low.actes.transmettre(bench.acte)
    bench.s2low.actes.transmettre(bench.acte)


def parapheur_unknown(bench: Bench) -> None:
    bench.parapheur.dossiers.archiver("jamais-vu")


def parapheur_too_early(bench: Bench) -> None:
    bench.parapheur.dossiers.creer(bench.dossier)
    bench.parapheur.dossiers.archiver("contrat-01")


def parapheur_cut(bench: Bench) -> None:
    bench.arm("iparapheur", "CreerDossier", "couper", moment="apres")
    bench.parapheur.dossiers.creer(bench.dossier)


def s2low_cut(bench: Bench) -> None:
    bench.arm("s2low", "actes_transac_create", "couper", moment="apres")
    bench.s2low.actes.transmettre(bench.acte)


def parapheur_retrieval_cut(bench: Bench) -> None:
    bench.parapheur.dossiers.creer(bench.dossier)
    bench.arm("iparapheur", "GetDossier", "tronquer", fois=4)
    bench.parapheur.dossiers.recuperer("contrat-01", into=bench.into)


def s2low_out_of_order(bench: Bench) -> None:
    bench.arm("s2low", "actes_transac_get_status", "http_503", fois=4)
    bench.s2low.actes.statut(1)


def parapheur_page(bench: Bench) -> None:
    bench.arm("iparapheur", "echo", "html")
    bench.parapheur.echo("bonjour")


def awkward_key(bench: Bench) -> None:
    fields = {name: getattr(bench.dossier, name) for name in bench.dossier.__dataclass_fields__}
    bench.parapheur.dossiers.creer(NewDossier(**{**fields, "dossier_id": "a/b"}))


FAILURES: list[tuple[Callable[[Bench], None], type[Cdg62Error]]] = [
    (parapheur_off, NotSent),
    (s2low_untrusted, UntrustedServer),
    (parapheur_wrong_password, AuthenticationRefused),
    (s2low_wrong_password, AuthenticationRefused),
    (key_wrong_passphrase, ConfigurationError),
    (login_with_a_colon, ConfigurationError),
    (account_in_the_address, ConfigurationError),
    (s2low_paper_mode, AccessRefused),
    (parapheur_wrong_document, InvalidRequest),
    (awkward_key, InvalidInput),
    (parapheur_twice, AlreadyExists),
    (s2low_twice, AlreadyExists),
    (parapheur_unknown, NotFound),
    (parapheur_too_early, NotReady),
    (parapheur_cut, OutcomeUnknown),
    (s2low_cut, OutcomeUnknown),
    (parapheur_retrieval_cut, AnswerLost),
    (s2low_out_of_order, Unavailable),
    (parapheur_page, UnreadableAnswer),
]


def assert_no_secret(texts: list[str], bench: Bench) -> None:
    said = "\n".join(texts)
    for secret in forbidden(bench.plain_key):
        assert len(secret) > 8
        assert secret not in said


def test_no_log_shows_a_secret_when_all_goes_well(bench: Bench, ears: Ears) -> None:
    all_goes_well(bench)
    assert {"cdg62_connect.echanges", "urllib3.connectionpool"} <= ears.names
    assert_no_secret(ears.heard, bench)


def test_a_secret_in_a_log_would_be_heard(bench: Bench, ears: Ears) -> None:
    header = base64.b64encode(f"{LOGIN}:{PARAPHEUR_PASSWORD}".encode()).decode()
    logging.getLogger("urllib3.connectionpool").debug("Authorization: Basic %s", header)
    with pytest.raises(AssertionError):
        assert_no_secret(ears.heard, bench)


@pytest.mark.parametrize(
    ("fail", "error"), FAILURES, ids=[f"{error.__name__}-{fail.__name__}" for fail, error in FAILURES]
)
def test_no_log_nor_traceback_shows_a_secret_when_it_fails(
    bench: Bench, ears: Ears, fail: Callable[[Bench], None], error: type[Cdg62Error]
) -> None:
    with pytest.raises(error) as failed:
        fail(bench)
    shown = [str(failed.value), repr(failed.value), repr(vars(failed.value)), str(pickle.dumps(failed.value))]
    shown += traceback.format_exception(failed.value)
    link: BaseException | None = failed.value
    while link is not None:  # what "raise … from None" hides is still there for a debugger to show
        shown.append(repr(link))
        link = link.__cause__ or link.__context__
    assert_no_secret([*shown, *ears.heard], bench)


def test_no_object_of_ours_shows_a_secret(bench: Bench) -> None:
    objects = [bench.auth, bench.certificate, bench.dossier, bench.acte, bench.acte.document.content]
    objects += [bench.parapheur, bench.parapheur.dossiers, bench.s2low, bench.s2low.actes]
    objects += [bench.open_parapheur(auth=bench.auth), bench.auth.password, bench.simulator.accesses]
    assert_no_secret([f"{one!r} {one} {one!a}" for one in objects], bench)


def test_a_session_and_a_secret_are_never_serialised(bench: Bench) -> None:
    for one in (bench.auth.password, bench.open_parapheur(auth=bench.auth)):
        with pytest.raises(TypeError):
            pickle.dumps(one)
