"""The nomenclature of a centre de gestion: chosen among the files of its ``classification-cdg`` connector."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.peers.ports import Changes, Configuration, ExternalData, Params

FIELD = "nomemclature_file"  # sic, in every version


def _choices(c: Configuration) -> object:  # noqa: ARG001 - no centre de gestion is simulated
    return []


def _chosen(c: Configuration, params: Params) -> Changes:  # noqa: ARG001 - signature of the port
    return Changes({FIELD: str(params.get(FIELD) or "")})


NOMENCLATURE = ExternalData(choices=_choices, choose=_chosen)
