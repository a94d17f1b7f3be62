"""Bringing back to life an installation that another version left: journal, deposit tree, platforms."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from cdg62_connect.iparapheur import Document, Submission
from cdg62_connect.journey import Journey
from cdg62_connect.journey.acte_plan import ActePlan
from cdg62_connect.journey.database import JOURNAL_FILE
from cdg62_connect.operis import DepositTree
from cdg62_connect.s2low import ActeFile, NewActe
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import Simulator
from cdg62_connect.simulator.s2low import S2lowState
from cdg62_connect.testing.installation import URBANISME, install, sample_deposits
from cdg62_connect.transport import Payload
from support import left_pastell

JOURNALS = sample_deposits().parent / "journaux"
VIA_PASTELL = {"DP_NON_OPPO": URBANISME, "DP_OPPO": "actes-generique"}
"""Which documents go through Pastell, and by which flux; the others go the direct way."""
WITH_PASTELL = "0003"
"""The revision of the tables that brought the route through Pastell."""


def two_routes(described: Mapping[str, object], *, folder: Path) -> Settings:
    """An installation whose authorities have both ways: by the code of the document."""
    (folder / "par-pastell").mkdir(parents=True)
    direct = install(described, folder=folder)
    via = install(described, folder=folder / "par-pastell", route="pastell")
    accounts = {one.siren: one.pastell for one in via.authorities if one.pastell is not None}
    return direct.model_copy(
        update={
            "platforms": direct.platforms.model_copy(update={"pastell": via.platforms.pastell}),
            "authorities": tuple(
                one.model_copy(
                    update={"pastell": accounts[one.siren].model_copy(update={"flux": VIA_PASTELL})}
                )
                for one in direct.authorities
            ),
            "rhythm": direct.rhythm.model_copy(update={"pastell_seconds": 3600}),
        }
    )


class LeftJournal:
    """One folder of ``fixtures/journaux``: what a version left, and how each dossier must end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.platforms = json.loads((folder / "plateformes.json").read_text("utf-8"))
        self.expected: dict[str, dict[str, Any]] = json.loads((folder / "attendu.json").read_text("utf-8"))
        self.moment = datetime.fromisoformat(self.platforms["horloge"])

    def restore(self, settings: Settings, *, revision: str | None = None) -> None:
        """Put its files and its database where ``settings`` says; ``revision``: in the tables of that revision.

        A revision that did not know Pastell has none of the dossiers that go through it.
        """
        absent: set[str] = set()
        if revision is not None and revision < WITH_PASTELL:
            absent = {lot for lot, one in self.expected.items() if one["flux"]}
            self._forget(absent)
        DepositTree(settings.deposit.root, mode=settings.deposit.mode).prepare()
        homes = {"depot": settings.deposit.root, "etat": settings.journal.folder}
        for line in (self.folder / "arborescence.jsonl").read_text("utf-8").splitlines():
            file = json.loads(line)
            home, _, within = file["chemin"].partition("/")
            if any(lot in within for lot in absent):
                continue
            target = homes[home] / within
            target.parent.mkdir(parents=True, exist_ok=True)
            if "texte" in file:
                target.write_text(file["texte"], encoding="utf-8", newline="")
            else:
                shutil.copyfile(self.folder / "contenus" / file["sha256"], target)
        path = settings.journal.folder / JOURNAL_FILE
        dump = (self.folder / "journal.sql").read_text("utf-8")
        with closing(sqlite3.connect(path if revision is None else ":memory:")) as journal:
            journal.executescript(dump)
            if revision is not None:
                _make_tables(path, revision)
                _pour(journal, path, without=absent)

    def _forget(self, lots: set[str]) -> None:
        """As if these dossiers had never been."""
        self.expected = {lot: one for lot, one in self.expected.items() if lot not in lots}
        kept = {
            name: [one for one in self.platforms.get(name, ()) if one.get(lot) not in lots]
            for name, lot in (("iparapheur", "lot"), ("s2low", "dossier"), ("pes", "dossier"))
        }
        nothing = dict.fromkeys(("documents", "verrouilles", "journal"), ())
        self.platforms |= {**kept, "pastell": self.platforms["pastell"] | nothing}

    def trusted(self, settings: Settings) -> Settings:
        """``settings``, for documents signed before: they were by people whom another authority certified."""
        anchors = (*settings.signature.anchors, self.folder / "autorite.pem")
        return settings.model_copy(
            update={"signature": settings.signature.model_copy(update={"anchors": anchors})}
        )

    def rebuild(self, simulator: Simulator, settings: Settings) -> None:
        """Give the simulated platforms what they held, by the clients and from what the journal says it sent."""
        with Journey(settings, clock=simulator.clock) as journey:
            for circuit in self.platforms["iparapheur"]:
                _open_circuit(journey, circuit["lot"], key=circuit["dossier"])
                _play(simulator, circuit)
            for acte in self.platforms["s2low"]:
                _transmit(journey, simulator.s2low, acte)
                _lead(simulator.s2low, acte)
            for pes in self.platforms.get("pes", ()):
                _post(journey, pes)
        left_pastell.give_back(simulator.pastell, self.platforms["pastell"], self.folder / "contenus")


def _open_circuit(journey: Journey, lot: str, *, key: str) -> None:
    dossier = journey.dossier(lot)
    desk = journey._desk.assign(dossier).platforms  # the dossier's own accounts
    accepted = dossier.accepted
    assert accepted is not None
    account = desk.authority.require_parapheur()

    def document(file: Any) -> Document:
        return Document(nom=file.nom, content=Payload.of(journey.documents.path(file.sha256)))

    desk.require_parapheur().submit(
        Submission(
            key=key,
            titre=accepted.objet[:255],
            type=account.type_technique,
            sous_type=desk.authority.sous_type(accepted.code_document) or "",
            documents=(document(accepted.document),),
            annexes=tuple(document(annexe) for annexe in accepted.annexes),
        )
    )


def _play(simulator: Simulator, circuit: dict[str, str]) -> None:
    lot, parapheur = circuit["dossier"], simulator.iparapheur
    if circuit["etat"] == "refuse":
        parapheur.refuser(lot, motif="Motif à compléter")
    elif circuit["etat"] == "signe":
        row = next(row for row in parapheur.dossiers() if row["dossier_id"] == lot)
        if row["statut"] == "EnCoursVisa":
            parapheur.viser(lot)
        parapheur.signer(lot)


def _transmit(journey: Journey, state: S2lowState, acte: dict[str, Any]) -> None:
    if "type" in acte:  # what was said about an acte is in the journal: only its id is taken
        found = state.ground.ids("actes", acte["transaction"])[0]
    elif "annule" in acte:
        account = next(one.emitter for one in state._registry.all() if one.id == acte["annule"])
        assert account is not None
        found = state.follow_up.annuler(account, str(acte["annule"])).id
        state.acquitter(found)
    else:
        plan = ActePlan.from_journal(acte["plan"])
        dossier = journey.dossier(acte["dossier"])
        desk = journey._desk.assign(dossier).platforms  # the dossier's own accounts

        def file(one: Any) -> ActeFile:
            content = Payload.of(journey.documents.path(one.sha256))
            return ActeFile(nom=one.nom, content=content, type_piece=one.type_piece)

        found = desk.require_s2low().actes.transmettre(
            NewActe(
                nature=plan.nature,
                numero=plan.numero,
                objet=plan.objet,
                date=plan.date,
                matiere=plan.matiere,
                type_acte=plan.document.type_piece,
                document=file(plan.document),
                annexes=tuple(file(one) for one in plan.annexes),
                document_papier=plan.document_papier,
                en_attente=acte["statut"] == 17,
            )
        )
    assert found == acte["transaction"], "the simulated S2LOW numbers its transactions otherwise"


def _post(journey: Journey, pes: dict[str, Any]) -> None:
    dossier = journey.dossier(pes["dossier"])
    accepted = dossier.accepted
    assert accepted is not None
    file = dossier.signed.files[0] if dossier.signed else accepted.document
    helios = journey._desk.assign(dossier).platforms.require_s2low().helios
    found = helios.transmettre(Payload.of(journey.documents.path(file.sha256)), nom=f"{pes['dossier']}.xml")
    assert found == pes["transaction"], "the simulated S2LOW numbers its transactions otherwise"


def _lead(state: S2lowState, acte: dict[str, Any]) -> None:
    match acte.get("statut"):
        case 4 | 0:
            state.acquitter(acte["transaction"])
        case -1:
            state.refuser(acte["transaction"], motif="Enveloppe refusée")


def _make_tables(path: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "cdg62_connect.journey:migrations")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def _pour(source: sqlite3.Connection, path: Path, *, without: set[str]) -> None:
    """Copy what the older tables can hold, but for the dossiers ``without``."""
    with closing(sqlite3.connect(path)) as target:
        for table in _names(target, "SELECT name FROM sqlite_master WHERE type = 'table'"):
            if table == "alembic_version" or table not in _names(source, "SELECT name FROM sqlite_master"):
                continue
            known = _names(source, f"SELECT name FROM pragma_table_info('{table}')")
            columns = [
                one
                for one in _names(target, f"SELECT name FROM pragma_table_info('{table}')")
                if one in known
            ]
            rows = source.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            if "id_depot" in columns:
                place = columns.index("id_depot")
                rows = [row for row in rows if row[place] not in without]
            places = ", ".join("?" * len(columns))
            target.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
        target.commit()


def _names(connection: sqlite3.Connection, query: str) -> list[str]:
    rows: Iterable[tuple[str]] = connection.execute(query)
    return [row[0] for row in rows]
