"""The operations of the web service: from a call to the body of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from cdg62_connect.simulator.catalogue import EXEMPLES
from cdg62_connect.simulator.iparapheur import texts
from cdg62_connect.simulator.iparapheur.catalogue import CATALOGUE
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, Piece
from cdg62_connect.simulator.iparapheur.reading import XMIME, Call, Node
from cdg62_connect.simulator.iparapheur.refusal import Refus
from cdg62_connect.simulator.iparapheur.state import ParapheurState
from cdg62_connect.simulator.iparapheur.writing import (
    Part,
    doc_annexe,
    document,
    element,
    escaped,
    log_dossier,
    message_retour,
    nil,
)

BORDEREAU = "iParapheur_impression_dossier.pdf"
"""Name of the slip, always the last annexe."""

PDF = "application/pdf"

_Operation = Callable[[ParapheurState, Account, Node], list[Part]]


def key_of(call: Call) -> str:
    """What the call is about, for whoever arms a fault on it: the dossier id, or the title in its place."""
    root = call.root
    if call.operation in ("GetHistoDossier", "GetDossier", "EffacerDossierRejete"):
        return root.text.strip()
    return root.value("DossierID") or root.value("DossierTitre")


def answer(state: ParapheurState, account: Account, call: Call) -> list[Part]:
    """Do what the call asks and give the parts of the answer. A refusal is an answer too.

    Raises:
        KeyError: the web service has no such operation.
    """
    operation = OPERATIONS[call.operation]
    try:
        return operation(state, account, call.root)
    except Refus as refus:
        return [message_retour(ok=False, message=str(refus))]


def refusal_on_demand(nom: str, call: Call) -> list[Part]:
    """The parts of the answer that refuses a call, by the name of the refusal in the catalogue."""
    if nom == "sans_retour":
        return []
    if nom == "retour_vide":
        return [message_retour(ok=None)]
    refusal = next(refusal for refusal in CATALOGUE if refusal.nom == nom)
    values = {
        **EXEMPLES,
        "dossier_id": key_of(call),
        "type": call.root.value("TypeTechnique"),
        "sous_type": call.root.value("SousType"),
    }
    return [message_retour(ok=False, message=refusal.dit.format_map(values))]


def _echo(_state: ParapheurState, account: Account, root: Node) -> list[Part]:
    return [f'[{escaped(account.login)}] m\'a dit: "{escaped(root.text)}"!']


def _liste_types(_state: ParapheurState, account: Account, _root: Node) -> list[Part]:
    return [element("TypeTechnique", account.type)]


def _liste_sous_types(_state: ParapheurState, account: Account, root: Node) -> list[Part]:
    if root.text.strip() != account.type:
        return []
    return [element("SousType", sous_type) for sous_type in account.sous_types]


def _circuit(_state: ParapheurState, account: Account, root: Node) -> list[Part]:
    circuit = account.sous_types.get(root.value("SousType"))
    if circuit is None or root.value("TypeTechnique") != account.type:
        return []
    steps = [(etape.bureau, etape.acte.value) for etape in circuit]
    return [
        "<EtapeCircuit>"
        + element("Parapheur", bureau)
        + element("Prenom")
        + element("Nom", bureau)
        + element("Role", role)
        + "</EtapeCircuit>"
        for bureau, role in [*steps, (account.nom, "ARCHIVAGE")]
    ]


def _creer_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    created = state.creer(account, _demande(root))
    parts: list[Part] = [message_retour(ok=True, message=f"Dossier {created.titre} soumis dans le circuit")]
    if created.choisi:
        parts.append(element("DossierID", created.dossier_id))
    return parts


def _histo_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    entries = state.historique(account, root.text)
    return [*map(log_dossier, entries), message_retour(ok=True)]


def _get_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    contenu = state.contenu(account, root.text)
    demande = contenu.demande
    metadonnees = [("ph:dossierTitre", contenu.titre), *demande.metadonnees]
    return [
        element("TypeTechnique", demande.type),
        element("SousType", demande.sous_type),
        *_given("EmailEmetteur", demande.email_emetteur),
        element("DossierID", contenu.dossier_id),
        *_given("AnnotationPublique", demande.annotation_publique),
        *_given("AnnotationPrivee", demande.annotation_privee),
        element("Visibilite", demande.visibilite),
        element("DateLimite", demande.date_limite) if demande.date_limite else nil("DateLimite"),
        *document("DocPrincipal", contenu.document.path, PDF),
        element("NomDocPrincipal", contenu.document.nom),
        "<DocumentsAnnexes>",
        *(
            part
            for annexe in contenu.annexes
            for part in doc_annexe(annexe.nom, annexe.path, annexe.content_type)
        ),
        *doc_annexe(BORDEREAU, contenu.bordereau, PDF),
        "</DocumentsAnnexes>",
        "<MetaDonnees>",
        *(
            f"<MetaDonnee>{element('nom', nom)}{element('valeur', valeur)}</MetaDonnee>"
            for nom, valeur in metadonnees
        ),
        "</MetaDonnees>",
        message_retour(ok=True),
    ]


def _archiver_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    dossier_id = root.value("DossierID")
    action = root.value("ArchivageAction") or "ARCHIVER"
    if action not in ("ARCHIVER", "EFFACER"):
        raise Refus(texts.BAD_ACTION.format(valeur=action))
    state.archiver(account, dossier_id, effacer=action == "EFFACER")
    done = "supprimé du Parapheur" if action == "EFFACER" else "archivé"
    return [nil("URL"), message_retour(ok=True, message=f"Dossier {dossier_id} {done}.")]


def _effacer_dossier_rejete(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    state.effacer_rejete(account, root.text)
    return [message_retour(ok=True, message=f"Dossier {root.text.strip()} supprimé du Parapheur.")]


OPERATIONS: Mapping[str, _Operation] = {
    "echo": _echo,
    "GetListeTypes": _liste_types,
    "GetListeSousTypes": _liste_sous_types,
    "GetCircuit": _circuit,
    "CreerDossier": _creer_dossier,
    "GetHistoDossier": _histo_dossier,
    "GetDossier": _get_dossier,
    "ArchiverDossier": _archiver_dossier,
    "EffacerDossierRejete": _effacer_dossier_rejete,
}
"""By name, without « Request »."""


def _demande(root: Node) -> Demande:
    principal = root.child("DocumentPrincipal")
    nom = _file_name(root.value("NomDocPrincipal"))
    # On a sous-type that holds one main document, the others become plain annexes.
    annexes = [
        _annexe(annexe)
        for group in ("DocumentsSupplementaires", "DocumentsAnnexes")
        for holder in root.all(group)
        for annexe in holder.all("DocAnnexe")
    ]
    metadonnees = [
        (donnee.value("nom"), donnee.value("valeur"))
        for holder in root.all("MetaData")
        for donnee in holder.all("MetaDonnee")
    ]
    return Demande(
        type=root.value("TypeTechnique"),
        sous_type=root.value("SousType"),
        visibilite=root.value("Visibilite"),
        document=_piece(principal, nom) if principal else None,
        dossier_id=root.value("DossierID"),
        titre=root.value("DossierTitre"),
        nom_document=nom,
        annexes=tuple(annexe for annexe in annexes if annexe is not None),
        email_emetteur=root.value("EmailEmetteur"),
        annotation_publique=root.value("AnnotationPublique"),
        annotation_privee=root.value("AnnotationPrivee"),
        date_limite=root.value("DateLimite"),
        metadonnees=tuple(metadonnees),
    )


def _annexe(node: Node) -> Piece | None:
    fichier = node.child("fichier")
    if fichier is None:
        return None
    return _piece(fichier, _file_name(node.value("nom")), content_type=node.value("mimetype"))


def _piece(node: Node, nom: str, *, content_type: str = "") -> Piece | None:
    if node.file is None:
        return None
    declared = node.attributes.get(f"{XMIME} contentType", "").strip()
    return Piece(nom, node.file, content_type or declared or "application/octet-stream")


def _file_name(text: str) -> str:
    """The last part of a name: one that climbs folders is a trap for whoever writes it to a disk."""
    return PurePosixPath(text.replace("\\", "/")).name if text else ""


def _given(name: str, text: str) -> list[Part]:
    return [element(name, text)] if text else []
