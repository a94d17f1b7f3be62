"""Actions on the document as a whole: deletion, reopening, the fatal error, a copy."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.execution import AT_ONCE, Execution, Moments
from cdg62_connect.simulator.pastell.rules import FATAL_ERROR


def suppress(run: Execution) -> Moments:
    """``Supprimer``: nothing is left of it."""
    run.message = f"Le document « {run.document.titre} » ({run.document.id_d}) a été supprimé "
    run.document.deleted = True
    yield from AT_ONCE
    return True


def reopen(run: Execution) -> Moments:
    """``Reopen``: the end is forgotten, and nothing moves the document any more: no job is made."""
    if run.document.state == "termine":
        run.document.passages.pop()
    run.message = "Le dossier a été rouvert, l'état terminé a été supprimé."
    yield from AT_ONCE
    return True


def fatal(run: Execution) -> Moments:
    """``fatal-error``: the way out of everything."""
    run.message = "Le document est en erreur fatale."
    run.record(FATAL_ERROR, run.message)
    yield from AT_ONCE
    return True


def duplicate(run: Execution) -> Moments:
    """``Duplicate`` (4.1): a new draft with what a person had written; the results stay behind."""
    platform, flux = run.platform, run.flux
    copied = platform.documents.blank(run.document.id_e, flux.id, run.caller)
    form = run.form
    for name, field in flux.fields.items():
        if not form.has(name) or (field.props.get("read-only") and not name.startswith("envoi_")):
            continue
        if form.names(name):
            for num, file_name in form.names(name).items():
                copied.form.add_file(name, file_name, form.content(name, num), num)
        else:
            copied.form.put(name, form.text(name))
    copied.form.save()
    copied.retitle()
    run.message = f"Le document a été dupliqué : {copied.document.id_d}"
    yield from AT_ONCE
    return True
