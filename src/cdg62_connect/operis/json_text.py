"""Strict JSON: UTF-8, one object, no key twice, no NaN, bounded."""

from __future__ import annotations

import json
from typing import cast

from cdg62_connect.errors import InvalidInput
from cdg62_connect.operis.findings import FindingCode
from cdg62_connect.operis.names import shown

LARGEST_MANIFEST = 1024 * 1024
"""Bytes."""


class UnreadableManifest(InvalidInput):
    """Le manifeste ne se lit pas.

    ``code`` tells whether its encoding or its content is at fault.
    """

    def __init__(self, code: FindingCode, message: str) -> None:
        self.code = code
        super().__init__(message)


def read_object(data: bytes) -> dict[str, object]:
    """The one object of a JSON text.

    Raises:
        UnreadableManifest: too big, not UTF-8, not JSON, not one object, a key twice, NaN, too deep.
    """
    if len(data) > LARGEST_MANIFEST:
        raise UnreadableManifest(
            FindingCode.MANIFESTE_ILLISIBLE, f"il dépasse {LARGEST_MANIFEST // 1024} Kio"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise UnreadableManifest(
            FindingCode.ENCODAGE, f"il n'est pas en UTF-8 (octet {wrong.start + 1}) : enregistrez-le en UTF-8"
        ) from None
    try:
        found: object = json.loads(text, object_pairs_hook=_without_double, parse_constant=_no_constant)
    except json.JSONDecodeError as wrong:
        raise _illegible(f"ce n'est pas du JSON (ligne {wrong.lineno}, colonne {wrong.colno})") from None
    except RecursionError:
        raise _illegible("il est imbriqué trop profondément") from None
    except ValueError:  # a number of thousands of digits
        raise _illegible("un nombre y est trop long") from None
    if not isinstance(found, dict):
        raise _illegible("un objet { … } est attendu")
    return cast("dict[str, object]", found)


def _without_double(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _illegible(f"la clé « {shown(key)} » y est deux fois")
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise _illegible(f"{name} n'est pas du JSON")


def _illegible(problem: str) -> UnreadableManifest:
    return UnreadableManifest(FindingCode.MANIFESTE_ILLISIBLE, problem)
