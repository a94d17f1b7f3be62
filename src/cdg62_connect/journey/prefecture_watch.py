"""Listening for the préfecture after the accusé de réception, at a cost that does not grow with the dossiers.

The unread messages of an authority come with one request. They are not all: an agent may have opened one on the
site first, and a cancellation is never among them. So each acte is also looked at by itself, seldom, at moments
that drift apart. Nothing is ever marked as read: the list on the site is how the agents see that there is work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cdg62_connect.errors import Cdg62Error, HoldLost, NotFound, NotSent, Unavailable
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.alerts import Alert, Level
from cdg62_connect.journey.pace import next_look
from cdg62_connect.journey.prefecture import COURRIER, DEFERE, WRITTEN_THERE, label_of, silence_of
from cdg62_connect.journey.prefecture_reading import Brought, annulation_of, bring, message_of, page_of
from cdg62_connect.journey.state import Stage
from cdg62_connect.journey.step import PARIS
from cdg62_connect.journey.store import Busy
from cdg62_connect.s2low import ActeStatus, Statut, TypeTransaction

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.documents import Documents
    from cdg62_connect.journey.hold import Hold
    from cdg62_connect.journey.platforms import PlatformDesk
    from cdg62_connect.journey.prefecture_ledger import PrefectureLedger
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.store import Store
    from cdg62_connect.journey.weather import Weather
    from cdg62_connect.s2low import DocumentPrefecture, S2low, TransactionLiee
    from cdg62_connect.settings import Authority, Settings

_log = logging.getLogger("cdg62_connect.parcours")

_LOOKS_IN_ONE_PASS = 50
"""After a long stop, what is late is caught up little by little."""

_AFTER_TROUBLE = timedelta(hours=6)

_SOON_DAYS, _VERY_SOON_DAYS = 15, 5


class PrefectureWatch:
    """Writes into the dossiers what came about their actes."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        ledger: PrefectureLedger,
        documents: Documents,
        desk: PlatformDesk,
        weather: Weather,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._store = store
        self._ledger = ledger
        self._documents = documents
        self._desk = desk
        self._weather = weather
        self._clock = clock

    def run(self, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Read the list of each authority whose time has come, then the actes whose look has come."""
        for authority in self._settings.authorities:
            if authority.s2low is not None and self._time_has_come(authority):
                self._guarded(f"messages de {authority.name}", lambda one=authority: self._unread(one))
        for id_depot in self._ledger.due(self._clock.now(), limit=_LOOKS_IN_ONE_PASS):
            if stop() or self._weather.closed("s2low"):
                break
            self._guarded(id_depot, lambda one=id_depot: self._look(one))
        for id_depot in self._ledger.in_exchange():
            self._guarded(id_depot, lambda one=id_depot: self._compare_with_answers(one))

    def alerts(self) -> list[Alert]:
        """Answers that must leave soon, and messages about actes that are not ours; nothing is called."""
        found: list[Alert] = []
        today = self._today()
        for id_depot in self._ledger.in_exchange():
            for exchange in self._store.dossier(id_depot).exchanges:
                message = exchange.message
                if message.deadline is None or exchange.ended:
                    continue
                left = (message.deadline - today).days
                if left <= _SOON_DAYS:
                    level = Level.CRITIQUE if left <= _VERY_SOON_DAYS else Level.ATTENTION
                    told = f"réponse à la préfecture attendue au plus tard le {message.deadline:%d/%m/%Y}"
                    key = f"echeance:{message.message}:{level.name}"
                    found.append(Alert(key, level, f"{id_depot} : {told} ({label_of(message.sorte)})."))
        for letter in self._ledger.foreign():
            told = (
                f"{label_of(letter.sorte)} de la préfecture (message {letter.message}) sur l'acte "
                f"{letter.numero}, qui n'est pas passé par ce connecteur : voyez S2LOW."
            )
            found.append(Alert(f"prefecture:{letter.message}", Level.ATTENTION, told))
        return found

    def _time_has_come(self, authority: Authority) -> bool:
        if self._weather.closed("s2low") or not self._ledger.listens(authority.siren):
            return False
        read_at, now = self._ledger.read_at(authority.siren), self._clock.now()
        if read_at is None or read_at > now:  # a clock that ran ahead
            return True
        return read_at + timedelta(seconds=self._settings.rhythm.prefecture_seconds) <= now

    def _guarded(self, what: str, work: Callable[[], None]) -> None:
        """Do it; no trouble with one authority or one acte stops the others."""
        try:
            work()
        except (Busy, HoldLost) as held:
            _log.info("%s", held)
        except (NotSent, Unavailable) as down:
            self._weather.failed(down.platform, down.summary)
        except Cdg62Error as failure:
            _log.error("%s, après l'accusé de réception : %s", what, failure)
        except Exception:  # noqa: BLE001 - one acte must not stop the others
            _log.exception("%s, après l'accusé de réception : erreur imprévue", what)

    def _unread(self, authority: Authority) -> None:
        s2low = self._desk.of(authority).require_s2low()
        try:
            unread = s2low.actes.prefecture.non_lus()
        except (NotSent, Unavailable):
            raise
        except Cdg62Error:
            self._ledger.was_read(authority.siren, None, now=self._clock.now())
            raise
        self._weather.answered("s2low")
        known = self._ledger.known(one.id for one in unread)
        whole = True
        for one in unread:
            if one.id in known:
                continue
            owner = self._ledger.owner(authority.siren, one.acte, one.number)
            if owner is None:
                _log.warning(
                    "La préfecture a écrit (%s, message %s) sur l'acte %s, qui n'est pas passé par ce connecteur.",
                    one.libelle,
                    one.id,
                    one.number,
                )
            else:
                try:
                    self._hear(owner, one)
                except Busy:
                    whole = False
                    continue
                except (NotSent, Unavailable):
                    raise
                except Cdg62Error as failure:
                    _log.error("%s, message %s de la préfecture : %s", owner, one.id, failure)
                    continue
            self._ledger.note(authority.siren, one, id_depot=owner or "", now=self._clock.now())
        if whole:
            self._ledger.was_read(authority.siren, [one.id for one in unread], now=self._clock.now())

    def _hear(self, id_depot: str, one: DocumentPrefecture) -> None:
        """Bring one unread message home, unless it is there."""
        with self._store.hold(id_depot) as hold:
            self._message(hold, self._s2low(hold.state), one.id, one.type)

    def _look(self, id_depot: str) -> None:
        """Ask what there is about one acte, read or not."""
        now = self._clock.now()
        with self._store.hold(id_depot) as hold:
            authority = self._settings.authority(hold.state.siren)
            if not hold.state.listens or (authority is not None and authority.s2low is None):
                self._ledger.looked(id_depot, self._following(hold.state))
                return
            try:
                problem = self._news(hold)
            except NotFound:
                transaction = hold.state.transaction
                problem = f"S2LOW ne montre plus la transaction {transaction} : ses messages ne viendront pas d'ici."
                _log.warning("%s : %s", id_depot, problem)
            except (NotSent, Unavailable):
                raise  # the weather tells when to try again; the look stays due
            except (Cdg62Error, OSError) as failure:
                self._ledger.looked(id_depot, now + _AFTER_TROUBLE, problem=str(failure))
                raise
            self._weather.answered("s2low")
            self._ledger.looked(id_depot, self._following(hold.state), problem=problem)

    def _news(self, hold: Hold) -> str:
        """Write all that is new about an acte; what is not as it should be, in words."""
        s2low = self._s2low(hold.state)
        about = s2low.actes.prefecture.liees(hold.state.transaction)
        for one in about:
            if one.type == TypeTransaction.ANNULATION:
                self._annulation(hold, s2low)
            elif COURRIER <= one.type <= DEFERE:
                self._related(hold, s2low, one)
        self._let_silence_speak(hold)
        pending = any(one.type == TypeTransaction.ANNULATION for one in about) and hold.state.listens
        return "Une annulation sur S2LOW est demandée, pas encore acquittée." if pending else ""

    def _related(self, hold: Hold, s2low: S2low, one: TransactionLiee) -> None:
        if one.statut in WRITTEN_THERE:
            self._message(hold, s2low, one.id, one.type)
            return
        known = one.id in {
            *(answer.reponse for answer in hold.state.answered),
            *(exchange.message.message for exchange in hold.state.exchanges),
        }
        acknowledged = ActeStatus(one.statut, "").acknowledged
        arrived = acknowledged or (one.type == COURRIER and one.statut == Statut.TRANSMIS)
        if known or not arrived or self._ledger.answer_lot(one.id) is not None:
            return
        if not any(self._is_answering(exchange.message) for exchange in hold.state.exchanges):
            self._answered_on_the_site(hold, s2low, one)

    def _is_answering(self, message: ev.PrefectureMessage) -> bool:
        """A deposit of ours answers it, whose transaction nobody knows yet: it may be this one."""
        lots = self._ledger.answers_to(f"reponse:{message.message}")
        return any(lot.alive and not lot.transaction for lot in lots)

    def _message(self, hold: Hold, s2low: S2low, message: int, sorte: int) -> None:
        dossier = hold.state
        if any(exchange.message.message == message for exchange in dossier.exchanges):
            return
        brought = bring(
            s2low,
            message,
            documents=self._documents,
            id_depot=dossier.id_depot,
            prefix=f"prefecture_{message}",
        )
        self._heard(hold, brought, message, sorte)

    def _heard(self, hold: Hold, brought: Brought, message: int, sorte: int) -> None:
        dossier, platform = hold.state, self._settings.platforms.s2low
        hold.append(
            message_of(
                brought,
                message=message,
                sorte=sorte,
                acte_id=dossier.acknowledged.acte_id if dossier.acknowledged else "",
                today=self._today(),
                lien=page_of(platform.url, message) if platform else "",
            )
        )

    def _answered_on_the_site(self, hold: Hold, s2low: S2low, one: TransactionLiee) -> None:
        """An agent answered there: the answer stands in the list in the place of the message."""
        brought = bring(
            s2low,
            one.id,
            documents=self._documents,
            id_depot=hold.id_depot,
            prefix=f"reponse_{one.id}",
        )
        said = brought.said
        if said is not None and not brought.ours:  # a status that we took for that of an answer
            self._heard(hold, brought, one.id, one.type)
            return
        same = [exchange.message for exchange in hold.state.exchanges if exchange.message.sorte == one.type]
        dated = [message for message in same if said and message.dated == said.date_courrier]
        answered = [
            message
            for message in dated or same
            if all(answer.message != message.message for answer in hold.state.answered)
        ]
        message = answered[0].message if answered else 0
        hold.append(ev.PrefectureAnswered(message=message, reponse=one.id, files=brought.files))

    def _annulation(self, hold: Hold, s2low: S2low) -> None:
        found = annulation_of(
            s2low, hold.state.transaction, documents=self._documents, id_depot=hold.id_depot
        )
        if found is not None and hold.state.refused is None:
            hold.append(found)

    def _compare_with_answers(self, id_depot: str) -> None:
        """A deposit that answers a message may have been acknowledged since."""
        for exchange in self._store.dossier(id_depot).exchanges:
            if not exchange.open:
                continue
            message = exchange.message.message
            for lot in self._ledger.answers_to(f"reponse:{message}"):
                if lot.progress is not Stage.ACKNOWLEDGED:
                    continue
                with self._store.hold(id_depot) as hold:
                    if all(answer.message != message for answer in hold.state.answered):
                        hold.append(
                            ev.PrefectureAnswered(message=message, reponse=lot.transaction, lot=lot.id_depot)
                        )

    def _let_silence_speak(self, hold: Hold) -> None:
        for exchange in hold.state.exchanges:
            deadline = exchange.message.deadline
            if exchange.open and deadline is not None and self._today() > silence_of(deadline):
                hold.append(ev.PrefectureSilent(message=exchange.message.message))

    def _following(self, dossier: Dossier) -> datetime | None:
        if not dossier.listens or dossier.changed_at is None:
            return None
        return next_look(
            dossier.id_depot,
            self._clock.now(),
            since=dossier.changed_at,
            awaits_answer=dossier.awaits_answer,
        )

    def _s2low(self, dossier: Dossier) -> S2low:
        return self._desk.assign(dossier).platforms.require_s2low()

    def _today(self) -> date:
        return self._clock.now().astimezone(PARIS).date()
