"""A parapheur 5 on the loopback that says what it is told to say, and keeps what it was asked."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

TOKEN = "/auth/realms/api/protocol/openid-connect/token"
PASSWORD = "mot-de-passe-tres-secret"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    port: int = 0

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("ascii")))

    def parts(self) -> list[tuple[str, str | None, str, bytes]]:
        """The form: (name, file name, media type, content)."""
        head = b"Content-Type: " + self.headers["Content-Type"].encode("ascii") + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        parts: list[tuple[str, str | None, str, bytes]] = []
        for part in message.iter_parts():
            disposition = part["Content-Disposition"]
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            parts.append(
                (
                    disposition.params["name"],
                    disposition.params.get("filename"),
                    part.get_content_type(),
                    content,
                )
            )
        return parts


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Reply]


def as_json(value: object, status: int = 200) -> Reply:
    return Reply(json.dumps(value).encode(), status, {"Content-Type": "application/json"})


def error(status: int, message: str) -> Reply:
    return as_json(
        {"timestamp": "2026-03-02T08:15:00.000+00:00", "status": status, "message": message}, status
    )


def page(*items: object, number: int = 0, pages: int = 1) -> Reply:
    return as_json(
        {"content": list(items), "number": number, "totalPages": pages, "totalElements": len(items)}
    )


@dataclass
class Platform:
    """The canned parapheur: ``says`` gives its answers to everything but the token endpoint, ``keycloak`` to that."""

    says: Answering = lambda _: Reply()
    keycloak: Answering = lambda _: Reply()
    asked: list[Asked] = field(default_factory=list)
    tokens: list[Asked] = field(default_factory=list)
    address: str = ""
    given: int = 0

    def answers(self, reply: Reply) -> None:
        self.says = lambda _: reply

    def gives_tokens(self, **changes: object) -> None:
        """A new token at each request: ``jeton-1``, ``jeton-2``…"""

        def keycloak(_: Asked) -> Reply:
            self.given += 1
            body = {
                "access_token": f"jeton-{self.given}",
                "expires_in": 300,
                "refresh_expires_in": 1800,
                "refresh_token": f"suite-{self.given}",
                "token_type": "Bearer",
                **changes,
            }
            return as_json({name: value for name, value in body.items() if value is not None})

        self.keycloak = keycloak

    def hear(self, asked: Asked) -> Reply:
        if asked.path == TOKEN:
            self.tokens.append(asked)
            return self.keycloak(asked)
        self.asked.append(asked)
        return self.says(asked)

    @property
    def last(self) -> Asked:
        return self.asked[-1]


class Watch:
    """A clock that stands still, and whose waits are noted."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.moment = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)


def zipped(entries: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def premis(*events: str, documents: str = "", agents: str = "", properties: str = "") -> bytes:
    """A PREMIS as the parapheur writes it, with these events."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><premis xmlns="http://www.loc.gov/premis/v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">'
        '<object xsi:type="intellectualEntity"><objectIdentifier><objectIdentifierType>folderId'
        "</objectIdentifierType><objectIdentifierValue>d-1</objectIdentifierValue></objectIdentifier>"
        "<significantProperties><significantPropertiesType>i_Parapheur_reserved_type</significantPropertiesType>"
        "<significantPropertiesValue>URBANISME</significantPropertiesValue></significantProperties>"
        f"{properties}<originalName>Arrêté 12</originalName></object>{documents}{''.join(events)}{agents}</premis>"
    ).encode()


def event(
    action: str, *, task: str = "", date: str = "", agent: str = "", desk: str = "", note: str = ""
) -> str:
    noted = (
        "<eventOutcomeInformation><eventOutcomeDetail><eventOutcomeDetailNote>"
        f"{note}</eventOutcomeDetailNote></eventOutcomeDetail></eventOutcomeInformation>"
        if note
        else ""
    )
    return (
        "<event><eventIdentifier><eventIdentifierType>taskId</eventIdentifierType>"
        f"<eventIdentifierValue>{task}</eventIdentifierValue></eventIdentifier><eventType>{action}</eventType>"
        f"<eventDateTime>{date}</eventDateTime>{noted}<linkingAgentIdentifier><linkingAgentIdentifierType>userId"
        f"</linkingAgentIdentifierType><linkingAgentIdentifierValue>{agent}</linkingAgentIdentifierValue>"
        f"<linkingAgentRole>{desk}</linkingAgentRole></linkingAgentIdentifier></event>"
    )
