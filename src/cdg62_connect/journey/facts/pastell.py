"""What happened to the document by which Pastell carries a dossier."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from cdg62_connect.journey.facts.shape import FactShape


class PastellDocumentOpened(FactShape):
    """Pastell has a document that is this dossier's own.

    ``launched``: it was sent on its way already. ``confirmed``: a person saw that it holds the right document.
    """

    kind: Literal["pastell_document"] = "pastell_document"
    entite: str
    id_d: str
    flux: str
    how: Literal["created", "found", "adopted"]
    launched: bool = False
    confirmed: bool = False


class PastellFormFilled(FactShape):
    """The document's form is complete, and what Pastell shows of it is what was sent."""

    kind: Literal["pastell_form"] = "pastell_form"
    date_acte: date | None = None
    remark: str = ""


class PastellActed(FactShape):
    """An action was asked of Pastell in the state ``etat``; ``refused``: Pastell said why not."""

    kind: Literal["pastell_acted"] = "pastell_acted"
    action: str
    etat: str
    how: Literal["done", "found", "refused"]
    said: str = ""


class PastellSeen(FactShape):
    """The document's state was read; ``todo`` is the action that it needs from us, and ``why``."""

    kind: Literal["pastell_seen"] = "pastell_seen"
    etat: str
    since: AwareDatetime | None = None
    said: str = ""
    todo: str = ""
    why: str = ""
