"""The contract of the service, packaged with us, and the binding of small requests to it by zeep.

zeep never sees a document, never sends anything and never reads an answer: a request is bound with tokens
where documents go. The contract of the server itself is never asked for: it would need the network, and its
version would decide our types.
"""

from __future__ import annotations

import threading
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from zeep import Client

NAMESPACE = "http://www.adullact.org/spring-ws/iparapheur/1.0"

_FILES = {"iparapheur.wsdl", "xmlmime.xsd"}

_loading = threading.Lock()
_loaded: list[Client] = []


def bind(operation: str, *arguments: str, **fields: object) -> bytes:
    """The SOAP envelope of a request, in UTF-8.

    Args:
        operation: the name of the operation.
        arguments: the content of the request, when it is a mere text.
        fields: the elements of the request by name, when it has some. Nillable ones left out are sent nil;
            a document is ``{"_value_1": token, "contentType": media type}``.
    """
    from lxml import etree

    client = _contract()
    envelope = client.create_message(client.service, operation, *arguments, **fields)
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def _contract() -> Client:
    """The contract, loaded once per process (about a tenth of a second)."""
    with _loading:
        if not _loaded:
            from zeep import Client

            _loaded.append(Client("file:///iparapheur.wsdl", transport=_PackagedFiles()))
        return _loaded[0]


class _PackagedFiles:
    """All that zeep may load: the two files beside this module."""

    def load(self, url: str) -> bytes:
        name = PurePosixPath(urlsplit(url).path).name
        if name not in _FILES:
            raise ValueError(f"the contract must not need {url}")
        return resources.files("cdg62_connect.iparapheur.soap_v4").joinpath(name).read_bytes()
