"""The words of S2LOW: what its API answers and writes in its history. They are facts of the wire.

Those marked *unverified* stand where the platform is known to refuse, in words nobody wrote down.
"""

from __future__ import annotations

STATUS_LABELS = {
    -1: "Erreur",
    0: "Annulé",
    1: "Posté",
    2: "En attente de transmission",
    3: "Transmis",
    4: "Acquittement reçu",
    5: "Validé",
    6: "Refusé",
    7: "Document reçu",
    8: "Acquittement envoyé",
    9: "Document envoyé",
    10: "Refus d'envoi",
    11: "Acquittement de document reçu",
    12: "Envoyé au SAE",
    13: "Archivé par le SAE",
    14: "Erreur lors de l'archivage",
    15: "Reçu par le SAE",
    16: "Détruite",
    17: "En attente d'être postée",
    18: "En attente d'être signée",
    19: "En attente de transmission au SAE",
    20: "Erreur lors de l'envoi au SAE",
    21: "Document reçu (pas d'AR)",
    22: "Impossible d'envoyer au SAE",
}

NO_CONNECTION = "La connexion n'a pas pu être établie"
NO_CONNECTION_NEXT = "La connexion n'a pas pu ?tre ?tablie"
AUTHENTICATION_FAILED = "Échec de l'authentification"
ACCESS_REFUSED = "Accès refusé"
PAPER_MODE = "Mode « papier » actif. Accès interdit."
RGS_NEEDED = (
    "La télétransmission nécessite un certificat RGS<br/>"
    "Erreur : le certificat présenté n'est pas reconnu comme un certificat RGS"
)

TOO_BIG = "La taille totale des fichiers est trop importante (max : {limit})"
TOO_MANY = "Le nombre d'annexes est trop important (max : {limit})"
BAD_NUMBER = "Le numéro n'est pas correct"
FUTURE_DATE = "La date de décision est une date dans le futur"
SAME_NUMBER = (
    "Un acte portant le même numéro interne existe déjà dans la base de données.\n"
    "Il faut peut-être ajouter un suffixe au numéro."
)
NO_DOCUMENT = "Aucun fichier acte n'a été posté "
RECEPTION = "Erreur lors de la réception du fichier : "
EMPTY_FILE = RECEPTION + "Le fichier semble vide"
BIG_FILE = RECEPTION + "La taille du fichier excède la taille maximum ({limit})"
NO_TYPOLOGY = "Erreur lors de la réception du fichier {name} : typologie absente"
NO_ANNEX_TYPOLOGY = "Erreur lors de la réception du fichier annexe {name} : typologie absente"

NOT_SAVED = "Erreur lors de l'enregistrement de la transaction :\n"
TWO_LEVELS = NOT_SAVED + "Les deux premiers niveaux de classification sont obligatoires."
RACE = NOT_SAVED + "Une transaction avec le même numéro existe déjà dans la base."
# Unverified.
NO_DATE = NOT_SAVED + "La date de décision est obligatoire."
NO_SUBJECT = NOT_SAVED + "L'objet est obligatoire."
LONG_SUBJECT = NOT_SAVED + "L'objet ne doit pas dépasser {limit} caractères."
BAD_NATURE = NOT_SAVED + "La nature de l'acte n'existe pas."
NO_CLASSIFICATION = "Erreur lors de la génération de l'acte : aucune classification reçue"

BAD_DOCUMENT = "Erreur de validation du fichier de l'acte :\n"
DOCUMENT_TYPE = 'Le fichier de l\'acte " {name} " est de type " {mimetype} ". Fichier PDF ou XML requis.'
XML_NATURE = "Seuls les documents budgétaires et financiers peuvent être au format XML."
XML_MATIERE = "Seule la classification 7.1 est autorisée pour la transmission au format XML"
PIECE_CODE = "Le code de la PJ doit faire 5 caractères"
BAD_ANNEX = "Erreur de validation d'un fichier de pièce jointe :\n"
ANNEX_TYPE = 'Le fichier attaché " {name} " est de type " {mimetype} ". Fichier PDF, XML, PNG ou JPEG requis.'
ANNEX_OF_XML = "Les pièces jointes doivent être au format PDF avec un acte au format XML"

# The troubles of the platform itself, which only a rule of faults brings about.
NO_MODULE = "Erreur d'initialisation du module"
PARTIAL_FILE = RECEPTION + "Le fichier n'a été que partiellement reçu"
NO_FILE = RECEPTION + "Aucun fichier n'a été présenté"
ACTE_NOT_MADE = "Erreur lors de la génération de l'acte : écriture impossible"
ENVELOPE_NOT_MADE = "Erreur lors de la génération de l'enveloppe. Écriture impossible"
ARCHIVE_NOT_MADE = "Erreur lors de la génération de l'archive.\nÉcriture impossible"
ARCHIVE_TOO_BIG = "la taille d'archive générée n'est pas conforme. filename=specimen.tar.gz"
BATCH_FAILED = "Échec de la transaction en mode lot."
INVALID_ENVELOPE_ASKED = "Enveloppe invalide."
STATUS_FAILED = "Erreur consultation statut."

UNKNOWN_TRANSACTION = "Numéro de transaction invalide."
NO_RECEIPT_YET = "Pas d'acquittement recu"
CLASSIFICATION_MISSING = "Erreur de récupération de la dernière classification."

NUMBERLESS = "Pas d'identifiant de transaction spécifié"
NOT_A_TRANSACTION = "Erreur d'initialisation de la transaction."
NOT_WAITING = "La transaction n'est pas dans le statut « En attente d'être posté»"
CLASSIFICATION_TOO_SOON = "La dernière demande de classification date de moins d'un jour."
BAD_STATE = "État incorrect."
CLOSED = "La transaction {id} est passée dans l'état « {label} »"  # unverified
NO_KIND_OF_REPLY = "Vous devez choisir un type de réponse"
ILLEGAL_FILE = "Envoi de fichier illégal."
NO_TYPOLOGY_OF_REPLY = "typologie absente"
NO_REPLY_POSSIBLE = "Ce type de transaction n'accepte pas de réponse."  # unverified
SUBMIT_OFF = (
    "Cette fonctionnalité est déprécié. Vous devez désormais utiliser : "
    "'/modules/actes/actes_transac_create.php' pour créer un acte."
)
BAD_ENVELOPE = "L'archive envoyée n'est pas conforme : {detail}"  # unverified
REALM = "API S2low"

CANCEL_WITHOUT_ID = "Pas d'identifiant de transaction à annuler spécifié."
CANCEL_UNKNOWN = "Erreur d'initialisation de la transaction."
CANCEL_TYPE = "Ce type de transaction ne peut pas être annulé."
CANCEL_PENDING = "Une demande d'annulation est déjà en cours pour cette transaction."
CANCEL_REFUSED = "Accès refusé."
CANCEL_NOT_ACKNOWLEDGED = "Impossible d'annuler une transaction qui n'est pas en état « Acquittement reçu »."

# What the administration says.
BAD_DEPARTEMENT = "Le code département ou le code arrondissement sont incorrects"
SIREN_USED = "Ce numéro de SIREN ({siren}) est déjà utilisé par une autre collectivité."
BAD_SIREN = "Le numéro de SIREN est incorrect"  # unverified
NO_NAME = "Le nom est obligatoire"  # unverified
AUTHORITY_KEPT = "La collectivité a été enregistrée"  # unverified
NO_AUTHORITY = "authority_id est obligatoire"
NO_CERTIFICATE = "Le certificat utilisateur est obligatoire"
LOGIN_USED = "Ce login est déja utilisé"
USER_EXISTS = (
    "Un utilisateur avec les mêmes informations de connexion et d'identification existe dans la base S2low"
)
BAD_ROLE = "Le rôle est incorrect"  # unverified
USER_KEPT = "L'utilisateur a été enregistré"  # unverified

# What the history of a transaction says.
DEPOSITED = "Dépôt initial"
DEPOSITED_WAITING = "Dépôt dans un état d'attente"
POSTED_BY_HAND = "La transaction a été postée par l'agent télétransmetteur {agent}"
ACCEPTED = "Accepté par le TdT : validation OK"
SENT = "Transmis au MI"
RECEIPT_SENT = "Acquittement envoyé au MI"
LETTER_RECEIVED = "Document reçu de la préfecture"
RECEIVED = "Reçu par le MI le {date:%Y-%m-%d}"
CANCELLED = "Transaction annulée"
INVALID_ENVELOPE = "Enveloppe invalide : {reason}"
VIRUS = "Un virus a été détecté dans l'enveloppe"  # unverified
REJECTED_ENVELOPE = "Enveloppe rejetée par le MI ({nature} : {detail})"
ANOMALY = "Anomalie signalee par le MI : {nature} - {detail}"

# Reasons found by the analysis; the frame « Problème sur <file> : » is the platform's, the rest unverified.
PROBLEM = "Problème sur {name} : {detail}"
TYPOLOGY_NOT_ALLOWED = "la typologie {code} n'est pas autorisée pour la nature {nature}"
PDF_DAMAGED = "le fichier PDF est corrompu"
PDF_LOCKED = "le fichier PDF est protégé"
SIGNATURE_INVALID = "la signature n'est pas valide"
SIGNER_UNKNOWN = "le certificat du signataire n'est pas de confiance"

# Details of the ministry's anomalies: the first was seen, the second is unverified.
OUTDATED_CLASSIFICATION = ("002", "ODT-VERIF-01 : la date de classification n'est pas à jour")
UNKNOWN_MATIERE = ("003", "la matière {matiere} n'est pas dans la classification")
REFUSED_FOR_TEST = "refusé pour les besoins du test"

# The four rows of the stamp, in the words of a platform that is not in production.
STAMP_SENT = "Envoi simulé le {date:%d/%m/%Y}"
STAMP_RECEIVED = "Reception simulée le {date:%d/%m/%Y}"
STAMP_PUBLISHED = "Publication simulée le {date:%d/%m/%Y}"
STAMP_ID = "ID : {acte_id}"
