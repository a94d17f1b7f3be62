"""The ``transformation-generique`` connector: rules that compute fields of a document from the others and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cdg62_connect.simulator.pastell.peers.expressions import Incorrect, Scope, evaluated
from cdg62_connect.simulator.pastell.peers.ports import (
    Changes,
    Configuration,
    Outcome,
    Params,
    PeerCrashed,
    PeerFailed,
    TransformationSource,
)

_RULES = "definition"
_OWN_DATA = "pa_connector_data"


class Transformation:
    """The rules of one instance."""

    def transform(self, c: Configuration, source: TransformationSource) -> Mapping[str, str]:
        """Each ruled field, by the text its rule gives: an empty one when the source is missing."""

        def content(field: str) -> bytes | None:
            held = c.files.get("data", ()) if field == _OWN_DATA else source.files.get(field, ())
            return held[0].path.read_bytes() if held else None

        values = {"pa_entity_id_e": source.id_e, "pa_document_id_d": source.id_d, **source.values}
        scope = Scope(values, content)
        try:
            return {element: evaluated(rule, scope) for element, rule in rules(c).items()}
        except Incorrect as incorrect:
            raise PeerFailed(f"Erreur lors de la transformation : {incorrect}") from incorrect


def rules(c: Configuration) -> Mapping[str, str]:
    """The rules of the instance, by field."""
    held = c.file(_RULES)
    if held is None:
        return {}
    try:
        read: object = json.loads(held.path.read_bytes())
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {str(key): str(rule) for key, rule in read.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - untyped JSON


def rules_offered(c: Configuration) -> object:  # noqa: ARG001 - signature of the port
    """There is no list to choose from: Pastell crashes when it is asked for one."""
    raise PeerCrashed("fill-data n'a pas de liste de choix")


def rules_written(c: Configuration, params: Params) -> Changes:  # noqa: ARG001 - signature of the port
    """``id_element[]`` and ``definition[]``, one beside the other; a rule without a field is left out."""
    elements, definitions = _texts(params.get("id_element")), _texts(params.get("definition"))
    kept = {element: rule for element, rule in zip(elements, definitions, strict=False) if element}
    written = json.dumps(kept, ensure_ascii=False) if kept else "[]"
    return Changes(files={_RULES: (("definition.json", written.encode()),)})


def extraction_tested(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``test_extraction``, on a document that has nothing."""
    try:
        computed = Transformation().transform(c, TransformationSource("", "", {}, {}))
    except PeerFailed as failed:
        return Outcome(ok=False, message=str(failed))
    return Outcome(ok=True, message=json.dumps(dict(computed), ensure_ascii=False))


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, Mapping):
        return [str(one) for one in value.values()]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - a PHP array
    if isinstance(value, list | tuple):
        return [str(one) for one in value]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - a PHP array
    return [] if value is None else [str(value)]
