"""The words of S2LOW about secure mail. The statuses are unverified: nobody wrote down what the module says."""

from __future__ import annotations

NO_RECIPIENT = "Le destinataire est obligatoire"
BAD_RECIPIENT = "L'adresse email est incorrecte ! mailto={adresse}"
NO_SUBJECT = "L'objet du mail est obligatoire"
NO_MESSAGE = "Le corps du message ne peut pas être vide"
LONG_MESSAGE = "Le corps du message ne peut dépasser les 2000 caractères : {longueur}"
BAD_COPY = "mailCC: Adresse email incorrecte !"
BAD_BLIND_COPY = "mailBCC: Adresse email incorrecte !"
TOO_BIG = "Les pièces jointes sont trop volumineuses ({limite} Mo maximum)"
NOT_SENT = "Échec lors de l'envoi."
UNKNOWN = "cette transaction n'existe pas"
DELETED = "Transaction {id} supprimé"

SENT, PARTLY_READ, READ = "Envoyé", "Lu partiellement", "Lu"
