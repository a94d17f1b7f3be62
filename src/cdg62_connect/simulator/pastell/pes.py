"""What Pastell reads in a PES Aller when it is put in a document."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import read_xml

LIMIT = 256 * 1024 * 1024
_FIRST = {
    "id_coll": "IdColl",
    "dte_str": "DteStr",
    "cod_bud": "CodBud",
    "exercice": "Exer",
    "id_bordereau": "IdBord",
    "id_pj": "IdUnique",
    "id_pce": "IdPce",
    "id_nature": "Nature",
    "id_fonction": "Fonction",
}
_NAME = "NomFic"


class NotXml(ValueError):
    """The file is no XML; the text is libxml's complaint, as Pastell words it."""


def extracted(content: bytes) -> tuple[str, Mapping[str, str]]:
    """The name of the flux (``NomFic``) and the fields of the document; ``""`` for what the PES has not.

    Raises:
        NotXml: it is no XML.
    """
    wanted = {tag: field for field, tag in _FIRST.items()} | {_NAME: _NAME}
    found = dict.fromkeys([*_FIRST, _NAME], "")
    try:
        root = read_xml(content, what="Le fichier PES", limit=LIMIT)
    except InvalidInput as unreadable:
        raise NotXml(libxml_words(unreadable)) from unreadable
    for one in root.iter():
        field = wanted.get(str(one.tag).rpartition("}")[2])
        if field is not None and not found[field]:
            found[field] = str(one.get("V") or "")
    name = found.pop(_NAME)
    return name, found


def libxml_words(unreadable: InvalidInput) -> str:
    """``Premature end of data in tag … line 1(Lig1,Col12)``, and a line feed."""
    cause = unreadable.__cause__ or unreadable.__context__
    said = re.sub(r", line \d+, column \d+.*$", "", str(getattr(cause, "msg", "") or unreadable))
    line, column = getattr(cause, "position", (1, 1)) or (1, 1)
    return f"{said}(Lig{line},Col{column})\n"
