"""A simulator on real ports for the whole session, emptied before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from fpdf import FPDF

from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from support.pastell_http import PastellCaller, pastell_caller

MORNING = datetime(2025, 3, 14, 8, tzinfo=UTC)
ACTES = "/modules/actes"

FieldPairs = Sequence[tuple[str, str]]
FileParts = Sequence[tuple[str, str, bytes]]


def multipart(fields: FieldPairs, files: FileParts, *, boundary: str = "frontiere-62") -> bytes:
    """A multipart body as a platform of ISO-8859-1 wants it; no HTTP library writes it so."""
    lines: list[bytes] = []
    for name, value in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        lines += [head.encode("latin-1"), value.encode("latin-1"), b"\r\n"]
    for name, filename, content in files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        lines += [head.encode("latin-1"), content, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


class S2lowCaller:
    """Speaks to S2LOW as a program that knows only the protocol."""

    def __init__(self, url: str, ca: str, certificate: tuple[str, str], document: bytes) -> None:
        self.url = url
        self.document = document
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = ca
        self.session.cert = certificate

    def get(self, path: str, **params: object) -> requests.Response:
        given = {name: str(value) for name, value in params.items()}
        return self.session.get(self.url + path, params=given, allow_redirects=False, timeout=20)

    def post(
        self, path: str, fields: FieldPairs, files: FileParts = (), *, query: str = ""
    ) -> requests.Response:
        return self.session.post(
            self.url + path + query,
            data=multipart(fields, files),
            headers={"Content-Type": "multipart/form-data; boundary=frontiere-62"},
            allow_redirects=False,
            timeout=60,
        )

    def create(
        self,
        *,
        without: Sequence[str] = (),
        document: tuple[str, bytes] | None = None,
        annexes: Sequence[tuple[str, bytes, str]] = (),
        query: str = "?api=1",
        **changes: str,
    ) -> requests.Response:
        """Deposit an arrêté, changed as asked. ``annexes``: name, content, piece code."""
        fields = {
            "api": "1",
            "nature_code": "3",
            "number": "PC62991_25A0012",
            "subject": "Permis de construire accordé",
            "decision_date": "2025-03-10",
            "en_attente": "0",
            "document_papier": "0",
            "type_acte": "99_AI",
            "classif1": "2",
            "classif2": "2",
            **changes,
        }
        pairs = [(name, value) for name, value in fields.items() if name not in without]
        pairs += [("type_pj[]", code) for _, _, code in annexes if code]
        files: list[tuple[str, str, bytes]] = []
        if "acte_pdf_file" not in without:
            name, content = document or ("arrete.pdf", self.document)
            files.append(("acte_pdf_file", name, content))
        files += [("acte_attachments[]", name, content) for name, content, _ in annexes]
        return self.post(f"{ACTES}/actes_transac_create.php", pairs, files, query=query)

    def created(self, **changes: Any) -> int:
        """Deposit and return the id."""
        answer = self.create(**changes)
        first, identifier = answer.text.split("\n")[:2]
        assert first == "OK", answer.content
        return int(identifier)

    def status(self, transaction: int) -> tuple[int, bytes]:
        """One look: the status and what follows it."""
        answer = self.get(f"{ACTES}/actes_transac_get_status.php", transaction=transaction).content
        first, code, rest = answer.split(b"\n", 2)
        assert first == b"OK", answer
        return int(code), rest

    def acknowledged(self, **changes: Any) -> int:
        """Deposit, look until the acknowledgement and return the id."""
        transaction = self.created(**changes)
        for expected in (1, 2, 3, 4):
            assert self.status(transaction)[0] == expected
        return transaction

    def files(self, transaction: int) -> list[dict[str, Any]]:
        answer = self.get(f"{ACTES}/actes_transac_get_files_list.php", transaction=transaction)
        found: list[dict[str, Any]] = answer.json()
        return found


class AdminCaller:
    """Speaks to the admin desk."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str) -> Any:
        answer = self.session.get(self.url + path, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object = None, *, status: int = 200) -> Any:
        answer = self.session.post(self.url + path, json=body, timeout=20)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorServer]:
    simulator = Simulator(folder=tmp_path_factory.mktemp("simulateur"), clock=SimClock(MORNING))
    with SimulatorServer(simulator) as server:
        yield server


@pytest.fixture
def server(_served: SimulatorServer) -> Iterator[SimulatorServer]:
    """The session's server, emptied; what it did not expect fails the test."""
    _served.simulator.reset()
    already = len(_served.erreurs)
    yield _served
    assert _served.erreurs[already:] == []


@pytest.fixture
def simulator(server: SimulatorServer) -> Simulator:
    return server.simulator


@pytest.fixture(scope="session")
def document() -> bytes:
    """A small PDF."""
    page = FPDF()
    page.add_page()
    page.set_font("helvetica", "", 12)
    page.cell(0, 10, "Arrêté de permis de construire - SPÉCIMEN")
    return bytes(page.output())


@pytest.fixture
def caller(server: SimulatorServer, document: bytes) -> Iterator[Callable[..., S2lowCaller]]:
    """Makes callers of S2LOW: of the first commune, or of the account of that rank, or of that certificate."""
    opened: list[S2lowCaller] = []

    def call(rank: int = 0, certificate: tuple[Path, Path] | None = None) -> S2lowCaller:
        described: Any = server.describe()["s2low"]
        account = described["accounts"][rank]
        pair = certificate or (account["cert"], account["key"])
        one = S2lowCaller(described["url"], described["ca"], (str(pair[0]), str(pair[1])), document)
        opened.append(one)
        return one

    yield call
    for one in opened:
        one.session.close()


@pytest.fixture
def s2low(caller: Callable[..., S2lowCaller]) -> S2lowCaller:
    """The first commune's program."""
    return caller()


@pytest.fixture
def admin(server: SimulatorServer) -> Iterator[AdminCaller]:
    desk = AdminCaller(str(server.describe()["admin"]))
    yield desk
    desk.session.close()


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """A session that ignores the proxies and authorities of the machine."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def pastell(server: SimulatorServer) -> Iterator[PastellCaller]:
    """The first commune's program before Pastell."""
    with pastell_caller(server.describe()["pastell"]) as one:
        yield one


@pytest.fixture
def pastell_admin(server: SimulatorServer) -> Iterator[PastellCaller]:
    """The administrator of Pastell."""
    with pastell_caller(server.describe()["pastell"], admin=True) as one:
        yield one
