"""What the préfecture wrote after the accusé, and what it was answered."""

from __future__ import annotations

from datetime import date
from typing import Literal

from cdg62_connect.journey.facts.lot import StoredFile
from cdg62_connect.journey.facts.shape import FactShape


class PrefectureMessage(FactShape):
    """The préfecture wrote about the acte after its accusé de réception; the message is in the store.

    ``sorte`` is S2LOW's type of transaction: 2 simple letter, 3 request for documents, 4 observations, 5 déféré.
    """

    kind: Literal["prefecture_message"] = "prefecture_message"
    message: int
    sorte: int
    dated: date | None = None
    texte: str = ""
    deadline: date | None = None
    files: tuple[StoredFile, ...] = ()
    lien: str = ""
    remark: str = ""


class PrefectureAnswered(FactShape):
    """An answer to a message is in the préfecture's hands: ours (``lot``), or one sent on the site (``""``)."""

    kind: Literal["prefecture_answered"] = "prefecture_answered"
    message: int
    reponse: int
    lot: str = ""
    files: tuple[StoredFile, ...] = ()


class PrefectureSilent(FactShape):
    """Nobody answered a message, and the time in which that mattered is over."""

    kind: Literal["prefecture_silent"] = "prefecture_silent"
    message: int


class AnswerDelivered(FactShape):
    """The answer to a simple letter has left S2LOW; nobody acknowledges such an answer."""

    kind: Literal["answer_delivered"] = "answer_delivered"
    statut: int
