"""The forms and actions of the connector types, as ``familleConnecteur/{famille}/{id}`` shows them.

Names, types and labels are those of Pastell; its long explanations are not reproduced.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdg62_connect.simulator.pastell.peers.ports import Properties

Form = Mapping[str, Mapping[str, Properties]]
Actions = Mapping[str, Properties]

_INTERNAL: Properties = {"internal-action": True}

FAKE_IPARAPHEUR: Form = {
    "page0": {
        "iparapheur_type": {
            "name": "Type Parapheur",
            "type": "select",
            "value": {"Actes": "Actes", "PES": "PES", "Document": "Document", "Custom": "Custom"},
        },
        "iparapheur_sous_type": {"name": "Liste des sous types du type Custom"},
        "iparapheur_envoi_status": {
            "name": "Réponse lors de l'envoi au parapheur",
            "type": "select",
            "value": {"ok": "Accepter le document", "error": "Déclencher une erreur"},
        },
        "iparapheur_retour": {
            "name": "Retour du iparapheur",
            "type": "select",
            "value": {
                "Archive": "OK",
                "Rejet": "Rejet",
                "Erreur": "Erreur",
                "Fatal": "Déclencher une erreur fatale PHP",
            },
        },
        "iparapheur_temps_reponse": {
            "name": "Temps de réponse (en seconde) pour la fonction de récupération"
        },
    }
}

FAKE_TDT: Form = {
    "page0": {
        "classification_file": {"name": "Fichier de classification", "type": "file"},
        "nomemclature_file": {
            "name": "Fichier de nomenclature CDG",
            "type": "externalData",
            "link_name": "Sélectionner un fichier de nomemclature CDG",
            "choice-action": "nomemclature-liste",
        },
        "tdt_check_status": {
            "name": "Réponse lors de la vérification du statut (actes) sur le tdt",
            "type": "select",
            "value": {"1": "Posté", "3": "Transmis", "4": "Acquittement reçu", "6": "Refusé"},
        },
    }
}
FAKE_TDT_ACTIONS: Actions = {
    "nomemclature-liste": {
        "name": "Liste des fichiers de nomemclature",
        "action-class": "FakeNomemclatureListe",
        "rule": _INTERNAL,
    }
}

IPARAPHEUR: Form = {
    "page0": {
        "iparapheur_wsdl": {"name": "URL du WSDL"},
        "iparapheur_login": {"name": "Login HTTP"},
        "iparapheur_password": {"name": "Mot de passe HTTP", "type": "password"},
        "iparapheur_type": {
            "name": "Type iparapheur",
            "type": "externalData",
            "choice-action": "iparapheur-type",
            "link_name": "Sélectionner un type",
        },
        "iparapheur_nb_jour_max": {
            "name": "Nombre de jours maximum dans le parapheur",
            "commentaire": "",
            "default": 30,
        },
        "iparapheur_visibilite": {
            "name": "Visibilité pour le iparapheur",
            "type": "select",
            "value": {"CONFIDENTIEL": "CONFIDENTIEL", "SERVICE": "GROUPE", "PUBLIC": "PUBLIC"},
        },
        "visuel_pdf_default": {"name": "Visuel PDF par défaut", "type": "file", "commentaire": ""},
        "XPathPourSignatureXML": {
            "name": "Position des signatures PES",
            "commentaire": "",
            "type": "select",
            "value": {
                "1": "Bordereau si possible ou PES_Aller sinon (defaut)",
                "2": "Bordereau",
                "3": "PES_Aller",
            },
        },
        "iparapheur_metadata": {"name": "Métadonnées à envoyer au iparapheur", "commentaire": ""},
        "iparapheur_multi_doc": {
            "name": "Appliquer le multi-document",
            "type": "checkbox",
            "commentaire": "",
        },
    }
}
IPARAPHEUR_ACTIONS: Actions = {
    "test-iparapheur": {"name": "Tester la connexion", "action-class": "IParapheurTest"},
    "test-iparapheur-send": {"name": "Créer un document test", "action-class": "IParapheurTestSend"},
    "display-sous-type": {"name": "Voir les sous-types", "action-class": "DisplaySousType"},
    "iparapheur-type": {
        "name": "Liste des types iparapheur",
        "rule": _INTERNAL,
        "action-class": "IparapheurType",
    },
    "iparapheur-empty-cache": {"name": "Vider le cache WSDL", "action-class": "IParapheurEmptyWSDLCache"},
}

S2LOW: Form = {
    "page0": {
        "url": {"name": "URL du service"},
        "user_certificat": {
            "name": "Certificat utilisateur (format P12)",
            "type": "file",
            "content-type": "application/octet-stream",
            "onchange": "update-certificate",
        },
        "user_certificat_password": {
            "name": "Mot de passe du certificat utilisateur",
            "type": "password",
            "onchange": "update-certificate",
        },
        "user_certificat_pem": {"type": "file", "no-show": True},
        "user_key_pem": {"type": "file", "no-show": True},
        "user_login": {"name": "Login de l'utilisateur"},
        "user_password": {"type": "password", "name": "Mot de passe de l'utilisateur"},
        "classification_file": {"name": "Fichier de classification", "type": "file", "read-only": True},
        "classification_date": {"name": "Date de la classification", "type": "date", "read-only": True},
        "nomemclature_file": {
            "name": "Fichier de nomenclature CDG",
            "type": "externalData",
            "link_name": "Sélectionner un fichier de nomemclature CDG",
            "choice-action": "nomemclature-liste",
        },
        "envoi_en_attente": {
            "name": "Confirmer la transaction sur S²low",
            "commentaire": "",
            "type": "checkbox",
        },
        "authentication_for_teletransmisson": {
            "name": "Utiliser l'authentification par certificat sur S2low pour la télétransmission",
            "commentaire": "",
            "type": "checkbox",
        },
    }
}
S2LOW_ACTIONS: Actions = {
    "test-tedetis": {"name": "Tester la connectivité", "action-class": "TestConnexion"},
    "test-rgs-connexion": {"name": "Tester la redirection sur S²Low", "action-class": "TestConnexionSurSlow"},
    "demande-classification": {
        "name": "Envoyer une demande de classification à la préfecture",
        "action-class": "EnvoieDemandeClassification",
    },
    "recup-classification": {"name": "Récupérer la classification", "action-class": "RecupClassification"},
    "update-certificate": {
        "name": "Mettre à jour les certificats",
        "rule": _INTERNAL,
        "action-class": "StandardAction",
        "connecteur-type": "utilities",
        "connecteur-type-action": "UpdateCertificate",
        "connecteur-type-mapping": {
            "certificat_connexion": "user_certificat",
            "certificat_password": "user_certificat_password",
            "certificat_connexion_cert_pem": "user_certificat_pem",
            "certificat_connexion_key_pem": "user_key_pem",
        },
    },
    "nomemclature-liste": {
        "name": "Liste des fichiers de nomemclature",
        "action-class": "NomemclatureListe",
        "rule": _INTERNAL,
    },
    "recup-pes-retour": {"name": "Récupérer les PES retour", "action-class": "RecupPESRetour"},
    "recup-reponse-prefecture": {
        "name": "Récupérer les réponses de la préfecture",
        "action-class": "RecupReponsePrefecture",
    },
}

TRANSFORMATION: Form = {
    "page0": {
        "definition": {
            "name": "Définition de l'extraction",
            "read-only": True,
            "type": "file",
            "visionneuse": "TransformationGeneriqueVisionneuse",
        },
        "fill-data": {
            "name": "Définition de l'extraction",
            "edit-only": True,
            "type": "externalData",
            "link_name": "Décrire les transformations",
            "choice-action": "fill-data",
        },
        "data": {"name": "Fichier de configuration", "type": "file"},
    }
}
TRANSFORMATION_ACTIONS: Actions = {
    "test_extraction": {
        "name": "Tester la transformation",
        "action-class": "TransformationGeneriqueTestExtraction",
    },
    "fill-data": {
        "name": "Configurer les transformations",
        "rule": _INTERNAL,
        "action-class": "TransformationGeneriqueFillData",
    },
}

MAILSEC: Form = {
    "Mail sécurisé": {
        "mailsec_from": {"name": "Email de l'emetteur", "default": "pastell@specimen.invalid"},
        "mailsec_from_description": {"name": "Nom de l'emetteur", "default": "PASTELL"},
        "mailsec_subject": {
            "name": "Sujet du mail sécurisé",
            "default": "[Pastell] Vous avez reçu un mail sécurisé",
        },
        "content_html": {"name": "Mail HTML", "type": "file"},
        "embeded_image": {"name": "Images jointes", "type": "file", "multiple": True},
        "mailsec_content": {"name": "Contenu du mail texte", "type": "textarea"},
    }
}
MAILSEC_ACTIONS: Actions = {"test": {"name": "Tester l'envoi", "action-class": "MailsecTest"}}

DEPOT_LOCAL: Form = {"page0": {"depot_local_directory": {"name": "Répertoire de sortie"}}}

FAKE_SAE: Form = {
    "page0": {
        "result_send": {
            "name": "Résultat de l'envoi",
            "type": "select",
            "value": {"1": "ok", "2": "simuler un échec", "3": "afficher le bordereau"},
        },
        "sae_identifiant_versant": {"name": "Identifiant service versant"},
        "sae_identifiant_archive": {"name": "Identifiant archive"},
        "sae_numero_agrement": {"name": "Numéro d'aggrément"},
        "sae_originating_agency": {"name": "OriginatingAgency"},
        "last_bordereau": {"name": "Dernier bordereau envoyé", "type": "file", "read-only": True},
        "last_file": {"name": "Dernier fichier zip envoyé", "type": "file", "read-only": True},
    }
}
