"""Bringing back to life an installation that another version left: journal, deposit tree, platforms."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from cdg62_connect.iparapheur import Document, NewDossier
from cdg62_connect.journey import Journey
from cdg62_connect.journey.acte_plan import ActePlan
from cdg62_connect.journey.database import JOURNAL_FILE
from cdg62_connect.operis import DepositTree
from cdg62_connect.s2low import ActeFile, NewActe
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import Simulator
from cdg62_connect.simulator.s2low import S2lowState
from cdg62_connect.testing.installation import sample_deposits
from cdg62_connect.transport import Payload

JOURNALS = sample_deposits().parent / "journaux"


class LeftJournal:
    """One folder of ``fixtures/journaux``: what a version left, and how each dossier must end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.platforms = json.loads((folder / "plateformes.json").read_text("utf-8"))
        self.expected: dict[str, dict[str, Any]] = json.loads((folder / "attendu.json").read_text("utf-8"))
        self.moment = datetime.fromisoformat(self.platforms["horloge"])

    def restore(self, settings: Settings, *, revision: str | None = None) -> None:
        """Put its files and its database where ``settings`` says; ``revision``: in the tables of that revision."""
        DepositTree(settings.deposit.root, mode=settings.deposit.mode).prepare()
        homes = {"depot": settings.deposit.root, "etat": settings.journal.folder}
        for line in (self.folder / "arborescence.jsonl").read_text("utf-8").splitlines():
            file = json.loads(line)
            home, _, within = file["chemin"].partition("/")
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
                _pour(journal, path)

    def rebuild(self, simulator: Simulator, settings: Settings) -> None:
        """Give the simulated platforms what they held, by the clients and from what the journal says it sent."""
        with Journey(settings, clock=simulator.clock) as journey:
            for circuit in self.platforms["iparapheur"]:
                _open_circuit(journey, circuit["dossier"])
                _play(simulator, circuit)
            for acte in self.platforms["s2low"]:
                _transmit(journey, simulator.s2low, acte)
                _lead(simulator.s2low, acte)


def _open_circuit(journey: Journey, lot: str) -> None:
    dossier = journey.dossier(lot)
    desk = journey._desk.assign(dossier).platforms  # the dossier's own accounts
    accepted = dossier.accepted
    assert accepted is not None
    account = desk.authority.parapheur

    def document(file: Any) -> Document:
        return Document(nom=file.nom, content=Payload.of(journey.documents.path(file.sha256)))

    desk.parapheur.dossiers.creer(
        NewDossier(
            dossier_id=lot,
            titre=accepted.objet[:255],
            type_technique=account.type_technique,
            sous_type=account.sous_type(accepted.code_document) or "",
            document=document(accepted.document),
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
    if "annule" in acte:
        account = state._transactions[acte["annule"]].emitter
        found = state.annuler(account, str(acte["annule"])).id
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


def _pour(source: sqlite3.Connection, path: Path) -> None:
    """Copy what the older tables can hold."""
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
            places = ", ".join("?" * len(columns))
            target.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
        target.commit()


def _names(connection: sqlite3.Connection, query: str) -> list[str]:
    rows: Iterable[tuple[str]] = connection.execute(query)
    return [row[0] for row in rows]
