"""Reading one lot: every check that needs no network, and all errors in one report."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cdg62_connect.errors import HostileInput
from cdg62_connect.formats import DossierNumber
from cdg62_connect.operis import rules
from cdg62_connect.operis.disk import on_disk
from cdg62_connect.operis.fields import NOT_YET
from cdg62_connect.operis.findings import (
    DepositRefused,
    DepositReport,
    Finding,
    FindingCode,
    Findings,
    Resultat,
)
from cdg62_connect.operis.json_text import LARGEST_MANIFEST, UnreadableManifest, read_object
from cdg62_connect.operis.lot_files import CheckedFile, Declared, LotFiles
from cdg62_connect.operis.manifest import Manifest, PesManifest, read_manifest
from cdg62_connect.operis.names import MANIFEST_JSON, LotName
from cdg62_connect.operis.pes_lot import CheckedPes, check_pes_lot
from cdg62_connect.operis.pieces import DEFAULT_PIECE
from cdg62_connect.settings import Authority, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAnnexe(CheckedFile):
    """A document that goes along, with its type de pièce in @ctes."""

    libelle: str
    type_piece: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDeposit:
    """A lot that passed every check.

    Attributes:
        manifest_sha256: of the manifest's bytes; with ``id_depot``, tells a repeated deposit from another one.
        authority: the only one whose credentials may serve this deposit.
        sous_type: circuit of the parapheur; ``None`` when no signature is asked for.
        objet: the title, as ISO-8859-1 can carry it.
        nature: code of the nature in @ctes.
        matiere: dotted, as deep as the manifest says; whether the live classification has it is not known here.
        type_piece: of the main document.
        numero_acte: the depositor's own, or ``None`` when one is to be allotted.
        date_acte: ``None`` when it is the day of the signature.
    """

    manifest: Manifest
    id_depot: str
    manifest_sha256: str
    authority: Authority
    dossier: DossierNumber
    document: CheckedFile
    annexes: tuple[CheckedAnnexe, ...]
    sous_type: str | None
    objet: str
    transmettre: bool
    signer: bool
    nature: int
    matiere: str
    type_piece: str
    numero_acte: str | None
    date_acte: date | None
    date_limite: date | None
    annotation_publique: str | None
    annotation_privee: str | None
    warnings: tuple[Finding, ...]

    def report(self, *, moment: datetime) -> DepositReport:
        """The acknowledgement of an accepted deposit."""
        return DepositReport(
            id_depot=self.id_depot,
            recu_le=moment,
            resultat=Resultat.ACCEPTE,
            avertissements=self.warnings,
            empreinte_manifeste=self.manifest_sha256,
        )


def read_lot(folder: Path, *, lot: str, settings: Settings, now: datetime) -> CheckedDeposit | CheckedPes:
    """Check one lot, entirely, without any network.

    Args:
        folder: where it lies.
        lot: the name under which it was deposited.
        now: the present moment, aware; dates of the future are refused.

    Raises:
        DepositRefused: with every error at once; nothing of the lot has been changed.
        StillHeld: another program holds a file of it: to be read again later.
        ConfigurationError: the disk does not answer; the lot itself is not in question.
    """
    with on_disk(folder):
        return _Reading(folder, lot=lot, settings=settings, now=now).run()


class _Reading:
    """One reading of one lot."""

    def __init__(self, folder: Path, *, lot: str, settings: Settings, now: datetime) -> None:
        self._lot = lot
        self._settings = settings
        self._now = now
        self._today = now.astimezone(rules.LEGAL_TIME).date()
        self._findings = Findings()
        self._sha256 = ""
        self._name: LotName | None = rules.check_lot_name(lot, findings=self._findings)
        self._files = LotFiles(
            folder,
            lot=lot,
            max_mebibytes=settings.deposit.max_mebibytes,
            max_files=settings.deposit.max_files,
            findings=self._findings,
        )

    def run(self) -> CheckedDeposit | CheckedPes:
        manifest = self._manifest()
        if manifest is None:
            raise self._refusal()
        return self._checked_pes(manifest) if isinstance(manifest, PesManifest) else self._checked(manifest)

    def _manifest(self) -> Manifest | PesManifest | None:
        names = self._files.manifests
        if len(names) > 1:
            self._bad_manifest(FindingCode.MANIFESTE_MULTIPLE, "un seul est admis : " + ", ".join(names))
        elif not names:
            self._bad_manifest(FindingCode.MANIFESTE_ABSENT, f"{MANIFEST_JSON} n'est pas dans le lot")
        elif names[0] != MANIFEST_JSON:
            self._bad_manifest(
                FindingCode.MANIFESTE_ILLISIBLE, f"{names[0]} : {NOT_YET}, déposez {MANIFEST_JSON}"
            )
        else:
            return self._read(names[0])
        return None

    def _read(self, name: str) -> Manifest | PesManifest | None:
        try:
            data = self._files.manifest_bytes(name)
        except HostileInput:
            self._bad_manifest(FindingCode.MANIFESTE_ILLISIBLE, "ce n'est pas un fichier ordinaire")
            return None
        if len(data) <= LARGEST_MANIFEST:  # else it was not read whole
            self._sha256 = hashlib.sha256(data).hexdigest()
        try:
            return read_manifest(read_object(data), findings=self._findings)
        except UnreadableManifest as unreadable:
            self._bad_manifest(unreadable.code, str(unreadable))
            return None

    def _checked_pes(self, manifest: PesManifest) -> CheckedPes:
        checked = check_pes_lot(
            manifest,
            lot=self._lot,
            name=self._name,
            files=self._files,
            settings=self._settings,
            now=self._now,
            sha256=self._sha256,
            findings=self._findings,
        )
        if checked is None:
            raise self._refusal()
        return checked

    def _checked(self, manifest: Manifest) -> CheckedDeposit:
        findings = self._findings
        code = rules.check_code(manifest, findings=findings)
        dossier = rules.check_dossier(manifest, today=self._today, findings=findings)
        rules.check_identity(manifest, lot=self._lot, name=self._name, dossier=dossier, findings=findings)
        rules.check_moment(manifest, now=self._now, findings=findings)
        objet = rules.check_title(manifest, findings=findings)
        authority = rules.check_authority(manifest, settings=self._settings, findings=findings)
        sous_type = rules.check_circuit(manifest, authority=authority, findings=findings)
        rules.check_legalite(
            manifest, code=code, dossier=dossier, authority=authority, today=self._today, findings=findings
        )
        files = self._files.check(_declared(manifest))
        pieces = [
            rules.piece_of(annexe, champ=f"annexes[{index}]", findings=findings)
            for index, annexe in enumerate(manifest.annexes)
        ]
        if findings.errors or code is None or dossier is None or authority is None:
            raise self._refusal()
        legalite, circuit = manifest.legalite, manifest.circuit
        return CheckedDeposit(
            manifest=manifest,
            id_depot=manifest.id_depot,
            manifest_sha256=self._sha256,
            authority=authority,
            dossier=dossier,
            document=files["document"],
            annexes=tuple(
                _annexe(files[f"annexes[{index}]"], libelle=annexe.libelle, type_piece=pieces[index])
                for index, annexe in enumerate(manifest.annexes)
            ),
            sous_type=sous_type,
            objet=objet,
            transmettre=legalite.transmettre,
            signer=circuit.signature,
            nature=rules.NATURE_INDIVIDUELLE,
            matiere=legalite.matiere or code.matiere,
            type_piece=legalite.type_piece or DEFAULT_PIECE,
            numero_acte=legalite.numero_acte,
            date_acte=legalite.date_acte,
            date_limite=circuit.date_limite,
            annotation_publique=circuit.annotation_publique,
            annotation_privee=circuit.annotation_privee,
            warnings=findings.warnings,
        )

    def _bad_manifest(self, code: FindingCode, problem: str) -> None:
        self._findings.error(code, "manifeste", problem)

    def _refusal(self) -> DepositRefused:
        return DepositRefused(
            DepositReport(
                id_depot=self._lot,
                recu_le=self._now,
                resultat=Resultat.REFUSE,
                erreurs=self._findings.errors,
                avertissements=self._findings.warnings,
                empreinte_manifeste=self._sha256,
            )
        )


def _declared(manifest: Manifest) -> list[Declared]:
    main = manifest.document
    return [
        Declared(champ="document", nom=main.fichier, sha256=main.sha256, extension=".pdf"),
        *(
            Declared(champ=f"annexes[{index}]", nom=annexe.fichier, sha256=annexe.sha256)
            for index, annexe in enumerate(manifest.annexes)
        ),
    ]


def _annexe(file: CheckedFile, *, libelle: str, type_piece: str) -> CheckedAnnexe:
    return CheckedAnnexe(
        path=file.path,
        nom=file.nom,
        sha256=file.sha256,
        size=file.size,
        libelle=libelle,
        type_piece=type_piece,
    )
