"""The signed properties that PES uses: XAdES 1.1.1 and 1.2.2, and 1.3.2 which says the same (ETSI TS 101 903).

They are read in what the signature covers, as its verifier gives it back, never in the document around it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cdg62_connect.formats.hardened_xml import attribute, child_text, children, local_name
from cdg62_connect.formats.xades_verdict import XadesPolicy

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

VERSIONS = {
    "http://uri.etsi.org/01903/v1.1.1#": "1.1.1",
    "http://uri.etsi.org/01903/v1.2.2#": "1.2.2",
    "http://uri.etsi.org/01903/v1.3.2#": "1.3.2",
}
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"

_DIGESTS = {
    SHA1: "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


@dataclass(frozen=True, slots=True)
class CertificateDigest:
    """The certificate that the signer says to have used."""

    algorithm: str
    digest: bytes

    def matches(self, der: bytes) -> bool:
        """Whether it is this one."""
        name = _DIGESTS.get(self.algorithm)
        return name is not None and hashlib.new(name, der, usedforsecurity=False).digest() == self.digest


@dataclass(frozen=True, slots=True)
class SignedProperties:
    """What the signer signed beside the document."""

    version: str
    signed_at: datetime | None
    certificates: tuple[CertificateDigest, ...]
    policy: XadesPolicy | None
    place: str
    roles: tuple[str, ...]


def read_properties(element: Element) -> SignedProperties:
    """Read an element ``SignedProperties``; what is absent or strange is empty."""
    namespace = element.tag.rpartition("}")[0].removeprefix("{")
    ours = _first(element, "SignedSignatureProperties")
    place = _first(ours, "SignatureProductionPlace")
    return SignedProperties(
        version=VERSIONS.get(namespace, ""),
        signed_at=_moment(child_text(ours, "SigningTime")) if ours is not None else None,
        certificates=tuple(_certificates(ours)),
        policy=_policy(ours),
        place=_place(place),
        roles=tuple(
            " ".join("".join(map(str, role.itertext())).split())[:200]
            for signer_role in _all(ours, "SignerRole")
            for claimed in children(signer_role, "ClaimedRoles")
            for role in children(claimed, "ClaimedRole")
        ),
    )


def _place(place: Element | None) -> str:
    parts = [" ".join(str(part.text or "").split()) for part in place] if place is not None else []
    return ", ".join(part for part in parts if part)[:200]


def _certificates(ours: Element | None) -> list[CertificateDigest]:
    return [
        CertificateDigest(algorithm=algorithm, digest=digest)
        for name in ("SigningCertificate", "SigningCertificateV2")
        for group in _all(ours, name)
        for cert in children(group, "Cert")
        for said in children(cert, "CertDigest")
        for algorithm, digest in [_digest(said)]
        if digest
    ]


def _digest(element: Element) -> tuple[str, bytes]:
    method = _first(element, "DigestMethod")
    return attribute(method, "Algorithm") if method is not None else "", _bytes(
        child_text(element, "DigestValue")
    )


def _policy(ours: Element | None) -> XadesPolicy | None:
    for identifier in _all(ours, "SignaturePolicyIdentifier"):
        for policy in children(identifier, "SignaturePolicyId"):
            named = _first(policy, "SigPolicyId")
            hashed = _first(policy, "SigPolicyHash")
            algorithm, digest = _digest(hashed) if hashed is not None else ("", b"")
            uris = [
                child_text(one, "SPURI")
                for group in children(policy, "SigPolicyQualifiers")
                for one in children(group, "SigPolicyQualifier")
            ]
            return XadesPolicy(
                identifier=child_text(named, "Identifier") if named is not None else "",
                digest_algorithm=algorithm,
                digest=base64.b64encode(digest).decode("ascii"),
                uri=next(filter(None, uris), ""),
            )
    return None


def _all(element: Element | None, name: str) -> list[Element]:
    return list(children(element, name)) if element is not None else []


def _first(element: Element | None, name: str) -> Element | None:
    return next(iter(_all(element, name)), None)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_properties(element: Element) -> bool:
    """Whether an element is one of signed properties, of a version that is read here."""
    namespace = element.tag.rpartition("}")[0].removeprefix("{")
    return local_name(element) == "SignedProperties" and namespace in VERSIONS
