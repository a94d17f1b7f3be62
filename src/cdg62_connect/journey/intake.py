"""Taking lots from the depositor: by one rename, checked before any call, known by identity and content.

A lot that was taken and whose journal says nothing yet (the process died in between) is simply taken up
from ``encours/`` at the next pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import ConfigurationError, InvalidInput, JournalError
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.publication import deposit_report
from cdg62_connect.journey.state import Stage
from cdg62_connect.journey.store import Busy
from cdg62_connect.operis import (
    CheckedDeposit,
    CheckedPes,
    DepositRefused,
    DepositReport,
    DepositTree,
    Finding,
    FindingCode,
    Resultat,
    StillHeld,
    manifest_digest,
    read_lot,
)
from cdg62_connect.settings import PES

if TYPE_CHECKING:
    from pathlib import Path

    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.documents import Documents
    from cdg62_connect.journey.hold import Hold
    from cdg62_connect.journey.prefecture_desk import AnswerDesk
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.store import Store
    from cdg62_connect.settings import Settings


_PATIENCE = 900
"""Seconds after the arrival of a lot during which it is nobody's fault that a file of it is held."""


class Intake:
    """From ``entrants/`` to a dossier that is accepted or quarantined."""

    def __init__(self, *, tree: DepositTree, store: Store, clock: Clock) -> None:
        self._tree = tree
        self._store = store
        self._clock = clock

    def run(self, *, received: list[str], failed: dict[str, str]) -> None:
        """Take every complete lot: adds to ``received`` the dossiers that are new, to ``failed`` what the disk
        refuses to give; one lot does not stop the others.
        """
        try:
            waiting = self._tree.waiting_lots()
            self._take(waiting, failed=failed)
            names = self._tree.taken_lots()
        except ConfigurationError as refused:
            failed["entrants"] = str(refused)
            return
        taken: dict[str, str] = {}
        for name in names:
            try:
                taken[name] = self._tree.lot_of(name)
            except InvalidInput as refused:
                failed[name] = f"{refused} Sortez ce dossier d'encours/."
        rows = self._store.rows(in_course=True)
        in_course = {row.id_depot for row in rows if row.stage is not Stage.IN_EXCHANGE}
        for name, lot in taken.items():
            if lot in in_course and name == lot:
                continue
            try:
                with self._store.hold(lot) as hold:
                    if self._receive(hold, name):
                        received.append(lot)
            except Busy:
                continue
            except StillHeld as held:
                self._not_ready(self._tree.lot_folder(name), held, failed=failed)
            except (ConfigurationError, InvalidInput, JournalError) as refused:
                failed[lot] = str(refused)

    def _take(self, waiting: list[str], *, failed: dict[str, str]) -> None:
        for lot in waiting:
            try:
                self._tree.take(lot)
            except StillHeld as held:
                self._not_ready(self._tree.root / "entrants" / lot, held, failed=failed)
            except (ConfigurationError, InvalidInput) as refused:
                failed[lot] = str(refused)

    def _not_ready(self, folder: Path, held: StillHeld, *, failed: dict[str, str]) -> None:
        """A lot of which another program holds a file is taken at a later pass; after a while, a person is told."""
        try:
            facts = folder.lstat()
        except OSError:
            return
        since = max(facts.st_mtime, facts.st_ctime)  # a copy may keep the dates of its original
        if self._clock.now().timestamp() - since >= _PATIENCE:
            failed[folder.name] = str(held)

    def _receive(self, hold: Hold, taken: str) -> bool:
        folder = self._tree.lot_folder(taken)
        if not folder.exists():  # another process has dealt with it since we listed
            return False
        digest = manifest_digest(folder)
        dossier = hold.state
        if dossier.received is None:
            hold.append(ev.Received(taken=taken, empreinte_manifeste=digest))
            return True
        if dossier.received.taken == taken and not dossier.filed:
            return False
        self._receive_again(dossier, taken, digest)
        return False

    def _receive_again(self, dossier: Dossier, taken: str, digest: str) -> None:
        """The same deposit again: acknowledged again and put away. The same name for another: refused."""
        received = dossier.received
        assert received is not None
        same = digest == received.empreinte_manifeste
        if same and dossier.quarantined is None:
            if dossier.acknowledgement_written:
                self._tree.acknowledge(deposit_report(dossier))
            self._tree.archive(taken, moment=self._clock.now())
            return
        refusal = Finding(
            code=FindingCode.DEPOT_DEJA_RECU if same else FindingCode.DEPOT_CONFLIT,
            champ="id_depot",
            message="Ce dépôt a déjà été reçu, et était à corriger : corrigez-le et donnez-lui un nouveau numéro "
            "d'ordre (SEQ)."
            if same
            else "Un autre dépôt porte déjà ce nom, avec un autre contenu : donnez un nouveau numéro d'ordre (SEQ). "
            "Le premier dépôt suit son cours, rien n'y est changé.",
        )
        report = DepositReport(
            id_depot=dossier.id_depot,
            recu_le=self._clock.now(),
            resultat=Resultat.REFUSE,
            erreurs=(refusal,),
            empreinte_manifeste=digest,
        )
        self._tree.acknowledge(report)
        self._tree.quarantine(taken, report)


class Check:
    """Every check before any call; what is accepted is copied, so that the lot's folder is free to change."""

    name = "controler"

    def __init__(self, settings: Settings, *, clock: Clock, answers: AnswerDesk | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._answers = answers

    def applies(self, dossier: Dossier) -> bool:
        """Received, neither accepted nor refused."""
        return dossier.received is not None and not (dossier.accepted or dossier.quarantined)

    def publish(self, dossier: Dossier, *, tree: DepositTree, documents: Documents) -> tuple[ev.Fact, ...]:
        """Accept the deposit, or say everything that is wrong with it."""
        received = dossier.received
        assert received is not None
        try:
            deposit = read_lot(
                tree.lot_folder(received.taken),
                lot=dossier.id_depot,
                settings=self._settings,
                now=self._clock.now(),
            )
        except DepositRefused as refused:
            return (
                ev.Quarantined(
                    erreurs=tuple(_plain(finding) for finding in refused.report.erreurs),
                    avertissements=tuple(_plain(finding) for finding in refused.report.avertissements),
                ),
            )
        answered = None if isinstance(deposit, CheckedPes) else self._answered(deposit)
        if isinstance(answered, Finding):
            warnings = tuple(_plain(finding) for finding in deposit.warnings)
            return (ev.Quarantined(erreurs=(_plain(answered),), avertissements=warnings),)
        for path, sha256 in _files(deposit):
            documents.keep(path, sha256=sha256, id_depot=dossier.id_depot)
        return (_accepted_pes(deposit) if isinstance(deposit, CheckedPes) else _accepted(deposit, answered),)

    def _answered(self, deposit: CheckedDeposit) -> ev.AnswerTo | Finding | None:
        """The message of the préfecture that a lot answers, when it answers one."""
        asked = deposit.manifest.reponse_a
        return self._answers.judge(deposit, asked) if asked is not None and self._answers else None


def _files(deposit: CheckedDeposit | CheckedPes) -> list[tuple[Path, str]]:
    annexes = () if isinstance(deposit, CheckedPes) else deposit.annexes
    return [(file.path, file.sha256) for file in (deposit.document, *annexes)]


def _accepted_pes(deposit: CheckedPes) -> ev.Accepted:
    circuit, header = deposit.manifest.circuit, deposit.pes.header
    return ev.Accepted(
        siren=deposit.authority.siren,
        flux=deposit.authority.flux(PES),
        numero_dossier=deposit.numero,
        id_externe=deposit.manifest.id_externe or "",
        code_document=PES,
        objet=deposit.objet,
        document=ev.StoredFile(nature="document", nom=deposit.document.nom, sha256=deposit.document.sha256),
        signer=deposit.signer,
        transmettre=True,
        type_technique=circuit.iparapheur_type or "",
        sous_type=circuit.sous_type or "",
        date_limite=circuit.date_limite,
        annotation_publique=circuit.annotation_publique or "",
        annotation_privee=circuit.annotation_privee or "",
        nature=0,
        matiere="",
        avertissements=tuple(_plain(finding) for finding in deposit.warnings),
        pes=ev.PesFacts(
            nom_fic=header.nom_fic,
            cod_col=header.cod_col,
            id_coll=header.id_coll,
            xpath=(deposit.pes.signature_xpath or "") if deposit.signer else "",
        ),
    )


def _accepted(deposit: CheckedDeposit, answered: ev.AnswerTo | None) -> ev.Accepted:
    return ev.Accepted(
        siren=deposit.authority.siren,
        flux=deposit.authority.flux(deposit.manifest.document.code),
        numero_dossier=deposit.dossier.canonical,
        id_externe=deposit.manifest.dossier.id_externe or "",
        code_document=deposit.manifest.document.code,
        objet=deposit.objet,
        document=ev.StoredFile(
            nature="document",
            nom=deposit.document.nom,
            sha256=deposit.document.sha256,
            type_piece=deposit.type_piece,
        ),
        annexes=tuple(
            ev.StoredFile(nature="annexe", nom=file.nom, sha256=file.sha256, type_piece=file.type_piece)
            for file in deposit.annexes
        ),
        signer=deposit.signer,
        transmettre=deposit.transmettre,
        type_technique=deposit.manifest.circuit.iparapheur_type or "",
        sous_type=deposit.manifest.circuit.sous_type or "",
        date_limite=deposit.date_limite,
        annotation_publique=deposit.annotation_publique or "",
        annotation_privee=deposit.annotation_privee or "",
        nature=deposit.nature,
        matiere=deposit.matiere,
        numero_acte=deposit.numero_acte or "",
        date_acte=deposit.date_acte,
        document_papier=bool(deposit.manifest.legalite.document_papier),
        date_affichage=deposit.manifest.legalite.date_affichage,
        reponse_a=answered,
        avertissements=tuple(_plain(finding) for finding in deposit.warnings),
    )


def _plain(finding: Finding) -> dict[str, str]:
    return {"code": finding.code.value, "champ": finding.champ, "message": finding.message}
