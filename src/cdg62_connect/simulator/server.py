"""The simulator on the network: four ports, ready to be given to any program."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cdg62_connect.extras import extra

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.listening import Listener
    from cdg62_connect.simulator.web import Mishaps

LOOPBACK = "127.0.0.1"


class SimulatorServer:
    """Serves a :class:`Simulator`: parapheur, S2LOW (TLS, client certificate required), Pastell, admin desk.

    Also a context manager, which starts and stops it.

    Args:
        simulator: what is served.
        tls: serve the parapheur and Pastell over TLS too; plain HTTP otherwise. A client certificate is then
            taken, and asked for by nobody unless ``ParapheurState.certificat_exige`` says so.
        tls_1_3: let S2LOW speak TLS 1.3, where a client certificate is refused only after the handshake. The
            platform long stayed at 1.2, which is the default here.
    """

    def __init__(self, simulator: Simulator, *, tls: bool = False, tls_1_3: bool = False) -> None:
        self.simulator = simulator
        self._tls = tls
        self._newest = ssl.TLSVersion.TLSv1_3 if tls_1_3 else ssl.TLSVersion.TLSv1_2
        self._host = LOOPBACK
        self._mishaps: Mishaps | None = None
        self._listeners: dict[str, Listener] = {}
        self._driven = ExitStack()

    def start(
        self,
        host: str = LOOPBACK,
        port: int = 0,
        *,
        s2low_port: int = 0,
        admin_port: int = 0,
        pastell_port: int = 0,
    ) -> Self:
        """Open the ports; 0 lets the system choose. The admin desk stays on the loopback.

        Args:
            host: address to listen to, and name in the URLs and in the certificate of the server.
            port: that of the parapheur.
            s2low_port: that of S2LOW.
            admin_port: that of the admin desk.
            pastell_port: that of Pastell.

        Raises:
            MissingExtra: the complement ``simulator`` is not installed.
            OSError: a port cannot be opened.
        """
        with extra("simulator", needed_for="Le serveur du simulateur"):
            from cdg62_connect.simulator import admin
            from cdg62_connect.simulator.iparapheur.rest import routes as iparapheur
            from cdg62_connect.simulator.listening import Listener, TlsTerms
            from cdg62_connect.simulator.pastell import front as pastell
            from cdg62_connect.simulator.s2low import routes as s2low
            from cdg62_connect.simulator.web import Mishaps, application

        if self._listeners:
            raise RuntimeError("Le simulateur est déjà en service.")
        authority = self.simulator.authority
        certificate, key = authority.server_certificate(*dict.fromkeys((host, LOOPBACK, "localhost")))
        trusted = self.simulator.certificates.trusted
        mishaps = Mishaps()
        plans = {
            "iparapheur": (
                iparapheur.served(self.simulator),
                host,
                port,
                TlsTerms(certificate, key, client_ca=trusted, client_required=False) if self._tls else None,
            ),
            "s2low": (
                s2low.blueprint(self.simulator),
                host,
                s2low_port,
                TlsTerms(certificate, key, client_ca=trusted, newest=self._newest),
            ),
            "pastell": (
                pastell.blueprint(self.simulator),
                host,
                pastell_port,
                TlsTerms(certificate, key, client_ca=trusted, client_required=False) if self._tls else None,
            ),
            "admin": (admin.blueprint(self.simulator, mishaps=mishaps), LOOPBACK, admin_port, None),
        }
        self._host = host
        self._mishaps = mishaps
        try:
            for name, (blueprint, address, wanted, terms) in plans.items():
                app = application(name, blueprint, mishaps=mishaps)
                listener = Listener(app.wsgi_app, host=address, port=wanted, tls=terms)
                listener.open()
                self._listeners[name] = listener
        except BaseException:
            self.stop()
            raise
        self._driven.enter_context(
            self.simulator.served_at(parapheur=self._parapheur_url, s2low=self._url("s2low", "https"))
        )
        return self

    def stop(self) -> None:
        """Close the ports and wait for the threads; nothing happens when it is stopped already."""
        self._driven.close()
        self.simulator.faults.release()
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()

    @property
    def erreurs(self) -> list[str]:
        """Tracebacks of what the simulator did not expect since the last reset; empty when all is well."""
        return self._mishaps.seen if self._mishaps else []

    def describe(self) -> dict[str, object]:
        """What a program needs to use the simulator, as JSON can say it.

        Raises:
            RuntimeError: the server is not started.
        """
        if not self._listeners:
            raise RuntimeError("Le simulateur n'est pas démarré.")
        return self.simulator.describe(
            parapheur=self._parapheur_url,
            s2low=self._url("s2low", "https"),
            pastell=self._url("pastell", "https" if self._tls else "http"),
            admin=self._url("admin", "http"),
        )

    @property
    def _parapheur_url(self) -> str:
        return self._url("iparapheur", "https" if self._tls else "http")

    def _url(self, name: str, scheme: str) -> str:
        host = LOOPBACK if name == "admin" else self._host
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}:{self._listeners[name].port}"

    def __enter__(self) -> Self:
        return self if self._listeners else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
