"""A client made as suds makes one: everything from the contract at the address, messages written from its schema.

Other prefixes than ours, a header, ``xsi:type`` nowhere, a quoted SOAPAction, documents inline: what suds and many
home-made clients send. The contract must be enough, without anything of the web.
"""

from __future__ import annotations

import base64
import email
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from cdg62_connect.simulator import Simulator

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
XMIME = "http://www.w3.org/2005/05/xmlmime"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"


@dataclass(frozen=True)
class Plain:
    """Calls the operations that a contract declares, at the address that it gives."""

    contract: Any
    session: requests.Session

    @property
    def namespace(self) -> str:
        return self.contract.get("targetNamespace")

    @property
    def addresses(self) -> list[str]:
        return [one.get("location") for one in self.contract.iter(f"{SOAP}address")]

    def children(self, element: str) -> list[str]:
        """The children of an element, in the order of the schema."""
        found = next(
            one for one in self.contract.iter(f"{XSD}element") if one.get("name") == element and len(one)
        )
        return [one.get("name") or one.get("ref").partition(":")[2] for one in found.iter(f"{XSD}element")][
            1:
        ]

    def call(self, operation: str, given: str | Mapping[str, str], *, port: int = 0) -> Any:
        """The element that answers, whose attachments are put back in their place."""
        element = f"{operation}Request"
        if isinstance(given, str):
            inside = given
        else:
            assert set(given) <= set(self.children(element)), "the schema declares them"
            named = [name for name in self.children(element) if name in given]
            inside = "".join(_written(name, given[name]) for name in named)
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:ns0="{self.namespace}" '
            f'xmlns:ns1="{ENVELOPE}" xmlns:ns2="{XMIME}" xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Header/><ns1:Body>'
            f"<ns0:{element}>{inside}</ns0:{element}></ns1:Body></SOAP-ENV:Envelope>"
        )
        answer = self.session.post(
            self.addresses[port],
            data=body.encode(),
            headers={"SOAPAction": '""', "Content-Type": "text/xml; charset=utf-8"},
            timeout=20,
        )
        assert answer.status_code == 200
        (made,) = etree.fromstring(_whole(answer)).find(f"{{{ENVELOPE}}}Body")
        assert made.tag == f"{{{self.namespace}}}{operation}Response"
        return made


def _written(name: str, text: str) -> str:
    kind = ' ns2:contentType="application/pdf"' if name == "DocumentPrincipal" else ""
    return f"<ns0:{name}{kind}>{text}</ns0:{name}>"


def _whole(answer: requests.Response) -> bytes:
    """The envelope; that of a package has its attachments back in it."""
    kind = answer.headers["Content-Type"]
    if not kind.startswith("multipart/related"):
        return answer.content
    package = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + answer.content)
    root, *others = package.get_payload()
    held = {part["Content-Id"].strip("<>"): part.get_payload(decode=True) for part in others}
    envelope = etree.fromstring(root.get_payload(decode=True))
    for include in list(envelope.iter(INCLUDE)):
        holder = include.getparent()
        holder.remove(include)
        holder.text = base64.b64encode(held[include.get("href").removeprefix("cid:")]).decode()
    return etree.tostring(envelope)


@pytest.fixture(params=["url", "url_mtom"])
def plain(described: Any, request: pytest.FixtureRequest) -> Any:
    access = described["iparapheur_soap"]
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (access["login"], access["password"])
        served = session.get(f"{access[request.param]}?wsdl", timeout=20)
        yield Plain(etree.fromstring(served.content), session)


def test_the_contract_is_whole_and_gives_the_addresses_of_the_simulator(plain: Plain, described: Any) -> None:
    access = described["iparapheur_soap"]
    assert set(plain.addresses) == {access["url"], access["url_mtom"]}
    schemas = {one.get("targetNamespace") for one in plain.contract.iter(f"{XSD}schema")}
    asked = list(plain.contract.iter(f"{XSD}import", f"{WSDL}import", f"{XSD}include"))
    assert {one.get("namespace") for one in asked} <= schemas == {plain.namespace, XMIME}
    assert not any(one.get("schemaLocation") for one in asked)


@pytest.mark.parametrize("port", [0, 1])
def test_a_dossier_is_created_followed_fetched_and_archived(
    plain: Plain, simulator: Simulator, arrete: Path, port: int
) -> None:
    def told(answer: Any, name: str) -> list[str]:
        return [one.text or "" for one in answer.iter(f"{{{plain.namespace}}}{name}")]

    created = plain.call(
        "CreerDossier",
        {
            "TypeTechnique": "URBANISME",
            "SousType": "Arrete",
            "DossierID": "tiers-02",
            "DocumentPrincipal": base64.encodebytes(arrete.read_bytes()).decode(),
            "Visibilite": "SERVICE",
        },
        port=port,
    )
    assert told(created, "codeRetour") == ["OK"]
    simulator.iparapheur.viser("tiers-02")
    simulator.iparapheur.signer("tiers-02")
    assert told(plain.call("GetHistoDossier", "tiers-02", port=port), "status")[-2:] == ["Signe", "Archive"]
    (signed,) = told(plain.call("GetDossier", "tiers-02", port=port), "DocPrincipal")
    assert base64.b64decode(signed).startswith(arrete.read_bytes())
    archived = plain.call(
        "ArchiverDossier", {"DossierID": "tiers-02", "ArchivageAction": "EFFACER"}, port=port
    )
    assert told(archived, "message") == ["Dossier tiers-02 supprimé du Parapheur."]
    assert told(plain.call("GetHistoDossier", "tiers-02", port=port), "status") == []
