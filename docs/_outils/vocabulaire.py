"""What the catalogue of errors says in French that the code does not say itself. One entry per class or code."""

from __future__ import annotations

CONSEILS: dict[str, str] = {
    "ConfigurationError": "Corrigez ce que le message nomme, puis relancez.",
    "StillHeld": "Attendez la passe suivante ; si cela dure, vérifiez les droits et ce qui tient le fichier ouvert.",
    "MissingExtra": "Lancez la commande d'installation que le message donne.",
    "ReleaseRefused": "Déclarez la plateforme « recette » pour les essais ; la production attend le feu vert.",
    "WrongAuthority": "Arrêtez et signalez-le : un dossier a rencontré les accès d'une autre autorité.",
    "InvalidInput": "Corrigez la valeur ou le fichier, puis recommencez.",
    "InvalidFile": "Remplacez le fichier ; l'attribut `code` dit ce qui ne va pas.",
    "HostileInput": "Ne rouvrez pas ce fichier : demandez à son auteur d'où il vient.",
    "DepositRefused": "Corrigez tout ce que liste l'accusé, puis déposez sous un nouveau numéro d'ordre.",
    "ContentRefused": "Corrigez tout ce que liste `defauts`, puis recommencez.",
    "NotInThisVersion": "Passez par l'interface de Pastell, ou changez de version.",
    "JournalError": "Vérifiez la place et les droits du dossier d'état, et la version du logiciel.",
    "HoldLost": "Rien à faire : l'autre traitement poursuit le dossier.",
    "Taken": "Rien à faire : un autre traitement a le verrou ; recommencez dans un instant.",
    "Busy": "Rien à faire : la prochaine passe le reprend. Pour `resoudre`, recommencez dans un instant.",
    "UnknownDossier": "Vérifiez l'identifiant ; `etat --tous` les donne tous.",
    "ResolutionRefused": "Lisez le motif : la plateforme ou le journal disent autre chose que vous.",
    "DemoUnfinished": "Relancez `demo` avec `-v` et signalez ce qu'elle montre.",
}
"""Next step for each class that is not a ``PlatformError``: those carry theirs in ``default_advice``."""

INTERNES = {"UnreadableManifest", "UnreadableMessage"}
"""Turned into another error or into a line of the acknowledgement before they reach a caller."""

BLOCAGES: dict[str, tuple[str, str]] = {
    "FLUX_INCONNU": (
        "La configuration nomme un flux de Pastell que cette version ne sait pas remplir.",
        "Choisir un autre flux, puis abandonner ce dossier et le redéposer.",
    ),
    "FLUX_INADAPTE": (
        "Le flux ne transmet pas, ou ne sert qu'à signer, et le dépôt demande autre chose.",
        "Corriger `autorites.pastell.flux`, puis abandonner ce dossier et le redéposer.",
    ),
    "FORMULAIRE_INCOMPLET": (
        "Pastell ne tient pas le document pour complet ; rien n'est parti.",
        "Corriger ce qui manque (connecteur, sous-type, typologie), puis `resoudre ID --jamais-parti --motif …`.",
    ),
    "ENVOI_REFUSE_PAR_PASTELL": (
        "Pastell n'a pas accepté d'envoyer le document ; rien n'est parti.",
        "Corriger la cause dans Pastell, puis `resoudre ID --jamais-parti --motif …`.",
    ),
    "ARRETE_DANS_PASTELL": (
        "Le document est à un état d'où il ne sortira pas seul.",
        "Suivre le conseil joint, puis `resoudre ID --adopter pastell=ID_D --motif …`.",
    ),
    "DISPARU_DE_PASTELL": (
        "Pastell ne montre plus le document.",
        "Vérifier les droits du compte ; retrouver le document, puis l'adopter.",
    ),
    "PAS_SIGNE": (
        "Le document revient du parapheur sans signature de plus, ou sans signature intacte sur tout le document.",
        "Le faire signer dans un nouveau dossier du parapheur, puis "
        "`resoudre ID --adopter iparapheur=NOUVEAU --motif …`.",
    ),
    "SIGNATAIRE_INCONNU": (
        "La signature est intacte, mais son certificat n'est pas reconnu.",
        "Ajouter l'autorité de certification aux `ancres`, puis "
        "`resoudre ID --adopter iparapheur=MÊME_DOSSIER --motif …`.",
    ),
    "NOM_FIC_UTILISE": (
        "Un autre dossier a déjà transmis un PES de ce NomFic, pour ce CodCol ; rien n'est parti.",
        "Si c'est le même envoi : abandonner ce dossier-ci. Sinon : l'abandonner, et redéposer sous un NomFic neuf.",
    ),
    "PES_DEJA_SUR_S2LOW": (
        "S2LOW a déjà ce fichier PES, sous un numéro qu'elle ne dit pas ; il n'est pas renvoyé.",
        "Chercher son numéro sur le site de S2LOW, puis `resoudre ID --adopter s2low=TRANSACTION --motif …`.",
    ),
    "PES_MODIFIE": (
        "Le PES qui revient du circuit ne dit pas la même chose que celui déposé ; rien n'est transmis.",
        "Comparer les deux ; faire signer le bon dans un nouveau dossier du parapheur et l'adopter, ou abandonner.",
    ),
    "PES_SIGNE_A_CORRIGER": (
        "Le PES signé ne passerait pas chez Hélios (encodage changé, bordereau sans signature…) ; rien n'est transmis.",
        "Corriger la cause, faire signer dans un nouveau dossier du parapheur et l'adopter ; ou abandonner.",
    ),
    "ACQUIT_ETRANGER": (
        "L'acquit d'Hélios ne se lit pas, ou n'est pas celui de ce PES.",
        "Lire l'acquit joint et voir avec la trésorerie ; adopter la bonne transaction, ou abandonner.",
    ),
    "ACQUIT_ABSENT": (
        "Hélios a répondu, et ni S2LOW ni Pastell ne donne le fichier.",
        "Quand l'acquit se télécharge, adopter de nouveau la transaction ou le document ; ne rien renvoyer avant.",
    ),
    "DISPARU_DU_PARAPHEUR": (
        "Le parapheur ne montre plus le dossier, après douze regards.",
        "Le retrouver au parapheur, puis l'adopter.",
    ),
    "NUMERO_ACTE_UTILISE": (
        "S2LOW a déjà un acte de ce numéro, qui diffère ; ou tous les numéros possibles sont pris.",
        "Si c'est le même acte : `--adopter s2low=TRANSACTION`. Si c'en est un autre : `--jamais-parti`, "
        "un nouveau numéro est pris. Si le numéro venait du manifeste : redéposer avec un autre.",
    ),
    "JOURNAL_ANCIEN": (
        "Le déposant a reçu plus de retours que ce journal n'en connaît : le journal vient d'une copie plus ancienne.",
        "Restaurer le journal le plus récent. À défaut, comparer avec les retours déjà rendus : abandonner si tout y "
        "est ; sinon adopter l'élément de la plateforme, ou `--jamais-parti`.",
    ),
    "CANAL_LEGALITE": (
        "L'autorité ne transmet plus par S2LOW, d'après la configuration ; rien n'a été transmis.",
        'Remettre `canal_legalite = "s2low"`, puis `--jamais-parti` ; ou abandonner le dossier.',
    ),
    "DOCUMENT_DIFFERENT": (
        "Le dossier retrouvé ou adopté au parapheur rend un document qui n'est pas la suite de celui déposé.",
        "Comparer les deux. Si c'est le même acte : adopter de nouveau ce dossier. Sinon : adopter le bon, "
        "ou abandonner.",
    ),
    "DATE_ACTE": (
        "L'acte n'a ni date dans le manifeste ni date de signature.",
        "Redéposer avec `legalite.date_acte`.",
    ),
    "TRANSACTION_INCONNUE": (
        "S2LOW ne connaît plus la transaction.",
        "Voir avec l'administrateur S2LOW, puis adopter la transaction à suivre.",
    ),
    "STATUT_INATTENDU": (
        "S2LOW montre un statut que le parcours ne prévoit pas.",
        "Voir sur S2LOW ce qui a été fait de l'acte, puis adopter la transaction à suivre.",
    ),
    "CLASSIFICATION_CHANGEE": (
        "L'acte est à transmettre de nouveau, et la nouvelle classification n'a plus sa matière ou un de ses types de "
        "pièce.",
        "Redéposer avec ce qui y est, puis abandonner ; ou `--jamais-parti` : deux niveaux de matière, et le type de "
        "la nature.",
    ),
    "REPONSE_DEJA_DONNEE": (
        "Le message de la préfecture a déjà une réponse, qui n'est pas celle-ci ; rien n'est parti.",
        "Voir sur S2LOW ce qui a été répondu : `--adopter s2low=TRANSACTION` si c'est elle, `--abandonner` si elle "
        "suffit, `--jamais-parti` pour envoyer celle-ci aussi.",
    ),
    "AR_ETRANGER": (
        "L'accusé de réception ne se lit pas, ou n'est pas celui de cet acte.",
        "Vérifier la transaction sur S2LOW, puis adopter la bonne.",
    ),
    "CLE_DEJA_PRISE": (
        "La plateforme dit avoir cet envoi, sans le montrer.",
        "Le chercher avec un compte qui voit tout, puis l'adopter.",
    ),
    "REFUS_IPARAPHEUR": (
        "Le parapheur a refusé l'envoi ; son motif est au journal.",
        "Corriger la configuration ou le compte, puis `--jamais-parti` ; ou redéposer avec un nouveau numéro d'ordre.",
    ),
    "REFUS_PASTELL": (
        "Pastell n'a pas accepté une écriture ; son motif est au journal, et rien n'est parti.",
        "Corriger la cause dans Pastell ou la configuration, puis `--jamais-parti` ; ou redéposer.",
    ),
    "REFUS_S2LOW": (
        "S2LOW a refusé l'envoi ; son motif est au journal.",
        "Corriger la configuration ou le compte, puis `--jamais-parti` ; ou redéposer avec un nouveau numéro d'ordre.",
    ),
    "DONNEE_A_CORRIGER": (
        "Une donnée du dossier, ou une réponse de la plateforme, n'est pas utilisable.",
        "Corriger, puis `--jamais-parti` si un envoi était en cause, `--adopter` si c'était un suivi ; ou redéposer.",
    ),
}
"""What happened, and how a person gets out of it."""

ANOMALIES: dict[str, str] = {
    "VERSION_INCONNUE": "`version` n'est pas `cdg62-depot/1`.",
    "MANIFESTE_ABSENT": "Le lot n'a pas de `manifeste.json`.",
    "MANIFESTE_MULTIPLE": "Le lot a plusieurs manifestes.",
    "MANIFESTE_ILLISIBLE": "Le manifeste n'est pas du JSON admis (forme, taille, clé en double), ou n'est pas en JSON.",
    "ENCODAGE": "Le manifeste n'est pas en UTF-8.",
    "CHAMP_MANQUANT": "Un champ obligatoire manque.",
    "CHAMP_INVALIDE": "Un champ n'a pas la valeur, le type ou la forme attendus, ou sa clé est inconnue.",
    "CHAMP_INTERDIT": "Une clé interdite est là, par exemple `personnes` : aucune identité dans le manifeste.",
    "ID_DEPOT_NOM": "Le nom du lot, `id_depot`, le numéro de dossier et le code ne s'accordent pas.",
    "DEPOT_DEJA_RECU": "Ce dépôt a déjà été reçu, et était à corriger : il faut un nouveau numéro d'ordre.",
    "DEPOT_CONFLIT": "Un autre dépôt, différent, porte déjà ce nom : il faut un nouveau numéro d'ordre.",
    "NUMERO_DOSSIER": "Le numéro de dossier est mal formé, ou ne va pas avec le type ou le sous-dossier.",
    "INSEE_INCOHERENT": "Le code INSEE n'est pas celui du numéro de dossier.",
    "SIREN_INVALIDE": "Le SIREN n'a pas neuf chiffres, ou sa clé est fausse.",
    "SIREN_COMMUNE": "Aucune autorité n'est configurée pour cette commune, ou ce n'est pas celle du manifeste.",
    "FICHIER_ABSENT": "Un fichier cité n'est pas dans le lot, ou ne peut pas être lu.",
    "FICHIER_NON_DECLARE": "Un fichier du lot n'est pas cité dans le manifeste.",
    "EMPREINTE": "Un fichier n'a pas l'empreinte annoncée : il a changé, ou il est incomplet.",
    "PAS_UN_PDF": "Le fichier n'est pas un PDF.",
    "PDF_CHIFFRE": "Le PDF est chiffré : il faut le déposer sans protection.",
    "FICHIER_VIDE": "Le fichier est vide.",
    "FORMAT_ANNEXE": "Une annexe n'est ni un PDF, ni une image JPEG ou PNG.",
    "NOM_FICHIER": "Le nom du fichier n'est pas admis, ou est cité deux fois.",
    "CHEMIN_INTERDIT": "Un lien, un sous-dossier ou un chemin là où un simple fichier est attendu.",
    "TAILLE_TOTALE": "Les fichiers dépassent la taille permise.",
    "TROP_DE_FICHIERS": "Le lot a trop de fichiers.",
    "CODE_DOCUMENT": "Le code du document n'est pas du contrat.",
    "CIRCUIT_INCONNU": "Le type demandé n'est pas celui de l'autorité, ou aucun circuit n'est configuré pour ce code.",
    "SOUS_TYPE_INCONNU": "Le sous-type n'existe pas au parapheur.",
    "NON_TRANSMISSIBLE": "Ce document ne se transmet pas au contrôle de légalité, ou l'autorité n'a pas de canal.",
    "COMPETENCE_ETAT": "Un acte au nom de l'État ne se transmet pas (avertissement s'il est seulement à signer).",
    "CANAL_PLATAU": "Les actes de cette autorité partent par PLAT'AU : une seconde transmission ferait un second acte.",
    "NATURE": "La nature n'est pas 3 (actes individuels), la seule admise ici.",
    "MATIERE_ABSENTE": "La matière n'est pas dans la classification.",
    "TYPE_PIECE": "Le type de pièce n'est pas un code de la typologie, comme `99_AI`.",
    "NUMERO_ACTE_LONG": "Le numéro d'acte dépasse 15 caractères.",
    "NUMERO_ACTE_UTILISE": "Le numéro d'acte est déjà pris.",
    "DATE_ACTE": "La date de l'acte manque alors qu'aucune signature n'est demandée, ou elle est dans le futur.",
    "DATE_LIMITE": "La date limite est avant le jour du dépôt.",
    "REPONSE_INCONNUE": "L'acte ou le message auquel le dépôt répond n'est pas connu du connecteur.",
    "REPONSE_IMPOSSIBLE": "Ce message n'admet pas cette réponse : déféré, annexes ou sens imprévus, compte absent.",
    "REPONSE_DEJA_DONNEE": "Le message a déjà une réponse, partie ou en chemin.",
    "PES_A_CORRIGER": "Le PES serait refusé par S2LOW ou par Hélios ; `champ` dit quoi (`pes.NOMFIC`, `pes.CODCOL`…).",
    "CHAMP_IGNORE": "Une clé d'une version mineure plus récente a été ignorée.",
    "TITRE_RECODE": "Des caractères typographiques du titre ont été remplacés pour la transmission.",
    "MATIERE_TRONQUEE": "La matière a été ramenée à ses premiers niveaux.",
    "PIECE_DEFAUT": "La pièce est inconnue ou absente : `99_AI` est retenu.",
    "DP_PUBLICITE": "Quatre chiffres : le numéro est lu comme une déclaration de publicité.",
    "CERT_BIENTOT_EXPIRE": "Le certificat de l'autorité expire bientôt.",
    "PES_A_VERIFIER": "Un point du PES est à vérifier par une personne ; `champ` dit lequel.",
}
"""What each code of the deposit contract means."""

AVERTISSEMENTS = {
    "CHAMP_IGNORE",
    "TITRE_RECODE",
    "MATIERE_TRONQUEE",
    "PIECE_DEFAUT",
    "DP_PUBLICITE",
    "CERT_BIENTOT_EXPIRE",
    "PES_A_VERIFIER",
}
"""The deposit is accepted all the same."""
