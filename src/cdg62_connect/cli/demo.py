"""``demo``: the whole journey on this machine, with simulated platforms and sample deposits."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cdg62_connect.cli.common import JsonOption, VerboseOption, console, say_json, tell
from cdg62_connect.errors import Cdg62Error, ConfigurationError
from cdg62_connect.extras import extra

if TYPE_CHECKING:
    from rich.table import Table

    from cdg62_connect.journey import Journey

_PASSES = 400
"""A demo that is not over by then never will be."""


class DemoRoute(StrEnum):
    """Which way the dossiers of the demo go."""

    DIRECT = "direct"
    PASTELL = "pastell"


class DemoParapheur(StrEnum):
    """How the parapheur of the demo is spoken to."""

    SOAP = "soap"
    REST = "rest"


class DemoUnfinished(Cdg62Error):
    """La démonstration ne s'est pas terminée : un dossier attend encore."""


def demo(
    as_json: JsonOption = False,
    folder: Annotated[
        Path | None,
        typer.Option("--sortie", help="Dossier neuf où tout est gardé (par défaut, un dossier temporaire)."),
    ] = None,
    route: Annotated[
        DemoRoute,
        typer.Option(help="direct : vers le parapheur et S2LOW ; pastell : par Pastell, qui leur parle."),
    ] = DemoRoute.DIRECT,
    parapheur: Annotated[
        DemoParapheur,
        typer.Option(help="Sur la route directe : soap, ou rest (l'API d'iParapheur 5)."),
    ] = DemoParapheur.SOAP,
    helios: Annotated[
        bool,
        typer.Option("--helios", help="Des flux comptables (PES) : parapheur, S2LOW, Hélios, acquit."),
    ] = False,
    verbose: VerboseOption = 0,
) -> None:
    """Joue le parcours entier : dépôts d'Opéris, parapheur, signature, S2LOW, préfecture, retours.

    Les plateformes sont simulées sur cette machine et le temps y passe vite. Tout y est SPÉCIMEN.
    """
    from rich.live import Live

    from cdg62_connect.journey import Journey

    tell(verbose)
    with extra("simulator", needed_for="La démonstration"):
        from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
        from cdg62_connect.simulator.iparapheur import Rythme as PeopleRythme
        from cdg62_connect.simulator.s2low import Rythme as TdtRythme
        from cdg62_connect.testing.installation import deposit, install, sample_deposits

    place = _fresh(folder)
    out = console()
    clock = SimClock()
    simulator = Simulator(clock=clock, folder=place / "plateformes")
    simulator.iparapheur.rythme = PeopleRythme.of([{"quand": {"apres_s": 1800}}])
    simulator.s2low.rythme = TdtRythme.of({"apres_s": 600})
    server = SimulatorServer(simulator, tls=True)
    server.start()
    try:
        settings = install(server.describe(), folder=place, route=route.value, parapheur=parapheur.value)
        with Journey(settings, clock=clock) as journey:
            for lot in sorted(path for path in sample_deposits().iterdir() if path.is_dir()):
                if _is_pes(lot) == helios:
                    deposit(lot, root=settings.deposit.root)
            if as_json:
                _play(journey, clock.advance)
            else:
                out.print("Plateformes simulées, dépôts posés : le parcours commence.")
                with Live(console=out, transient=True) as live:
                    _play(journey, clock.advance, show=lambda: live.update(_progress(journey)))
            results = _results(journey)
    finally:
        server.stop()
    if as_json:
        say_json({"dossiers": results, "racine": str(settings.deposit.root)})
        return
    out.print(_helios_table(results) if helios else _table(results))
    for line in _acquits(results):
        out.print(line, markup=False, soft_wrap=True)
    out.print(f"Retours aux déposants : {settings.deposit.root / 'retours'}", markup=False, soft_wrap=True)
    out.print(
        f"Dépôts à corriger     : {settings.deposit.root / 'quarantaine'}", markup=False, soft_wrap=True
    )
    out.print(f"Autorité de test      : {simulator.authority.ca}", markup=False, soft_wrap=True)


def _is_pes(lot: Path) -> bool:
    from cdg62_connect.operis import LotName
    from cdg62_connect.settings import PES

    return LotName.parse(lot.name).code == PES


def _fresh(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="cdg62-demo-"))
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"Le dossier {folder} n'est pas vide : donnez-en un neuf à --sortie.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _play(
    journey: Journey, advance: Callable[[timedelta], object], *, show: Callable[[], None] = lambda: None
) -> None:
    """Pass after pass, the clock jumping to the next look each time, until nothing is in course."""
    for _ in range(_PASSES):
        report = journey.run_pass()
        if report.failed:
            raise DemoUnfinished("; ".join(report.failed.values()))
        show()
        following = journey.next_due()
        if following is None:
            return
        advance(max(following - journey.now(), timedelta()))
    raise DemoUnfinished


def _results(journey: Journey) -> list[dict[str, object]]:
    from cdg62_connect.journey import wording

    results: list[dict[str, object]] = []
    for row in journey.rows():
        state = journey.dossier(row.id_depot)
        result: dict[str, object] = {
            "id_depot": row.id_depot,
            "etat": wording(row.stage, row.progress).etat,
            "acte_id": state.acknowledged.acte_id if state.acknowledged else None,
            "fichiers": _evidence(journey.tree.returns(row.id_depot)),
        }
        if (acquit := state.acquitted) is not None:
            result["verdict"] = acquit.verdict
            result["message"] = acquit.message
            result["elements"] = [one.model_dump() for one in acquit.elements]
        results.append(result)
    return results


def _evidence(returns: list[Path]) -> list[dict[str, str]]:
    """The files of the last return that has any: it repeats all the evidence."""
    for folder in reversed(returns):
        told = json.loads((folder / "retour.json").read_text(encoding="utf-8"))
        if told["fichiers"]:
            return [
                {"nature": file["nature"], "chemin": str(folder / file["nom"]), "sha256": file["sha256"]}
                for file in told["fichiers"]
            ]
    return []


def _progress(journey: Journey) -> Table:
    from rich.table import Table

    from cdg62_connect.journey import wording

    table = Table("Dépôt", "État", title=f"{journey.now().astimezone():%d/%m/%Y %H:%M}")
    for row in journey.rows():
        table.add_row(row.id_depot, wording(row.stage, row.progress).label)
    return table


_SORTS = {
    "integre": "intégré",
    "deja_integre": "déjà intégré avant cet envoi",
    "a_refaire": "à refaire sous un nouveau NomFic",
    "sans_reponse": "sans réponse",
}


def _helios_table(results: list[dict[str, object]]) -> Table:
    """One line per bordereau, under what became of its flow."""
    from rich.table import Column, Table

    titles = ("Dépôt", "État final", "Bordereau", "Verdict d'Hélios")
    table = Table(*(Column(title, overflow="fold") for title in titles))
    for result in results:
        first = (str(result["id_depot"]), str(result["etat"]))
        elements = cast("list[dict[str, str]]", result.get("elements", []))
        for element in elements or [{}]:
            name = element.get("bordereau") or element.get("pj") or element.get("marche") or ""
            where = f"{element.get('domaine', '')} {element.get('exercice', '')}/{name}" if name else ""
            table.add_row(*first, where, _SORTS.get(element.get("sort", ""), ""))
            first = ("", "")
    return table


def _acquits(results: list[dict[str, object]]) -> Iterator[str]:
    """Where each acquit is, and what it comes to."""
    for result in results:
        for file in cast("list[dict[str, str]]", result["fichiers"]):
            if file["nature"] == "acquit_helios":
                yield f"Acquit d'Hélios       : {file['chemin']}\n  {result['message']}"


def _table(results: list[dict[str, object]]) -> Table:
    from rich.table import Column, Table

    table = Table(
        *(Column(title, overflow="fold") for title in ("Dépôt", "État final", "Acte", "Pièces rendues"))
    )
    for result in results:
        files = result["fichiers"]
        natures = ", ".join(file["nature"] for file in files) if isinstance(files, list) else ""
        table.add_row(str(result["id_depot"]), str(result["etat"]), str(result["acte_id"] or ""), natures)
    return table
