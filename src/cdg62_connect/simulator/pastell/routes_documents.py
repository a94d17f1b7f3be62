"""``entite/{e}/document``: the paths; what they do is the documents' own affair."""

from __future__ import annotations

from collections.abc import Mapping

from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.calls import Answer, Call, Reply, View
from cdg62_connect.simulator.pastell.errors import ApiError, bad_request
from cdg62_connect.simulator.pastell.requests import integer


def get(call: Call) -> Answer:
    """The list, the count, a detail, a file, the choices of an external field."""
    documents, caller = call.platform.documents, call.caller
    if call.arg(0) == "count":
        return documents.count(caller, call.params)
    id_e, id_d = _entity(call), call.arg(2)
    if not id_d:
        if id_e == ROOT and not call.params.true("id_d"):
            raise bad_request("id_e est obligatoire")
        return documents.listed(caller, id_e, call.params)
    if call.arg(3) == "externalData":
        return documents.external_choices(caller, id_e, id_d, call.arg(4))
    if call.arg(3) != "file":
        return documents.detail(caller, id_e, id_d)
    file = documents.download(caller, id_e, id_d, call.arg(4), integer(call.arg(5)))
    if not call.params.true("receive"):
        return file
    return {"file_name": file.name, "file_content": file.read().decode("utf-8", "surrogateescape")}


def post(call: Call) -> Answer:
    """A new document, a file, a piece of a file, an action."""
    documents, caller, params = call.platform.documents, call.caller, call.params
    id_e, id_d = _entity(call), call.arg(2)
    if not id_d:
        return documents.create(caller, id_e, params.text("type"))
    if call.arg(3) == "action":
        return documents.action(caller, id_e, id_d, call.arg(4), params)
    if call.arg(3) == "chunk" and call.platform.profile.chunked_upload:
        last = documents.chunk(caller, id_e, id_d, call.arg(4), integer(call.arg(5)), params)
        message = "File uploaded" if last else "Chunk uploaded"
        return Reply({"result": "success", "message": message}, 201 if last else 200)
    upload = params.files.get("file_content")
    given = params.text("file_content").encode("utf-8", "surrogateescape")
    content = upload.path if upload is not None and upload.path.stat().st_size else given
    return documents.upload(
        caller,
        id_e,
        id_d,
        call.arg(4),
        integer(call.arg(5)),
        file_name=params.text("file_name"),
        content=content,
    )


def patch(call: Call) -> Answer:
    """Fields, or the value of an external one."""
    documents, id_e, id_d = call.platform.documents, _entity(call), call.arg(2)
    if call.arg(3) == "externalData":
        return documents.external_set(call.caller, id_e, id_d, call.arg(4), call.params)
    return documents.modify(call.caller, id_e, id_d, call.params.values)


def delete(call: Call) -> Answer:
    """A document, or one of its files."""
    documents, id_e, id_d = call.platform.documents, _entity(call), call.arg(2)
    if not call.platform.profile.document_delete:
        raise ApiError(405, "La méthode delete n'existe pas pour cette ressource")
    if call.arg(3) == "file":
        return documents.delete_file(call.caller, id_e, id_d, call.arg(4), integer(call.arg(5)))
    documents.delete(call.caller, id_e, id_d)
    return Reply(None, 204)


def _entity(call: Call) -> str:
    return call.platform.entities.readable(call.caller, call.arg(0))


VIEWS: Mapping[tuple[str, str], View] = {
    ("Document", "get"): get,
    ("Document", "post"): post,
    ("Document", "patch"): patch,
    ("Document", "delete"): delete,
}
