"""The daemon: one job per automatic step, tried again at the pace of its connector, serialised by its lock id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from cdg62_connect.errors import NotFound
from cdg62_connect.simulator.pastell.accounts import WORKER
from cdg62_connect.simulator.pastell.execution import Execution
from cdg62_connect.simulator.pastell.workflow import Busy, Under

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.document import Document
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.frequencies import Frequency
    from cdg62_connect.simulator.pastell.platform import PastellState

WORKERS = 5
"""How many jobs run at once (``NB_WORKERS``)."""
_LINE = re.compile(r"\s*(\d+)\s*(?:[xX]\s*(\d+))?\s*")


@dataclass(slots=True)
class Job:
    """An automatic action to run on a document, as long as it is in the state it was made for.

    Attributes:
        locked: it is not run any more (« verrouillé »).
        verrou: of the jobs that share it, one runs at a time; ``""``: none.
        under: the run under way.
    """

    rank: int
    document: Document
    flux: Flux
    etat_source: str
    action: str
    next_try: datetime
    verrou: str = ""
    nb_try: int = 0
    message: str = ""
    locked: bool = False
    under: Under | None = None


class Worker:
    """The queue and who empties it.

    Attributes:
        mode: ``"auto"``: rounds follow the clock; ``"main"``: only when told.
        workers: how many jobs are under way at once.
    """

    def __init__(self, platform: PastellState) -> None:
        self._platform = platform
        self._jobs: dict[str, Job] = {}
        self._last = 0
        self.mode: Literal["auto", "main"] = "auto"
        self.workers = WORKERS

    # The queue.

    def schedule(
        self, document: Document, flux: Flux, action: str, *, message: str = "", hopeless: bool = False
    ) -> None:
        """After an action: the job of the state the document is in now, later if it is the same one again."""
        with self._platform.lock:
            target = flux.automatic(document.state)
            job = self._jobs.get(document.id_d)
            if not target:
                if job is not None and job.action == action:
                    del self._jobs[document.id_d]
                return
            if job is None or job.action != target or job.etat_source != document.state:
                self._make(document, flux, target, message)
            elif job.action == action:
                self._put_off(job, message)
            if hopeless and action == target:
                self._jobs[document.id_d].locked = True

    def forget(self, document: Document) -> None:
        """The document is deleted: its job too."""
        self._jobs.pop(document.id_d, None)

    def _make(self, document: Document, flux: Flux, action: str, message: str) -> None:
        self._last += 1
        frequency = self._frequency(document, flux, action)
        self._jobs[document.id_d] = Job(
            rank=self._last,
            document=document,
            flux=flux,
            etat_source=document.state,
            action=action,
            next_try=self._platform.clock.now(),
            verrou=frequency.id_verrou if frequency else "",
            message=message,
        )

    def _put_off(self, job: Job, message: str) -> None:
        frequency = self._frequency(job.document, job.flux, job.action)
        minutes = next_delay(frequency.expression if frequency else "1", job.nb_try)
        job.message = message
        job.verrou = frequency.id_verrou if frequency else ""
        job.nb_try += 1
        if minutes is None:
            job.locked = True
            return
        job.next_try = self._platform.clock.now() + timedelta(minutes=minutes)

    def _frequency(self, document: Document, flux: Flux, action: str) -> Frequency:
        famille = str(flux.property(action, "connecteur-type", ""))
        association = (
            self._platform.associations.effective(document.id_e, document.type, famille) if famille else None
        )
        instance = self._platform.connectors.get(association.id_ce) if association else None
        return self._platform.frequencies.nearest(
            id_ce=instance.id_ce if instance else "",
            id_connecteur=instance.id_connecteur if instance else "",
            famille=instance.type if instance else "",
            type_document=document.type,
            action=action,
        )

    # The rounds.

    def tick(self) -> None:
        """One round: what is under way goes on to its next moment, then due jobs begin while hands are free.

        The oldest jobs first, and a job made during the round waits for the next one: every document passes a
        step before the first goes on to the following one.
        """
        with self._platform.lock:
            going = sorted((job for job in self._jobs.values() if job.under), key=lambda job: job.rank)
            due = self._due()
        for job in going:
            self._advance(job)
        for job in due:
            self._begin(job)

    def _due(self) -> list[Job]:
        now = self._platform.clock.now()
        free = self.workers - sum(job.under is not None for job in self._jobs.values())
        taken = {job.verrou for job in self._jobs.values() if job.under and job.verrou}
        chosen: list[Job] = []
        waiting = [
            job for job in self._jobs.values() if not job.under and not job.locked and job.next_try <= now
        ]
        for job in sorted(waiting, key=lambda job: (job.next_try, job.rank)):
            if len(chosen) < free and job.verrou not in taken:
                chosen.append(job)
                if job.verrou:
                    taken.add(job.verrou)
        return chosen

    def _begin(self, job: Job) -> None:
        if job.document.deleted or job.document.state != job.etat_source:
            self._jobs.pop(job.document.id_d, None)
            return
        run = Execution(self._platform, job.document, job.flux, job.action, WORKER)
        try:
            job.under = Under.begin(run)
        except Busy as busy:
            self._put_off(job, str(busy))
            return
        self._advance(job)

    def _advance(self, job: Job) -> None:
        under = job.under
        if under is None:
            return
        under.step()
        if not under.over:
            return
        job.under = None
        if under.crashed:
            job.locked = True
            return
        self.schedule(job.document, job.flux, job.action, message=under.run.message, hopeless=under.hopeless)

    # The admin desk.

    def jobs(self) -> list[dict[str, Any]]:
        """The queue, oldest first."""
        with self._platform.lock:
            return [
                {
                    "id_d": job.document.id_d,
                    "id_e": job.document.id_e,
                    "etat_source": job.etat_source,
                    "action": job.action,
                    "prochain_essai": self._platform.local(job.next_try),
                    "essais": job.nb_try,
                    "verrou": job.verrou,
                    "verrouille": job.locked,
                    "message": job.message,
                }
                for job in sorted(self._jobs.values(), key=lambda job: job.rank)
            ]

    def jam(self, id_d: str, *, locked: bool = True) -> None:
        """Lock the job of a document: nothing moves it any more; or unlock it, and it is due at once.

        Raises:
            NotFound: the document has no job.
        """
        with self._platform.lock:
            job = self._jobs.get(id_d)
            if job is None:
                raise NotFound(
                    f"Le document {id_d} n'a pas de tâche en attente.", platform="pastell", operation="taches"
                )
            job.locked = locked
            if not locked:
                job.next_try = self._platform.clock.now()


def next_delay(expression: str, tries: int) -> int | None:
    """Minutes until the next try: ``5 X 10`` is ten tries five minutes apart, then the next line applies.

    ``None`` when every line is used up: the job gets locked.
    """
    for line in expression.splitlines() or ["1"]:
        read = _LINE.fullmatch(line)
        if read is None:
            return 1
        if read[2] is None or tries < int(read[2]):
            return int(read[1])
        tries -= int(read[2])
    return None
