"""The contract that the web service publishes: a WSDL in one piece, which needs nothing from elsewhere.

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
_LIGNE = _Child("LogDossier", "ip:LogDossier", "?")
_LIGNES = _Child("LogDossier", "ip:LogDossier", "*")
_ID = _Child("DossierID")
_TYPAGE = (_Child("TypeTechnique"), _Child("SousType"))
_ANNOTATIONS = (_Child("AnnotationPublique", count="nil"), _Child("AnnotationPrivee", count="nil"))
_ECHEANCE = (_Child("Visibilite", "ip:Visibilite"), _Child("DateLimite", count="nil"))
_DEFINITION = (_Child("nomCourt"), _Child("nomLong"), _Child("nature"))

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
    "TypeCircuit": _Group((_Child("EtapeCircuit", "ip:EtapeCircuit", "*"),)),
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
    "MetaDonneeConnue": _Group(_DEFINITION),
    "MetaDonneeRequise": _Group((*_DEFINITION, _Child("obligatoire", "xsd:boolean"))),
    "MetaDataTdtACTES": _Group((_Child("nature"), _Child("classification"), _Child("date"), _Child("objet"))),
}

_ENUMERATIONS: dict[str, Sequence[str]] = {
    "codeRetour": ("", "OK", "KO"),
    "Visibilite": ("PUBLIC", "SERVICE", "CONFIDENTIEL"),
    "ArchivageAction": ("ARCHIVER", "EFFACER"),
}

_ABOUT_A_DOSSIER = ("xsd:string", _Group((_LIGNE, _RETOUR)))
_CLEARING = ("xsd:string", _Group((_RETOUR,)))

# An operation is (request, answer); a text stands for an element without children, of that type.
_OPERATIONS: dict[str, tuple[_Group | str, _Group | str]] = {
    "echo": ("xsd:string", "xsd:string"),
    "GetListeTypes": (_Group(), _Group((_Child("TypeTechnique", count="*"),))),
    "GetListeSousTypes": ("xsd:string", _Group((_Child("SousType", count="*"),))),
    "GetCircuit": (
        _Group(_TYPAGE, any_order=True),
        _Group((_Child("EtapeCircuit", "ip:EtapeCircuit", "*"),)),
    ),
    "GetListeMetaDonnees": (_Group(), _Group((_Child("MetaDonnee", "ip:MetaDonneeConnue", "*"),))),
    "GetMetaDonneesRequisesPourTypeSoustype": (
        _Group(_TYPAGE, any_order=True),
        _Group((_Child("MetaDonnee", "ip:MetaDonneeRequise", "*"),)),
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
                _Child("MetaDataTdtACTES", "ip:MetaDataTdtACTES", "nil"),
                *_ANNOTATIONS,
                *_ECHEANCE,
                _Child("CircuitObligatoire", "ip:TypeCircuit", "?"),
            ),
            any_order=True,
        ),
        _Group((_RETOUR, _Child("DossierID", count="?"))),
    ),
    "GetHistoDossier": ("xsd:string", _Group((_LIGNES, _RETOUR))),
    "RechercherDossiers": (
        _Group(
            (
                _Child("TypeTechnique", count="?"),
                _Child("SousType", count="?"),
                _Child("Status", count="?"),
                _Child("NombreDossiers", "xsd:integer", "?"),
                _Child("DossierID", count="*"),
            )
        ),
        _Group((_LIGNES,)),
    ),
    "GetDossier": (
        "xsd:string",
        _Group(
            (
                *_TYPAGE,
                _Child("EmailEmetteur", count="?"),
                _ID,
                _Child("FichierPES", "ip:TypeDoc", "?"),
                _Child("VisuelPDF", "ip:TypeDoc", "?"),
                _Child("XPathPourSignaturePES", count="?"),
                _Child("AnnotationPublique", count="?"),
                _Child("AnnotationPrivee", count="?"),
                _Child("Visibilite", "ip:Visibilite"),
                _Child("DateLimite", count="?nil"),
                _Child("DocPrincipal", "ip:TypeDoc", "?"),
                _Child("NomDocPrincipal", count="?"),
                _Child("SignatureDocPrincipal", "ip:TypeDoc", "?"),
                _Child("DocumentsSupplementaires", "ip:TypeDocAnnexes", "?"),
                _Child("DocumentsAnnexes", "ip:TypeDocAnnexes", "?"),
                _Child("MetaDonnees", "ip:TypeMetaDonnees", "?"),
                _RETOUR,
            )
        ),
    ),
    "ExercerDroitRemordDossier": _CLEARING,
    "ForcerEtape": (
        _Group((_ID, _Child("CodeTransition", "ip:codeRetour"), *_ANNOTATIONS), any_order=True),
        _Group((_LIGNE, _RETOUR)),
    ),
    "ArchiverDossier": (
        _Group((_ID, _Child("ArchivageAction", "ip:ArchivageAction", "?")), any_order=True),
        _Group((_Child("URL", count="?nil"), _RETOUR)),
    ),
    "EffacerDossierRejete": _CLEARING,
    "EnvoyerDossierTdT": _ABOUT_A_DOSSIER,
    "GetStatutTdT": _ABOUT_A_DOSSIER,
    "GetClassificationActesTdt": (
        _Group((_Child("TypeTechnique", count="?"), _Child("DemanderMiseAJourTdt", count="?"))),
        _Group((_Child("classification", "ip:TypeDoc", "?"), _RETOUR)),
    ),
    "EnvoyerDossierMailSecurise": (
        _Group(
            (
                _Child("dossier"),
                _Child("rcptTo"),
                _Child("subject"),
                _Child("message"),
                _Child("password", count="?"),
                _Child("sendPassword", "xsd:boolean", "?"),
            )
        ),
        _Group((_RETOUR,)),
    ),
    "CreerDossierPES": (
        _Group(
            (
                *_TYPAGE,
                _Child("EmailEmetteur"),
                _ID,
                _Child("FichierPES", "ip:TypeDoc"),
                _Child("VisuelPDF", "ip:TypeDoc"),
                _Child("XPathPourSignaturePES"),
                *_ANNOTATIONS,
                *_ECHEANCE,
            ),
            any_order=True,
        ),
        _Group((_RETOUR,)),
    ),
    "EnvoyerDossierPES": _ABOUT_A_DOSSIER,
}


def wsdl(asked: str, *, mtom: str, without_mtom: str, distant: bool = False) -> bytes:
    """The contract of a service that answers at two addresses, the one that was ``asked`` coming first.

    ``distant``: the media types are imported from their place on the web instead of being here, as the parapheur
    itself does: who has no way out cannot read the contract then.
    """
    operations = list(_OPERATIONS)
    services = [("", mtom), ("NoMTOM", without_mtom)]
    services.sort(key=lambda one: one[1] != asked)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<wsdl:definitions xmlns:wsdl="{_WSDL}" xmlns:soap="{_WSDL_SOAP}" xmlns:xsd="{_XSD}"'
        f' xmlns:ip="{PARAPHEUR}" targetNamespace="{PARAPHEUR}" name="ParapheurSimule">\n'
        "<wsdl:documentation>SPÉCIMEN : parapheur simulé de cdg62-connect</wsdl:documentation>\n"
        f"<wsdl:types>\n{'' if distant else _xmime_schema()}\n{_schema(distant=distant)}\n</wsdl:types>\n"
        + "\n".join(_messages(name) for name in operations)
        + '\n<wsdl:portType name="InterfaceParapheur">\n'
        + "\n".join(_port_operation(name) for name in operations)
        + "\n</wsdl:portType>\n"
        '<wsdl:binding name="InterfaceParapheurSoap11" type="ip:InterfaceParapheur">\n'
        f'<soap:binding style="document" transport="{_TRANSPORT}"/>\n'
        + "\n".join(_bound_operation(name) for name in operations)
        + "\n</wsdl:binding>\n"
        + "\n".join(_service(suffix, address) for suffix, address in services)
        + "\n</wsdl:definitions>\n"
    ).encode()


def _service(suffix: str, address: str) -> str:
    return (
        f'<wsdl:service name="InterfaceParapheurService{suffix}">'
        f'<wsdl:port name="InterfaceParapheurSoap11{suffix}" binding="ip:InterfaceParapheurSoap11">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service>"
    )


def _xmime_schema() -> str:
    return (
        f'<xsd:schema targetNamespace="{XMIME}" xmlns:xmime="{XMIME}" elementFormDefault="qualified">'
        '<xsd:attribute name="contentType" type="xsd:string"/>'
        '<xsd:attribute name="expectedContentTypes" type="xsd:string"/>'
        '<xsd:complexType name="base64Binary"><xsd:simpleContent><xsd:extension base="xsd:base64Binary">'
        '<xsd:attribute ref="xmime:contentType"/></xsd:extension></xsd:simpleContent></xsd:complexType>'
        "</xsd:schema>"
    )


def _schema(*, distant: bool) -> str:
    place = f' schemaLocation="{XMIME}"' if distant else ""
    inner = [
        f'<xsd:import namespace="{XMIME}"{place}/>',
        '<xsd:complexType name="TypeDoc"><xsd:simpleContent><xsd:restriction base="xmime:base64Binary">'
        '<xsd:attribute ref="xmime:contentType" use="required"/>'
        "</xsd:restriction></xsd:simpleContent></xsd:complexType>",
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
        nil = ' nillable="true"' if name == "GetHistoDossierRequest" else ""
        return f'<xsd:element name="{name}" type="{content}"{nil}/>'
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
