"""``externalData``: values chosen in a list that a connector gives. Neither rule, state nor lock is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell import typology
from cdg62_connect.simulator.pastell.errors import bad_request
from cdg62_connect.simulator.pastell.execution import Execution, Failed
from cdg62_connect.simulator.pastell.steps import does
from cdg62_connect.simulator.pastell.steps.signature import parapheur

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.requests import Parameters

_SOUS_TYPES = ("IparapheurSousType", "HeliosIparapheurSousType")


def chooser(flux: Flux, field: str) -> str:
    """The action that gives the choices of a field. Raises: ApiError 400."""
    known = flux.fields.get(field)
    if known is None:
        raise bad_request(f"Type {field} introuvable")
    return str(known.props.get("choice-action", ""))


def choices(run: Execution) -> Any:  # noqa: ANN401 - whatever the connector gives
    """What may be chosen. Raises: Failed, PeerError."""
    what = does(run.flux, run.action)
    if what in _SOUS_TYPES:
        signature, c = parapheur(run)
        return signature.sous_types(c)
    if what == "Classification":
        return typology.matieres(run)
    if what == "TdtChoiceTypologieActes":
        return typology.choices(run)
    raise Failed("Ce champ n'a pas de liste de choix")


def choose(run: Execution, field: str, params: Parameters) -> None:
    """Write the choice. Raises: Failed, PeerError."""
    what = does(run.flux, run.action)
    if what in _SOUS_TYPES:
        _choose_sous_type(run, field, params.text(field))
    elif what == "Classification":
        # The query string only: what the body holds blanks the field.
        value = params.query.get("classif", "")
        run.form.put(field, value if isinstance(value, str) else "")
        run.form.save()
    elif what == "TdtChoiceTypologieActes":
        typology.choose(
            run, params.listed("type_pj") if isinstance(params.values.get("type_pj"), dict) else None
        )
    else:
        raise Failed("Ce champ n'a pas de liste de choix")


def _choose_sous_type(run: Execution, field: str, wanted: str) -> None:
    signature, c = parapheur(run)
    if run.habits.choices_checked and wanted not in signature.sous_types(c):
        raise Failed(f'Le sous-type "{wanted}" n\'existe pas pour le type configuré')
    suffix = field.removeprefix("iparapheur_sous_type") if field.startswith("iparapheur_sous_type") else ""
    run.form.put(f"iparapheur_type{suffix}", signature.iparapheur_type(c))
    run.form.put(field, wanted)
    run.form.save()
