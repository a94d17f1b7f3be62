"""A dossier of 150 MB with an annexe of 50 MB through iParapheur 5: submitted, then collected; speed and memory.

Run: ``python benchmarks/rest.py [megabytes] [rounds]``. Beside it, in processes of their own and against the same
light server: requests streaming the same form from its files, requests streaming the same ZIP into one file, and
requests doing the same work (that ZIP, then zipfile and SHA-256).
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

BLOCK = 1 << 20
DOCUMENTS = ("principal.pdf", "annexe.pdf")
WORKS = (
    "submit: cdg62-connect",
    "submit: requests",
    "collect: cdg62-connect",
    "collect: requests, ZIP only",
    "collect: requests, same work",
)
TOKEN = {"access_token": "a.b.c", "expires_in": 3600}
PREMIS = (
    '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">'
    '<object xsi:type="intellectualEntity"><originalName>Banc</originalName></object></premis>'
)


class Platform(BaseHTTPRequestHandler):
    """Just enough of a parapheur 5; its ZIP lies ready."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder: ClassVar[Path]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """A token, or a creation whose body is swallowed."""
        left = int(self.headers["Content-Length"])
        room = memoryview(bytearray(BLOCK))
        while left:
            left -= self.rfile.readinto1(room[: min(left, len(room))])
        token = self.path.endswith("/token")
        self._json(TOKEN if token else {"id": "d-1", "name": "Banc"}, 200 if token else 201)

    def do_GET(self) -> None:
        """The ZIP, or a list of one element."""
        if not self.path.endswith("/zip"):
            lists = self.path.partition("?")[0].rpartition("/")[2]
            content = [] if lists.isupper() else [{"id": "1", "name": "T"}]
            self._json({"content": content, "totalPages": 1}, 200)
            return
        name = "petit.zip" if "/petit/" in self.path else "grand.zip"
        with (self.folder / name).open("rb") as content:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(os.fstat(content.fileno()).st_size))
            self.end_headers()
            self.connection.sendfile(content)

    def _json(self, value: object, status: int) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(folder: Path) -> None:
    """Listen, print the port, and never end."""
    Platform.folder = folder
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    print(listening.server_address[1], flush=True)
    listening.serve_forever()


def ours(work: str, address: str, folder: Path) -> object:
    """This project."""
    from cdg62_connect import HttpSession, Secret
    from cdg62_connect.iparapheur import Document, Submission
    from cdg62_connect.iparapheur.rest_v5 import Compte, IparapheurRest, ParapheurRest
    from cdg62_connect.transport import Payload

    port = ParapheurRest(
        IparapheurRest(
            lambda auth: HttpSession(address, platform="banc", auth=auth), compte=Compte("banc", Secret("x"))
        )
    )

    def submit(size: str, _: Path) -> None:
        main, annexe = (Document(name, Payload.of(folder / f"{size}-{name}")) for name in DOCUMENTS)
        port.submit(
            Submission(key=size, titre="Banc", type="T", sous_type="T", documents=(main,), annexes=(annexe,))
        )

    def collect(size: str, into: Path) -> None:
        assert len(port.collect(size, into=into, limit=1 << 30).files) == 5

    return submit if work.startswith("submit") else collect


def plain(work: str, address: str, folder: Path) -> object:
    """Requests, streaming both ways."""
    import requests

    session = requests.Session()
    session.trust_env = False
    url = f"{address}/api/standard/v1/tenant/1/desk/1/folder"

    def form(size: str):
        boundary = "banc"
        parts = [(f"{size}-{name}", name) for name in DOCUMENTS]
        for stored, name in parts:
            yield (
                f'--{boundary}\r\nContent-Disposition: form-data; name="documents"; filename="{name}"\r\n'
                "Content-Type: application/pdf\r\n\r\n"
            ).encode()
            with (folder / stored).open("rb") as content:
                yield from iter(lambda content=content: content.read(768 * 1024), b"")
            yield b"\r\n"
        yield f"--{boundary}--\r\n".encode()

    class Sized:
        def __init__(self, size: str) -> None:
            self.size = size

        def __iter__(self):
            return form(self.size)

        def __len__(self) -> int:
            files = sum((folder / f"{self.size}-{name}").stat().st_size for name in DOCUMENTS)
            heads = 0
            for name in DOCUMENTS:
                heads += len(
                    f'--banc\r\nContent-Disposition: form-data; name="documents"; filename="{name}"\r\n'
                    "Content-Type: application/pdf\r\n\r\n\r\n"
                )
            return files + heads + len("--banc--\r\n")

    def submit(size: str, _: Path) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=banc"}
        session.post(url, data=Sized(size), headers=headers, timeout=600).raise_for_status()

    def collect(size: str, into: Path) -> None:
        archive = into / f"{size}.zip"
        with session.get(f"{url}/{size}/zip", stream=True, timeout=600) as answer, archive.open("wb") as out:
            for block in answer.iter_content(512 * 1024):
                out.write(block)
        if work.endswith("same work"):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(into)
                for name in opened.namelist():
                    with (into / name).open("rb+") as content:
                        hashlib.file_digest(content, "sha256")
                        os.fsync(content.fileno())

    return submit if work.startswith("submit") else collect


def measured(work: str, address: str, folder: Path) -> dict[str, float]:
    """Seconds of one operation, and the peak of memory above idle in MB; idle has done it once with little."""
    made = (ours if work.endswith("connect") else plain)(work, address, folder)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        assert callable(made)
        made("petit", Path(name))
        Path("/proc/self/clear_refs").write_text("5")
        idle = peak()
        start, spent = time.perf_counter(), cpu()
        made("grand", Path(name))
        seconds, spent = time.perf_counter() - start, cpu() - spent
    return {"seconds": seconds, "cpu": spent, "above_idle_mb": (peak() - idle) * 1024 / 1e6}


def cpu() -> float:
    """Seconds of processor of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """Peak RSS of this process since it was last cleared, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def write_documents(folder: Path, size: str, sizes: tuple[int, int]) -> int:
    """The documents, and the ZIP that comes back (stored: PDFs hardly compress); bytes of both together."""
    for name, length in zip(DOCUMENTS, sizes, strict=True):
        with (folder / f"{size}-{name}").open("wb") as out:
            for start in range(0, length, BLOCK):
                out.write(os.urandom(min(BLOCK, length - start)))
    with zipfile.ZipFile(folder / f"{size}.zip", "w") as archive:
        archive.writestr("i_Parapheur_internal_premis.xml", PREMIS)
        archive.write(folder / f"{size}-{DOCUMENTS[0]}", "Documents principaux/principal.pdf")
        archive.write(folder / f"{size}-{DOCUMENTS[1]}", "Annexes/annexe.pdf")
    return sum(sizes)


def main() -> None:
    """Measure and print one JSON object."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else 150
    rounds = int(sys.argv[2]) if sys.argv[2:] else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_documents(folder, "petit", (100_000, 10_000))
        size = write_documents(folder, "grand", (megabytes * 1_000_000, megabytes * 1_000_000 // 3))
        command = [sys.executable, __file__, "serve", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            runs: dict[str, list[dict[str, float]]] = {work: [] for work in WORKS}
            try:
                for _ in range(rounds):  # they take turns, so that they share the machine's moods
                    for work, found in runs.items():
                        once = [sys.executable, __file__, "once", work, address, str(folder)]
                        done = subprocess.run(once, check=True, stdout=subprocess.PIPE, text=True)
                        found.append(json.loads(done.stdout))
            finally:
                server.terminate()
    told = {
        work: {
            "mb_per_s": round(size / 1e6 / statistics.median(run["seconds"] for run in found)),
            "cpu_s": round(statistics.median(run["cpu"] for run in found), 2),
            "above_idle_mb": round(statistics.median(run["above_idle_mb"] for run in found), 1),
        }
        for work, found in runs.items()
    }

    def ratio(work: str, beside: str) -> float:
        pairs = zip(runs[beside], runs[work], strict=True)
        return round(statistics.median(b["seconds"] / a["seconds"] for b, a in pairs), 2)

    ratios = {
        "submit / requests": ratio(WORKS[0], WORKS[1]),
        "collect / requests, ZIP only": ratio(WORKS[2], WORKS[3]),
        "collect / requests, same work": ratio(WORKS[2], WORKS[4]),
    }
    print(json.dumps({"megabytes": size / 1e6, "rounds": rounds, "works": told, "ratios": ratios}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        threading.current_thread().name = "banc"
        serve(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["once"]:
        print(json.dumps(measured(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
    else:
        main()
