"""Pastell: the client of its API v2."""

from __future__ import annotations

from cdg62_connect.pastell.associations import Association, Associations
from cdg62_connect.pastell.client import Pastell
from cdg62_connect.pastell.comparaison import nom_canonique
from cdg62_connect.pastell.compte import Compte
from cdg62_connect.pastell.connecteurs import Connecteur, Connecteurs
from cdg62_connect.pastell.document import (
    ActionResult,
    DocumentDetail,
    DocumentRow,
    MailEnvoye,
    Modified,
    ReponseMail,
)
from cdg62_connect.pastell.documents import Documents
from cdg62_connect.pastell.entites import Entite, Entites
from cdg62_connect.pastell.etats import Etape, Etat, FluxConnu, Issue, Nature
from cdg62_connect.pastell.etats import Role as RoleFichier
from cdg62_connect.pastell.familles import ConnecteurDefinition, Familles
from cdg62_connect.pastell.flux import ActionDefinition, ChampDefinition, FluxCatalogue, FluxInfo
from cdg62_connect.pastell.flux_connus import FLUX_CONNUS
from cdg62_connect.pastell.formulaire import Contenu, FichierADeposer
from cdg62_connect.pastell.frequences import Frequence, Frequences
from cdg62_connect.pastell.jetons import Jeton, Jetons, JetonsUtilisateur, NouveauJeton
from cdg62_connect.pastell.journal import Evenement, Journal, JournalRow, Preuve
from cdg62_connect.pastell.jugement import Avancement, FichierResultat, Suite, Verdict, verdict
from cdg62_connect.pastell.lectures import DocumentReads
from cdg62_connect.pastell.recherche import Recherche
from cdg62_connect.pastell.refusals import (
    ActionFailed,
    ActionNotAllowed,
    ActionRefused,
    Busy,
    ContentRefused,
    FieldsNotKept,
    FormIncomplete,
    NotEditable,
    NotInThisVersion,
    SavedThenRefused,
)
from cdg62_connect.pastell.remplissage import Remplissage
from cdg62_connect.pastell.roles import Role, Roles
from cdg62_connect.pastell.utilisateurs import TOUS_LES_ROLES, RoleUtilisateur, Utilisateur, Utilisateurs
from cdg62_connect.pastell.version import Capacites, CertificatClient, Version

__all__ = [
    "FLUX_CONNUS",
    "TOUS_LES_ROLES",
    "ActionDefinition",
    "ActionFailed",
    "ActionNotAllowed",
    "ActionRefused",
    "ActionResult",
    "Association",
    "Associations",
    "Avancement",
    "Busy",
    "Capacites",
    "CertificatClient",
    "ChampDefinition",
    "Compte",
    "Connecteur",
    "ConnecteurDefinition",
    "Connecteurs",
    "ContentRefused",
    "Contenu",
    "DocumentDetail",
    "DocumentReads",
    "DocumentRow",
    "Documents",
    "Entite",
    "Entites",
    "Etape",
    "Etat",
    "Evenement",
    "Familles",
    "FichierADeposer",
    "FichierResultat",
    "FieldsNotKept",
    "FluxCatalogue",
    "FluxConnu",
    "FluxInfo",
    "FormIncomplete",
    "Frequence",
    "Frequences",
    "Issue",
    "Jeton",
    "Jetons",
    "JetonsUtilisateur",
    "Journal",
    "JournalRow",
    "MailEnvoye",
    "Modified",
    "Nature",
    "NotEditable",
    "NotInThisVersion",
    "NouveauJeton",
    "Pastell",
    "Preuve",
    "Recherche",
    "Remplissage",
    "ReponseMail",
    "Role",
    "RoleFichier",
    "RoleUtilisateur",
    "Roles",
    "SavedThenRefused",
    "Suite",
    "Utilisateur",
    "Utilisateurs",
    "Verdict",
    "Version",
    "nom_canonique",
    "verdict",
]
