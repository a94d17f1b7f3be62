"""``entite/{e}/connecteur`` and ``entite/{e}/flux``: instances and associations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.calls import Answer, Call, View
from cdg62_connect.simulator.pastell.errors import ApiError, PhpCrash, bad_request
from cdg62_connect.simulator.pastell.requests import integer
from cdg62_connect.simulator.pastell.routes_platform import OK

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.connectors import Instance
    from cdg62_connect.simulator.pastell.requests import PhpValue


def get(call: Call) -> Answer:
    """The lists, one instance, its files, the choices of its external fields."""
    connectors = call.platform.connectors
    if call.arg(0) == "all":
        _require(call, ROOT, "lecture")
        return [
            {**connectors.row(one), "denomination": _denomination(call, one)}
            for one in connectors.all(call.arg(1))
        ]
    id_e = _entity(call)
    _require(call, id_e, "lecture")
    if not call.arg(2):
        return [connectors.row(one) for one in connectors.of(id_e)]
    instance = connectors.found(id_e, call.arg(2))
    if call.arg(3) == "file":
        return connectors.file(instance, call.arg(4), integer(call.arg(5)))
    if call.arg(3) == "externalData":
        return connectors.choices(instance, call.arg(4))
    return connectors.detail(instance)


def post(call: Call) -> Answer:
    """A new instance, a file, an action."""
    connectors, params = call.platform.connectors, call.params
    id_e = _entity(call)
    _require(call, id_e, "edition")
    if not call.arg(2):
        made = connectors.create(id_e, params.text("id_connecteur"), params.text("libelle"))
        return connectors.detail(made)
    if call.arg(3) == "action":
        instance = connectors.found(id_e, call.arg(2))
        connectors.check_action(instance, call.arg(4))
        done, message = connectors.run(instance, call.arg(4), _action_params(call))
        return {"result": done, "last_message": message}
    # The true one does not look whether the instance is of this entity; without one, PHP dies.
    instance = connectors.get(call.arg(2))
    if instance is None:
        raise PhpCrash
    upload = params.files.get("file_content")
    content = upload.read() if upload else b""
    if not content:
        content = params.text("file_content").encode("utf-8", "surrogateescape")
    connectors.put_file(instance, call.arg(4), integer(call.arg(5)), params.text("file_name"), content)
    return connectors.detail(connectors.found(id_e, instance.id_ce))


def patch(call: Call) -> Answer:
    """The label, the content, an external field."""
    connectors, params = call.platform.connectors, call.params
    id_e = _entity(call)
    instance = connectors.found(id_e, call.arg(2))
    _require(call, id_e, "edition")
    if call.arg(3) == "content":
        connectors.write(instance, params.values)
        return {**connectors.detail(instance), **OK}
    if call.arg(3) == "externalData":
        connectors.choose(instance, call.arg(4), params.values)
        return connectors.detail(instance)
    connectors.rename(
        instance, params.text("libelle"), params.number("frequence_en_minute", 1), params.text("id_verrou")
    )
    return connectors.detail(instance)


def delete(call: Call) -> Answer:
    """An instance, or one of its files."""
    connectors = call.platform.connectors
    id_e = _entity(call)
    instance = connectors.found(id_e, call.arg(2))
    _require(call, id_e, "edition")
    if call.arg(3) == "file" and call.platform.profile.connector_file_delete:
        if not call.arg(4):
            raise bad_request("Paramètre manquant")
        connectors.drop_file(instance, call.arg(4), integer(call.arg(5)))
    else:
        connectors.delete(instance)
    return OK


def associations(call: Call) -> Answer:
    """``GET entite/{e}/flux``: those of the entity itself."""
    platform, params = call.platform, call.params
    id_e = _entity(call)
    _require(call, id_e, "lecture")
    numbered = platform.profile.several_of_a_kind
    found = platform.associations.of(id_e, flux=params.text("flux"), type=params.text("type"))
    return [one.shown(numbered=numbered) for one in found]


def associate(call: Call) -> Answer:
    """``POST entite/{e}/flux/{flux}/connecteur/{c}`` and ``…/action``."""
    platform, params = call.platform, call.params
    if call.arg(3) == "action":
        return _act(call)
    if call.arg(3) != "connecteur":
        raise PhpCrash
    id_e = _entity(call)
    _require(call, id_e, "edition")
    platform.rights.require(call.caller, id_e, "entite:edition")
    number = params.number("num_same_type") if platform.profile.several_of_a_kind else 0
    id_ce = str(integer(call.arg(4)))
    made = platform.associations.add(id_e, call.arg(2), id_ce, type=params.text("type"), num_same_type=number)
    return {"id_fe": made.id_fe}


def dissociate(call: Call) -> Answer:
    """``DELETE entite/{e}/flux``."""
    id_e = _entity(call)
    _require(call, id_e, "edition")
    call.platform.rights.require(call.caller, id_e, "entite:edition")
    call.platform.associations.delete(id_e, call.params.text("id_fe"))
    return OK


def _act(call: Call) -> Any:  # noqa: ANN401 - JSON
    """Run an action on the connector associated with a flux: here a failure is an error."""
    platform, famille, flux = call.platform, call.params.text("type"), call.arg(2)
    id_e = _entity(call)
    _require(call, id_e, "edition")
    association = platform.associations.own(id_e, flux, famille)
    instance = platform.connectors.get(association.id_ce) if association else None
    if instance is None:
        raise bad_request(f"Le connecteur de type {famille} n'existe pas pour le flux {flux}.")
    action = call.params.text("action")
    try:
        platform.connectors.check_action(instance, action)
    except ApiError as refused:
        message = f"L'action {action} n'existe pas." if refused.status == 404 else refused.message
        raise bad_request(message) from None
    done, message = platform.connectors.run(instance, action, _action_params(call))
    if not done:
        raise bad_request(message)
    return {"result": True, "message": message}


def _entity(call: Call) -> str:
    return call.platform.entities.readable(call.caller, call.arg(0))


def _require(call: Call, id_e: str, verb: str) -> None:
    kind = "connecteur" if call.platform.profile.connector_rights else "entite"
    call.platform.rights.require(call.caller, id_e, f"{kind}:{verb}")


def _action_params(call: Call) -> Mapping[str, PhpValue]:
    return dict(call.params.table("action_params"))


def _denomination(call: Call, instance: Instance) -> str | None:
    entity = call.platform.entities.get(instance.id_e)
    return entity.denomination if entity else None


VIEWS: Mapping[tuple[str, str], View] = {
    ("Connecteur", "get"): get,
    ("Connecteur", "post"): post,
    ("Connecteur", "patch"): patch,
    ("Connecteur", "delete"): delete,
    ("EntiteFlux", "get"): associations,
    ("EntiteFlux", "post"): associate,
    ("EntiteFlux", "delete"): dissociate,
}
