"""``simulateur``: the platforms on this machine, for a partner's CI or a rehearsal."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Annotated

import typer

from cdg62_connect.cli.common import JsonOption, console, say_json
from cdg62_connect.extras import extra


def simulateur(
    as_json: JsonOption = False,
    folder: Annotated[
        Path | None,
        typer.Option("--dossier", help="Où garder certificats et documents (par défaut, effacés à la fin)."),
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Le parapheur et Pastell aussi en https (S2LOW l'est toujours).")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="Premier de quatre ports qui se suivent ; 0 : des ports libres.")
    ] = 0,
) -> None:
    """Démarre les plateformes simulées sur cette machine, jusqu'à Ctrl-C. Tout y est SPÉCIMEN."""
    with extra("simulator", needed_for="Le simulateur"):
        from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
        from cdg62_connect.testing.installation import Described

    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    with TemporaryDirectory(prefix="cdg62-simulateur-") as temporary:
        simulator = Simulator(clock=SimClock(running=True), folder=folder or Path(temporary))
        server = SimulatorServer(simulator, tls=tls)
        server.start(
            port=port,
            s2low_port=port and port + 1,
            admin_port=port and port + 2,
            pastell_port=port and port + 3,
        )
        try:
            described = server.describe()
            if as_json:
                say_json(described)
            else:
                out = console()
                out.print("Plateformes simulées prêtes (Ctrl-C pour arrêter) :", style="bold")
                access = Described.model_validate(described)
                out.print(f"  iParapheur  {access.iparapheur_soap.url}", markup=False)
                out.print(f"  S2LOW       {access.s2low.url}  (certificat exigé)", markup=False)
                out.print(f"  Pastell     {access.pastell.url}", markup=False)
                out.print(f"  réglages    {access.admin}", markup=False)
                out.print("Tous les accès : relancez avec --json.")
            stop.wait()
        finally:
            server.stop()
