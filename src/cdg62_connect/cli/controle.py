"""``controle``: is everything ready? Nothing is sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from cdg62_connect.cli.common import (
    ConfigOption,
    JsonOption,
    VerboseOption,
    console,
    say_json,
    settings_of,
    tell,
)
from cdg62_connect.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.console import Console

    from cdg62_connect.journey.controle import Check


def controle(config: ConfigOption = None, as_json: JsonOption = False, verbose: VerboseOption = 0) -> None:
    """Vérifie tout ce dont le parcours a besoin, sans rien envoyer ; une ligne par contrôle.

    Code de sortie : 0 si tout est OK, 1 s'il faut regarder quelque chose, 2 si quelque chose ne marche pas.
    """
    from cdg62_connect.journey.controle import Result, configuration_refused, worst
    from cdg62_connect.journey.controle import controle as checks_of

    tell(verbose)
    out = console()
    checks: list[Check] = []
    try:
        settings = settings_of(config)
    except ConfigurationError as wrong:
        checks.append(configuration_refused(wrong))
        if not as_json:
            _show(out, checks[0])
    else:
        for check in checks_of(settings):
            checks.append(check)
            if not as_json:
                _show(out, check)
    end = worst(checks)
    if as_json:
        say_json(
            {
                "resultat": end.value,
                "controles": [
                    {
                        "code": check.code,
                        "siren": check.siren or None,
                        "controle": check.label,
                        "resultat": check.result.value,
                        "constat": check.found,
                        "conseil": check.advice or None,
                    }
                    for check in checks
                ],
            }
        )
    else:
        counts = Counter(check.result for check in checks)
        summary = ", ".join(f"{counts[result]} {result.label}" for result in Result if counts[result])
        out.print(f"{len(checks)} contrôles : {summary}. Rien n'a été envoyé.")
    code = {Result.OK: 0, Result.KO: 2}.get(end, 1)
    if code:
        raise typer.Exit(code)


def _show(out: Console, check: Check) -> None:
    from rich.text import Text

    from cdg62_connect.journey.controle import Result

    styles = {
        Result.OK: "green",
        Result.ATTENTION: "yellow",
        Result.KO: "red",
        Result.UNVERIFIABLE: "magenta",
    }
    line = Text.assemble(
        (f"{check.result.label:<14} ", styles[check.result]), (f"{check.label} : ", "bold"), check.found
    )
    if check.advice:
        line.append(f" → {check.advice}")
    out.print(line, soft_wrap=True)
