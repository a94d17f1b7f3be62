"""A proxy between the command and the simulated platforms: it tunnels, or says a status."""

from __future__ import annotations

import select
import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread


class _Tunnel(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        order = self.rfile.readline().decode("ascii").split()
        headers = [*iter(self.rfile.readline, b"\r\n")]
        self.server.asked.append(" ".join(order[:2]))
        self.server.accounts += [h for h in headers if h.lower().startswith(b"proxy-authorization:")]
        if self.server.answer is not None:
            self.wfile.write(self.server.answer)
            return
        host, _, port = order[1].rpartition(":")
        with socket.create_connection((host, int(port))) as beyond, suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 mairie\r\n\r\n")
            ways = {self.connection: beyond, beyond: self.connection}
            while True:
                for side in select.select([*ways], [], [], 30)[0]:
                    if not (data := side.recv(65536)):
                        return
                    ways[side].sendall(data)


class Proxy(socketserver.ThreadingTCPServer):
    """Remembers what it was asked; gives ``answer`` instead of a tunnel when there is one."""

    daemon_threads = True

    def __init__(self, answer: bytes | None) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.answer = answer
        self.asked: list[str] = []
        self.accounts: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def proxy(answer: bytes | None = None) -> Iterator[Proxy]:
    with Proxy(answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
