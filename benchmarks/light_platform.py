"""Just enough of each platform to carry the bytes: its answers are ready before it is asked.

Run by ``documents.py``, in a process of its own: ``python benchmarks/light_platform.py <folder>`` prints the port
it listens on. The folder holds ``petit`` and ``grand``, and the base64 text of each beside it.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

NAMESPACE = "http://www.adullact.org/spring-ws/iparapheur/1.0"
_ENVELOPE = '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>%s</S:Body></S:Envelope>'
_OK = "<MessageRetour><codeRetour>OK</codeRetour><message>fait</message><severite>INFO</severite></MessageRetour>"
_CREATED = (_ENVELOPE % f'<CreerDossierResponse xmlns="{NAMESPACE}">{_OK}</CreerDossierResponse>').encode()
# In the order of the contract: zeep reads no other.
_GIVEN = _ENVELOPE % (
    f'<GetDossierResponse xmlns="{NAMESPACE}" xmlns:x="http://www.w3.org/2005/05/xmlmime">'
    "<TypeTechnique>T</TypeTechnique><SousType>S</SousType><DossierID>*id*</DossierID>"
    "<Visibilite>SERVICE</Visibilite><DateLimite/>"
    '<DocPrincipal x:contentType="application/pdf">*document*</DocPrincipal>'
    f"<NomDocPrincipal>document.pdf</NomDocPrincipal>{_OK}</GetDossierResponse>"
)
_INCLUDE = b'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:d@p"/>'
_PACKAGE = 'multipart/related; start="<r@p>"; type="application/xop+xml"; boundary="uuid:1"'


class Platform(BaseHTTPRequestHandler):
    """The parapheur under ``/ws-iparapheur`` and ``/ws-iparapheur-no-mtom``, S2LOW elsewhere."""

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
        elif b"CreerDossierRequest" in head:
            self._answer("text/xml;charset=utf-8", [_CREATED])
        else:
            name = "grand" if b">grand<" in head else "petit"
            before, _, after = _GIVEN.replace("*id*", name).encode().partition(b"*document*")
            if self.path.endswith("no-mtom"):
                self._answer("text/xml;charset=utf-8", [before, self.folder / f"{name}.b64", after])
                return
            envelope = (
                b"Content-Id: <r@p>\r\nContent-Type: application/xop+xml\r\n\r\n" + before + _INCLUDE + after
            )
            opening = b"Content-Id: <d@p>\r\nContent-Type: application/pdf\r\n\r\n"
            parts = [b"--uuid:1\r\n" + envelope + b"\r\n--uuid:1\r\n" + opening]
            self._answer(_PACKAGE, [*parts, self.folder / name, b"\r\n--uuid:1--\r\n"])

    def _swallow(self, left: int) -> bytes:
        room = memoryview(bytearray(1 << 20))
        head = b""
        while left:
            count = self.rfile.readinto1(room[: min(left, len(room))])
            head = head or bytes(room[: min(count, 8192)])
            left -= count
        return head

    def _answer(self, kind: str, parts: list[bytes | Path]) -> None:
        sizes = [part.stat().st_size if isinstance(part, Path) else len(part) for part in parts]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(sum(sizes)))
        self.end_headers()
        for part in parts:
            if isinstance(part, bytes):
                self.wfile.write(part)
            else:
                with part.open("rb") as content:
                    self.connection.sendfile(content)


if __name__ == "__main__":
    Platform.folder = Path(sys.argv[1])
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    print(listening.server_address[1], flush=True)
    listening.serve_forever()
