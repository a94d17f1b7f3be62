"""XAdES signatures within a PES: one per bordereau, or one for the whole, as a parapheur puts them."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pki import Signatory

_DS = "http://www.w3.org/2000/09/xmldsig#"
_XADES = "http://uri.etsi.org/01903/v1.1.1#"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = _DS + "enveloped-signature"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_PROPERTIES = _XADES + "SignedProperties"
_DIGEST = f'<ds:DigestMethod Algorithm="{_SHA256}"/><ds:DigestValue>{{0}}</ds:DigestValue>'

_Element = Any
"""lxml says nothing of its types."""


def check_signable_xml(source: Path, *, xpath: str) -> None:
    """Look for what :func:`sign_xades` would sign.

    Raises:
        InvalidFile: it is no XML, or ``xpath`` points at nothing that has an ``Id``.
    """
    _targets(_read(source), xpath)


def check_xml(source: Path) -> None:
    """Whether ``source`` is XML.

    Raises:
        InvalidFile: it is not.
    """
    _read(source)


def sign_xades(source: Path, into: Path, *, xpath: str, signer: Signatory, moment: datetime) -> None:
    """Write as ``into`` the XML ``source`` with a signature in each element that ``xpath`` points at.

    ``//Bordereau`` signs every bordereau, ``.`` the root. An element that is signed already stays as it is.

    Raises:
        InvalidFile: it is no XML, or ``xpath`` points at nothing that has an ``Id``.
    """
    root = _read(source)
    signing = _Signing(signer, moment)
    for target in _targets(root, xpath):
        if target.find(f"{{{_DS}}}Signature") is None:
            signing.sign(target)
    tree = root.getroottree()
    tree.write(str(into), encoding=tree.docinfo.encoding or "UTF-8", xml_declaration=True)


def _read(source: Path) -> _Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        tree: Any = etree.parse(str(source), parser)
    except etree.XMLSyntaxError as problem:
        raise InvalidFile("PAS_UN_XML", f"{source.name} : ce XML n'est pas bien formé.") from problem
    if tree.docinfo.doctype:
        raise InvalidFile("PAS_UN_XML", f"{source.name} : ce XML a une DTD.")
    return tree.getroot()


def _targets(root: _Element, xpath: str) -> list[_Element]:
    match xpath.strip():
        case ".":
            found = [root]
        case "//Bordereau":
            found = list(root.iter("{*}Bordereau"))
        case _:
            found = []
    if not found or not all(one.get("Id") for one in found):
        raise InvalidFile("SANS_ID", f"Rien à signer au chemin « {xpath} » : il faut un élément avec un Id.")
    return found


class _Signing:
    """One person signing at one moment."""

    def __init__(self, signer: Signatory, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._certificate = x509.load_pem_x509_certificate(signer.certificate.read_bytes())
        key = serialization.load_pem_private_key(signer.key.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{signer.key.name} : une clé RSA est attendue")
        self._key = key

    def sign(self, target: _Element) -> None:
        """Put a signature of ``target`` at its end."""
        identity = target.get("Id")
        content = _digest(target)
        signature: _Element = etree.fromstring(self._template(f"{identity}_SIG_1", identity, content))
        target.append(signature)
        properties = next(signature.iter(f"{{{_XADES}}}SignedProperties"))
        signed = signature.find(f"{{{_DS}}}SignedInfo")
        _, of_properties = signed.findall(f"{{{_DS}}}Reference")
        of_properties.find(f"{{{_DS}}}DigestValue").text = _digest(properties)
        value = self._key.sign(_canonical(signed), PKCS1v15(), hashes.SHA256())
        signature.find(f"{{{_DS}}}SignatureValue").text = base64.b64encode(value).decode()

    def _template(self, label: str, identity: str, content: str) -> str:
        der = self._certificate.public_bytes(serialization.Encoding.DER)
        issuer = self._certificate.issuer.rfc4514_string()
        return (
            f'<ds:Signature xmlns:ds="{_DS}" Id="{label}"><ds:SignedInfo>'
            f'<ds:CanonicalizationMethod Algorithm="{_C14N}"/><ds:SignatureMethod Algorithm="{_RSA_SHA256}"/>'
            f'<ds:Reference URI="#{identity}"><ds:Transforms><ds:Transform Algorithm="{_ENVELOPED}"/>'
            f'<ds:Transform Algorithm="{_C14N}"/></ds:Transforms>{_DIGEST.format(content)}</ds:Reference>'
            f'<ds:Reference Type="{_PROPERTIES}" URI="#{label}_SP"><ds:Transforms>'
            f'<ds:Transform Algorithm="{_C14N}"/></ds:Transforms>{_DIGEST.format("")}</ds:Reference>'
            f'</ds:SignedInfo><ds:SignatureValue Id="{label}_SV"/><ds:KeyInfo><ds:X509Data>'
            f"<ds:X509Certificate>{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            f'<ds:Object><xad:QualifyingProperties xmlns:xad="{_XADES}" Target="#{label}">'
            f'<xad:SignedProperties Id="{label}_SP"><xad:SignedSignatureProperties>'
            f"<xad:SigningTime>{self._moment}</xad:SigningTime><xad:SigningCertificate><xad:Cert><xad:CertDigest>"
            f"{_DIGEST.format(base64.b64encode(hashlib.sha256(der).digest()).decode())}</xad:CertDigest>"
            f"<xad:IssuerSerial><ds:X509IssuerName>{_escaped(issuer)}</ds:X509IssuerName>"
            f"<ds:X509SerialNumber>{self._certificate.serial_number}</ds:X509SerialNumber></xad:IssuerSerial>"
            "</xad:Cert></xad:SigningCertificate><xad:SignaturePolicyIdentifier><xad:SignaturePolicyImplied/>"
            "</xad:SignaturePolicyIdentifier></xad:SignedSignatureProperties></xad:SignedProperties>"
            "</xad:QualifyingProperties></ds:Object></ds:Signature>"
        )


def _digest(element: _Element) -> str:
    return base64.b64encode(hashlib.sha256(_canonical(element)).digest()).decode()


def _canonical(element: _Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
