"""Time-stamp replies (RFC 3161) by a time-stamper of the test authority."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    from cdg62_connect.simulator.pki import TestAuthority

POLICY = "1.2.3.4.1"
"""Policy of nobody, as a time-stamper of test may claim."""


class Timestamper:
    """Signs replies; its certificate is issued the first time.

    Args:
        authority: who vouches for it.
    """

    def __init__(self, authority: TestAuthority) -> None:
        self._authority = authority

    def reply(self, message: bytes, *, serial: int, moment: datetime) -> bytes:
        """A ``TimeStampResp`` (DER) that says that ``message`` existed at ``moment`` (aware)."""
        from asn1crypto import algos, cms, core, tsp, x509

        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": sha256(message).digest(),
                },
                "serial_number": serial,
                "gen_time": moment,
            }
        )
        content = info.dump()
        certificate = x509.Certificate.load(self._pair[0])
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [sha256(content).digest()]},
                {
                    "type": "signing_certificate_v2",
                    "values": [{"certs": [{"cert_hash": sha256(self._pair[0]).digest()}]}],
                },
            ]
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    name="issuer_and_serial_number",
                    value=cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    ),
                ),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": self._sign(attributes.dump()),
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": [certificate],
                "signer_infos": [signer],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        return cast(
            "bytes", tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        )

    def _sign(self, attributes: bytes) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        return self._pair[1].sign(attributes, ec.ECDSA(hashes.SHA256()))

    @cached_property
    def _pair(self) -> tuple[bytes, EllipticCurvePrivateKey]:
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization

        certificate, key = self._authority.timestamp_certificate("Horodateur interne")
        loaded: Any = serialization.load_pem_private_key(key.read_bytes(), password=None)
        der = x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(
            serialization.Encoding.DER
        )
        return der, cast("EllipticCurvePrivateKey", loaded)
