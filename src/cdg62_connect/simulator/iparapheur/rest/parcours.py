"""The life of a dossier as the v5 tells it: steps done, under way and to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.iparapheur.dossier import Dossier, LogEntry, Statut
from cdg62_connect.simulator.iparapheur.rest.organisation import made_id

ACTIONS: Mapping[Acte, str] = {
    Acte.VISA: "VISA",
    Acte.SIGNATURE: "SIGNATURE",
    Acte.CACHET: "SEAL",
    Acte.SIGNATURE_EXTERNE: "EXTERNAL_SIGNATURE",
    Acte.MAIL_SECURISE: "SECURE_MAIL",
    Acte.TDT: "UNKNOWN",  # a v5 has no télétransmission
    Acte.AVIS: "SECOND_OPINION",
}
"""What each act is called."""

_DONE: Mapping[Acte, tuple[Statut, ...]] = {
    Acte.VISA: (Statut.VISE,),
    Acte.SIGNATURE: (Statut.SIGNE, Statut.SIGNATAIRE_PAPIER),
    Acte.CACHET: (Statut.CACHET_OK,),
    Acte.SIGNATURE_EXTERNE: (Statut.SIGNE,),
    Acte.MAIL_SECURISE: (Statut.EN_COURS_MAIL,),  # said when it leaves, and again when it is read
    Acte.TDT: (Statut.TRANSMISSION_OK,),
    Acte.AVIS: (Statut.VISE,),
}
_SAID_TWICE = (Acte.MAIL_SECURISE,)


@dataclass(frozen=True, slots=True)
class Evenement:
    """One event: done when it has a date, under way when it has but an id, to come otherwise."""

    action: str
    bureau: str
    tache: str = ""
    date: datetime | None = None
    acteur: str = ""
    note: str = ""

    @property
    def en_cours(self) -> bool:
        """It is waited for."""
        return bool(self.tache) and self.date is None


def parcours(folder: str, dossier: Dossier, *, emetteur: str) -> tuple[Evenement, ...]:
    """The events of a dossier: a draft, in its circuit, at its end, or refused."""
    return tuple(_events(folder, dossier, emetteur))


def _events(folder: str, dossier: Dossier, emetteur: str) -> Iterator[Evenement]:
    start = _task(folder, 0)
    if not dossier.emis:
        yield Evenement("START", emetteur, start)
        yield from (Evenement(ACTIONS[etape.acte], etape.bureau) for etape in dossier.restantes)
        yield Evenement("ARCHIVE", emetteur)
        return
    sent = next(
        (one for one in reversed(dossier.history) if one.annotation == "Emission du dossier"),
        dossier.history[0],
    )
    yield Evenement("START", emetteur, start, sent.moment, sent.acteur)
    yield from _done(folder, dossier)
    rank = len(dossier.faites) + 1
    if dossier.rejete:
        last = dossier.history[-1]
        desk = dossier.refusee.bureau if dossier.refusee else last.acteur
        yield Evenement("REJECT", desk, _task(folder, rank), last.moment, last.acteur, last.annotation)
        yield Evenement("DELETE", emetteur, _task(folder, rank + 1))
    elif dossier.termine:
        yield Evenement("ARCHIVE", emetteur, _task(folder, rank))
    else:
        for at, etape in enumerate(dossier.restantes):
            yield Evenement(ACTIONS[etape.acte], etape.bureau, "" if at else _task(folder, rank))
        yield Evenement("ARCHIVE", emetteur)


def _done(folder: str, dossier: Dossier) -> Iterator[Evenement]:
    rank, heard = 0, 0
    for at, entry in enumerate(dossier.history):
        if entry.statut is Statut.LU:
            steps = (*dossier.faites, *dossier.restantes)
            desk = steps[rank].bureau if rank < len(steps) else entry.acteur
            yield Evenement("READ", desk, "", entry.moment, entry.acteur)
        elif entry.geste:
            task = made_id("tache", folder, "geste", str(at), version=1)
            yield Evenement(entry.geste, entry.acteur, task, entry.moment, entry.acteur, entry.annotation)
        elif rank < len(dossier.faites) and entry.statut in _DONE[dossier.faites[rank].acte]:
            etape = dossier.faites[rank]
            heard += 1
            if etape.acte in _SAID_TWICE and heard < 2:
                continue
            rank, heard = rank + 1, 0
            yield _step(folder, rank, etape.bureau, ACTIONS[etape.acte], entry)


def _step(folder: str, rank: int, bureau: str, action: str, entry: LogEntry) -> Evenement:
    done = "PAPER_SIGNATURE" if entry.statut is Statut.SIGNATAIRE_PAPIER else action
    return Evenement(done, bureau, _task(folder, rank), entry.moment, entry.acteur, entry.annotation)


def _task(folder: str, rank: int) -> str:
    return made_id("tache", folder, str(rank), version=1)
