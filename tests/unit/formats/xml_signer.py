"""Signs XML by hand, as a parapheur does: the project itself never signs any."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
DIGESTS = {"sha256": "http://www.w3.org/2001/04/xmlenc#sha256", "sha1": f"{DS}sha1"}
METHODS = {"sha256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "sha1": f"{DS}rsa-sha1"}
FROM, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class XmlAuthority:
    """An authority and the people that it certifies, all of them with RSA keys."""

    name: str = "AC de test"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def certificate(self) -> x509.Certificate:
        return self._issue(self.name, self.key, ca=True)

    def pem(self) -> bytes:
        return self.certificate().public_bytes(serialization.Encoding.PEM)

    def signer(self, name: str, *, until: datetime = UNTIL) -> XmlSigner:
        key = rsa.generate_private_key(65537, 2048)
        return XmlSigner(key=key, certificate=self._issue(name, key, ca=False, until=until))

    def _issue(
        self, name: str, key: rsa.RSAPrivateKey, *, ca: bool, until: datetime = UNTIL
    ) -> x509.Certificate:
        usages = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
        )  # fmt: skip
        usages["key_cert_sign" if ca else "content_commitment"] = True
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(FROM)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usages), critical=True)
            .sign(self.key, hashes.SHA256())
        )


@dataclass
class XmlSigner:
    """Somebody who signs; each option is one way in which signatures differ, or are wrong."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    xades: str = "1.1.1"
    digest: str = "sha256"
    certificate_digest: str = "sha256"
    c14n: str = EXCLUSIVE
    signed_at: str = "2026-09-14T10:15:00Z"
    policy: bool = True
    properties_signed: bool = True
    extra_transform: str = ""

    def sign(self, document: bytes, target: str) -> bytes:
        """The document with one more signature, in the element of that Id."""
        root = etree.fromstring(document)
        element = next(one for one in root.iter(etree.Element) if one.get("Id") == target)
        digest = self._digest(self._canonical(element))
        signature = etree.fromstring(self._template(target, digest))
        element.append(signature)
        properties = next(one for one in signature.iter() if etree.QName(one).localname == "SignedProperties")
        references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
        if self.properties_signed:
            references[1].find(f"{{{DS}}}DigestValue").text = self._digest(self._canonical(properties))
        else:
            references[1].getparent().remove(references[1])
        info = signature.find(f"{{{DS}}}SignedInfo")
        algorithm = hashes.SHA256() if self.digest == "sha256" else hashes.SHA1()
        value = self.key.sign(self._canonical(info), padding.PKCS1v15(), algorithm)
        signature.find(f"{{{DS}}}SignatureValue").text = base64.b64encode(value).decode()
        return etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True)

    def _canonical(self, element: etree._Element) -> bytes:
        return etree.tostring(
            element, method="c14n", exclusive=self.c14n == EXCLUSIVE, with_comments=False
        ).strip()

    def _digest(self, data: bytes) -> str:
        return base64.b64encode(hashlib.new(self.digest, data).digest()).decode()

    def _template(self, target: str, digest: str) -> str:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        said = base64.b64encode(hashlib.new(self.certificate_digest, der).digest()).decode()
        identifier = f"{target}_SIG_1"
        more = f'<ds:Transform Algorithm="{self.extra_transform}"/>' if self.extra_transform else ""
        policy = (
            "<x:SignaturePolicyIdentifier><x:SignaturePolicyId><x:SigPolicyId><x:Identifier>urn:oid:1.2.3.4"
            "</x:Identifier></x:SigPolicyId><x:SigPolicyHash>"
            f'<ds:DigestMethod Algorithm="{DIGESTS["sha256"]}"/><ds:DigestValue>AAAA</ds:DigestValue></x:SigPolicyHash>'
            "<x:SigPolicyQualifiers><x:SigPolicyQualifier><x:SPURI>https://politique.example/ps.pdf</x:SPURI>"
            "</x:SigPolicyQualifier></x:SigPolicyQualifiers></x:SignaturePolicyId></x:SignaturePolicyIdentifier>"
            if self.policy
            else ""
        )
        return (
            f'<ds:Signature xmlns:ds="{DS}" Id="{identifier}"><ds:SignedInfo>'
            f'<ds:CanonicalizationMethod Algorithm="{self.c14n}"/>'
            f'<ds:SignatureMethod Algorithm="{METHODS[self.digest]}"/>'
            f'<ds:Reference URI="#{target}"><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/>{more}'
            f'<ds:Transform Algorithm="{self.c14n}"/></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{DIGESTS[self.digest]}"/><ds:DigestValue>{digest}</ds:DigestValue>'
            f'</ds:Reference><ds:Reference URI="#{identifier}_SP"><ds:Transforms>'
            f'<ds:Transform Algorithm="{self.c14n}"/></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{DIGESTS[self.digest]}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>'
            f'<ds:SignatureValue Id="{identifier}_SV"/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f"{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>"
            f'<x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v{self.xades}#" Target="#{identifier}">'
            f'<x:SignedProperties Id="{identifier}_SP"><x:SignedSignatureProperties>'
            f"<x:SigningTime>{self.signed_at}</x:SigningTime><x:SigningCertificate><x:Cert><x:CertDigest>"
            f'<ds:DigestMethod Algorithm="{DIGESTS[self.certificate_digest]}"/><ds:DigestValue>{said}'
            f"</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificate>{policy}"
            "<x:SignatureProductionPlace><x:City>Valmont</x:City><x:CountryName>France</x:CountryName>"
            "</x:SignatureProductionPlace><x:SignerRole><x:ClaimedRoles><x:ClaimedRole>Maire</x:ClaimedRole>"
            "</x:ClaimedRoles></x:SignerRole></x:SignedSignatureProperties></x:SignedProperties>"
            "</x:QualifyingProperties></ds:Object></ds:Signature>"
        )
