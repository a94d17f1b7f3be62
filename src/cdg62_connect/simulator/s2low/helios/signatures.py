"""What S2LOW verifies of the signatures in a PES: nothing signed has moved, and the certificate's key signed it.

XML Signature with the algorithms that Hélios uses. Whether the signer is trusted is not judged: nobody out of the
simulator could be certified.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate

from cdg62_connect.extras import extra

if TYPE_CHECKING:
    from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage] # lxml's only name for it

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL: Final[Mapping[str, bool]] = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": False,
    _EXCLUSIVE: True,
}
"""The canonical forms understood, and whether each is the exclusive one."""

_DIGESTS: Final[Mapping[str, str]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_HASHES: Final[Mapping[str, type[hashes.HashAlgorithm]]] = {
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1": hashes.SHA1,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512,
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": hashes.SHA256,
}


_Identified = Mapping[str, Sequence["Element"]]
"""Elements by the URI that points at them."""


class _Invalid(Exception):
    """The signature is not valid; the message says why."""


def problem(path: Path) -> str:
    """Why the signatures of a well-formed PES cannot be accepted, ``""`` when they all can.

    ``path`` must have been read without meeting a DTD.
    """
    with extra("simulator", needed_for="La vérification des PES par le S2LOW simulé"):
        from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(path.read_bytes(), parser)
    identified: dict[str, list[Element]] = {"": [root]}
    for one in root.iter():
        if one.get("Id"):
            identified.setdefault(f"#{one.get('Id')}", []).append(one)
    try:
        for signature in list(root.iter(f"{DS}Signature")):
            _verify(identified, signature)
    except _Invalid as invalid:
        return str(invalid)
    return ""


def _verify(identified: _Identified, signature: Element) -> None:
    if not signature.get("Id"):
        raise _Invalid("la signature n'a pas d'identifiant")
    signed = signature.find(f"{DS}SignedInfo")
    references = signed.findall(f"{DS}Reference") if signed is not None else []
    if signed is None or not references:
        raise _Invalid("la signature ne porte sur rien")
    for reference in references:
        _check_digest(identified, signature, reference)
    _check_value(signature, signed)


def _check_digest(identified: _Identified, signature: Element, reference: Element) -> None:
    uri = reference.get("URI", "")
    targets = identified.get(uri, [])
    if len(targets) != 1:
        raise _Invalid(f"l'élément {uri[:60]} est introuvable")
    algorithm = _DIGESTS.get(_algorithm(reference, "DigestMethod"))
    if algorithm is None:
        raise _Invalid("algorithme d'empreinte inconnu")
    transforms = [one.get("Algorithm", "") for one in reference.iterfind(f"{DS}Transforms/{DS}Transform")]
    forms = [one for one in transforms if one != ENVELOPED]
    if any(one not in _CANONICAL for one in forms):
        raise _Invalid("transformation inconnue")
    content = _canonical(
        targets[0],
        exclusive=bool(forms) and _CANONICAL[forms[-1]],
        without=signature if ENVELOPED in transforms else None,
        prefixes=_prefixes(reference),
    )
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    if digest != _decoded(reference.findtext(f"{DS}DigestValue")):
        raise _Invalid("le contenu signé a été modifié")


def _check_value(signature: Element, signed: Element) -> None:
    form = _algorithm(signed, "CanonicalizationMethod")
    method = _algorithm(signed, "SignatureMethod")
    kind = _HASHES.get(method)
    if form not in _CANONICAL or kind is None:
        raise _Invalid("algorithme de signature inconnu")
    content = _canonical(signed, exclusive=_CANONICAL[form], without=None, prefixes=())
    value = _decoded(signature.findtext(f"{DS}SignatureValue"))
    encoded = _decoded(signature.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate"))
    try:
        key = load_der_x509_certificate(encoded).public_key()
        if isinstance(key, RSAPublicKey) and "rsa" in method:
            key.verify(value, content, PKCS1v15(), kind())
        elif isinstance(key, EllipticCurvePublicKey) and "ecdsa" in method:
            half = len(value) // 2
            pair = encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
            key.verify(pair, content, ECDSA(kind()))
        else:
            raise _Invalid("la clé n'est pas celle de la signature")
    except (ValueError, InvalidSignature):
        raise _Invalid("la valeur de la signature est fausse") from None


def _canonical(
    element: Element, *, exclusive: bool, without: Element | None, prefixes: tuple[str, ...]
) -> bytes:
    parent = without.getparent() if without is not None else None
    if without is None or parent is None or element not in without.iterancestors():
        return _written(element, exclusive=exclusive, prefixes=prefixes)
    place, tail = parent.index(without), without.tail
    before = parent[place - 1] if place else None
    kept = (before.tail if before is not None else parent.text) or ""
    try:
        if before is not None:
            before.tail = kept + (tail or "")
        else:
            parent.text = kept + (tail or "")
        without.tail = None
        parent.remove(without)
        return _written(element, exclusive=exclusive, prefixes=prefixes)
    finally:
        if before is not None:
            before.tail = kept
        else:
            parent.text = kept
        parent.insert(place, without)
        without.tail = tail


def _written(element: Element, *, exclusive: bool, prefixes: tuple[str, ...]) -> bytes:
    from lxml import etree

    return etree.tostring(
        element,
        method="c14n",
        exclusive=exclusive,
        with_comments=False,
        inclusive_ns_prefixes=list(prefixes) if exclusive and prefixes else None,
        with_tail=False,
    )


def _prefixes(reference: Element) -> tuple[str, ...]:
    found = reference.find(f"{DS}Transforms/{DS}Transform/{{{_EXCLUSIVE}}}InclusiveNamespaces")
    return tuple((found.get("PrefixList") or "").split()) if found is not None else ()


def _algorithm(element: Element, name: str) -> str:
    found = element.find(f"{DS}{name}")
    return (found.get("Algorithm") or "") if found is not None else ""


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise _Invalid("une valeur n'est pas en base64") from None
