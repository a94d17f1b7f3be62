"""What watching a fleet of documents costs, counted by the platform: a thousand in flight through one entity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from cdg62_connect.journey import Journey
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.store import Store
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.pastell.accounts import WORKER
from cdg62_connect.simulator.pastell.execution import Execution
from cdg62_connect.testing.installation import URBANISME, install

FLEET = 1000


@dataclass
class Watched:
    """A journey with a fleet in the parapheur, and the platform that counts what it is asked."""

    simulator: Simulator
    settings: Settings
    clock: SimClock
    documents: list[Execution]

    def cycle(self) -> dict[str, int]:
        """Let the time of one look pass, and look; what was asked of Pastell, by operation."""
        self.clock.advance(timedelta(seconds=self.settings.rhythm.pastell_seconds))
        before = self.simulator.faults.calls.get("pastell", {})
        with Journey(self.settings, clock=self.clock) as journey:
            journey.run_pass()
        after = self.simulator.faults.calls["pastell"]
        return {
            name: count - before.get(name, 0) for name, count in after.items() if count > before.get(name, 0)
        }

    def move(self, documents: list[Execution], *states: str) -> None:
        """Pastell's daemon brings documents through these states, a row of its journal each."""
        self.clock.advance(timedelta(seconds=5))
        for document in documents:
            for state in states:
                document.change(state, "")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    tmp_path = tmp_path_factory.mktemp("flotte")
    clock = SimClock()
    simulator = Simulator(clock=clock, folder=tmp_path / "plateformes")
    with SimulatorServer(simulator) as server:
        settings = install(server.describe(), folder=tmp_path, route="pastell")
        simulator.pastell.worker.mode = "main"
        entity = simulator.pastell_accesses[0].id_e
        documents = [simulator.pastell.documents.blank(entity, URBANISME, WORKER) for _ in range(FLEET)]
        for document in documents:
            document.change("send-iparapheur", "")
        with Journey(settings, clock=clock):
            pass
        journal = Store(settings.journal.folder, clock=clock)
        for rank, document in enumerate(documents):
            carry(journal, f"D{rank:04}", entity, document.document.id_d, clock)
        journal.close()
        watched = Watched(simulator, settings, clock, documents)
        watched.cycle()  # the first reading of the entity
        yield watched


def carry(journal: Store, id_depot: str, entity: str, id_d: str, clock: SimClock) -> None:
    with journal.hold(id_depot) as hold:
        file = ev.StoredFile(nature="document", nom="arrete.pdf", sha256="0" * 64)
        hold.append(
            ev.Received(taken=id_depot, empreinte_manifeste="0" * 64),
            ev.Accepted(
                siren="216209916",
                flux=URBANISME,
                numero_dossier="PC0629912600012",
                code_document="ARR_ACCORD",
                objet="Arrêté",
                document=file,
                signer=True,
                transmettre=True,
            ),
            ev.AcknowledgementWritten(),
            ev.PastellDocumentOpened(entite=entity, id_d=id_d, flux=URBANISME, how="created", launched=True),
            ev.CircuitOpened(dossier_id=id_d, how="created"),
            ev.PastellSeen(etat="send-iparapheur", since=clock.now()),
            ev.Returned(cause=5, sequence=1, etat="AU_PARAPHEUR"),
        )
        hold.schedule(clock.now() + timedelta(days=1), waits={})


def test_a_fleet_at_rest_costs_two_requests(watched: Watched) -> None:
    assert watched.cycle() == {"GET journal": 1, "GET documents": 1}


def test_each_document_that_changed_costs_one_more(watched: Watched) -> None:
    watched.move(watched.documents[:7], "preparation-transformation")
    asked = watched.cycle()
    assert asked == {"GET journal": 1, "GET documents": 1, "GET document": 7}
    assert watched.cycle() == {"GET journal": 1, "GET documents": 1}


def test_five_hundred_more_rows_cost_one_more_request(watched: Watched) -> None:
    watched.move(watched.documents[:300], "transformation", "preparation-send-iparapheur", "send-iparapheur")
    asked = watched.cycle()
    changed = asked.pop("GET document")
    assert changed == 300
    assert sum(asked.values()) <= 2 + 900 // 500
    after = watched.cycle()
    assert "GET document" not in after
    assert sum(after.values()) <= 2
