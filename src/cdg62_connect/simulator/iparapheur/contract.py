"""The contract that the web service publishes: a WSDL in one piece, which imports nothing.

It is written from what the operations accept and answer here, as a table of elements; nothing of it comes
from the contract with which our own client is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from cdg62_connect.simulator.iparapheur.reading import PARAPHEUR, XMIME

_XSD = "http://www.w3.org/2001/XMLSchema"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"


@dataclass(frozen=True, slots=True)
class _Child:
    """An element inside another. ``count``: ``1``, ``?`` (optional), ``*`` (any number), ``nil`` or ``?nil``."""

    name: str
    type: str = "xsd:string"
    count: str = "1"

    def xsd(self) -> str:
        extra = {
            "1": "",
            "?": ' minOccurs="0"',
            "*": ' minOccurs="0" maxOccurs="unbounded"',
            "nil": ' nillable="true"',
            "?nil": ' minOccurs="0" nillable="true"',
        }[self.count]
        return f'<xsd:element name="{self.name}" type="{self.type}"{extra}/>'


@dataclass(frozen=True, slots=True)
class _Group:
    """The children of an element: in this order, or in any order."""

    children: Sequence[_Child] = ()
    any_order: bool = False

    def xsd(self, name: str = "") -> str:
        kind = "all" if self.any_order else "sequence"
        inner = "".join(child.xsd() for child in self.children)
        label = f' name="{name}"' if name else ""
        return f"<xsd:complexType{label}><xsd:{kind}>{inner}</xsd:{kind}></xsd:complexType>"


_RETOUR = _Child("MessageRetour", "ip:MessageRetour", "?")
_ID = _Child("DossierID")
_TYPAGE = (_Child("TypeTechnique"), _Child("SousType"))

_TYPES: dict[str, _Group] = {
    "MessageRetour": _Group((_Child("codeRetour", "ip:codeRetour"), _Child("message"), _Child("severite"))),
    "LogDossier": _Group(
        (
            _Child("timestamp", "xsd:dateTime"),
            _Child("nom"),
            _Child("status"),
            _Child("annotation", count="?"),
            _Child("accessible", count="?"),
        )
    ),
    "EtapeCircuit": _Group((_Child("Parapheur"), _Child("Prenom"), _Child("Nom"), _Child("Role"))),
    "DocAnnexe": _Group(
        (
            _Child("nom"),
            _Child("fichier", "ip:TypeDoc"),
            _Child("mimetype"),
            _Child("encoding"),
            _Child("signature", "ip:TypeDoc", "?"),
        )
    ),
    "TypeDocAnnexes": _Group((_Child("DocAnnexe", "ip:DocAnnexe", "*"),)),
    "MetaDonnee": _Group((_Child("nom"), _Child("valeur"))),
    "TypeMetaDonnees": _Group((_Child("MetaDonnee", "ip:MetaDonnee", "*"),)),
}

_ENUMERATIONS: dict[str, Sequence[str]] = {
    "codeRetour": ("", "OK", "KO"),
    "Visibilite": ("PUBLIC", "SERVICE", "CONFIDENTIEL"),
    "ArchivageAction": ("ARCHIVER", "EFFACER"),
}

# An operation is (request, answer); a text stands for an element without children, of that type.
_OPERATIONS: dict[str, tuple[_Group | str, _Group | str]] = {
    "echo": ("xsd:string", "xsd:string"),
    "GetListeTypes": (_Group(), _Group((_Child("TypeTechnique", count="*"),))),
    "GetListeSousTypes": ("xsd:string", _Group((_Child("SousType", count="*"),))),
    "GetCircuit": (
        _Group(_TYPAGE, any_order=True),
        _Group((_Child("EtapeCircuit", "ip:EtapeCircuit", "*"),)),
    ),
    "CreerDossier": (
        _Group(
            (
                *_TYPAGE,
                _ID,
                _Child("DossierTitre", count="?"),
                _Child("EmailEmetteur", count="?"),
                _Child("DocumentPrincipal", "ip:TypeDoc"),
                _Child("NomDocPrincipal", count="?"),
                _Child("SignatureDocPrincipal", "ip:TypeDoc", "?"),
                _Child("VisuelPDF", "ip:TypeDoc", "nil"),
                _Child("DocumentsSupplementaires", "ip:TypeDocAnnexes", "?"),
                _Child("DocumentsAnnexes", "ip:TypeDocAnnexes", "?"),
                _Child("MetaData", "ip:TypeMetaDonnees", "?"),
                _Child("XPathPourSignatureXML", count="nil"),
                _Child("AnnotationPublique", count="nil"),
                _Child("AnnotationPrivee", count="nil"),
                _Child("Visibilite", "ip:Visibilite"),
                _Child("DateLimite", count="nil"),
            ),
            any_order=True,
        ),
        _Group((_RETOUR, _Child("DossierID", count="?"))),
    ),
    "GetHistoDossier": ("xsd:string", _Group((_Child("LogDossier", "ip:LogDossier", "*"), _RETOUR))),
    "GetDossier": (
        "xsd:string",
        _Group(
            (
                *(_Child(child.name, count="?") for child in _TYPAGE),
                _Child("EmailEmetteur", count="?"),
                _Child("DossierID", count="?"),
                _Child("AnnotationPublique", count="?"),
                _Child("AnnotationPrivee", count="?"),
                _Child("Visibilite", count="?"),
                _Child("DateLimite", count="?nil"),
                _Child("DocPrincipal", "ip:TypeDoc", "?"),
                _Child("NomDocPrincipal", count="?"),
                _Child("SignatureDocPrincipal", "ip:TypeDoc", "?"),
                _Child("DocumentsAnnexes", "ip:TypeDocAnnexes", "?"),
                _Child("MetaDonnees", "ip:TypeMetaDonnees", "?"),
                _RETOUR,
            )
        ),
    ),
    "ArchiverDossier": (
        _Group((_ID, _Child("ArchivageAction", "ip:ArchivageAction", "?")), any_order=True),
        _Group((_Child("URL", count="?nil"), _RETOUR)),
    ),
    "EffacerDossierRejete": ("xsd:string", _Group((_RETOUR,))),
}


def wsdl(address: str) -> bytes:
    """The contract, for a service that answers at ``address``."""
    operations = list(_OPERATIONS)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<wsdl:definitions xmlns:wsdl="{_WSDL}" xmlns:soap="{_WSDL_SOAP}" xmlns:xsd="{_XSD}"'
        f' xmlns:ip="{PARAPHEUR}" targetNamespace="{PARAPHEUR}" name="ParapheurSimule">\n'
        "<wsdl:documentation>SPÉCIMEN : parapheur simulé de cdg62-connect</wsdl:documentation>\n"
        f"<wsdl:types>\n{_xmime_schema()}\n{_schema()}\n</wsdl:types>\n"
        + "\n".join(_messages(name) for name in operations)
        + '\n<wsdl:portType name="InterfaceParapheur">\n'
        + "\n".join(_port_operation(name) for name in operations)
        + "\n</wsdl:portType>\n"
        '<wsdl:binding name="InterfaceParapheurSoap11" type="ip:InterfaceParapheur">\n'
        f'<soap:binding style="document" transport="{_TRANSPORT}"/>\n'
        + "\n".join(_bound_operation(name) for name in operations)
        + '\n</wsdl:binding>\n<wsdl:service name="InterfaceParapheurService">\n'
        '<wsdl:port name="InterfaceParapheurSoap11" binding="ip:InterfaceParapheurSoap11">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port>\n"
        "</wsdl:service>\n</wsdl:definitions>\n"
    ).encode()


def _xmime_schema() -> str:
    return (
        f'<xsd:schema targetNamespace="{XMIME}" elementFormDefault="qualified">'
        '<xsd:attribute name="contentType" type="xsd:string"/></xsd:schema>'
    )


def _schema() -> str:
    inner = [
        f'<xsd:import namespace="{XMIME}"/>',
        '<xsd:complexType name="TypeDoc"><xsd:simpleContent><xsd:extension base="xsd:base64Binary">'
        '<xsd:attribute ref="xmime:contentType" use="required"/>'
        "</xsd:extension></xsd:simpleContent></xsd:complexType>",
        *(_enumeration(name, values) for name, values in _ENUMERATIONS.items()),
        *(group.xsd(name) for name, group in _TYPES.items()),
        *(
            _top_element(f"{name}{side}", content)
            for name, both in _OPERATIONS.items()
            for side, content in zip(("Request", "Response"), both, strict=True)
        ),
    ]
    return (
        f'<xsd:schema targetNamespace="{PARAPHEUR}" xmlns:xmime="{XMIME}" elementFormDefault="qualified"'
        ' attributeFormDefault="qualified">\n' + "\n".join(inner) + "\n</xsd:schema>"
    )


def _enumeration(name: str, values: Sequence[str]) -> str:
    inner = "".join(f'<xsd:enumeration value="{value}"/>' for value in values)
    return (
        f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:string">{inner}</xsd:restriction>'
        "</xsd:simpleType>"
    )


def _top_element(name: str, content: _Group | str) -> str:
    if isinstance(content, str):
        return f'<xsd:element name="{name}" type="{content}"/>'
    return f'<xsd:element name="{name}">{content.xsd()}</xsd:element>'


def _messages(name: str) -> str:
    return "\n".join(
        f'<wsdl:message name="{name}{side}"><wsdl:part name="{name}{side}" element="ip:{name}{side}"/>'
        "</wsdl:message>"
        for side in ("Request", "Response")
    )


def _port_operation(name: str) -> str:
    return (
        f'<wsdl:operation name="{name}"><wsdl:input message="ip:{name}Request"/>'
        f'<wsdl:output message="ip:{name}Response"/></wsdl:operation>'
    )


def _bound_operation(name: str) -> str:
    body = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{name}"><soap:operation soapAction=""/><wsdl:input>{body}</wsdl:input>'
        f"<wsdl:output>{body}</wsdl:output></wsdl:operation>"
    )
