"""What may be written in the fields of a request."""

from __future__ import annotations

import re

from cdg62_connect.errors import InvalidInput

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_FORBIDDEN_IN_KEY = set('\\&"£*/<>?%|+;:')
_KEY_LIMIT = 600
_TITLE_LIMIT = 255


def known_key(dossier_id: str) -> str:
    """The DossierID of a dossier that exists, whoever chose it.

    The protocol collapses blanks: an identifier that would be changed on the way is refused.
    """
    return label(dossier_id, what="L'identifiant du dossier")


def new_key(dossier_id: str) -> str:
    """The DossierID of a dossier to create."""
    known_key(dossier_id)
    refused = sorted(_FORBIDDEN_IN_KEY.intersection(dossier_id))
    if refused or len(dossier_id) > _KEY_LIMIT:
        raise InvalidInput(
            f"L'identifiant du dossier « {dossier_id[:80]} » ne convient pas au parapheur : au plus "
            f'{_KEY_LIMIT} caractères, sans \\ & " £ * / < > ? % | + ; :. Choisissez-en un autre.'
        )
    return dossier_id


def label(text: str, *, what: str) -> str:
    """A name that must arrive unchanged: not empty, no control character, no blank that would collapse."""
    if not text or _NOT_XML.search(text) or _CONTROL.search(text) or " ".join(text.split()) != text:
        raise InvalidInput(
            f"{what} est vide, ou contient un caractère de contrôle ou des espaces en trop : {text[:80]!r}. "
            "Corrigez cette valeur."
        )
    return text


def title(text: str) -> str:
    """A title on one line, without what XML cannot carry."""
    cleaned = " ".join(_CONTROL.sub(" ", _NOT_XML.sub("", text)).split())
    if not cleaned or len(cleaned) > _TITLE_LIMIT:
        raise InvalidInput(
            f"Le titre du dossier a {len(cleaned)} caractères ; il en faut de 1 à {_TITLE_LIMIT}. "
            "Corrigez le titre."
        )
    return cleaned


def free_text(text: str) -> str:
    """A text of any length, without what XML cannot carry; line ends become ``\\n``."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
