"""The client certificate of a TdT connector: a PKCS#12 file becomes the two PEM files that curl uses."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from cdg62_connect.simulator.pastell.peers.ports import Changes, Configuration, Outcome, Params

_CERTIFICATE, _KEY = "user_certificat_pem", "user_key_pem"


def unpacked(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``update-certificate``: with a wrong password, or without a PKCS#12, the PEM files are emptied."""
    given = c.file("user_certificat")
    password = c.text("user_certificat_password")
    if given is None:
        return Outcome(ok=True, message="")
    try:
        bundle = load_pkcs12(given.path.read_bytes(), password.encode() or None)
    except ValueError:
        return Outcome(ok=True, message="", changes=Changes(files={_CERTIFICATE: (), _KEY: ()}))
    if bundle.key is None or bundle.cert is None:
        return Outcome(ok=True, message="", changes=Changes(files={_CERTIFICATE: (), _KEY: ()}))
    protection: KeySerializationEncryption = (
        BestAvailableEncryption(password.encode()) if password else NoEncryption()
    )
    key = bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    chain = b"".join(
        held.certificate.public_bytes(Encoding.PEM) for held in (bundle.cert, *bundle.additional_certs)
    )
    return Outcome(
        ok=True,
        message="",
        changes=Changes(
            files={_CERTIFICATE: (("user_certificat.pem", chain),), _KEY: (("user_key.pem", key),)}
        ),
    )
