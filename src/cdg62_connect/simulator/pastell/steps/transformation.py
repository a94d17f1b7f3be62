"""Fields computed from the others: by the rules of a connector, or by the flux itself."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.execution import AT_ONCE, Execution, Hopeless, Moments
from cdg62_connect.simulator.pastell.form import php_json
from cdg62_connect.simulator.pastell.peers.ports import PeerFailed, TransformationSource

_DONE = "Transformation terminée"
_INDIVIDUAL_OR_OTHER = "1"
"""The nature (délibération) whose date is that of the session, not that of the signature."""


def transform(run: Execution) -> Moments:
    """``TransformationTransform``: any field may be replaced, and by an empty text when its source is missing."""
    kind, c = run.connector("transformation")
    if kind.transformation is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas transformer")
    form = run.form
    source = TransformationSource(
        id_e=run.document.id_e,
        id_d=run.document.id_d,
        values=form.values,
        files={name: form.peer_files(name) for name in form.document.data if form.names(name)},
    )
    try:
        computed = kind.transformation.transform(c, source)
    except PeerFailed as failed:
        run.message = str(failed)
        run.change(run.name("transformation-error"), run.message)
        return False
    for field, value in computed.items():
        form.put(field, value)
    if computed:
        form.put(run.name("has_transformation"), "1")
        form.add_file(
            run.name("transformation_file"), "transformation_file.json", php_json(dict(computed)).encode()
        )
    form.save()
    run.retitle()
    yield from AT_ONCE
    run.message = _DONE
    run.record(run.action, _DONE)
    return True


def transform_fixed(run: Execution) -> Moments:
    """``TransformationFixeTransform``: an act is dated by its signature, a délibération by its session."""
    form = run.form
    if form.has("acte_nature") and form.text("acte_nature") != _INDIVIDUAL_OR_OTHER:
        signed = form.text("parapheur_date_signature")
        if signed:
            form.put("date_de_lacte", signed)
            form.save()
    yield from AT_ONCE
    run.message = _DONE
    run.record(run.action, _DONE)
    return True
