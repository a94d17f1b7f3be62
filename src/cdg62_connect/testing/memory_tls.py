"""TLS without a network: a true handshake between two contexts, through memory.

What a program presents, whom it trusts and what it is refused are thus decided by OpenSSL, as on the wire, and
no stand-in for a client certificate is needed. Only the handshake happens: nothing is encrypted afterwards.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

from urllib3.connection import HTTPConnection
from urllib3.util.ssl_ import create_urllib3_context


def client_context(connection: HTTPConnection, pool: Mapping[str, Any]) -> ssl.SSLContext:
    """The context with which ``connection`` would shake hands.

    Args:
        connection: not connected, as the adapter makes it. Its own context is used when it has one: that of
            ``init_poolmanager(ssl_context=…)``, or the renewed one that a session of ours gives it.
        pool: the TLS part of ``HTTPAdapter.build_connection_pool_key_attributes``, made from ``verify`` and
            ``cert``.

    Raises:
        OSError: a file of certificates cannot be read.
    """
    living = getattr(connection, "living", None)
    own = getattr(connection, "ssl_context", None) if living is None else living.current()
    required = pool.get("cert_reqs", "CERT_REQUIRED") == "CERT_REQUIRED"
    context = cast("ssl.SSLContext | None", own) or create_urllib3_context(
        cert_reqs=ssl.CERT_REQUIRED if required else ssl.CERT_NONE
    )
    # verify=True names no file. The public authorities do not know that of the simulator: none is as good.
    if pool.get("ca_certs") or pool.get("ca_cert_dir"):
        context.load_verify_locations(pool.get("ca_certs"), pool.get("ca_cert_dir"))
    if pool.get("cert_file"):
        context.load_cert_chain(pool["cert_file"], pool.get("key_file"))
    return context


def presented(client: ssl.SSLContext, server: ssl.SSLContext, *, host: str) -> str:
    """Shake hands; the certificate that the client presented (PEM), or ``""``.

    Raises:
        ssl.SSLError: what the client would see: the server is not trusted, or it refuses the certificate.
    """
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    welcome = refused = False
    while not refused:
        satisfied = _step(asking)
        if satisfied and welcome:
            break
        try:
            welcome = _step(answering)
        except ssl.SSLError:
            refused = True  # the client learns it from the alert that this leaves
    with suppress(ssl.SSLWantReadError):
        if _step(asking):
            asking.read(1)  # a refusal of TLS 1.3 comes after the client is satisfied
    certificate = answering.getpeercert(binary_form=True) if welcome else None
    return ssl.DER_cert_to_PEM_cert(certificate) if certificate else ""


def _step(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
