"""Our clients against the simulated platforms, over real HTTP and TLS, with the fixtures that partners get."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from cdg62_connect import HttpSession, IparapheurSoap, S2low, Secret
from cdg62_connect.iparapheur import Document, NewDossier
from cdg62_connect.pastell import Pastell
from cdg62_connect.s2low import ActeFile, NewActe
from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.testing.installation import sample_deposits
from cdg62_connect.transport import BasicAuth, BearerAuth, ClientCertificate, Payload
from support.pastell_operations import WRITING, Seen

OpenSession = Callable[..., HttpSession]


@pytest.fixture
def simulator(simulateur: SimulatorServer) -> Simulator:
    return simulateur.simulator


@pytest.fixture
def described(simulateur: SimulatorServer) -> Any:
    """What ``simulateur --json`` prints."""
    return simulateur.describe()


@pytest.fixture
def open_session(horloge: SimClock) -> Iterator[OpenSession]:
    """Opens sessions that wait on the simulated clock, without jitter, and closes them after the test."""
    with ExitStack() as opened:

        def open_one(url: str, **options: Any) -> HttpSession:
            session = HttpSession(url, clock=horloge, chance=lambda: 0.5, **options)
            return opened.enter_context(session)

        yield open_one


@pytest.fixture
def parapheur_session(described: Any, open_session: OpenSession) -> OpenSession:
    """A session on the parapheur as the first commune; any option may be changed."""

    def open_one(**changes: Any) -> HttpSession:
        access = described["iparapheur_soap"]
        options = {
            "url": access["url"],
            "auth": BasicAuth(access["login"], Secret(access["password"])),
            **changes,
        }
        return open_session(options.pop("url"), platform="iparapheur", **options)

    return open_one


@pytest.fixture
def parapheur(parapheur_session: OpenSession) -> IparapheurSoap:
    return IparapheurSoap(parapheur_session())


@pytest.fixture
def s2low_session(described: Any, open_session: OpenSession) -> OpenSession:
    """A session on S2LOW as the commune of that rank; any option may be changed."""

    def open_one(rank: int = 0, **changes: Any) -> HttpSession:
        access = described["s2low"]
        account = access["accounts"][rank]
        options = {
            "url": access["url"],
            "ca": Path(access["ca"]),
            "certificate": ClientCertificate(Path(account["cert"]), Path(account["key"])),
            **changes,
        }
        return open_session(options.pop("url"), platform="s2low", **options)

    return open_one


@pytest.fixture
def s2low(s2low_session: OpenSession) -> S2low:
    return S2low(s2low_session())


@pytest.fixture
def connect(described: Any, open_session: OpenSession) -> Callable[..., Pastell]:
    """A client of Pastell: of the first commune, of the administrator, of any account, or of a token."""

    def one(
        *, admin: bool = False, login: str = "", password: str = "", token: Secret | None = None
    ) -> Pastell:
        access = described["pastell"]
        account = access["admin"] if admin else access
        basic = BasicAuth(login or account["login"], Secret(password or account["password"]))
        auth = BearerAuth(token) if token else basic
        return Pastell(open_session(access["url"], platform="pastell", auth=auth))

    return one


@pytest.fixture
def entity(described: Any) -> str:
    """The entity of the first commune in Pastell."""
    return described["pastell"]["id_e"]


@pytest.fixture
def operations(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[Seen]:
    """What becomes of the operations of Pastell's client in the test; docs/pastell-versions.md has to say the same."""

    def calls() -> int:
        made = simulator.faults.calls.get("pastell", {})
        return sum(count for operation, count in made.items() if operation != "GET version")

    seen = Seen(simulator.pastell, calls)
    with pytest.MonkeyPatch.context() as patch:
        seen.watch(patch)
        yield seen
    request.node.user_properties.append(("pastell", [(*cell, what) for cell, what in seen.cells.items()]))
    if not request.config.stash.get(WRITING, False):
        seen.compare()


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """A certification authority that nobody here trusts."""
    return TestAuthority(tmp_path_factory.mktemp("autre-ac"), start=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def lot() -> Path:
    """The sample lot of an arrêté with two annexes."""
    return next(path for path in sample_deposits().iterdir() if "PC0629912600012_ARR_ACCORD" in path.name)


@pytest.fixture(scope="session")
def arrete(lot: Path) -> Path:
    return lot / "arrete.pdf"


@pytest.fixture
def new_dossier(arrete: Path) -> Callable[..., NewDossier]:
    """An arrêté for the signature; any field may be changed."""

    def make(dossier_id: str = "contrat-01", **changes: Any) -> NewDossier:
        fields: dict[str, Any] = {
            "titre": "Arrêté de permis de construire",
            "type_technique": "URBANISME",
            "sous_type": "Courrier",
            "document": Document("arrêté.pdf", Payload.of(arrete)),
            **changes,
        }
        return NewDossier(dossier_id=dossier_id, **fields)

    return make


@pytest.fixture
def new_acte(arrete: Path, horloge: SimClock) -> Callable[..., NewActe]:
    """An arrêté to transmit; any field may be changed."""

    def make(numero: str = "PC62991_26A0012", **changes: Any) -> NewActe:
        fields: dict[str, Any] = {
            "nature": 3,
            "objet": "Permis de construire accordé à la mairie de Valmont",
            "date": horloge.now().date().replace(day=1),
            "matiere": (2, 2),
            "type_acte": "99_AI",
            "document": ActeFile("arrêté.pdf", Payload.of(arrete)),
            **changes,
        }
        return NewActe(numero=numero, **fields)

    return make


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """Where what comes back is saved."""
    folder = tmp_path / "reçu"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def big_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of thirty megabytes: one page, and a stream that it does not show."""
    weight = 30 * 1024 * 1024
    path = tmp_path_factory.mktemp("gros") / "plan.pdf"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (weight, b"SPECIMEN" * (weight // 8)),
    )
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        offsets: list[int] = []
        for number, content in enumerate(objects, start=1):
            offsets.append(file.tell())
            file.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        table = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
        file.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
        file.write(
            b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
        )
    return path


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine where nobody listens, kept so for the test."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="session")
def digest() -> Callable[[Path], str]:
    """The SHA-256 of a file, in hexadecimal."""

    def sha256(path: Path) -> str:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    return sha256


@pytest.fixture
def locked_certificate(simulator: Simulator, tmp_path: Path) -> Callable[..., ClientCertificate]:
    """A certificate whose key is encrypted: that of the first commune, or of ``name``.

    ``given`` is the passphrase that we try, when it is not the right one.
    """

    def lock(passphrase: str, *, given: str | None = None, name: str = "") -> ClientCertificate:
        access = simulator.accesses[0]
        certificate, plain = access.certificate, access.key
        if name:
            certificate, plain = simulator.authority.client_certificate(name)
        key = serialization.load_pem_private_key(plain.read_bytes(), password=None)
        locked = tmp_path / "cle-chiffree.pem"
        locked.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(passphrase.encode()),
            )
        )
        return ClientCertificate(certificate, locked, Secret(given or passphrase))

    return lock
