"""The manifest of a lot, typed: what the depositor wrote, before any rule looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import cast

from cdg62_connect.operis.fields import NOT_YET, Fields
from cdg62_connect.operis.findings import FindingCode, Findings
from cdg62_connect.operis.names import shown
from cdg62_connect.settings import PES, Competence

_VERSION = re.compile(r"cdg62-depot/1(\.(?P<minor>[0-9]{1,4}))?")
_KNOWN_MINOR = 0

_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
_INSEE = re.compile(r"([0-9]{2}|2[AB])[0-9]{3}")
_SUB_DOSSIER = re.compile(r"[A-Z]{1,5}[0-9]{0,2}")
_MATIERE = re.compile(r"2\.[0-9](\.[0-9]){0,3}")
_MOST_ROWS = 1000

_NO_MOMENT = datetime.min.replace(tzinfo=UTC)


class DossierType(StrEnum):
    """Types of urbanisme dossier."""

    PC = "PC"
    PCMI = "PCMI"
    PA = "PA"
    PD = "PD"
    DP = "DP"
    CUA = "CUA"
    CUB = "CUB"
    AT = "AT"
    AP = "AP"
    DIA = "DIA"

    @property
    def letters(self) -> str:
        """The two letters that the dossier number has (Code de l'urbanisme A423-2, and usage)."""
        return {"PCMI": "PC", "CUA": "CU", "CUB": "CU", "DIA": "IA"}.get(self.value, self.value)


class ExpectedReturn(StrEnum):
    """What the depositor waits for."""

    PDF_SIGNE = "pdf_signe"
    BORDEREAU = "bordereau"
    AR = "ar"
    ACTE_TAMPONNE = "acte_tamponne"
    ACQUIT = "acquit"
    AUCUN = "aucun"


class _Demande(StrEnum):
    DEPOSER = "deposer"
    RAPPELER = "rappeler"
    REMPLACER = "remplacer"
    ANNULER_TRANSMISSION = "annuler_transmission"


class SensReponse(StrEnum):
    """What an answer to the préfecture is: it gives what is asked for, or says that it is not given."""

    REPONSE = "reponse"
    REFUS = "refus"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestAnswer:
    """The message of the préfecture that the document answers, in the life of which deposit."""

    id_depot: str
    message: int
    envoi: SensReponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Emetteur:
    """The software, and who pushed the button."""

    logiciel: str
    version: str | None
    utilisateur: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDossier:
    """The dossier as written; the parsed number is in the checked deposit."""

    numero: str
    type: DossierType
    sous_dossier: str | None
    id_externe: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """Where the land is."""

    insee: str
    nom: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestAuthority:
    """Who decides."""

    competence: Competence
    siren: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDocument:
    """The main document."""

    code: str
    titre: str
    date_redaction: date | None
    fichier: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestAnnexe:
    """A document that goes along."""

    fichier: str
    sha256: str
    libelle: str
    piece: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What the parapheur is asked."""

    signature: bool
    iparapheur_type: str | None
    sous_type: str | None
    date_limite: date | None
    annotation_publique: str | None
    annotation_privee: str | None
    signataire: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Legalite:
    """What the contrôle de légalité is sent."""

    transmettre: bool
    numero_acte: str | None
    date_acte: date | None
    nature: int | None
    matiere: str | None
    type_piece: str | None
    document_papier: bool
    date_affichage: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Every field of the contract. ``""``, ``False`` and the like stand for a required field that is faulty:
    the findings name it then, and such a manifest never leaves the checks.
    """

    version: str
    id_depot: str
    depose_le: datetime
    emetteur: Emetteur
    dossier: ManifestDossier
    commune: Commune
    autorite: ManifestAuthority
    document: ManifestDocument
    annexes: tuple[ManifestAnnexe, ...]
    circuit: Circuit
    legalite: Legalite
    retours: tuple[ExpectedReturn, ...]
    reponse_a: ManifestAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PesManifest:
    """Every field of the contract for a PES, which has no urbanisme dossier; faulty ones as in :class:`Manifest`."""

    version: str
    id_depot: str
    depose_le: datetime
    emetteur: Emetteur
    id_externe: str | None
    siren: str
    document: ManifestDocument
    circuit: Circuit
    retours: tuple[ExpectedReturn, ...]


def read_manifest(raw: dict[str, object], *, findings: Findings) -> Manifest | PesManifest | None:
    """Read the fields; faults go to ``findings``.

    Returns:
        The manifest, or ``None`` when its version is not one that we know how to read.
    """
    root = Fields(raw, "", findings)
    version = root.text("version", required=True, most=40)
    known = _VERSION.fullmatch(version or "cdg62-depot/1")
    if known is None or not findings.clean("version"):
        if known is None:
            findings.error(
                FindingCode.VERSION_INCONNUE,
                "version",
                f"« {shown(version or '')} » : cdg62-depot/1 est attendu",
            )
        return None
    tolerant = int(known["minor"] or 0) > _KNOWN_MINOR
    read = _pes if _code(raw) == PES else _urbanisme
    manifest = read(root, version=version or "", findings=findings, tolerant=tolerant)
    demande = root.choice("demande", _Demande)
    if demande not in (None, _Demande.DEPOSER):
        findings.error(FindingCode.CHAMP_INVALIDE, "demande", f"« {demande} » : {NOT_YET}")
    root.reserved("notification")
    root.reserved("publication")
    root.close(tolerant=tolerant)
    return manifest


def _code(raw: dict[str, object]) -> object:
    document = raw.get("document")
    return cast("dict[str, object]", document).get("code") if isinstance(document, dict) else None


def _urbanisme(root: Fields, *, version: str, findings: Findings, tolerant: bool) -> Manifest:
    return Manifest(
        version=version,
        id_depot=root.text("id_depot", required=True, most=120) or "",
        depose_le=root.moment("depose_le", required=True) or _NO_MOMENT,
        emetteur=_emetteur(root.section("emetteur", required=True), tolerant=tolerant),
        dossier=_dossier(root.section("dossier", required=True), tolerant=tolerant),
        commune=_commune(root.section("commune", required=True), tolerant=tolerant),
        autorite=_autorite(root.section("autorite", required=True), tolerant=tolerant),
        document=_document(root.section("document", required=True), tolerant=tolerant),
        annexes=tuple(_annexe(row, tolerant=tolerant) for row in root.rows("annexes", most=_MOST_ROWS)),
        circuit=_circuit(root.section("circuit", required=True), findings=findings, tolerant=tolerant),
        legalite=_legalite(root.section("legalite", required=True), tolerant=tolerant),
        retours=_retours(root.section("retour"), tolerant=tolerant),
        reponse_a=_reponse_a(root, findings=findings, tolerant=tolerant),
    )


def _pes(root: Fields, *, version: str, findings: Findings, tolerant: bool) -> PesManifest:
    dossier, autorite = root.section("dossier"), root.section("autorite", required=True)
    found = PesManifest(
        version=version,
        id_depot=root.text("id_depot", required=True, most=120) or "",
        depose_le=root.moment("depose_le", required=True) or _NO_MOMENT,
        emetteur=_emetteur(root.section("emetteur", required=True), tolerant=tolerant),
        id_externe=dossier.text("id_externe", most=64),
        siren=autorite.text("siren", required=True, most=20) or "",
        document=_document(root.section("document", required=True), tolerant=tolerant),
        circuit=_circuit(root.section("circuit", required=True), findings=findings, tolerant=tolerant),
        retours=_retours(root.section("retour"), tolerant=tolerant),
    )
    autorite.choice("competence", Competence)
    dossier.close(tolerant=tolerant)
    autorite.close(tolerant=tolerant)
    for key in ("commune", "legalite", "annexes"):
        root.unfit(key, "sans objet pour un PES : retirez ce champ")
    return found


def _emetteur(fields: Fields, *, tolerant: bool) -> Emetteur:
    found = Emetteur(
        logiciel=fields.text("logiciel", required=True, most=100) or "",
        version=fields.text("version", most=100),
        utilisateur=fields.text("utilisateur", most=100),
    )
    fields.close(tolerant=tolerant)
    return found


def _dossier(fields: Fields, *, tolerant: bool) -> ManifestDossier:
    found = ManifestDossier(
        numero=fields.text("numero", required=True, most=60) or "",
        type=fields.choice("type", DossierType, required=True) or DossierType.PC,
        sous_dossier=fields.text(
            "sous_dossier", most=7, shape=_SUB_DOSSIER, expected="M01, T01… est attendu"
        ),
        id_externe=fields.text("id_externe", most=64),
    )
    fields.reserved("echeance_instruction")
    fields.close(tolerant=tolerant)
    return found


def _commune(fields: Fields, *, tolerant: bool) -> Commune:
    found = Commune(
        insee=fields.text(
            "insee",
            required=True,
            most=20,
            shape=_INSEE,
            expected="un code INSEE de 5 caractères est attendu",
        )
        or "",
        nom=fields.text("nom", most=100),
    )
    fields.close(tolerant=tolerant)
    return found


def _autorite(fields: Fields, *, tolerant: bool) -> ManifestAuthority:
    found = ManifestAuthority(
        competence=fields.choice("competence", Competence, required=True) or Competence.COMMUNE,
        siren=fields.text("siren", most=20),
    )
    fields.close(tolerant=tolerant)
    return found


def _document(fields: Fields, *, tolerant: bool) -> ManifestDocument:
    found = ManifestDocument(
        code=fields.text("code", required=True, most=40) or "",
        titre=fields.text("titre", required=True, most=499) or "",
        date_redaction=fields.day("date_redaction"),
        fichier=fields.text("fichier", required=True, most=255) or "",
        sha256=_sha256(fields),
    )
    fields.close(tolerant=tolerant)
    return found


def _annexe(fields: Fields, *, tolerant: bool) -> ManifestAnnexe:
    fichier = fields.text("fichier", required=True, most=255) or ""
    found = ManifestAnnexe(
        fichier=fichier,
        sha256=_sha256(fields),
        libelle=fields.text("libelle", most=255) or fichier,
        piece=fields.text("piece", most=20),
    )
    fields.close(tolerant=tolerant)
    return found


def _circuit(fields: Fields, *, findings: Findings, tolerant: bool) -> Circuit:
    found = Circuit(
        signature=_signature(fields, findings=findings),
        iparapheur_type=fields.text("iparapheur_type"),
        sous_type=fields.text("sous_type"),
        date_limite=fields.day("date_limite"),
        annotation_publique=fields.text("annotation_publique", most=1000, lines=True),
        annotation_privee=fields.text("annotation_privee", most=1000, lines=True),
        signataire=fields.text("signataire"),
    )
    fields.close(tolerant=tolerant)
    return found


def _signature(fields: Fields, *, findings: Findings) -> bool:
    if fields.holds("signature", "manuscrite"):
        findings.error(FindingCode.CHAMP_INVALIDE, "circuit.signature", f"« manuscrite » : {NOT_YET}")
        return False
    return fields.flag("signature", required=True) or False


def _legalite(fields: Fields, *, tolerant: bool) -> Legalite:
    found = Legalite(
        transmettre=fields.flag("transmettre", required=True) or False,
        numero_acte=fields.text("numero_acte", most=60),
        date_acte=fields.day("date_acte"),
        nature=fields.whole("nature"),
        matiere=fields.text(
            "matiere",
            most=20,
            shape=_MATIERE,
            expected="une matière d'urbanisme est attendue, par exemple 2.2",
        ),
        type_piece=fields.text("type_piece", most=20),
        document_papier=fields.flag("document_papier") or False,
        date_affichage=fields.day("date_affichage"),
    )
    fields.close(tolerant=tolerant)
    return found


def _reponse_a(root: Fields, *, findings: Findings, tolerant: bool) -> ManifestAnswer | None:
    if not root.given("reponse_a"):
        return None
    fields = root.section("reponse_a")
    message = fields.whole("message")
    if message is None and findings.clean("reponse_a.message"):
        findings.error(FindingCode.CHAMP_MANQUANT, "reponse_a.message", "ce champ est obligatoire")
    found = ManifestAnswer(
        id_depot=fields.text("id_depot", required=True, most=120) or "",
        message=message or 0,
        envoi=fields.choice("envoi", SensReponse) or SensReponse.REPONSE,
    )
    fields.close(tolerant=tolerant)
    return found


def _retours(fields: Fields, *, tolerant: bool) -> tuple[ExpectedReturn, ...]:
    found = fields.choices("attendu", ExpectedReturn, most=20)
    fields.close(tolerant=tolerant)
    return found


def _sha256(fields: Fields) -> str:
    found = fields.text(
        "sha256",
        required=True,
        most=100,
        shape=_SHA256,
        expected="une empreinte SHA-256 est attendue, 64 chiffres hexadécimaux",
    )
    return (found or "").lower()
