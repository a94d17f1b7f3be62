"""The rules that tie fields together: number and commune, authority, circuit, contrôle de légalité."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import DossierNumber, acte_objet, check_acte_number, check_siren
from cdg62_connect.operis.documents import DOCUMENT_CODES, DocumentCode, Transmission
from cdg62_connect.operis.findings import FindingCode, Findings
from cdg62_connect.operis.manifest import Circuit, Legalite, Manifest, ManifestAnnexe, PesManifest
from cdg62_connect.operis.names import LotName, shown
from cdg62_connect.operis.pieces import DEFAULT_PIECE, TYPE_PIECE, type_piece_of
from cdg62_connect.settings import REPONSE_PREF, Authority, CanalLegalite, Competence, Settings

LEGAL_TIME = ZoneInfo("Europe/Paris")
"""The zone in which an acte has its day."""

NATURE_INDIVIDUELLE = 3
"""Urbanisme decisions are actes individuels."""

_CLOCK_SKEW = timedelta(minutes=5)
_LONGEST_ACTE_NUMBER = 15


def check_lot_name(lot: str, *, findings: Findings) -> LotName | None:
    """The name of the folder, taken apart."""
    try:
        return LotName.parse(lot)
    except InvalidInput as refusal:
        findings.error(FindingCode.ID_DEPOT_NOM, "lot", f"« {shown(lot, most=80)} » : {refusal}")
        return None


def check_identity(
    manifest: Manifest, *, lot: str, name: LotName | None, dossier: DossierNumber | None, findings: Findings
) -> None:
    """The lot's name says the same as the manifest."""
    if findings.clean("id_depot") and manifest.id_depot != lot:
        findings.error(FindingCode.ID_DEPOT_NOM, "id_depot", "il n'est pas égal au nom du lot")
    if name is None:
        return
    if dossier is not None and name.numero != dossier.canonical:
        findings.error(
            FindingCode.ID_DEPOT_NOM,
            "lot",
            f"son nom commence par {name.numero}, le numéro de dossier est {dossier.canonical}",
        )
    if findings.clean("document.code") and name.code != manifest.document.code:
        findings.error(
            FindingCode.ID_DEPOT_NOM,
            "lot",
            f"son nom porte le code {name.code}, le document est {manifest.document.code}",
        )


def check_moment(manifest: Manifest | PesManifest, *, now: datetime, findings: Findings) -> None:
    """A deposit is not from the future, but for a clock a little fast."""
    if findings.clean("depose_le") and manifest.depose_le > now + _CLOCK_SKEW:
        findings.error(FindingCode.CHAMP_INVALIDE, "depose_le", "dans le futur : vérifiez l'horloge du poste")


def check_dossier(manifest: Manifest, *, today: date, findings: Findings) -> DossierNumber | None:
    """The dossier's number, in accord with its type, its suffix and its commune."""
    if not findings.clean("dossier.numero"):
        return None
    try:
        number = DossierNumber.parse(manifest.dossier.numero, today=today)
    except InvalidInput as refusal:
        findings.relay(FindingCode.NUMERO_DOSSIER, "dossier.numero", refusal)
        return None
    if findings.clean("dossier.type") and not _same_type(manifest, number):
        findings.error(
            FindingCode.NUMERO_DOSSIER,
            "dossier.type",
            f"{manifest.dossier.type} ne va pas avec le numéro {number.display} ({number.detailed_type})",
        )
    announced = manifest.dossier.sous_dossier
    if announced is not None and announced != number.suffix:
        findings.error(
            FindingCode.NUMERO_DOSSIER,
            "dossier.sous_dossier",
            f"{announced} n'est pas la fin du numéro {number.display}",
        )
    if findings.clean("commune.insee") and number.insee not in (None, manifest.commune.insee):
        findings.error(
            FindingCode.INSEE_INCOHERENT,
            "commune.insee",
            f"{manifest.commune.insee}, mais le numéro de dossier est de la commune {number.insee}",
        )
    if number.letters == "DP" and len(number.number) == 4:
        findings.warn(
            FindingCode.DP_PUBLICITE,
            "dossier.numero",
            "quatre chiffres : lu comme une déclaration de publicité",
        )
    return number


def _same_type(manifest: Manifest, number: DossierNumber) -> bool:
    """Letters agree, and so do CUa and CUb when both sides say which."""
    declared = manifest.dossier.type
    if declared.letters != number.letters:
        return False
    precise = ("CUA", "CUB")
    return number.detailed_type not in precise or declared.value == number.detailed_type


def check_code(manifest: Manifest, *, findings: Findings) -> DocumentCode | None:
    """The line of the table of documents."""
    if not findings.clean("document.code"):
        return None
    found = DOCUMENT_CODES.get(manifest.document.code)
    if found is None:
        findings.error(
            FindingCode.CODE_DOCUMENT,
            "document.code",
            f"« {shown(manifest.document.code)} » n'est pas un code du contrat",
        )
    return found


def check_title(manifest: Manifest | PesManifest, *, findings: Findings) -> str:
    """The objet: the title in the characters that the platforms carry."""
    if not findings.clean("document.titre"):
        return ""
    try:
        objet = acte_objet(manifest.document.titre)
    except InvalidInput as refusal:
        findings.relay(FindingCode.CHAMP_INVALIDE, "document.titre", refusal)
        return ""
    if objet != manifest.document.titre:
        findings.warn(
            FindingCode.TITRE_RECODE,
            "document.titre",
            "des caractères typographiques ont été remplacés pour la transmission",
        )
    return objet


def check_authority(manifest: Manifest, *, settings: Settings, findings: Findings) -> Authority | None:
    """The authority under whose credentials the document goes, agreed on by both sides."""
    siren = manifest.autorite.siren
    if siren is not None and findings.clean("autorite.siren"):
        check_siren_written(siren, findings=findings)
    elif siren is None and manifest.legalite.transmettre and findings.clean("autorite.siren"):
        findings.error(
            FindingCode.CHAMP_MANQUANT,
            "autorite.siren",
            "obligatoire pour transmettre au contrôle de légalité",
        )
    if not findings.clean("autorite.competence", "commune.insee"):
        return None
    insee = manifest.commune.insee
    competence = manifest.autorite.competence
    decides = Competence.COMMUNE if competence is Competence.ETAT else competence
    authority = settings.competent(decides, insee)
    if authority is None:
        findings.error(
            FindingCode.SIREN_COMMUNE,
            "commune.insee",
            f"aucune autorité de compétence « {decides} » n'est configurée pour la commune {insee} : "
            "signalez-le à l'administrateur du connecteur",
        )
        return None
    if siren is not None and findings.clean("autorite.siren") and siren != authority.siren:
        findings.error(
            FindingCode.SIREN_COMMUNE,
            "autorite.siren",
            f"{siren} n'est pas l'autorité configurée pour la commune {insee} (compétence « {competence} »)",
        )
    if competence is Competence.ETAT and not manifest.legalite.transmettre:
        findings.warn(
            FindingCode.COMPETENCE_ETAT,
            "autorite.competence",
            "acte au nom de l'État : il suit le circuit de signature de la commune et n'est pas transmis",
        )
    return authority


def check_siren_written(siren: str, *, findings: Findings) -> None:
    """Nine digits, with the right key."""
    try:
        written_well = check_siren(siren) == siren
    except InvalidInput as refusal:
        findings.relay(FindingCode.SIREN_INVALIDE, "autorite.siren", refusal)
        return
    if not written_well:
        findings.error(
            FindingCode.SIREN_INVALIDE, "autorite.siren", "neuf chiffres sans espace sont attendus"
        )


def check_circuit(manifest: Manifest, *, authority: Authority | None, findings: Findings) -> str | None:
    """The sous-type of the parapheur, when a signature is asked for."""
    circuit = manifest.circuit
    check_deadline(circuit, manifest.depose_le, findings=findings)
    if not circuit.signature:
        if findings.clean("circuit.signature", "legalite.transmettre") and not manifest.legalite.transmettre:
            findings.error(
                FindingCode.CHAMP_INVALIDE,
                "circuit.signature",
                "ni signature ni transmission demandée : il n'y a rien à faire de ce document",
            )
        return None
    if authority is None or not findings.clean(
        "circuit.sous_type", "circuit.iparapheur_type", "document.code"
    ):
        return None
    flux = authority.flux(manifest.document.code)
    configured = None if flux else authority.parapheur
    if configured is not None and circuit.iparapheur_type not in (None, configured.type_technique):
        findings.error(
            FindingCode.CIRCUIT_INCONNU,
            "circuit.iparapheur_type",
            f"le type de cette autorité est « {configured.type_technique} »",
        )
    sous_type = circuit.sous_type or authority.sous_type(manifest.document.code)
    if sous_type is None:
        findings.error(
            FindingCode.CIRCUIT_INCONNU,
            "circuit.sous_type",
            f"aucun circuit n'est configuré pour le code {manifest.document.code} : "
            "donnez un sous-type, ou demandez à l'administrateur du connecteur de l'ajouter",
        )
    return sous_type


def check_deadline(circuit: Circuit, depose_le: datetime, *, findings: Findings) -> None:
    """Not before the day of the deposit."""
    if circuit.date_limite is None or not findings.clean("depose_le"):
        return
    if circuit.date_limite < depose_le.date():
        findings.error(FindingCode.DATE_LIMITE, "circuit.date_limite", "elle est avant le jour du dépôt")


def check_legalite(
    manifest: Manifest,
    *,
    code: DocumentCode | None,
    dossier: DossierNumber | None,
    authority: Authority | None,
    today: date,
    findings: Findings,
) -> None:
    """Whether the document may be transmitted, and the fields of the acte."""
    legalite = manifest.legalite
    _check_acte(legalite, today=today, findings=findings)
    answers = _check_answer(manifest, code=code, findings=findings)
    if not legalite.transmettre:
        return
    champ = "legalite.transmettre"
    if code is not None and code.transmission is Transmission.NON and not answers:
        findings.error(FindingCode.NON_TRANSMISSIBLE, champ, f"{code.code} ({code.label}) ne se transmet pas")
    elif dossier is not None and not dossier.is_decision:
        findings.error(
            FindingCode.NON_TRANSMISSIBLE, champ, f"{dossier.display} est une déclaration, pas une décision"
        )
    if findings.clean("autorite.competence") and manifest.autorite.competence is Competence.ETAT:
        findings.error(FindingCode.COMPETENCE_ETAT, champ, "un acte au nom de l'État ne se transmet pas")
    elif authority is not None and authority.canal_legalite is CanalLegalite.PLATAU:
        findings.error(
            FindingCode.CANAL_PLATAU,
            champ,
            "les actes de cette autorité partent par PLAT'AU : une seconde transmission ferait un second acte",
        )
    elif authority is not None and authority.canal_legalite is CanalLegalite.AUCUN:
        findings.error(
            FindingCode.NON_TRANSMISSIBLE, champ, "cette autorité n'a pas de canal de transmission"
        )
    unsigned = findings.clean("circuit.signature") and not manifest.circuit.signature
    if unsigned and legalite.date_acte is None and findings.clean("legalite.date_acte") and not answers:
        findings.error(
            FindingCode.DATE_ACTE, "legalite.date_acte", "obligatoire quand aucune signature n'est demandée"
        )


def _check_answer(manifest: Manifest, *, code: DocumentCode | None, findings: Findings) -> bool:
    """Whether the document answers a message of the préfecture; the two ways to say so agree."""
    answer, legalite = manifest.reponse_a, manifest.legalite
    coded = code is not None and code.code == REPONSE_PREF
    if coded and answer is None and findings.clean("reponse_a"):
        findings.error(
            FindingCode.CHAMP_MANQUANT, "reponse_a", f"obligatoire pour le code de document {REPONSE_PREF}"
        )
    if answer is None:
        return coded
    if code is not None and not coded:
        findings.error(
            FindingCode.CODE_DOCUMENT,
            "document.code",
            f"{REPONSE_PREF} est attendu pour une réponse à la préfecture",
        )
    if not legalite.transmettre and findings.clean("legalite.transmettre"):
        findings.error(
            FindingCode.CHAMP_INVALIDE, "legalite.transmettre", "true est attendu pour une réponse"
        )
    for champ, value in (
        ("numero_acte", legalite.numero_acte),
        ("date_acte", legalite.date_acte),
        ("date_affichage", legalite.date_affichage),
    ):
        if value is not None:
            findings.error(FindingCode.CHAMP_INVALIDE, f"legalite.{champ}", "sans objet pour une réponse")
    return True


def _check_acte(legalite: Legalite, *, today: date, findings: Findings) -> None:
    if legalite.nature not in (None, NATURE_INDIVIDUELLE):
        findings.error(
            FindingCode.NATURE, "legalite.nature", "3 (actes individuels) est la seule nature admise ici"
        )
    if legalite.type_piece is not None and not TYPE_PIECE.fullmatch(legalite.type_piece):
        findings.error(
            FindingCode.TYPE_PIECE,
            "legalite.type_piece",
            "un code de la typologie est attendu, par exemple 99_AI",
        )
    if legalite.date_acte is not None and legalite.date_acte > today:
        findings.error(FindingCode.DATE_ACTE, "legalite.date_acte", "elle est dans le futur")
    shown_on, taken_on = legalite.date_affichage, legalite.date_acte
    if shown_on is not None and taken_on is not None and shown_on < taken_on:
        findings.error(FindingCode.DATE_ACTE, "legalite.date_affichage", "elle est avant la date de l'acte")
    if legalite.numero_acte is not None:
        _check_number(legalite.numero_acte, findings=findings)


def _check_number(numero: str, *, findings: Findings) -> None:
    if len(numero) > _LONGEST_ACTE_NUMBER:
        findings.error(
            FindingCode.NUMERO_ACTE_LONG,
            "legalite.numero_acte",
            f"{len(numero)} caractères, {_LONGEST_ACTE_NUMBER} au plus",
        )
        return
    try:
        check_acte_number(numero)
    except InvalidInput as refusal:
        findings.relay(FindingCode.CHAMP_INVALIDE, "legalite.numero_acte", refusal)


def piece_of(annexe: ManifestAnnexe, *, champ: str, findings: Findings) -> str:
    """The type de pièce of an annexe."""
    found = type_piece_of(annexe.piece) if annexe.piece is not None else None
    if found is None:
        told = f"« {shown(annexe.piece)} » est inconnue" if annexe.piece else "aucune n'est donnée"
        findings.warn(FindingCode.PIECE_DEFAUT, f"{champ}.piece", f"{told} : {DEFAULT_PIECE} est retenu")
    return found or DEFAULT_PIECE
