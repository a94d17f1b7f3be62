"""``mailsec``: a secure mail and nothing else."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.classic import (
    DRAFT,
    creation,
    edition,
    suppression,
)
from cdg62_connect.simulator.pastell.flux.model import Flux, Props
from cdg62_connect.simulator.pastell.flux.parts import (
    HIDDEN,
    action,
    file_named,
    named,
    standard,
    state,
)

_GROUPE = "Types de dossier génériques"


def _mailsec_field(name: str, *, required: bool = False) -> Props:
    return {
        "name": name,
        **({"requis": True} if required else {}),
        "type": "mail-list",
        "commentaire": "Plusieurs adresses, groupes ou rôles, séparés par des virgules",
        "autocomplete": "MailSec/getContactAjax",
    }


def mailsec(version: tuple[int, ...]) -> Flux:
    """A secure mail, nothing else."""
    flux = "mailsec"
    read = ["reception", "non-recu"] if version >= (3, 1, 1) else []
    return Flux(
        id=flux,
        nom="Mail sécurisé",
        groupe=_GROUPE,
        pages={
            "Message": {
                "to": _mailsec_field("Destinataire(s)", required=True),
                "cc": _mailsec_field("Copie à"),
                "bcc": _mailsec_field("Copie cachée à"),
                "password": {"name": "Mot de passe", "type": "password", "may_be_null": True},
                "password2": {
                    "name": "Mot de passe (confirmation)",
                    "type": "password",
                    "may_be_null": True,
                    "is_equal": "password",
                    "is_equal_error": "Les mots de passe ne correspondent pas",
                },
                "objet": {"name": "Objet", "requis": True, "title": True},
                "message": named("Message", type="textarea"),
                "document_attache": file_named("Document(s) joint(s)", multiple=True),
                "key": HIDDEN,
            }
        },
        actions={
            "creation": creation(flux),
            "modification": action(
                "Modifier", "En cours de rédaction", {"last-action": DRAFT, **edition(flux)}
            ),
            "supression": suppression({"last-action": [*DRAFT, "fatal-error", *read], **edition(flux)}),
            "envoi": standard(
                "Envoyer",
                "Envoyé",
                {
                    "last-action": DRAFT,
                    "role_id_e": "editeur",
                    **edition(flux),
                    "document_is_valide": True,
                },
                "mailsec",
                "MailsecEnvoyer",
            ),
            "renvoi": standard(
                "Envoyer à nouveau",
                "Renvoyé",
                {"last-action": ["envoi", "renvoi", "reception-partielle"], "role_id_e": "editeur"},
                "mailsec",
                "MailsecRenvoyer",
            ),
            "reception-partielle": state("Reçu partiellement"),
            "reception": state("Reçu"),
            **(
                {
                    "non-recu": standard(
                        "Définir comme non reçu",
                        "Non reçu",
                        {"last-action": ["envoi", "renvoi", "reception-partielle"]},
                        "mailsec",
                        "MailsecNotReceived",
                    )
                }
                if read
                else {}
            ),
        },
    )
