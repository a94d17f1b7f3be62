"""The simulated Pastell as a whole: its entities, accounts, connectors, documents, journal, and its daemon."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cdg62_connect.simulator.pastell.accounts import Rights, Tokens, Users
from cdg62_connect.simulator.pastell.associations import Associations
from cdg62_connect.simulator.pastell.connectors import Connectors
from cdg62_connect.simulator.pastell.entities import Entities
from cdg62_connect.simulator.pastell.frequencies import Frequencies
from cdg62_connect.simulator.pastell.journal import Journal
from cdg62_connect.simulator.pastell.limiter import Limiter
from cdg62_connect.simulator.pastell.population import Inhabitant, PeersServed, populate, repoint
from cdg62_connect.simulator.pastell.profile import DEFAULT, Profile, profile_named
from cdg62_connect.simulator.pastell.proof import Timestamper

if TYPE_CHECKING:
    from cdg62_connect.simulator.clock import SimClock
    from cdg62_connect.simulator.pastell.peers.ports import Configuration, ConnectorType, MailMessage
    from cdg62_connect.simulator.pastell.ports import CataloguePort, DocumentsPort, WorkerPort
    from cdg62_connect.simulator.pki import TestAuthority

ZONE = ZoneInfo("Europe/Paris")
"""The zone of every date, none of which says so."""
TICK = timedelta(seconds=1)
MOST_TICKS = 30
"""The clock may jump by days; after so many ticks everything that could move has moved."""


class PastellState:
    """The platform without HTTP.

    Args:
        clock: the hour.
        authority: who vouches for its time-stamps.
        folder: where its files are kept; emptied first.
        inhabitants: the authorities that use it.
        admin_password: that of the account ``admin``.
        seed: decides what is drawn by chance.
        profile: the generation imitated.
        peers: the platforms that it drives; its own stubs when absent.

    Attributes:
        lock: protects the state; a re-entrant lock.
        ca: whom its outbound calls trust.
        courrier: the mails it sent.
        entities, users, tokens, rights, connectors, associations, frequencies, journal: the tables.
        flux: the definitions of the flux.
        documents: the documents.
        worker: the daemon.
    """

    entities: Entities
    users: Users
    tokens: Tokens
    rights: Rights
    connectors: Connectors
    associations: Associations
    frequencies: Frequencies
    journal: Journal
    flux: CataloguePort
    documents: DocumentsPort
    worker: WorkerPort

    def __init__(
        self,
        *,
        clock: SimClock,
        authority: TestAuthority,
        folder: Path,
        inhabitants: Sequence[Inhabitant],
        admin_password: str,
        seed: int = 0,
        profile: Profile = DEFAULT,
        peers: PeersServed | None = None,
    ) -> None:
        self.clock = clock
        self.folder = folder
        self.profile = self._first_profile = profile
        self.inhabitants = tuple(inhabitants)
        self.admin_password = admin_password
        self.lock = threading.RLock()
        self.limiter = Limiter(clock)
        self.ca = authority.ca
        self._seed = seed
        self._timestamper = Timestamper(authority)
        self._peers = peers
        self._ticking = threading.Lock()
        self._begin()

    def reset(self) -> None:
        """Back to the first moment: the default entities, accounts, connectors, generation; no document."""
        self.profile = self._first_profile
        self._begin()

    def _begin(self) -> None:
        from cdg62_connect.simulator.pastell.documents import Documents
        from cdg62_connect.simulator.pastell.flux import Catalogue
        from cdg62_connect.simulator.pastell.peers.types import TYPES
        from cdg62_connect.simulator.pastell.worker import Worker

        with self.lock:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.reception.mkdir(parents=True)
            self.chance = random.Random(self._seed)  # noqa: S311 - a simulator draws no secret
            self.courrier: list[MailMessage] = []
            self.flux = Catalogue(self.profile)
            self.entities = Entities(self)
            self.users = Users()
            self.tokens = Tokens()
            self.rights = Rights(ancestors=self.entities.ancestors, flux=lambda: self.flux.ids)
            self.connectors = Connectors(self, types=TYPES, folder=self.folder / "connecteurs")
            self.associations = Associations(self)
            self.frequencies = Frequencies(self)
            self.journal = Journal(self, self._timestamper)
            self.documents = Documents(self)
            self.worker = Worker(self)
            self.limiter.reset()
            self._ticked_at = self.clock.now()
            populate(self, self._peers)

    def use_profile(self, name: str) -> None:
        """Become another generation, with nothing in it.

        Raises:
            cdg62_connect.errors.InvalidInput: there is none of that name.
        """
        self.profile = profile_named(name)
        self._begin()

    def use_peers(self, peers: PeersServed) -> None:
        """Point the default connectors at platforms that are served; at first they are Pastell's own stubs.

        The platform starts again from its first moment when it leaves its stubs; afterwards only the addresses
        change.
        """
        former, self._peers = self._peers, peers
        if former is None:
            self._begin()
        else:
            repoint(self, former, peers)

    @property
    def reception(self) -> Path:
        """Where the files of a call wait until they are taken."""
        return self.folder / "reception"

    def local_now(self) -> str:
        """The present moment as Pastell writes it: local, to the second, without zone."""
        return self.local(self.clock.now())

    def local(self, moment: datetime) -> str:
        """A moment (aware) as Pastell writes it."""
        return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")

    def aware(self, local: str) -> datetime:
        """The moment that a text of Pastell's means, in UTC."""
        return datetime.strptime(local, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE).astimezone(UTC)

    def connector_for(
        self, id_e: str, flux: str, famille: str, num_same_type: int = 0
    ) -> tuple[ConnectorType, Configuration] | None:
        """The connector that serves a flux of an entity, its own or inherited; ``None`` when there is none."""
        association = self.associations.effective(id_e, flux, famille, num_same_type)
        instance = self.connectors.get(association.id_ce) if association else None
        if instance is None:
            return None
        return self.connectors.type_of(instance), self.connectors.configuration(instance)

    def tick(self) -> None:
        """Run each job that is due, once."""
        self.worker.tick()

    def catch_up(self, *, looked: bool = False) -> None:
        """Let the daemon do what it did since the last call: one round per second of the clock.

        Args:
            looked: somebody reads a document: one round at least. Otherwise a clock that stands still would
                keep a document where it is for ever.
        """
        if self.worker.mode != "auto" or not self._ticking.acquire(blocking=False):
            return
        try:
            elapsed = self.clock.now() - self._ticked_at
            rounds = MOST_TICKS if elapsed < timedelta(0) else min(elapsed // TICK, MOST_TICKS)
            if rounds:
                self._ticked_at = self.clock.now()
            for _ in range(max(rounds, int(looked))):
                self.worker.tick()
        finally:
            self._ticking.release()

    def snapshot(self) -> dict[str, Any]:
        """What the admin desk shows."""
        return {
            "profil": self.profile.name,
            "version": self.profile.version,
            "travail": self.worker.mode,
            "documents": self.documents.snapshot(),
            "taches": self.worker.jobs(),
            "lignes_du_journal": self.journal.live,
        }
