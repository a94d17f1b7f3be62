"""The words of S2LOW about PES. Those marked *unverified* stand where it is known to refuse, in unknown words."""

from __future__ import annotations

from collections.abc import Mapping

STATUS_LABELS = {
    -1: "Erreur",
    0: "Annulé",
    1: "Posté",
    2: "En attente de transmission. Fichier valide.",
    3: "Transmis",
    4: "Acquittement reçu",
    5: "Validé",
    6: "Refusé",
    7: "En traitement",
    8: "Information disponible",
    9: "Envoyé au SAE",
    10: "Accepté par le SAE",
    11: "Refusé par le SAE",
    13: "En attente d'être signée",
    14: "En attente d'être postée",
    19: "En attente de transmission au SAE",
    20: "Erreur lors de l'envoi au SAE",
    21: "À détruire",
    22: "Détruite",
    24: "Transmis sans acquittement",
}

IMPORTED = "Téléchargement du fichier réussi."
NOT_RGS = "Votre certificat n'est pas RGS et ne vous permet donc pas de télétransmettre"
NO_ENVELOPE = "Aucune enveloppe trouvée : la taille de l'enveloppe dépasse probablement la taille maximum"
UPLOAD_FAILED = "Erreur lors du téléchargement du fichier : code {code}"
TOO_BIG = "Taille de fichier supérieure à la limite autorisée ({limite} Mo maximum)."
EMPTY = "Le fichier présenté est vide (0 octet)"
DUPLICATE = "doublon détecté. Ce fichier a déjà été posté."
NOT_STORED = "Échec lors du téléchargement du fichier"

NO_NUMBER = "Pas de numéro de transaction."
UNKNOWN = "Numéro de transaction invalide"
STATUS_FAILED = "Erreur consultation statut"

# What the status of a transaction says.
MESSAGES: Mapping[int, str] = {
    1: "Fichier bien reçu par la plate-forme S2low",
    2: "Transaction {id} dans la file d'attente",
    3: "Transaction {id} transmise au serveur.",
    4: "Transaction {id} acceptee",
    6: "Transaction {id} refusée",
    7: "Transaction {id} en cours de traitement",  # unverified
    8: "Transaction {id} : information disponible",
    13: "Fichier en attente d'être signé",  # unverified
    14: "Fichier en attente d'être posté",  # unverified
}
CANCELLED = "Transaction {id} annulée"  # unverified
POSTED_BY_HAND = "La transaction a été postée par l'agent télétransmetteur {agent}"

# The reasons of a status -1, after « Transaction <id> : ».
PREFIX = "Transaction {id} : "
VIRUS = PREFIX + "un virus a été détecté"  # unverified
BAD_ENCODING = PREFIX + "l'encodage du fichier n'est pas ISO-8859-1"  # unverified
NOT_XML = PREFIX + "ce fichier n'est pas en XML"
NOTHING_IN_IT = PREFIX + "ce fichier ne contient ni bordereau, ni PJ, ni marché"  # unverified
NO_NOM_FIC = PREFIX + "La balise Enveloppe/Parametre/NomFic n'est pas présente ou est vide"
LONG_COD_COL = PREFIX + "la balise EnTetePES/CodCol est trop longue"  # unverified
SIGNATURE_INVALID = PREFIX + "La signature du fichier est invalide : {detail}"
NOM_FIC_USED = PREFIX + "ce fichier existe déjà sur la plateforme"
LONG_ID_COLL = PREFIX + "la balise EnTetePES/IdColl est trop longue"  # unverified
MISSING_HEAD = PREFIX + "la balise EnTetePES/{nom} n'est pas présente ou est incorrecte"  # unverified
NO_DESTINATION = PREFIX + "les propriétés Helios FTP ne sont pas configurées"
REFUSED = PREFIX + "{detail}"
BAD_ACQUIT = PREFIX + "erreur retournée par Helios"

# PES retour.
LIST_DONE = "liste réussi"
RETOUR_UNKNOWN = "retour id n'est pas correcte"
RETOUR_NOT_SENT = "Erreur d'envoi du fichier {nom}"
RETOUR_READ = "Le status a été modifié"

ARCHIVIST_ONLY = "Accès refusé"
