"""The resources that belong to the whole platform: version, flux, families of connectors, journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdg62_connect.simulator.pastell import journal
from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.calls import Call, Raw, View
from cdg62_connect.simulator.pastell.connectors import definition
from cdg62_connect.simulator.pastell.errors import bad_request, forbidden, not_found

OK = {"result": "ok"}


def version(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET version``; ``rest/allo`` says less."""
    profile = call.platform.profile
    if call.params.true("allo"):
        return {"produit": "Pastell", "version": profile.version}
    return {
        "version": profile.version,
        "revision": profile.revision,
        "last_changed_date": profile.last_changed_date,
        "extensions_versions_accepted": list(profile.extensions),
        "version_complete": profile.version_complete,
    }


def flux(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET flux[/{id}[/action]]``."""
    platform, flux_id = call.platform, call.arg(0)

    def may(droit: str) -> bool:
        return platform.rights.somewhere(call.caller, droit)

    if not flux_id:
        return platform.flux.visible(may)
    if flux_id not in platform.flux.ids:
        raise not_found(f"Le flux {flux_id} n'existe pas sur cette plateforme")
    _require_somewhere(call, f"{flux_id}:lecture")
    return platform.flux.actions(flux_id) if call.arg(1) == "action" else platform.flux.fields(flux_id)


def famille(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET familleConnecteur[/{famille}[/{id}]]``."""
    call.platform.rights.require(call.caller, ROOT, "system:lecture")
    wanted, one = call.arg(0), call.arg(1)
    types = call.platform.connectors.types
    if one:
        known = types.get(one)
        return definition(known) if known else []
    on_root = call.params.true("global")
    offered = [known for known in types.values() if known.allowed(on_root=on_root)]
    if wanted:
        return sorted((known.id for known in offered if known.famille == wanted), key=str.casefold)
    return sorted({known.famille for known in offered}, key=str.casefold)


def frequence(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET frequenceConnecteur[/{id}]``."""
    call.platform.rights.require(call.caller, ROOT, "system:lecture")
    rules = call.platform.frequencies
    return rules.detail(call.arg(0)) if call.arg(0) else rules.all()


def frequence_post(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``POST frequenceConnecteur``."""
    call.platform.rights.require(call.caller, ROOT, "system:edition")
    return call.platform.frequencies.put(call.params.values)


def frequence_patch(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``PATCH frequenceConnecteur/{id}``."""
    call.platform.rights.require(call.caller, ROOT, "system:edition")
    return call.platform.frequencies.put(call.params.values, call.arg(0))


def frequence_delete(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``DELETE frequenceConnecteur/{id}``."""
    call.platform.rights.require(call.caller, ROOT, "system:edition")
    call.platform.frequencies.delete(call.arg(0))
    return OK


def extension(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET extension[/{id}]``: this platform has none."""
    call.platform.rights.require(call.caller, ROOT, "system:lecture")
    if call.arg(0):
        raise not_found(f"L'extension #{call.arg(0)} n'existe pas.")
    return {"result": []}


def extension_post(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``POST extension``: no folder of this platform holds one."""
    call.platform.rights.require(call.caller, ROOT, "system:edition")
    raise bad_request(f"Le chemin « {call.params.text('path')} » n'existe pas sur le système de fichier")


def extension_other(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``PATCH`` and ``DELETE extension/{id}``."""
    call.platform.rights.require(call.caller, ROOT, "system:edition")
    raise not_found(f"Extension #{call.arg(0)} non trouvée")


def journal_get(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET journal``, as JSON or CSV; ``journal/{id}[/jeton]``."""
    rows, id_j, below = call.platform.journal, call.arg(0), call.arg(1)
    if not id_j:
        return _journal_list(call)
    if below == "jeton":
        name = f"attachment; filename=pastell-journal-preuve-{id_j}.tsr"
        return Raw(rows.proof(call.caller, id_j), "application/timestamp-reply", name)
    if below:
        raise not_found(f"Ressource {below} non trouvée")
    return rows.detail(call.caller, id_j)


def _journal_list(call: Call) -> Any:  # noqa: ANN401 - JSON
    params = call.params
    if params.text("format") != "csv":
        return call.platform.journal.listed(call.caller, params)
    found = call.platform.journal.listed(call.caller, params, oldest_first=True)
    text = journal.csv_text(found, heading=params.true("csv_entete_colonne") and bool(found))
    named = "-".join((params.text("id_e", "0"), params.text("type"), params.text("id_d")))
    return Raw(
        text.encode("utf-8", "surrogateescape"),
        "text/csv; charset=utf-8",
        f"attachment; filename=pastell-export-journal-{named}.csv",
    )


def role(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET role``: those whose every right the caller has somewhere."""
    _require_somewhere(call, "role:lecture")
    rights = call.platform.rights
    mine = rights.droits_of(call.caller)
    return [
        {"role": one.role, "libelle": one.libelle}
        for one in rights.roles.values()
        if set(rights.droits(one.role)) <= mine and one.role != "aucun droit"
    ]


def _require_somewhere(call: Call, droit: str) -> None:
    if not call.platform.rights.somewhere(call.caller, droit):
        raise forbidden(f"Vous devez avoir le droit {droit} pour accéder à la ressource.")


VIEWS: Mapping[tuple[str, str], View] = {
    ("Version", "get"): version,
    ("Flux", "get"): flux,
    ("FamilleConnecteur", "get"): famille,
    ("FrequenceConnecteur", "get"): frequence,
    ("FrequenceConnecteur", "post"): frequence_post,
    ("FrequenceConnecteur", "patch"): frequence_patch,
    ("FrequenceConnecteur", "delete"): frequence_delete,
    ("Extension", "get"): extension,
    ("Extension", "post"): extension_post,
    ("Extension", "compatV1Edition"): extension_post,
    ("Extension", "patch"): extension_other,
    ("Extension", "delete"): extension_other,
    ("Journal", "get"): journal_get,
    ("Role", "get"): role,
}
