"""Steps of the studio that send the document elsewhere: secure mail, GED, SAE."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Page, Props
from cdg62_connect.simulator.pastell.flux.parts import (
    FAISCEAU,
    HIDDEN_OUTPUT,
    NO_ROLE,
    WARNING,
    file_named,
    ged,
    sae,
    standard,
    state,
)
from cdg62_connect.simulator.pastell.flux.studio import ORIENTATION, StepKind


def _addresses(name: str) -> Props:
    return {
        "name": name,
        "commentaire": 'Plusieurs adresses, groupes ou rôles, séparés par des virgules : "Nom" <a@b.fr>, …',
        "type": "mail-list",
        "autocomplete": "MailSec/getContactAjax",
    }


def _counter(name: str) -> Props:
    return {"name": name, "default": "0", "no-show": True, "read-only": True}


def _computed(name: str, does: str, field: str) -> Props:
    return {
        "name": name,
        "rule": NO_ROLE,
        "action-class": "StandardAction",
        "connecteur-type": "mailsec",
        "connecteur-type-action": does,
        "connecteur-type-mapping": {field: field},
    }


_MAIL: Page = {
    "to": _addresses("Destinataire(s)"),
    "cc": _addresses("Copie à"),
    "bcc": _addresses("Copie cachée à"),
    "password": {"name": "Mot de passe", "type": "password", "may_be_null": True},
    "password2": {
        "name": "Mot de passe (confirmation)",
        "type": "password",
        "may_be_null": True,
        "is_equal": "password",
        "is_equal_error": "Les mots de passe ne correspondent pas",
    },
    "key": HIDDEN_OUTPUT,
    "sent_mail_number": _counter("Destinataires"),
    "sent_mail_read": _counter("Mails lus"),
    "sent_mail_answered": _counter("Mails répondus"),
}


def mailsec(version: tuple[int, ...]) -> StepKind:
    """A secure mail, sent again until it is read or given up."""
    notified: Page = (
        {"accuse_notification": file_named("Accusé de notification", read_only=True)}
        if version >= (4, 1)
        else {}
    )
    return StepKind(
        type="mailsec",
        pages={"Mail sécurisé": {**_MAIL, **notified}},
        conditions={"Mail sécurisé": {"envoi_mailsec": True}},
        actions={
            "preparation-send-mailsec": state(
                "Préparation de l'envoi par mail sécurisé", action_automatique="send-mailsec"
            ),
            "send-mailsec": standard(
                "Envoyer le mail sécurisé",
                "Envoi d'un mail sécurisé",
                {"last-action": ["preparation-send-mailsec", "send-mailsec-error"]},
                "mailsec",
                "MailsecEnvoyer",
                {name: name for name in ("to", "cc", "bcc", "sent_mail_number", "send-mailsec-error")},
                action_automatique="mailsec-relance",
            ),
            "send-mailsec-error": {
                "name": "Erreur d'envoi d'un mail sécurisé",
                "editable-content": ["to", "cc", "bcc"],
                "rule": NO_ROLE,
                "modification-no-change-etat": True,
            },
            "mailsec-relance": standard(
                "Relancer si nécessaire",
                "Relancé",
                {"last-action": ["send-mailsec", "renvoi", "reception-partielle"]},
                "pdf-relance",
                "MailsecRelance",
                {
                    "reception-partielle": "reception-partielle",
                    "prepare-renvoi": "prepare-renvoi",
                    "non-recu": "preparation-non-recu",
                    "send-mailsec": "send-mailsec",
                },
                action_automatique="mailsec-relance",
            ),
            "prepare-renvoi": state("Préparation de la relance du mail", action_automatique="renvoi"),
            "renvoi": standard(
                "Envoyer à nouveau",
                "Renvoyé",
                {
                    "last-action": ["mailsec-relance", "send-mailsec", "renvoi", "reception-partielle"],
                    "role_id_e": "editeur",
                    "document_is_valide": True,
                },
                "mailsec",
                "MailsecRenvoyer",
                action_automatique="mailsec-relance",
            ),
            "reception": state("Reçu", action_automatique=ORIENTATION),
            "reception-partielle": state("Reçu partiellement", action_automatique="mailsec-relance"),
            "preparation-non-recu": state(
                "Préparation au passage comme non reçu", action_automatique="non-recu"
            ),
            "non-recu": standard(
                "Définir comme non reçu",
                "Non reçu",
                {"last-action": ["preparation-non-recu", "renvoi", "send-mailsec", "reception-partielle"]},
                "mailsec",
                "MailsecNotReceived",
                action_automatique=ORIENTATION,
                warning=WARNING,
            ),
            "reponse": {"name": "Une réponse a été enregistrée", "rule": {"no-action": ["creation"]}},
            "compute_read_mail": _computed(
                "Calcul des mails lus", "MailsecComputeReadMail", "sent_mail_read"
            ),
            "compute_answered_mail": _computed(
                "Calcul des mails répondus", "MailsecComputeAnsweredMail", "sent_mail_answered"
            ),
        },
        roles={"send-mailsec": ("objet",)} if version >= (4, 1) else {},
        deletable=("send-mailsec-error",),
        correctable=("send-mailsec-error",),
    )


def depot(version: tuple[int, ...]) -> StepKind:
    """A copy in a GED, a folder, an FTP server."""
    del version
    return StepKind(
        type="depot",
        pages={"Retour GED": ged(HIDDEN_OUTPUT)},
        conditions={"Retour GED": {"has_ged_document_id": True}},
        actions={
            "preparation-send-ged": state("Préparation de l'envoi à la GED", action_automatique="send-ged"),
            "send-ged": standard(
                "Verser à la GED",
                "Versé à la GED",
                {"last-action": ["preparation-send-ged", "error-ged"]},
                "GED",
                "GEDEnvoyer",
                {"fatal-error": "error-ged"},
                action_automatique=ORIENTATION,
            ),
            "error-ged": state("Erreur irrécupérable lors du dépôt"),
        },
        deletable=("error-ged",),
    )


def archive(version: tuple[int, ...]) -> StepKind:
    """An archive in a SAE."""
    sent = ("sae_transfert_id", "sae_bordereau", "sae_archive", "erreur-envoie-sae")
    generated = ("generate-sip-error", "sae_show", "sae_bordereau", "sae_archive", *list(FAISCEAU)[1:])
    acknowledged = (
        *("sae_transfert_id", "ar_sae", "ar-recu-sae", "verif-sae-erreur", "sae_ack_comment"),
        *("sae_bordereau", "ack-not-provided"),
    )
    answered = (
        *("sae_transfert_id", "reply_sae", "erreur-envoie-sae", "validation-sae-erreur", "accepter-sae"),
        *("rejet-sae", "sae_atr_comment", "sae_archival_identifier", "sae_bordereau"),
    )
    late = version >= (4, 1, 15)
    return StepKind(
        type="sae",
        pages={"Retour SAE": {**FAISCEAU, **sae()}},
        conditions={"Retour SAE": {"sae_show": True}},
        actions={
            "preparation-send-sae": state("Préparation de l'envoi au SAE", action_automatique="generate-sip"),
            "generate-sip": standard(
                "Générer le paquet d'archive (SIP)",
                "Paquet d'archive (SIP) généré",
                {
                    "last-action": [
                        *("preparation-send-sae", "generate-sip-error", "rejet-sae", "erreur-envoie-sae"),
                    ]
                },
                "SAE",
                "Pastell\\Step\\SAE\\Action\\SAEGenerateArchiveAction",
                {name: name for name in generated},
                action_automatique="send-archive",
            ),
            "generate-sip-error": state("Erreur lors de la génération de l'archive"),
            "send-archive": standard(
                "Verser au SAE",
                "Versé au SAE",
                {"last-action": ["generate-sip", "rejet-sae", "erreur-envoie-sae"]},
                "SAE",
                "Pastell\\Step\\SAE\\Action\\SAESendArchiveAction",
                {name: name for name in sent},
                action_automatique="verif-sae",
            ),
            "erreur-envoie-sae": state("Erreur lors de l'envoi au SAE"),
            "verif-sae": standard(
                "Récupérer l'AR du document sur le SAE",
                "Récuperation de l'AR sur le SAE",
                {"last-action": ["send-archive", "verif-sae-erreur"]},
                "SAE",
                "SAEVerifier",
                {name: name for name in acknowledged},
            ),
            "verif-sae-erreur": state("Erreur lors de la récupération de l'AR"),
            "ar-recu-sae": state("AR SAE reçu", action_automatique="validation-sae"),
            "ack-not-provided": state(
                "En attente de la validation par le SAE", action_automatique="validation-sae"
            ),
            "validation-sae": standard(
                "Vérifier l'acceptation par le SAE",
                "Vérification de l'acceptation par le SAE",
                {"last-action": ["ar-recu-sae", "ack-not-provided", "validation-sae-erreur"]},
                "SAE",
                "SAEValider",
                {name: name for name in answered},
            ),
            "validation-sae-erreur": state("Erreur lors de la vérification de la validité du transfert"),
            "accepter-sae": state("Transfert accepté par le SAE", action_automatique=ORIENTATION),
            "rejet-sae": state("Transfert rejeté par le SAE"),
        },
        deletable=("rejet-sae", "erreur-envoie-sae") if late else ("rejet-sae",),
    )
