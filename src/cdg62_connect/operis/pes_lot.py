"""The checks of a lot that carries a PES: who sends it, under which circuit, and what Hélios would reject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import (
    PesStage,
    PesSummary,
    SchemaStore,
    SignaturePlacement,
    check_pes,
    read_pes,
    verify_xades,
)
from cdg62_connect.operis import rules
from cdg62_connect.operis.disk import on_disk
from cdg62_connect.operis.findings import DepositReport, Finding, FindingCode, Findings, Resultat
from cdg62_connect.operis.lot_files import CheckedFile, Declared, LotFiles
from cdg62_connect.operis.manifest import PesManifest
from cdg62_connect.operis.names import LotName
from cdg62_connect.settings import PES, Authority, Settings

LARGEST_PES = 128 * 1024 * 1024
"""Bytes: what S2LOW takes, and what is loaded to verify signatures."""

_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPes:
    """A lot with a PES that passed every check.

    Attributes:
        manifest_sha256: of the manifest's bytes; with ``id_depot``, tells a repeated deposit from another one.
        authority: the only one whose credentials may serve this deposit.
        numero: what the lot's name begins with: the authority's SIREN, and the depositor's own reference.
        pes: what the file says of itself.
        sous_type: circuit of the parapheur; ``None`` when no signature is asked for.
        objet: the title, as ISO-8859-1 can carry it.
    """

    manifest: PesManifest
    id_depot: str
    manifest_sha256: str
    authority: Authority
    numero: str
    document: CheckedFile
    pes: PesSummary
    sous_type: str | None
    objet: str
    signer: bool
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


def check_pes_lot(
    manifest: PesManifest,
    *,
    lot: str,
    name: LotName | None,
    files: LotFiles,
    settings: Settings,
    now: datetime,
    sha256: str,
    findings: Findings,
) -> CheckedPes | None:
    """Every check of a lot with a PES; ``None`` when ``findings`` say why not.

    Args:
        sha256: of the manifest.
    """
    rules.check_moment(manifest, now=now, findings=findings)
    _check_name(manifest, lot=lot, name=name, findings=findings)
    objet = rules.check_title(manifest, findings=findings)
    authority = _authority(manifest, settings=settings, findings=findings)
    sous_type = _circuit(manifest, authority=authority, findings=findings)
    main = manifest.document
    good = files.check([Declared(champ="document", nom=main.fichier, sha256=main.sha256, extension=".xml")])
    document = good.get("document")
    pes = None
    if document is not None and authority is not None and findings.clean("circuit.signature"):
        reading = _Reading(manifest, authority=authority, settings=settings, now=now, findings=findings)
        with on_disk(document.path):
            pes = reading.read(document.path)
    if findings.errors or name is None or authority is None or document is None or pes is None:
        return None
    return CheckedPes(
        manifest=manifest,
        id_depot=manifest.id_depot,
        manifest_sha256=sha256,
        authority=authority,
        numero=name.numero,
        document=document,
        pes=pes,
        sous_type=sous_type,
        objet=objet,
        signer=manifest.circuit.signature,
        warnings=findings.warnings,
    )


def _check_name(manifest: PesManifest, *, lot: str, name: LotName | None, findings: Findings) -> None:
    if findings.clean("id_depot") and manifest.id_depot != lot:
        findings.error(FindingCode.ID_DEPOT_NOM, "id_depot", "il n'est pas égal au nom du lot")
    if name is None:
        return
    if name.code != PES:
        findings.error(
            FindingCode.ID_DEPOT_NOM, "lot", f"son nom porte le code {name.code}, le document est {PES}"
        )
    if findings.clean("autorite.siren") and not name.numero.startswith(manifest.siren):
        findings.error(
            FindingCode.ID_DEPOT_NOM,
            "lot",
            f"son nom commence par {name.numero} : celui d'un PES commence par le SIREN {manifest.siren}, "
            "suivi si vous voulez de votre propre référence",
        )


def _authority(manifest: PesManifest, *, settings: Settings, findings: Findings) -> Authority | None:
    if not findings.clean("autorite.siren"):
        return None
    rules.check_siren_written(manifest.siren, findings=findings)
    if not findings.clean("autorite.siren"):
        return None
    authority = settings.authority(manifest.siren)
    if authority is None:
        findings.error(
            FindingCode.SIREN_COMMUNE,
            "autorite.siren",
            f"aucune autorité {manifest.siren} n'est configurée : signalez-le à l'administrateur du connecteur",
        )
    elif not authority.flux(PES) and authority.s2low is None:
        findings.error(
            FindingCode.NON_TRANSMISSIBLE,
            "autorite.siren",
            f"{authority.name} n'a pas de chemin vers Hélios : ni compte S2LOW, ni flux de Pastell pour le code {PES}",
        )
    return authority


def _circuit(manifest: PesManifest, *, authority: Authority | None, findings: Findings) -> str | None:
    circuit = manifest.circuit
    rules.check_deadline(circuit, manifest.depose_le, findings=findings)
    if not circuit.signature or authority is None:
        return None
    if not findings.clean("circuit.sous_type", "circuit.iparapheur_type"):
        return None
    configured = None if authority.flux(PES) else authority.parapheur
    if configured is not None and circuit.iparapheur_type not in (None, configured.type_of(PES)):
        findings.error(
            FindingCode.CIRCUIT_INCONNU,
            "circuit.iparapheur_type",
            f"le type de cette autorité est « {configured.type_of(PES)} »",
        )
    sous_type = circuit.sous_type or authority.sous_type(PES)
    if sous_type is None or (configured is None and not authority.flux(PES)):
        findings.error(
            FindingCode.CIRCUIT_INCONNU,
            "circuit.sous_type",
            f"aucun circuit n'est configuré pour le code {PES} : donnez un sous-type, ou demandez à "
            "l'administrateur du connecteur de l'ajouter",
        )
    return sous_type


class _Reading:
    """The PES itself, before anything leaves."""

    def __init__(
        self,
        manifest: PesManifest,
        *,
        authority: Authority,
        settings: Settings,
        now: datetime,
        findings: Findings,
    ) -> None:
        self._signer = manifest.circuit.signature
        self._siren = manifest.siren
        self._authority = authority
        self._anchors = settings.signature.anchors
        self._schemas = SchemaStore(settings.journal.folder / "schemas")
        self._now = now
        self._today: date = now.astimezone(rules.LEGAL_TIME).date()
        self._findings = findings

    def read(self, path: Path) -> PesSummary | None:
        """What the file says of itself; ``None`` when it cannot be read."""
        stage = PesStage.BEFORE_SIGNATURE if self._signer else PesStage.BEFORE_SENDING
        try:
            for one in check_pes(path, stage=stage, today=self._today, limit=LARGEST_PES):
                # a signature on what does not announce it, or the other way round, is a sure rejection
                if one.is_error or (self._signer and one.code == "SIGNATURE"):
                    self._error(one.code, one.message)
                else:
                    self._warn(one.code, one.message)
            pes = read_pes(path)
            self._check_schema(path)
        except HostileInput as hostile:
            self._error("FICHIER", str(hostile))
            return None
        except InvalidFile as unreadable:
            if not self._findings.errors:  # else the checks have told it
                self._error("FICHIER", str(unreadable))
            return None
        self._check_budget(pes)
        if self._signer:
            self._check_signable(pes)
        elif pes.signature is not SignaturePlacement.NONE and not self._findings.errors:
            self._check_signatures(path)
        return pes

    def _check_schema(self, path: Path) -> None:
        """Against the schemas that the administrator installed, if any: Hélios's very first check."""
        verdict = self._schemas.check(path, limit=LARGEST_PES)
        if verdict is None:
            return
        for fault in verdict.faults[:_MOST_FAULTS]:
            self._error("SCHEMA", f"ligne {fault.line}, {fault.message} (schémas {verdict.version}).")

    def _check_budget(self, pes: PesSummary) -> None:
        header, budgets = pes.header, self._authority.helios.budgets
        if budgets:
            if budgets.get(header.id_coll) != header.cod_col:
                self._error(
                    "BUDGET",
                    f"le budget de SIRET « {header.id_coll[:20]} » et de CodCol « {header.cod_col[:10]} » n'est pas "
                    f"parmi ceux de {self._authority.name} dans la configuration du connecteur.",
                )
        elif header.id_coll and not header.id_coll.startswith(self._siren):
            self._error(
                "BUDGET",
                f"IdColl vaut « {header.id_coll[:20]} », qui n'est pas un SIRET du SIREN {self._siren} : ce PES est "
                "celui d'une autre collectivité. Déposez-le sous le bon SIREN ; si ce budget est bien le sien, "
                "l'administrateur du connecteur le déclare dans autorites.helios.budgets.",
            )

    def _check_signable(self, pes: PesSummary) -> None:
        if pes.signature is not SignaturePlacement.NONE:
            self._error(
                "SIGNATURE",
                "ce PES est déjà signé : déposez-le avec circuit.signature à false, ou déposez le fichier non signé.",
            )
        elif pes.signature_xpath is None:
            self._error(
                "SIGNATURE",
                "ce PES n'a rien à signer (ni bordereau, ni Id à la racine) : mettez circuit.signature à false.",
            )

    def _check_signatures(self, path: Path) -> None:
        """A broken signature would be refused by S2LOW: it is told before anything leaves."""
        try:
            verdict = verify_xades(path, anchors=self._anchors, moment=self._now, allow_sha1=True)
        except (InvalidFile, HostileInput) as unreadable:
            self._error("SIGNATURE", str(unreadable))
            return
        if not verdict.signed:
            self._error("SIGNATURE", verdict.problem)
        elif not verdict.trusted:
            self._warn("SIGNATURE", verdict.problem)

    def _error(self, code: str, message: str) -> None:
        self._findings.error(FindingCode.PES_A_CORRIGER, f"pes.{code}", message)

    def _warn(self, code: str, message: str) -> None:
        self._findings.warn(FindingCode.PES_A_VERIFIER, f"pes.{code}", message)
