"""PREMIS written: what the creation of a folder takes, in the order that the schema wants.

One ``object`` for the folder, then one per document; in each, ``significantProperties`` come before
``originalName``, and ``signatureInformation`` after it. No identifier, event or agent: those are the parapheur's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur.rest_v5.premis import NAMESPACE, RESERVED, SCHEMA, XSI, Premis, PremisDocument

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_NAME_LIMITS = (2, 255)
_SIGNATORY = f"{RESERVED}ext_sig_"


def premis_bytes(premis: Premis) -> bytes:
    """The document, in UTF-8.

    Raises:
        InvalidInput: a name that the parapheur would refuse, a text that XML cannot carry, or a métadonnée that
            would pass for something of the parapheur's.
    """
    return "".join(_lines(premis)).encode("utf-8")


def _lines(premis: Premis) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<premis xmlns="{NAMESPACE}" xmlns:xsi="{XSI}" version="3.0" xsi:schemaLocation="{SCHEMA}">\n'
    yield ' <object xsi:type="intellectualEntity">\n'
    for name, value in _folder_properties(premis):
        yield _property(name, value)
    yield f"  <originalName>{_safe(_title(premis.nom), what='le nom du dossier')}</originalName>\n"
    yield " </object>\n"
    for document in premis.documents:
        yield from _document(document)
    yield "</premis>\n"


def _folder_properties(premis: Premis) -> Iterator[tuple[str, str]]:
    yield f"{RESERVED}type", _needed(premis.type, "le type")
    yield f"{RESERVED}subtype", _needed(premis.sous_type, "le sous-type")
    if premis.date_limite:
        yield f"{RESERVED}dueDate", premis.date_limite
    yield from _checked(premis.reserves, reserved=True)
    yield from _checked(premis.metadonnees, reserved=False)


def _document(document: PremisDocument) -> Iterator[str]:
    yield ' <object xsi:type="file">\n'
    yield _property(f"{RESERVED}mainDocument", "true" if document.principal else "false")
    yield f"  <originalName>{_safe(_needed(document.nom, 'le nom d’un document'), what='un nom')}</originalName>\n"
    if document.signatures:
        yield "  <signatureInformation>\n"
        for signature in document.signatures:
            yield (
                "   <signature>"
                f"<signatureEncoding>{_safe(signature.encodage, what='une signature')}</signatureEncoding>"
                f"<signatureMethod>{_safe(signature.methode, what='une signature')}</signatureMethod>"
                f"<signatureValue>{_safe(signature.valeur, what='une signature')}</signatureValue>"
                "</signature>\n"
            )
        yield "  </signatureInformation>\n"
    yield " </object>\n"


def _property(name: str, value: str) -> str:
    return (
        "  <significantProperties>"
        f"<significantPropertiesType>{_safe(name, what='une métadonnée')}</significantPropertiesType>"
        f"<significantPropertiesValue>{_safe(value, what=f'« {name} »')}</significantPropertiesValue>"
        "</significantProperties>\n"
    )


def _checked(values: Mapping[str, str], *, reserved: bool) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        fits = name.startswith(_SIGNATORY) if reserved else not name.startswith(RESERVED)
        if not name.strip() or _CONTROL.search(name) or not fits:
            raise InvalidInput(
                f"« {name[:80]!a} » ne peut pas être la clé d'une métadonnée du parapheur. Corrigez-la."
            )
        yield name, value


def _title(text: str) -> str:
    title = " ".join(_CONTROL.sub(" ", text).split())
    shortest, longest = _NAME_LIMITS
    if not shortest <= len(title) <= longest:
        raise InvalidInput(
            f"Le nom du dossier a {len(title)} caractères ; il en faut de {shortest} à {longest}. Corrigez-le."
        )
    return title


def _needed(text: str, what: str) -> str:
    if not text.strip() or _CONTROL.search(text):
        raise InvalidInput(f"Il manque {what} du dossier, ou il contient un caractère de contrôle.")
    return text


def _safe(text: str, *, what: str) -> str:
    found = _NOT_XML.search(text)
    if found:
        raise InvalidInput(
            f"Le caractère {found.group()!a} dans {what} ne peut pas être transmis. Retirez-le."
        )
    return escape(text).replace("\r", "&#13;")
