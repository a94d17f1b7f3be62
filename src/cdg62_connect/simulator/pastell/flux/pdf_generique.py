"""``pdf-generique``: signature, GED, secure mail, GED again, SAE."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.classic import (
    DRAFT,
    GED_ERROR,
    SENT_LIMIT,
    SOUS_TYPES,
    creation,
    sae_states,
    send_ged,
    signature_check,
    signature_error,
    suppression,
)
from cdg62_connect.simulator.pastell.flux.model import Flux, Page, Props
from cdg62_connect.simulator.pastell.flux.model import Step as ChainStep
from cdg62_connect.simulator.pastell.flux.parts import (
    DATE_LIMITE,
    FAISCEAU,
    HIDDEN,
    JSON_METADATA,
    NO_ROLE,
    TYPE_IPARAPHEUR,
    WARNING,
    action,
    box,
    file_named,
    ged,
    internal,
    named,
    sae,
    sous_type,
    standard,
    state,
)

_GROUPE = "Types de dossier génériques"
_DRAFT = [*DRAFT, "importation"]


def _cheminement(name: str) -> Props:
    return box(name, "cheminement-change")


_PDF_PAGES: dict[str, Page] = {
    "Document": {
        "libelle": {"name": "Libellé", "requis": True, "title": True},
        "document": {"name": "Document PDF", "requis": True, "type": "file"},
        "annexe": file_named("Annexe(s) du document", multiple=True),
    },
    "Cheminement": {
        "envoi_signature": _cheminement("Envoi à la signature"),
        "envoi_ged_1": _cheminement("Transmission à la GED (1)"),
        "envoi_mailsec": _cheminement("Envoi par mail sécurisé"),
        "envoi_ged_2": _cheminement("Transmission à la GED (2)"),
        "envoi_sae": _cheminement("Transmission au SAE"),
    },
    "iparapheur": {
        **TYPE_IPARAPHEUR,
        **sous_type(index=True, read_only=True),
        **JSON_METADATA,
        **DATE_LIMITE,
    },
    "Signature": {
        "iparapheur_dossier_id": named("Identifiant du dossier sur le parapheur"),
        "iparapheur_historique": file_named("Historique iparapheur"),
        "parapheur_last_message": named("Dernier message reçu du parapheur"),
        "has_signature": HIDDEN,
        "bordereau": file_named("Bordereau de signature"),
        "document_original": file_named("Document original"),
        "multi_document_original": file_named("Multi-document(s) original", multiple=True),
        "iparapheur_annexe_sortie": file_named("Annexe(s) de sortie du parapheur", multiple=True),
    },
    "Retour GED": ged(),
    "Mail sécurisé": {
        "to": {"name": "Adresse email du destinataire", "requis": True},
        "mail_metadata": {
            "name": "Métadonnées mail sécurisé (JSON)",
            "type": "file",
            "commentaire": "Objet JSON repris dans le mail",
        },
        "is_recupere": {"name": "mail récupéré", "no-show": True, "type": "text"},
    },
    "SAE": {
        "sae_config": {
            "name": "Configuration du versement SAE",
            "commentaire": "Objet JSON lu par le profil d'archivage",
            "type": "file",
        },
    },
    "Retour SAE": {**FAISCEAU, **sae()},
}

_PDF_MAIL: dict[str, Props] = {
    "preparation-send-mailsec": state(
        "Préparation de l'envoi par mail sécurisé", action_automatique="send-mailsec"
    ),
    "send-mailsec": standard(
        "Envoyer le mail sécurisé",
        "Envoi d'un mail sécurisé",
        {"last-action": ["preparation-send-mailsec"]},
        "mailsec",
        "MailsecEnvoyer",
        action_automatique="mailsec-relance",
    ),
    "mailsec-relance": standard(
        "Relancer si nécessaire",
        "Relancé",
        {"last-action": ["send-mailsec", "renvoi"]},
        "pdf-relance",
        "MailsecRelance",
        {
            "prepare-renvoi": "prepare-renvoi",
            "non-recu": "preparation-non-recu",
            "send-mailsec": "send-mailsec",
        },
        action_automatique="mailsec-relance",
    ),
    "prepare-renvoi": state("Préparation de la relance du mail", action_automatique="renvoi"),
    "renvoi": {
        **action(
            "Envoyer à nouveau",
            "Renvoyé",
            {
                "last-action": ["mailsec-relance", "send-mailsec", "renvoi"],
                "role_id_e": "editeur",
                "document_is_valide": True,
            },
        ),
        "action-class": "PDFGeneriqueRenvoyer",
        "connecteur-type": "mailsec",
        "action-automatique": "mailsec-relance",
    },
    "reception": state("Reçu", action_automatique="orientation"),
    "erreur": state("Erreur"),
    "preparation-non-recu": state("Préparation au passage comme non reçu", action_automatique="non-recu"),
    "non-recu": standard(
        "Définir comme non reçu",
        "Non reçu",
        {"last-action": ["preparation-non-recu", "renvoi", "send-mailsec"]},
        "mailsec",
        "MailsecNotReceived",
        action_automatique="orientation",
        warning=WARNING,
    ),
}


def _pdf_ged(number: int, **props: object) -> dict[str, Props]:
    return {
        f"preparation-send-ged-{number}": state(
            "Préparation de l'envoi à la GED", action_automatique=f"send-ged-{number}"
        ),
        f"send-ged-{number}": send_ged(
            {"last-action": [f"preparation-send-ged-{number}", f"error-ged-{number}"]},
            f"error-ged-{number}",
            action_automatique="orientation",
            **props,
        ),
        f"error-ged-{number}": GED_ERROR,
    }


def pdf_generique(version: tuple[int, ...]) -> Flux:
    """A PDF along five steps, each of them optional."""
    del version
    flux = "pdf-generique"
    gone = ["send-ged-1", "renvoi", "reception", "non-recu", "send-ged-2"]
    return Flux(
        id=flux,
        nom="Document PDF (Générique)",
        groupe=_GROUPE,
        pages=_PDF_PAGES,
        conditions={
            "iparapheur": {"envoi_signature": True},
            "Signature": {"has_signature": True},
            "Retour GED": {"has_ged_document_id": True},
            "Mail sécurisé": {"envoi_mailsec": True},
            "SAE": {"envoi_sae": True},
            "Retour SAE": {"sae_show": True},
        },
        steps=(
            ChainStep("envoi_signature", "preparation-send-iparapheur", ("recu-iparapheur",)),
            ChainStep("envoi_ged_1", "preparation-send-ged-1", ("send-ged-1",)),
            ChainStep("envoi_mailsec", "preparation-send-mailsec", ("reception", "non-recu", "renvoi")),
            ChainStep("envoi_ged_2", "preparation-send-ged-2", ("send-ged-2",)),
            ChainStep("envoi_sae", "preparation-send-sae", ("accepter-sae",)),
        ),
        mappings={"objet": "libelle", "autre_document_attache": "annexe"},
        actions={
            "creation": creation(flux, with_right=False),
            "modification": action(
                "Modifier",
                "En cours de rédaction",
                {"last-action": [*_DRAFT, "send-signature-error", "recu-iparapheur", "termine"]},
            ),
            "supression": suppression(
                {
                    "last-action": [
                        *_DRAFT,
                        *("send-signature-error", "recu-iparapheur", "rejet-iparapheur"),
                        *("erreur-verif-iparapheur", "send-ged-1", "send-ged-2", "send-mailsec"),
                        *("fatal-error", "error-ged-1", "error-ged-2", "termine"),
                    ]
                }
            ),
            "importation": state("Importation du document"),
            "pre-orientation": {
                "name-action": "Envoyer le document",
                "rule": {**NO_ROLE, "document_is_valide": True},
                "action-automatique": "orientation",
            },
            "orientation": {
                "name-action": "Envoyer le document",
                "rule": {
                    "last-action": [*_DRAFT, "pre-orientation", "recu-iparapheur", *gone],
                    "document_is_valide": True,
                },
                "action-class": "PDFGeneriqueOrientation",
            },
            "preparation-send-iparapheur": state(
                "Préparation de l'envoi au parapheur", action_automatique="send-iparapheur"
            ),
            "send-iparapheur": standard(
                "Transmettre au parapheur",
                "Transmis au parapheur",
                {"last-action": ["preparation-send-iparapheur", "send-signature-error"]},
                "signature",
                "SignatureEnvoie",
                {"objet": "libelle", **SENT_LIMIT, "autre_document_attache": "annexe"},
                action_automatique="verif-iparapheur",
            ),
            "send-signature-error": signature_error("iparapheur_sous_type", "json_metadata", *DATE_LIMITE),
            "verif-iparapheur": signature_check({"autre_document_attache": "annexe"}),
            "erreur-verif-iparapheur": state("Erreur lors de la vérification du statut de signature"),
            "recu-iparapheur": state(
                "Signature récupérée",
                editable_content=["envoi_ged_1", "envoi_ged_2"],
                action_automatique="orientation",
            ),
            "rejet-iparapheur": state("Signature refusée"),
            **_pdf_ged(1, editable_content=["envoi_sae"]),
            **_PDF_MAIL,
            **_pdf_ged(2),
            "preparation-send-sae": state("Préparation de l'envoi au SAE", action_automatique="send-archive"),
            "send-archive": {
                **action(
                    "Verser au SAE",
                    "Versé au SAE",
                    {
                        "content": {"envoi_sae": True},
                        "or_1": {
                            "and_1": {"last-action": ["preparation-send-sae"]},
                            "and_2": {"last-action": ["termine"], "no-action": ["send-archive"]},
                        },
                    },
                ),
                "connecteur-type": "SAE",
                "action-class": "PDFGeneriqueEnvoiSAE",
                "action-automatique": "verif-sae",
            },
            **sae_states(flux, verif="Récuperation de l'AR sur le SAE"),
            "accepter-sae": state("Transfert accepté par le SAE", action_automatique="orientation"),
            "rejet-sae": state("Transfert rejeté par le SAE"),
            "iparapheur-sous-type": SOUS_TYPES,
            "cheminement-change": internal("PDFGeneriqueCheminementChange"),
            "termine": state(
                "Traitement terminé", editable_content=["envoi_sae"], modification_no_change_etat=True
            ),
        },
    )
