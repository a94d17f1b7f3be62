"""A server whose every connection follows a script, an authority of certificates, a clock that never waits."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES
from cryptography.x509.oid import NameOID

from cdg62_connect.transport import HttpSession, Kind, Request

PATIENCE = 10.0


@dataclass
class Received:
    """A request as the server saw it."""

    line: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection, from the server's side."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received: list[Received] = []
        self._buffer = b""

    def head(self) -> Received | None:
        while b"\r\n\r\n" not in self._buffer:
            data = self.sock.recv(65536)
            if not data:
                return None
            self._buffer += data
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        line, *rest = head.decode("iso-8859-1").split("\r\n")
        headers = {n.lower(): v for n, _, v in (each.partition(": ") for each in rest)}
        return Received(line, headers, b"")

    def request(self) -> Received | None:
        """The next request, whole; ``None`` when the client has closed."""
        received = self.head()
        if received is None:
            return None
        length = int(received.headers.get("content-length", "0"))
        while len(self._buffer) < length:
            data = self.sock.recv(1 << 20)
            if not data:
                return None
            self._buffer += data
        received.body, self._buffer = self._buffer[:length], self._buffer[length:]
        self.received.append(received)
        return received

    def take(self) -> bytes:
        """What came with the head."""
        taken, self._buffer = self._buffer, b""
        return taken

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, status: str = "200 OK", body: bytes = b"", **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        names.setdefault("Content-Length", str(len(body)))
        head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        self.send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("iso-8859-1") + body)

    def reset(self) -> None:
        """Close so that the client's side is reset, as a crashed process does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Script = Callable[[Connection], object]


@dataclass
class Server:
    """Gives each connection to the next script; the last one serves all further connections."""

    scripts: list[Script]
    context: ssl.SSLContext | None = None
    connections: list[Connection] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        scheme = "http" if self.context is None else "https"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def received(self) -> list[Received]:
        return [each for connection in self.connections for each in connection.received]

    def stop(self) -> None:
        """Take no more connections, and wait until the scripts of the others have ended."""
        if not self._thread.is_alive():
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        rank = 0
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE)
            script = self.scripts[min(rank, len(self.scripts) - 1)]
            rank += 1
            try:
                if self.context is not None:
                    sock = self.context.wrap_socket(sock, server_side=True)
                connection = Connection(sock)
                self.connections.append(connection)
                script(connection)
            except OSError:
                pass  # what the client does to us is the subject of the tests, seen from its side
            except BaseException as error:
                self.errors.append(error)
            finally:
                sock.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*scripts: Script, context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(list(scripts), context))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
        assert server.errors == []


class StillClock:
    """Stands still; remembers how long it was asked to wait."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def connect(clock: StillClock) -> Iterator[Callable[..., HttpSession]]:
    """Opens sessions on the still clock, without jitter, and closes them."""
    sessions: list[HttpSession] = []

    def open_session(server: Server | str, **options: object) -> HttpSession:
        url = server if isinstance(server, str) else server.url
        options = {"platform": "plateforme", "clock": clock, "chance": lambda: 0.5, **options}
        sessions.append(HttpSession(url, **options))  # type: ignore[arg-type]
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.close()


def _read(**options: object) -> Request:
    return Request(**{"method": "GET", "path": "", "operation": "lire", "kind": Kind.READ, **options})  # type: ignore[arg-type]


def _effect(**options: object) -> Request:
    return Request(
        **{"method": "POST", "path": "", "operation": "creer", "kind": Kind.EFFECT, "body": b"x", **options}  # type: ignore[arg-type]
    )


@pytest.fixture
def a_read() -> Callable[..., Request]:
    return _read


@pytest.fixture
def an_effect() -> Callable[..., Request]:
    return _effect


class Authority:
    """A certification authority made for the tests."""

    def __init__(self, name: str, folder: Path, *, above: Authority | None = None) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = above or self
        builder = signer._builder(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = builder.sign(signer._key, hashes.SHA256())
        self.pem = self._write("ca.pem", self.certificate.public_bytes(serialization.Encoding.PEM))

    def server_context(self, host: str = "127.0.0.1", *, days: int = 30) -> ssl.SSLContext:
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        cert, key = self._issue(host, x509.SubjectAlternativeName([name]), days=days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context

    def client(self, name: str, *, passphrase: bytes | None = None, days: int = 30) -> tuple[Path, Path]:
        alternative = x509.SubjectAlternativeName([x509.DNSName("client.invalid")])
        return self._issue(name, alternative, passphrase=passphrase, days=days)

    def pkcs12(
        self,
        name: str,
        passphrase: str,
        *,
        others: tuple[Authority, ...] = (),
        encryption: PBES = PBES.PBESv2SHA256AndAES256CBC,
    ) -> Path:
        """A client certificate and its key as a platform delivers them, in one file."""
        certificate, key = self.client(name)
        content = pkcs12.serialize_key_and_certificates(
            name.encode(),
            serialization.load_pem_private_key(key.read_bytes(), None),  # type: ignore[arg-type]
            x509.load_pem_x509_certificate(certificate.read_bytes()),
            [each.certificate for each in others],
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .key_cert_algorithm(encryption)
            .build(passphrase.encode()),
        )
        return self._write(f"{name}.p12", content)

    def _issue(
        self,
        name: str,
        alternative: x509.SubjectAlternativeName,
        *,
        passphrase: bytes | None = None,
        days: int,
    ) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key, days=days)
            .add_extension(alternative, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        secrecy = (
            serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        )
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secrecy)
        return (
            self._write(f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM)),
            self._write(f"{name}.key", pem),
        )

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int = 30
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
        )

    def _write(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path


def demanding(
    authority: Authority, trusted: Authority, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """The context of a server that requires a client certificate of ``trusted``."""
    context = authority.server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(trusted.pem)
    context.minimum_version = context.maximum_version = version
    return context


@pytest.fixture(name="demanding")
def _demanding() -> Callable[..., ssl.SSLContext]:
    return demanding


def shown_name(connection: Connection) -> bytes:
    """The common name of the client certificate that the connection was opened with."""
    assert isinstance(connection.sock, ssl.SSLSocket)
    subject = dict(pair[0] for pair in connection.sock.getpeercert()["subject"])  # type: ignore[index]
    return subject["commonName"].encode()  # type: ignore[union-attr]


@pytest.fixture(name="shown_name")
def _shown_name() -> Callable[[Connection], bytes]:
    return shown_name


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority("Autorité des tests", tmp_path_factory.mktemp("autorite"))


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority("Autre autorité", tmp_path_factory.mktemp("autre"))
