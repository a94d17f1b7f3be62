"""The ways a dossier can go. Which one is decided when it is accepted, and never changes after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey.routes.answer import answer_route
from cdg62_connect.journey.routes.direct import direct_route
from cdg62_connect.journey.routes.helios import helios_route
from cdg62_connect.journey.routes.via_pastell import via_pastell

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.prefecture_desk import AnswerDesk
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Step
    from cdg62_connect.settings import Settings


class Routes:
    """Every way, and the one that each dossier takes."""

    def __init__(self, settings: Settings, *, clock: Clock, answers: AnswerDesk | None = None) -> None:
        self._direct = direct_route(settings, clock=clock, answers=answers)
        self._answer = answer_route()
        self._helios = helios_route(settings, clock=clock)
        self._via_pastell = via_pastell(settings, clock=clock)

    def of(self, dossier: Dossier) -> tuple[Step, ...]:
        """The steps of a dossier, in the order in which they are tried."""
        accepted = dossier.accepted
        if accepted is not None and accepted.reponse_a is not None:
            return self._answer
        if accepted is not None and accepted.flux:
            return self._via_pastell
        return self._helios if accepted is not None and accepted.pes is not None else self._direct
