"""``entite``: the entities themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.calls import Call, View
from cdg62_connect.simulator.pastell.errors import ApiError, bad_request
from cdg62_connect.simulator.pastell.routes_platform import OK


def get(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET entite[/{e}]``."""
    entities, params = call.platform.entities, call.params
    if call.arg(0):
        return entities.detail(call.caller, call.arg(0))
    # PHP takes the text "false" for true.
    if "is_active" in params.values and call.platform.profile.accounts_can_be_disabled:
        return entities.by_activity(params.true("is_active"))
    return entities.visible(call.caller)


def post(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``POST entite``, ``POST entite/{e}/activate|deactivate``."""
    entities, params, id_e = call.platform.entities, call.params, call.arg(0)
    if id_e and call.platform.profile.accounts_can_be_disabled:
        call.platform.rights.require(call.caller, id_e, "entite:edition")
        if call.arg(1) not in ("activate", "deactivate"):
            raise bad_request("Cette action n'existe pas.")
        entities.activate(call.caller, id_e, active=call.arg(1) == "activate")
        return entities.detail(call.caller, id_e)
    mother = params.text("entite_mere") or ROOT
    call.platform.rights.require(call.caller, mother, "entite:edition")
    made = entities.create(
        call.caller,
        denomination=params.text("denomination"),
        siren=params.text("siren"),
        type=params.text("type"),
        entite_mere=mother,
        centre_de_gestion=params.text("centre_de_gestion") or ROOT,
    )
    return entities.detail(call.caller, made.id_e)


def patch(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``PATCH entite/{e}``."""
    entities, id_e = call.platform.entities, _named(call)
    given = {name: value for name, value in call.params.values.items() if isinstance(value, str)}
    entities.change(call.caller, id_e, given)
    return {**entities.detail(call.caller, id_e), **OK}


def delete(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``DELETE entite/{e}``."""
    call.platform.entities.delete(call.caller, _named(call))
    return OK


def _named(call: Call) -> str:
    """The entity meant: by its id, else by its name when only one has it."""
    if call.arg(0):
        return call.arg(0)
    name = call.params.text("denomination")
    if not name:
        raise bad_request("Aucun paramètre permettant la recherche de l'entité n'a été renseigné")
    found = [one.id_e for one in call.platform.entities.all() if one.denomination == name]
    if not found:
        raise _unknown_name(name)
    if len(found) > 1:
        raise bad_request("Plusieurs entités portent le même nom, préférez utiliser son identifiant")
    return found[0]


def _unknown_name(name: str) -> ApiError:
    return bad_request(f"La dénomination de l'entité n'existe pas : {{denomination={name}}}")


VIEWS: Mapping[tuple[str, str], View] = {
    ("Entite", "get"): get,
    ("Entite", "post"): post,
    ("Entite", "patch"): patch,
    ("Entite", "delete"): delete,
}
