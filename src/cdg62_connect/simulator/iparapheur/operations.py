"""The operations of the web service: from a call to the body of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdg62_connect.simulator.catalogue import EXEMPLES
from cdg62_connect.simulator.iparapheur import texts
from cdg62_connect.simulator.iparapheur.catalogue import CATALOGUE
from cdg62_connect.simulator.iparapheur.demandes import demande, demande_pes
from cdg62_connect.simulator.iparapheur.dossier import Account, LogEntry
from cdg62_connect.simulator.iparapheur.reading import Call, Node
from cdg62_connect.simulator.iparapheur.refusal import Refus
from cdg62_connect.simulator.iparapheur.rendu import BORDEREAU, rendu
from cdg62_connect.simulator.iparapheur.state import Cree, ParapheurState
from cdg62_connect.simulator.iparapheur.typage import Metadonnee
from cdg62_connect.simulator.iparapheur.variantes import Generation
from cdg62_connect.simulator.iparapheur.writing import (
    Part,
    document,
    element,
    escaped,
    log_dossier,
    message_retour,
    nil,
)

__all__ = ["BORDEREAU", "OPERATIONS", "answer", "key_of", "known", "refusal_on_demand"]

_Operation = Callable[[ParapheurState, Account, Node], list[Part]]

_OF_ONE = {
    "GetHistoDossier",
    "GetDossier",
    "EffacerDossierRejete",
    "ExercerDroitRemordDossier",
    "EnvoyerDossierTdT",
    "EnvoyerDossierPES",
    "GetStatutTdT",
}
"""Operations whose request is a mere DossierID."""


def key_of(call: Call) -> str:
    """What the call is about, for whoever arms a fault on it: the dossier id, or the title in its place."""
    root = call.root
    if call.operation in _OF_ONE:
        return root.text.strip()
    return root.value("DossierID") or root.value("DossierTitre") or root.value("dossier")


def known(state: ParapheurState, operation: str) -> bool:
    """Whether the version that is imitated carries out this operation."""
    if state.variantes.operis:
        return operation == "CreerDossier"
    return operation in OPERATIONS and operation not in _ABSENT[state.variantes.generation]


def answer(state: ParapheurState, account: Account, call: Call) -> list[Part]:
    """Do what the call asks and give the parts of the answer. A refusal is an answer too.

    Raises:
        KeyError: the web service has no such operation.
    """
    operation = OPERATIONS[call.operation]
    operis = state.variantes.operis
    try:
        return operation(state, account, call.root)
    except Refus as refus:
        return [message_retour(ok=False, message=str(refus), severite=not operis)]


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
    return [element("TypeTechnique", nom) for nom in account.types]


def _liste_sous_types(_state: ParapheurState, account: Account, root: Node) -> list[Part]:
    found = account.types.get(root.text.strip())
    return [element("SousType", nom) for nom in found.sous_types] if found else []


def _circuit(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    type_ = account.types.get(root.value("TypeTechnique"))
    sous_type = type_.sous_types.get(root.value("SousType")) if type_ else None
    if sous_type is None:
        return []
    steps = [(etape.bureau, etape.acte.value) for etape in sous_type.circuit]
    v5 = state.variantes.generation is Generation.V5
    return [
        "<EtapeCircuit>"
        + element("Parapheur", bureau)
        + element("Prenom", "" if v5 else bureau.split()[0])
        + element("Nom", bureau if v5 else " ".join(bureau.split()[1:]) or bureau)
        + element("Role", role)
        + "</EtapeCircuit>"
        for bureau, role in [*steps, (account.nom, "ARCHIVAGE")]
    ]


def _liste_metadonnees(state: ParapheurState, _account: Account, _root: Node) -> list[Part]:
    return [f"<MetaDonnee>{_definition(one)}</MetaDonnee>" for one in state.dictionnaire]


def _metadonnees_requises(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    found = state.metadonnees_de(account, root.value("TypeTechnique"), root.value("SousType"))
    return [
        f"<MetaDonnee>{_definition(one)}"
        + element("obligatoire", "true" if one.obligatoire else "false")
        + "</MetaDonnee>"
        for one in found
    ]


def _definition(one: Metadonnee) -> str:
    return (
        element("nomCourt", one.nom_court)
        + element("nomLong", one.nom_long or one.nom_court)
        + element("nature", one.nature)
    )


def _creer_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    if state.variantes.operis:
        state.completer(account, demande(root))
        return ["<MessageRetour><codeRetour>OK</codeRetour></MessageRetour>"]
    created = state.creer(account, demande(root))
    return _created(created)


def _creer_dossier_pes(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    return _created(state.creer(account, demande_pes(root)))


def _created(created: Cree) -> list[Part]:
    parts: list[Part] = [message_retour(ok=True, message=f"Dossier {created.titre} soumis dans le circuit")]
    if created.choisi:
        parts.append(element("DossierID", created.dossier_id))
    return parts


def _histo_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    entries = state.historique(account, root.text)
    return [*(_line(state, entry) for entry in entries), message_retour(ok=True)]


def _line(state: ParapheurState, entry: LogEntry) -> str:
    return log_dossier(entry, annotation=texts.annotation_of(entry.annotation, state.variantes.generation))


def _get_dossier(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    return rendu(state.contenu(account, root.text), variantes=state.variantes)


def _rechercher(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    nombre = root.value("NombreDossiers")
    found = state.rechercher(
        account,
        type_=root.value("TypeTechnique"),
        sous_type=root.value("SousType"),
        statut=root.value("Status"),
        nombre=int(nombre) if nombre.isascii() and nombre.isdigit() else None,
        dossier_ids=[one.text for one in root.all("DossierID")],
    )
    return [
        log_dossier(
            one.derniere,
            nom=one.dossier_id,
            annotation=texts.annotation_of(one.annotation, state.variantes.generation),
            accessible=one.accessible,
        )
        for one in found
    ]


def _droit_de_remord(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    state.recuperer(account, root.text)
    return [message_retour(ok=True, message=f"Dossier {root.text.strip()} récupéré.")]


def _forcer_etape(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    code = root.value("CodeTransition")
    if code not in ("OK", "KO"):
        raise Refus(texts.BAD_TRANSITION.format(valeur=code))
    state.forcer_etape(
        account,
        root.value("DossierID"),
        passer=code == "OK",
        publique=root.value("AnnotationPublique"),
        privee=root.value("AnnotationPrivee"),
    )
    return [message_retour(ok=True)]


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


def _envoyer_tdt(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    return [log_dossier(state.transmettre(account, root.text)), message_retour(ok=True)]


def _statut_tdt(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    return [log_dossier(state.statut_tdt(account, root.text)), message_retour(ok=True)]


def _classification(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    content = state.classification(account, root.value("TypeTechnique"))
    return [*document("classification", content, "text/xml"), message_retour(ok=True)]


def _mail_securise(state: ParapheurState, account: Account, root: Node) -> list[Part]:
    state.envoyer_mail(
        account,
        root.value("dossier"),
        destinataire=root.value("rcptTo"),
        objet=root.value("subject"),
        message=root.value("message"),
        protege=bool(root.value("password")),
    )
    return [message_retour(ok=True, message=f"Dossier {root.value('dossier')} envoyé.")]


OPERATIONS: Mapping[str, _Operation] = {
    "echo": _echo,
    "GetListeTypes": _liste_types,
    "GetListeSousTypes": _liste_sous_types,
    "GetCircuit": _circuit,
    "GetListeMetaDonnees": _liste_metadonnees,
    "GetMetaDonneesRequisesPourTypeSoustype": _metadonnees_requises,
    "CreerDossier": _creer_dossier,
    "GetHistoDossier": _histo_dossier,
    "RechercherDossiers": _rechercher,
    "GetDossier": _get_dossier,
    "ExercerDroitRemordDossier": _droit_de_remord,
    "ForcerEtape": _forcer_etape,
    "ArchiverDossier": _archiver_dossier,
    "EffacerDossierRejete": _effacer_dossier_rejete,
    "EnvoyerDossierTdT": _envoyer_tdt,
    "GetStatutTdT": _statut_tdt,
    "GetClassificationActesTdt": _classification,
    "EnvoyerDossierMailSecurise": _mail_securise,
    "CreerDossierPES": _creer_dossier_pes,
    "EnvoyerDossierPES": _envoyer_tdt,
}
"""By name, without « Request »."""

NOT_IN_V5 = {
    "EnvoyerDossierTdT",
    "GetStatutTdT",
    "GetClassificationActesTdt",
    "EnvoyerDossierMailSecurise",
    "CreerDossierPES",
    "EnvoyerDossierPES",
}
"""What the bridge of a v5 declares and does not carry out."""

_ABSENT: Mapping[Generation, set[str]] = {
    Generation.V3: {"GetMetaDonneesRequisesPourTypeSoustype"},
    Generation.V4: set(),
    Generation.V5: NOT_IN_V5,
}
