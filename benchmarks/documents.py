"""A large document through each operation that carries one: speed beside base64 alone, and memory.

Run: ``python benchmarks/documents.py [megabytes] [rounds]``
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

NS = "http://www.adullact.org/spring-ws/iparapheur/1.0"
BLOCK = 768 * 1024
HEAD = (
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    f'<GetDossierResponse xmlns="{NS}" xmlns:x="http://www.w3.org/2005/05/xmlmime"><DossierID>banc</DossierID>'
    '<DocPrincipal x:contentType="application/pdf">'
).encode()
TAIL = (
    b"</DocPrincipal><MessageRetour><codeRetour>OK</codeRetour><message/><severite>INFO</severite></MessageRetour>"
    b"</GetDossierResponse></S:Body></S:Envelope>"
)
CREATED = (
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    f'<CreerDossierResponse xmlns="{NS}"><MessageRetour><codeRetour>OK</codeRetour><message>Dossier banc soumis '
    "dans le circuit</message><severite>INFO</severite></MessageRetour></CreerDossierResponse></S:Body></S:Envelope>"
).encode()


class Platform(BaseHTTPRequestHandler):
    """Just enough of each platform to carry the bytes."""

    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Swallow what comes, then answer what the operation expects."""
        left, head = int(self.headers["Content-Length"]), b""
        while left:
            data = self.rfile.read(min(left, 1 << 20))
            head = head or data[:4096]
            left -= len(data)
        if "actes_transac_create" in self.path:
            self._answer("text/html", [b"OK\n1234\n\n"])
        elif b"CreerDossierRequest" in head:
            self._answer("text/xml;charset=utf-8", [CREATED])
        elif self.path.endswith("no-mtom"):
            self._answer("text/xml;charset=utf-8", [HEAD, self.folder / "document.b64", TAIL])
        else:
            include = b'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:d@p"/>'
            parts = [
                b"--uuid:1\r\nContent-Id: <r@p>\r\nContent-Type: application/xop+xml\r\n\r\n"
                + HEAD
                + include
                + TAIL,
                b"\r\n--uuid:1\r\nContent-Id: <d@p>\r\nContent-Type: application/pdf\r\n\r\n",
                self.folder / "document",
                b"\r\n--uuid:1--",
            ]
            kind = 'multipart/related; start="<r@p>"; type="application/xop+xml"; boundary="uuid:1"'
            self._answer(kind, parts)

    def _answer(self, kind: str, parts: list[bytes | Path]) -> None:
        sizes = [part.stat().st_size if isinstance(part, Path) else len(part) for part in parts]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(sum(sizes)))
        self.end_headers()
        for part in parts:
            if isinstance(part, bytes):
                self.wfile.write(part)
                continue
            with part.open("rb") as content:
                while data := content.read(1 << 20):
                    self.wfile.write(data)


def client(operation: str, url: str, folder: Path, rounds: int) -> dict[str, object]:
    """One operation, several times, in this process: seconds of each, and the peak of memory above idle."""
    from datetime import date

    from cdg62_connect.iparapheur import Document, IparapheurSoap, NewDossier
    from cdg62_connect.s2low import ActeFile, NewActe, S2low
    from cdg62_connect.transport import HttpSession, Payload

    document = Payload.of(folder / "document")
    endpoint = "ws-iparapheur" if operation == "GetDossier MTOM" else "ws-iparapheur-no-mtom"
    base = url if operation == "acte" else f"{url}/{endpoint}"
    with HttpSession(base, platform="banc") as session:
        parapheur, s2low = IparapheurSoap(session), S2low(session)

        def create(content: Payload = document) -> object:
            return parapheur.dossiers.creer(
                NewDossier(
                    dossier_id="banc",
                    titre="banc",
                    type_technique="T",
                    sous_type="S",
                    document=Document(nom="document.pdf", content=content),
                )
            )

        def acte() -> object:
            return s2low.actes.transmettre(
                NewActe(
                    nature=3,
                    numero="BANC01",
                    objet="banc",
                    date=date(2026, 1, 2),
                    matiere=(2, 2),
                    type_acte="99_AI",
                    document=ActeFile(nom="document.pdf", content=document),
                )
            )

        def get() -> object:
            with tempfile.TemporaryDirectory(dir=folder) as into:
                return parapheur.dossiers.recuperer("banc", into=Path(into))

        work: Callable[[], object] = {"CreerDossier": create, "acte": acte}.get(operation, get)
        if operation == "CreerDossier":
            create(Payload.of(b"%PDF-"))  # loads the contract: idle includes it
        elif operation != "acte":
            import cdg62_connect.iparapheur.soap_v4.contract as contract

            contract.bind("echo", "banc")
        Path("/proc/self/clear_refs").write_text("5")
        idle = memory()
        taken: list[float] = []
        for _ in range(rounds):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
        return {"seconds": taken, "above_idle_mb": (memory() - idle) / 1024}


def memory() -> int:
    """Peak RSS of this process since it was last cleared, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def alone(work: Callable[[bytes], object], path: Path) -> float:
    """Seconds that encoding or decoding this file takes, alone, from a warm page cache."""
    total = 0.0
    with path.open("rb") as content:
        while data := content.read(BLOCK * 4):
            start = time.perf_counter()
            work(data)
            total += time.perf_counter() - start
    return total


def main() -> None:
    """Measure every operation and print one JSON object."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else 150
    rounds = int(sys.argv[2]) if sys.argv[2:] else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "document").open("wb") as raw, (folder / "document.b64").open("wb") as encoded:
            for _ in range(megabytes * 1_000_000 // BLOCK):
                data = os.urandom(BLOCK)
                raw.write(data)
                encoded.write(base64.b64encode(data))
        size = (folder / "document").stat().st_size / 1e6
        script = [sys.executable, __file__]
        server = subprocess.Popen([*script, "--serve", folder], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        results: dict[str, object] = {}
        try:
            for operation in ("CreerDossier", "acte", "GetDossier", "GetDossier MTOM"):
                done = subprocess.run(
                    [*script, "--client", operation, url, folder, str(rounds)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                told = json.loads(done.stdout)
                sending = operation in ("CreerDossier", "acte")
                reference = (
                    alone(binascii.b2a_base64, folder / "document")
                    if sending
                    else alone(binascii.a2b_base64, folder / "document.b64")
                )
                speed, best = size / statistics.median(told["seconds"]), size / reference
                results[operation] = {
                    "mb_per_s": round(speed),
                    "base64_alone_mb_per_s": round(best),
                    "ratio": round(speed / best, 2),
                    "above_idle_mb": round(told["above_idle_mb"], 1),
                }
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()
        print(
            json.dumps(
                {"megabytes": round(size), "rounds": rounds, "operations": results}, ensure_ascii=False
            )
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--serve", place]:
            Platform.folder = Path(place)
            listening = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
            print(listening.server_address[1], flush=True)
            listening.serve_forever()
        case ["--client", wanted, address, place, times]:
            print(json.dumps(client(wanted, address, Path(place), int(times))))
        case _:
            main()
