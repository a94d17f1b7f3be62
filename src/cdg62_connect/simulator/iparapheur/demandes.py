"""From the elements of a request to what the parapheur is asked for."""

from __future__ import annotations

from pathlib import PurePosixPath

from cdg62_connect.simulator.iparapheur import texts
from cdg62_connect.simulator.iparapheur.circuits import Acte, Circuit, Etape
from cdg62_connect.simulator.iparapheur.dossier import Demande, Piece
from cdg62_connect.simulator.iparapheur.reading import XMIME, Node
from cdg62_connect.simulator.iparapheur.refusal import Refus

_ROLES = {acte.value: acte for acte in Acte if acte is not Acte.AVIS}


def demande(root: Node) -> Demande:
    """What ``CreerDossier`` asks for.

    Raises:
        Refus: a step of its circuit is not understood.
    """
    principal, signature = root.child("DocumentPrincipal"), root.child("SignatureDocPrincipal")
    nom = file_name(root.value("NomDocPrincipal"))
    visuel = root.child("VisuelPDF")
    return Demande(
        type=root.value("TypeTechnique"),
        sous_type=root.value("SousType"),
        visibilite=root.value("Visibilite"),
        document=_piece(principal, nom) if principal else None,
        dossier_id=root.value("DossierID"),
        titre=root.value("DossierTitre"),
        nom_document=nom,
        signature=_piece(signature, "signature") if signature else None,
        supplementaires=_group(root, "DocumentsSupplementaires"),
        visuel=_piece(visuel, "visuel.pdf") if visuel else None,
        xpath=root.value("XPathPourSignatureXML"),
        annexes=_group(root, "DocumentsAnnexes"),
        email_emetteur=root.value("EmailEmetteur"),
        annotation_publique=root.value("AnnotationPublique"),
        annotation_privee=root.value("AnnotationPrivee"),
        date_limite=root.value("DateLimite"),
        metadonnees=tuple(
            (donnee.value("nom"), donnee.value("valeur"))
            for holder in root.all("MetaData")
            for donnee in holder.all("MetaDonnee")
        ),
        circuit=_circuit(root),
    )


def demande_pes(root: Node) -> Demande:
    """What ``CreerDossierPES`` asks for."""
    pes, visuel = root.child("FichierPES"), root.child("VisuelPDF")
    dossier_id = root.value("DossierID")
    return Demande(
        type=root.value("TypeTechnique"),
        sous_type=root.value("SousType"),
        visibilite=root.value("Visibilite"),
        document=_piece(pes, f"{dossier_id}.xml", content_type="application/xml") if pes else None,
        dossier_id=dossier_id,
        nom_document=f"{dossier_id}.xml",
        visuel=_piece(visuel, "visuel.pdf") if visuel else None,
        xpath=root.value("XPathPourSignaturePES"),
        email_emetteur=root.value("EmailEmetteur"),
        annotation_publique=root.value("AnnotationPublique"),
        annotation_privee=root.value("AnnotationPrivee"),
        date_limite=root.value("DateLimite"),
        est_pes=True,
    )


def file_name(text: str) -> str:
    """The last part of a name: one that climbs folders is a trap for whoever writes it to a disk."""
    return PurePosixPath(text.replace("\\", "/")).name if text else ""


def _group(root: Node, name: str) -> tuple[Piece, ...]:
    pieces = [_annexe(annexe) for holder in root.all(name) for annexe in holder.all("DocAnnexe")]
    return tuple(piece for piece in pieces if piece is not None)


def _annexe(node: Node) -> Piece | None:
    fichier = node.child("fichier")
    if fichier is None:
        return None
    return _piece(fichier, file_name(node.value("nom")), content_type=node.value("mimetype"))


def _piece(node: Node, nom: str, *, content_type: str = "") -> Piece | None:
    if node.file is None:
        return None
    declared = node.attributes.get(f"{XMIME} contentType", "").strip()
    return Piece(nom, node.file, content_type or declared or "application/octet-stream")


def _circuit(root: Node) -> Circuit:
    steps: list[Etape] = []
    for holder in root.all("CircuitObligatoire"):
        for node in holder.all("EtapeCircuit"):
            role, bureau = node.value("Role").upper(), node.value("Parapheur")
            if role == "ARCHIVAGE":
                continue  # every circuit ends so
            if role not in _ROLES or not bureau:
                raise Refus(texts.BAD_CIRCUIT.format(bureau=bureau, role=role))
            steps.append(Etape(_ROLES[role], bureau))
    return tuple(steps)
