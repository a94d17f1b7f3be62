from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.pki import TestAuthority

CREATE = "/modules/actes/actes_transac_create.php"


def address(url: object) -> tuple[str, int]:
    parts = urlsplit(str(url))
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


@pytest.fixture
def s2low_address(server: SimulatorServer) -> tuple[str, int]:
    described: Any = server.describe()["s2low"]
    return address(described["url"])


def context_of(server: SimulatorServer, *, rank: int | None = 0) -> ssl.SSLContext:
    described: Any = server.describe()["s2low"]
    context = ssl.create_default_context(cafile=described["ca"])
    if rank is not None:
        account = described["accounts"][rank]
        context.load_cert_chain(account["cert"], account["key"])
    return context


def test_the_description_gives_all_that_a_program_needs(server: SimulatorServer) -> None:
    described: Any = server.describe()
    assert set(described) == {"iparapheur_soap", "iparapheur_rest", "s2low", "pastell", "admin"}
    assert set(described["iparapheur_soap"]) == {
        "url",
        "url_mtom",
        "login",
        "password",
        "type",
        "sous_types",
        "accounts",
    }
    assert described["iparapheur_soap"]["login"] == "ws-216209916@demo"
    assert [one["siren"] for one in described["s2low"]["accounts"]] == ["216209916", "216209924", "200062990"]
    for account in described["s2low"]["accounts"]:
        assert Path(account["cert"]).is_file()
        assert Path(account["key"]).is_file()


def test_the_accounts_of_the_parapheur_open_its_door(
    server: SimulatorServer, browser: requests.Session
) -> None:
    described: Any = server.describe()["iparapheur_soap"]
    for account in described["accounts"]:
        auth = (account["login"], account["password"])
        answer = browser.post(described["url"], auth=auth, data=b"<rien/>", timeout=10)
        assert answer.status_code != 401


def test_s2low_refuses_the_handshake_of_who_has_no_certificate(
    server: SimulatorServer, s2low_address: tuple[str, int]
) -> None:
    context = context_of(server, rank=None)
    with socket.create_connection(s2low_address, timeout=10) as bare, pytest.raises(ssl.SSLError):
        context.wrap_socket(bare, server_hostname="127.0.0.1").close()


def test_s2low_refuses_the_handshake_of_a_certificate_of_another_authority(
    server: SimulatorServer, s2low_address: tuple[str, int], tmp_path: Path
) -> None:
    stranger = TestAuthority(tmp_path, start=datetime(2025, 1, 1, tzinfo=UTC))
    context = context_of(server, rank=None)
    context.load_cert_chain(*stranger.client_certificate("intrus"))
    with socket.create_connection(s2low_address, timeout=10) as bare, pytest.raises(ssl.SSLError):
        context.wrap_socket(bare, server_hostname="127.0.0.1").close()


def test_in_tls_1_3_the_refusal_of_a_certificate_comes_after_the_handshake(tmp_path: Path) -> None:
    simulator = Simulator(folder=tmp_path)
    with SimulatorServer(simulator, tls_1_3=True) as server:
        described: Any = server.describe()["s2low"]
        context = context_of(server, rank=None)
        with (
            socket.create_connection(address(described["url"]), timeout=10) as bare,
            context.wrap_socket(bare, server_hostname="127.0.0.1") as shaken,
        ):
            assert shaken.version() == "TLSv1.3"
            with pytest.raises(ssl.SSLError, match="certificate required"):
                shaken.recv(1)


def test_twenty_silent_clients_hold_nobody_up(
    server: SimulatorServer, s2low: Any, browser: requests.Session
) -> None:
    described: Any = server.describe()
    ports = [address(described["s2low"]["url"]), address(described["iparapheur_soap"]["url"])]
    with ExitStack() as silence:
        for port in ports:
            for _ in range(20):
                silence.enter_context(socket.create_connection(port, timeout=10))
        started = time.monotonic()
        assert s2low.get("/api/test-connexion.php").text == "OK"
        assert browser.get(described["iparapheur_soap"]["url"], timeout=10).status_code == 200
        assert time.monotonic() - started < 5


HELLO = bytes.fromhex("160301020001")
"""The head of a TLS record that announces 512 bytes of ClientHello, and the first of them."""


@pytest.mark.parametrize("stops", ["before a word", "in the ClientHello", "after the handshake"])
def test_whoever_stops_at_any_point_of_the_handshake_holds_nobody_up(
    server: SimulatorServer, s2low_address: tuple[str, int], s2low: Any, stops: str
) -> None:
    with ExitStack() as silence:
        for _ in range(20):
            mute = silence.enter_context(socket.create_connection(s2low_address, timeout=10))
            if stops == "in the ClientHello":
                mute.sendall(HELLO)
            elif stops == "after the handshake":
                silence.enter_context(context_of(server).wrap_socket(mute, server_hostname="127.0.0.1"))
        started = time.monotonic()
        assert s2low.get("/api/test-connexion.php").text == "OK"
        assert time.monotonic() - started < 5


def test_a_handshake_that_comes_byte_by_byte_is_served_in_the_end(
    server: SimulatorServer, s2low_address: tuple[str, int]
) -> None:
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context_of(server).wrap_bio(ours, theirs, server_hostname="127.0.0.1")
    with socket.create_connection(s2low_address, timeout=10) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def until_done(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    for byte in theirs.read():
                        slow.sendall(bytes([byte]))
                    ours.write(slow.recv(65536))

        until_done(client.do_handshake)
        client.write(b"GET /api/test-connexion.php HTTP/1.0\r\n\r\n")
        assert until_done(lambda: client.read(12)) == b"HTTP/1.1 200"


def test_one_connection_serves_many_requests(server: SimulatorServer, s2low_address: tuple[str, int]) -> None:
    connection = http.client.HTTPSConnection(*s2low_address, context=context_of(server), timeout=10)
    try:
        connection.connect()
        first = connection.sock
        for _ in range(5):
            connection.request("GET", "/api/test-connexion.php")
            assert connection.getresponse().read() == b"OK"
            assert connection.sock is first
    finally:
        connection.close()


def test_ten_programs_are_served_at_once(caller: Callable[..., Any]) -> None:
    callers = [caller() for _ in range(10)]
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(callers[n].created(number=f"PC_{n}A")))
        for n in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(answers)) == 10


def test_a_cut_before_the_work_leaves_nothing_behind(simulator: Simulator, s2low: Any) -> None:
    simulator.faults.add({"plateforme": "s2low", "operation": "actes_transac_create", "effet": "couper"})
    with pytest.raises(requests.ConnectionError):
        s2low.create()
    assert simulator.s2low.snapshot()["creations"] == {}
    assert simulator.faults.unmet() == []


def test_a_cut_after_the_work_loses_only_the_answer(simulator: Simulator, s2low: Any) -> None:
    simulator.faults.add(
        {
            "plateforme": "s2low",
            "operation": "actes_transac_create",
            "effet": "couper",
            "moment": "apres",
            "contient": "PC62991",
        }
    )
    with pytest.raises(requests.ConnectionError):
        s2low.create()
    assert simulator.s2low.snapshot()["creations"] == {"216209916/PC62991_25A0012": 1}
    assert "même numéro interne" in s2low.create().content.decode("latin-1")


def test_a_truncated_answer_announces_its_whole_length_and_gives_half(
    simulator: Simulator, server: SimulatorServer, s2low_address: tuple[str, int], s2low: Any
) -> None:
    whole = s2low.get("/modules/actes/actes_classification_fetch.php", api=1).content
    simulator.faults.add({"plateforme": "s2low", "effet": "tronquer"})
    connection = http.client.HTTPSConnection(*s2low_address, context=context_of(server), timeout=10)
    try:
        connection.request("GET", "/modules/actes/actes_classification_fetch.php?api=1")
        answer = connection.getresponse()
        assert answer.headers["Content-Length"] == str(len(whole))
        with pytest.raises(http.client.IncompleteRead) as cut:
            answer.read()
        assert cut.value.partial == whole[: len(whole) // 2]
    finally:
        connection.close()


@pytest.mark.parametrize(("effet", "status"), [("http_500", 500), ("http_502", 502), ("http_503", 503)])
def test_an_http_error_comes_as_a_page(simulator: Simulator, s2low: Any, effet: str, status: int) -> None:
    simulator.faults.add({"plateforme": "s2low", "effet": effet})
    answer = s2low.create()
    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE html>")
    assert simulator.s2low.snapshot()["creations"] == {}


def test_a_503_may_say_how_long_to_wait(simulator: Simulator, s2low: Any) -> None:
    simulator.faults.add({"plateforme": "s2low", "effet": "http_503", "secondes": 90})
    assert s2low.get("/api/test-connexion.php").headers["Retry-After"] == "90"


def test_a_login_page_comes_in_http_200(simulator: Simulator, s2low: Any) -> None:
    simulator.faults.add({"plateforme": "s2low", "effet": "html", "moment": "apres"})
    answer = s2low.create()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<form" in answer.text
    assert simulator.s2low.snapshot()["creations"] == {"216209916/PC62991_25A0012": 1}


def test_a_slow_answer_is_slower_than_an_impatient_client(simulator: Simulator, s2low: Any) -> None:
    simulator.faults.add({"plateforme": "s2low", "effet": "lenteur", "secondes": 60})
    url = f"{s2low.url}/api/test-connexion.php"
    with pytest.raises(requests.ReadTimeout):
        s2low.session.get(url, timeout=0.3)
    simulator.faults.release()


def test_a_large_deposit_does_not_sit_in_memory(
    server: SimulatorServer, s2low_address: tuple[str, int], simulator: Simulator
) -> None:
    # A PDF may carry anything before its end: 64 MiB of comment between the header and the body.
    size, block = 64 * 1024 * 1024, b"%" + b"." * (256 * 1024 - 2) + b"\n"
    head = (
        b'--f\r\nContent-Disposition: form-data; name="number"\r\n\r\nGROS_1\r\n'
        b'--f\r\nContent-Disposition: form-data; name="acte_pdf_file"; filename="gros.pdf"\r\n\r\n%PDF-1.4\n'
    )
    tail = b"\r\n--f--\r\n"

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(size // len(block)):
            yield block
        yield tail

    connection = http.client.HTTPSConnection(*s2low_address, context=context_of(server), timeout=60)
    tracemalloc.start()
    try:
        connection.request(
            "POST",
            f"{CREATE}?api=1",
            body=body(),
            headers={
                "Content-Type": "multipart/form-data; boundary=f",
                "Content-Length": str(len(head) + size + len(tail)),
            },
        )
        answer = connection.getresponse().read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        connection.close()
    assert "typologie absente" in answer.decode("latin-1")
    assert peak < size / 4
    assert list(simulator.s2low.reception.iterdir()) == []


def test_stopping_leaves_no_thread_and_no_socket(tmp_path: Path) -> None:
    before = alive()
    server = SimulatorServer(Simulator(folder=tmp_path, clock=SimClock())).start()
    described: Any = server.describe()
    account = described["s2low"]["accounts"][0]
    with requests.Session() as session:
        session.trust_env = False
        session.cert, session.verify = (account["cert"], account["key"]), described["s2low"]["ca"]
        assert session.get(f"{described['s2low']['url']}/api/test-connexion.php", timeout=10).text == "OK"
        assert session.get(f"{described['admin']}/etat", timeout=10).status_code == 200
        assert len(alive() - before) > 30
        server.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{described['admin']}/etat", timeout=2)
    assert left_since(before) == set()


def test_a_port_already_taken_is_said_and_leaves_nothing_open(tmp_path: Path) -> None:
    before = alive()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = SimulatorServer(Simulator(folder=tmp_path))
        with pytest.raises(OSError, match=str(taken.getsockname()[1])):
            server.start(admin_port=taken.getsockname()[1])
    assert left_since(before) == set()


def alive() -> set[object]:
    """The threads and the sockets of this process."""
    links = {os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")}
    return {*threading.enumerate(), *(link for link in links if "socket:" in link)}


def left_since(before: set[object]) -> set[object]:
    """What is alive and was not, once what is ending had time to end."""
    deadline = time.monotonic() + 5
    while alive() - before and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive() - before


def test_a_program_that_forgets_to_stop_it_still_ends(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from cdg62_connect.simulator import Simulator, SimulatorServer\n"
        "SimulatorServer(Simulator(folder=Path(sys.argv[1]))).start()\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=60).returncode == 0


def test_the_parapheur_speaks_tls_when_asked(tmp_path: Path, browser: requests.Session) -> None:
    with SimulatorServer(Simulator(folder=tmp_path), tls=True) as server:
        described: Any = server.describe()
        assert described["iparapheur_soap"]["url"].startswith("https://")
        ca = described["s2low"]["ca"]
        assert browser.get(described["iparapheur_soap"]["url"], verify=ca, timeout=10).status_code == 200


def test_a_simulator_started_again_in_its_folder_is_empty_and_keeps_its_certificates(
    tmp_path: Path,
) -> None:
    first = Simulator(folder=tmp_path)
    before = first.authority.ca.read_bytes()
    (first.s2low.reception / "reste").touch()
    second = Simulator(folder=tmp_path)
    assert second.authority.ca.read_bytes() == before
    assert list(second.s2low.reception.iterdir()) == []


def test_an_unexpected_error_is_kept_with_its_cause(
    server: SimulatorServer, s2low: Any, monkeypatch: pytest.MonkeyPatch, admin: Any
) -> None:
    def explode(*_: object) -> bytes:
        raise RuntimeError("quelque chose a cassé")

    monkeypatch.setattr(server.simulator.s2low.follow_up, "classification", explode)
    answer = s2low.get("/modules/actes/actes_classification_fetch.php", api=1)
    assert answer.status_code == 500
    assert "quelque chose a cassé" in server.erreurs[-1]
    admin.post("/reset")
    assert server.erreurs == []


def test_when_a_second_server_of_the_same_platforms_stops_pastell_drives_the_first_again(
    tmp_path: Path,
) -> None:
    simulator = Simulator(folder=tmp_path, clock=SimClock())

    def driven() -> str:
        connectors = simulator.pastell.connectors
        return str(connectors.detail(connectors.all("iParapheur")[0])["data"]["iparapheur_wsdl"])

    with SimulatorServer(simulator) as first:
        there = driven()
        described: Any = first.describe()
        assert there.startswith(described["iparapheur_soap"]["url"])
        with SimulatorServer(simulator, tls=True):
            assert driven() != there
        assert driven() == there
        simulator.reset()
        assert driven() == there
