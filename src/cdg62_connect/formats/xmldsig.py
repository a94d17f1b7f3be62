"""signxml, confined: an XML signature verified with one given certificate, and what it covers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_algorithms: Any = import_module("signxml.algorithms")
_exceptions: Any = import_module("signxml.exceptions")
_verifier: Any = import_module("signxml.verifier")


class SignatureWrong(Exception):
    """An XML signature is wrong.

    ``altered``: what it signs was changed; otherwise the signature itself is wrong.
    """

    def __init__(self, *, altered: bool) -> None:
        self.altered = altered
        super().__init__()


def whole_parser() -> etree.XMLParser:
    """A parser for what has already been looked at: it keeps comments and instructions, and long texts."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def signed_elements(
    document: Element, *, location: str, certificate: bytes, allow_sha1: bool
) -> list[Element]:
    """The elements that the first signature at ``location`` covers, as they were canonicalised.

    Args:
        document: the root of the document.
        location: the path to the element that holds the signature, ending with a slash.
        certificate: of the signer, in DER; no other is believed, and its trust is not looked at here.
        allow_sha1: whether SHA-1 is accepted.

    Raises:
        SignatureWrong: the signature does not verify.
    """
    from cryptography import x509

    methods = {one for one in _algorithms.SignatureMethod if not one.name.startswith("HMAC")}
    digests = set(_algorithms.DigestAlgorithm)
    signer = x509.load_der_x509_certificate(certificate)
    if not allow_sha1:
        methods = {one for one in methods if "SHA1" not in one.name}
        digests.discard(_algorithms.DigestAlgorithm.SHA1)
    config = _verifier.SignatureConfiguration(
        location=location,
        expect_references=False,
        signature_methods=frozenset(methods),
        digest_algorithms=frozenset(digests),
        verification_time=signer.not_valid_before_utc,  # its dates are judged with its trust, by the caller
        default_reference_c14n_method=_algorithms.CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        results: list[Any] = _verifier.XMLVerifier().verify(
            document,
            x509_cert=signer,
            validate_schema=False,  # the serial numbers of today are too long for its integers
            parser=whole_parser(),
            id_attribute="Id",
            expect_config=config,
        )
    except _exceptions.InvalidDigest:
        raise SignatureWrong(altered=True) from None
    except Exception:  # noqa: BLE001 - a mangled signature makes signxml raise anything
        raise SignatureWrong(altered=False) from None
    return [one.signed_xml for one in results if one.signed_xml is not None]
