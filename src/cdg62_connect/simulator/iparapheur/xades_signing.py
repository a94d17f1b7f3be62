"""A XAdES signature made by xmlsec on a template of ours (XAdES 1.1.1 and 1.2.2, as PES uses them)."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree

from cdg62_connect.errors import InvalidFile
from cdg62_connect.extras import extra
from cdg62_connect.simulator.pki import Signatory

_DS = "http://www.w3.org/2000/09/xmldsig#"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = _DS + "enveloped-signature"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_POLICY = "urn:oid:1.2.250.1.131.1.5.18.21.1.7"
_POLICY_TEXT = "Politique de signature Helios de la DGFiP (SPÉCIMEN)"

_DIGEST_PREFIX = {"1.1.1": "xad", "1.2.2": "ds"}
"""Whose elements carry the digests of the properties: the schemas differ."""


class XadesSigning:
    """One person signing at one moment.

    Raises:
        MissingExtra: xmlsec is not installed.
    """

    def __init__(self, signer: Signatory, moment: datetime, *, version: str = "1.1.1") -> None:
        with extra("simulator", needed_for="Signer un PES"):
            import xmlsec

        self._xmlsec: Any = xmlsec
        self._prefix = _DIGEST_PREFIX[version]
        self._namespace = f"http://uri.etsi.org/01903/v{version}#"
        self._moment = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._certificate = x509.load_pem_x509_certificate(signer.certificate.read_bytes())
        pem = self._xmlsec.constants.KeyDataFormatPem
        self._key = self._xmlsec.Key.from_file(str(signer.key), pem)
        self._key.load_cert_from_file(str(signer.certificate), pem)

    def signature(self, document: bytes, level: int, identity: str) -> bytes:
        """The signature of the element that stands alone at ``level`` in ``document``, in ASCII.

        Raises:
            InvalidFile: ``identity`` cannot be signed under.
        """
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        target: Any = etree.fromstring(document, parser)
        for _ in range(level):
            target = next(target.iterchildren(etree.Element))
        signature: Any = etree.fromstring(self._template(f"{identity}_SIG_1", identity))
        target.append(signature)
        context = self._xmlsec.SignatureContext()
        context.key = self._key
        try:
            context.register_id(target, "Id")
            context.register_id(next(signature.iter(f"{{{self._namespace}}}SignedProperties")), "Id")
            context.sign(signature)
        except self._xmlsec.Error as problem:
            raise InvalidFile("SANS_ID", f"L'Id « {identity[:60]} » ne peut être signé.") from problem
        target.remove(signature)  # it keeps no namespace but its own
        return bytes(etree.tostring(signature, encoding="US-ASCII"))

    def _template(self, label: str, identity: str) -> str:
        der = self._certificate.public_bytes(serialization.Encoding.DER)
        return (
            f'<ds:Signature xmlns:ds="{_DS}" Id={quoteattr(label)}><ds:SignedInfo>'
            f'<ds:CanonicalizationMethod Algorithm="{_C14N}"/><ds:SignatureMethod Algorithm="{_RSA_SHA256}"/>'
            f"<ds:Reference URI={quoteattr(f'#{identity}')}><ds:Transforms>"
            f'<ds:Transform Algorithm="{_ENVELOPED}"/><ds:Transform Algorithm="{_C14N}"/></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{_SHA256}"/><ds:DigestValue/></ds:Reference>'
            f'<ds:Reference Type="{self._namespace}SignedProperties" URI={quoteattr(f"#{label}_SP")}>'
            f'<ds:Transforms><ds:Transform Algorithm="{_C14N}"/></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{_SHA256}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>'
            f"<ds:SignatureValue Id={quoteattr(f'{label}_SV')}/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo>"
            f'<ds:Object><xad:QualifyingProperties xmlns:xad="{self._namespace}" Target={quoteattr(f"#{label}")}>'
            f"<xad:SignedProperties Id={quoteattr(f'{label}_SP')}><xad:SignedSignatureProperties>"
            f"<xad:SigningTime>{self._moment}</xad:SigningTime><xad:SigningCertificate><xad:Cert>"
            f"<xad:CertDigest>{self._digest(der)}</xad:CertDigest><xad:IssuerSerial>"
            f"<ds:X509IssuerName>{escape(self._certificate.issuer.rfc4514_string())}</ds:X509IssuerName>"
            f"<ds:X509SerialNumber>{self._certificate.serial_number}</ds:X509SerialNumber></xad:IssuerSerial>"
            "</xad:Cert></xad:SigningCertificate><xad:SignaturePolicyIdentifier><xad:SignaturePolicyId>"
            f"<xad:SigPolicyId><xad:Identifier>{_POLICY}</xad:Identifier>"
            f"<xad:Description>{_POLICY_TEXT}</xad:Description></xad:SigPolicyId>"
            f"<xad:SigPolicyHash>{self._digest(_POLICY_TEXT.encode())}</xad:SigPolicyHash>"
            "</xad:SignaturePolicyId></xad:SignaturePolicyIdentifier></xad:SignedSignatureProperties>"
            "</xad:SignedProperties></xad:QualifyingProperties></ds:Object></ds:Signature>"
        )

    def _digest(self, data: bytes) -> str:
        value = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
        prefix = self._prefix
        return f'<{prefix}:DigestMethod Algorithm="{_SHA256}"/><{prefix}:DigestValue>{value}</{prefix}:DigestValue>'
