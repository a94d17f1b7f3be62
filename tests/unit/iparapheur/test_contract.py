"""The contract is ours, packaged with the code, and needs nobody."""

from __future__ import annotations

import subprocess
import sys
import threading

from cdg62_connect.iparapheur.soap_v4.contract import bind

ALONE = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("no network")

import cdg62_connect.iparapheur
assert not {"zeep", "lxml"} & set(sys.modules), "heavy libraries are for the first request"
socket.socket.connect = socket.getaddrinfo = refuse
from cdg62_connect.iparapheur.soap_v4.contract import bind
assert b"echoRequest" in bind("echo", "bonjour")
assert "zeep" in sys.modules
"""


def test_the_first_request_loads_the_contract_without_any_network() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", ALONE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_threads_bind_their_own_requests() -> None:
    bound: dict[int, bytes] = {}

    def work(number: int) -> None:
        for _ in range(20):
            bound[number] = bind("ArchiverDossier", DossierID=f"dossier-{number}", ArchivageAction="EFFACER")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f">dossier-{number}<".encode() in envelope for number, envelope in bound.items())
    assert len(bound) == 6
