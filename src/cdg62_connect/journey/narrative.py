"""Each event of the journal as one French line, for whoever reads a dossier's story."""

from __future__ import annotations

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.prefecture import label_of

_STEPS = {
    "ouvrir_circuit": "envoi au parapheur",
    "lancer_circuit": "départ dans le circuit",
    "transmettre": "transmission à S2LOW",
    "repondre": "réponse à la préfecture",
    "demander_classification": "demande de la classification",
    "transmettre_pes": "transmission du PES à S2LOW",
    "liberer_circuit": "suppression au parapheur",
    "creer_pastell": "ouverture d'un document dans Pastell",
    "remplir_pastell": "remplissage du document de Pastell",
    "agir_pastell": "action demandée à Pastell",
}
_HOW = {
    "created": "",
    "found": " (retrouvé après une réponse perdue)",
    "adopted": " (adopté sur décision d'une personne)",
}


def told(fact: ev.Fact) -> str:
    """What happened, in words an agent knows."""
    match fact:
        case ev.Received():
            return "dépôt reçu"
        case ev.Accepted(code_document=code, numero_dossier=numero):
            return f"dépôt accepté : {code}, dossier {numero}"
        case ev.Quarantined(erreurs=errors):
            return f"dépôt à corriger : {len(errors)} erreur(s)"
        case ev.Filed(where=where):
            return f"lot rangé dans {where}/"
        case ev.AcknowledgementWritten():
            return "accusé de réception écrit pour le déposant"
        case ev.IntentRecorded(step=step, key=key):
            return f"{_STEPS.get(step, step)} annoncé(e) sous la clé {key}"
        case ev.IntentCleared(step=step, why=why):
            return f"{_STEPS.get(step, step)} : n'a pas eu lieu ({why})"
        case ev.CircuitDrafted(dossier_id=dossier_id, how=how):
            return f"préparé au parapheur, dossier {dossier_id}{_HOW[how]}"
        case ev.CircuitOpened(dossier_id=dossier_id, how=how):
            return f"au parapheur, dossier {dossier_id}{_HOW[how]}"
        case ev.Signed(signatures=signatures):
            return "signé par " + ", ".join(one.signer for one in signatures)
        case ev.RejectedInCircuit(by=by, etape=etape, reason=reason):
            return f"refusé au parapheur par {by} ({etape}) : {reason}"
        case ev.NumberReserved(numero=numero):
            return f"numéro d'acte réservé : {numero}"
        case ev.Transmitted(transaction=transaction, numero=numero, how=how):
            return f"transmis à S2LOW : acte {numero}, transaction {transaction}{_HOW[how]}"
        case ev.PesTransmitted(transaction=transaction, nom_fic=nom_fic, how=how):
            return f"PES {nom_fic} transmis à S2LOW, transaction {transaction}{_HOW[how]}"
        case ev.PesAcquitted(message=message):
            return f"acquit d'Hélios : {message}"
        case ev.PesRefused(reason=reason):
            return f"PES refusé par S2LOW : {reason}"
        case ev.WaitingForPerson(statut=statut, who=who, lien=lien):
            return f"statut {statut} sur S2LOW, attend {who}" + (f" ({lien})" if lien else "")
        case ev.PersonActed():
            return "l'attente sur S2LOW est levée"
        case ev.AcknowledgedByPrefecture(acte_id=acte_id, received_on=day):
            return f"AR de la préfecture du {day:%d/%m/%Y} : {acte_id}"
        case ev.RefusedByLegality(reason=reason):
            return f"anomalie @ctes : {reason}"
        case ev.ActeCancelled():
            return "transmission annulée sur S2LOW"
        case ev.PrefectureMessage() | ev.PrefectureAnswered() | ev.PrefectureSilent() | ev.AnswerDelivered():
            return _told_of_exchange(fact)
        case ev.ClassificationOutdated(numero=numero, reason=reason):
            return f"anomalie @ctes sur {numero} pour la classification seule, l'acte repart : {reason}"
        case ev.ClassificationRequested(how="found"):
            return "la classification était déjà demandée"
        case ev.ClassificationRequested():
            return "nouvelle classification demandée"
        case ev.ClassificationRenewed(version_du=version):
            return f"classification du {version:%d/%m/%Y} reçue"
        case ev.CircuitReleased(how="gone"):
            return "le parapheur n'a plus ce dossier"
        case ev.CircuitReleased(how="left"):
            return "laissé au parapheur, qui refuse de le supprimer"
        case ev.CircuitReleased():
            return "dossier supprimé du parapheur, ses pièces étant gardées ici"
        case ev.PastellDocumentOpened(id_d=id_d, flux=flux, how=how):
            return f"document {id_d} ouvert dans Pastell ({flux}){_HOW[how]}"
        case ev.PastellFormFilled():
            return "formulaire de Pastell complet"
        case ev.PastellActed(action=action, etat=etat, how="refused", said=said):
            return f"Pastell n'a pas pu faire « {action} » (état {etat}) : {said}"
        case ev.PastellActed(action=action, said=said):
            return f"Pastell a fait « {action} »" + (f" : {said}" if said else "")
        case ev.PastellSeen(etat=etat, todo="", said=said):
            return f"état dans Pastell : {etat}" + (f" ({said})" if said else "")
        case ev.PastellSeen(etat=etat, todo=todo, why=why):
            return f"état dans Pastell : {etat} ; « {todo} » sera demandé ({why})"
        case ev.Blocked(code=code, reason=reason):
            return f"bloqué ({code}) : {reason}"
        case ev.Resolved(by=by, motif=motif, decision=decision):
            return f"débloqué par {by} ({decision}) : {motif}"
        case ev.Abandoned(by=by, motif=motif):
            return f"abandonné par {by} : {motif}"
        case ev.Returned(sequence=sequence, etat=etat):
            return f"rendu au déposant : {sequence:03}-{etat}"
        case ev.Closed():
            return "dossier clos"


def _told_of_exchange(
    fact: ev.PrefectureMessage | ev.PrefectureAnswered | ev.PrefectureSilent | ev.AnswerDelivered,
) -> str:
    match fact:
        case ev.PrefectureMessage(message=message, sorte=sorte, deadline=deadline):
            until = f", réponse attendue au plus tard le {deadline:%d/%m/%Y}" if deadline else ""
            return f"la préfecture a écrit : {label_of(sorte).lower()} (message {message}){until}"
        case ev.PrefectureAnswered(message=message, lot=lot):
            by = f"par le dépôt {lot}" if lot else "depuis le site de S2LOW"
            return f"le message {message} de la préfecture a sa réponse, {by}"
        case ev.PrefectureSilent(message=message):
            return f"le message {message} de la préfecture est resté sans réponse, son délai est passé"
        case ev.AnswerDelivered():
            return "réponse partie vers la préfecture, qui n'en accuse pas réception"
