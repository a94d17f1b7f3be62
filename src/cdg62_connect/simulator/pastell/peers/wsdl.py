"""What a PHP SOAP client learns of a parapheur's contract: where to call, and which elements it may write.

PHP writes the elements of a request in the order of the WSDL and drops, without a word, those it does not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import read_xml
from cdg62_connect.simulator.pastell.peers.ports import PeerFailed

_LIMIT = 2 * 1024 * 1024
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One element a request may hold."""

    name: str
    optional: bool
    nillable: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """The endpoint, the schemas still to fetch, and the children of each request that has some."""

    endpoint: str
    imports: tuple[str, ...]
    requests: dict[str, tuple[Slot, ...]]


def read_contract(data: bytes, *, url: str) -> Contract:
    """Read a WSDL.

    Raises:
        PeerFailed: it is not one.
    """
    try:
        root = read_xml(data, what="Le WSDL", limit=_LIMIT)
    except InvalidInput as unreadable:
        raise PeerFailed(f"SOAP-ERROR: Parsing WSDL: Couldn't load from '{url}'") from unreadable
    addresses = [str(address.get("location", "")) for address in root.iter(f"{_WSDL_SOAP}address")]
    if not addresses or not addresses[0]:
        raise PeerFailed("SOAP-ERROR: Parsing WSDL: Couldn't bind to service")
    imports = tuple(
        urljoin(url, place)
        for found in root.iter(f"{_XSD}import")
        if (place := str(found.get("schemaLocation", "")))
    )
    requests = {
        str(element.get("name")): tuple(
            Slot(
                str(child.get("name")),
                optional=child.get("minOccurs") == "0",
                nillable=child.get("nillable") == "true",
            )
            for child in element.iter(f"{_XSD}element")
            if child is not element
        )
        for schema in root.iter(f"{_XSD}schema")
        for element in schema
        if element.tag == f"{_XSD}element" and str(element.get("name", "")).endswith("Request")
    }
    return Contract(addresses[0], imports, requests)
