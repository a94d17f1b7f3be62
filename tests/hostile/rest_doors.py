"""The doors of iParapheur 5 that need more than one answer: its port, its tokens, its PREMIS, its archives.

Each other method of its client is found by ``found_doors.py``.
"""

from __future__ import annotations

import inspect
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput, PlatformError
from cdg62_connect.iparapheur import Document, Submission, Submitted
from cdg62_connect.iparapheur.rest_v5 import (
    Compte,
    IparapheurRest,
    ParapheurRest,
    read_premis,
    situation,
)
from cdg62_connect.settings import Secret
from cdg62_connect.transport import Payload, Request
from hostile import answers
from hostile.door import LIMIT, Door, Room
from hostile.platform_doors import Canned
from support.parapheur_rest import event, premis

JSON = "application/json"
DATE = "2026-03-02T09:15:00.123+0100"
_FOLDER = {"id": "d-1", "name": "Arrêté [OP-1]", "dueDate": DATE, "metadata": {"commune": "Arras"}}
_TOKEN = {"access_token": "aa.bb.cc", "expires_in": 300, "refresh_expires_in": 1800, "refresh_token": "r"}
_PAGE = {
    "content": [{"id": "1", "name": "Le seul", **_FOLDER}, None],
    "number": 0,
    "totalPages": 1,
    "last": True,
}
TOKEN = json.dumps(_TOKEN).encode()
ONE = json.dumps({**_FOLDER, **_PAGE}).encode()
ERROR = json.dumps({"status": 404, "error": "Not Found", "message": "inconnu"}).encode()
_DOCUMENTS = (
    '<object xsi:type="file"><significantProperties><significantPropertiesType>i_Parapheur_reserved_mainDocument'
    "</significantPropertiesType><significantPropertiesValue>true</significantPropertiesValue>"
    "</significantProperties><objectCharacteristics><fixity><messageDigestAlgorithm>SHA-256"
    f"</messageDigestAlgorithm><messageDigest>{'0' * 64}</messageDigest></fixity><size>12</size>"
    "</objectCharacteristics><originalName>a.pdf</originalName><signatureInformation><signature>"
    "<signatureEncoding>UTF-8</signatureEncoding><signatureMethod>CAdES</signatureMethod><signatureValue>QQ=="
    "</signatureValue></signature></signatureInformation></object>"
)
PREMIS = premis(
    event("START", task="k0", date=DATE, agent="u", desk="Service Web"),
    event("REJECT", task="k1", date=DATE, agent="u", note="Pièce manquante"),
    event("DELETE", task="k2"),
    documents=_DOCUMENTS,
    agents="<agent><agentIdentifier><agentIdentifierType>userId</agentIdentifierType><agentIdentifierValue>u"
    "</agentIdentifierValue></agentIdentifier><agentName>Ana</agentName></agent>",
)


def archive(*, stored: bool) -> bytes:
    """The ZIP of a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in (
            ("i_Parapheur_internal_premis.xml", PREMIS),
            ("Documents principaux/a.pdf", answers.PDF * 3),
            ("Documents principaux/a-1-Ana Martin.p7s", b"signature"),
            ("Annexes/été.pdf", b"annexe"),
            ("Arrêté_bordereau.pdf", answers.PDF),
        ):
            made.writestr(name, content)
    return out.getvalue()


ZIPS = (archive(stored=True), archive(stored=False))


class AfterToken(Canned):
    """The same answer to everything but the request for a token."""

    def exchange(self, request: Request, read: Any) -> object:
        if request.operation == "token.post":
            return Canned(TOKEN, JSON).exchange(request, read)
        return super().exchange(request, read)


def _client(session: Any) -> IparapheurRest:
    return IparapheurRest(session, compte=Compte("ws", Secret("x")))


_DOCUMENT = Document("a.pdf", Payload.of(answers.PDF))
_SUBMISSION = Submission(key="OP-1", titre="Un dossier", type="T", sous_type="S", documents=(_DOCUMENT,))


def _argument(parameter: inspect.Parameter, into: Path) -> object:
    values: tuple[tuple[str, object], ...] = (
        ("Submission", _SUBMISSION),
        ("Submitted", Submitted("OP-1", "d", started=False)),
        ("Path", into),
        ("bool", False),
        ("int", LIMIT if parameter.name == "limit" else 1),
    )
    return next((value for mark, value in values if mark in str(parameter.annotation)), "1")


_LANGUAGES = {
    "collect": ("binary", ZIPS, "application/octet-stream"),
    **dict.fromkeys(("progress", "start", "release", "withdraw"), ("xml", (PREMIS,), "application/xml")),
}


def _methods() -> Iterator[Door]:
    for name, function in inspect.getmembers(ParapheurRest, inspect.isfunction):
        if not name.startswith("_"):
            language, valid, kind = _LANGUAGES.get(name, ("json", (ONE, ERROR), JSON))
            yield Door(
                name=f"iparapheur v5 port.{name}",
                through=(f"{function.__module__}:{function.__qualname__}",),
                language=language,
                valid=valid,
                push=_pushing(name, kind),
                refusals=(PlatformError, InvalidInput, ConfigurationError),
                accepted=False,
                slow=20,
            )


def _pushing(name: str, kind: str) -> Any:
    def push(data: bytes, room: Room) -> object:
        session = AfterToken(data, kind) if kind == JSON else _Directory(data, kind)
        method = getattr(ParapheurRest(_client(session)), name)
        given = {
            parameter.name: _argument(parameter, room.into)
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is inspect.Parameter.empty
        }
        return method(**given)

    return push


class _Directory(AfterToken):
    """Lists are as they must be; everything else is what came."""

    def exchange(self, request: Request, read: Any) -> object:
        if request.operation in {"tenant.get", "desk.get"}:
            return Canned(ONE, JSON).exchange(request, read)
        return super().exchange(request, read)


class _OnlyToken(Canned):
    """What came answers the request for a token, and nothing else is asked."""

    def exchange(self, request: Request, read: Any) -> object:
        if request.operation == "token.post":
            return super().exchange(request, read)
        return Canned(ONE, JSON).exchange(request, read)


def _tokens(data: bytes, _: Room) -> object:
    return _client(_OnlyToken(data, JSON)).tenants.page(0)


def _told(data: bytes, _: Room) -> object:
    return situation(read_premis(data))


REST: tuple[Door, ...] = (
    *_methods(),
    Door(
        name="iparapheur v5 jetons",
        through=("cdg62_connect.iparapheur.rest_v5.jetons:Jetons.courant",),
        language="json",
        valid=(TOKEN,),
        push=_tokens,
        refusals=(PlatformError,),
        slow=2,
    ),
    Door(
        name="iparapheur v5 read_premis",
        through=("cdg62_connect.iparapheur.rest_v5.premis_reading:read_premis",),
        language="xml",
        valid=(PREMIS,),
        push=_told,
        refusals=(InvalidFile, HostileInput),
        slow=2,
    ),
    Door(
        name="iparapheur v5 zip",
        through=("cdg62_connect.iparapheur.rest_v5.dossiers:Dossiers.telecharger",),
        language="binary",
        valid=ZIPS,
        push=lambda data, room: _client(AfterToken(data, "application/octet-stream")).dossiers.telecharger(
            "t", "b", "d", into=room.into, limit=LIMIT
        ),
        refusals=(PlatformError,),
        slow=4,
    ),
)
