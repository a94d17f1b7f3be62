"""XML signatures verified by signxml, under rules of ours: what is signed is an element of ours, whole.

signxml writes and reads again the whole document for each reference. A signature of bordereau is given to it
in a document reduced to that bordereau and to the elements that hold it, bare but for their attributes and
namespaces: what is canonicalised is the same, and the cost is that of the bordereau.
"""

from __future__ import annotations

import base64
import binascii
import copy
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_expat import XmlStream
from cdg62_connect.formats.pes_facts import SignaturePlacement
from cdg62_connect.formats.trust import Trust, chain_problem, common_name
from cdg62_connect.formats.xades_properties import SHA1, SignedProperties, is_properties, read_properties
from cdg62_connect.formats.xades_verdict import XadesSignature, XadesVerdict
from cdg62_connect.formats.xmldsig import SignatureWrong, signed_elements, whole_parser

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_WHAT = "Le document signé"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_C14N = frozenset(
    f"http://www.w3.org/{name}{comments}"
    for name, with_comments in (
        ("TR/2001/REC-xml-c14n-20010315", "#WithComments"),
        ("2001/10/xml-exc-c14n#", "WithComments"),
        ("2006/12/xml-c14n11", "#WithComments"),
    )
    for comments in ("", with_comments)
)
_IDENTIFIERS = ("Id", "ID", "id")
_MOST_SIGNATURES = 10_000
_MOST_REFERENCES = 10
_MOST_CERTIFICATES = 20

_ALTERED = "le document a été modifié après la signature."
_WRONG = "la signature elle-même est fausse, ou n'est pas de ce certificat."


class _Broken(Exception):
    """A signature is wrong; the message says how, in French."""


def validated(path: Path, *, trust: Trust, allow_sha1: bool, limit: int) -> XadesVerdict:
    """Every signature of the document, in its order.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``TAILLE`` or ``XML_ILLISIBLE``.
        HostileInput: a DTD, or something beyond reason.
    """
    root = _read(path, limit=limit)
    signatures = list(root.iter(f"{_DS}Signature"))
    if len(signatures) > _MOST_SIGNATURES:
        raise HostileInput(f"{_WHAT} porte plus de {_MOST_SIGNATURES} signatures : document écarté.")
    identifiers = Counter(
        value
        for element in root.iter(etree.Element)
        for name in _IDENTIFIERS
        if (value := element.get(name)) is not None
    )
    chains = _Chains(trust)
    judged = [
        _Judging(signature, root, identifiers, chains=chains, allow_sha1=allow_sha1).verdict()
        for signature in signatures
    ]
    bordereaux = [one for one in root.iter("Bordereau") if _depth(one) == 2]
    unsigned = tuple(
        one.get("Id") or f"n° {rank}"
        for rank, one in enumerate(bordereaux, start=1)
        if one.find(f"{_DS}Signature") is None
    )
    whole = any(signature.whole for signature in judged)
    apart = any(not signature.whole for signature in judged)
    placement = {
        (False, False): SignaturePlacement.NONE,
        (True, False): SignaturePlacement.GLOBAL,
        (False, True): SignaturePlacement.BORDEREAU,
        (True, True): SignaturePlacement.MIXED,
    }[whole, apart]
    return XadesVerdict(signatures=tuple(judged), placement=placement, unsigned=unsigned)


def _read(path: Path, *, limit: int) -> Element:
    """The document as a tree, comments and instructions kept since a signature may cover them."""
    depth = 0

    def opened(_name: str, _attributes: list[str]) -> None:
        nonlocal depth
        depth += 1

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    stream = XmlStream(what=_WHAT, root=opened, start=opened, end=closed, depth=lambda: depth, limit=limit)
    with path.open("rb") as document:
        data = b"".join(stream.blocks(document))  # no DTD, no depth, no names without measure
    try:
        return etree.fromstring(data, whole_parser())
    except etree.XMLSyntaxError as error:
        raise InvalidFile("XML_ILLISIBLE", f"{_WHAT} n'est pas du XML lisible ({error.msg}).") from None


class _Chains:
    """The certificates of a document, each one read and judged once: every bordereau has the same."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._read: dict[bytes, x509.Certificate] = {}
        self._problems: dict[tuple[bytes, ...], str] = {}

    def certificate(self, der: bytes) -> x509.Certificate:
        """A certificate, whose whole structure is right.

        Raises:
            ValueError: it is not one; so does TypeError, and UnsupportedAlgorithm.
        """
        known = self._read.get(der)
        if known is None:
            known = x509.Certificate.load(der, strict=True)
            known.native  # noqa: B018 - asn1crypto reads lazily: a broken certificate shows here
            pyca.load_der_x509_certificate(der).public_key()
            self._read[der] = known
        return known

    def problem(self, certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> str:
        """As :func:`chain_problem`."""
        key = tuple(one.dump() for one in (certificate, *others))
        if key not in self._problems:
            self._problems[key] = chain_problem(certificate, others, self._trust)
        return self._problems[key]


class _Judging:
    """One signature being verified."""

    def __init__(
        self,
        signature: Element,
        root: Element,
        identifiers: Counter[str],
        *,
        chains: _Chains,
        allow_sha1: bool,
    ) -> None:
        self._signature = signature
        self._root = root
        self._identifiers = identifiers
        self._chains = chains
        self._allow_sha1 = allow_sha1
        parent = signature.getparent()
        self._signed: Element = parent if parent is not None else signature
        self._target = self._signed.get("Id") or ""
        self._weak: list[str] = []
        self._certificate: x509.Certificate | None = None
        self._properties: SignedProperties | None = None

    def verdict(self) -> XadesSignature:
        problem, intact, trusted = "", False, False
        try:
            self._verify()
            intact = True
            problem = self._chain_problem()
            trusted = not problem
        except _Broken as broken:
            problem = str(broken)
        properties = self._properties
        return XadesSignature(
            id=self._signature.get("Id") or "",
            target=self._target,
            whole=self._signed is self._root,
            intact=intact,
            trusted=trusted,
            signer=common_name(self._certificate) if self._certificate is not None else "",
            signed_at=properties.signed_at if properties else None,
            policy=properties.policy if properties else None,
            place=properties.place if properties else "",
            roles=properties.roles if properties else (),
            version=properties.version if properties else "",
            weak=tuple(dict.fromkeys(self._weak)),
            problem=problem,
        )

    def _verify(self) -> None:
        self._check_place()
        self._check_references()
        certificates = self._certificates()
        properties = self._verified(certificates[0])
        named = [
            one for one in certificates if any(said.matches(one.dump()) for said in properties.certificates)
        ]
        if properties.certificates and (not named or named[0] != certificates[0]):
            # the certificate that signed is not the first one given, or is not the one that the signer named
            if not named:
                raise _Broken("son certificat n'est pas celui que le signataire déclare.")
            properties = self._verified(named[0])
        if not properties.certificates:
            raise _Broken("elle ne déclare pas le certificat du signataire (ce n'est pas du XAdES).")
        if any(said.algorithm == SHA1 for said in properties.certificates):
            self._weak.append("certificat")
        self._properties = properties

    def _check_place(self) -> None:
        parent = self._signature.getparent()
        if parent is None or (
            parent is not self._root and not (parent.tag == "Bordereau" and _depth(parent) == 2)
        ):
            raise _Broken("elle n'est ni dans un bordereau ni à la racine : elle ne compte pas.")
        if parent.find(f"{_DS}Signature") is not self._signature:
            raise _Broken("elle est la deuxième du même élément : une seule est admise.")
        if not self._target:
            raise _Broken("l'élément signé n'a pas d'Id.")

    def _check_references(self) -> None:
        info = self._signature.find(f"{_DS}SignedInfo")
        references = info.findall(f"{_DS}Reference") if info is not None else []
        if info is None or not 1 <= len(references) <= _MOST_REFERENCES:
            raise _Broken("elle est illisible : ses références manquent.")
        method = info.find(f"{_DS}SignatureMethod")
        if method is not None and "sha1" in (method.get("Algorithm") or "").lower():
            self._weak.append("signature")
        for reference in references:
            uri = reference.get("URI") or ""
            if not uri.startswith("#") or self._identifiers[uri[1:]] != 1:
                raise _Broken(f"elle renvoie à un Id absent ou employé deux fois (« {uri[:60]} »).")
            digest = reference.find(f"{_DS}DigestMethod")
            if digest is not None and digest.get("Algorithm") == SHA1:
                self._weak.append("empreinte")
            for transform in reference.iterfind(f"{_DS}Transforms/{_DS}Transform"):
                if transform.get("Algorithm") not in _C14N | {_ENVELOPED}:
                    raise _Broken("elle transforme ce qu'elle signe d'une façon qui n'est pas admise.")
        if f"#{self._target}" not in [reference.get("URI") for reference in references]:
            raise _Broken("elle ne signe pas l'élément qui la porte.")
        if self._weak and not self._allow_sha1:
            raise _Broken("elle emploie SHA-1, qui n'est plus sûr.")

    def _certificates(self) -> list[x509.Certificate]:
        found: list[x509.Certificate] = []
        for said in self._signature.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
            try:
                der = base64.b64decode("".join((said.text or "").split()), validate=True)
                certificate = self._chains.certificate(der)
            except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
                raise _Broken("son certificat est illisible.") from None
            found.append(certificate)
        if not 1 <= len(found) <= _MOST_CERTIFICATES:
            raise _Broken("elle ne donne pas son certificat.")
        return found

    def _verified(self, certificate: x509.Certificate) -> SignedProperties:
        """What signxml finds signed, once it has found it right."""
        self._certificate = certificate
        document, location = _reduced(self._signed, self._root)
        try:
            signed = signed_elements(
                document, location=location, certificate=certificate.dump(), allow_sha1=self._allow_sha1
            )
        except SignatureWrong as wrong:
            raise _Broken(_ALTERED if wrong.altered else _WRONG) from None
        return self._properties_of(signed)

    def _properties_of(self, signed: list[Element]) -> SignedProperties:
        if not any(one.tag == self._signed.tag and one.get("Id") == self._target for one in signed):
            raise _Broken("elle ne signe pas l'élément qui la porte.")
        inside = {one.get("Id") for one in self._signature.iter(etree.Element) if is_properties(one)}
        ours = [one for one in signed if is_properties(one) and one.get("Id") in inside]
        if not ours:
            raise _Broken("elle ne signe pas ses propriétés (ce n'est pas du XAdES).")
        return read_properties(ours[0])

    def _chain_problem(self) -> str:
        certificate, properties = self._certificate, self._properties
        if certificate is None or properties is None:
            return _WRONG
        others = [one for one in self._certificates() if one != certificate]
        problem = self._chains.problem(certificate, others)
        if problem or properties.signed_at is None:
            return problem
        at = properties.signed_at
        if at.tzinfo is not None and not certificate.not_valid_before <= at <= certificate.not_valid_after:
            return "son certificat n'était pas valable à la date de signature déclarée."
        return ""


def _reduced(signed: Element, root: Element) -> tuple[Element, str]:
    """The document reduced to ``signed`` and to what holds it, and where the signature is in it."""
    if signed is root:
        return root, "./"
    copied = copy.deepcopy(signed)
    copied.tail = None
    path: list[str] = []
    holder = copied
    for ancestor in signed.iterancestors():
        path.insert(0, holder.tag)
        bare = etree.Element(ancestor.tag, nsmap=cast("Any", ancestor.nsmap))
        for name, value in ancestor.attrib.items():
            bare.set(name, value)
        bare.append(holder)
        holder = bare
    return holder, "".join(f"./{tag}/" if rank == 0 else f"{tag}/" for rank, tag in enumerate(path))


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())
