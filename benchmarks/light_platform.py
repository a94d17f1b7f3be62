"""Just enough of each platform to carry the bytes: its answers are ready before it is asked.

Run by the benchmarks, in a process of its own: ``python benchmarks/light_platform.py <folder>`` prints the port it
listens on. The folder holds ``petit`` and ``grand``, and the base64 text of each beside it; with an annexe
(``petit-annexe``…) for whole dossiers, and the ZIP of the REST API (``petit.zip``…).
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

NAMESPACE = "http://www.adullact.org/spring-ws/iparapheur/1.0"
Part = bytes | Path

_ENVELOPE = '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>%s</S:Body></S:Envelope>'
_OK = "<MessageRetour><codeRetour>OK</codeRetour><message>fait</message><severite>INFO</severite></MessageRetour>"
_CREATED = (_ENVELOPE % f'<CreerDossierResponse xmlns="{NAMESPACE}">{_OK}</CreerDossierResponse>').encode()
_ENDED = (
    _ENVELOPE
    % f'<GetHistoDossierResponse xmlns="{NAMESPACE}"><LogDossier><timestamp>2026-03-02T09:00:00+01:00'
    f"</timestamp><nom>WS</nom><status>Archive</status></LogDossier>{_OK}</GetHistoDossierResponse>"
).encode()
# In the order of the contract: zeep reads no other.
_GIVEN = _ENVELOPE % (
    f'<GetDossierResponse xmlns="{NAMESPACE}" xmlns:x="http://www.w3.org/2005/05/xmlmime">'
    "<TypeTechnique>T</TypeTechnique><SousType>S</SousType><DossierID>*id*</DossierID>"
    "<Visibilite>SERVICE</Visibilite><DateLimite/>"
    '<DocPrincipal x:contentType="application/pdf">*document*</DocPrincipal>'
    f"<NomDocPrincipal>document.pdf</NomDocPrincipal>*annexes*{_OK}</GetDossierResponse>"
)
_ANNEXES = (
    "<DocumentsAnnexes><DocAnnexe><nom>annexe.pdf</nom><fichier>*annexe*</fichier></DocAnnexe><DocAnnexe>"
    "<nom>iParapheur_impression_dossier.pdf</nom><fichier>JVBERg==</fichier></DocAnnexe></DocumentsAnnexes>"
)
_INCLUDE = b'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:*@p"/>'
_PACKAGE = 'multipart/related; start="<r@p>"; type="application/xop+xml"; boundary="uuid:1"'
_TOKEN = {"access_token": "a.b.c", "expires_in": 3600}


class Platform(BaseHTTPRequestHandler):
    """The parapheur under ``/ws-iparapheur``, ``/ws-iparapheur-no-mtom`` and ``/api``, S2LOW elsewhere."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder: ClassVar[Path]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Swallow what comes, then answer what the operation expects."""
        head = self._swallow(int(self.headers["Content-Length"]))
        if "actes_transac_create" in self.path:
            self._answer("text/html", [b"OK\n1234\n\n"])
        elif self.path.endswith("/token"):
            self._json(_TOKEN)
        elif self.path.startswith("/api/"):
            self._json({"id": "d-1", "name": "Banc"}, 201)
        elif b"CreerDossierRequest" in head:
            self._answer("text/xml;charset=utf-8", [_CREATED])
        elif b"GetHistoDossierRequest" in head:
            self._answer("text/xml;charset=utf-8", [_ENDED])
        else:
            self._give("grand" if b">grand<" in head else "petit")

    def do_GET(self) -> None:
        """The ZIP of a folder of the REST API, or a list of one element."""
        if self.path.endswith("/zip"):
            name = "petit.zip" if "/petit/" in self.path else "grand.zip"
            self._answer("application/octet-stream", [self.folder / name])
        else:
            lists = self.path.partition("?")[0].rpartition("/")[2]
            self._json({"content": [] if lists.isupper() else [{"id": "1", "name": "T"}], "totalPages": 1})

    def _give(self, name: str) -> None:
        """The dossier, its documents inside or beside."""
        documents = [self.folder / name]
        annexe = self.folder / f"{name}-annexe"
        if annexe.exists():
            documents.append(annexe)
        text = _GIVEN.replace("*id*", name).replace("*annexes*", _ANNEXES if annexe.exists() else "")
        texts = text.replace("*annexe*", "*document*").encode().split(b"*document*")
        if self.path.endswith("no-mtom"):
            coded = [one.with_name(f"{one.name}.b64") for one in documents]
            self._answer("text/xml;charset=utf-8", _between(texts, coded))
            return
        cids = [_INCLUDE.replace(b"*", str(rank).encode()) for rank in range(len(documents))]
        parts: list[Part] = [b"--uuid:1\r\nContent-Id: <r@p>\r\nContent-Type: application/xop+xml\r\n\r\n"]
        parts += _between(texts, cids)
        for rank, one in enumerate(documents):
            opening = f"\r\n--uuid:1\r\nContent-Id: <{rank}@p>\r\nContent-Type: application/pdf\r\n\r\n"
            parts += [opening.encode(), one]
        self._answer(_PACKAGE, [*parts, b"\r\n--uuid:1--\r\n"])

    def _swallow(self, left: int) -> bytes:
        room = memoryview(bytearray(1 << 20))
        head = b""
        while left:
            count = self.rfile.readinto1(room[: min(left, len(room))])
            head = head or bytes(room[: min(count, 8192)])
            left -= count
        return head

    def _json(self, value: object, status: int = 200) -> None:
        self._answer("application/json", [json.dumps(value).encode()], status)

    def _answer(self, kind: str, parts: list[Part], status: int = 200) -> None:
        sizes = [part.stat().st_size if isinstance(part, Path) else len(part) for part in parts]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(sum(sizes)))
        self.end_headers()
        for part in parts:
            if isinstance(part, bytes):
                self.wfile.write(part)
            else:
                with part.open("rb") as content:
                    self.connection.sendfile(content)


def _between(texts: list[bytes], documents: list[Part]) -> list[Part]:
    """Each document between the texts around it."""
    parts: list[Part] = [texts[0]]
    for document, text in zip(documents, texts[1:], strict=True):
        parts += [document, text]
    return parts


if __name__ == "__main__":
    Platform.folder = Path(sys.argv[1])
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    print(listening.server_address[1], flush=True)
    listening.serve_forever()
