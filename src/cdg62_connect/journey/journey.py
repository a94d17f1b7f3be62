"""The journey as a script uses it: open it with the settings, run passes, ask what became of each dossier."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.durable import write_durably
from cdg62_connect.errors import ConfigurationError, HoldLost, JournalError
from cdg62_connect.extras import extra
from cdg62_connect.formats import Classification
from cdg62_connect.journey import resolution
from cdg62_connect.journey.documents import Documents
from cdg62_connect.journey.platforms import Assignment, PlatformDesk
from cdg62_connect.journey.release_gate import ReleaseGate
from cdg62_connect.operis import DepositTree

with extra("journey", needed_for="Le parcours des dossiers"):
    from cdg62_connect.journey.alerts import Alert, alert_of, by_gravity, find_alerts
    from cdg62_connect.journey.database import JOURNAL_FILE
    from cdg62_connect.journey.engine import Engine
    from cdg62_connect.journey.expiries import ExpiryWatch
    from cdg62_connect.journey.file_systems import require_local_disk
    from cdg62_connect.journey.intake import Intake
    from cdg62_connect.journey.locks import Taken, locked
    from cdg62_connect.journey.pastell.fleet import FleetWatch
    from cdg62_connect.journey.prefecture_desk import AnswerDesk
    from cdg62_connect.journey.prefecture_ledger import PrefectureLedger
    from cdg62_connect.journey.prefecture_watch import PrefectureWatch
    from cdg62_connect.journey.routes import Routes
    from cdg62_connect.journey.step import Context
    from cdg62_connect.journey.store import Busy, Row, Store

if TYPE_CHECKING:
    from cdg62_connect.journey.events import Event
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.settings import Settings

_log = logging.getLogger("cdg62_connect.parcours")


@dataclass(slots=True)
class PassReport:
    """What one pass did: lots received, dossiers moved on, those that failed unforeseen, alerts given."""

    received: list[str] = field(default_factory=list)
    advanced: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list[Alert])


class Journey:
    """One installation at work. Several processes may work on the same folders at once."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        """Open the journal and the deposit tree; both are made at the first opening, and only then.

        Raises:
            MissingExtra: the extra ``journey`` is not installed.
            JournalError: the journal cannot be used.
        """
        self._settings = settings
        self._clock = clock or SystemClock()
        self.tree = DepositTree(settings.deposit.root, mode=settings.deposit.mode)
        if not (settings.journal.folder / JOURNAL_FILE).exists():
            self._make_tree()  # later, a missing tree is a mount that is down, not one to be made
        self._store = Store(settings.journal.folder, clock=self._clock)
        self.documents = Documents(settings.journal.folder)
        self._desk = PlatformDesk(settings, clock=self._clock)
        self._weather = self._store.weather(longest=float(settings.rhythm.longest_seconds))
        self._expiries = ExpiryWatch(settings, clock=self._clock)
        self._letters = PrefectureLedger(self._store.engine)
        self._classifications: dict[str, tuple[date, Classification]] = {}
        self._engine = Engine(
            settings,
            routes=Routes(
                settings, clock=self._clock, answers=AnswerDesk(store=self._store, ledger=self._letters)
            ).of,
            desk=self._desk,
            gate=ReleaseGate(settings),
            tree=self.tree,
            documents=self.documents,
            clock=self._clock,
            classification=self._classification,
            weather=self._weather,
            alone=self._store.alone,
        )
        self._fleet = FleetWatch(
            settings, store=self._store, desk=self._desk, weather=self._weather, clock=self._clock
        )
        self._prefecture = PrefectureWatch(
            settings,
            store=self._store,
            ledger=self._letters,
            documents=self.documents,
            desk=self._desk,
            weather=self._weather,
            clock=self._clock,
        )
        self._intake = Intake(tree=self.tree, store=self._store, clock=self._clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and journal; nothing is lost by closing at any moment."""
        self._desk.close()
        self._store.close()

    def run_pass(self, *, stop: Callable[[], bool] = lambda: False) -> PassReport:
        """Take the waiting lots, then move every dossier that is due as far as it goes now.

        ``stop`` is asked between two dossiers; what is left is done by the next pass. A dossier that another
        process holds is left to it; one that fails in an unforeseen way is tried again later and does not
        stop the others.
        """
        report = PassReport()
        self._intake.run(received=report.received, failed=report.failed)
        self._weather.look_out()
        now = self._clock.now()
        divergences = self._fleet.run()
        self._prefecture.run(stop=stop)
        self._purge_once_a_day()  # once it is known for whom the préfecture waits
        for id_depot in self._store.due(now):
            if stop():
                break
            try:
                with self._store.hold(id_depot) as hold:
                    before = hold.state.last_seq
                    try:
                        self._engine.advance(hold)
                    except HoldLost:
                        raise
                    except Exception as failure:  # noqa: BLE001 - one dossier must not stop the others
                        _log.exception("%s : erreur imprévue", id_depot)
                        report.failed[id_depot] = f"{type(failure).__name__} : {failure}"
                        later = now + timedelta(seconds=self._settings.rhythm.longest_seconds)
                        hold.schedule(later, waits=hold.waits, problem=report.failed[id_depot])
                    if hold.state.last_seq != before:
                        report.advanced.append(id_depot)
            except (Busy, HoldLost) as held:
                _log.info("%s", held)
            except JournalError as unusable:
                _log.error("%s : %s", id_depot, unusable)
                report.failed[id_depot] = str(unusable)
        report.alerts = self._give_alerts([alert_of(one) for one in divergences])
        return report

    def alerts(self) -> list[Alert]:
        """What is worth waking a person for, now; nothing is called and nothing recorded."""
        self._weather.look_out()
        found = find_alerts(
            self._store.rows(in_course=True),
            self._weather.outages,
            self._weather.closed_doors(),
            settings=self._settings.alert,
            now=self._clock.now(),
            names={authority.siren: authority.name for authority in self._settings.authorities},
        )
        return by_gravity([*found, *self._expiries.alerts(), *self._prefecture.alerts()])

    def _give_alerts(self, others: list[Alert]) -> list[Alert]:
        """Give those that are new, one process at a time: two would each call for the same alert."""
        try:
            with locked(self._settings.journal.folder / "verrous" / "alertes.lock"):
                found = by_gravity([*self.alerts(), *others])
                self._expiries.remember()
                return self._store.alert_book(self._settings.alert).give(found, now=self._clock.now())
        except Taken:
            return []

    def rows(self, *, in_course: bool = False) -> list[Row]:
        """One line per dossier, oldest first."""
        return self._store.rows(in_course=in_course)

    def dossier(self, id_depot: str) -> Dossier:
        """One dossier's state.

        Raises:
            UnknownDossier: the journal has none of that name.
        """
        return self._store.dossier(id_depot)

    def history(self, id_depot: str) -> list[Event]:
        """One dossier's events, oldest first."""
        return self._store.history(id_depot)

    def now(self) -> datetime:
        """The present moment, on this journey's clock."""
        return self._clock.now()

    def next_due(self) -> datetime | None:
        """When the next look comes, or ``None`` when nothing is in course."""
        looks = (self._store.next_due(), self._fleet.next_due())
        return min((look for look in looks if look is not None), default=None)

    def resume(self, id_depot: str | None = None) -> int:
        """Make one dossier, or every dossier in course, due at once; how many.

        Nothing is sent twice: an interrupted effect is first reconciled with its platform. What the préfecture
        wrote is asked for too: about that acte, closed or not, or the unread messages of every authority.

        Raises:
            UnknownDossier: the journal has none of that name.
        """
        if id_depot is not None:
            self._store.dossier(id_depot)
        self._weather.forget()
        heard = self._letters.hurry(id_depot, now=self._clock.now())
        return max(self._store.make_due(id_depot), heard)

    def adopt(self, id_depot: str, *, platform: str, remote_id: str, by: str, motif: str) -> None:
        """Resolve a blocked dossier: this element of the platform is its own.

        Raises:
            UnknownDossier, ResolutionRefused, Busy, PlatformError: nothing was changed.
        """
        self._store.dossier(id_depot)
        with self._store.hold(id_depot) as hold:
            platforms = self._desk.assign(hold.state).platforms
            resolution.adopt(
                hold,
                platforms,
                platform=platform,
                remote_id=remote_id,
                by=by,
                motif=motif,
                held_by=self._store.holder_of,
            )

    def declare_never_left(self, id_depot: str, *, by: str, motif: str) -> None:
        """Resolve a blocked dossier: what was being sent never left.

        Raises:
            UnknownDossier, ResolutionRefused, Busy, PlatformError: nothing was changed.
        """
        self._store.dossier(id_depot)
        with self._store.hold(id_depot) as hold:
            context = Context(
                settings=self._settings,
                documents=self.documents,
                clock=self._clock,
                assignment=self._desk.assign(hold.state),
                wait=None,
                reserve_number=hold.reserve_number,
                claim=hold.claim,
                owner=hold.owner,
                alone=self._store.alone,
                classification=self._classification,
            )
            resolution.never_left(hold, context, by=by, motif=motif)

    def abandon(self, id_depot: str, *, by: str, motif: str) -> None:
        """End a blocked dossier without its outcome; what the platforms have of it stays there.

        Raises:
            UnknownDossier, ResolutionRefused, Busy: nothing was changed.
        """
        self._store.dossier(id_depot)
        with self._store.hold(id_depot) as hold:
            resolution.abandon(hold, by=by, motif=motif)

    def _make_tree(self) -> None:
        """Make the deposit tree, one process at a time."""
        folder = self._settings.journal.folder
        require_local_disk(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(folder / "premiere-ouverture.lock", patience=60):
            self.tree.prepare()

    def _purge_once_a_day(self) -> None:
        """Delete what the depositor took back long enough ago; never what it has not taken."""
        mark = self._settings.journal.folder / "derniere-purge"
        now = self._clock.now()
        today = now.date().isoformat()
        try:
            if mark.exists() and mark.read_text("ascii") == today:
                return
            with locked(mark.with_suffix(".lock")):
                kept = frozenset(self._letters.in_exchange())
                for gone in self.tree.purge(
                    moment=now, keep_days=self._settings.deposit.keep_days, kept=kept
                ):
                    _log.info("purgé : %s", gone.name)
                write_durably(mark, today.encode("ascii"))
        except Taken:
            return
        except (ConfigurationError, JournalError, OSError) as refused:
            _log.warning("purge remise à plus tard : %s", refused)

    def _classification(self, assignment: Assignment) -> Classification:
        """The authority's live classification, asked for once a day."""
        today = self._clock.now().date()
        siren = assignment.platforms.siren
        known = self._classifications.get(siren)
        if known is None or known[0] != today:
            content = assignment.platforms.require_s2low().classification.lire()
            known = self._classifications[siren] = (today, Classification.read(content))
        return known[1]
