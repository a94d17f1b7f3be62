"""The files of a form on their way up: in one piece, or in chunks where the version takes them.

Documents and connectors receive files the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.pastell.answers import payload, unusable
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.fiche import Fiche
from cdg62_connect.pastell.refusals import About
from cdg62_connect.pastell.version import MIB, USUAL_UPLOAD, Version
from cdg62_connect.transport import Answer, FilePart, Multipart, Payload

CHUNK = 8 * MIB


def check_file(nom: str, content: Payload, *, rang: int) -> None:
    """Pass when Pastell would keep this file as it is.

    Raises:
        InvalidInput: a name that Pastell would keep empty or that would harm the next reader; a negative rank.
        InvalidFile: an empty file, that Pastell would take for a file all the same (``FICHIER_VIDE``).
    """
    if not nom.strip() or any(c in "/\\" or not c.isprintable() for c in nom):
        raise InvalidInput(f"{nom!a} n'est pas un nom de fichier : donnez un nom simple avec son extension.")
    if rang < 0:
        raise InvalidInput("Le rang d'un fichier commence à 0.")
    if content.size == 0:
        raise InvalidFile("FICHIER_VIDE", f"« {nom} » est vide : vérifiez le fichier.")


def in_chunks(content: Payload, version: Version, *, nom: str) -> bool:
    """Whether a file has to be cut.

    Raises:
        InvalidFile: it is too big for this version in one piece, which is all it takes (``TAILLE``).
    """
    capacites = version.capacites
    if capacites.depot_par_morceaux:
        return content.size > USUAL_UPLOAD
    if capacites.depot_maximal is not None and content.size > capacites.depot_maximal:
        raise InvalidFile(
            "TAILLE",
            f"« {nom} » fait {content.size} octets : Pastell {version.texte} n'en accepte pas plus de "
            f"{capacites.depot_maximal} par programme. Réduisez-le, ou déposez-le par l'interface.",
        )
    return False


def whole_form(nom: str, content: Payload) -> Multipart:
    """The form of an upload in one piece. The name is a field: Pastell does not read the part's own."""
    return Multipart([("file_name", nom)], [FilePart("file_content", nom, content)])


def send_chunks(
    api: Api, path: Sequence[str], nom: str, content: Payload, *, operation: str, about: About
) -> None:
    """Upload ``content`` piece after piece, one upload at a time.

    Raises:
        OutcomeUnknown: a piece may have arrived or not; the whole upload may be done again.
        PlatformError: refused, or the exchange failed.
    """
    total = -(-content.size // CHUNK)
    for number, block in enumerate(content.blocks(CHUNK), start=1):
        form = Multipart(
            [
                ("file_name", nom),
                ("chunk_number", str(number)),
                ("total_chunks", str(total)),
                ("total_size", str(content.size)),
            ],
            [FilePart("file", nom, Payload.of(block))],
        )

        def read(answer: Answer) -> None:
            said = Fiche(answer, payload(answer, about=about), api.horaire, what="morceau")
            if said.texte("result") != "success":
                raise unusable(
                    answer, "La plateforme ne dit pas avoir reçu le morceau.", said=said.texte("message")
                )

        api.post(path, read, operation=operation, form=form)
