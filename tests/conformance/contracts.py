"""The structure of a WSDL as data: each message, its elements in order, how often, and of what type.

Names of types and of groups do not count, what they hold does. Patterns, lengths and blanks of texts do not count
either: no server keeps to them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from conformance.recordings import PROJECT, VARIABLE

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
PARAPHEUR = "http://www.adullact.org/spring-ws/iparapheur/1.0"
FOLDER = "iparapheur-v4"
ABSENT = (
    f"les contrats de référence ne sont pas là : indiquez leur dossier par la variable {VARIABLE} "
    f"(il contient {FOLDER})"
)


def references() -> dict[str, Path]:
    """The contracts to compare with, by file name; none when they are not there."""
    given = os.environ.get(VARIABLE)
    candidates = [Path(given) / FOLDER, Path(given)] if given else []
    candidates += sorted(PROJECT.parent.glob(f"*/reference/data/{FOLDER}"))
    folder = next((one for one in candidates if any(one.glob("*.wsdl"))), None)
    return {path.name: path for path in sorted(folder.glob("*.wsdl"))} if folder else {}


@dataclass(frozen=True)
class Shape:
    """What an element holds: children in order (or in any order), or a text of that type."""

    order: str = ""
    children: tuple[Child, ...] = ()
    text: str = ""
    values: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Child:
    """One element among others."""

    name: str
    least: str
    most: str
    nillable: bool
    shape: Shape


@dataclass(frozen=True)
class Contract:
    """What a WSDL declares."""

    operations: tuple[str, ...]
    messages: dict[str, Shape]
    nillable: frozenset[str]
    actions: frozenset[str]
    styles: frozenset[tuple[str, str]]
    addresses: tuple[str, ...]


def read_contract(content: bytes) -> Contract:
    """The structure of a WSDL, without following any import."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    root: Any = etree.fromstring(content, parser)
    schema = next(one for one in root.iter(XSD + "schema") if one.get("targetNamespace") == PARAPHEUR)
    types = {one.get("name"): one for one in schema if one.tag in (XSD + "complexType", XSD + "simpleType")}
    elements = {one.get("name"): one for one in schema.findall(XSD + "element")}
    binding = root.find(WSDL + "binding")
    return Contract(
        operations=tuple(one.get("name") for one in root.find(WSDL + "portType").findall(WSDL + "operation")),
        messages={name: _of_element(one, types) for name, one in elements.items()},
        nillable=frozenset(name for name, one in elements.items() if one.get("nillable") == "true"),
        actions=frozenset(one.get("soapAction") or "" for one in root.iter(SOAP + "operation")),
        styles=frozenset(
            {("style", one.get("style")) for one in binding.iter(SOAP + "binding")}
            | {("use", one.get("use")) for one in binding.iter(SOAP + "body")}
        ),
        addresses=tuple(one.get("location") for one in root.iter(SOAP + "address")),
    )


def _of_element(element: Any, types: dict[str, Any]) -> Shape:
    if element.get("type"):
        return _named(element.get("type"), element, types)
    inner = next((one for one in element if one.tag in (XSD + "complexType", XSD + "simpleType")), None)
    return _of_type(inner, types) if inner is not None else Shape()  # anything at all: nothing is sent


def _named(name: str, where: Any, types: dict[str, Any]) -> Shape:
    prefix, _, local = name.rpartition(":")
    namespace = where.nsmap.get(prefix or None)
    if namespace == PARAPHEUR:
        return _of_type(types[local], types)
    return Shape(text=local)


def _of_type(found: Any, types: dict[str, Any]) -> Shape:
    simple = found.find(XSD + "simpleContent")
    if simple is not None or found.tag == XSD + "simpleType":
        return _text(simple if simple is not None else found, types)
    group = next((one for one in found if one.tag in (XSD + "sequence", XSD + "all")), None)
    if group is None or not len(group):
        return Shape()
    return Shape(
        order=etree.QName(group).localname,
        children=tuple(
            Child(
                one.get("name"),
                one.get("minOccurs", "1"),
                one.get("maxOccurs", "1"),
                one.get("nillable") == "true",
                _of_element(one, types),
            )
            for one in group.findall(XSD + "element")
        ),
    )


def _text(found: Any, types: dict[str, Any]) -> Shape:
    made = next(one for one in found if one.tag in (XSD + "restriction", XSD + "extension"))
    base = _named(made.get("base"), made, types)
    values = tuple(sorted(one.get("value") for one in made.findall(XSD + "enumeration")))
    attributes = tuple(
        f"{one.get('ref').rpartition(':')[2]} {one.get('use', 'optional')}"
        for one in made.findall(XSD + "attribute")
    )
    return Shape(text=base.text, values=values or base.values, attributes=attributes or base.attributes)


def told(shape: Shape, where: str = "") -> Iterator[str]:
    """One line per element, by its path."""
    if shape.text or not shape.children:
        yield f"{where} = {shape.text or 'rien'} {list(shape.values) or ''} {list(shape.attributes) or ''}".rstrip()
    children = sorted(shape.children, key=lambda one: one.name) if shape.order == "all" else shape.children
    if shape.children:
        yield f"{where} : {shape.order} ({', '.join(child.name for child in children)})"
    for child in children:
        count = f"{child.least}..{child.most}{' nil' if child.nillable else ''}"
        yield f"{where}/{child.name} × {count}"
        yield from told(child.shape, f"{where}/{child.name}")
