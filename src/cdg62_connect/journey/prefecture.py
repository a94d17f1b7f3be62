"""What a message of the préfecture asks for, until when, and in which words a depositor reads it.

Code général des collectivités territoriales, L2131-6: the préfet has two months from the reception of a whole
transmission to go to court. A request for complementary documents within that time starts it again at their
reception, or when they are refused; saying nothing for two months is such a refusal. A letter of observations is a
recours gracieux, which is answered within two months. A simple letter changes no time.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cdg62_connect.journey import events as ev

if TYPE_CHECKING:
    from datetime import datetime

COURRIER, DEMANDE, LETTRE, DEFERE = 2, 3, 4, 5

WRITTEN_THERE = frozenset({7, 8, 21})
"""Statuses of what the préfecture wrote; an answer has those of an acte."""

_MONTHS_TO_ANSWER = 2
_MONTHS_TO_COURT = 2

_SORTES = {
    COURRIER: ("courrier_simple", "Courrier simple"),
    DEMANDE: ("demande_de_pieces", "Demande de pièces complémentaires"),
    LETTRE: ("lettre_d_observations", "Lettre d'observations"),
    DEFERE: ("defere", "Déféré au tribunal administratif"),
}

_CONSEQUENCES = {
    COURRIER: "Il ne change aucun délai ; une réponse est possible.",
    DEMANDE: "Le délai de recours du préfet repart à la réception des pièces ; sans réponse à cette date, le silence "
    "vaut décision de ne pas les fournir.",
    LETTRE: "C'est un recours gracieux ; sans réponse à cette date, le préfet peut saisir le tribunal dans les "
    "deux mois.",
    DEFERE: "Le préfet a saisi le tribunal, qui fixe les délais ; on n'y répond pas par S2LOW.",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message of the préfecture in a dossier's life; ``ended``: answered, or its time is over."""

    message: ev.PrefectureMessage
    at: datetime
    ended: bool = False

    @property
    def open(self) -> bool:
        """An answer is still awaited: nothing of the dossier may be deleted."""
        return self.message.deadline is not None and not self.ended


def deadline_of(sorte: int, day: date) -> date | None:
    """The last day to answer a message, ``None`` when none is set.

    ``day`` is that of the letter: S2LOW does not tell when it came, which is the same day or later, so that the
    true term is never before this one. Counted from day to day, without the day more that a délai franc gives.
    """
    return after_months(day, _MONTHS_TO_ANSWER) if sorte in (DEMANDE, LETTRE) else None


def silence_of(deadline: date) -> date:
    """The day after which an answer that never came changes nothing any more: the préfet's own time is over."""
    return after_months(deadline, _MONTHS_TO_COURT)


def after_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last one of a month that is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def word_of(sorte: int) -> str:
    """The contract's word for a kind of message."""
    return _SORTES.get(sorte, (f"message_{sorte}", ""))[0]


def label_of(sorte: int) -> str:
    """The name of a kind of message, to a person."""
    return _SORTES.get(sorte, ("", f"Message de type {sorte}"))[1]


def words_of(message: ev.PrefectureMessage) -> str:
    """A message as the depositor reads it: what it is, what it asks for, until when, what to do."""
    dated = f" du {message.dated:%d/%m/%Y}" if message.dated else ""
    said = [f"{label_of(message.sorte)} de la préfecture{dated} (message {message.message})."]
    if message.texte:
        said.append(f"« {message.texte} »")
    if message.deadline:
        said.append(f"Réponse attendue au plus tard le {message.deadline:%d/%m/%Y}.")
    said.append(_CONSEQUENCES.get(message.sorte, "Voyez ce message sur S2LOW."))
    if message.deadline:
        said.append("Pour répondre : déposez un lot REPONSE_PREF avec « reponse_a », ou répondez sur S2LOW.")
    if message.remark:
        said.append(message.remark)
    return " ".join(said)


def facts_of(message: ev.PrefectureMessage) -> dict[str, object]:
    """The same for a program: the section ``prefecture`` of a return."""
    return {
        "message": message.message,
        "sorte": word_of(message.sorte),
        "date": message.dated.isoformat() if message.dated else None,
        "texte": message.texte,
        "echeance": message.deadline.isoformat() if message.deadline else None,
        "lien": message.lien or None,
    }
