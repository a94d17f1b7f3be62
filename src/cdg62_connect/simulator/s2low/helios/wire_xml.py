"""How S2LOW writes about PES: small XML documents, whose encoding is not always the one they announce."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

from cdg62_connect.simulator.s2low.wire import escaped

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.ground import Profile

_DECLARED = '<?xml version="1.0" encoding="{0}"?>\n'


def imported(identifier: str, resultat: str, message: str) -> Response:
    """The answer of an import."""
    body = (
        _DECLARED.format("UTF-8")
        + f"<import>\n  {_element('id', identifier)}\n  {_element('resultat', resultat)}\n"
        + f"  {_element('message', message)}\n</import>\n"
    )
    answer = _xml(body.encode())
    answer.headers["Content-Disposition"] = "attachment; filename=import.xml"
    return answer


def status(asked: str, resultat: str, message: str, statut: str, *, profile: Profile) -> Response:
    """The status of a PES: it always announces ISO-8859-1; since v5 the bytes of the message are UTF-8."""
    body = (
        _DECLARED.format("ISO-8859-1")
        + f"<transaction >\n\t{_element('id', asked)}{_element('resultat', resultat)}"
        + f"{_element('message', message)}{_element('status', statut)}\n</transaction>\n"
    )
    return _xml(body.encode("iso-8859-1", "replace") if profile == "v4" else body.encode())


def listed(
    authority: str, resultat: str, message: str, asked: str, rows: Iterable[tuple[str, str, str]]
) -> Response:
    """The PES retour that nobody has read; ``resultat`` is empty when all is well."""
    found = "".join(
        f"<pes_retour>{_element('id', one)}{_element('nom', nom)}{_element('date', moment)}</pes_retour>"
        for one, nom, moment in rows
    )
    body = (
        _DECLARED.format("UTF-8")
        + f"<liste>{_element('idColl', authority)}{_element('resultat', resultat)}"
        + f"{_element('message', message)}{_element('dateDemande', asked)}{found}</liste>\n"
    )
    return _xml(body.encode())


def retour_refused(asked: str, message: str) -> Response:
    """A PES retour that is not given."""
    body = (
        _DECLARED.format("UTF-8")
        + f"<get_retour>{_element('id', asked)}<resultat>KO</resultat>{_element('message', message)}</get_retour>\n"
    )
    return _xml(body.encode())


def retour_read(asked: str, resultat: str, message: str) -> Response:
    """A PES retour has been marked as read, or not."""
    body = (
        _DECLARED.format("UTF-8")
        + f"<transaction>{_element('idRetour', asked)}{_element('resultat', resultat)}"
        + f"{_element('message', message)}</transaction>\n"
    )
    return _xml(body.encode())


def download(content: bytes, *, name: str) -> Response:
    """A file from the trésorerie, in its own encoding."""
    answer = _xml(content)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _element(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>" if text else f"<{name}/>"


def _xml(content: bytes) -> Response:
    return Response(content, content_type="text/xml")
