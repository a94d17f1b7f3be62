"""From a CERFA piece to a type de pièce of the @ctes typology (nature 3, actes individuels).

The codes on the right are those of the typology files of 2018; whether a préfecture's live file still has
them is checked when the acte is sent, not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

DEFAULT_PIECE = "99_AI"
TYPE_PIECE = re.compile(r"[0-9]{2}_[A-Z]{2}")

_BY_TYPE = {
    "22_DD": ("DEMANDE", "CERFA"),
    "22_PN": (
        *("PC1", "PC2", "PC3", "PC5", "PCMI1", "PCMI2", "PCMI3", "PCMI5", "DP1", "DP2", "DP3", "DP4"),
        *("PA1", "PA3", "PA4", "PA5", "PD1", "PD2", "CU1", "PLAN"),
    ),
    "22_NE": ("PC4", "PCMI4", "PA2", "DP11", "NOTICE"),
    "22_PE": ("PC6", "PCMI6", "DP5", "DP6", "INSERTION"),
    "22_DP": ("PC7", "PC8", "PCMI7", "PCMI8", "DP7", "DP8", "PA6", "PA7", "PD3", "PHOTO"),
    "22_AT": ("ATTESTATION", "RE2020", "SISMIQUE", "ANC"),
    "22_AV": ("AVIS",),
    "22_AC": ("ACCORD",),
    "22_TA": ("TABLEAU",),
    "22_CO": ("CONVENTION", "PUP", "ASL"),
    "22_RE": ("ETUDE",),
    "22_AR": ("RECEPISSE",),
    "22_LE": ("LETTRE",),
}

PIECES: Mapping[str, str] = MappingProxyType(
    {piece: type_piece for type_piece, pieces in _BY_TYPE.items() for piece in pieces}
)


def type_piece_of(piece: str) -> str | None:
    """The type de pièce for a CERFA piece (``"PC 2"``), a word of the table, or a code already (``"22_PN"``)."""
    compact = re.sub(r"[\s.]", "", piece.upper())
    return compact if TYPE_PIECE.fullmatch(compact) else PIECES.get(compact)
